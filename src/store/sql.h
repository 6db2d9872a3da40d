/*
 * Sql: the few calls through which the store speaks to SQLite.
 *
 * Every value is bound, every text is a constant of ours. Codes of SQLite become negative errno
 * values, those of the system where SQLite knows them. Binding borrows: what is bound must stay
 * until the statement is run, so a bind allocates nothing and can only fail by our own mistake.
 */
#pragma once

#include <sqlite3.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/span.h"

/* The negative errno for what the last call on db returned. */
int sql_error(sqlite3 *db, int rc);

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **ret);

static inline void sql_finalizep(sqlite3_stmt **stmt) {
    sqlite3_finalize(*stmt);
}

static inline void sql_closep(sqlite3 **db) {
    sqlite3_close(*db);
}

/* Runs statements without parameters; rows are dropped. */
int sql_exec(sqlite3 *db, const char *text);

/* 1: a row; 0: done; negative: failed. */
int sql_step(sqlite3_stmt *stmt);

/* Steps to the end and resets. */
int sql_run(sqlite3_stmt *stmt);

/* Back to the start. What was bound stays, so who binds again binds every parameter. */
void sql_reset(sqlite3_stmt *stmt);

void sql_bind_null(sqlite3_stmt *stmt, int i);
void sql_bind_int(sqlite3_stmt *stmt, int i, int64_t v);
void sql_bind_uint(sqlite3_stmt *stmt, int i, uint64_t v); /* same bits */
void sql_bind_time(sqlite3_stmt *stmt, int i, int64_t v);  /* INT64_MIN: NULL */
void sql_bind_double(sqlite3_stmt *stmt, int i, double v);
void sql_bind_text(sqlite3_stmt *stmt, int i, const char *text); /* NULL: '' */
void sql_bind_blob(sqlite3_stmt *stmt, int i, Span bytes);       /* empty, never NULL */

int64_t sql_time(sqlite3_stmt *stmt, int i);  /* NULL: INT64_MIN */
uint64_t sql_uint(sqlite3_stmt *stmt, int i); /* same bits */
Span sql_blob(sqlite3_stmt *stmt, int i);     /* valid until the next step */
Span sql_text(sqlite3_stmt *stmt, int i);     /* as sql_blob; NUL-terminated */

/* A copy in the arena; "" for NULL; NULL when out of memory. */
const char *sql_text_copy(sqlite3_stmt *stmt, int i, Arena *a);
