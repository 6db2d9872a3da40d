/* Stray: see stray.h. Side 0 is the earlier run, 1 the later. */
#include "store/stray.h"

#include "store/sql.h"

enum {
    POPULAR =
        64, /* findings looked at for one token: a value that stands everywhere tells little */
    CANDIDATES = POPULAR * FINDING_SAMPLES_MAX,
};

typedef enum Ask {
    ASK_ADD,
    ASK_ADD_TOKEN,
    ASK_LATER,
    ASK_SAME_NAME,
    ASK_SAME_CONTENT,
    ASK_TOKENS,
    ASK_BEARERS,
    ASK_SIZE,
    ASK_FORGET,
    ASK_MATE,
    ASK_READ_LATER,
    ASK_READ_GONE,
    N_ASKS,
} Ask;

struct Strays {
    sqlite3 *db;
    sqlite3_stmt *asks[N_ASKS];
};

static const char schema[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"
    "CREATE TABLE stray (number INTEGER PRIMARY KEY, side INTEGER, mate INTEGER, root INTEGER,"
    " root_path BLOB, path BLOB, part BLOB, part_kind INTEGER, detector TEXT, title TEXT,"
    " category TEXT, tier INTEGER, level INTEGER, count INTEGER, distinct_values INTEGER,"
    " base BLOB, hash BLOB, tokens INTEGER, mode INTEGER, uid INTEGER, gid INTEGER,"
    " pictures INTEGER);"
    "CREATE TABLE token (token BLOB, detector TEXT, side INTEGER, stray INTEGER,"
    " PRIMARY KEY (token, detector, side, stray)) WITHOUT ROWID;"
    "CREATE INDEX stray_token ON token (stray);"
    "CREATE INDEX stray_name ON stray (hash, detector, part, base)"
    " WHERE side = 0 AND mate IS NULL AND hash IS NOT NULL;"
    "CREATE INDEX stray_content ON stray (hash, detector, part)"
    " WHERE side = 0 AND mate IS NULL AND hash IS NOT NULL;"
    "BEGIN";

#define PLACE(s)                                                                                   \
    s ".root, " s ".root_path, " s ".path, " s ".part, " s ".part_kind, " s ".detector, " s        \
      ".title, " s ".category, " s ".tier, " s ".level, " s ".count, " s ".distinct_values"
#define COLUMNS 12

static const char *const texts[N_ASKS] = {
    [ASK_ADD] =
        "INSERT INTO stray (side, root, root_path, path, part, part_kind, detector, title,"
        " category, tier, level, count, distinct_values, base, hash, tokens, mode, uid, gid,"
        " pictures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
        " ?15, ?16, ?17, ?18, ?19, ?20)",
    [ASK_ADD_TOKEN] = "INSERT OR IGNORE INTO token (token, detector, side, stray)"
                      " VALUES (?1, ?2, ?3, ?4)",
    [ASK_LATER] = "SELECT number, hash, detector, part, base, tokens FROM stray"
                  " WHERE side = 1 AND mate IS NULL AND number > ?1 ORDER BY number LIMIT 1",
    [ASK_SAME_NAME] = "SELECT number FROM stray INDEXED BY stray_name WHERE side = 0 AND mate IS"
                      " NULL AND hash IS NOT NULL AND hash = ?1 AND detector = ?2 AND part = ?3"
                      " AND base = ?4 ORDER BY number LIMIT 1",
    [ASK_SAME_CONTENT] = "SELECT number FROM stray INDEXED BY stray_content WHERE side = 0 AND"
                         " mate IS NULL AND hash IS NOT NULL AND hash = ?1 AND detector = ?2"
                         " AND part = ?3 ORDER BY number LIMIT 1",
    [ASK_TOKENS] = "SELECT token FROM token WHERE stray = ?1",
    [ASK_BEARERS] = "SELECT stray FROM token WHERE token = ?1 AND detector = ?2 AND side = 0"
                    " ORDER BY stray LIMIT ?3",
    [ASK_SIZE] = "SELECT tokens FROM stray WHERE number = ?1",
    [ASK_FORGET] = "DELETE FROM token WHERE stray = ?1",
    [ASK_MATE] = "UPDATE stray SET mate = ?2 WHERE number = ?1",
    [ASK_READ_LATER] =
        "SELECT " PLACE("n") ", n.hash, n.mode, n.uid, n.gid, n.pictures, g.number, " PLACE(
            "g") " FROM stray n LEFT JOIN stray g ON g.number = n.mate WHERE n.side = 1"
                 " ORDER BY n.number",
    [ASK_READ_GONE] = "SELECT " PLACE("s") ", s.hash, s.mode, s.uid, s.gid, s.pictures FROM stray s"
                                           " WHERE s.side = 0 AND s.mate IS NULL ORDER BY s.number",
};

int strays_new(Strays **ret) {
    _cleanup_(strays_freep) Strays *s = calloc(1, sizeof(*s));
    int rc, r = 0;

    if (!s)
        return -ENOMEM;
    rc = sqlite3_open_v2("", &s->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return s->db ? sql_error(s->db, rc) : -ENOMEM;
    r = sql_exec(s->db, schema);
    for (Ask a = 0; r == 0 && a < N_ASKS; a++)
        r = sql_prepare(s->db, texts[a], &s->asks[a]);
    if (r < 0)
        return r;
    *ret = TAKE(s);
    return 0;
}

Strays *strays_free(Strays *s) {
    if (!s)
        return NULL;
    for (Ask a = 0; a < N_ASKS; a++)
        sqlite3_finalize(s->asks[a]);
    sqlite3_close(s->db);
    free(s);
    return NULL;
}

/* ---- adding ---- */

static Span base_of(Span path) {
    size_t n = path.n;

    while (n > 0 && path.at[n - 1] != '/' && path.at[n - 1] != 0)
        n--;
    return span(path.at + n, path.n - n);
}

static void bind_row(sqlite3_stmt *to, const SideRow *row) {
    sql_bind_int(to, 2, row->root);
    sql_bind_blob(to, 3, row->root_path);
    sql_bind_blob(to, 4, row->path);
    sql_bind_blob(to, 5, row->part);
    sql_bind_int(to, 6, row->kind);
    sql_bind_text(to, 7, row->detector);
    sql_bind_text(to, 8, row->title);
    sql_bind_text(to, 9, row->category);
    sql_bind_int(to, 10, row->tier);
    sql_bind_int(to, 11, row->level);
    sql_bind_uint(to, 12, row->count);
    sql_bind_uint(to, 13, row->distinct);
    sql_bind_blob(to, 14, base_of(row->path));
}

/* Different ones among the tokens; *ret counts them. */
static int add_tokens(Strays *s, int64_t stray, bool later, const char *detector,
                      const Sample *samples, size_t n, int *ret) {
    sqlite3_stmt *to = s->asks[ASK_ADD_TOKEN];
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (!samples[i].has_token)
            continue;
        sql_bind_blob(to, 1, span(samples[i].token, sizeof(samples[i].token)));
        sql_bind_text(to, 2, detector);
        sql_bind_int(to, 3, later);
        sql_bind_int(to, 4, stray);
        r = sql_run(to);
        *ret += r == 0 ? sqlite3_changes(s->db) : 0;
    }
    return r;
}

int strays_add(Strays *s, bool later, const SideRow *row, const SideObject *object,
               const Sample *samples, size_t n_samples) {
    sqlite3_stmt *to = s->asks[ASK_ADD];
    int64_t number = sqlite3_last_insert_rowid(s->db) + 1;
    int tokens = 0, r;

    /* token has no rowid, so the last one given is that of the last stray */
    r = add_tokens(s, number, later, row->detector, samples, n_samples, &tokens);
    if (r < 0)
        return r;
    sql_bind_int(to, 1, later);
    bind_row(to, row);
    if (object->hashed)
        sql_bind_blob(to, 15, span(object->hash, sizeof(object->hash)));
    else
        sql_bind_null(to, 15);
    sql_bind_int(to, 16, tokens);
    sql_bind_int(to, 17, object->mode);
    sql_bind_int(to, 18, object->uid);
    sql_bind_int(to, 19, object->gid);
    sql_bind_int(to, 20, object->pictures);
    return sql_run(to);
}

/* ---- mating ---- */

/* One of the later run that has no mate yet; copies, since its row is changed. */
typedef struct Later {
    int64_t number, tokens;
    Buf hash, detector, part, base;
    bool hashed;
} Later;

static void later_done(Later *l) {
    buf_done(&l->hash);
    buf_done(&l->detector);
    buf_done(&l->part);
    buf_done(&l->base);
}

static void take(Buf *to, Span from) {
    buf_clear(to);
    buf_span(to, from);
}

/* The next behind l->number: 1, or 0 at the end. */
static int later_next(Strays *s, Later *l) {
    sqlite3_stmt *ask = s->asks[ASK_LATER];
    int r;

    sql_bind_int(ask, 1, l->number);
    r = sql_step(ask);
    if (r > 0) {
        l->number = sqlite3_column_int64(ask, 0);
        l->hashed = sqlite3_column_type(ask, 1) != SQLITE_NULL;
        take(&l->hash, sql_blob(ask, 1));
        take(&l->detector, sql_text(ask, 2));
        take(&l->part, sql_blob(ask, 3));
        take(&l->base, sql_blob(ask, 4));
        l->tokens = sqlite3_column_int64(ask, 5);
        if (buf_error(&l->hash) || buf_error(&l->detector) || buf_error(&l->part) ||
            buf_error(&l->base))
            r = -ENOMEM;
    }
    sql_reset(ask);
    return r;
}

static int mate_set(Strays *s, int64_t which, int64_t mate) {
    sqlite3_stmt *to = s->asks[ASK_MATE];

    sql_bind_int(to, 1, which);
    sql_bind_int(to, 2, mate);
    return sql_run(to);
}

static int mate(Strays *s, const Later *l, int64_t gone) {
    int r = mate_set(s, l->number, gone);

    return r < 0 ? r : mate_set(s, gone, l->number);
}

/* *ret: number of the one that was there before, 0: none. */
typedef int (*Look)(Strays *s, const Later *l, int64_t *ret);

static int look_content(Strays *s, const Later *l, Ask which, int64_t *ret) {
    sqlite3_stmt *ask = s->asks[which];
    int r;

    if (!l->hashed)
        return 0;
    sql_bind_blob(ask, 1, buf_as_span(&l->hash));
    sql_bind_text(ask, 2, buf_cstr(&l->detector));
    sql_bind_blob(ask, 3, buf_as_span(&l->part));
    if (which == ASK_SAME_NAME)
        sql_bind_blob(ask, 4, buf_as_span(&l->base));
    r = sql_step(ask);
    if (r > 0)
        *ret = sqlite3_column_int64(ask, 0);
    sql_reset(ask);
    return r < 0 ? r : 0;
}

static int look_same_name(Strays *s, const Later *l, int64_t *ret) {
    return look_content(s, l, ASK_SAME_NAME, ret);
}

static int look_same_content(Strays *s, const Later *l, int64_t *ret) {
    return look_content(s, l, ASK_SAME_CONTENT, ret);
}

/* How many tokens each shares with the later one. */
typedef struct Shares {
    struct {
        int64_t stray, tokens;
    } at[CANDIDATES];
    size_t n;
} Shares;

static void shares_count(Shares *all, int64_t stray) {
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].stray == stray) {
            all->at[i].tokens++;
            return;
        }
    }
    if (all->n < CANDIDATES)
        all->at[all->n++] = (typeof(all->at[0])){stray, 1};
}

