/* Harvest: see harvest.h. */
#include "scan/harvest.h"

#include "detect/mask.h"
#include "detect/score.h"
#include "detect/validate/validate.h"
#include "scan/combine.h"
#include "store/name.h"

enum { SLOTS_FIRST = 64 };

int harvest_init(Harvest *h, const Engine *engine, Level floor, uint32_t keep) {
    size_t n = engine->rules->n;

    *h = (Harvest){.engine = engine, .n = n, .floor = floor, .keep = keep};
    h->direct = calloc(n + 1, sizeof(*h->direct));
    h->counts = calloc(n + 1, sizeof(*h->counts));
    if (engine->allow)
        h->allowed = calloc(engine->rules->n_allows, sizeof(*h->allowed));
    if (h->direct && h->counts && (h->allowed || !engine->allow))
        return 0;
    harvest_done(h);
    return -ENOMEM;
}

void harvest_done(Harvest *h) {
    if (h->direct && h->counts)
        harvest_clear(h);
    for (size_t i = 0; i < h->cap_rows; i++)
        free(h->rows[i].samples);
    free(h->rows);
    free(h->direct);
    free(h->slots);
    free(h->places);
    free(h->counts);
    free(h->allowed);
    arena_done(&h->arena);
    *h = (Harvest){0};
}

void harvest_clear(Harvest *h) {
    for (size_t i = 0; i < h->n_rows; i++) {
        HarvestRow *row = &h->rows[i];
        HarvestSample *samples = row->samples;

        if (row->place == 0 && !row->below)
            h->direct[row->detector] = 0;
        if (samples)
            explicit_bzero(samples, row->n_samples * sizeof(*samples));
        sketch_done(&row->sketch);
        *row = (HarvestRow){.samples = samples};
    }
    if (h->n_slots)
        memset(h->slots, 0, h->n_slots * sizeof(*h->slots));
    if (h->n_places)
        arena_done(&h->arena);
    memset(h->counts, 0, h->n * sizeof(*h->counts));
    if (h->allowed)
        memset(h->allowed, 0, h->engine->rules->n_allows * sizeof(*h->allowed));
    h->n_rows = h->n_places = 0;
    h->where = (HarvestWhere){0};
    h->no_memory = false;
}

/* ---- places ---- */

/* places[i] is place i + 1: the whole needs no name. */
static uint32_t place_find(const Harvest *h, Span part) {
    for (size_t i = h->n_places; i > 0; i--) {
        if (span_eq(h->places[i - 1].part, part))
            return (uint32_t)i;
    }
    return 0;
}

static uint32_t place_add(Harvest *h, const HarvestPlace *like) {
    HarvestPlace *p;

    if (h->n_places == h->cap_places) {
        size_t cap = h->cap_places ? 2 * h->cap_places : 16;
        HarvestPlace *places = reallocarray(h->places, cap, sizeof(*places));

        h->no_memory |= !places;
        if (!places)
            return 0;
        h->places = places;
        h->cap_places = cap;
    }
    p = &h->places[h->n_places];
    *p = *like;
    p->part = arena_span(&h->arena, like->part);
    p->heading = arena_span(&h->arena, like->heading);
    h->no_memory |= !p->part.at || !p->heading.at;
    if (!p->part.at || !p->heading.at)
        return 0;
    return (uint32_t)++h->n_places;
}

uint32_t harvest_place(Harvest *h, PartKind kind, Span part, uint32_t column, Span column_name) {
    _cleanup_(buf_done) Buf name = {0};
    HarvestPlace like = {.kind = kind, .column = column > 0};
    uint32_t place;

    part_print(&name, kind, part, column, column_name);
    h->no_memory |= buf_error(&name) != 0;
    if (!name.n || buf_error(&name))
        return 0;
    place = place_find(h, buf_as_span(&name));
    if (place)
        return place;
    like.whole = column ? harvest_place(h, kind, part, 0, span(NULL, 0)) : 0;
    if (h->n_places >= HARVEST_PLACES)
        return like.whole;
    like.part = buf_as_span(&name);
    like.heading = kind == PART_SHEET && column ? column_name : span(NULL, 0);
    return place_add(h, &like);
}

