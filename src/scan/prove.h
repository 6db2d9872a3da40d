/*
 * Prove: that each detector finds its examples and leaves its negative examples alone.
 *
 * An example is proved as it stands, again with the edge of a window and of an inner chunk on each
 * of its bytes, in UTF-16 either way through the decoder, in base64 and as the member of a zip
 * archive. One that is a table is read as comma-separated values; it is proved at edges and in a
 * zip. What is proved is what a scan
 * reports by default: medium confidence or above, under this very detector. Pure computation on
 * the calling thread; the examples are those of the rule files and appear in no message.
 */
#pragma once

#include "detect/matcher.h"

typedef struct ProveSink {
    void *of;
    /* One failed proof, or a note on a costly pattern: where in which file, and a sentence. */
    void (*failed)(void *of, const Detector *d, const RuleMark *mark, const char *sentence);
    void (*noted)(void *of, const Detector *d, const RuleMark *mark, const char *sentence);
} ProveSink;

typedef struct ProveCount {
    size_t detectors, proofs, failures;
} ProveCount;

/* The detectors for which `wanted` says true, NULL: all. -ENOMEM, or 0: failures are no error. */
int prove_some(const Engine *engine, bool (*wanted)(const Detector *d), const ProveSink *sink,
               ProveCount *ret);
/* The first example of each detector, as it stands: known answers, in a moment. */
int prove_known(const Engine *engine, const ProveSink *sink, ProveCount *ret);

/* All detectors of the engine. -ENOMEM, or 0 with the count: failures are no error here. */
int prove_all(const Engine *engine, const ProveSink *sink, ProveCount *ret);
