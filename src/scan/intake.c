/*
 * Intake: see intake.h.
 *
 * The window of the part at hand is gathered in `text`: [kept margin | not yet examined]. It is
 * examined as soon as a window and a margin behind it are there, and when the part ends. Marks go
 * along, by position in `text`; a part without columns needs them only to say from where in the
 * unit its bytes are.
 *
 * Of a run of one byte its two ends are examined, with their margins; what is between can hold
 * nothing that they do not, and only moves positions on.
 *
 * Part and window belong to the unit at hand: a unit that opens ends them, and the extraction
 * announces the part anew behind it. Columns are named once: they are kept by their unit, for each
 * part; of more than COLUMN_SETS parts the oldest forget the names.
 */
#include "scan/intake.h"

#include "scan/columnset.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    COLUMN_SETS = 256,
    RUN_ENDS = 3 * MATCHER_MARGIN, /* bytes of a run that are spelled */
};

/* No member is called larger than that unless so much was read. */
#define DECLARED_MAX (UINT64_C(1) << 40)

typedef struct OpenUnit {
    IntakeUnit unit;
    ColumnSet *columns;           /* of the part at hand: one of those below */
    ColumnSet plain;              /* of a part without rows */
    ColumnSet *sets[COLUMN_SETS]; /* of tables and sheets: a part that comes again keeps its own */
    size_t n_sets, oldest;
    uint64_t position; /* of text taken in, all parts */
    Flow *flow;        /* made when others first help */
    XXH3_state_t *hash;
} OpenUnit;

struct Intake {
    Reader *reader;
    const Engine *engine;
    IntakeTo to;
    IntakeHelp help;
    Receiver receiver;
    OpenUnit *levels[EXTRACT_DEPTH_MAX + 1];
    size_t depth; /* of the unit at hand */
    /* the part at hand */
    PartKind kind;
    Encoding encoding;
    bool open;
    uint64_t source; /* PART_BYTES: of text.at[0]; a position in the text if they are nowhere */
    bool nowhere;    /* not in the unit's bytes as such */
    uint64_t lines;  /* newlines before what is examined next */
    bool lines_known;
    /* its window */
    Buf text;
    size_t done;      /* bytes of it examined */
    size_t probe_end; /* where the probe of the part's columns ends; 0: not in sight */
    uint64_t first;   /* position of text.at[0] in its unit */
    Buf marks;        /* Mark */
};

/* ---- units ---- */

static void sets_free(OpenUnit *l) {
    for (size_t k = 0; k < l->n_sets; k++) {
        columnset_done(l->sets[k]);
        free(l->sets[k]);
    }
    columnset_done(&l->plain);
    l->columns = &l->plain;
    l->n_sets = l->oldest = 0;
}

/* Others may still examine windows of it, and borrow its columns. */
static void level_quiet(const Intake *i, OpenUnit *l) {
    bool ignored = false;

    if (l->flow)
        flow_settle(l->flow, i->reader, &l->unit.harvest, &ignored);
}

static OpenUnit *level_free(const Intake *i, OpenUnit *l) {
    if (!l)
        return NULL;
    level_quiet(i, l);
    flow_unref(l->flow);
    sets_free(l);
    buf_done(&l->unit.path);
    harvest_done(&l->unit.harvest);
    arena_done(&l->unit.arena);
    XXH3_freeState(l->hash);
    free(l);
    return NULL;
}

static OpenUnit *level_new(const Intake *i) {
    OpenUnit *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->hash = XXH3_createState();
    l->columns = &l->plain;
    if (!l->hash || harvest_init(&l->unit.harvest, i->engine, i->reader->harvest.floor,
                                 i->reader->harvest.keep) < 0)
        return level_free(i, l);
    return l;
}

static void level_clear(const Intake *i, OpenUnit *l) {
    IntakeUnit *u = &l->unit;

    level_quiet(i, l);
    harvest_clear(&u->harvest);
    arena_done(&u->arena);
    buf_clear(&u->path);
    sets_free(l);
    u->n_facts = 0;
    u->members = u->bytes = u->size = 0;
    u->mtime = INT64_MIN;
    u->rule_limit = false;
    l->position = 0;
    XXH3_128bits_reset_withSecret(l->hash, i->reader->hash_secret, SKETCH_SECRET_BYTES);
}

