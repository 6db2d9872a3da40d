/* Lineage: see lineage.h; how a run is folded in is in fold.c. */
#include "store/lineage.h"

#include <sodium.h>

#include "store/handle.h"
#include "store/runscope.h"

struct LineageLook {
    Store *store;
    sqlite3_stmt *row; /* NULL: the run is of no scope that has lineages */
    int64_t run, scope;
};

void lineage_id_print(const uint8_t id[LINEAGE_ID], char ret[LINEAGE_ID_TEXT]) {
    memcpy(ret, "f:", 2);
    sodium_bin2hex(ret + 2, LINEAGE_ID_TEXT - 2, id, LINEAGE_ID);
}

bool lineage_id_is(Span text) {
    if (text.n != LINEAGE_ID_TEXT - 1 || text.at[0] != 'f' || text.at[1] != ':')
        return false;
    for (size_t i = 2; i < text.n; i++) {
        if (!memchr("0123456789abcdef", text.at[i], 16))
            return false;
    }
    return true;
}

int query_delta(Store *s, int64_t run, Error *reterr, Delta *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT before, findings, came, gone, unreadable, moved, changed, tier,"
                        " access FROM delta WHERE run = ?1",
                        &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        r = sql_step(row);
    }
    if (r > 0)
        *ret = (Delta){.before = sqlite3_column_int64(row, 0),
                       .findings = sql_uint(row, 1),
                       .came = sql_uint(row, 2),
                       .gone = sql_uint(row, 3),
                       .unreadable = sql_uint(row, 4),
                       .moved = sql_uint(row, 5),
                       .changed = sql_uint(row, 6),
                       .tier = sql_uint(row, 7),
                       .access = sql_uint(row, 8)};
    return r < 0 ? handle_unread(s, r, reterr) : r;
}

/* Of the rows of a place that one which was the finding's in the run: what was closed later, else
 * what stands. */
static const char row_sql[] =
    "SELECT id, first_run, first_seen, came FROM lineage WHERE scope = ?1 AND root ="
    " (SELECT number FROM root WHERE run = ?2 AND path = ?3) AND path = ?4 AND part = ?5"
    " AND detector = ?6 AND (closed = 0 OR closed > ?2) ORDER BY closed = 0, closed LIMIT 1";

int lineage_open(Store *s, int64_t run, Error *reterr, LineageLook **ret) {
    _cleanup_(lineage_closep) LineageLook *l = calloc(1, sizeof(*l));
    int64_t last;
    int r;

    if (!l)
        return -ENOMEM;
    l->store = s;
    l->run = run;
    r = runscope_find(s, run, &l->scope, &last);
    if (r > 0)
        r = l->scope ? sql_prepare(s->db, row_sql, &l->row) : 0;
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = TAKE(l);
    return 0;
}

LineageLook *lineage_close(LineageLook *l) {
    if (l)
        sqlite3_finalize(l->row);
    free(l);
    return NULL;
}

static int row_read(const LineageLook *l, LineageRow *ret) {
    Span id = sql_blob(l->row, 0);

    if (id.n != LINEAGE_ID)
        return -EUCLEAN;
    memcpy(ret->id, id.at, LINEAGE_ID);
    ret->first_run = sqlite3_column_int64(l->row, 1);
    ret->first_seen = sqlite3_column_int64(l->row, 2);
    ret->fresh = sqlite3_column_int64(l->row, 3) == l->run;
    return 1;
}

int lineage_find(LineageLook *l, Span root, Span path, Span part, const char *detector,
                 Error *reterr, LineageRow *ret) {
    int r;

    if (!l->row)
        return 0;
    sql_bind_int(l->row, 1, l->scope);
    sql_bind_int(l->row, 2, l->run);
    sql_bind_blob(l->row, 3, root);
    sql_bind_blob(l->row, 4, path);
    sql_bind_blob(l->row, 5, part);
    sql_bind_text(l->row, 6, detector);
    r = sql_step(l->row);
    if (r > 0)
        r = row_read(l, ret);
    sql_reset(l->row);
    return r < 0 ? handle_unread(l->store, r, reterr) : r;
}

/* There is no index by id, which would cost each run and hold each path once more; people ask. */
int lineage_known(Store *s, const char *text, Error *reterr, bool *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    uint8_t id[LINEAGE_ID];
    size_t n;
    int r;

    *ret = false;
    if (!lineage_id_is(span_of(text)) ||
        sodium_hex2bin(id, sizeof(id), text + 2, strlen(text + 2), NULL, &n, NULL) != 0)
        return 0;
    r = sql_prepare(s->db, "SELECT 1 FROM lineage WHERE id = ?1 LIMIT 1", &row);
    if (r == 0) {
        sql_bind_blob(row, 1, span(id, sizeof(id)));
        r = sql_step(row);
    }
    *ret = r > 0;
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}
