/*
 * Needle: see needle.h.
 *
 * The filter (needle-filter.c) marks where a needle may start (needle-mark.c). Marked
 * places are written to a list, those whose four bytes are no needle's are sieved out of it, both
 * without a branch, since none could be foreseen. Then the steps of the outline decide, forwards
 * and backwards from the needle, each as long as a step cannot take bytes that a later one needs.
 */
#include "detect/needle.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "detect/choice.h"

enum {
    SLOT_BITS = 12,  /* of the table: the upper ones of the hash */
    BLOCK = 64 * 64, /* bytes marked at once */
};

/* A step as it is compared: sets are kept once each. */
typedef struct Stride {
    uint16_t set, least, most;
} Stride;

/* An outline as it is compared: steps[first] is where the needle starts. */
typedef struct Course {
    uint32_t pattern, first;
    uint16_t ahead, behind; /* steps that can be compared from there on, and before */
    uint16_t inner, bytes;  /* steps of the needle itself, and their bytes */
    uint16_t least, most;   /* bytes before the needle */
} Course;

/*
 * Courses with the same needle, as bits of a word in their order. The byte on either side of it
 * leaves most of them out, before any is compared.
 */
typedef struct Group {
    size_t length; /* of the needle */
    size_t first;  /* of its courses */
    uint64_t before[NEEDLE_FOLDED], behind[NEEDLE_FOLDED];
} Group;

/* One spelling of a needle's key in the table. */
typedef struct Spelling {
    uint64_t bytes, mask; /* what is certain of eight bytes */
    uint32_t group;
    int32_t next; /* in the same slot, -1: none */
} Spelling;

/* A set, once each; `next` of those with the same hash, -1: none. */
typedef struct KeptSet {
    ByteSet bytes;
    int32_t next;
} KeptSet;

struct Needles {
    NeedleFilter filter;
    NeedleMark mark;
    NeedleSieve strain;
    uint64_t sieve[1 << (NEEDLE_HASH_BITS - 6)]; /* hashes of keys that are in the table */
    int32_t slots[1 << SLOT_BITS];
    Spelling *spellings;
    Group *groups;
    Course *courses; /* group by group */
    Stride *strides;
    KeptSet *sets;
    int32_t set_slots[256]; /* by hash */
    size_t n_spellings, n_groups, n_courses, n_strides, n_sets;
    size_t cap_spellings, cap_groups, cap_courses, cap_strides, cap_sets;
};

Needles *needles_free(Needles *n) {
    if (n) {
        free(n->spellings);
        free(n->groups);
        free(n->courses);
        free(n->strides);
        free(n->sets);
        free(n);
    }
    return NULL;
}

static inline uint64_t eight_at(const uint8_t *p) {
    uint64_t x;

    memcpy(&x, p, sizeof(x));
    return x;
}

/* ---- building ---- */

/* Room for n more of an array of things; NULL: no memory. */
static void *extend(void **at, size_t *n, size_t *cap, size_t more, size_t size) {
    void *ret;

    if (*n + more > *cap) {
        size_t larger = 2 * (*n + more) + 64;
        void *moved = reallocarray(*at, larger, size);

        if (!moved)
            return NULL;
        *at = moved;
        *cap = larger;
    }
    ret = (uint8_t *)*at + *n * size;
    *n += more;
    return ret;
}

#define EXTEND(needles, what, more)                                                                \
    extend((void **)&(needles)->what, &(needles)->n_##what, &(needles)->cap_##what, more,          \
           sizeof(*(needles)->what))

static int set_number(Needles *n, const ByteSet *s) {
    int32_t *slot = &n->set_slots[XXH3_64bits(s, sizeof(*s)) % N_ELEMENTS(n->set_slots)];
    KeptSet *kept;

    for (int32_t i = *slot; i >= 0; i = n->sets[i].next) {
        if (memcmp(&n->sets[i].bytes, s, sizeof(*s)) == 0)
            return (int)i;
    }
    kept = n->n_sets < UINT16_MAX ? EXTEND(n, sets, 1) : NULL;
    if (!kept)
        return -ENOMEM;
    *kept = (KeptSet){.bytes = *s, .next = *slot};
    *slot = (int32_t)n->n_sets - 1;
    return (int)*slot;
}

