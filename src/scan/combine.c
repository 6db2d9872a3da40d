/*
 * Combine: see combine.h.
 *
 * A scope is a table, known by the place of its part (that of the whole object, 0, where it has no
 * name), or the object, which is place 0 as well. In a table only columns count: what stands beside
 * them is in no record. Each row is added to its scope once, so the work is linear in the rows.
 */
#include "scan/combine.h"

/* One term in one scope. */
typedef struct Tally {
    uint64_t count, distinct;
    float best;
} Tally;

/* The scope that the row belongs to, or -1. */
static int64_t scope_of(const Harvest *h, const HarvestRow *row, bool table) {
    const HarvestPlace *p = row->place ? &h->places[row->place - 1] : NULL;

    if (!table)
        return 0;
    return p && p->column ? (int64_t)p->whole : -1;
}

static void tally_add(Tally *t, const HarvestRow *row, bool distinct) {
    uint64_t n;
    bool exact;

    for (size_t l = LEVEL_MEDIUM; l < N_LEVELS; l++)
        t->count += row->count[l];
    n = distinct ? sketch_count(&row->sketch, &exact) : 0;
    t->distinct = n > t->distinct ? n : t->distinct;
    t->best = row->best > t->best ? row->best : t->best;
}

/* tallies: by scope and term. */
static void rows_add(const Harvest *h, const Combination *c, Tally *tallies) {
    const Match *rule = c->rule;

    for (size_t i = 0; i < h->n_rows; i++) {
        const HarvestRow *row = &h->rows[i];
        int64_t scope = row->below ? -1 : scope_of(h, row, !rule->whole);

        for (size_t k = 0; scope >= 0 && k < rule->terms.n; k++) {
            if (combination_has(&h->engine->combinations, c, k, row->detector))
                tally_add(&tallies[(size_t)scope * rule->terms.n + k], row, rule->distinct > 0);
        }
    }
}

/* All terms of a scope together: the rarest count, the least certainty. False: one is missing. */
static bool terms_meet(const Match *rule, const Tally *terms, Tally *ret) {
    *ret = (Tally){.count = UINT64_MAX, .best = 100};
    for (size_t i = 0; i < rule->terms.n; i++) {
        const Tally *t = &terms[i];

        if (t->count == 0 || t->count < rule->at_least || t->distinct < rule->distinct)
            return false;
        ret->count = t->count < ret->count ? t->count : ret->count;
        ret->best = t->best < ret->best ? t->best : ret->best;
    }
    return true;
}

static void scope_combine(Harvest *h, const Combination *c, uint32_t scope, const Tally *terms) {
    HarvestRow *row;
    Level level;
    Tally t;

    if (!terms_meet(c->rule, terms, &t))
        return;
    level = level_of((double)t.best);
    if (level < h->floor || level == LEVEL_NONE)
        return;
    row = harvest_row(h, scope, c->detector, false);
    if (!row)
        return;
    row->count[level] += t.count;
    row->best = t.best > row->best ? t.best : row->best;
    for (size_t i = 0; i < h->n_rows; i++) {
        const HarvestRow *of = &h->rows[i];

        if (!of->below && scope_of(h, of, !c->rule->whole) == scope &&
            combination_has(&h->engine->combinations, c, 0, of->detector))
            sketch_merge(&row->sketch, &of->sketch);
    }
}

static int combine(Harvest *h, const Combination *c) {
    size_t n_scopes = c->rule->whole ? 1 : h->n_places + 1, n_terms = c->rule->terms.n;
    _cleanup_(free_p) Tally *tallies = calloc(n_scopes * n_terms, sizeof(*tallies));

    if (!tallies)
        return -ENOMEM;
    for (size_t i = 0; i < n_scopes * n_terms; i++)
        tallies[i].best = -100;
    rows_add(h, c, tallies);
    for (size_t i = 0; i < n_scopes; i++)
        scope_combine(h, c, (uint32_t)i, &tallies[i * n_terms]);
    return 0;
}

void combine_settle(Harvest *h) {
    const Combinations *all = &h->engine->combinations;

    for (size_t i = 0; i < all->n && h->n_rows; i++)
        h->no_memory |= combine(h, &all->at[i]) < 0;
}
