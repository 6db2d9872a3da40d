/* Area: see area.h. */
#include "report/area.h"

#include "base/buf.h"

#define AREA_DEPTH 2 /* levels below a root */

/* An area that is being summed up, or one of the best. */
typedef struct Open {
    Buf root, path;
    AreaSum sum;
} Open;

typedef struct Pass {
    Open way[AREA_DEPTH + 1]; /* by depth; open where sum.rows */
    Open *best;               /* most + 1: the last is free */
    size_t n, most;
    uint64_t total;
    AreaSum all;
    int64_t object; /* the one at hand, the highest tier of it so far, and its area */
    Tier tier;
} Pass;

static void open_done(Open *o) {
    buf_done(&o->root);
    buf_done(&o->path);
}

static void pass_done(Pass *p) {
    for (size_t i = 0; i <= AREA_DEPTH; i++)
        open_done(&p->way[i]);
    for (size_t i = 0; p->best && i <= p->most; i++)
        open_done(&p->best[i]);
    free(p->best);
}

uint64_t area_objects(const AreaSum *sum) {
    uint64_t n = 0;

    for (Tier t = 0; t < N_TIERS; t++)
        n += sum->objects[t];
    return n;
}

/* True: a matters more. */
static bool sum_before(const AreaSum *a, const AreaSum *b) {
    for (int t = N_TIERS - 1; t >= 0; t--) {
        if (a->objects[t] != b->objects[t])
            return a->objects[t] > b->objects[t];
    }
    return a->values > b->values;
}

/* Moves the area to its place among the best, behind its equals; it takes the memory of what falls
 * out, which lies behind the last. */
static void area_close(Pass *p, Open *o) {
    Open closed = *o;
    size_t i = p->n;

    if (o->sum.rows == 0)
        return;
    *o = p->best[p->n];
    buf_clear(&o->root);
    buf_clear(&o->path);
    o->sum = (AreaSum){0};
    while (i > 0 && sum_before(&closed.sum, &p->best[i - 1].sum))
        i--;
    memmove(&p->best[i + 1], &p->best[i], (p->n - i) * sizeof(*p->best));
    p->best[i] = closed;
    if (p->n < p->most)
        p->n++;
    p->total++;
}

/* The directory of the file, its first levels; *ret_depth: how many. */
static Span area_of(Span path, size_t *ret_depth) {
    const uint8_t *nul = path.n ? memchr(path.at, 0, path.n) : NULL;
    size_t n = nul ? (size_t)(nul - path.at) : path.n, end = 0, depth = 0;

    for (size_t i = 0; i < n && depth < AREA_DEPTH; i++) {
        if (path.at[i] != '/')
            continue;
        end = i;
        depth++;
    }
    *ret_depth = depth;
    return span(path.at, end);
}

static bool is_below(Span path, Span directory) {
    return directory.n == 0 ||
           (span_starts(path, directory) && (path.n == directory.n || path.at[directory.n] == '/'));
}

/* Closes the areas that the file is not in; the root's own area is open as long as the root. */
static int way_turn(Pass *p, const FoundRow *row, Span area, size_t depth) {
    Open *o = &p->way[depth];

    for (size_t i = 0; i <= AREA_DEPTH; i++) {
        Open *w = &p->way[i];

        if (w->sum.rows &&
            (!span_eq(buf_as_span(&w->root), row->root) || !is_below(area, buf_as_span(&w->path))))
            area_close(p, w);
    }
    if (o->sum.rows)
        return 0;
    buf_span(&o->root, row->root);
    buf_span(&o->path, area);
    return buf_error(&o->root) || buf_error(&o->path) ? -ENOMEM : 0;
}

static void sum_add(AreaSum *sum, const FoundRow *row) {
    sum->rows++;
    sum->values += found_count(row->count);
    if (sum->worst &&
        (row->tier < sum->tier || (row->tier == sum->tier && row->level <= sum->level)))
        return;
    sum->tier = row->tier;
    sum->level = row->level;
    sum->worst = row->title[0] ? row->title : row->detector;
}

/* An object moves up when a worse finding of it comes. */
static void object_count(Pass *p, AreaSum *sum, const FoundRow *row) {
    if (row->object == p->object && row->tier <= p->tier)
        return;
    if (row->object == p->object) {
        sum->objects[p->tier]--;
        p->all.objects[p->tier]--;
    }
    p->object = row->object;
    p->tier = row->tier;
    sum->objects[row->tier]++;
    p->all.objects[row->tier]++;
}

static int row_add(Pass *p, const FoundRow *row) {
    size_t depth;
    Span area = area_of(row->path, &depth);
    int r = way_turn(p, row, area, depth);

    if (r < 0)
        return r;
    object_count(p, &p->way[depth].sum, row);
    sum_add(&p->way[depth].sum, row);
    sum_add(&p->all, row);
    return 0;
}

static int best_read(Pass *p, Arena *a, Areas *ret) {
    AreaRow *rows = arena_array(a, p->n, sizeof(*rows));

    if (!rows)
        return -ENOMEM;
    for (size_t i = 0; i < p->n; i++) {
        rows[i].root = arena_span(a, buf_as_span(&p->best[i].root));
        rows[i].path = arena_span(a, buf_as_span(&p->best[i].path));
        rows[i].sum = p->best[i].sum;
        rows[i].sum.worst = arena_text(a, span_of(p->best[i].sum.worst));
        if (!rows[i].root.at || !rows[i].path.at || !rows[i].sum.worst)
            return -ENOMEM;
    }
    p->all.worst = NULL;
    *ret = (Areas){.rows = rows, .n = p->n, .total = p->total, .all = p->all};
    return 0;
}

int areas_load(Store *s, int64_t run, const FoundFilter *filter, size_t most, Arena *a,
               Error *reterr, Areas *ret) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(pass_done) Pass p = {.most = most};
    FoundRow row;
    int r;

    p.best = calloc(most + 1, sizeof(*p.best));
    if (!p.best)
        return -ENOMEM;
    r = found_cursor_open(s, run, filter, false, reterr, &c);
    while (r == 0 && (r = found_cursor_step(c, reterr, &row)) > 0)
        r = row_add(&p, &row);
    for (size_t i = 0; i <= AREA_DEPTH; i++)
        area_close(&p, &p.way[i]);
    return r < 0 ? r : best_read(&p, a, ret);
}
