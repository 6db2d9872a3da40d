/*
 * Needle: the few bytes that give a keyword pattern away, and the search for those of all patterns.
 *
 * Each outline of a pattern (outline.h) has one needle, a window of up to eight bytes in it that
 * ordinary text is unlikely to have. A filter on the first four marks where a needle may stand, 64
 * bytes at a time; a table tells which; the outline is then compared with the text around. What
 * passes says where a match of the pattern may start, and PCRE2 settles it (confirm.c).
 *
 * Built by one thread, then frozen and shared. The text is hostile: the filter lets more through
 * the more it resembles the needles, and comparing is bounded by the width of the pattern.
 */
#pragma once

#include "base/cleanup.h"
#include "detect/keyword.h"

enum {
    NEEDLE_KEY = 4,     /* bytes that filter and table look at */
    NEEDLE_ROOM = 64,   /* places behind the last that may be written or read */
    NEEDLE_BYTES = 8,   /* bytes of a needle at most */
    NEEDLE_FOLDED = 32, /* a byte is its lower five bits to both, so case is none */
    NEEDLE_GROUPS = 4,  /* of eight buckets of needles, for most forms of the search */
    NEEDLE_GROUPS_MAX = 8,
    NEEDLE_FILTERS = NEEDLE_GROUPS_MAX / NEEDLE_GROUPS,
    NEEDLE_HASH_BITS = 16,
    NEEDLE_HASH_WORDS = 1 << (NEEDLE_HASH_BITS - 6),
};

/* Which buckets a byte may belong to, by place in the key. */
typedef struct NeedleFilter {
    uint8_t buckets[NEEDLE_GROUPS_MAX][NEEDLE_KEY][NEEDLE_FOLDED];
} NeedleFilter;

/*
 * The offsets in text[0..n) at which a needle may start, in order, into ret; how many. n is a
 * multiple of 64, NEEDLE_KEY more bytes are readable, and ret has room for n and NEEDLE_ROOM more.
 */
typedef size_t (*NeedleMark)(const NeedleFilter *f, const uint8_t *text, size_t n, uint16_t *ret);

/* A form of it, for filter number i, which has needles in (i + 1) * NEEDLE_GROUPS groups. */
typedef struct NeedleMarker {
    NeedleMark mark;
    uint8_t filter;
    const char *name;
} NeedleMarker;

/* All forms that this processor runs, the fastest first: number i; no mark behind the last. */
NeedleMarker needle_marker_at(size_t i);

/* What all needles whose keys have one hash agree on, of eight bytes. */
typedef struct NeedleHead {
    uint64_t bytes, mask;
} NeedleHead;

/* All hashes (needle_hash) of keys, numbered in their order, and a head for each. */
typedef struct NeedleKeys {
    uint64_t sieve[NEEDLE_HASH_WORDS]; /* a bit each */
    uint16_t rank[NEEDLE_HASH_WORDS];  /* bits in the words before */
    const NeedleHead *heads;
} NeedleKeys;

/* A place where needles of one key may stand. */
typedef struct NeedleMet {
    uint16_t at, key;
} NeedleMet;

/*
 * Those of the places (offsets in text, at most 4096) at which a key stands and its head fits, in
 * order, to ret; how many. The places are lost; NEEDLE_ROOM more may be read and written of both.
 */
typedef size_t (*NeedleSieve)(const NeedleKeys *k, const uint8_t *text, uint16_t *places, size_t n,
                              NeedleMet *ret);

/* All forms that this processor runs, the fastest first: number i, or NULL behind the last. */
NeedleSieve needle_sieve_at(size_t i, const char **ret_name);

typedef struct Needles Needles;

/*
 * Takes the patterns that have needles, says so in them, and leaves the others to Hyperscan. Those
 * that are ready (ready.h) cost nothing. -ENOMEM.
 */
int needles_new(KeywordPattern *patterns, size_t n, Needles **ret);
Needles *needles_free(Needles *n);
DEFINE_CLEANUP(Needles, needles_free)

/* A match of the pattern may start in [from, to). */
typedef struct NeedlePlace {
    uint32_t pattern, from, to;
} NeedlePlace;

typedef struct NeedleSink {
    void *of;
    bool (*place)(void *of, const NeedlePlace *p); /* false: stop */
} NeedleSink;

/*
 * Every place whose needle starts in [from, to) of text[0..n), in order of the needles. 64 bytes
 * behind the text must be readable.
 */
void needles_find(const Needles *n, const uint8_t *text, size_t text_n, size_t from, size_t to,
                  const NeedleSink *sink);
