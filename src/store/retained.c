/* Retained: see retained.h. */
#include "store/retained.h"

#include "store/handle.h"

typedef enum Put { PUT_ROW, PUT_RULE, PUT_SUM, N_PUTS } Put;

/* ?1 is the assessment. */
static const char *const texts[N_PUTS] = {
    [PUT_ROW] = "INSERT INTO retained (assessment, root, path, part, depth, bytes, state, reason,"
                " rule, rules, entry, source, pattern, trust, age_from, age_to, due, keep_until,"
                " overdue, flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                " ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    [PUT_RULE] = "INSERT INTO retention_rule (assessment, id, class, title, clock, least, most,"
                 " action, severity, basis, owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                 " ?10, ?11)",
    [PUT_SUM] = "INSERT INTO retention_sum (assessment, state, reason, objects, bytes) VALUES (?1,"
                " ?2, ?3, ?4, ?5)",
};

struct Retaining {
    Store *store;
    int64_t assessment;
    sqlite3_stmt *puts[N_PUTS];
};

int retaining_new(Store *s, int64_t assessment, Error *reterr, Retaining **ret) {
    _cleanup_(retaining_freep) Retaining *t = calloc(1, sizeof(*t));
    int r = 0;

    if (!t)
        return -ENOMEM;
    t->store = s;
    t->assessment = assessment;
    for (size_t i = 0; i < N_PUTS && r == 0; i++)
        r = sql_prepare(s->db, texts[i], &t->puts[i]);
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = TAKE(t);
    return 0;
}

Retaining *retaining_free(Retaining *t) {
    for (size_t i = 0; t && i < N_PUTS; i++)
        sqlite3_finalize(t->puts[i]);
    free(t);
    return NULL;
}

static sqlite3_stmt *put_begin(Retaining *t, Put which) {
    sql_bind_int(t->puts[which], 1, t->assessment);
    return t->puts[which];
}

static int put_end(Retaining *t, sqlite3_stmt *s, Error *reterr) {
    int r = sql_run(s);

    return r < 0 ? handle_fail(t->store, r, reterr) : 0;
}

static void texts_bind(sqlite3_stmt *s, int from, const char *const *at, size_t n) {
    for (size_t i = 0; i < n; i++)
        sql_bind_text(s, from + (int)i, at[i]);
}

#define TEXTS(s, from, ...)                                                                        \
    texts_bind(s, from, (const char *const[]){__VA_ARGS__},                                        \
               N_ELEMENTS(((const char *const[]){__VA_ARGS__})))

static void day_bind(sqlite3_stmt *s, int i, Day d) {
    if (d == DAY_NONE)
        sql_bind_null(s, i);
    else
        sql_bind_int(s, i, d);
}

int retaining_put(Retaining *t, const RetainedRow *row, Error *reterr) {
    sqlite3_stmt *s = put_begin(t, PUT_ROW);

    sql_bind_blob(s, 2, row->root);
    sql_bind_blob(s, 3, row->path);
    sql_bind_blob(s, 4, row->part);
    sql_bind_int(s, 5, row->depth);
    sql_bind_uint(s, 6, row->bytes);
    TEXTS(s, 7, row->state, row->reason, row->rule, row->rules, row->entry, row->source,
          row->pattern);
    sql_bind_int(s, 14, row->trust);
    day_bind(s, 15, row->age_from);
    day_bind(s, 16, row->age_to);
    day_bind(s, 17, row->due);
    day_bind(s, 18, row->keep_until);
    sql_bind_int(s, 19, row->overdue);
    sql_bind_int(s, 20, row->flags);
    return put_end(t, s, reterr);
}

int retaining_put_rule(Retaining *t, const RetentionRuleRow *row, Error *reterr) {
    sqlite3_stmt *s = put_begin(t, PUT_RULE);

    TEXTS(s, 2, row->id, row->class, row->title, row->clock, row->least, row->most, row->action,
          row->severity, row->basis, row->owner);
    return put_end(t, s, reterr);
}

