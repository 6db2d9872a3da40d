/* Assessed: see assessed.h. */
#include "store/assessed.h"

#include "store/handle.h"

static int prepare(Store *s, const char *sql, int64_t id, Error *reterr, sqlite3_stmt **ret) {
    int r = sql_prepare(s->db, sql, ret);

    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(*ret, 1, id);
    return 0;
}

int query_assessment(Store *s, int64_t id, Arena *a, Error *reterr, AssessedRow *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s,
                    "SELECT id, run, made, as_of, tool, files, objects, findings, matched FROM"
                    " assessment WHERE id = iif(?1 > 0, ?1, (SELECT max(id) FROM assessment))",
                    id, reterr, &row);

    if (r < 0)
        return r;
    r = sql_step(row);
    if (r < 0)
        return handle_unread(s, r, reterr);
    if (r == 0)
        return error_set(reterr, -ENOENT,
                         "the store '%s' has no such assessment; terrier assess "
                         "makes one",
                         s->path);
    *ret = (AssessedRow){.id = sqlite3_column_int64(row, 0),
                         .run = sqlite3_column_int64(row, 1),
                         .made = sql_time(row, 2),
                         .as_of = sql_text_copy(row, 3, a),
                         .tool = sql_text_copy(row, 4, a),
                         .files = arena_span(a, sql_text(row, 5)),
                         .sums = {sql_uint(row, 6), sql_uint(row, 7), sql_uint(row, 8)}};
    return ret->as_of && ret->tool && ret->files.at ? 0 : -ENOMEM;
}

/* ---- tables as arrays ---- */

/* Reads one row into `to`, zeroed; false: out of memory. */
typedef bool RowRead(sqlite3_stmt *row, Arena *a, void *to);

static int rows_read(Store *s, const char *sql, int64_t id, size_t size, RowRead *read, Arena *a,
                     Error *reterr, void **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    _cleanup_(buf_done) Buf all = {0};
    int r = prepare(s, sql, id, reterr, &rows);

    if (r < 0)
        return r;
    while ((r = sql_step(rows)) > 0) {
        void *to = buf_extend(&all, size);

        if (!to)
            return -ENOMEM;
        memset(to, 0, size);
        if (!read(rows, a, to))
            return -ENOMEM;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = arena_alloc(a, all.n ? all.n : 1);
    if (!*ret)
        return -ENOMEM;
    if (all.n)
        memcpy(*ret, all.at, all.n);
    *ret_n = all.n / size;
    return 0;
}

/* Columns from `i` on into n texts. */
static bool texts_read(sqlite3_stmt *row, int i, Arena *a, const char **const *to, size_t n) {
    for (size_t k = 0; k < n; k++) {
        *to[k] = sql_text_copy(row, i + (int)k, a);
        if (!*to[k])
            return false;
    }
    return true;
}

#define TEXTS(row, from, a, ...)                                                                   \
    texts_read(row, from, a, (const char **const[]){__VA_ARGS__},                                  \
               N_ELEMENTS(((const char **const[]){__VA_ARGS__})))

static Bearing bearing_read(sqlite3_stmt *row, int i) {
    return (Bearing){sql_uint(row, i), sql_uint(row, i + 1), sql_uint(row, i + 2),
                     sqlite3_column_int(row, i + 3)};
}

static bool criterion_read(sqlite3_stmt *row, Arena *a, void *to) {
    CriterionRow *c = to;

    c->number = sqlite3_column_int64(row, 0);
    c->bearing = bearing_read(row, 1);
    return TEXTS(row, 5, a, &c->ruleset, &c->id, &c->title, &c->applicability, &c->wants,
                 &c->cannot, &c->source_url, &c->verified_on);
}

int query_judged_run(Store *s, int64_t run, Error *reterr, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s,
                    "SELECT coalesce(max(id), 0) FROM assessment a WHERE run = ?1 AND EXISTS"
                    " (SELECT 1 FROM criterion c WHERE c.assessment = a.id)",
                    run, reterr, &row);

    if (r < 0)
        return r;
    r = sql_step(row);
    if (r <= 0)
        return handle_unread(s, r < 0 ? r : -EUCLEAN, reterr);
    *ret = sqlite3_column_int64(row, 0);
    return 0;
}

int query_criteria(Store *s, int64_t id, Arena *a, Error *reterr, CriterionRow **ret,
                   size_t *ret_n) {
    return rows_read(s,
                     "SELECT number, supports, contradicts, informs, severity, ruleset, id, title,"
                     " applicability, wants, cannot, source_url, verified_on FROM criterion"
                     " WHERE assessment = ?1 ORDER BY ruleset, number",
                     id, sizeof(**ret), criterion_read, a, reterr, (void **)ret, ret_n);
}

static bool control_read(sqlite3_stmt *row, Arena *a, void *to) {
    ControlRow *c = to;

    c->number = sqlite3_column_int64(row, 0);
    c->bearing = bearing_read(row, 1);
    return TEXTS(row, 5, a, &c->id, &c->title, &c->wording, &c->frequency, &c->owner);
}

int query_controls(Store *s, int64_t id, Arena *a, Error *reterr, ControlRow **ret, size_t *ret_n) {
    return rows_read(s,
                     "SELECT number, supports, contradicts, informs, severity, id, title, wording,"
                     " frequency, owner FROM control WHERE assessment = ?1 ORDER BY number",
                     id, sizeof(**ret), control_read, a, reterr, (void **)ret, ret_n);
}

