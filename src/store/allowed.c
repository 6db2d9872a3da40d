/* Allowed: see allowed.h. */
#include "store/allowed.h"

#include "store/handle.h"

enum { ROWS_MAX = 4096 };

/* By the index of objects that have findings or facts: most have neither. */
static const char allowed_sql[] =
    "SELECT f.text, sum(f.time_from) FROM object o INDEXED BY object_found"
    " CROSS JOIN fact f ON f.object = o.id AND f.kind = 'allowed'"
    " WHERE o.series = (SELECT series FROM run WHERE id = ?1) AND o.since <= ?1 AND o.until > ?1"
    " AND o.id IS NOT NULL GROUP BY f.text ORDER BY f.text LIMIT 4096";

static int rows_fill(sqlite3_stmt *stmt, Arena *a, AllowedRow *rows, size_t *ret_n) {
    size_t n = 0;
    int r;

    while ((r = sql_step(stmt)) > 0 && n < ROWS_MAX) {
        int64_t count = sqlite3_column_int64(stmt, 1);

        rows[n] = (AllowedRow){.entry = arena_span(a, sql_blob(stmt, 0)),
                               .count = count > 0 ? (uint64_t)count : 0};
        if (!rows[n].entry.at)
            return -ENOMEM;
        n++;
    }
    *ret_n = n;
    return r < 0 ? r : 0;
}

int query_allowed(Store *s, int64_t run, Arena *a, Error *reterr, AllowedRow **ret, size_t *ret_n) {
    AllowedRow *rows = arena_array(a, ROWS_MAX, sizeof(*rows));
    sqlite3_stmt *stmt = NULL;
    int r = rows ? sql_prepare(s->db, allowed_sql, &stmt) : -ENOMEM;

    if (r == 0) {
        sql_bind_int(stmt, 1, run);
        r = rows_fill(stmt, a, rows, ret_n);
    }
    sqlite3_finalize(stmt);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    return 0;
}

uint64_t allowed_count(const AllowedRow *rows, size_t n, Span entry) {
    for (size_t i = 0; i < n; i++) {
        if (span_eq(rows[i].entry, entry))
            return rows[i].count;
    }
    return 0;
}