/* What allow lists say of the unit, by its path. */
static int level_allow(const Intake *i, OpenUnit *l) {
    const Reader *r = i->reader;
    _cleanup_(buf_done) Buf path = {0};

    l->unit.harvest.plain = r->harvest.plain;
    if (!l->unit.harvest.allowed)
        return 0;
    buf_span(&path, r->path);
    buf_span(&path, buf_as_span(&l->unit.path));
    return buf_error(&path) < 0
               ? -ENOMEM
               : harvest_allow(&l->unit.harvest, &r->harvest.allow, r->root, buf_as_span(&path));
}

/* Opens the level at i->depth. */
static int level_open(Intake *i) {
    if (!i->levels[i->depth])
        i->levels[i->depth] = level_new(i);
    if (!i->levels[i->depth])
        return -ENOMEM;
    level_clear(i, i->levels[i->depth]);
    return 0;
}

static OpenUnit *level_at_hand(const Intake *i) {
    return i->levels[i->depth];
}

/* ---- windows ---- */

static void window_reset(Intake *i) {
    if (i->text.at)
        explicit_bzero(i->text.at, i->text.n);
    buf_clear(&i->text);
    buf_clear(&i->marks);
    i->done = i->probe_end = 0;
}

static Mark *marks_of(const Intake *i, size_t *ret_n) {
    *ret_n = i->marks.n / sizeof(Mark);
    return (Mark *)i->marks.at;
}

static int window_scan(Intake *i, size_t end) {
    OpenUnit *l = level_at_hand(i);
    Harvest *h = &l->unit.harvest;
    MatcherSink sink = i->reader->sink;
    size_t n_marks;
    const Mark *marks = marks_of(i, &n_marks);
    const Columns columns = {marks, n_marks, l->columns->hints, l->columns->n};
    bool bytes = i->kind == PART_BYTES;
    uint64_t at = bytes ? i->source : i->first;
    RawWindow w = {.encoding = bytes ? i->encoding : ENCODING_UTF8,
                   .bytes = span(i->text.at, i->text.n),
                   .at = at,
                   .lo = at + i->done,
                   .hi = at + end,
                   .columns = bytes ? NULL : &columns};
    int r;

    harvest_sink(h, &sink);
    if (!bytes && l->columns->probing && sink.floor > LEVEL_LOW)
        sink.floor = LEVEL_LOW;
    h->cursor = 0;
    h->where = (HarvestWhere){.line = i->lines,
                              .no_lines = bytes && !i->lines_known,
                              .nowhere = bytes && i->nowhere,
                              .places = l->columns->places,
                              .n_places = bytes ? 0 : l->columns->n + 1};
    r = reader_window(i->reader, &w, &sink, &h->where);
    i->lines = h->where.line;
    if (r == -EOVERFLOW) {
        l->unit.rule_limit = true;
        r = 0;
    }
    i->done = end;
    return r;
}

/* ---- help ---- */

/* The unit is at its end: what the values of its columns say, where the probe was not over yet. */
static int columns_learn(OpenUnit *l) {
    int r = 0;

    for (size_t k = 0; k < l->n_sets && r == 0; k++)
        r = columnset_learn(l->sets[k], &l->unit.harvest);
    return r;
}

/* What others examine is done, and what they found is in the unit's harvest. */
static int flow_end(Intake *i) {
    OpenUnit *l = level_at_hand(i);

    if (!l->flow)
        return 0;
    return flow_settle(l->flow, i->reader, &l->unit.harvest, &l->unit.rule_limit);
}

/* Where what a window can see begins, that goes on from what is done. */
static size_t window_from(const Intake *i) {
    size_t from = i->done > MATCHER_MARGIN ? i->done - MATCHER_MARGIN : 0;

    return from - from % 4; /* whole units of any encoding */
}

/* The mark for a text that has lost its first `drop` bytes. */
static inline Mark mark_moved(Mark m, size_t drop) {
    uint32_t moved = m.at < drop ? (uint32_t)(drop - m.at) : 0;

    if (m.source != MARK_NOWHERE)
        m.source += moved;
    m.at = m.at < drop ? 0 : (uint32_t)(m.at - drop);
    return m;
}

