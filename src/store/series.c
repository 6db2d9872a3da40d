/* Series: see series.h. */
#include "store/series.h"

#include "store/handle.h"
#include "store/twin.h"

void course_done(Course *c) {
    free(c->runs);
    free(c->bytes);
    twins_free(c->twins);
    sums_done(&c->sums);
    bits_done(&c->seen);
    bits_done(&c->put);
    bits_done(&c->directories);
    *c = (Course){0};
}

static int runs_count(Store *s, int64_t series, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT count(*) FROM run WHERE series = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, series);
    r = sql_step(row);
    if (r > 0)
        *ret = (size_t)sqlite3_column_int64(row, 0);
    return r < 0 ? r : 0;
}

static int runs_load(Store *s, int64_t series, Course *c) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t n = 0;
    int r = runs_count(s, series, &n);

    if (r == 0)
        r = sql_prepare(s->db, "SELECT id, started FROM run WHERE series = ?1 ORDER BY id", &row);
    if (r < 0)
        return r;
    free(c->runs);
    c->n_runs = 0;
    c->runs = calloc(n + 1, sizeof(*c->runs));
    if (!c->runs)
        return -ENOMEM;
    sql_bind_int(row, 1, series);
    while (c->n_runs < n && (r = sql_step(row)) > 0)
        c->runs[c->n_runs++] =
            (CourseRun){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), 0};
    return r < 0 ? r : 0;
}

static CourseRun *course_find(const Course *c, int64_t run) {
    size_t lo = 0, hi = c->n_runs;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (c->runs[middle].id < run)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo < c->n_runs && c->runs[lo].id == run ? &c->runs[lo] : NULL;
}

int64_t course_started(const Store *s, int64_t run) {
    const CourseRun *of = course_find(&s->course, run);

    return of ? of->started : INT64_MAX;
}

bool course_trusts(const Store *s, int64_t run, uint32_t root) {
    const CourseRun *of = course_find(&s->course, run);

    return of && root < 64 && of->trusted >> root & 1;
}

/* A series is one run long as a rule when this is asked: it was interrupted. */
static int slots_find(Store *s, int64_t series, uint64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r =
        sql_prepare(s->db, "SELECT coalesce(max(slot) + 1, 0) FROM object WHERE series = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, series);
    r = sql_step(row);
    if (r > 0)
        *ret = sql_uint(row, 0);
    return r < 0 ? r : 0;
}

static int series_find(Store *s, int64_t run, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT series FROM run WHERE id = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    if (r > 0)
        *ret = sqlite3_column_int64(row, 0);
    return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

int course_enter(Store *s, int64_t run) {
    Course *c = &s->course;
    int r;

    if (c->run == run)
        return 0;
    course_done(c);
    if ((r = series_find(s, run, &c->series)) < 0 || (r = runs_load(s, c->series, c)) < 0 ||
        (r = slots_find(s, c->series, &c->slots)) < 0 || (r = tally_begin(s, run, false)) < 0)
        return r;
    c->run = run;
    c->members_put = true; /* some may be there whose file was never finished */
    return 0;
}

/* ---- beginning ---- */

static int detector_insert(Store *s, int64_t run, size_t number, const StoreDetector *d) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_DETECTOR_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, number);
    sql_bind_text(stmt, 3, d->id);
    sql_bind_text(stmt, 4, d->title);
    sql_bind_text(stmt, 5, d->category);
    sql_bind_int(stmt, 6, d->tier);
    return sql_run(stmt);
}

static Span parameters_of(const StoreRun *run) {
    return run->parameters.n ? run->parameters : span_of("{}");
}

static void bind_key(sqlite3_stmt *stmt, int i, const char *key) {
    if (key)
        sql_bind_text(stmt, i, key);
    else
        sql_bind_null(stmt, i);
}

static void bind_reading(sqlite3_stmt *stmt, int i, const StoreRun *run) {
    static const uint8_t unknown[sizeof(run->reading)];

    if (memcmp(run->reading, unknown, sizeof(unknown)) == 0)
        sql_bind_null(stmt, i);
    else
        sql_bind_blob(stmt, i, span(run->reading, sizeof(run->reading)));
}

