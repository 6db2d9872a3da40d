/*
 * Needle-table: the needles of many patterns, as the search (needle.c) reads them.
 *
 * A key is the hash of four bytes with which a needle may start; what has one key stands together.
 * Plain arrays that point to nothing outside of each other by number, so a table may as well be
 * data of the program. Made by one thread, then frozen.
 */
#pragma once

#include "detect/choice.h"

/* A step as it is compared: sets are kept once each. */
typedef struct NeedleStride {
    uint16_t set, least, most;
} NeedleStride;

/* An outline as it is compared: strides[first] is where the needle starts. */
typedef struct NeedleCourse {
    uint32_t pattern, first;
    uint16_t ahead, behind; /* strides that can be compared from there on, and before */
    uint16_t inner, bytes;  /* strides of the needle itself, and their bytes */
    uint16_t least, most;   /* bytes before the needle */
} NeedleCourse;

/* One spelling of the needle of one course. */
typedef struct NeedleSpelling {
    uint64_t bytes, mask;    /* what is certain of eight bytes */
    uint32_t before, behind; /* folded bytes that may stand beside it */
    uint32_t course;
    uint32_t length; /* bytes of the needle */
} NeedleSpelling;

enum { NEEDLE_FILTERS_ALL = (1 << NEEDLE_FILTERS) - 1 };

typedef struct NeedleTable {
    NeedleFilter filters[NEEDLE_FILTERS];
    NeedleKeys keys;
    const uint32_t
        *firsts; /* by number of a key: the first of its spellings; one more at the end */
    const NeedleSpelling *spellings;
    const NeedleCourse *courses;
    const NeedleStride *strides;
    const ByteSet *sets;
    const uint32_t *widths; /* by pattern: bytes it may be wide; 0: it has no needles */
    size_t n_keys, n_spellings, n_courses, n_strides, n_sets, n_patterns;
} NeedleTable;

/* The needles of n derived patterns. filters: which of them are made, as bits. -ENOMEM. */
int needle_table_make(const char *const *derived, size_t n, unsigned filters, NeedleTable *ret);
void needle_table_done(NeedleTable *t);
