/*
 * Context: words near a candidate that speak for or against it.
 *
 * ContextWords is the vocabulary of a rule set: each phrase once, with the detectors it speaks for
 * and against; frozen and shared. ContextCache is one thread's memory of which phrases start in
 * which 64 bytes of the chunk at hand: a block is looked at only when a surviving candidate asks
 * for it, and once. Phrases are whole words, in any case (ASCII and Latin-1 letters), one space in
 * a phrase standing for one to three of space, tab, '_' and '-'. Punctuation of full width ends a
 * word as any other does.
 */
#pragma once

#include "base/error.h"
#include "detect/bitmap.h"
#include "detect/column.h"
#include "rule/detector.h"

enum {
    CONTEXT_BLOCKS = BITMAP_WORDS,
    CONTEXT_NESTED_MAX = 3, /* phrases that start at one byte: the longest */
    CONTEXT_FOUND_MAX = CONTEXT_BLOCKS * 32 * CONTEXT_NESTED_MAX, /* words of one byte each */
    CONTEXT_PHRASE_MAX = 96,                                      /* bytes */
    CONTEXT_UNSEEN = UINT8_MAX,
    CONTEXT_WITHIN_MAX = 256, /* bytes before a value that a detector may look at */
};

typedef struct ContextWords ContextWords;

/* Builds the vocabulary of all detectors of rules. */
int context_words_new(const Rules *rules, Error *reterr, ContextWords **ret);
ContextWords *context_words_free(ContextWords *w);
DEFINE_CLEANUP(ContextWords, context_words_free)

const char *context_phrase(const ContextWords *w, uint16_t phrase);

typedef struct ContextFound {
    uint16_t at, end; /* in the chunk */
    uint16_t phrase;
} ContextFound;

typedef struct ContextCache {
    const ContextWords *words;
    const Bitmap *bitmap;
    const Columns *columns; /* NULL: none */
    size_t base;            /* of the chunk in the window's text, where columns have their places */
    size_t cursor;          /* columns_mark */
    uint32_t first[CONTEXT_BLOCKS]; /* into found */
    uint8_t count[CONTEXT_BLOCKS];  /* CONTEXT_UNSEEN: not looked at yet */
    uint64_t about[CONTEXT_BLOCKS]; /* context_bit of each detector that its phrases concern */
    uint32_t n_found;
    ContextFound found[CONTEXT_FOUND_MAX];
} ContextCache;

/*
 * Forgets; the next lookups are about bitmap, which must stay as it is until the next reset. It
 * starts at `base` of the text that columns (NULL: none) are of.
 */
void context_reset(ContextCache *c, const Bitmap *bitmap, const Columns *columns, size_t base);

/* Under which mark the byte at `at` of the chunk stands; only where there are columns. */
static inline const Mark *context_mark(ContextCache *c, size_t at) {
    return columns_mark(c->columns, c->base + at, &c->cursor);
}

/* One bit of 64 for a detector: enough to see that no word nearby concerns it. */
static inline uint64_t context_bit(size_t detector) {
    return UINT64_C(1) << (detector % 64);
}

/* The bits of all detectors, and perhaps of more, that the words around, or the column, concern. */
uint64_t context_about(ContextCache *c, size_t start, size_t end, size_t within);

/* The nearest phrase for and the nearest against; distance in bytes. phrase -1: none. */
typedef struct ContextEvidence {
    int32_t near, against;
    uint16_t near_distance, against_distance;
    bool near_after; /* the word follows the value */
    int8_t column;   /* its column's name: 1 speaks for it, -1 against, 0 neither */
} ContextEvidence;

/*
 * What is around [start, end) for a detector; within: at most CONTEXT_WITHIN_MAX bytes. *ret is
 * empty before, and left so where there is nothing.
 */
void context_around(ContextCache *c, size_t detector, size_t start, size_t end, size_t within,
                    ContextEvidence *ret);