/* How many marks stand at or before `at`. */
static size_t marks_until(const Mark *marks, size_t n, size_t at) {
    size_t lo = 0;

    while (lo < n) {
        size_t mid = lo + (n - lo) / 2;

        if (marks[mid].at <= at)
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

/* The marks of [from, end) of what is at hand, as a text that begins there has them. */
static void marks_copy(const Intake *i, size_t from, size_t end, Buf *to) {
    size_t n;
    const Mark *marks = marks_of(i, &n);
    size_t first = marks_until(marks, n, from), last = marks_until(marks, n, end);
    Mark *copy;

    first -= first > 0; /* the one that `from` stands under */
    copy = buf_extend(to, (last - first) * sizeof(*copy));
    for (size_t k = first; copy && k < last; k++)
        copy[k - first] = mark_moved(marks[k], from);
}

/* A copy of the window that ends there, and of what it can see. 0 or -ENOMEM. */
static int window_copy(const Intake *i, size_t end, FlowWindow *w) {
    const OpenUnit *l = i->levels[i->depth];
    bool bytes = i->kind == PART_BYTES;
    size_t from = window_from(i);
    size_t n = (i->text.n - end < MATCHER_MARGIN ? i->text.n : end + MATCHER_MARGIN) - from;
    uint64_t at = (bytes ? i->source : i->first) + from;

    buf_add(&w->text, i->text.at + from, n);
    if (buf_extend(&w->text, MATCHER_PAD)) {
        memset(w->text.at + n, 0, MATCHER_PAD);
        w->text.n = n;
    }
    marks_copy(i, from, from + n, &w->marks);
    if (buf_error(&w->text) || buf_error(&w->marks))
        return -ENOMEM;
    w->raw = (RawWindow){.encoding = bytes ? i->encoding : ENCODING_UTF8,
                         .at = at,
                         .lo = at + i->done - from,
                         .hi = at + end - from};
    w->table = !bytes;
    w->hints = l->columns->hints;
    w->n_hints = l->columns->n;
    w->places = l->columns->places;
    w->n_places = bytes ? 0 : l->columns->n + 1;
    w->where = (HarvestWhere){
        .line = i->lines, .no_lines = bytes && !i->lines_known, .nowhere = bytes && i->nowhere};
    return 0;
}

static uint64_t newlines(Span text) {
    uint64_t n = 0;

    for (size_t k = 0; k < text.n; k++)
        n += text.at[k] == '\n';
    return n;
}

/* Are line feeds bytes of their own, so that they can be counted undecoded? */
static bool plain_lines(const Intake *i) {
    return i->kind != PART_BYTES ||
           (encoding_unit(i->encoding) == 1 && !encoding_is_ebcdic(i->encoding));
}

/* 1: somebody else examines the window that ends there; 0: nobody is free. */
static int window_give(Intake *i, size_t end) {
    OpenUnit *l = level_at_hand(i);
    FlowWindow *w;
    int r;

    if (!i->help.invite || !plain_lines(i))
        return 0;
    r = l->flow ? 0 : flow_new(&l->unit.harvest, i->help.windows, &l->flow);
    w = r == 0 ? flow_take(l->flow) : NULL;
    if (!w)
        return r;
    r = window_copy(i, end, w);
    if (r < 0) {
        flow_return(l->flow, w);
        return r;
    }
    flow_put(l->flow, w); /* first: who is invited comes at once, and should find it there */
    i->help.invite(i->help.of, l->flow); /* if nobody can: flow_settle() examines it */
    if (i->kind == PART_BYTES)
        i->lines += newlines(span(i->text.at + i->done, end - i->done));
    i->done = end;
    return 1;
}

/* Forgets what no later window needs; the mark that the rest stands under stays. */
static void window_shift(Intake *i) {
    size_t drop = window_from(i), n, first;
    Mark *marks = marks_of(i, &n);

    if (!drop)
        return;
    memmove(i->text.at, i->text.at + drop, i->text.n - drop);
    i->text.n -= drop;
    i->done -= drop;
    i->probe_end -= i->probe_end ? drop : 0;
    i->first += drop;
    i->source += drop;
    first = marks_until(marks, n, drop);
    first -= first > 0;
    for (size_t k = first; k < n; k++)
        marks[k - first] = mark_moved(marks[k], drop);
    i->marks.n = (n - first) * sizeof(Mark);
}

/* PAD readable bytes behind the text, which the matcher may look at and not act on. */
static int window_pad(Intake *i) {
    size_t n = i->text.n;

    if (!buf_extend(&i->text, MATCHER_PAD))
        return -ENOMEM;
    memset(i->text.at + n, 0, MATCHER_PAD);
    i->text.n = n;
    return 0;
}

/* Where the next window ends, if the text goes so far. */
static size_t window_end(const Intake *i) {
    size_t end = i->done + i->reader->window;

    return i->probe_end && i->probe_end < end ? i->probe_end : end;
}

static int window_step(Intake *i, size_t end) {
    OpenUnit *l = level_at_hand(i);
    int r = l->columns->probing ? 0 : window_give(i, end);

    if (r == 0)
        r = window_scan(i, end);
    if (r >= 0 && i->probe_end && i->done >= i->probe_end) {
        i->probe_end = 0;
        return columnset_learn(l->columns, &l->unit.harvest);
    }
    return r < 0 ? r : 0;
}

/* Examines whole windows that have their margin; all that is there at the end of the part. */
static int window_work(Intake *i, bool end) {
    int r = 0;

    if (!end && i->text.n < window_end(i) + MATCHER_MARGIN)
        return 0;
    r = window_pad(i);
    while (r == 0 && i->text.n >= window_end(i) + MATCHER_MARGIN)
        r = window_step(i, window_end(i));
    while (r == 0 && end && i->done < i->text.n)
        r = window_step(i, window_end(i) < i->text.n ? window_end(i) : i->text.n);
    if (r == 0 && !end)
        window_shift(i);
    return r;
}

static int part_end(Intake *i) {
    int r = i->open && i->text.n ? window_work(i, true) : 0;

    window_reset(i);
    i->open = false;
    return r;
}

/* ---- text ---- */

/* Columns up to n exist: what others borrow moves only when they are done. */
static int columns_reach(Intake *i, size_t n) {
    OpenUnit *l = level_at_hand(i);
    int r = n > l->columns->n ? flow_end(i) : 0;

    return r < 0 ? r : columnset_reach(l->columns, &l->unit.harvest, n);
}

/* Bytes that are nowhere count on from what was taken in of the unit, so that they have an order.
 */
static void bytes_at(Intake *i, uint64_t source) {
    i->nowhere = source == MARK_NOWHERE;
    i->lines_known = source == 0;
    i->lines = 0;
    i->source = i->nowhere ? level_at_hand(i)->position : source;
}

/* Bytes of the unit from `source` on: a gap ends the run of lines. */
static int bytes_from(Intake *i, uint64_t source) {
    bool goes_on =
        source == MARK_NOWHERE ? i->nowhere : !i->nowhere && i->source + i->text.n == source;
    int r = 0;

    if (i->text.n && goes_on)
        return 0;
    if (i->text.n)
        r = window_work(i, true);
    window_reset(i);
    bytes_at(i, source);
    return r;
}

static int text_add(Intake *i, Span text) {
    static const Mark nowhere = {.source = MARK_NOWHERE};
    OpenUnit *l = level_at_hand(i);

    if (!text.n)
        return 0;
    if (!i->text.n)
        i->first = l->position;
    if (!i->marks.n && i->kind != PART_BYTES)
        buf_add(&i->marks, &nowhere, sizeof(nowhere)); /* before the first mark */
    buf_span(&i->text, text);
    l->position += text.n;
    l->unit.bytes += text.n;
    XXH3_128bits_update(l->hash, text.at, text.n);
    return buf_error(&i->text);
}

/* The unit's own bytes: marks say where a piece of them begins. */
static int bytes_put(Intake *i, const Text *t) {
    size_t at = 0;
    int r = 0;

    for (size_t k = 0; k <= t->n_marks && r == 0; k++) {
        size_t end = k < t->n_marks ? t->marks[k].at : t->text.n;

        r = text_add(i, span(t->text.at + at, end - at));
        at = end;
        if (r == 0 && k < t->n_marks)
            r = bytes_from(i, t->marks[k].source);
    }
    return r;
}

/* Marks of text that begins at `base` of what is gathered. Millions of them: no call for each. */
static int marks_put(Intake *i, const Text *t, size_t base) {
    ColumnSet *c = level_at_hand(i)->columns;
    size_t n;
    Mark *last = marks_of(i, &n), *to;

    if (n && t->n_marks && last[n - 1].at == base + t->marks[0].at)
        i->marks.n -= sizeof(Mark); /* nothing stood under it */
    to = buf_extend(&i->marks, t->n_marks * sizeof(*to));
    if (!to)
        return -ENOMEM;
    for (size_t k = 0; k < t->n_marks; k++) {
        to[k] = t->marks[k];
        to[k].at += (uint32_t)base;
        if (_unlikely_(to[k].column > c->n)) {
            int r = columns_reach(i, to[k].column);

            if (r < 0)
                return r;
        }
        if (_unlikely_(c->probing) && columnset_row(c, to[k].row))
            i->probe_end = to[k].at;
    }
    return 0;
}

static int on_text(void *of, const Text *t) {
    Intake *i = of;
    size_t base;
    int r;

    if (i->kind == PART_BYTES) {
        r = bytes_put(i, t);
        return r ? r : window_work(i, false);
    }
    base = i->text.n;
    r = text_add(i, t->text);
    if (r == 0 && t->n_marks)
        r = marks_put(i, t, base);
    return r ? r : window_work(i, false);
}

/* ---- runs ---- */

static int run_spell(Intake *i, uint8_t byte, uint64_t n) {
    _uninitialized_ uint8_t bytes[MATCHER_MARGIN];
    int r = 0;

    memset(bytes, byte, sizeof(bytes));
    for (size_t step; r == 0 && n; n -= step) {
        step = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);
        r = text_add(i, span(bytes, step));
        if (r == 0)
            r = window_work(i, false);
    }
    return r;
}

/* The same hash as of text that is spelled. */
static void run_hash(OpenUnit *l, uint8_t byte, uint64_t n) {
    _uninitialized_ uint8_t bytes[16 << 10];

    memset(bytes, byte, sizeof(bytes));
    for (size_t step; n; n -= step) {
        step = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);
        XXH3_128bits_update(l->hash, bytes, step);
    }
}