/* May step i take bytes that a step behind it, in the direction given, needs? */
static bool is_greedy(const Outline *o, size_t i, int direction) {
    const Step *s = &o->steps[i];

    if (s->least == s->most)
        return false;
    for (size_t k = i + (size_t)direction; k < o->n; k += (size_t)direction) {
        if (byte_set_meets(&s->set, &o->steps[k].set))
            return true;
        if (o->steps[k].least)
            return false;
    }
    return false;
}

/* How many steps from i on, in the direction given, can be compared. */
static size_t comparable(const Outline *o, size_t i, int direction) {
    size_t n = 0;

    for (; i < o->n; i += (size_t)direction) { /* below 0 it is larger than n, too */
        n++;
        if (is_greedy(o, i, direction))
            break;
    }
    return n;
}

static int spelling_add(Needles *n, const Choice *c, const uint8_t *key, uint32_t group) {
    Spelling *s = EXTEND(n, spellings, 1);
    uint32_t hash;
    int32_t *slot;

    if (!s)
        return -ENOMEM;
    hash = needle_hash(key);
    slot = &n->slots[hash >> (NEEDLE_HASH_BITS - SLOT_BITS)];
    *s = (Spelling){
        .bytes = eight_at(c->bytes), .mask = eight_at(c->mask), .group = group, .next = *slot};
    *slot = (int32_t)n->n_spellings - 1;
    n->sieve[hash / 64] |= UINT64_C(1) << (hash % 64);
    return 0;
}

/* Every key that the sets of the needle's first bytes allow. */
static int spell(Needles *n, const Choice *c, uint32_t group) {
    uint32_t left[NEEDLE_KEY];
    uint8_t key[NEEDLE_KEY];
    size_t i = 0;

    memcpy(left, c->folded, sizeof(left));
    while (i < NEEDLE_KEY) {
        int r;

        for (size_t k = 0; k < NEEDLE_KEY; k++)
            key[k] = (uint8_t)__builtin_ctz(left[k]);
        r = spelling_add(n, c, key, group);
        if (r < 0)
            return r;
        /* the next one: as a number, whose digits are the bits that are set */
        for (i = 0; i < NEEDLE_KEY && !(left[i] &= left[i] - 1); i++)
            left[i] = c->folded[i];
    }
    return 0;
}

/* What the byte before or behind the needle may be; behind the last step anything. */
static uint32_t beside(const Outline *o, size_t i, int direction) {
    uint32_t folded = 0;

    for (; i < o->n; i += (size_t)direction) {
        folded |= choice_folded(&o->steps[i].set);
        if (o->steps[i].least)
            return folded;
    }
    return UINT32_MAX;
}

/* A course and its needle, until it has its group. */
typedef struct Pending {
    Choice choice;
    Course course;
    uint32_t before, behind; /* folded bytes beside the needle */
} Pending;

static int pending_make(Needles *n, const Outline *o, const Choice *c, uint32_t pattern,
                        Pending *ret) {
    size_t behind = c->step ? comparable(o, c->step - 1, -1) : 0;
    size_t ahead = comparable(o, c->step, 1), first = n->n_strides;
    size_t inner = c->end - c->step; /* these are of fixed length */
    Stride *strides = EXTEND(n, strides, behind + ahead);

    if (!strides)
        return -ENOMEM;
    for (size_t i = 0; i < behind + ahead; i++) {
        const Step *s = &o->steps[c->step - behind + i];
        int set = set_number(n, &s->set);

        if (set < 0)
            return set;
        strides[i] = (Stride){.set = (uint16_t)set, .least = s->least, .most = s->most};
    }
    *ret = (Pending){
        .choice = *c,
        .before = beside(o, c->step - 1, -1),
        .behind = beside(o, c->end, 1),
        .course = {.pattern = pattern,
                   .first = (uint32_t)(first + behind),
                   .ahead = (uint16_t)ahead,
                   .behind = (uint16_t)behind,
                   .inner = (uint16_t)inner,
                   .bytes = (uint16_t)outline_least(o, c->step, c->end),
                   .least = (uint16_t)outline_least(o, 0, c->step),
                   .most = (uint16_t)outline_most(o, 0, c->step)},
    };
    return 0;
}

