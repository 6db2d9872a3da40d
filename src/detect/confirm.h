/*
 * Confirm: the keyword stage: needles say where a match may start, or Hyperscan where it may end;
 * PCRE2 says what it is.
 *
 * One thread's scratch, match data and JIT-compiled copies of the patterns. For each place the
 * answer is the leftmost match that starts there and ends behind every match of the pattern that
 * starts before: a function of the text alone, wherever the scan began. The work is linear in the
 * text, however many places there are.
 */
#pragma once

#include "detect/engine.h"
#include "detect/matcher.h"

typedef struct Confirm Confirm;

int confirm_new(const Engine *e, Confirm **ret);
Confirm *confirm_free(Confirm *c);
DEFINE_CLEANUP(Confirm, confirm_free)

/*
 * A confirmed match: of the whole pattern, and of its value. In the window's text. A miss is a cell
 * of a column that is for a detector, and no pattern that the detector has for cells fits it.
 */
typedef struct Confirmed {
    uint32_t start, end, value_start, value_end;
    uint16_t pattern;
    bool miss;
} Confirmed;

/*
 * Matches whose value starts in [lo, hi), in order of value_start; borrowed until the next call.
 * -EOVERFLOW: a limit was hit, the others are returned; -ENOMEM.
 */
int confirm_scan(Confirm *c, const Window *w, size_t lo, size_t hi, const Confirmed **ret,
                 size_t *ret_n);

/* Shannon entropy of a value, bits a byte. */
float value_entropy(Span value);
