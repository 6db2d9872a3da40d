/*
 * Builtin: the files of detectors/ and rulesets/, embedded by rule/embed.c when Terrier is built.
 *
 * In order of path. What is embedded is the tree that rule/yaml.c makes of a file (rule/tree.h),
 * and the digest of its bytes, which is the same when the file is read from a directory.
 */
#pragma once

#include "base/span.h"

typedef struct Builtin {
    const char *path; /* beneath their directory: gov/us-ssn.yaml */
    const char *tree;
    size_t n;
    const char *digest; /* SHA-256 of its bytes: 32 */
} Builtin;

extern const Builtin builtin_files[];
extern const size_t n_builtin_files; /* of detectors/ */

extern const Builtin builtin_rulesets[];
extern const size_t n_builtin_rulesets;