/* Order of needles, so that equal ones stand together. */
static int pending_needle_compare(const Pending *x, const Pending *y) {
    int r = memcmp(x->choice.bytes, y->choice.bytes, sizeof(x->choice.bytes));

    if (r == 0)
        r = memcmp(x->choice.mask, y->choice.mask, sizeof(x->choice.mask));
    if (r == 0)
        r = memcmp(x->choice.folded, y->choice.folded, sizeof(x->choice.folded));
    return r ? r : x->course.bytes - y->course.bytes;
}

static int pending_compare(const void *a, const void *b) {
    const Pending *x = a, *y = b;
    int r = pending_needle_compare(x, y);

    if (r)
        return r;
    return x->course.first < y->course.first ? -1 : x->course.first > y->course.first;
}

/* A group of some that have the same needle, 64 at most. */
static int group_add(Needles *n, const Pending *p, size_t n_pending) {
    Course *courses = EXTEND(n, courses, n_pending);
    Group *g = EXTEND(n, groups, 1);

    if (!courses || !g)
        return -ENOMEM;
    *g = (Group){.length = p->course.bytes, .first = n->n_courses - n_pending};
    for (size_t i = 0; i < n_pending; i++) {
        courses[i] = p[i].course;
        for (size_t c = 0; c < NEEDLE_FOLDED; c++) {
            g->before[c] |= (uint64_t)(p[i].before >> c & 1) << i;
            g->behind[c] |= (uint64_t)(p[i].behind >> c & 1) << i;
        }
    }
    return spell(n, &p->choice, (uint32_t)n->n_groups - 1);
}

static int groups_make(Needles *n, Pending *pending, size_t n_pending) {
    size_t end;
    int r = 0;

    qsort(pending, n_pending, sizeof(*pending), pending_compare);
    for (size_t i = 0; i < n_pending && r == 0; i = end) {
        for (end = i + 1; end < n_pending && end - i < 64 &&
                          pending_needle_compare(&pending[i], &pending[end]) == 0;
             end++)
            ;
        r = group_add(n, &pending[i], end - i);
    }
    return r;
}

/* ---- all patterns ---- */

typedef struct PendingList {
    Pending *pending;
    size_t n_pending, cap_pending;
} PendingList;

static void pending_done(PendingList *l) {
    free(l->pending);
}

static int pattern_add(Needles *n, KeywordPattern *p, uint32_t number, Choosing *c,
                       PendingList *all) {
    _cleanup_(arena_done) Arena arena = {0};
    uint32_t width;
    int r = choosing_make(c, p->derived, &arena, &width);

    for (size_t i = 0; i < choosing_count(c) && r == 0; i++) {
        Pending *at = EXTEND(all, pending, 1);

        r = at ? pending_make(n, choosing_outline(c, i), choosing_choice(c, i), number, at)
               : -ENOMEM;
    }
    if (r == 0) {
        p->needle = true;
        p->width = width;
    }
    return r == -ENOTSUP ? 0 : r;
}

static int filter_make(Needles *n, const Pending *pending, size_t n_pending) {
    _cleanup_(free_p) const Choice **choices = calloc(n_pending, sizeof(*choices));

    if (!choices)
        return -ENOMEM;
    for (size_t i = 0; i < n_pending; i++)
        choices[i] = &pending[i].choice;
    return needle_filter_make(choices, n_pending, &n->filter);
}

int needles_new(KeywordPattern *patterns, size_t n_patterns, Needles **ret) {
    _cleanup_(needles_freep) Needles *n = calloc(1, sizeof(*n));
    _cleanup_(choosing_freep) Choosing *choosing = NULL;
    _cleanup_(pending_done) PendingList all = {0};
    int r = n ? choosing_new(&choosing) : -ENOMEM;

    if (r < 0)
        return r;
    n->mark = needle_mark_at(0, NULL);
    n->strain = needle_sieve_at(0, NULL);
    memset(n->slots, 0xff, sizeof(n->slots));
    memset(n->set_slots, 0xff, sizeof(n->set_slots));
    for (size_t i = 0; i < n_patterns && r == 0; i++)
        r = patterns[i].cell ? 0 : pattern_add(n, &patterns[i], (uint32_t)i, choosing, &all);
    if (r == 0 && all.n_pending) {
        r = filter_make(n, all.pending, all.n_pending);
        if (r == 0)
            r = groups_make(n, all.pending, all.n_pending);
    }
    if (r < 0)
        return r;
    *ret = TAKE(n);
    return 0;
}

