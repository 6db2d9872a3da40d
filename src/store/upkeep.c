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
        /* of the last run of each series; those before are counted by the same code */
        {"SELECT 'run ' || run || ' has sums of ' || n || ' objects and ' || there || ' of them' "
         "FROM"
         " (SELECT r.id AS run, (SELECT sum(objects) FROM coverage WHERE run = r.id) AS n, (SELECT"
         " count(*) FROM object WHERE series = r.series AND since <= r.id AND until > r.id) AS "
         "there"
         " FROM run r WHERE r.id IN (SELECT max(id) FROM run WHERE ended IS NOT NULL GROUP BY"
         " series) AND r.id NOT IN (SELECT run FROM note WHERE kind = 'pruned')) WHERE n <> there",
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
                    "SELECT id, ended FROM run WHERE ended < ?1 AND id NOT IN (SELECT id FROM run"
                    " ORDER BY id DESC LIMIT ?2) AND id NOT IN (SELECT run FROM note WHERE kind ="
                    " 'pruned') ORDER BY id",
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
        *ret = (PruneRow){sqlite3_column_int64(c->rows, 0), sqlite3_column_int64(c->rows, 1)};
    return r;
}

PruneCursor *prune_cursor_close(PruneCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

/* The same 5,000 objects in each of the three. */

/* The 5,000 lowest rows that hold for no kept run: `until` is at most the first kept one. */
#define GONE                                                                                       \
    " FROM object WHERE series = ?1 AND until <= ?2 ORDER BY series, root, path, since LIMIT 5000"

static const char *const pieces[] = {
    "DELETE FROM finding WHERE object IN (SELECT id FROM (SELECT id" GONE ") WHERE id IS NOT NULL)",
    "DELETE FROM fact WHERE object IN (SELECT id FROM (SELECT id" GONE ") WHERE id IS NOT NULL)",
    "DELETE FROM object WHERE (series, root, path, since) IN (SELECT series, root, path, since" GONE
    ")",
};

/* With the last piece of a series: directories are few beside the objects in them. */
static const char directories_gone[] = "DELETE FROM directory WHERE series = ?1 AND until <= ?2";

static int piece_run(Store *s, const char *text, int64_t series, int64_t until) {
    _cleanup_(sql_finalizep) sqlite3_stmt *stmt = NULL;
    int r = sql_prepare(s->db, text, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, series);
    sql_bind_int(stmt, 2, until);
    return sql_run(stmt);
}

/* One transaction; how many objects went. */
static int piece_prune(Store *s, int64_t series, int64_t until, int64_t *ret) {
    sqlite3_stmt *begun;
    int r = handle_write(s, ST_RUN_LAST, &begun);

    for (size_t i = 0; i < N_ELEMENTS(pieces) && r == 0; i++)
        r = piece_run(s, pieces[i], series, until);
    *ret = r == 0 ? sqlite3_changes(s->db) : 0;
    return r < 0 ? r : handle_commit(s);
}

static int directories_prune(Store *s, int64_t series, int64_t until) {
    sqlite3_stmt *begun;
    int r = handle_write(s, ST_RUN_LAST, &begun);

    if (r == 0)
        r = piece_run(s, directories_gone, series, until);
    return r < 0 ? r : handle_commit(s);
}

static const char *const of_run[] = {
    "DELETE FROM object_name WHERE run = ?1",
    "DELETE FROM principal WHERE run = ?1",
    "DELETE FROM share WHERE run = ?1",
};

int store_run_prune(Store *s, int64_t run, Error *reterr) {
    int r = store_note_put(
        s, run, &(StoreNote){.kind = "pruned", .subject = span_of(""), .count = 1, .detail = ""},
        reterr);

    if (r < 0)
        return r;
    for (size_t i = 0; i < N_ELEMENTS(of_run) && r == 0; i++)
        r = piece_run(s, of_run[i], run, 0);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

/* The next series above `after` with a marked run, and its first run that is none. 1: there is one.
 */
static int series_next(Store *s, int64_t after, int64_t *ret_series, int64_t *ret_until) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT series, coalesce(min(iif(id IN (SELECT run FROM note WHERE kind ="
                        " 'pruned'), NULL, id)), 9223372036854775807) FROM run WHERE series > ?1"
                        " AND series IN (SELECT series FROM run JOIN note ON note.run = run.id AND"
                        " note.kind = 'pruned') GROUP BY series ORDER BY series LIMIT 1",
                        &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, after);
    r = sql_step(row);
    if (r > 0) {
        *ret_series = sqlite3_column_int64(row, 0);
        *ret_until = sqlite3_column_int64(row, 1);
    }
    return r;
}

int store_prune_rows(Store *s, Error *reterr, int64_t *ret_objects) {
    int64_t series = 0, until = 0, gone = 0;
    int r = handle_commit(s);

    *ret_objects = 0;
    while (r == 0 && (r = series_next(s, series, &series, &until)) > 0) {
        do {
            r = piece_prune(s, series, until, &gone);
            *ret_objects += gone;
        } while (r == 0 && gone);
        if (r == 0)
            r = directories_prune(s, series, until);
    }
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}