/* What is kept, a margin on both sides of what is examined next, now lies so much further on. */
static void run_pass(Intake *i, uint8_t byte, uint64_t n) {
    OpenUnit *l = level_at_hand(i);
    size_t n_marks;
    Mark *marks = marks_of(i, &n_marks);

    for (size_t k = 0; k < n_marks; k++)
        marks[k].source += marks[k].source == MARK_NOWHERE ? 0 : n;
    i->first += n;
    i->source += n;
    i->lines += byte == '\n' ? n : 0;
    l->position += n;
    l->unit.bytes += n;
    run_hash(l, byte, n);
}

static int on_run(void *of, uint8_t byte, uint64_t n) {
    Intake *i = of;
    uint64_t passed = n > RUN_ENDS && plain_lines(i) ? (n - RUN_ENDS) & ~UINT64_C(3) : 0;
    int r = run_spell(i, byte, n - passed);
    size_t end;

    if (r < 0 || !passed)
        return r;
    end = i->text.n - MATCHER_MARGIN;
    r = window_pad(i);
    while (r == 0 && i->done < end)
        r = window_step(i, window_end(i) < end ? window_end(i) : end);
    if (r < 0)
        return r;
    window_shift(i);
    run_pass(i, byte, passed);
    return 0;
}

/* ---- parts and columns ---- */

