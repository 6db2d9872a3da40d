/*
 * Matcher: one thread's hands on an Engine: text in, hits out.
 *
 * matcher_scan() is a pure function of the bytes within MATCHER_MARGIN of what a window owns: a hit
 * belongs to the window that owns its first byte, so however a text is cut into windows, the hits
 * are the same. One thread at a time; the text is hostile and is only borrowed during the call.
 */
#pragma once

#include "detect/engine.h"
#include "model/finding.h"

enum {
    MATCHER_MARGIN = 4096,    /* bytes before and after the owned ones that a window should carry */
    MATCHER_PAD = BITMAP_PAD, /* bytes behind the text that must be readable */
    MATCHER_ALTERNATIVES = 3,
};

typedef struct Matcher Matcher;

/* UTF-8 or bytes of any kind; owns [lo, hi), the rest is margin (less only at the text's ends). */
typedef struct Window {
    const uint8_t *text;
    size_t n, lo, hi;
    const Columns *columns; /* of a table; NULL: none */
} Window;

typedef struct Hit {
    uint32_t start, end; /* in the window's text */
    uint16_t detector, match;
    float score;
    uint32_t claim; /* of hits that are the same otherwise, the lowest is right: claim_of() */
    uint8_t level;  /* Level */
    bool test_value;
    uint8_t n_alternatives;
    uint16_t alternatives[MATCHER_ALTERNATIVES]; /* detectors that claimed the same bytes */
    uint64_t hash;                               /* of the canonical value, keyed: sketch_hash() */
} Hit;

/* Candidates of the right shape, and those of them that passed the checksum, by detector. */
typedef struct MatchCount {
    uint64_t tested, valid;
} MatchCount;

typedef enum Verdict {
    VERDICT_HIT,        /* reported, unless a better one has the same bytes */
    VERDICT_INVALID,    /* the checksum is wrong */
    VERDICT_LOW,        /* below the floor */
    VERDICT_STOP,       /* a placeholder */
    VERDICT_EDGE,       /* part of something longer */
    VERDICT_OVERLAPPED, /* a better hit has these bytes */
    VERDICT_ABSENT,     /* not in the detector's table, or not with enough of its row */
    VERDICT_ALLOWED,    /* an allow list says so; told beside VERDICT_HIT, by who asked */
} Verdict;

/* One candidate with its arithmetic, for explain; everything borrowed for the call. */
typedef struct Trace {
    size_t start, end; /* in the window's text */
    uint16_t detector, match;
    Verdict verdict;
    const Score *score; /* NULL where it was not computed */
    int rival;          /* VERDICT_OVERLAPPED: the detector that has the bytes; else -1 */
} Trace;

typedef struct MatcherSink {
    void *of;
    void (*hit)(void *of, const Matcher *m, const Window *w, const Hit *hit);
    void (*trace)(void *of, const Trace *t); /* NULL: not wanted */
    MatchCount *counts;                      /* one a detector; NULL: not wanted */
    /* instead of counts where the window has columns: a candidate under a mark; NULL: not wanted */
    void (*tested)(void *of, const Mark *at, uint16_t detector, bool valid);
    Level floor;           /* hits below are dropped */
    const uint8_t *secret; /* SKETCH_KEYS_BYTES for Hit.hash; NULL: hash is 0 */
    bool exact;            /* values of detectors that have a table are looked up in it */
    /* what is not to be reported goes to `allowed` with its entry; NULL: allow lists mean nothing
     */
    const AllowView *allow;
    void (*allowed)(void *of, const Window *w, const Hit *hit, uint16_t entry);
} MatcherSink;

int matcher_new(const Engine *engine, Matcher **ret);
Matcher *matcher_free(Matcher *m);
DEFINE_CLEANUP(Matcher, matcher_free)

/*
 * Hits in order of start. 0; -ENOMEM; -EOVERFLOW when a rule hit a limit of its engine
 * ("rule-limit": what was found stands, what that rule would have found may be missing).
 */
int matcher_scan(Matcher *m, const Window *w, const MatcherSink *sink);

/* Within a hit callback: newlines in the owned bytes before text offset `at`. */
uint64_t matcher_newlines_before(const Matcher *m, size_t at);

/* After matcher_scan: newlines in the owned bytes. */
uint64_t matcher_newlines(const Matcher *m);

const Engine *matcher_engine(const Matcher *m);

/* The entry of an allow list that holds for the hit, by the sink's view; -1: none. */
int matcher_allows(const Matcher *m, const Window *w, const MatcherSink *sink, const Hit *hit);

/* The canonical form of a hit, as tokens and distinct counts use it; its length, at most cap. */
size_t hit_canonical(const Engine *e, const Window *w, const Hit *hit, char *ret, size_t cap);
