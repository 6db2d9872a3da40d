/*
 * Needle-table: see needle-table.h.
 *
 * Each outline of each pattern gives a course, and its needle as many spellings as the sets of its
 * first four bytes have members. Spellings are sorted by the hash of their keys, so those of a key
 * are a range; its head is what they all agree on.
 */
#include "detect/needle-table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* An array that grows. */
typedef struct Growing {
    void *at;
    size_t n, cap;
} Growing;

/* A set, once each; `next` of those with the same hash, -1: none. */
typedef struct KeptSet {
    ByteSet bytes;
    int32_t next;
} KeptSet;

/* A spelling until all are known. */
typedef struct Draft {
    uint32_t hash;
    NeedleSpelling spelling;
} Draft;

/* A table in the making. */
typedef struct Making {
    Growing choices, courses, strides, sets, drafts; /* Choice, NeedleCourse, ..., KeptSet, Draft */
    int32_t set_slots[256];                          /* by hash */
    uint32_t *widths;
} Making;

static void making_done(Making *m) {
    free(m->choices.at);
    free(m->courses.at);
    free(m->strides.at);
    free(m->sets.at);
    free(m->drafts.at);
    free(m->widths);
}

/* Room for `more` things of a size at the end of an array; NULL: no memory. */
static void *extend(Growing *g, size_t more, size_t size) {
    void *ret;

    if (g->n + more > g->cap) {
        size_t larger = 2 * (g->n + more) + 64;
        void *moved = reallocarray(g->at, larger, size);

        if (!moved)
            return NULL;
        g->at = moved;
        g->cap = larger;
    }
    ret = (uint8_t *)g->at + g->n * size;
    g->n += more;
    return ret;
}

#define EXTEND(growing, more, Type) ((Type *)extend(growing, more, sizeof(Type)))

/* ---- courses ---- */

