/* Runlist: see runlist.h. The words of UNREAD are those of status_complete(); a test holds them. */
#include "store/runlist.h"

#include "store/handle.h"

struct RunlistCursor {
    Store *store;
    sqlite3_stmt *rows;
};

#define UNREAD                                                                                     \
    "status <> 'read' AND status <> 'special' AND status <> 'link' AND status <> 'excluded'"       \
    " AND status <> 'other-filesystem' AND status <> 'vanished'"

static const char runs_sql[] =
    "SELECT id, started, ended, exit, survey, complete,"
    " EXISTS (SELECT 1 FROM note WHERE run = run.id AND kind = 'pruned'),"
    " (SELECT coalesce(sum(count), 0) FROM note WHERE run = run.id AND kind = 'accepted-gap'),"
    " iif(json_valid(parameters), coalesce(json_extract(parameters, '$.profile'), ''), ''),"
    " coalesce((SELECT path FROM root WHERE run = run.id ORDER BY number LIMIT 1), x''),"
    " (SELECT count(*) FROM root WHERE run = run.id),"
    " (SELECT coalesce(sum(objects), 0) FROM coverage WHERE run = run.id AND members = 0),"
    " (SELECT coalesce(sum(objects), 0) FROM coverage WHERE run = run.id AND " UNREAD ")"
    " FROM run ORDER BY id DESC LIMIT ?1";

int runlist_open(Store *s, uint64_t most, Error *reterr, RunlistCursor **ret) {
    _cleanup_(runlist_closep) RunlistCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db, runs_sql, &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, most && most < INT64_MAX ? (int64_t)most : -1);
    *ret = TAKE(c);
    return 0;
}

static void row_read(sqlite3_stmt *row, RunlistRow *ret) {
    *ret = (RunlistRow){
        .id = sqlite3_column_int64(row, 0),
        .started = sql_time(row, 1),
        .ended = sql_time(row, 2),
        .exit = sqlite3_column_type(row, 3) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 3),
        .survey = sqlite3_column_int(row, 4),
        .complete = sqlite3_column_int(row, 5),
        .pruned = sqlite3_column_int(row, 6),
        .accepted = sql_uint(row, 7),
        .profile = (const char *)sql_text(row, 8).at,
        .root = sql_blob(row, 9),
        .roots = sql_uint(row, 10),
        .files = sql_uint(row, 11),
        .unread = sql_uint(row, 12),
    };
    ret->summed = ret->ended != INT64_MIN;
}

int runlist_step(RunlistCursor *c, Error *reterr, RunlistRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r == 0)
        return 0;
    row_read(c->rows, ret);
    r = query_delta(c->store, ret->id, reterr, &ret->delta);
    ret->known = r > 0;
    return r < 0 ? r : 1;
}

RunlistCursor *runlist_close(RunlistCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}