int retaining_put_sum(Retaining *t, const RetentionSumRow *row, Error *reterr) {
    sqlite3_stmt *s = put_begin(t, PUT_SUM);

    TEXTS(s, 2, row->state, row->reason);
    sql_bind_uint(s, 4, row->objects);
    sql_bind_uint(s, 5, row->bytes);
    return put_end(t, s, reterr);
}

/* ---- reading ---- */

int retained_find(Store *s, int64_t run, const char *as_of, Span files, Error *reterr,
                  int64_t *ret_id) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT max(id) FROM assessment WHERE run = ?1 AND as_of = ?2 AND files ="
                        " CAST(?3 AS TEXT)",
                        &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        sql_bind_text(row, 2, as_of);
        sql_bind_blob(row, 3, files);
        r = sql_step(row);
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret_id = r > 0 ? sqlite3_column_int64(row, 0) : 0;
    return 0;
}

struct RetainedCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int retained_cursor_open(Store *s, int64_t assessment, const char *state, Error *reterr,
                         RetainedCursor **ret) {
    _cleanup_(retained_cursor_closep) RetainedCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db,
                    "SELECT root, path, part, depth, bytes, state, reason, rule, rules, entry,"
                    " source, pattern, trust, age_from, age_to, due, keep_until, overdue, flags"
                    " FROM retained WHERE assessment = ?1 AND (?2 = '' OR state = ?2)"
                    " ORDER BY root, path, part",
                    &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, assessment);
    sql_bind_text(c->rows, 2, state);
    *ret = TAKE(c);
    return 0;
}

static Day day_read(sqlite3_stmt *s, int i) {
    return sqlite3_column_type(s, i) == SQLITE_NULL ? DAY_NONE : (Day)sqlite3_column_int64(s, i);
}

int retained_cursor_step(RetainedCursor *c, Error *reterr, RetainedRow *ret) {
    sqlite3_stmt *s = c->rows;
    int r = sql_step(s);
    const char *t[7];

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    for (int i = 0; r > 0 && i < 7; i++)
        t[i] = (const char *)sql_text(s, 5 + i).at;
    if (r > 0)
        *ret = (RetainedRow){.root = sql_blob(s, 0),
                             .path = sql_blob(s, 1),
                             .part = sql_blob(s, 2),
                             .depth = (uint32_t)sqlite3_column_int64(s, 3),
                             .bytes = sql_uint(s, 4),
                             .state = t[0],
                             .reason = t[1],
                             .rule = t[2],
                             .rules = t[3],
                             .entry = t[4],
                             .source = t[5],
                             .pattern = t[6],
                             .trust = (unsigned)sqlite3_column_int64(s, 12),
                             .age_from = day_read(s, 13),
                             .age_to = day_read(s, 14),
                             .due = day_read(s, 15),
                             .keep_until = day_read(s, 16),
                             .overdue = (int32_t)sqlite3_column_int64(s, 17),
                             .flags = (unsigned)sqlite3_column_int64(s, 18)};
    return r;
}