static int on_column(void *of, uint32_t number, Span name) {
    Intake *i = of;
    OpenUnit *l = level_at_hand(i);
    int r = 0;

    if (number == 0 || number > PART_COLUMNS_MAX)
        return 0;
    if (number <= l->columns->n) { /* what came before stands under the old name */
        r = window_work(i, true);
        window_reset(i);
    }
    if (r == 0)
        r = flow_end(i);
    return r < 0 ? r : columnset_name(l->columns, &l->unit.harvest, number, name);
}

/* The set of a table or sheet that was met before, or NULL. */
static ColumnSet *set_find(const OpenUnit *l, PartKind kind, Span name) {
    for (size_t k = l->n_sets; k > 0; k--) {
        if (columnset_is(l->sets[k - 1], kind, name))
            return l->sets[k - 1];
    }
    return NULL;
}

/* One more; of too many the oldest, whose values have said what they could. */
static int set_new(OpenUnit *l, ColumnSet **ret) {
    ColumnSet *c;

    if (l->n_sets == COLUMN_SETS) {
        *ret = l->sets[l->oldest];
        l->oldest = (l->oldest + 1) % COLUMN_SETS;
        return columnset_learn(*ret, &l->unit.harvest);
    }
    c = calloc(1, sizeof(*c));
    if (!c)
        return -ENOMEM;
    l->sets[l->n_sets++] = *ret = c;
    return 0;
}