static int bearers_count(Strays *s, const Later *l, Span token, Shares *all) {
    sqlite3_stmt *ask = s->asks[ASK_BEARERS];
    int r;

    sql_bind_blob(ask, 1, token);
    sql_bind_text(ask, 2, buf_cstr(&l->detector));
    sql_bind_int(ask, 3, POPULAR);
    while ((r = sql_step(ask)) > 0)
        shares_count(all, sqlite3_column_int64(ask, 0));
    sql_reset(ask);
    return r;
}

static int tokens_of(Strays *s, int64_t stray, int64_t *ret) {
    sqlite3_stmt *ask = s->asks[ASK_SIZE];
    int r;

    sql_bind_int(ask, 1, stray);
    r = sql_step(ask);
    *ret = r > 0 ? sqlite3_column_int64(ask, 0) : 0;
    sql_reset(ask);
    return r < 0 ? r : 0;
}

/* The one that shares most, the first of equals, if that is more than half of either's. */
static int shares_best(Strays *s, const Later *l, const Shares *all, int64_t *ret) {
    int64_t best = 0;

    for (size_t i = 0; i < all->n; i++) {
        int64_t stray = all->at[i].stray, shared = all->at[i].tokens, tokens;
        int r;

        if (shared < best || (shared == best && stray > *ret) || 2 * shared <= l->tokens)
            continue;
        r = tokens_of(s, stray, &tokens);
        if (r < 0)
            return r;
        if (2 * shared <= tokens)
            continue;
        best = shared;
        *ret = stray;
    }
    return 0;
}

