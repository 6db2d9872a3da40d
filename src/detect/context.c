/*
 * Context: see context.h.
 *
 * The vocabulary is found by its first word: eight folded bytes and the length give a slot in an
 * open table; by a hash of these bytes, most words of ordinary text fail at a bit set before that,
 * without a branch. What a found phrase means to a detector is a bit in two matrices (for, against).
 */
#include "detect/context.h"

#include "detect/bytes.h"

/* A phrase may start with a number this long (1099, 4473); longer ones are data. */
enum { NUMBER_MAX = 4, FILTER_BITS = 16 };

typedef struct Phrase {
    const char *text; /* lower case; borrowed from the Rules */
    uint16_t n;
    uint8_t first_n; /* bytes of its first word */
    uint8_t second;  /* the first byte of its second; 0: it has none */
    int32_t next;    /* another phrase with the same first word, longer ones first; -1: none */
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
    uint64_t filter[1 << (FILTER_BITS - 6)]; /* a bit each, by filter_bit() */
    size_t words_a_row;
    uint64_t *near, *against; /* detector rows of phrase bits */
    uint64_t *about;          /* phrase -> context_bit of the detectors in whose rows it is */
    bool numbers;             /* some phrase starts with a digit */
};

/* The first n >= 1 bytes, at most eight, with bit 5 set: folds letters, digits stay themselves. */
static inline uint64_t head_fold(uint64_t head, size_t n) {
    uint64_t used = ~UINT64_C(0) >> (64 - 8 * (n < 8 ? n : 8));

    return (head | UINT64_C(0x2020202020202020)) & used;
}

/* Of the head alone: it tells short words' length, and longer words with the same head are few. */
static inline uint64_t head_hash(uint64_t head) {
    return (head * UINT64_C(0xD6E8FEB86659FD93)) >> 32;
}

static inline unsigned filter_bit(uint64_t head) {
    return (unsigned)(head_hash(head) >> (32 - FILTER_BITS));
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
        free(w->about);
        free(w);
    }
    return NULL;
}

static Slot *words_slot(const ContextWords *w, uint64_t head, size_t n) {
    size_t i = head_hash(head) & w->mask;

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
    return n ? head_fold(head_load(padded), n) : 0;
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
    w->phrases[w->n] = (Phrase){.text = text,
                                .n = (uint16_t)n,
                                .first_n = (uint8_t)first_n,
                                .second = text[first_n] == ' ' ? (uint8_t)text[first_n + 1] : 0,
                                .next = *link};
    *link = (int32_t)w->n;
    slot->head = head;
    slot->n = (uint16_t)first_n;
    w->filter[filter_bit(head) / 64] |= UINT64_C(1) << (filter_bit(head) % 64);
    w->numbers |= byte_is_digit((uint8_t)text[0]);
    return (int)w->n++;
}

