/*
 * Pattern: a regular expression of a rule as PCRE2 compiles it.
 *
 * One set of options and two named captures for all: `value` is what is reported, `word` what a
 * word list is asked of. A pattern compiled is its caller's alone, and has no JIT code.
 */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/error.h"

enum { PATTERN_CELL = PCRE2_ANCHORED | PCRE2_ENDANCHORED }; /* options of one for a whole cell */

/* -EINVAL: it is wrong, and *reterr says where and why; -ENOMEM. Free with pcre2_code_free(). */
int pattern_compile(const char *pattern, uint32_t options, Error *reterr, pcre2_code **ret);

/* What tells it, with its options, from others. */
uint64_t pattern_hash(const char *pattern, uint32_t options);

/* The number of a named capture; 0: there is none. */
uint32_t pattern_capture(const pcre2_code *code, const char *name);

/* A phrase as a pattern: its words in any case, white space between, nothing of a word beside. */
int pattern_of_phrase(const char *phrase, Buf *ret);
