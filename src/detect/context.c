/*
 * Context: see context.h.
 *
 * The vocabulary is found by its first word: eight folded bytes and the length give a slot in an
 * open table; most words of ordinary text fail at a bit set of 64 Ki bits before that. What a
 * found phrase means to a detector is a bit in two matrices (for, against).
 */
#include "detect/context.h"

#include "detect/bytes.h"

/* A phrase may start with a number this long (1099, 4473); longer ones are data. */
enum { NUMBER_MAX = 4 };

typedef struct Phrase {
    const char *text; /* lower case; borrowed from the Rules */
    uint16_t n;
    uint16_t first_n; /* bytes of its first word */
    int32_t next;     /* another phrase with the same first word, longer ones first; -1: none */
} Phrase;

typedef struct Slot {
    uint64_t head; /* folded first bytes of the word */
    uint16_t n;
    int32_t phrase; /* -1: empty */
} Slot;

struct ContextWords {
    Phrase *phrases;
    size_t n;
    Slot *slots;
    size_t mask;
    uint64_t filter[1024]; /* 64 Ki bits by hash of head and length */
    size_t words_a_row;
    uint64_t *near, *against; /* detector rows of phrase bits */
};

static inline uint64_t head_fold(uint64_t head, size_t n) {
    if (n < 8)
        head &= (UINT64_C(1) << (8 * n)) - 1;
    /* sets bit 5 of every byte: folds letters, maps digits and high bytes consistently */
    return head |
           (UINT64_C(0x2020202020202020) & (n < 8 ? (UINT64_C(1) << (8 * n)) - 1 : ~UINT64_C(0)));
}

static inline uint64_t head_hash(uint64_t head, size_t n) {
    uint64_t h = (head ^ n * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);

    return h ^ h >> 32;
}

