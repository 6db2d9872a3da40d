/*
 * Preamble: what every report says before its findings, in every format from the same rows: which
 * run, what it looked at, what this report leaves out, what allow lists kept out of it, how much of
 * each there is, and what nobody can learn from it.
 *
 * Loaded once from the store. The counts are of what the filter lets through, found by the pass
 * that also ranks types and places, so that no format counts for itself. A row says one thing: a
 * word for programmes, a label and a sentence for people, a count, bytes. All texts are harmless on
 * a terminal; a format escapes what it has to itself. Memory does not grow with the store.
 */
#pragma once

#include "base/json.h"
#include "report/facts.h"
#include "store/rank.h"

typedef enum PreambleSection {
    PREAMBLE_RUN,
    PREAMBLE_SCOPE,
    PREAMBLE_FILTERS,
    PREAMBLE_SUPPRESSIONS,
    PREAMBLE_COUNTS,
    PREAMBLE_LIMITS,
    N_PREAMBLE_SECTIONS,
} PreambleSection;

typedef struct PreambleRow {
    struct PreambleRow *next;
    PreambleSection section;
    const char *key;   /* a word of ours */
    const char *label; /* "Files read" */
    const char *text;  /* a value or a sentence; "" where the count says all */
    bool counted;      /* count means something */
    uint64_t count;
    bool sized; /* bytes means something */
    uint64_t bytes;
    bool loud; /* must not be overlooked */
} PreambleRow;

typedef struct Preamble {
    Facts facts;
    FoundFilter filter; /* its strings are borrowed */
    bool filtered;
    Overview found;    /* of what passes the filter */
    uint64_t all_rows; /* findings of the run, without the filter */
    uint64_t judged;   /* that pass the filter and were left out, since somebody judged them */
    uint64_t unread;   /* objects with an incomplete status */
    Arena arena;
    PreambleRow *first, *last;
    bool failed; /* out of memory: preamble_load() says so */
} Preamble;

/* "run", "scope": as in the formats for programmes; then as a heading for people. */
const char *preamble_section_name(PreambleSection s);
const char *preamble_section_title(PreambleSection s);

/* Findings that the filter leaves out. */
uint64_t preamble_filtered(const Preamble *p);

/*
 * run 0: the latest; n_places: how many places `found` ranks. The judge of the filter has counted
 * afterwards what it judged: judge_reset() before the findings pass again.
 */
int preamble_load(Store *s, int64_t run, const FoundFilter *filter, size_t n_places, Error *reterr,
                  Preamble *ret);
void preamble_done(Preamble *p);

/* Appends a row; label and text are copied, key is borrowed for good. */
void preamble_put(Preamble *p, PreambleRow row);

/* "1,234 (5.6 MB)", "1,234": what a row counts; "" where it counts nothing. */
#define PREAMBLE_COUNT_MAX 72
void preamble_count_print(const PreambleRow *row, char ret_text[PREAMBLE_COUNT_MAX]);

/* One member a section, each an array of its rows: into an object that is open. */
void preamble_json(const Preamble *p, Json *j);