static int words_add_all(ContextWords *w, const Words *words, uint64_t *matrix, size_t detector,
                         const Detector *d, Error *reterr) {
    for (size_t i = 0; i < words->n; i++) {
        int phrase = words_add(w, words->at[i]);

        if (phrase < 0)
            return error_set(reterr, -EINVAL,
                             "%s:%u:%u: context: '%s' is no context phrase, expected a "
                             "letter or a short number first and at most %d bytes",
                             d->mark.file, d->mark.line, d->mark.col, words->at[i],
                             CONTEXT_PHRASE_MAX);
        matrix[detector * w->words_a_row + (size_t)phrase / 64] |= UINT64_C(1) << (phrase % 64);
        w->about[phrase] |= context_bit(detector);
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
    while (size < 2 * n)
        size *= 2;
    w->mask = size - 1;
    w->words_a_row = (n + 63) / 64;
    w->phrases = calloc(n, sizeof(*w->phrases));
    w->slots = calloc(size, sizeof(*w->slots));
    w->near = calloc(rules->n * w->words_a_row + 1, sizeof(uint64_t));
    w->against = calloc(rules->n * w->words_a_row + 1, sizeof(uint64_t));
    w->about = calloc(n, sizeof(*w->about));
    if (!w->phrases || !w->slots || !w->near || !w->against || !w->about)
        return -ENOMEM;
    for (size_t i = 0; i < size; i++)
        w->slots[i].phrase = -1;
    for (size_t i = 0; i < rules->n; i++) {
        const Detector *d = &rules->detectors[i];
        int r = words_add_all(w, &d->context.near, w->near, i, d, reterr);

        if (r == 0)
            r = words_add_all(w, &d->context.not_near, w->against, i, d, reterr);
        if (r < 0)
            return r;
        if (d->context.within > CONTEXT_WITHIN_MAX)
            return error_set(reterr, -EINVAL, "%s:%u:%u: context: within %u, expected at most %d",
                             d->mark.file, d->mark.line, d->mark.col, d->context.within,
                             CONTEXT_WITHIN_MAX);
    }
    *ret = TAKE(w);
    return 0;
}

void context_reset(ContextCache *c, const Bitmap *bitmap, const Columns *columns, size_t base) {
    c->bitmap = bitmap;
    c->columns = columns && columns->n_marks ? columns : NULL;
    c->base = base;
    c->cursor = 0;
    c->n_found = 0;
    memset(c->count, CONTEXT_UNSEEN, bitmap->words + 1);
}

/* Folds ASCII, and U+00C0..U+00DE in UTF-8 (C3 80 .. C3 9E, but for the multiplication sign). */
static inline uint8_t fold_at(const uint8_t *p, size_t i) {
    uint8_t c = byte_lower(p[i]);

    if (c >= 0x80 && c <= 0x9e && c != 0x97 && i > 0 && p[i - 1] == 0xc3)
        c |= 0x20;
    return c;
}

/*
 * Punctuation of full width, which parts words where people write without spaces: U+3000 to U+3003,
 * U+3008 to U+301F and U+FF00 to U+FF20 less the digits, three bytes each.
 */
static inline bool is_wide_mark(const uint8_t *p, size_t n) {
    if (n < 3 || p[2] < 0x80)
        return false;
    if (p[0] == 0xe3)
        return p[1] == 0x80 && (p[2] <= 0x83 || (p[2] >= 0x88 && p[2] <= 0x9f));
    return p[0] == 0xef && p[1] == 0xbc && (p[2] <= 0x8f || (p[2] >= 0x9a && p[2] <= 0xa0));
}

static bool is_joint(uint8_t c) {
    return c == ' ' || c == '_' || c == '-' || c == '\t';
}

/* Does the phrase, whose first bytes are known to, stand at p[at..n)? Its end, or 0. */
static size_t phrase_match(const Phrase *f, const uint8_t *p, size_t n, size_t at) {
    size_t known = f->first_n < 8 ? f->first_n : 8, i = at + known;

    for (size_t k = known; k < f->n; k++) {
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
    if (i < n && is_word(p[i]) && is_word(p[i - 1]) && !is_wide_mark(p + i, n - i))
        return 0;
    return i;
}

/* The first byte of the word behind the one that ends at `end`, folded; 0: what joins is no joint.
 */
static uint8_t second_at(const Bitmap *b, size_t end) {
    size_t i = end;

    while (i < b->n && i - end < 3 && is_joint(b->text[i]))
        i++;
    return i > end && i < b->n ? fold_at(b->text, i) : 0;
}

static void cache_phrases(ContextCache *c, const Slot *slot, size_t at) {
    const ContextWords *w = c->words;
    size_t most = c->n_found + CONTEXT_NESTED_MAX;
    uint8_t second = second_at(c->bitmap, at + slot->n);

    _Static_assert(32 * CONTEXT_NESTED_MAX < CONTEXT_UNSEEN,
                   "a block's phrases fit into its count");
    for (int32_t f = slot->phrase; f >= 0 && c->n_found < most; f = w->phrases[f].next) {
        const Phrase *p = &w->phrases[f];
        size_t end = !p->second || p->second == second
                         ? phrase_match(p, c->bitmap->text, c->bitmap->n, at)
                         : 0;

        if (end)
            c->found[c->n_found++] = (ContextFound){(uint16_t)at, (uint16_t)end, (uint16_t)f};
    }
}

/* Bits of full-width punctuation in block i; a mark may begin in the block before. */
static _noinline_ uint64_t block_wide_marks(const Bitmap *b, size_t i) {
    size_t from = i * 64;
    uint64_t marks = 0;

    for (size_t k = 1; k <= 2 && k <= from; k++) {
        if (is_wide_mark(b->text + from - k, b->n - from + k))
            marks |= (UINT64_C(1) << (3 - k)) - 1;
    }
    for (uint64_t bits = b->high[i]; bits; bits &= bits - 1) {
        unsigned at = (unsigned)__builtin_ctzll(bits);

        if (is_wide_mark(b->text + from + at, b->n - from - at))
            marks |= UINT64_C(7) << at;
    }
    return marks;
}

/* Bits of bytes that belong to words in block i. */
static inline uint64_t block_words(const Bitmap *b, size_t i) {
    uint64_t words = b->alnum[i] | b->high[i];

    return b->high[i] ? words & ~block_wide_marks(b, i) : words;
}

/* Words that start in a block, as two bits each; the end of the last may lie beyond the block. */
typedef struct BlockWords {
    uint64_t starts, ends;
    unsigned last_end;
} BlockWords;

/* Those that may be in a vocabulary; an addition carries from their starts out of their ends. */
static inline BlockWords block_read(const ContextWords *w, const Bitmap *b, size_t i) {
    uint64_t words = block_words(b, i), before = i ? block_words(b, i - 1) >> 63 : 0;
    uint64_t long_word = words >> 1 & words >> 2 & words >> 3 & words >> 4;
    uint64_t rest = ~block_words(b, i + 1);
    BlockWords r;

    _Static_assert(NUMBER_MAX == 4, "a number of more than four bytes is dropped here");
    r.starts = words & ~(words << 1 | before);
    r.starts &= ~(b->digit[i] & (w->numbers ? long_word : ~UINT64_C(0)));
    r.ends = (words + r.starts) & ~words;
    r.last_end = 64 + (rest ? (unsigned)__builtin_ctzll(rest) : 64);
    return r;
}

/* The length of the word that starts at bit `at`. */
static inline size_t block_length(const BlockWords *r, unsigned at) {
    uint64_t ends = r->ends >> at;

    return ends ? (size_t)__builtin_ctzll(ends) : r->last_end - at;
}

/* Looks up the words that start in block i: first all of them in the filter, without a branch. */
static void cache_block(ContextCache *c, size_t i) {
    const ContextWords *w = c->words;
    const uint8_t *block = c->bitmap->text + i * 64;
    BlockWords r = block_read(w, c->bitmap, i);
    uint64_t found = 0;

    for (uint64_t starts = r.starts; starts; starts &= starts - 1) {
        unsigned at = (unsigned)__builtin_ctzll(starts);
        unsigned bit = filter_bit(head_fold(head_load(block + at), block_length(&r, at)));

        found |= (w->filter[bit / 64] >> (bit % 64) & 1) << at;
    }
    c->first[i] = c->n_found;
    c->about[i] = 0;
    for (; found; found &= found - 1) {
        unsigned at = (unsigned)__builtin_ctzll(found);
        size_t n = block_length(&r, at);
        const Slot *slot = words_slot(w, head_fold(head_load(block + at), n), n);

        if (slot->phrase >= 0)
            cache_phrases(c, slot, i * 64 + at);
    }
    c->count[i] = (uint8_t)(c->n_found - c->first[i]);
    for (size_t k = c->first[i]; k < c->n_found; k++)
        c->about[i] |= w->about[c->found[k].phrase];
}

/* context_about, of words that start in blocks i to last. */
static inline uint64_t about_blocks(ContextCache *c, size_t i, size_t last) {
    uint64_t about = 0;

    for (; i <= last; i++) {
        if (_unlikely_(c->count[i] == CONTEXT_UNSEEN))
            cache_block(c, i);
        about |= c->about[i];
    }
    return about;
}

/* The last block that holds a byte up to `to`; bitmaps are of one block at least. */
static inline size_t block_last(const ContextCache *c, size_t to) {
    return to / 64 < c->bitmap->words ? to / 64 : c->bitmap->words - 1;
}

/* What the column of the byte at `at` says; NULL: nothing, or there is none. */
static const ColumnHint *column_hint(ContextCache *c, size_t at) {
    return c->columns ? columns_hint(c->columns, context_mark(c, at)) : NULL;
}

uint64_t context_about(ContextCache *c, size_t start, size_t end, size_t within) {
    const ColumnHint *hint = column_hint(c, start);

    return (hint ? hint->about : 0) | about_blocks(c, (start > within ? start - within : 0) / 64,
                                                   block_last(c, end + within / 2));
}

/* Of a cell, where there are columns: what speaks against a value must stand in the value's own. */
typedef struct CellBounds {
    size_t from, to;
} CellBounds;

static CellBounds cell_bounds(ContextCache *c, size_t at) {
    const Mark *m, *end;
    size_t base = c->base;

    if (!c->columns)
        return (CellBounds){0, SIZE_MAX};
    m = context_mark(c, at);
    end = c->columns->marks + c->columns->n_marks;
    if (!m->column)
        return (CellBounds){0, SIZE_MAX};
    return (CellBounds){.from = m->at > base ? m->at - base : 0,
                        .to = m + 1 < end ? m[1].at - base : SIZE_MAX};
}

static inline void evidence_take(const ContextWords *w, size_t detector, const ContextFound *f,
                                 size_t distance, bool after, bool own_cell, ContextEvidence *e) {
    uint64_t bit = UINT64_C(1) << (f->phrase % 64);
    size_t at = detector * w->words_a_row + f->phrase / 64;

    if ((w->near[at] & bit) && (e->near < 0 || distance < e->near_distance)) {
        e->near = f->phrase;
        e->near_distance = (uint16_t)distance;
        e->near_after = after;
    }
    if (own_cell && (w->against[at] & bit) && (e->against < 0 || distance < e->against_distance)) {
        e->against = f->phrase;
        e->against_distance = (uint16_t)distance;
    }
}

void context_around(ContextCache *c, size_t detector, size_t start, size_t end, size_t within,
                    ContextEvidence *ret) {
    size_t from = start > within ? start - within : 0, to = end + within / 2;
    size_t last = block_last(c, to);
    const ColumnHint *hint = column_hint(c, start);
    CellBounds cell;

    if (hint)
        ret->column = column_bit(hint->near, detector)      ? 1
                      : column_bit(hint->against, detector) ? -1
                                                            : 0;
    if (!(about_blocks(c, from / 64, last) & context_bit(detector)))
        return;
    cell = cell_bounds(c, start);
    for (size_t i = from / 64; i <= last; i++) {
        for (size_t k = 0; k < c->count[i]; k++) {
            const ContextFound *f = &c->found[c->first[i] + k];
            bool own = f->at >= cell.from && f->at < cell.to;

            if (f->at >= from && f->end <= start)
                evidence_take(c->words, detector, f, start - f->end, false, own, ret);
            else if (f->at >= end && f->end <= to)
                evidence_take(c->words, detector, f, (size_t)(f->at - end) * 2, true, own, ret);
        }
    }
}