static void bind_parameters(sqlite3_stmt *stmt, int i, const StoreRun *run) {
    Span p = parameters_of(run);

    sqlite3_bind_text64(stmt, i, (const char *)p.at, p.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* series 0: its own. */
static int run_insert(Store *s, const StoreRun *run, int64_t series, int64_t *ret) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_RUN_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_time(stmt, 1, run->started);
    sql_bind_int(stmt, 2, run->survey);
    sql_bind_text(stmt, 3, run->tool);
    bind_key(stmt, 4, run->key);
    sql_bind_blob(stmt, 5, span(run->ruleset, sizeof(run->ruleset)));
    bind_parameters(stmt, 6, run);
    sql_bind_text(stmt, 7, run->engine);
    sql_bind_int(stmt, 8, series);
    bind_reading(stmt, 9, run);
    r = sql_run(stmt);
    if (r < 0)
        return r;
    *ret = sqlite3_last_insert_rowid(s->db);
    return 0;
}

static int run_begin(Store *s, const StoreRun *run, int64_t series, int64_t *ret) {
    int r = run_insert(s, run, series, ret);

    for (size_t i = 0; r == 0 && i < run->n_detectors; i++)
        r = detector_insert(s, *ret, i, &run->detectors[i]);
    return r < 0 ? r : handle_commit(s);
}

static int series_begin(Store *s, const StoreRun *run, int64_t *ret) {
    Course *c = &s->course;
    int r = run_begin(s, run, 0, ret);

    if (r < 0)
        return r;
    course_done(c);
    c->run = c->series = *ret;
    return runs_load(s, c->series, c);
}

int store_run_begin(Store *s, const StoreRun *run, Error *reterr, int64_t *ret) {
    int64_t id;
    int r = series_begin(s, run, &id);

    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = id;
    return 0;
}

/* ---- going on ---- */

/* The last run of the same scope. */
typedef struct Last {
    int64_t id, series;
    uint64_t slots;
    bool ended, rules, reading, key, engine; /* the last four: are those of now */
} Last;

/* 1: there is one. */
static int last_find(Store *s, const StoreRun *run, Last *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_RUN_LAST, &stmt);

    if (r < 0)
        return r;
    bind_parameters(stmt, 1, run);
    sql_bind_blob(stmt, 2, span(run->ruleset, sizeof(run->ruleset)));
    bind_key(stmt, 3, run->key);
    sql_bind_text(stmt, 4, run->engine);
    bind_reading(stmt, 5, run);
    r = sql_step(stmt);
    if (r > 0)
        *ret = (Last){.id = sqlite3_column_int64(stmt, 0),
                      .ended = sqlite3_column_type(stmt, 1) != SQLITE_NULL,
                      .series = sqlite3_column_int64(stmt, 2),
                      .slots = sql_uint(stmt, 3),
                      .rules = sqlite3_column_int(stmt, 4),
                      .key = sqlite3_column_int(stmt, 5),
                      .engine = sqlite3_column_int(stmt, 6),
                      .reading = sqlite3_column_int(stmt, 7)};
    sql_reset(stmt);
    return r;
}

/* The next run of a series begins with the sums of the one before. */
static int series_follow(Store *s, const StoreRun *run, const Last *last, int64_t *ret) {
    Course *c = &s->course;
    int r = run_begin(s, run, last->series, ret);

    if (r < 0)
        return r;
    course_done(c);
    c->series = last->series;
    c->slots = last->slots;
    if ((r = runs_load(s, c->series, c)) < 0 || (r = tally_begin(s, last->id, true)) < 0)
        return r;
    c->run = *ret;
    return 0;
}

/* A run has one set of rules, those of a series find the same. */
static bool rules_hold(const Last *last) {
    return last->rules || (last->ended && last->reading);
}

static bool last_holds(const Last *last) {
    return rules_hold(last) && last->key && last->engine;
}

static const char *why_anew(const Last *last) {
    return !rules_hold(last) ? "rules" : !last->key ? "key" : "reader";
}

static int run_start(Store *s, const StoreRun *run, StoreStart *ret) {
    Last last = {0};
    int r = run->fresh || run->survey ? 0 : last_find(s, run, &last);

    if (r < 0)
        return r;
    *ret = (StoreStart){.before = last.id};
    if (r == 0 || !last_holds(&last)) {
        ret->kind = r ? STORE_START_ANEW : STORE_START_FIRST;
        ret->why = r ? why_anew(&last) : "";
        return series_begin(s, run, &ret->run);
    }
    if (last.ended) {
        ret->kind = STORE_START_NEXT;
        ret->words = !last.rules;
        return series_follow(s, run, &last, &ret->run);
    }
    ret->kind = STORE_START_RESUMED;
    ret->run = last.id;
    return course_enter(s, last.id);
}

int store_run_start(Store *s, const StoreRun *run, Error *reterr, StoreStart *ret) {
    StoreStart start;
    int r = run_start(s, run, &start);

    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = start;
    return 0;
}

int store_run_look(Store *s, const StoreRun *run, Error *reterr, bool *ret) {
    Last last;
    int r = run->fresh || run->survey ? 0 : last_find(s, run, &last);

    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = r > 0 && last_holds(&last);
    return 0;
}

static int trust_read(Store *s, uint32_t number, const char *identity, bool *ret_others) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT r.run, r.identity <> '' AND r.identity = ?3 FROM root r JOIN run ON"
                        " run.id = r.run WHERE run.series = ?1 AND r.number = ?2",
                        &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, s->course.series);
    sql_bind_int(row, 2, number);
    sql_bind_text(row, 3, identity);
    while ((r = sql_step(row)) > 0) {
        CourseRun *of = course_find(&s->course, sqlite3_column_int64(row, 0));

        if (!sqlite3_column_int(row, 1))
            *ret_others = true;
        else if (of && number < 64)
            of->trusted |= UINT64_C(1) << number;
    }
    return r;
}

int store_root_trust(Store *s, int64_t run, uint32_t number, const char *identity, Error *reterr,
                     bool *ret_others) {
    int r = course_enter(s, run);

    *ret_others = false;
    if (r == 0)
        r = trust_read(s, number, identity, ret_others);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}
