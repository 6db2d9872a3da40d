/*
 * Fold: brings the lineages of a scope up to a run that ends: lineage_fold() of lineage.h.
 *
 * Driven by the changes between the run before and this one (store/diff.h). A row stands for a
 * finding at a place; at most one row of a place is open (`closed` 0). All of it happens in the
 * transaction that ends the run, so a run that is interrupted before that was never folded in.
 */
#include <sodium.h>

#include "store/diff.h"
#include "store/handle.h"
#include "store/lineage.h"
#include "store/runscope.h"

typedef enum Ask {
    ASK_HERE,
    ASK_INSERT,
    ASK_AGAIN,
    ASK_READABLE,
    ASK_CLOSE,
    ASK_LOSE,
    ASK_MOVE,
    N_ASKS,
} Ask;

typedef struct Fold {
    Store *store;
    int64_t scope, run, before, started, before_started;
    Delta delta;
    sqlite3_stmt *asks[N_ASKS];
    Buf name; /* what an id is made of */
} Fold;

/* ?1 to ?5: the place. */
#define PLACE " scope = ?1 AND root = ?2 AND path = ?3 AND part = ?4 AND detector = ?5"

static const char *const texts[N_ASKS] = {
    [ASK_HERE] = "SELECT closed, state FROM lineage WHERE" PLACE " ORDER BY closed",
    [ASK_INSERT] = "INSERT INTO lineage (scope, root, path, part, detector, closed, id, first_run,"
                   " first_seen, came, state) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?7, '')",
    [ASK_AGAIN] = "UPDATE lineage SET closed = 0, state = '', resolved = NULL, last_run = NULL,"
                  " last_seen = NULL, came = ?7 WHERE" PLACE " AND closed = ?6",
    [ASK_READABLE] = "UPDATE lineage SET state = '', last_run = NULL, last_seen = NULL WHERE" PLACE
                     " AND closed = 0",
    [ASK_CLOSE] = "UPDATE lineage SET closed = ?6, state = ?7, resolved = ?8, last_run ="
                  " coalesce(last_run, ?9), last_seen = coalesce(last_seen, ?10) WHERE" PLACE
                  " AND closed = 0",
    [ASK_LOSE] =
        "UPDATE lineage SET state = 'unreadable', last_run = ?6, last_seen = ?7 WHERE" PLACE
        " AND closed = 0",
    [ASK_MOVE] = "INSERT INTO lineage (scope, root, path, part, detector, closed, id, first_run,"
                 " first_seen, came, state) SELECT scope, ?6, ?7, ?8, ?9, 0, id, first_run,"
                 " first_seen, came, '' FROM lineage WHERE" PLACE " AND closed = 0",
};

static void fold_done(Fold *f) {
    for (Ask a = 0; a < N_ASKS; a++)
        sqlite3_finalize(f->asks[a]);
    buf_done(&f->name);
}

static sqlite3_stmt *ask_at(Fold *f, Ask which, const SideRow *row) {
    sqlite3_stmt *ask = f->asks[which];

    sql_bind_int(ask, 1, f->scope);
    sql_bind_int(ask, 2, row->root);
    sql_bind_blob(ask, 3, row->path);
    sql_bind_blob(ask, 4, row->part);
    sql_bind_text(ask, 5, row->detector);
    return ask;
}

/* ---- ids ---- */

static void field_put(Buf *to, Span field) {
    uint64_t n = field.n;

    for (int i = 0; i < 8; i++)
        buf_byte(to, (uint8_t)(n >> 8 * i));
    buf_span(to, field);
}

/*
 * From where the finding was met first, so that a new store, or a scan of a directory further down,
 * gives the same; and from how many have had that place before it, since an id that moved away goes
 * on elsewhere.
 */
static int id_make(Fold *f, const SideRow *row, uint64_t earlier, uint8_t ret[LINEAGE_ID]) {
    bool slash = row->root_path.n && row->path.n && row->root_path.at[row->root_path.n - 1] != '/';
    uint8_t digest[crypto_hash_sha256_BYTES];
    _cleanup_(buf_done) Buf path = {0};

    buf_span(&path, row->root_path);
    buf_text(&path, slash ? "/" : "");
    buf_span(&path, row->path);
    buf_clear(&f->name);
    field_put(&f->name, span_of("terrier-finding"));
    field_put(&f->name, buf_as_span(&path));
    field_put(&f->name, row->part);
    field_put(&f->name, span_of(row->detector));
    buf_printf(&f->name, "%llu", (unsigned long long)earlier);
    if (buf_error(&path) || buf_error(&f->name))
        return -ENOMEM;
    crypto_hash_sha256(digest, f->name.at, f->name.n);
    memcpy(ret, digest, LINEAGE_ID);
    return 0;
}

/* ---- changes ---- */

/* What is known of a place. */
typedef struct Here {
    uint64_t rows;
    bool open, unreadable; /* one is not closed; it is unreadable */
    int64_t closed;        /* the last run that closed one; 0: none did */
    bool moved;            /* that one went elsewhere */
} Here;

