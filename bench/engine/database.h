/*
 * Database: one Hyperscan database run bare over text, in blocks, its matches counted: the limit
 * of a stage of the Engine, or a rival of all of it.
 */
#pragma once

#include <hs/hs.h>

#include "base/error.h"
#include "input.h"

enum { DATABASE_BLOCK = 256 << 10 };

typedef struct Database {
    hs_database_t *database;
    hs_scratch_t *scratch;
    size_t n_patterns;
    uint64_t matches; /* of all runs */
} Database;

/* All patterns of a table (naive.tsv says how) in one database, as written. */
int database_compile(const char *path, Error *reterr, Database **ret);

Database *database_free(Database *d);
DEFINE_CLEANUP(Database, database_free)

int database_run(Database *d, const Input *in, size_t n);