/* ---- rows ---- */

static HarvestRow *row_add(Harvest *h, uint32_t place, uint16_t detector, bool below) {
    HarvestRow *row;

    if (h->n_rows == h->cap_rows) {
        size_t cap = h->cap_rows ? 2 * h->cap_rows : 16;
        HarvestRow *rows = reallocarray(h->rows, cap, sizeof(*rows));

        h->no_memory |= !rows;
        if (!rows)
            return NULL;
        memset(rows + h->cap_rows, 0, (cap - h->cap_rows) * sizeof(*rows));
        h->rows = rows;
        h->cap_rows = cap;
    }
    row = &h->rows[h->n_rows++];
    *row = (HarvestRow){.samples = row->samples,
                        .place = place,
                        .detector = detector,
                        .below = below,
                        .best = -100};
    return row;
}

static inline size_t slot_of(const Harvest *h, uint32_t place, uint16_t detector, bool below) {
    uint64_t key = (uint64_t)below << 48 | (uint64_t)place << 16 | detector;

    return (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (h->n_slots - 1);
}

static bool slots_grow(Harvest *h) {
    size_t n = h->n_slots ? 2 * h->n_slots : SLOTS_FIRST;
    uint32_t *slots = calloc(n, sizeof(*slots));

    h->no_memory |= !slots;
    if (!slots)
        return false;
    free(h->slots);
    h->slots = slots;
    h->n_slots = n;
    for (size_t i = 0; i < h->n_rows; i++) {
        const HarvestRow *row = &h->rows[i];
        size_t k = slot_of(h, row->place, row->detector, row->below);

        if (row->place == 0 && !row->below)
            continue;
        while (h->slots[k])
            k = (k + 1) & (n - 1);
        h->slots[k] = (uint32_t)i + 1;
    }
    return true;
}

static HarvestRow *row_direct(Harvest *h, uint16_t detector) {
    HarvestRow *row;

    if (h->direct[detector])
        return &h->rows[h->direct[detector] - 1];
    row = row_add(h, 0, detector, false);
    if (row)
        h->direct[detector] = (uint32_t)h->n_rows;
    return row;
}

HarvestRow *harvest_row(Harvest *h, uint32_t place, uint16_t detector, bool below) {
    HarvestRow *row;
    size_t k;

    if (place == 0 && !below)
        return row_direct(h, detector);
    if (2 * h->n_rows >= h->n_slots && !slots_grow(h))
        return NULL;
    for (k = slot_of(h, place, detector, below); h->slots[k]; k = (k + 1) & (h->n_slots - 1)) {
        row = &h->rows[h->slots[k] - 1];
        if (row->place == place && row->detector == detector && row->below == below)
            return row;
    }
    if (h->n_rows >= HARVEST_ROWS)
        return below ? NULL : row_direct(h, detector);
    row = row_add(h, place, detector, below);
    if (row)
        h->slots[k] = (uint32_t)h->n_rows;
    return row;
}

HarvestRow *harvest_below(const Harvest *h, uint32_t place, uint16_t detector) {
    size_t k;

    if (!h->n_slots)
        return NULL;
    for (k = slot_of(h, place, detector, true); h->slots[k]; k = (k + 1) & (h->n_slots - 1)) {
        HarvestRow *row = &h->rows[h->slots[k] - 1];

        if (row->place == place && row->detector == detector && row->below)
            return row;
    }
    return NULL;
}

/* ---- hits ---- */

static inline uint32_t place_of(const Harvest *h, const Mark *m) {
    if (!h->where.n_places)
        return 0;
    return h->where.places[m->column < h->where.n_places ? m->column : 0];
}

void harvest_tested(void *of, const Mark *at, uint16_t detector, bool valid) {
    Harvest *h = of;
    uint32_t place = place_of(h, at);
    HarvestRow *row = place ? harvest_row(h, place, detector, false) : NULL;

    if (place && row && row->place) {
        row->tested++;
        row->valid += valid;
    } else {
        h->counts[detector].tested++;
        h->counts[detector].valid += valid;
    }
}

static bool row_samples(Harvest *h, HarvestRow *row) {
    if (!row->samples)
        row->samples = calloc(h->keep, sizeof(*row->samples));
    h->no_memory |= !row->samples;
    return row->samples != NULL;
}

static inline size_t place_in_window(const Harvest *h, size_t at) {
    return h->where.from ? h->where.from[at] : at;
}

/* The matcher knows, unless it has looked at something else since. */
static uint64_t newlines_before(const Harvest *h, const Matcher *m, size_t at) {
    uint64_t n = 0;

    if (!h->where.from)
        return matcher_newlines_before(m, at);
    for (size_t i = h->where.lo; i < at; i++)
        n += h->where.window->text.at[i] == '\n';
    return n;
}

/* In a window with columns: under a mark; else by the window's own way to raw offsets. */
static void sample_locate(const Harvest *h, const Matcher *m, size_t at, size_t behind,
                          const Mark *mark, HarvestSample *s) {
    size_t start = place_in_window(h, at), end = place_in_window(h, behind - 1) + 1;
    uint64_t length = end - start;

    if (!mark) {
        text_window_locate(h->where.window, start, end, &s->offset, &length);
        s->position = s->offset;
        if (h->where.nowhere)
            s->offset = MARK_NOWHERE;
        s->counted = !h->where.no_lines;
        s->line = s->counted ? h->where.line + newlines_before(h, m, start) : 0;
    } else {
        s->position = h->where.position + start;
        s->offset = mark->source == MARK_NOWHERE ? MARK_NOWHERE : mark->source + (start - mark->at);
        s->line = mark->row;
    }
    s->length = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    s->piece = h->where.piece;
}

/* Those of one position are in one order, too, whoever found them first. */
static int sample_compare(const void *a, const void *b) {
    const HarvestSample *x = a, *y = b;

    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Room for one that stands there: behind the others, or for the last of them; or NULL. */
static HarvestSample *sample_room(const Harvest *h, HarvestRow *row, const HarvestSample *s) {
    HarvestSample *last = row->samples;

    if (row->n_samples < h->keep)
        return &row->samples[row->n_samples++];
    for (uint32_t i = 1; i < row->n_samples; i++) {
        if (sample_compare(&row->samples[i], last) > 0)
            last = &row->samples[i];
    }
    return sample_compare(s, last) < 0 ? last : NULL;
}

static void row_last(HarvestRow *row) {
    row->last = 0;
    for (uint32_t i = 0; i < row->n_samples; i++) {
        if (row->samples[i].position > row->last)
            row->last = row->samples[i].position;
    }
}

/* Hits come nearly in order of position: what codes say behind the rest of their window, parts of
 * a unit as its reader gives them. */
static _noinline_ void harvest_sample(Harvest *h, HarvestRow *row, const Matcher *m,
                                      const Window *w, const Hit *hit, const Mark *mark) {
    const Detector *d = &h->engine->rules->detectors[hit->detector];
    HarvestSample at = {.score = hit->score, .test_value = hit->test_value}, *s;

    if (!row_samples(h, row))
        return;
    sample_locate(h, m, hit->start, hit->end, mark, &at);
    s = sample_room(h, row, &at);
    if (!s)
        return;
    *s = at;
    s->n = (uint16_t)hit_canonical(h->engine, w, hit, s->value, sizeof(s->value));
    mask_value(&d->mask, span(w->text + hit->start, hit->end - hit->start), s->mask,
               sizeof(s->mask));
    row_last(row);
}

uint32_t harvest_locate(const Harvest *h, const Matcher *m, size_t start, size_t end,
                        HarvestSample *ret) {
    const Columns *columns = h->where.columns;
    size_t cursor = 0;
    const Mark *mark = columns ? columns_mark(columns, start, &cursor) : NULL;

    sample_locate(h, m, start, end, mark, ret);
    return mark ? place_of(h, mark) : 0;
}

_hot_ void harvest_hit(void *of, const Matcher *m, const Window *w, const Hit *hit) {
    Harvest *h = of;
    const Columns *columns = h->where.columns;
    const Mark *mark =
        columns ? columns_mark(columns, place_in_window(h, hit->start), &h->cursor) : NULL;
    HarvestRow *row =
        harvest_row(h, mark ? place_of(h, mark) : 0, hit->detector, hit->level < h->floor);

    if (_unlikely_(!row))
        return;
    row->count[hit->level]++;
    row->test_values += hit->test_value;
    if (hit->score > row->best)
        row->best = hit->score;
    sketch_add(&row->sketch, hit->hash);
    if (row->n_samples < h->keep || h->where.position <= row->last)
        harvest_sample(h, row, m, w, hit, mark);
}

/* ---- what is not to be reported ---- */

int harvest_allow(Harvest *h, const AllowView *ask, Span root, Span path) {
    _cleanup_(buf_done) Buf name = {0};
    int r = 0;

    if (!h->allowed)
        return 0;
    if (allow_has_paths(h->engine->allow))
        r = name_print(&name, root, path);
    if (r < 0)
        return r;
    allow_view_path(h->engine->allow, &h->allow, buf_as_span(&name));
    h->allow.of = ask->of;
    h->allow.token = ask->token;
    return 0;
}

/* Of what is below the floor nobody would have heard: it is not counted. */
void harvest_allowed(void *of, const Window *w _unused_, const Hit *hit, uint16_t entry) {
    Harvest *h = of;

    h->allowed[entry] += hit->level >= h->floor;
}

void harvest_sink(Harvest *h, MatcherSink *sink) {
    sink->of = h;
    sink->hit = harvest_hit;
    sink->tested = harvest_tested;
    sink->counts = h->counts;
    sink->exact = !h->plain;
    sink->allow = h->allowed && !h->plain ? &h->allow : NULL;
    sink->allowed = harvest_allowed;
}

/* ---- merging ---- */

/* The lowest positions of both. */
static void row_merge_samples(Harvest *h, HarvestRow *into, const HarvestRow *from) {
    HarvestSample both[2 * FINDING_SAMPLES_MAX];
    size_t n = into->n_samples;

    if (!from->n_samples || !row_samples(h, into))
        return;
    if (n)
        memcpy(both, into->samples, n * sizeof(*both));
    memcpy(both + n, from->samples, from->n_samples * sizeof(*both));
    n += from->n_samples;
    qsort(both, n, sizeof(*both), sample_compare);
    into->n_samples = n < h->keep ? (uint32_t)n : h->keep;
    memcpy(into->samples, both, into->n_samples * sizeof(*both));
    row_last(into);
    explicit_bzero(both, n * sizeof(*both));
}

uint32_t harvest_place_of(Harvest *into, const Harvest *from, uint32_t place) {
    const HarvestPlace *p;
    HarvestPlace like;
    uint32_t known;

    if (place == 0)
        return 0;
    p = &from->places[place - 1];
    known = place_find(into, p->part);
    if (known)
        return known;
    like = *p;
    like.whole = harvest_place_of(into, from, p->whole);
    return place_add(into, &like);
}

static void row_merge(Harvest *into, HarvestRow *row, const HarvestRow *theirs) {
    for (size_t l = 0; l < N_LEVELS; l++)
        row->count[l] += theirs->count[l];
    row->tested += theirs->tested;
    row->valid += theirs->valid;
    row->test_values += theirs->test_values;
    if (theirs->best > row->best)
        row->best = theirs->best;
    sketch_merge(&row->sketch, &theirs->sketch);
    row_merge_samples(into, row, theirs);
}

void harvest_merge(Harvest *into, const Harvest *from) {
    for (size_t i = 0; i < from->n; i++) {
        into->counts[i].tested += from->counts[i].tested;
        into->counts[i].valid += from->counts[i].valid;
    }
    for (size_t i = 0; i < from->n_rows; i++) {
        const HarvestRow *theirs = &from->rows[i];
        HarvestRow *row = harvest_row(into, harvest_place_of(into, from, theirs->place),
                                      theirs->detector, theirs->below);

        if (row)
            row_merge(into, row, theirs);
    }
    for (size_t i = 0; into->allowed && i < into->engine->rules->n_allows; i++)
        into->allowed[i] += from->allowed[i];
    into->no_memory |= from->no_memory;
}

static void row_settle(HarvestRow *row, const uint64_t *newlines, size_t n_pieces) {
    uint64_t before = 0;
    size_t piece = 0;

    if (row->n_samples > 1)
        qsort(row->samples, row->n_samples, sizeof(*row->samples), sample_compare);
    for (size_t k = 0; k < row->n_samples; k++) {
        HarvestSample *s = &row->samples[k];

        for (; piece < s->piece && piece < n_pieces; piece++)
            before += newlines[piece];
        if (s->counted)
            s->line += before + 1;
    }
}

/* ---- settling ---- */

static void row_empty(HarvestRow *row) {
    memset(row->count, 0, sizeof(row->count));
    if (row->samples)
        explicit_bzero(row->samples, row->n_samples * sizeof(*row->samples));
    row->n_samples = 0;
    row->last = 0;
    row->test_values = 0;
}

/* Hits below the floor get what the column is worth, or go. */
static void below_settle(Harvest *h, size_t number) {
    HarvestRow *row = harvest_row(h, h->rows[number].place, h->rows[number].detector, false);
    HarvestRow *below = &h->rows[number];

    if (row && row->certain) {
        below->count[LEVEL_MEDIUM] += below->count[LEVEL_LOW];
        below->count[LEVEL_LOW] = 0;
        below->best += SCORE_COLUMN;
        for (size_t i = 0; i < below->n_samples; i++)
            below->samples[i].score += SCORE_COLUMN;
        row_merge(h, row, below);
    }
    row_empty(below);
}

/*
 * Of many values of its shape in a column, so few pass that they pass by chance. Values of a column
 * are alike (the same first digits), so more may than of random ones: a fifth is still few.
 */
static bool is_chance(const Harvest *h, const HarvestRow *row) {
    enum { MANY = 30 };
    const char *name = h->engine->rules->detectors[row->detector].validate;
    const Validator *v = name ? validator_find(name) : NULL;

    return row->place && h->places[row->place - 1].column && v && v->rate <= 0.35f &&
           row->tested >= MANY && row->valid * 2 < row->tested &&
           (row->valid * 5 < row->tested || (float)row->valid < 2 * v->rate * (float)row->tested);
}

/*
 * Of the cells of a column that is named for it, so few are of its form that the name means
 * something else: 'name' of products, of which one begins with a name of a person. What is found by
 * a list may stand there by chance, and must be every other cell.
 */
static bool is_sparse(const Harvest *h, const HarvestRow *row) {
    const EngineDetector *d = &h->engine->detectors[row->detector];
    bool listed = d->n_cells > 0 && h->engine->patterns[d->first_cell].words >= 0;

    return row->place && h->places[row->place - 1].column && d->n_cells > 0 &&
           row->valid * (listed ? 2 : 3) < row->tested;
}

void harvest_settle(Harvest *h, const uint64_t *newlines, size_t n_pieces) {
    size_t n = h->n_rows;

    for (size_t i = 0; i < n; i++) {
        if (h->rows[i].below)
            below_settle(h, i);
    }
    for (size_t i = 0; i < h->n_rows; i++) {
        if (is_chance(h, &h->rows[i]) || is_sparse(h, &h->rows[i]))
            row_empty(&h->rows[i]);
        row_settle(&h->rows[i], newlines, n_pieces);
    }
    combine_settle(h);
}