static int here_look(Fold *f, const SideRow *row, Here *ret) {
    sqlite3_stmt *ask = ask_at(f, ASK_HERE, row);
    int r;

    *ret = (Here){0};
    while ((r = sql_step(ask)) > 0) {
        int64_t closed = sqlite3_column_int64(ask, 0);
        Span state = sql_text(ask, 1);

        ret->rows++;
        ret->open |= closed == 0;
        ret->unreadable |= closed == 0 && span_is(state, "unreadable");
        if (closed) {
            ret->closed = closed;
            ret->moved = span_is(state, "moved");
        }
    }
    sql_reset(ask);
    return r;
}

static int lineage_insert(Fold *f, const SideRow *row, uint64_t earlier) {
    sqlite3_stmt *ask = ask_at(f, ASK_INSERT, row);
    uint8_t id[LINEAGE_ID];
    int r = id_make(f, row, earlier, id);

    if (r < 0)
        return r;
    sql_bind_blob(ask, 6, span(id, sizeof(id)));
    sql_bind_int(ask, 7, f->run);
    sql_bind_int(ask, 8, f->started);
    return sql_run(ask);
}

/* A finding where the run before had none. */
static int on_new(Fold *f, const SideRow *row) {
    sqlite3_stmt *ask;
    Here here;
    int r = here_look(f, row, &here);

    if (r < 0)
        return r;
    if (here.open) /* it was unreadable for a while: no news */
        return sql_run(ask_at(f, ASK_READABLE, row));
    f->delta.came++;
    if (!here.closed || here.moved)
        return lineage_insert(f, row, here.rows);
    ask = ask_at(f, ASK_AGAIN, row);
    sql_bind_int(ask, 6, here.closed);
    sql_bind_int(ask, 7, f->run);
    return sql_run(ask);
}

static int lineage_shut(Fold *f, const SideRow *row, const char *state, int64_t resolved) {
    sqlite3_stmt *ask = ask_at(f, ASK_CLOSE, row);

    sql_bind_int(ask, 6, f->run);
    sql_bind_text(ask, 7, state);
    sql_bind_time(ask, 8, resolved);
    sql_bind_int(ask, 9, f->before);
    sql_bind_int(ask, 10, f->before_started);
    return sql_run(ask);
}

static int on_gone(Fold *f, const SideRow *row, Fate fate) {
    sqlite3_stmt *ask;

    if (fate != FATE_UNREADABLE) {
        f->delta.gone++;
        return lineage_shut(f, row, fate_name(fate), f->started);
    }
    f->delta.unreadable++;
    ask = ask_at(f, ASK_LOSE, row);
    sql_bind_int(ask, 6, f->before);
    sql_bind_int(ask, 7, f->before_started);
    return sql_run(ask);
}

static int on_moved(Fold *f, const SideRow *from, const SideRow *to) {
    sqlite3_stmt *ask;
    Here here;
    int r = here_look(f, to, &here);

    if (r < 0)
        return r;
    if (here.open) { /* an unreadable one is back at its place, which goes before all else */
        r = on_new(f, to);
        return r < 0 ? r : on_gone(f, from, FATE_GONE);
    }
    ask = ask_at(f, ASK_MOVE, from);
    sql_bind_int(ask, 6, to->root);
    sql_bind_blob(ask, 7, to->path);
    sql_bind_blob(ask, 8, to->part);
    sql_bind_text(ask, 9, to->detector);
    r = sql_run(ask);
    if (r < 0 || sqlite3_changes(f->store->db) == 0)
        return r < 0 ? r : on_new(f, to);
    f->delta.moved++;
    return lineage_shut(f, from, "moved", INT64_MIN);
}

static int on_change(void *of, const Change *c, Error *reterr) {
    Fold *f = of;
    int r = 0;

    switch (c->kind) {
    case CHANGE_NEW:
        f->delta.findings++;
        r = on_new(f, c->after);
        break;
    case CHANGE_GONE:
        f->delta.findings--;
        r = on_gone(f, c->before, c->fate);
        break;
    case CHANGE_MOVED:
        r = on_moved(f, c->before, c->after);
        break;
    case CHANGE_CHANGED:
        f->delta.changed++;
        break;
    case CHANGE_TIER:
        f->delta.tier++;
        break;
    case CHANGE_ACCESS:
    default:
        f->delta.access++;
    }
    return r < 0 ? handle_fail(f->store, r, reterr) : 0;
}

/* ---- what was unreadable ---- */

static const char unreadable_sql[] =
    "SELECT l.root, r.path, l.path, l.part, l.detector, EXISTS (SELECT 1 FROM detector d WHERE"
    " d.run = ?2 AND d.id = l.detector) FROM lineage l INDEXED BY lineage_unreadable"
    " LEFT JOIN root r ON r.run = ?2 AND r.number = l.root WHERE l.scope = ?1"
    " AND l.state = 'unreadable'";

