/*
 * Builtin: the files of detectors/, embedded by rule/embed.py when Terrier is built.
 *
 * In order of path. The bytes are those of the file, so that the digest of a rule is the same
 * whether it was embedded or read from a directory.
 */
#pragma once

#include "base/span.h"

typedef struct Builtin {
    const char *path; /* beneath detectors/: gov/us-ssn.yaml */
    const char *bytes;
    size_t n;
} Builtin;

extern const Builtin builtin_files[];
extern const size_t n_builtin_files;
