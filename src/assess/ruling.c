/* Ruling: see ruling.h. A table with open addressing, at most half full. */
#include "assess/ruling.h"

#include <xxhash.h>

void rulings_done(Rulings *r) {
    free(r->pool);
    free(r->at);
    free(r->index);
    *r = (Rulings){0};
}

static bool is_same(const Rulings *r, const RulingSet *s, const Met *met, size_t n) {
    return s->n == n && (n == 0 || memcmp(&r->pool[s->from], met, n * sizeof(*met)) == 0);
}

/* Where these stand in the index, or the empty place where they would. */
static size_t place_of(const Rulings *r, const Met *met, size_t n) {
    size_t at = XXH3_64bits(met, n * sizeof(*met)) & (r->n_index - 1);

    while (r->index[at] && !is_same(r, &r->at[r->index[at] - 1], met, n))
        at = (at + 1) & (r->n_index - 1);
    return at;
}

static int index_grow(Rulings *r) {
    size_t n = r->n_index ? 2 * r->n_index : 256;
    uint32_t *index = calloc(n, sizeof(*index));

    if (!index)
        return -ENOMEM;
    free(r->index);
    r->index = index;
    r->n_index = n;
    for (size_t i = 0; i < r->n; i++)
        r->index[place_of(r, &r->pool[r->at[i].from], r->at[i].n)] = (uint32_t)i + 1;
    return 0;
}

static int pool_add(Rulings *r, const Met *met, size_t n) {
    if (r->n_pool + n > r->cap_pool) {
        size_t cap = 2 * (r->cap_pool + n);
        Met *pool = reallocarray(r->pool, cap, sizeof(*pool));

        if (!pool)
            return -ENOMEM;
        r->pool = pool;
        r->cap_pool = cap;
    }
    if (n)
        memcpy(&r->pool[r->n_pool], met, n * sizeof(*met));
    r->n_pool += n;
    return 0;
}

static int set_add(Rulings *r, const Met *met, size_t n) {
    size_t from = r->n_pool;
    int e;

    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 64;
        RulingSet *at = reallocarray(r->at, cap, sizeof(*at));

        if (!at)
            return -ENOMEM;
        r->at = at;
        r->cap = cap;
    }
    e = pool_add(r, met, n);
    if (e == 0)
        r->at[r->n++] = (RulingSet){.from = from, .n = n};
    return e;
}

int rulings_count(Rulings *r, const Met *met, size_t n, size_t *ret) {
    size_t at;
    int e = 2 * r->n >= r->n_index ? index_grow(r) : 0;

    if (e < 0)
        return e;
    at = place_of(r, met, n);
    if (!r->index[at]) {
        e = set_add(r, met, n);
        if (e < 0)
            return e;
        r->index[at] = (uint32_t)r->n;
    }
    *ret = r->index[at] - 1;
    r->at[*ret].cases++;
    return 0;
}