static int set_number(Making *m, const ByteSet *s) {
    int32_t *slot = &m->set_slots[XXH3_64bits(s, sizeof(*s)) % N_ELEMENTS(m->set_slots)];
    const KeptSet *sets = m->sets.at;
    KeptSet *kept;

    for (int32_t i = *slot; i >= 0; i = sets[i].next) {
        if (memcmp(&sets[i].bytes, s, sizeof(*s)) == 0)
            return (int)i;
    }
    kept = m->sets.n < UINT16_MAX ? EXTEND(&m->sets, 1, KeptSet) : NULL;
    if (!kept)
        return -ENOMEM;
    *kept = (KeptSet){.bytes = *s, .next = *slot};
    *slot = (int32_t)m->sets.n - 1;
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

static int course_make(Making *m, const Outline *o, const Choice *c, uint32_t pattern,
                       NeedleCourse *ret) {
    size_t behind = c->step ? comparable(o, c->step - 1, -1) : 0;
    size_t ahead = comparable(o, c->step, 1), first = m->strides.n;
    NeedleStride *strides = EXTEND(&m->strides, behind + ahead, NeedleStride);

    if (!strides)
        return -ENOMEM;
    for (size_t i = 0; i < behind + ahead; i++) {
        const Step *s = &o->steps[c->step - behind + i];
        int set = set_number(m, &s->set);

        if (set < 0)
            return set;
        strides[i] = (NeedleStride){.set = (uint16_t)set, .least = s->least, .most = s->most};
    }
    *ret = (NeedleCourse){.pattern = pattern,
                          .first = (uint32_t)(first + behind),
                          .ahead = (uint16_t)ahead,
                          .behind = (uint16_t)behind,
                          .inner = (uint16_t)(c->end - c->step), /* these are of fixed length */
                          .bytes = (uint16_t)outline_least(o, c->step, c->end),
                          .least = (uint16_t)outline_least(o, 0, c->step),
                          .most = (uint16_t)outline_most(o, 0, c->step)};
    return 0;
}

/* ---- spellings ---- */

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

static uint64_t eight_at(const uint8_t *p) {
    uint64_t x;

    memcpy(&x, p, sizeof(x));
    return x;
}

/* Every key that the sets of the needle's first bytes allow, with the same spelling otherwise. */
static int spell(Making *m, const Choice *c, const NeedleSpelling *s) {
    uint32_t left[NEEDLE_KEY];
    uint8_t key[NEEDLE_KEY];
    size_t i = 0;

    memcpy(left, c->folded, sizeof(left));
    while (i < NEEDLE_KEY) {
        Draft *d = EXTEND(&m->drafts, 1, Draft);

        if (!d)
            return -ENOMEM;
        for (size_t k = 0; k < NEEDLE_KEY; k++)
            key[k] = (uint8_t)__builtin_ctz(left[k]);
        *d = (Draft){.hash = needle_hash(key), .spelling = *s};
        /* the next one: as a number, whose digits are the bits that are set */
        for (i = 0; i < NEEDLE_KEY && !(left[i] &= left[i] - 1); i++)
            left[i] = c->folded[i];
    }
    return 0;
}

static int outline_add(Making *m, const Outline *o, const Choice *c, uint32_t pattern) {
    NeedleCourse *course = EXTEND(&m->courses, 1, NeedleCourse);
    Choice *kept = EXTEND(&m->choices, 1, Choice);
    int r = course && kept ? course_make(m, o, c, pattern, course) : -ENOMEM;

    if (r < 0)
        return r;
    *kept = *c;
    return spell(m, c,
                 &(NeedleSpelling){.bytes = eight_at(c->bytes) & eight_at(c->mask),
                                   .mask = eight_at(c->mask),
                                   .before = beside(o, c->step - 1, -1),
                                   .behind = beside(o, c->end, 1),
                                   .course = (uint32_t)m->courses.n - 1,
                                   .length = course->bytes});
}

static int pattern_add(Making *m, const char *derived, uint32_t number, Choosing *c) {
    _cleanup_(arena_done) Arena arena = {0};
    uint32_t width;
    int r = choosing_make(c, derived, &arena, &width);

    for (size_t i = 0; i < choosing_count(c) && r == 0; i++)
        r = outline_add(m, choosing_outline(c, i), choosing_choice(c, i), number);
    if (r == 0)
        m->widths[number] = width;
    return r == -ENOTSUP ? 0 : r;
}

/* ---- the table ---- */

static int filters_make(const Making *m, unsigned filters, NeedleTable *t) {
    _cleanup_(free_p) const Choice **choices = calloc(m->choices.n + 1, sizeof(*choices));
    int r = 0;

    if (!choices)
        return -ENOMEM;
    for (size_t i = 0; i < m->choices.n; i++)
        choices[i] = (const Choice *)m->choices.at + i;
    for (uint8_t i = 0; i < NEEDLE_FILTERS && r == 0; i++) {
        if (filters >> i & 1)
            r = needle_filter_make(choices, m->choices.n, (uint8_t)((i + 1) * NEEDLE_GROUPS),
                                   &t->filters[i]);
    }
    return r;
}

/* By hash, and then as they came. */
static int draft_compare(const void *a, const void *b) {
    const Draft *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->spelling.course < y->spelling.course ? -1 : x->spelling.course > y->spelling.course;
}

/* The head of a key without spellings, and with one more of them. */
static const NeedleHead head_of_none = {.mask = UINT64_MAX};

static NeedleHead head_with(NeedleHead h, const NeedleSpelling *s, bool first) {
    uint64_t mask = first ? s->mask : h.mask & s->mask & ~(h.bytes ^ s->bytes);

    return (NeedleHead){.mask = mask, .bytes = s->bytes & mask};
}

/* Spellings in order of their keys, and what leads to them. */
static int keys_make(const Making *m, NeedleTable *t) {
    const Draft *d = m->drafts.at;
    NeedleSpelling *spellings = calloc(m->drafts.n + 1, sizeof(*spellings));
    NeedleHead *heads = calloc(m->drafts.n + 1, sizeof(*heads));
    uint32_t *firsts = calloc(m->drafts.n + 1, sizeof(*firsts));

    t->spellings = spellings;
    t->keys.heads = heads;
    t->firsts = firsts;
    if (!spellings || !heads || !firsts)
        return -ENOMEM;
    for (size_t i = 0; i < m->drafts.n; i++) {
        bool first = i == 0 || d[i].hash != d[i - 1].hash;

        if (first) {
            firsts[t->n_keys] = (uint32_t)i;
            heads[t->n_keys++] = head_of_none;
            t->keys.sieve[d[i].hash / 64] |= UINT64_C(1) << (d[i].hash % 64);
        }
        heads[t->n_keys - 1] = head_with(heads[t->n_keys - 1], &d[i].spelling, first);
        spellings[i] = d[i].spelling;
    }
    firsts[t->n_keys] = (uint32_t)m->drafts.n;
    t->n_spellings = m->drafts.n;
    for (size_t i = 1; i < NEEDLE_HASH_WORDS; i++)
        t->keys.rank[i] =
            (uint16_t)(t->keys.rank[i - 1] + (unsigned)__builtin_popcountll(t->keys.sieve[i - 1]));
    return 0;
}

static int sets_make(const Making *m, NeedleTable *t) {
    const KeptSet *kept = m->sets.at;
    ByteSet *sets = calloc(m->sets.n + 1, sizeof(*sets));

    t->sets = sets;
    if (!sets)
        return -ENOMEM;
    for (size_t i = 0; i < m->sets.n; i++)
        sets[i] = kept[i].bytes;
    t->n_sets = m->sets.n;
    return 0;
}

/* All that was gathered becomes the table's. */
static int table_fill(Making *m, unsigned filters, NeedleTable *t) {
    int r = filters_make(m, filters, t);

    if (r < 0)
        return r;
    if (m->drafts.n)
        qsort(m->drafts.at, m->drafts.n, sizeof(Draft), draft_compare);
    if ((r = keys_make(m, t)) < 0 || (r = sets_make(m, t)) < 0)
        return r;
    t->n_courses = m->courses.n;
    t->n_strides = m->strides.n;
    t->courses = TAKE(m->courses.at);
    t->strides = TAKE(m->strides.at);
    t->widths = TAKE(m->widths);
    return 0;
}

int needle_table_make(const char *const *derived, size_t n, unsigned filters, NeedleTable *ret) {
    _cleanup_(making_done) Making m = {.widths = calloc(n + 1, sizeof(*m.widths))};
    _cleanup_(choosing_freep) Choosing *choosing = NULL;
    int r = m.widths ? choosing_new(&choosing) : -ENOMEM;

    *ret = (NeedleTable){.n_patterns = n};
    memset(m.set_slots, 0xff, sizeof(m.set_slots));
    for (size_t i = 0; i < n && r == 0; i++)
        r = pattern_add(&m, derived[i], (uint32_t)i, choosing);
    if (r == 0)
        r = table_fill(&m, filters, ret);
    if (r < 0)
        needle_table_done(ret);
    return r;
}

void needle_table_done(NeedleTable *t) {
    free((void *)t->keys.heads);
    free((void *)t->firsts);
    free((void *)t->spellings);
    free((void *)t->courses);
    free((void *)t->strides);
    free((void *)t->sets);
    free((void *)t->widths);
    *t = (NeedleTable){0};
}
