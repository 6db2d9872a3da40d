/* Sql: see sql.h. */
#include "store/sql.h"

/*
 * What the system said. SQLite 3.40 forgets to note it when a COMMIT fails, so errno, which is set
 * to 0 before each call, is asked first.
 */
static int io_error(sqlite3 *db, int system) {
    if (system == 0)
        system = sqlite3_system_errno(db);
    return system > 0 ? -system : -EIO;
}

int sql_error(sqlite3 *db, int rc) {
    int system = errno;

    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return io_error(db, system);
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return -EUCLEAN;
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    case SQLITE_TOOBIG:
        return -E2BIG;
    default:
        return -EINVAL;
    }
}

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **ret) {
    errno = 0;
    return sql_error(db, sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

int sql_exec(sqlite3 *db, const char *text) {
    errno = 0;
    return sql_error(db, sqlite3_exec(db, text, NULL, NULL, NULL));
}

int sql_step(sqlite3_stmt *stmt) {
    int rc;

    errno = 0;
    rc = sqlite3_step(stmt);
    return rc == SQLITE_ROW ? 1 : sql_error(sqlite3_db_handle(stmt), rc);
}

void sql_reset(sqlite3_stmt *stmt) {
    sqlite3_reset(stmt);
}

int sql_run(sqlite3_stmt *stmt) {
    int r;

    do
        r = sql_step(stmt);
    while (r > 0);
    sql_reset(stmt);
    return r;
}

void sql_bind_null(sqlite3_stmt *stmt, int i) {
    sqlite3_bind_null(stmt, i);
}

void sql_bind_int(sqlite3_stmt *stmt, int i, int64_t v) {
    sqlite3_bind_int64(stmt, i, v);
}

void sql_bind_uint(sqlite3_stmt *stmt, int i, uint64_t v) {
    sqlite3_bind_int64(stmt, i, (int64_t)v);
}

void sql_bind_time(sqlite3_stmt *stmt, int i, int64_t v) {
    if (v == INT64_MIN)
        sqlite3_bind_null(stmt, i);
    else
        sqlite3_bind_int64(stmt, i, v);
}

void sql_bind_double(sqlite3_stmt *stmt, int i, double v) {
    sqlite3_bind_double(stmt, i, v);
}

void sql_bind_text(sqlite3_stmt *stmt, int i, const char *text) {
    sqlite3_bind_text(stmt, i, text ? text : "", -1, SQLITE_STATIC);
}

void sql_bind_blob(sqlite3_stmt *stmt, int i, Span bytes) {
    sqlite3_bind_blob64(stmt, i, bytes.n ? (const void *)bytes.at : "", bytes.n, SQLITE_STATIC);
}

int64_t sql_time(sqlite3_stmt *stmt, int i) {
    if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
        return INT64_MIN;
    return sqlite3_column_int64(stmt, i);
}

uint64_t sql_uint(sqlite3_stmt *stmt, int i) {
    return (uint64_t)sqlite3_column_int64(stmt, i);
}

Span sql_blob(sqlite3_stmt *stmt, int i) {
    const void *at = sqlite3_column_blob(stmt, i);

    return span(at, (size_t)sqlite3_column_bytes(stmt, i));
}

Span sql_text(sqlite3_stmt *stmt, int i) {
    const void *at = sqlite3_column_text(stmt, i);

    return at ? span(at, (size_t)sqlite3_column_bytes(stmt, i)) : span_of("");
}

const char *sql_text_copy(sqlite3_stmt *stmt, int i, Arena *a) {
    return arena_text(a, sql_text(stmt, i));
}