static bool rule_read(sqlite3_stmt *row, Arena *a, void *to) {
    AppliedRuleRow *r = to;

    return TEXTS(row, 0, a, &r->ruleset, &r->rule, &r->title, &r->remediation, &r->note);
}

int query_applied_rules(Store *s, int64_t id, Arena *a, Error *reterr, AppliedRuleRow **ret,
                        size_t *ret_n) {
    return rows_read(s,
                     "SELECT ruleset, rule, title, remediation, note FROM applied_rule"
                     " WHERE assessment = ?1 ORDER BY ruleset, rule",
                     id, sizeof(**ret), rule_read, a, reterr, (void **)ret, ret_n);
}

static bool mapping_read(sqlite3_stmt *row, Arena *a, void *to) {
    MappingRow *m = to;

    return TEXTS(row, 0, a, &m->ruleset, &m->rule, &m->criterion, &m->polarity, &m->strength);
}

int query_mappings(Store *s, int64_t id, Arena *a, Error *reterr, MappingRow **ret, size_t *ret_n) {
    return rows_read(s,
                     "SELECT ruleset, rule, criterion, polarity, strength FROM mapping"
                     " WHERE assessment = ?1 ORDER BY ruleset, rule, criterion",
                     id, sizeof(**ret), mapping_read, a, reterr, (void **)ret, ret_n);
}

static bool attached_read(sqlite3_stmt *row, Arena *a, void *to) {
    AttachedRow *t = to;

    return TEXTS(row, 0, a, &t->control, &t->ruleset, &t->criterion, &t->rule);
}

int query_attached(Store *s, int64_t id, Arena *a, Error *reterr, AttachedRow **ret,
                   size_t *ret_n) {
    return rows_read(s,
                     "SELECT control, ruleset, criterion, rule FROM attached WHERE assessment = ?1"
                     " ORDER BY control, ruleset, criterion, rule",
                     id, sizeof(**ret), attached_read, a, reterr, (void **)ret, ret_n);
}

static bool applied_file_read(sqlite3_stmt *row, Arena *a, void *to) {
    AppliedFileRow *f = to;

    f->stock = sqlite3_column_int(row, 6);
    return TEXTS(row, 0, a, &f->kind, &f->id, &f->version, &f->title, &f->framework, &f->sha256);
}

int query_applied_files(Store *s, int64_t id, Arena *a, Error *reterr, AppliedFileRow **ret,
                        size_t *ret_n) {
    return rows_read(s,
                     "SELECT j.value ->> '$.kind', j.value ->> '$.id', j.value ->> '$.version',"
                     " j.value ->> '$.title', j.value ->> '$.framework', j.value ->> '$.sha256',"
                     " j.value ->> '$.stock' FROM assessment, json_each(files) j"
                     " WHERE assessment.id = ?1 ORDER BY j.key",
                     id, sizeof(**ret), applied_file_read, a, reterr, (void **)ret, ret_n);
}

/* ---- verdicts ---- */

struct VerdictCursor {
    Store *store;
    sqlite3_stmt *rows;
};

static const char verdicts_all[] =
    "SELECT ruleset, rule, asset, category, event, cases, objects, hits, persons_low, persons_high,"
    " severity, arithmetic, narrative, places FROM verdict WHERE assessment = ?1"
    " ORDER BY ruleset, rule, asset, category";

/* Bare columns beside max() are those of the row that has it (SQLite, "Bare columns in an aggregate
 * query"). */
static const char verdicts_rules[] =
    "SELECT ruleset, rule, asset, category, event, n, objects, hits, low, high, severity,"
    " arithmetic, narrative, (SELECT group_concat((j.value ->> '$.count') || char(9) ||"
    " (j.value ->> '$.at'), char(10)) FROM json_each(places) j) FROM (SELECT ruleset, rule, asset,"
    " category, event, sum(cases) n, sum(objects) objects, sum(hits) hits, max(persons_low) low,"
    " sum(persons_high) high, severity, arithmetic, narrative, places,"
    " max(v.severity * 1000000000000 + min(v.hits, 999999999999)) FROM verdict v"
    " WHERE assessment = ?1 GROUP BY ruleset, rule)"
    " ORDER BY severity DESC, n DESC, ruleset, rule";

int verdict_cursor_open(Store *s, int64_t id, VerdictOrder order, Error *reterr,
                        VerdictCursor **ret) {
    _cleanup_(verdict_cursor_closep) VerdictCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = prepare(s, order == VERDICTS_RULES ? verdicts_rules : verdicts_all, id, reterr, &c->rows);
    if (r < 0)
        return r;
    *ret = TAKE(c);
    return 0;
}

static const char *text_at(sqlite3_stmt *row, int i) {
    return (const char *)sql_text(row, i).at;
}

int verdict_cursor_step(VerdictCursor *c, Error *reterr, VerdictRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (VerdictRow){.ruleset = text_at(c->rows, 0),
                            .rule = text_at(c->rows, 1),
                            .asset = sqlite3_column_int64(c->rows, 2),
                            .category = text_at(c->rows, 3),
                            .event = text_at(c->rows, 4),
                            .cases = sql_uint(c->rows, 5),
                            .objects = sql_uint(c->rows, 6),
                            .hits = sql_uint(c->rows, 7),
                            .persons_low = sql_uint(c->rows, 8),
                            .persons_high = sql_uint(c->rows, 9),
                            .severity = sqlite3_column_int(c->rows, 10),
                            .arithmetic = text_at(c->rows, 11),
                            .narrative = text_at(c->rows, 12),
                            .places = sql_text(c->rows, 13)};
    return r;
}

VerdictCursor *verdict_cursor_close(VerdictCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}