/* ---- searching ---- */

/* Do the steps fit from `at` on? Steps [from, to), counted from the needle. */
static inline bool fits_ahead(const Needles *n, const Course *c, size_t first, size_t last,
                              const uint8_t *text, size_t end, size_t at) {
    const Stride *s = &n->strides[c->first + first];

    for (size_t i = first; i < last; i++, s++) {
        const ByteSet *set = &n->sets[s->set].bytes;
        size_t stop = end - at > s->most ? at + s->most : end, from = at;

        while (at < stop && byte_set_has(set, text[at]))
            at++;
        if (at - from < s->least)
            return false;
    }
    return true;
}

static inline bool fits_behind(const Needles *n, const Course *c, const uint8_t *text, size_t at) {
    const Stride *s = &n->strides[c->first];

    for (size_t i = 0; i < c->behind; i++) {
        const ByteSet *set;
        size_t stop, from = at;

        s--;
        set = &n->sets[s->set].bytes;
        stop = at > s->most ? at - s->most : 0;
        while (at > stop && byte_set_has(set, text[at - 1]))
            at--;
        if (from - at < s->least)
            return false;
    }
    return true;
}

static bool fits(const Needles *n, const Course *c, const uint8_t *text, size_t end, size_t at) {
    return at >= c->least && fits_ahead(n, c, c->inner, c->ahead, text, end, at + c->bytes) &&
           fits_behind(n, c, text, at) && fits_ahead(n, c, 0, c->inner, text, end, at);
}

/* The courses of a group, whose needle may stand at `at`; false: the sink has enough. */
static bool group_try(const Needles *n, const Group *g, const uint8_t *text, size_t end, size_t at,
                      const NeedleSink *sink) {
    uint64_t left;

    if (end - at < g->length)
        return true;
    /* behind the end of the text it is anything, but then no step is left that could care */
    left = g->behind[text[at + g->length] & (NEEDLE_FOLDED - 1)];
    if (at)
        left &= g->before[text[at - 1] & (NEEDLE_FOLDED - 1)];
    for (; left; left &= left - 1) {
        const Course *c = &n->courses[g->first + (size_t)__builtin_ctzll(left)];

        if (fits(n, c, text, end, at) &&
            !sink->place(sink->of, &(NeedlePlace){
                                       .pattern = c->pattern,
                                       .from = (uint32_t)(at > c->most ? at - c->most : 0),
                                       .to = (uint32_t)(at - c->least + 1),
                                   }))
            return false;
    }
    return true;
}

/* All needles that stand at `at`; false: the sink has enough. */
static bool look_up(const Needles *n, const uint8_t *text, size_t end, size_t at,
                    const NeedleSink *sink) {
    uint64_t bytes = eight_at(text + at);
    uint32_t hash = needle_hash(text + at);

    for (int32_t i = n->slots[hash >> (NEEDLE_HASH_BITS - SLOT_BITS)]; i >= 0;
         i = n->spellings[i].next) {
        const Spelling *s = &n->spellings[i];

        if (((bytes ^ s->bytes) & s->mask) == 0 &&
            !group_try(n, &n->groups[s->group], text, end, at, sink))
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
        n_places = n->mark(&n->filter, text, whole, ret);
    } else {
        memset(copy, 0, sizeof(copy));
        memcpy(copy, text, readable < sizeof(copy) ? readable : sizeof(copy));
        n_places = n->mark(&n->filter, copy, whole, ret);
    }
    while (n_places && ret[n_places - 1] >= bytes)
        n_places--;
    return n_places;
}

_hot_ void needles_find(const Needles *n, const uint8_t *text, size_t text_n, size_t from,
                        size_t to, const NeedleSink *sink) {
    _uninitialized_ uint16_t places[BLOCK + NEEDLE_ROOM];

    for (size_t at = from; at < to; at += BLOCK) {
        size_t bytes = to - at < BLOCK ? to - at : BLOCK, n_places;

        n_places = mark(n, text + at, text_n - at, bytes, places);
        n_places = n->strain(n->sieve, text + at, places, n_places);
        for (size_t i = 0; i < n_places; i++) {
            if (!look_up(n, text, text_n, at + places[i], sink))
                return;
        }
    }
}
