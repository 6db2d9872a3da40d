/* Gap: see gap.h. */
#include "store/gap.h"

#include <fnmatch.h>

#include "store/handle.h"
#include "store/name.h"
#include "store/query.h"

static int entry_read(sqlite3_stmt *row, Arena *a, GapEntry *ret) {
    *ret = (GapEntry){.glob = sql_text_copy(row, 0, a),
                      .created = sqlite3_column_int64(row, 1),
                      .reason = sql_text_copy(row, 2, a),
                      .by = sql_text_copy(row, 3, a),
                      .until = sqlite3_column_int64(row, 4)};
    return ret->glob && ret->reason && ret->by ? 0 : -ENOMEM;
}

int query_gaps(Store *s, Arena *a, Error *reterr, GapEntry **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    GapEntry *rows = arena_array(a, GAPS_MAX, sizeof(*rows));
    size_t n = 0;
    int r = rows ? sql_prepare(s->db,
                               "SELECT glob, created, reason, by_whom, until FROM gap"
                               " ORDER BY glob",
                               &row)
                 : -ENOMEM;

    while (r >= 0 && n < GAPS_MAX && (r = sql_step(row)) > 0)
        r = entry_read(row, a, &rows[n++]);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    *ret_n = n;
    return 0;
}

int store_gap_put(Store *s, const GapEntry *e, Error *reterr) {
    sqlite3_stmt *put;
    int r = handle_write(s, ST_GAP_PUT, &put);

    if (r == 0) {
        sql_bind_text(put, 1, e->glob);
        sql_bind_int(put, 2, e->created);
        sql_bind_text(put, 3, e->reason);
        sql_bind_text(put, 4, e->by);
        sql_bind_int(put, 5, e->until);
        r = sql_run(put);
    }
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_gap_remove(Store *s, const char *glob, Error *reterr, bool *ret) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_GAP_DELETE, &stmt);

    if (r == 0) {
        sql_bind_text(stmt, 1, glob);
        r = sql_run(stmt);
    }
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = sqlite3_changes(s->db) > 0;
    return 0;
}

int query_accepted(Store *s, int64_t run, Error *reterr, uint64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT coalesce(sum(count), 0) FROM note WHERE run = ?1"
                        " AND kind = 'accepted-gap'",
                        &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        r = sql_step(row);
    }
    *ret = r > 0 ? sql_uint(row, 0) : 0;
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

const GapEntry *gap_find(const GapEntry *entries, size_t n, int64_t now, const char *name) {
    for (size_t i = 0; i < n; i++) {
        if (entries[i].until > now && fnmatch(entries[i].glob, name, FNM_NOESCAPE) == 0)
            return &entries[i];
    }
    return NULL;
}

int gaps_count(Store *s, int64_t run, const GapEntry *entries, size_t n, int64_t now, Arena *a,
               Error *reterr, GapCount *ret) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    _cleanup_(buf_done) Buf name = {0};
    GapCount count = {.by = arena_array(a, n + 1, sizeof(*count.by))};
    ObjectRow row;
    int r = count.by ? object_cursor_open(s, run, true, reterr, &c) : -ENOMEM;

    while (r >= 0 && (r = object_cursor_step(c, reterr, &row)) > 0) {
        const GapEntry *entry;

        buf_clear(&name);
        r = n ? name_print(&name, row.root, row.path) : 0;
        entry = r == 0 ? gap_find(entries, n, now, buf_cstr(&name)) : NULL;
        count.objects++;
        if (!entry)
            continue;
        count.accepted++;
        count.by[entry - entries]++;
    }
    if (r == 0)
        *ret = count;
    return r;
}