RetainedCursor *retained_cursor_close(RetainedCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

/* A statement over the rows of an assessment, and how many there are at most. */
static int all_prepare(Store *s, const char *text, int64_t assessment, Error *reterr,
                       sqlite3_stmt **ret) {
    int r = sql_prepare(s->db, text, ret);

    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(*ret, 1, assessment);
    return 0;
}

int retained_rules(Store *s, int64_t assessment, Arena *a, Error *reterr, RetentionRuleRow **ret,
                   size_t *ret_n) {
    enum { ROWS_MAX = 256 }; /* of a policy */
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    RetentionRuleRow *at = arena_array(a, ROWS_MAX, sizeof(*at));
    size_t n = 0;
    int r = all_prepare(s,
                        "SELECT id, class, title, clock, least, most, action, severity, basis,"
                        " owner FROM retention_rule WHERE assessment = ?1 ORDER BY id",
                        assessment, reterr, &row);

    if (!at)
        return -ENOMEM;
    while (r >= 0 && n < ROWS_MAX && (r = sql_step(row)) > 0) {
        const char *t[10];

        for (int i = 0; i < 10; i++) {
            t[i] = sql_text_copy(row, i, a);
            if (!t[i])
                return -ENOMEM;
        }
        at[n++] = (RetentionRuleRow){t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9]};
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = at;
    *ret_n = n;
    return 0;
}

int retained_sums(Store *s, int64_t assessment, Arena *a, Error *reterr, RetentionSumRow **ret,
                  size_t *ret_n) {
    enum { ROWS_MAX = 256 }; /* states by reasons are fewer */
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    RetentionSumRow *at = arena_array(a, ROWS_MAX, sizeof(*at));
    size_t n = 0;
    int r = all_prepare(s,
                        "SELECT state, reason, objects, bytes FROM retention_sum WHERE assessment"
                        " = ?1 ORDER BY state, reason",
                        assessment, reterr, &row);

    if (!at)
        return -ENOMEM;
    while (r >= 0 && n < ROWS_MAX && (r = sql_step(row)) > 0) {
        at[n] = (RetentionSumRow){sql_text_copy(row, 0, a), sql_text_copy(row, 1, a),
                                  sql_uint(row, 2), sql_uint(row, 3)};
        if (!at[n].state || !at[n].reason)
            return -ENOMEM;
        n++;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = at;
    *ret_n = n;
    return 0;
}

/* ---- single objects ---- */

int retained_last(Store *s, int64_t run, const char *as_of, Arena *a, Error *reterr,
                  int64_t *ret_id, const char **ret_version) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT id, json_extract(files, '$[0].version') FROM assessment WHERE run"
                        " = ?1 AND as_of = ?2 AND EXISTS (SELECT 1 FROM retention_rule WHERE"
                        " assessment = assessment.id) ORDER BY id DESC LIMIT 1",
                        &row);

    *ret_id = 0;
    *ret_version = "";
    if (r == 0) {
        sql_bind_int(row, 1, run);
        sql_bind_text(row, 2, as_of);
        r = sql_step(row);
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    if (r > 0) {
        *ret_id = sqlite3_column_int64(row, 0);
        *ret_version = sql_text_copy(row, 1, a);
    }
    return *ret_version ? 0 : -ENOMEM;
}

struct RetainedOf {
    Store *store;
    sqlite3_stmt *row;
};

int retained_of_open(Store *s, int64_t assessment, Error *reterr, RetainedOf **ret) {
    RetainedOf *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db,
                    "SELECT t.state, t.rule, coalesce(k.class, ''), t.source, t.due, t.overdue"
                    " FROM retained t LEFT JOIN retention_rule k ON k.assessment = t.assessment"
                    " AND k.id = t.rule WHERE t.assessment = ?1 AND t.root = ?2 AND t.path = ?3"
                    " AND t.part = x''",
                    &c->row);
    if (r < 0) {
        retained_of_close(c);
        return handle_unread(s, r, reterr);
    }
    sql_bind_int(c->row, 1, assessment);
    *ret = c;
    return 0;
}

int retained_of_get(RetainedOf *c, Span root, Span path, Error *reterr, RetainedFacts *ret) {
    int r;

    sql_reset(c->row);
    sql_bind_blob(c->row, 2, root);
    sql_bind_blob(c->row, 3, path);
    r = sql_step(c->row);
    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (RetainedFacts){.state = (const char *)sql_text(c->row, 0).at,
                               .rule = (const char *)sql_text(c->row, 1).at,
                               .class = (const char *)sql_text(c->row, 2).at,
                               .source = (const char *)sql_text(c->row, 3).at,
                               .due = day_read(c->row, 4),
                               .overdue = (int32_t)sqlite3_column_int64(c->row, 5)};
    return r;
}

RetainedOf *retained_of_close(RetainedOf *c) {
    if (c)
        sqlite3_finalize(c->row);
    free(c);
    return NULL;
}
