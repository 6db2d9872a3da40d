/*
 * Choice: which bytes of a pattern's outlines give it away.
 *
 * A Choice is a window of up to eight bytes over an outline (outline.h) that ordinary text is
 * unlikely to have; a Choosing is all that a pattern needs: its outlines, each with its choice.
 * Pure computation while an engine is built, on one thread.
 */
#pragma once

#include "detect/needle.h"
#include "detect/outline.h"

#define NEEDLE_FACTOR UINT32_C(0x9E3779B1)

/* The hash of four bytes, of which the lower five bits are all that counts. */
static inline uint32_t needle_hash(const uint8_t *p) {
    uint32_t x;

    memcpy(&x, p, sizeof(x));
    return ((x & UINT32_C(0x1f1f1f1f)) * NEEDLE_FACTOR) >> (32 - NEEDLE_HASH_BITS);
}

/* A window over an outline: what the filter sees of each byte; behind its end anything. */
typedef struct Choice {
    uint32_t folded[NEEDLE_BYTES];
    uint8_t bytes[NEEDLE_BYTES], mask[NEEDLE_BYTES]; /* the bits that all of a byte's set share */
    size_t step, end;                                /* the steps of which it is */
    float cost; /* how likely text has it; 1 or more: it is none */
} Choice;

/* The lower five bits of the bytes of a set, as bits. */
uint32_t choice_folded(const ByteSet *s);

/* How frequent such bytes are in ordinary text, 0 to 1. */
float choice_frequency(uint32_t folded);

typedef struct Choosing Choosing;

int choosing_new(Choosing **ret);
Choosing *choosing_free(Choosing *c);
DEFINE_CLEANUP(Choosing, choosing_free)

/*
 * How a derived pattern can be found: its outlines in the arena, and a choice for each, until the
 * next call. -ENOTSUP: by Hyperscan only. -ENOMEM.
 */
int choosing_make(Choosing *c, const char *derived, Arena *arena, uint32_t *ret_width);
size_t choosing_count(const Choosing *c);
const Outline *choosing_outline(const Choosing *c, size_t i);
const Choice *choosing_choice(const Choosing *c, size_t i);

/*
 * Puts needles into the buckets of so many groups of a filter; the order of the choices does not
 * matter. -ENOMEM.
 */
int needle_filter_make(const Choice *const *choices, size_t n, uint8_t groups, NeedleFilter *ret);