/* Those that have a mate bear no tokens any more. */
static int look_tokens(Strays *s, const Later *l, int64_t *ret) {
    sqlite3_stmt *ask = s->asks[ASK_TOKENS];
    Shares all = {.n = 0};
    int r = 0;

    sql_bind_int(ask, 1, l->number);
    while (r >= 0 && (r = sql_step(ask)) > 0)
        r = bearers_count(s, l, sql_blob(ask, 0), &all);
    sql_reset(ask);
    return r < 0 ? r : shares_best(s, l, &all, ret);
}

static int tokens_forget(Strays *s, int64_t stray) {
    sqlite3_stmt *ask = s->asks[ASK_FORGET];

    sql_bind_int(ask, 1, stray);
    return sql_run(ask);
}

static int tokens_drop(Strays *s) {
    return sql_exec(s->db, "DELETE FROM token WHERE stray IN"
                           " (SELECT number FROM stray WHERE mate IS NOT NULL)");
}

static int pass(Strays *s, Look look) {
    _cleanup_(later_done) Later l = {0};
    int r;

    while ((r = later_next(s, &l)) > 0) {
        int64_t gone = 0;

        r = look(s, &l, &gone);
        if (r == 0 && gone)
            r = mate(s, &l, gone);
        if (r == 0 && gone && look == look_tokens)
            r = tokens_forget(s, gone);
        if (r < 0)
            return r;
    }
    return r;
}