static int set_choose(OpenUnit *l, PartKind kind, Span name) {
    ColumnSet *c = part_has_rows(kind) ? set_find(l, kind, name) : &l->plain;
    int r = 0;

    if (c && (c != &l->plain || columnset_is(c, kind, name))) {
        l->columns = c;
        return 0;
    }
    if (!c)
        r = set_new(l, &c);
    if (r < 0)
        return r;
    l->columns = c;
    return columnset_begin(c, &l->unit.harvest, kind, name);
}

static int on_part(void *of, PartKind kind, Span name, Encoding encoding) {
    Intake *i = of;
    OpenUnit *l = level_at_hand(i);
    int r = part_end(i);

    i->kind = kind;
    i->encoding = encoding;
    i->open = true;
    bytes_at(i, MARK_NOWHERE); /* until a mark says more */
    if (r < 0 || kind == PART_BYTES || columnset_is(l->columns, kind, name))
        return r;
    r = flow_end(i);
    return r < 0 ? r : set_choose(l, kind, name);
}

/* ---- facts ---- */

/* Where it stands, named as findings there are. */
static void fact_part(const Intake *i, const OpenUnit *l, const Fact *f, Buf *ret) {
    const ColumnSet *c = l->columns;
    uint32_t place = f->column && f->column <= c->n ? c->places[f->column] : 0;

    if (!i->open || i->kind == PART_BYTES)
        return;
    if (place && place <= l->unit.harvest.n_places && l->unit.harvest.places[place - 1].column)
        buf_span(ret, l->unit.harvest.places[place - 1].part);
    else
        part_print(ret, i->kind, buf_as_span(&c->part), f->column, span(NULL, 0));
}

static int on_fact(void *of, const Fact *f) {
    Intake *i = of;
    OpenUnit *l = level_at_hand(i);
    IntakeUnit *u = &l->unit;
    _cleanup_(buf_done) Buf part = {0};
    IntakeFact *same = NULL;

    fact_part(i, l, f, &part);
    for (size_t k = 0; k < u->n_facts; k++) {
        IntakeFact *known = &u->facts[k];

        if (known->kind == f->kind && span_eq(known->text, f->text) &&
            (u->n_facts == INTAKE_FACTS || span_eq(known->part, buf_as_span(&part))))
            same = known;
    }
    if (same) {
        same->from = f->from < same->from ? f->from : same->from;
        same->to = f->to > same->to ? f->to : same->to;
        return buf_error(&part);
    }
    if (u->n_facts == INTAKE_FACTS)
        return buf_error(&part);
    same = &u->facts[u->n_facts++];
    *same = (IntakeFact){f->kind, f->from, f->to, arena_span(&u->arena, buf_as_span(&part)),
                         arena_span(&u->arena, f->text)};
    return !same->part.at || !same->text.at ? -ENOMEM : buf_error(&part);
}

/* ---- units open and close ---- */

int intake_name(Intake *i, Span name) {
    return reader_name(i->reader, &level_at_hand(i)->unit.harvest, name);
}

