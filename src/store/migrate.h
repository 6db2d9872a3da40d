/*
 * Migrate: how a store comes into being, and how an older one is brought to today's format.
 *
 * A new store appears whole under its name. An old one is first copied beside itself
 * (`FILE.format-N`) and the copy verified; then all steps run in one transaction, so that at any
 * instant there is a store of one format or the other. A newer one is not touched.
 */
#pragma once

#include <sqlite3.h>

#include "base/error.h"

#define STORE_APPLICATION 0x54657272 /* 'Terr' */

/* Makes an empty store of today's format at path, 0600; the caller holds the lock. */
int migrate_create(const char *path, Error *reterr);

/*
 * Runs steps[from - 1] ... steps[n_steps - 1]: SQL that brings format i + 1 to i + 2 and says so
 * (PRAGMA user_version). Format 1 is the first, so a programme of format N has N - 1 steps.
 */
int migrate_run(sqlite3 *db, const char *path, int from, const char *const *steps, size_t n_steps,
                Error *reterr);

/* 0, or -EUCLEAN if SQLite's quick_check finds something. */
int migrate_check(sqlite3 *db);
