/*
 * Needle: see needle.h.
 *
 * The filter (needle-filter.c) marks where a needle may start. Marked places are written to a list;
 * those whose four bytes are no needle's, and those whose eight bytes are none's, are sieved out of
 * it (needle-mark.c), without a branch, since none could be foreseen. What is left is looked up in
 * the table (needle-table.c). Then the steps of the outline decide, forwards and backwards from the
 * needle, each as long as a step cannot take bytes that a later one needs.
 */
#include "detect/needle.h"

#include "detect/needle-table.h"

enum { BLOCK = 64 * 64 }; /* bytes marked at once */

struct Needles {
    NeedleTable table;
    NeedleMarker marker;
    NeedleSieve sieve;
};

Needles *needles_free(Needles *n) {
    if (n) {
        needle_table_done(&n->table);
        free(n);
    }
    return NULL;
}

int needles_new(KeywordPattern *patterns, size_t n_patterns, Needles **ret) {
    _cleanup_(needles_freep) Needles *n = calloc(1, sizeof(*n));
    _cleanup_(free_p) const char **derived = calloc(n_patterns + 1, sizeof(*derived));
    int r;

    if (!n || !derived)
        return -ENOMEM;
    n->marker = needle_marker_at(0);
    n->sieve = needle_sieve_at(0, NULL);
    for (size_t i = 0; i < n_patterns; i++)
        derived[i] = patterns[i].cell ? NULL : patterns[i].derived;
    r = needle_table_make(derived, n_patterns, n->marker.groups, &n->table);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n_patterns; i++) {
        if (n->table.widths[i]) {
            patterns[i].needle = true;
            patterns[i].width = n->table.widths[i];
        }
    }
    *ret = TAKE(n);
    return 0;
}

/* Do the steps fit from `at` on? Steps [from, to), counted from the needle. */
static inline bool fits_ahead(const NeedleTable *t, const NeedleCourse *c, size_t first,
                              size_t last, const uint8_t *text, size_t end, size_t at) {
    const NeedleStride *s = &t->strides[c->first + first];

    for (size_t i = first; i < last; i++, s++) {
        const ByteSet *set = &t->sets[s->set];
        size_t stop = end - at > s->most ? at + s->most : end, from = at;

        while (at < stop && byte_set_has(set, text[at]))
            at++;
        if (at - from < s->least)
            return false;
    }
    return true;
}

static inline bool fits_behind(const NeedleTable *t, const NeedleCourse *c, const uint8_t *text,
                               size_t at) {
    const NeedleStride *s = &t->strides[c->first];

    for (size_t i = 0; i < c->behind; i++) {
        const ByteSet *set;
        size_t stop, from = at;

        s--;
        set = &t->sets[s->set];
        stop = at > s->most ? at - s->most : 0;
        while (at > stop && byte_set_has(set, text[at - 1]))
            at--;
        if (from - at < s->least)
            return false;
    }
    return true;
}

static bool fits(const NeedleTable *t, const NeedleCourse *c, const uint8_t *text, size_t end,
                 size_t at) {
    return at >= c->least && fits_ahead(t, c, c->inner, c->ahead, text, end, at + c->bytes) &&
           fits_behind(t, c, text, at) && fits_ahead(t, c, 0, c->inner, text, end, at);
}

/* All needles of one key that stand at `at`; false: the sink has enough. */
static bool look_up(const NeedleTable *t, size_t key, const uint8_t *text, size_t end, size_t at,
                    const NeedleSink *sink) {
    const NeedleSpelling *s = &t->spellings[t->firsts[key]];
    const NeedleSpelling *last = &t->spellings[t->firsts[key + 1]];
    uint32_t before = at ? UINT32_C(1) << (text[at - 1] & (NEEDLE_FOLDED - 1)) : UINT32_MAX;
    uint64_t bytes;

    memcpy(&bytes, text + at, sizeof(bytes));
    for (; s < last; s++) {
        const NeedleCourse *c = &t->courses[s->course];

        /* behind the end of the text it is anything, but then no step is left that could care */
        if ((bytes & s->mask) == s->bytes && (s->before & before) && end - at >= s->length &&
            (s->behind >> (text[at + s->length] & (NEEDLE_FOLDED - 1)) & 1) &&
            fits(t, c, text, end, at) &&
            !sink->place(sink->of, &(NeedlePlace){
                                       .pattern = c->pattern,
                                       .from = (uint32_t)(at > c->most ? at - c->most : 0),
                                       .to = (uint32_t)(at - c->least + 1),
                                   }))
            return false;
    }
    return true;
}

/* Marks in `bytes` of text; where it ends after `readable`, a copy of it is read. */
static size_t mark(const Needles *n, const uint8_t *text, size_t readable, size_t bytes,
                   uint16_t *ret) {
    _uninitialized_ uint8_t copy[BLOCK + 64];
    size_t whole = (bytes + 63) & ~(size_t)63, n_places;

    if (readable >= whole + NEEDLE_KEY) {
        n_places = n->marker.mark(&n->table.filter, text, whole, ret);
    } else {
        memset(copy, 0, sizeof(copy));
        memcpy(copy, text, readable < sizeof(copy) ? readable : sizeof(copy));
        n_places = n->marker.mark(&n->table.filter, copy, whole, ret);
    }
    while (n_places && ret[n_places - 1] >= bytes)
        n_places--;
    return n_places;
}

_hot_ void needles_find(const Needles *n, const uint8_t *text, size_t text_n, size_t from,
                        size_t to, const NeedleSink *sink) {
    _uninitialized_ uint16_t places[BLOCK + NEEDLE_ROOM];
    _uninitialized_ NeedleMet mets[BLOCK + NEEDLE_ROOM];

    for (size_t at = from; at < to; at += BLOCK) {
        size_t bytes = to - at < BLOCK ? to - at : BLOCK, n_mets;

        n_mets = mark(n, text + at, text_n - at, bytes, places);
        n_mets = n->sieve(&n->table.keys, text + at, places, n_mets, mets);
        for (size_t i = 0; i < n_mets; i++) {
            if (!look_up(&n->table, mets[i].key, text, text_n, at + mets[i].at, sink))
                return;
        }
    }
}
