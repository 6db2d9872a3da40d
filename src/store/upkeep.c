/* Upkeep: see upkeep.h. */
#include "store/upkeep.h"

#include "store/handle.h"
#include "store/write.h"

/* ---- counting ---- */

static int number_read(Store *s, const char *text, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, text, &row);

    if (r == 0)
        r = sql_step(row);
    if (r > 0)
        *ret = sql_time(row, 0);
    return r < 0 ? r : 0;
}

int query_counts(Store *s, Error *reterr, StoreCounts *ret) {
    StoreCounts c = {0};
    const struct {
        const char *text;
        int64_t *to;
    } asked[] = {
        {"SELECT count(*) FROM run", &c.runs},
        {"SELECT count(*) FROM run WHERE ended IS NULL", &c.interrupted},
        {"SELECT count(*) FROM note WHERE kind = 'pruned'", &c.pruned},
        {"SELECT count(*) FROM object", &c.objects},
        {"SELECT count(*) FROM finding", &c.findings},
        {"SELECT count(*) FROM fact", &c.facts},
        {"SELECT count(*) FROM ledger", &c.entries},
        {"SELECT count(*) FROM manifest", &c.manifests},
        {"SELECT min(started) FROM run", &c.first},
        {"SELECT max(started) FROM run", &c.last},
        {"PRAGMA page_size", &c.page_size},
        {"PRAGMA page_count", &c.pages},
        {"PRAGMA freelist_count", &c.free_pages},
    };

    for (size_t i = 0; i < N_ELEMENTS(asked); i++) {
        int r = number_read(s, asked[i].text, asked[i].to);

        if (r < 0)
            return handle_unread(s, r, reterr);
    }
    *ret = c;
    return 0;
}

/* ---- checking ---- */

/* Each row is told, behind `before`; the word "ok" is no complaint. */
static int rows_tell(Store *s, const char *text, const char *before, const UpkeepSink *to) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, text, &row);

    while (r >= 0 && (r = sql_step(row)) > 0) {
        char sentence[512];

        if (span_is(sql_text(row, 0), "ok"))
            continue;
        snprintf(sentence, sizeof(sentence), "%s%s", before, (const char *)sql_text(row, 0).at);
        r = to->wrong(to->of, sentence);
    }
    return r;
}

int upkeep_check(Store *s, const UpkeepSink *to, Error *reterr) {
    static const struct {
        const char *text, *before;
    } asked[] = {
        {"PRAGMA integrity_check(50)", "the file: "},
        {"SELECT count(*) || ' objects with findings are not there' FROM (SELECT object FROM "
         "finding"
         " UNION SELECT object FROM fact EXCEPT SELECT id FROM object WHERE id IS NOT NULL)"
         " HAVING count(*) > 0",
         ""},
        {"SELECT 'run ' || c.run || ' has sums of ' || c.n || ' objects and ' || c.there || ' of "
         "them'"
         " FROM (SELECT run, sum(objects) AS n, (SELECT count(*) FROM object o WHERE o.run ="
         " coverage.run) AS there FROM coverage WHERE run NOT IN (SELECT run FROM note WHERE kind ="
         " 'pruned') AND run IN (SELECT id FROM run WHERE ended IS NOT NULL) GROUP BY run) c"
         " WHERE c.n <> c.there",
         ""},
        {"SELECT 'run ' || id || ' ended and its sums do not balance' FROM run WHERE ended IS NOT"
         " NULL AND survey = 0 AND balanced = 0",
         ""},
        {"SELECT 'the ledger has ' || count(*) || ' entries, and the last is ' || max(seq) FROM"
         " ledger HAVING count(*) <> max(seq)",
         ""},
    };
    int r = 0;

    for (size_t i = 0; i < N_ELEMENTS(asked) && r >= 0; i++)
        r = rows_tell(s, asked[i].text, asked[i].before, to);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

/* ---- pruning ---- */

struct PruneCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int prune_cursor_open(Store *s, int64_t before, uint64_t keep, Error *reterr, PruneCursor **ret) {
    _cleanup_(prune_cursor_closep) PruneCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db,
                    "SELECT id, ended, (SELECT count(*) FROM object o WHERE o.run = run.id) AS n"
                    " FROM run WHERE ended < ?1 AND id NOT IN (SELECT id FROM run ORDER BY id DESC"
                    " LIMIT ?2) AND n > 0 ORDER BY id",
                    &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, before);
    sql_bind_uint(c->rows, 2, keep);
    *ret = TAKE(c);
    return 0;
}

int prune_cursor_step(PruneCursor *c, Error *reterr, PruneRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (PruneRow){sqlite3_column_int64(c->rows, 0), sqlite3_column_int64(c->rows, 1),
                          sqlite3_column_int64(c->rows, 2)};
    return r;
}

PruneCursor *prune_cursor_close(PruneCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

/* The same 5,000 objects in each of the three. */

static const char *const pieces[] = {
    "DELETE FROM finding WHERE object IN (SELECT id FROM (SELECT id FROM object WHERE run = ?1"
    " ORDER BY run, root, path LIMIT 5000) WHERE id IS NOT NULL)",
    "DELETE FROM fact WHERE object IN (SELECT id FROM (SELECT id FROM object WHERE run = ?1"
    " ORDER BY run, root, path LIMIT 5000) WHERE id IS NOT NULL)",
    "DELETE FROM object WHERE (run, root, path) IN (SELECT run, root, path FROM object WHERE run ="
    " ?1 ORDER BY run, root, path LIMIT 5000)",
};

static int delete_run(Store *s, const char *text, int64_t run) {
    _cleanup_(sql_finalizep) sqlite3_stmt *stmt = NULL;
    int r = sql_prepare(s->db, text, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    return sql_run(stmt);
}

/* One transaction; *ret: objects went, so there may be more. */
static int piece_prune(Store *s, int64_t run, bool *ret) {
    sqlite3_stmt *begun;
    int r = handle_write(s, ST_RUN_LAST, &begun);

    for (size_t i = 0; i < N_ELEMENTS(pieces) && r == 0; i++)
        r = delete_run(s, pieces[i], run);
    *ret = r == 0 && sqlite3_changes(s->db) > 0;
    return r < 0 ? r : handle_commit(s);
}

int store_run_prune(Store *s, int64_t run, Error *reterr) {
    bool more = true;
    int r = store_note_put(
        s, run, &(StoreNote){.kind = "pruned", .subject = span_of(""), .count = 1, .detail = ""},
        reterr);

    if (r < 0)
        return r;
    while (r == 0 && more)
        r = piece_prune(s, run, &more);
    if (r == 0)
        r = delete_run(s, "DELETE FROM object_name WHERE run = ?1", run);
    if (r == 0)
        r = delete_run(s, "DELETE FROM sketch WHERE run = ?1", run);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}
