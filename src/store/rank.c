/* Rank: see rank.h. */
#include "store/rank.h"

#include "base/buf.h"
#include "store/query.h"

typedef struct Sum {
    SummaryRow row;
    int64_t object; /* the last one counted */
} Sum;

static void sum_add(Sum *sum, const FoundRow *f) {
    SummaryRow *row = &sum->row;

    if (row->rows == 0)
        *row = (SummaryRow){f->detector, f->title, f->category, f->tier, .distinct_exact = true};
    if (row->rows == 0 || sum->object != f->object)
        row->objects++;
    for (Level l = LEVEL_LOW; l < N_LEVELS; l++)
        row->count[l] += f->count[l];
    if (f->level > row->level)
        row->level = f->level;
    row->test_values += f->test_values;
    row->distinct += f->distinct;
    row->distinct_exact = row->rows == 0 && f->distinct_exact;
    sum->object = f->object;
    row->rows++;
}

static int descending(uint64_t a, uint64_t b) {
    return a < b ? 1 : a > b ? -1 : 0;
}

static int summary_order(const void *a, const void *b) {
    const SummaryRow *x = a, *y = b;
    int r = descending(x->tier, y->tier);

    if (r == 0)
        r = descending(x->level, y->level);
    if (r == 0)
        r = descending(found_count(x->count), found_count(y->count));
    return r ? r : strcmp(x->detector, y->detector);
}

/* By detector number: a row of the run names no other, the cursor sees to that. */
typedef struct Sums {
    DetectorRow *detectors;
    Sum *sums;
    size_t n;
} Sums;

static int sums_init(Store *s, int64_t run, Arena *a, Error *reterr, Sums *ret) {
    int r = query_detectors(s, run, a, reterr, &ret->detectors, &ret->n);

    if (r < 0)
        return r;
    ret->sums = arena_array(a, ret->n, sizeof(*ret->sums));
    return ret->sums ? 0 : -ENOMEM;
}

static int sums_read(const Sums *sums, Arena *a, Overview *ret) {
    SummaryRow *rows = arena_array(a, sums->n, sizeof(*rows));
    size_t n = 0;

    if (!rows)
        return -ENOMEM;
    for (size_t i = 0; i < sums->n; i++) {
        if (sums->sums[i].row.rows == 0)
            continue;
        rows[n] = sums->sums[i].row;
        ret->rows += rows[n].rows;
        ret->values += found_count(rows[n].count);
        rows[n].detector = sums->detectors[i].id; /* those of the cursor are gone */
        rows[n].title = sums->detectors[i].title;
        rows[n++].category = sums->detectors[i].category;
    }
    if (n)
        qsort(rows, n, sizeof(*rows), summary_order);
    ret->types = rows;
    ret->n_types = n;
    return 0;
}

static uint64_t weight(const uint64_t count[N_LEVELS]) {
    uint64_t w;

    if (__builtin_mul_overflow(count[LEVEL_HIGH], 100, &w) ||
        __builtin_add_overflow(w, count[LEVEL_MEDIUM] * 10 + count[LEVEL_LOW], &w))
        return UINT64_MAX;
    return w;
}

/* Negative: a matters more. */
static int rank_order(Tier a_tier, Level a_level, const uint64_t a_count[N_LEVELS], Tier b_tier,
                      Level b_level, const uint64_t b_count[N_LEVELS]) {
    int r = descending(a_tier, b_tier);

    if (r == 0)
        r = descending(a_level, b_level);
    return r ? r : descending(weight(a_count), weight(b_count));
}

/* One object as its findings pass by; its worst one is copied, since rows do not stay. */
typedef struct Place {
    int64_t object; /* 0: none yet */
    Tier tier;
    Level level;
    uint64_t count[N_LEVELS];
    FoundRow worst; /* root, path, part, heading and samples are those below */
    Buf root, path, part, heading, samples;
} Place;

static void place_done(Place *p) {
    buf_done(&p->root);
    buf_done(&p->path);
    buf_done(&p->part);
    buf_done(&p->heading);
    buf_done(&p->samples);
}

static Span buf_copy(Buf *b, Span s) {
    buf_clear(b);
    buf_span(b, s);
    return buf_as_span(b);
}

static void worst_take(Place *p, const FoundRow *f) {
    const FoundRow *w = &p->worst;

    if (w->object == f->object &&
        rank_order(f->tier, f->level, f->count, w->tier, w->level, w->count) >= 0)
        return;
    p->worst = *f;
    p->worst.root = buf_copy(&p->root, f->root);
    p->worst.path = buf_copy(&p->path, f->path);
    p->worst.part = buf_copy(&p->part, f->part);
    p->worst.heading = buf_copy(&p->heading, f->heading);
    p->worst.samples = buf_copy(&p->samples, f->samples);
}

