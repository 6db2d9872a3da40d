/*
 * Sample: texts that a regular expression matches, made from its tree, for examples and proofs.
 */
#pragma once

#include "rule/term.h"

typedef struct TermSample {
    size_t start, end; /* of the capture, else of all, in the Buf */
} TermSample;

/*
 * Appends a text that it matches, but for assertions, which are not looked at. The same seed makes
 * the same one; repeats have up to `more` beyond their least. Its length is bounded.
 */
void term_sample(const Term *t, unsigned value, uint64_t seed, uint32_t more, Buf *to,
                 TermSample *ret);
