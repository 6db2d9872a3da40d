/* ColumnSet: see columnset.h. */
#include "scan/columnset.h"

#include "detect/validate/validate.h"

/* Of the rows of the probe, so many tenths must hold the value; of those tested, so many pass. */
enum { HELD_TENTHS = 6, VALID_TENTHS = 9, LEAST = 5 };

#define RATE_MOST 0.35f /* a checksum that more than that pass by chance says too little */

void columnset_clear(ColumnSet *c) {
    for (size_t i = 0; i < c->n; i++)
        column_hint_done(&c->hints[i]);
    buf_clear(&c->part);
    c->n = 0;
    c->begun = c->probing = false;
}

void columnset_done(ColumnSet *c) {
    columnset_clear(c);
    buf_done(&c->part);
    free(c->hints);
    free(c->places);
    *c = (ColumnSet){0};
}

static int room(ColumnSet *c, size_t n) {
    size_t cap = c->cap ? c->cap : 16;
    ColumnHint *hints;
    uint32_t *places;

    while (cap < n)
        cap *= 2;
    if (cap == c->cap)
        return 0;
    hints = reallocarray(c->hints, cap, sizeof(*hints));
    if (hints)
        c->hints = hints;
    places = reallocarray(c->places, cap + 1, sizeof(*places));
    if (places)
        c->places = places;
    if (!hints || !places)
        return -ENOMEM;
    c->cap = cap;
    return 0;
}

bool columnset_is(const ColumnSet *c, PartKind kind, Span part) {
    return c->begun && c->kind == kind && span_eq(buf_as_span(&c->part), part);
}

int columnset_begin(ColumnSet *c, Harvest *h, PartKind kind, Span part) {
    int r;

    columnset_clear(c);
    buf_span(&c->part, part);
    r = buf_error(&c->part);
    if (r == 0)
        r = room(c, 1);
    if (r < 0)
        return r;
    c->kind = kind;
    c->begun = true;
    c->probing = part_has_rows(kind);
    c->rows = c->row = 0;
    c->places[0] = harvest_place(h, kind, part, 0, span(NULL, 0));
    return 0;
}

int columnset_reach(ColumnSet *c, Harvest *h, size_t n) {
    int r = room(c, n);

    for (; r == 0 && c->n < n; c->n++) {
        c->hints[c->n] = (ColumnHint){0};
        c->places[c->n + 1] =
            harvest_place(h, c->kind, buf_as_span(&c->part), (uint32_t)c->n + 1, span(NULL, 0));
    }
    return r;
}

int columnset_name(ColumnSet *c, Harvest *h, uint32_t number, Span name) {
    ColumnHint hint;
    int r = columnset_reach(c, h, number - 1);

    if (r == 0)
        r = room(c, number);
    if (r == 0)
        r = column_hint_init(h->engine->column_names, name, &hint);
    if (r < 0)
        return r;
    if (number <= c->n)
        column_hint_done(&c->hints[number - 1]);
    else
        c->n = number;
    c->hints[number - 1] = hint;
    c->places[number] = harvest_place(h, c->kind, buf_as_span(&c->part), number, name);
    return 0;
}

bool columnset_row(ColumnSet *c, uint64_t row) {
    if (!c->probing || row == c->row)
        return false;
    c->row = row;
    return ++c->rows == COLUMNSET_PROBE + 1;
}

/* ---- what the values say ---- */

static bool has_checksum(const Harvest *h, uint16_t detector) {
    const char *name = h->engine->rules->detectors[detector].validate;
    const Validator *v = name ? validator_find(name) : NULL;

    return v && v->rate <= RATE_MOST;
}

/* Nearly every row holds one, and nearly every one of its shape passes. */
static bool is_of(const ColumnSet *c, const HarvestRow *row, const HarvestRow *below) {
    uint64_t rows = c->rows > COLUMNSET_PROBE ? COLUMNSET_PROBE : c->rows, hits = 0;

    for (Level l = LEVEL_LOW; l < N_LEVELS; l++)
        hits += row->count[l] + (below ? below->count[l] : 0);
    return hits >= LEAST && hits * 10 >= rows * HELD_TENTHS &&
           row->valid * 10 >= row->tested * VALID_TENTHS;
}

/* Its row of the whole column, where that is the one the place stands for. */
static size_t column_of(const ColumnSet *c, uint32_t place) {
    for (size_t i = 1; i <= c->n; i++) {
        if (c->places[i] == place)
            return i;
    }
    return 0;
}

int columnset_learn(ColumnSet *c, Harvest *h) {
    int r = 0;

    if (!c->probing)
        return 0;
    c->probing = false;
    for (size_t i = 0; i < h->n_rows && r == 0; i++) {
        HarvestRow *row = &h->rows[i];
        size_t column = row->below || !row->place ? 0 : column_of(c, row->place);

        if (!column || !has_checksum(h, row->detector) ||
            !is_of(c, row, harvest_below(h, row->place, row->detector)))
            continue;
        row->certain = true;
        r = column_hint_add(h->engine->column_names, row->detector, &c->hints[column - 1]);
    }
    return r;
}