static inline uint64_t head_load(const uint8_t *p) {
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

/* A word for the tables: letters, digits, bytes beyond ASCII; unlike byte_is_word no '_'. */
static inline bool is_word(uint8_t c) {
    return byte_is_alnum(c) || c >= 0x80;
}

const char *context_phrase(const ContextWords *w, uint16_t phrase) {
    return w->phrases[phrase].text;
}

ContextWords *context_words_free(ContextWords *w) {
    if (w) {
        free(w->phrases);
        free(w->slots);
        free(w->near);
        free(w->against);
        free(w);
    }
    return NULL;
}

static Slot *words_slot(const ContextWords *w, uint64_t head, size_t n) {
    size_t i = head_hash(head, n) & w->mask;

    while (w->slots[i].phrase >= 0 && (w->slots[i].head != head || w->slots[i].n != n))
        i = (i + 1) & w->mask;
    return &w->slots[i];
}

/* The head of a phrase's first word; its length in ret_n. */
static uint64_t phrase_head(const char *text, size_t *ret_n) {
    uint8_t padded[8] = {0};
    size_t n = 0;

    while (text[n] && is_word((uint8_t)text[n]))
        n++;
    memcpy(padded, text, n < 8 ? n : 8);
    *ret_n = n;
    return head_fold(head_load(padded), n);
}

/* The number of a phrase, added if it is new; phrases with a common first word form a list. */
static int words_add(ContextWords *w, const char *text) {
    size_t first_n, n = strlen(text);
    uint64_t head = phrase_head(text, &first_n);
    int32_t *link;
    Slot *slot;

    if (first_n == 0 || n > CONTEXT_PHRASE_MAX ||
        (byte_is_digit((uint8_t)text[0]) && first_n > NUMBER_MAX))
        return -EINVAL;
    slot = words_slot(w, head, first_n);
    for (link = &slot->phrase; *link >= 0; link = &w->phrases[*link].next) {
        if (strcmp(w->phrases[*link].text, text) == 0)
            return *link;
        if (w->phrases[*link].n < n)
            break;
    }
    w->phrases[w->n] = (Phrase){text, (uint16_t)n, (uint16_t)first_n, *link};
    *link = (int32_t)w->n;
    slot->head = head;
    slot->n = (uint16_t)first_n;
    w->filter[head_hash(head, first_n) >> 6 & 1023] |= UINT64_C(1)
                                                       << (head_hash(head, first_n) & 63);
    return (int)w->n++;
}

static int words_add_all(ContextWords *w, const Words *words, uint64_t *row, const Detector *d,
                         Error *reterr) {
    for (size_t i = 0; i < words->n; i++) {
        int phrase = words_add(w, words->at[i]);

        if (phrase < 0)
            return error_set(reterr, -EINVAL,
                             "%s:%u:%u: context: '%s' is no context phrase, expected a "
                             "letter or a short number first and at most %d bytes",
                             d->mark.file, d->mark.line, d->mark.col, words->at[i],
                             CONTEXT_PHRASE_MAX);
        row[phrase / 64] |= UINT64_C(1) << (phrase % 64);
    }
    return 0;
}

int context_words_new(const Rules *rules, Error *reterr, ContextWords **ret) {
    _cleanup_(context_words_freep) ContextWords *w = calloc(1, sizeof(*w));
    size_t n = 1, size = 64;

    if (!w)
        return -ENOMEM;
    for (size_t i = 0; i < rules->n; i++)
        n += rules->detectors[i].context.near.n + rules->detectors[i].context.not_near.n;
    if (n > UINT16_MAX)
        return error_set(reterr, -EINVAL, "%zu context phrases are more than %d", n, UINT16_MAX);
    while (size < 4 * n)
        size *= 2;
    w->mask = size - 1;
    w->words_a_row = (n + 63) / 64;
    w->phrases = calloc(n, sizeof(*w->phrases));
    w->slots = calloc(size, sizeof(*w->slots));
    w->near = calloc(rules->n * w->words_a_row + 1, sizeof(uint64_t));
    w->against = calloc(rules->n * w->words_a_row + 1, sizeof(uint64_t));
    if (!w->phrases || !w->slots || !w->near || !w->against)
        return -ENOMEM;
    for (size_t i = 0; i < size; i++)
        w->slots[i].phrase = -1;
    for (size_t i = 0; i < rules->n; i++) {
        const Detector *d = &rules->detectors[i];
        int r = words_add_all(w, &d->context.near, w->near + i * w->words_a_row, d, reterr);

        if (r == 0)
            r = words_add_all(w, &d->context.not_near, w->against + i * w->words_a_row, d, reterr);
        if (r < 0)
            return r;
    }
    *ret = TAKE(w);
    return 0;
}

void context_reset(ContextCache *c, const Bitmap *bitmap) {
    c->bitmap = bitmap;
    c->n_found = 0;
    memset(c->first, 0xff, (bitmap->words + 1) * sizeof(c->first[0]));
}

/* Folds ASCII, and U+00C0..U+00DE in UTF-8 (C3 80 .. C3 9E, but for the multiplication sign). */
static inline uint8_t fold_at(const uint8_t *p, size_t i) {
    uint8_t c = byte_lower(p[i]);

    if (c >= 0x80 && c <= 0x9e && c != 0x97 && i > 0 && p[i - 1] == 0xc3)
        c |= 0x20;
    return c;
}

static bool is_joint(uint8_t c) {
    return c == ' ' || c == '_' || c == '-' || c == '\t';
}

/* Does the phrase stand at p[at..n)? Its end, or 0. */
static size_t phrase_match(const Phrase *f, const uint8_t *p, size_t n, size_t at) {
    size_t i = at;

    for (size_t k = 0; k < f->n; k++) {
        if (f->text[k] == ' ') {
            size_t joint = i;

            while (i < n && i - joint < 3 && is_joint(p[i]))
                i++;
            if (i == joint)
                return 0;
        } else if (i >= n || fold_at(p, i) != (uint8_t)f->text[k]) {
            return 0;
        } else {
            i++;
        }
    }
    if (i < n && is_word(p[i]) && is_word(p[i - 1]))
        return 0;
    return i;
}

static void cache_phrases(ContextCache *c, const Slot *slot, size_t at) {
    const ContextWords *w = c->words;

    for (int32_t f = slot->phrase; f >= 0 && c->n_found < CONTEXT_FOUND_MAX;
         f = w->phrases[f].next) {
        size_t end = phrase_match(&w->phrases[f], c->bitmap->text, c->bitmap->n, at);

        if (end)
            c->found[c->n_found++] = (ContextFound){(uint16_t)at, (uint16_t)end, (uint16_t)f};
    }
}

/* Bits of bytes that belong to words in block i. */
static uint64_t block_words(const Bitmap *b, size_t i) {
    uint64_t bits = b->alnum[i];
    size_t n = b->n - i * 64 < 64 ? b->n - i * 64 : 64;

    for (size_t k = 0; k + 8 <= n; k += 8) {
        uint64_t high = head_load(b->text + i * 64 + k) & UINT64_C(0x8080808080808080);

        if (high)
            bits |= (high >> 7) * UINT64_C(0x0102040810204080) >> 56 << k;
    }
    for (size_t k = n & ~(size_t)7; k < n; k++)
        bits |= (uint64_t)(b->text[i * 64 + k] >> 7) << k;
    return bits;
}

/* Looks up the words that start in block i. */
static void cache_block(ContextCache *c, size_t i) {
    const ContextWords *w = c->words;
    const Bitmap *b = c->bitmap;
    uint64_t bits = block_words(b, i);
    uint64_t before = i && is_word(b->text[i * 64 - 1]);
    uint64_t starts = bits & ~(bits << 1 | before);
    uint64_t long_word = bits >> 1 & bits >> 2 & bits >> 3 & bits >> 4;
    size_t first = c->n_found;

    _Static_assert(NUMBER_MAX == 4, "a number of more than four bytes is dropped below");
    starts &= ~(b->digit[i] & long_word);
    for (; starts; starts &= starts - 1) {
        size_t bit = (size_t)__builtin_ctzll(starts), at = i * 64 + bit, n;
        uint64_t rest = ~(bits >> bit), head, hash;
        const Slot *slot;

        n = (size_t)__builtin_ctzll(rest);
        if (bit + n >= 64) {
            n = 64 - bit;
            while (at + n < b->n && n <= CONTEXT_PHRASE_MAX && is_word(b->text[at + n]))
                n++;
        }
        if (n > CONTEXT_PHRASE_MAX)
            continue;
        head = head_fold(head_load(b->text + at), n);
        hash = head_hash(head, n);
        if (!(w->filter[hash >> 6 & 1023] >> (hash & 63) & 1))
            continue;
        slot = words_slot(w, head, n);
        if (slot->phrase >= 0)
            cache_phrases(c, slot, at);
    }
    c->first[i] = (uint16_t)first;
    c->count[i] = (uint8_t)(c->n_found - first);
}

bool context_any(ContextCache *c, size_t start, size_t end) {
    size_t from = start > CONTEXT_WITHIN_MAX ? start - CONTEXT_WITHIN_MAX : 0;
    size_t to = end + CONTEXT_WITHIN_MAX / 2;

    for (size_t i = from / 64; i <= to / 64 && i < c->bitmap->words; i++) {
        if (c->first[i] == UINT16_MAX)
            cache_block(c, i);
        if (c->count[i])
            return true;
    }
    return false;
}

static inline void evidence_take(const ContextWords *w, size_t detector, const ContextFound *f,
                                 size_t distance, bool after, ContextEvidence *e) {
    uint64_t bit = UINT64_C(1) << (f->phrase % 64);
    size_t at = detector * w->words_a_row + f->phrase / 64;

    if ((w->near[at] & bit) && (e->near < 0 || distance < e->near_distance)) {
        e->near = f->phrase;
        e->near_distance = (uint16_t)distance;
        e->near_after = after;
    }
    if ((w->against[at] & bit) && (e->against < 0 || distance < e->against_distance)) {
        e->against = f->phrase;
        e->against_distance = (uint16_t)distance;
    }
}

ContextEvidence context_around(ContextCache *c, size_t detector, size_t start, size_t end,
                               size_t within) {
    ContextEvidence e = {.near = -1, .against = -1};
    size_t from = start > within ? start - within : 0;
    size_t to = end + within / 2 < c->bitmap->n ? end + within / 2 : c->bitmap->n;

    for (size_t i = from / 64; i <= to / 64 && i < c->bitmap->words; i++) {
        if (c->first[i] == UINT16_MAX)
            cache_block(c, i);
        for (size_t k = 0; k < c->count[i]; k++) {
            const ContextFound *f = &c->found[c->first[i] + k];

            if (f->at >= from && f->end <= start)
                evidence_take(c->words, detector, f, start - f->end, false, &e);
            else if (f->at >= end && f->end <= to)
                evidence_take(c->words, detector, f, (size_t)(f->at - end) * 2, true, &e);
        }
    }
    return e;
}