static int place_add(Place *p, const FoundRow *f) {
    if (f->tier > p->tier || (f->tier == p->tier && f->level > p->level)) {
        p->tier = f->tier;
        p->level = f->level;
    }
    for (Level l = LEVEL_LOW; l < N_LEVELS; l++)
        p->count[l] += f->count[l];
    worst_take(p, f);
    if (buf_error(&p->root) || buf_error(&p->path) || buf_error(&p->part) ||
        buf_error(&p->heading) || buf_error(&p->samples))
        return -ENOMEM;
    return 0;
}

/* The next object; the memory is kept. */
static void place_begin(Place *p, int64_t object) {
    p->object = object;
    p->tier = TIER_PUBLIC;
    p->level = LEVEL_NONE;
    p->worst.object = 0;
    memset(p->count, 0, sizeof(p->count));
}

/* The best so far, best first, and behind them one more: the place that is being filled. */
typedef struct Best {
    Place *places; /* most + 1 */
    size_t n, most;
} Best;

static void best_done(Best *b) {
    for (size_t i = 0; b->places && i <= b->most; i++)
        place_done(&b->places[i]);
    free(b->places);
}

/* Moves the filled place to where it belongs, behind its equals; what falls out is filled next. */
static Place *best_take(Best *b) {
    size_t i = b->n;
    Place p = b->places[b->n];

    if (!p.object)
        return &b->places[b->n];
    while (i > 0 && rank_order(p.tier, p.level, p.count, b->places[i - 1].tier,
                               b->places[i - 1].level, b->places[i - 1].count) < 0)
        i--;
    memmove(&b->places[i + 1], &b->places[i], (b->n - i) * sizeof(p));
    b->places[i] = p;
    if (b->n < b->most)
        b->n++;
    return &b->places[b->n];
}

static int pass(FoundCursor *c, Sums *sums, Best *b, Error *reterr, Overview *ret) {
    Place *place = &b->places[0];
    FoundRow row;
    int r;

    while ((r = found_cursor_step(c, reterr, &row)) > 0) {
        sum_add(&sums->sums[row.number], &row);
        if (row.object != place->object) {
            place = best_take(b);
            place_begin(place, row.object);
            ret->objects++;
        }
        r = place_add(place, &row);
        if (r < 0)
            return r;
    }
    if (r == 0)
        best_take(b);
    return r;
}

static int place_read(Place *p, FoundCursor *c, Arena *a, Error *reterr, PlaceRow *ret) {
    Sample samples[1];
    size_t n;
    int r;

    r = found_samples(c, p->worst.samples, 1, reterr, samples, &n);
    if (r < 0)
        return r;
    *ret = (PlaceRow){.tier = p->tier, .level = p->level, .worst = p->worst, .has_sample = n > 0};
    memcpy(ret->count, p->count, sizeof(ret->count));
    if (n)
        ret->sample = samples[0];
    ret->worst.samples = (Span){0};
    ret->worst.root = arena_span(a, p->worst.root);
    ret->worst.path = arena_span(a, p->worst.path);
    ret->worst.part = arena_span(a, p->worst.part);
    ret->worst.heading = arena_span(a, p->worst.heading);
    ret->worst.detector = arena_text(a, span_of(p->worst.detector));
    ret->worst.title = arena_text(a, span_of(p->worst.title));
    ret->worst.category = arena_text(a, span_of(p->worst.category));
    if (!ret->worst.root.at || !ret->worst.path.at || !ret->worst.part.at ||
        !ret->worst.heading.at || !ret->worst.detector || !ret->worst.title || !ret->worst.category)
        return -ENOMEM;
    return 0;
}

static int best_read(Best *b, FoundCursor *c, Arena *a, Error *reterr, Overview *ret) {
    PlaceRow *rows = arena_array(a, b->n, sizeof(*rows));
    int r = rows ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < b->n; i++)
        r = place_read(&b->places[i], c, a, reterr, &rows[i]);
    ret->places = rows;
    ret->n_places = b->n;
    return r;
}

int query_overview(Store *s, int64_t run, const FoundFilter *filter, size_t n_places, Arena *a,
                   Error *reterr, Overview *ret) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(best_done) Best best = {.most = n_places};
    Overview read = {0};
    Sums sums;
    int r;

    best.places = calloc(n_places + 1, sizeof(*best.places));
    if (!best.places)
        return -ENOMEM;
    if ((r = sums_init(s, run, a, reterr, &sums)) < 0 ||
        (r = found_cursor_open(s, run, filter, false, reterr, &c)) < 0 ||
        (r = pass(c, &sums, &best, reterr, &read)) < 0 || (r = sums_read(&sums, a, &read)) < 0 ||
        (r = best_read(&best, c, a, reterr, &read)) < 0)
        return r;
    *ret = read;
    return 0;
}