static int on_enter(void *of, const Entry *e) {
    Intake *i = of;
    OpenUnit *above = level_at_hand(i);
    IntakeUnit *u;
    int r = part_end(i);

    if (r < 0)
        return r;
    if (i->depth == EXTRACT_DEPTH_MAX)
        return -EBADMSG;
    i->depth++;
    r = level_open(i);
    if (r < 0)
        return r;
    u = &level_at_hand(i)->unit;
    u->size = e->size == FEED_SIZE_UNKNOWN ? 0 : e->size;
    u->mtime = e->mtime;
    buf_span(&u->path, buf_as_span(&above->unit.path));
    buf_byte(&u->path, 0);
    buf_span(&u->path, e->name);
    r = buf_error(&u->path);
    if (r == 0)
        r = level_allow(i, level_at_hand(i));
    return r < 0 ? r : intake_name(i, e->name);
}

static void level_settle(OpenUnit *l) {
    XXH128_canonical_t digest;

    intake_settle(&l->unit);
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(l->hash));
    memcpy(l->unit.hash, &digest, EXAMINE_HASH);
}

static int on_leave(void *of, const Ending *e) {
    Intake *i = of;
    OpenUnit *l = level_at_hand(i);
    int r = part_end(i);

    if (r == 0)
        r = flow_end(i);
    if (r == 0)
        r = columns_learn(l);
    if (r < 0)
        return r;
    if (i->depth == 0)
        return -EBADMSG;
    level_settle(l);
    /* a declared size is somebody's word: only of what was not read, and never an absurd one */
    if (l->unit.size < e->bytes || l->unit.size > DECLARED_MAX || status_complete(e->status.kind))
        l->unit.size = e->bytes;
    r = i->to.unit(i->to.of, &l->unit, e);
    i->depth--;
    level_at_hand(i)->unit.members += 1 + l->unit.members;
    return r;
}

/* ---- life ---- */

static int on_pulse(void *of, uint64_t taken) {
    const Intake *i = of;

    return i->to.pulse ? i->to.pulse(i->to.of, taken) : 0;
}

int intake_new(Reader *reader, const IntakeTo *to, const IntakeHelp *help, Intake **ret) {
    Intake *i = calloc(1, sizeof(*i));

    if (!i)
        return -ENOMEM;
    i->reader = reader;
    i->engine = reader->engine;
    i->to = *to;
    if (help)
        i->help = *help;
    i->receiver = (Receiver){.of = i,
                             .enter = on_enter,
                             .leave = on_leave,
                             .part = on_part,
                             .column = on_column,
                             .text = on_text,
                             .run = on_run,
                             .fact = on_fact,
                             .pulse = on_pulse};
    i->levels[0] = level_new(i);
    if (!i->levels[0]) {
        intake_free(i);
        return -ENOMEM;
    }
    intake_begin(i);
    *ret = i;
    return 0;
}

Intake *intake_free(Intake *i) {
    if (!i)
        return NULL;
    for (size_t k = 0; k < N_ELEMENTS(i->levels); k++)
        level_free(i, i->levels[k]);
    buf_wipe(&i->text);
    buf_done(&i->marks);
    free(i);
    return NULL;
}

void intake_begin(Intake *i) {
    for (size_t k = 0; k <= i->depth; k++)
        level_clear(i, i->levels[k]);
    i->depth = 0;
    i->open = false;
    window_reset(i);
    if (level_allow(i, i->levels[0]) < 0)
        i->levels[0]->unit.harvest.no_memory = true;
}

const Receiver *intake_receiver(const Intake *i) {
    return &i->receiver;
}

static int outermost_end(Intake *i) {
    int r = part_end(i);

    if (r == 0)
        r = flow_end(i);
    return r < 0 ? r : columns_learn(i->levels[0]);
}

int intake_give(Intake *i, IntakeUnit *into) {
    const OpenUnit *l = i->levels[0];
    int r = outermost_end(i);

    if (r < 0 || l->n_sets || l->unit.n_facts)
        return r < 0 ? r : 1;
    harvest_merge(&into->harvest, &l->unit.harvest);
    into->members += l->unit.members;
    into->rule_limit |= l->unit.rule_limit;
    return 0;
}

void intake_settle(IntakeUnit *u) {
    static const uint64_t none[1] = {0};

    harvest_settle(&u->harvest, none, 1);
}

int intake_end(Intake *i, IntakeUnit **ret) {
    int r = outermost_end(i);

    if (r < 0)
        return r;
    level_settle(i->levels[0]);
    *ret = &i->levels[0]->unit;
    return 0;
}
