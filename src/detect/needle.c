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

#include "detect/ready.h"

enum { BLOCK = 64 * 64 }; /* bytes marked at once */

/* A table, and the patterns of an engine that its patterns are: a list, ending with -1. */
typedef struct Haystack {
    const NeedleTable *table; /* NULL: there is none */
    int32_t *first;           /* by pattern of the table */
} Haystack;

enum { READY, OWN, TABLES };

struct Needles {
    Haystack of[TABLES];
    NeedleTable own; /* of patterns that are not ready */
    int32_t *next;   /* by pattern of the engine */
    NeedleMarker marker;
    NeedleSieve sieve;
};

Needles *needles_free(Needles *n) {
    if (n) {
        needle_table_done(&n->own);
        for (size_t i = 0; i < TABLES; i++)
            free(n->of[i].first);
        free(n->next);
        free(n);
    }
    return NULL;
}

static int haystack_init(Haystack *h, const NeedleTable *t) {
    h->first = calloc(t->n_patterns + 1, sizeof(*h->first));
    if (!h->first)
        return -ENOMEM;
    h->table = t;
    memset(h->first, 0xff, t->n_patterns * sizeof(*h->first));
    return 0;
}

/* Pattern `number` of the engine is the table's pattern `which`, which may have no needles. */
static void pattern_take(Needles *n, Haystack *h, KeywordPattern *p, size_t number, size_t which) {
    if (!h->table->widths[which])
        return;
    p->needle = true;
    p->width = h->table->widths[which];
    n->next[number] = h->first[which];
    h->first[which] = (int32_t)number;
}

static bool is_ready(const KeywordPattern *p) {
    return !p->cell && p->ready >= 0;
}

static bool is_own(const KeywordPattern *p) {
    return !p->cell && p->ready < 0;
}

static int ready_take(Needles *n, KeywordPattern *patterns, size_t n_patterns) {
    Haystack *h = &n->of[READY];

    for (size_t i = 0; i < n_patterns; i++) {
        if (!is_ready(&patterns[i]))
            continue;
        if (!h->table && haystack_init(h, &ready_needles) < 0)
            return -ENOMEM;
        pattern_take(n, h, &patterns[i], i, (size_t)patterns[i].ready);
    }
    return 0;
}

static int own_make(Needles *n, KeywordPattern *patterns, size_t n_patterns) {
    _cleanup_(free_p) const char **derived = calloc(n_patterns + 1, sizeof(*derived));
    size_t n_own = 0;
    int r;

    if (!derived)
        return -ENOMEM;
    for (size_t i = 0; i < n_patterns; i++) {
        if (is_own(&patterns[i]))
            derived[n_own++] = patterns[i].derived;
    }
    if (n_own == 0)
        return 0;
    r = needle_table_make(derived, n_own, 1u << n->marker.filter, &n->own);
    if (r == 0)
        r = haystack_init(&n->of[OWN], &n->own);
    n_own = 0;
    for (size_t i = 0; i < n_patterns && r == 0; i++) {
        if (is_own(&patterns[i]))
            pattern_take(n, &n->of[OWN], &patterns[i], i, n_own++);
    }
    return r;
}

int needles_new(KeywordPattern *patterns, size_t n_patterns, Needles **ret) {
    _cleanup_(needles_freep) Needles *n = calloc(1, sizeof(*n));
    int r;

    if (!n)
        return -ENOMEM;
    n->marker = needle_marker_at(0);
    n->sieve = needle_sieve_at(0, NULL);
    n->next = calloc(n_patterns + 1, sizeof(*n->next));
    if (!n->next)
        return -ENOMEM;
    if ((r = ready_take(n, patterns, n_patterns)) < 0 ||
        (r = own_make(n, patterns, n_patterns)) < 0)
        return r;
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

/* What is searched, and whom it is told. */
typedef struct Search {
    const Needles *needles;
    const Haystack *in;
    const uint8_t *text;
    size_t n;
    const NeedleSink *sink;
} Search;

/* A course fits at `at`: all patterns that have it; false: the sink has enough. */
static bool tell(const Search *s, const NeedleCourse *c, size_t at) {
    for (int32_t i = s->in->first[c->pattern]; i >= 0; i = s->needles->next[i]) {
        if (!s->sink->place(s->sink->of, &(NeedlePlace){
                                             .pattern = (uint32_t)i,
                                             .from = (uint32_t)(at > c->most ? at - c->most : 0),
                                             .to = (uint32_t)(at - c->least + 1),
                                         }))
            return false;
    }
    return true;
}

/* All needles of one key that stand at `at`; false: the sink has enough. */
static bool look_up(const Search *s, size_t key, size_t at) {
    const NeedleTable *t = s->in->table;
    const NeedleSpelling *p = &t->spellings[t->firsts[key]];
    const NeedleSpelling *last = &t->spellings[t->firsts[key + 1]];
    const uint8_t *text = s->text;
    uint32_t before = at ? UINT32_C(1) << (text[at - 1] & (NEEDLE_FOLDED - 1)) : UINT32_MAX;
    uint64_t bytes;

    memcpy(&bytes, text + at, sizeof(bytes));
    for (; p < last; p++) {
        const NeedleCourse *c = &t->courses[p->course];

        /* behind the end of the text it is anything, but then no step is left that could care */
        if ((bytes & p->mask) == p->bytes && (p->before & before) && s->n - at >= p->length &&
            (p->behind >> (text[at + p->length] & (NEEDLE_FOLDED - 1)) & 1) &&
            fits(t, c, text, s->n, at) && !tell(s, c, at))
            return false;
    }
    return true;
}

/* Marks in `bytes` of text; where it ends after `readable`, a copy of it is read. */
static size_t mark(const Search *s, const uint8_t *text, size_t readable, size_t bytes,
                   uint16_t *ret) {
    const NeedleMarker *m = &s->needles->marker;
    const NeedleFilter *filter = &s->in->table->filters[m->filter];
    _uninitialized_ uint8_t copy[BLOCK + 64];
    size_t whole = (bytes + 63) & ~(size_t)63, n_places;

    if (readable >= whole + NEEDLE_KEY) {
        n_places = m->mark(filter, text, whole, ret);
    } else {
        memset(copy, 0, sizeof(copy));
        memcpy(copy, text, readable < sizeof(copy) ? readable : sizeof(copy));
        n_places = m->mark(filter, copy, whole, ret);
    }
    while (n_places && ret[n_places - 1] >= bytes)
        n_places--;
    return n_places;
}

/* The needles of one table in [from, to); false: the sink has enough. */
_hot_ static bool search(const Search *s, size_t from, size_t to) {
    _uninitialized_ uint16_t places[BLOCK + NEEDLE_ROOM];
    _uninitialized_ NeedleMet mets[BLOCK + NEEDLE_ROOM];

    for (size_t at = from; at < to; at += BLOCK) {
        size_t bytes = to - at < BLOCK ? to - at : BLOCK, n;

        n = mark(s, s->text + at, s->n - at, bytes, places);
        n = s->needles->sieve(&s->in->table->keys, s->text + at, places, n, mets);
        for (size_t i = 0; i < n; i++) {
            if (!look_up(s, mets[i].key, at + mets[i].at))
                return false;
        }
    }
    return true;
}

void needles_find(const Needles *n, const uint8_t *text, size_t text_n, size_t from, size_t to,
                  const NeedleSink *sink) {
    for (size_t i = 0; i < TABLES; i++) {
        Search s = {.needles = n, .in = &n->of[i], .text = text, .n = text_n, .sink = sink};

        if (n->of[i].table && !search(&s, from, to))
            return;
    }
}