int strays_mate(Strays *s) {
    int r = pass(s, look_same_name);

    if (r == 0)
        r = pass(s, look_same_content);
    if (r == 0)
        r = tokens_drop(s);
    return r < 0 ? r : pass(s, look_tokens);
}

/* ---- reading ---- */

static void place_read(sqlite3_stmt *row, int i, SideRow *ret) {
    *ret = (SideRow){.root = (uint32_t)sqlite3_column_int64(row, i),
                     .root_path = sql_blob(row, i + 1),
                     .path = sql_blob(row, i + 2),
                     .part = sql_blob(row, i + 3),
                     .kind = (PartKind)sqlite3_column_int(row, i + 4),
                     .detector = (const char *)sql_text(row, i + 5).at,
                     .title = (const char *)sql_text(row, i + 6).at,
                     .category = (const char *)sql_text(row, i + 7).at,
                     .tier = (Tier)sqlite3_column_int(row, i + 8),
                     .level = (Level)sqlite3_column_int(row, i + 9),
                     .count = sql_uint(row, i + 10),
                     .distinct = sql_uint(row, i + 11)};
}

static void object_read(sqlite3_stmt *row, int i, SideObject *ret) {
    Span hash = sql_blob(row, i);

    *ret = (SideObject){.hashed = hash.n == sizeof(ret->hash),
                        .mode = (uint32_t)sqlite3_column_int64(row, i + 1),
                        .uid = (uint32_t)sqlite3_column_int64(row, i + 2),
                        .gid = (uint32_t)sqlite3_column_int64(row, i + 3),
                        .pictures = sqlite3_column_int(row, i + 4)};
    if (ret->hashed)
        memcpy(ret->hash, hash.at, hash.n);
}

static int next(Strays *s, Ask which, StrayRow *ret) {
    sqlite3_stmt *row = s->asks[which];
    int r = sql_step(row);

    if (r <= 0)
        return r;
    *ret = (StrayRow){.mated = false};
    place_read(row, 0, &ret->row);
    object_read(row, COLUMNS, &ret->object);
    if (which == ASK_READ_LATER && sqlite3_column_type(row, COLUMNS + 5) != SQLITE_NULL) {
        ret->mated = true;
        place_read(row, COLUMNS + 6, &ret->mate);
    }
    return r;
}

int strays_next_later(Strays *s, StrayRow *ret) {
    return next(s, ASK_READ_LATER, ret);
}

int strays_next_gone(Strays *s, StrayRow *ret) {
    return next(s, ASK_READ_GONE, ret);
}