/* A row that is closed leaves the index that is passed over, so none is met twice. */
static int unreadable_settle(Fold *f, FateLook *fates) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r = sql_prepare(f->store->db, unreadable_sql, &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 1, f->scope);
    sql_bind_int(rows, 2, f->run);
    while ((r = sql_step(rows)) > 0) {
        SideRow at = {.root = (uint32_t)sqlite3_column_int64(rows, 0),
                      .root_path = sql_blob(rows, 1),
                      .path = sql_blob(rows, 2),
                      .part = sql_blob(rows, 3),
                      .detector = (const char *)sql_text(rows, 4).at};
        Fate fate;

        r = fate_find(fates, at.root_path, at.path, NULL, sqlite3_column_int(rows, 5), &fate);
        if (r == 0 && fate != FATE_UNREADABLE)
            r = on_gone(f, &at, fate);
        if (r < 0)
            return r;
    }
    return r;
}

static int unreadable_look(Fold *f) {
    _cleanup_(fate_closep) FateLook *fates = NULL;
    int r = fate_open(f->store, f->before, f->run, &fates);

    return r < 0 ? r : unreadable_settle(f, fates);
}

/* The rows of the run before are gone, so each lineage is looked for anew at its place. */
static int all_unknown(Fold *f) {
    _cleanup_(sql_finalizep) sqlite3_stmt *ask = NULL;
    int r = sql_prepare(f->store->db,
                        "UPDATE lineage SET state = 'unreadable' WHERE scope = ?1 AND closed = 0",
                        &ask);

    if (r < 0)
        return r;
    sql_bind_int(ask, 1, f->scope);
    return sql_run(ask);
}

/* ---- a run ---- */

static int started_of(Store *s, int64_t run, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT started FROM run WHERE id = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    *ret = r > 0 ? sqlite3_column_int64(row, 0) : INT64_MIN;
    return r < 0 ? r : 0;
}

static int delta_put(const Fold *f) {
    const Delta *d = &f->delta;
    sqlite3_stmt *put;
    int r = handle_write(f->store, ST_DELTA_PUT, &put);

    if (r < 0)
        return r;
    sql_bind_int(put, 1, f->run);
    sql_bind_int(put, 2, f->before);
    sql_bind_uint(put, 3, d->findings);
    sql_bind_uint(put, 4, d->came);
    sql_bind_uint(put, 5, d->gone);
    sql_bind_uint(put, 6, d->unreadable);
    sql_bind_uint(put, 7, d->moved);
    sql_bind_uint(put, 8, d->changed);
    sql_bind_uint(put, 9, d->tier);
    sql_bind_uint(put, 10, d->access);
    return sql_run(put);
}

static int fold_prepare(Fold *f) {
    Store *s = f->store;
    int r;

    if ((r = runscope_put(s, f->run, &f->scope)) < 0 ||
        (r = started_of(s, f->run, &f->started)) < 0 ||
        (r = started_of(s, f->before, &f->before_started)) < 0)
        return r;
    for (Ask a = 0; r == 0 && a < N_ASKS; a++)
        r = sql_prepare(s->db, texts[a], &f->asks[a]);
    return r;
}

static int fold(Store *s, int64_t before, int64_t run) {
    _cleanup_(fold_done) Fold f = {.store = s, .before = before, .run = run};
    const ChangeSink sink = {.of = &f, .change = on_change};
    Delta last = {0};
    bool pruned = false;
    int r = fold_prepare(&f);

    if (r == 0 && before)
        r = runscope_pruned(s, before, &pruned);
    if (r == 0 && before && !pruned)
        r = query_delta(s, before, NULL, &last);
    f.delta = (Delta){.before = before, .findings = last.findings};
    if (r >= 0 && pruned)
        r = all_unknown(&f);
    if (r >= 0)
        r = diff_findings(s, pruned ? 0 : before, run, &sink, NULL);
    if (r == 0)
        r = unreadable_look(&f);
    return r < 0 ? r : delta_put(&f);
}

int lineage_fold(Store *s, int64_t run) {
    int64_t scope, last, before = 0;
    sqlite3_stmt *put;
    int r = runscope_find(s, run, &scope, &last);
    bool pruned = true;

    if (r <= 0 || last >= run)
        return r < 0 ? r : 0;
    r = handle_write(s, ST_DELTA_PUT, &put); /* opens the transaction */
    if (r < 0 || last)
        return r < 0 ? r : fold(s, last, run);
    /* the first of its scope that is folded in; there may be one from before there were lineages */
    if ((r = runscope_before(s, run, NULL, &before)) < 0 ||
        (before && (r = runscope_pruned(s, before, &pruned)) < 0))
        return r;
    if (before && !pruned)
        r = fold(s, 0, before);
    return r < 0 ? r : fold(s, before && !pruned ? before : 0, run);
}
