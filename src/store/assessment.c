/*
 * Assessment: see assessment.h.
 *
 * A million findings are a million rows of `judged`, so its statements stay prepared and rows go in
 * the order of the pass, which is nearly that of the objects' numbers.
 */
#include "store/assessment.h"

#include "store/handle.h"

typedef enum Put {
    PUT_START,
    PUT_CRITERION,
    PUT_RULE,
    PUT_MAPPING,
    PUT_VERDICT,
    PUT_CONTROL,
    PUT_ATTACHED,
    PUT_OBJECT,
    PUT_JUDGED,
    PUT_RULING,
    PUT_SUMS,
    N_PUTS,
} Put;

/* ?1 is the assessment everywhere but in the first, which makes it. */
static const char *const texts[N_PUTS] = {
    [PUT_START] = "INSERT INTO assessment (run, as_of, made, tool, files, objects, findings,"
                  " matched) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0)",
    [PUT_CRITERION] = "INSERT INTO criterion (assessment, ruleset, number, id, title,"
                      " applicability, wants, cannot, source_url, verified_on, supports,"
                      " contradicts, informs, severity) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                      " ?9, ?10, ?11, ?12, ?13, ?14)",
    [PUT_RULE] = "INSERT INTO applied_rule (assessment, ruleset, rule, title, remediation, note)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_MAPPING] = "INSERT INTO mapping (assessment, ruleset, rule, criterion, polarity,"
                    " strength) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_VERDICT] = "INSERT INTO verdict (assessment, ruleset, rule, asset, category, event, cases,"
                    " objects, hits, persons_low, persons_high, severity, arithmetic, narrative,"
                    " places) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
                    " ?15)",
    [PUT_CONTROL] = "INSERT INTO control (assessment, number, id, title, wording, frequency, owner,"
                    " supports, contradicts, informs, severity) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                    " ?7, ?8, ?9, ?10, ?11)",
    [PUT_ATTACHED] = "INSERT INTO attached (assessment, control, ruleset, criterion, rule)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",
    [PUT_OBJECT] = "INSERT INTO judged_object (assessment, object, asset, location, exposure,"
                   " severity) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_JUDGED] = "INSERT INTO judged (assessment, object, part, detector, severity, ruling)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_RULING] = "INSERT INTO ruling (assessment, number, rules) VALUES (?1, ?2, ?3)",
    [PUT_SUMS] = "UPDATE assessment SET objects = ?2, findings = ?3, matched = ?4 WHERE id = ?1",
};

struct Assessment {
    Store *store;
    int64_t id;
    sqlite3_stmt *statements[N_PUTS];
    bool committed;
};

/* Prepared and with the assessment bound; NULL: *ret_error says why. */
static sqlite3_stmt *statement(Assessment *a, Put which, int *ret_error) {
    sqlite3_stmt **s = &a->statements[which];

    *ret_error = *s ? 0 : sql_prepare(a->store->db, texts[which], s);
    if (*ret_error < 0)
        return NULL;
    sql_bind_int(*s, 1, a->id);
    return *s;
}

static int finish(Assessment *a, sqlite3_stmt *s, int r, Error *reterr) {
    if (r == 0)
        r = sql_run(s);
    return r < 0 ? handle_fail(a->store, r, reterr) : 0;
}

static int start_put(Assessment *a, const AssessmentStart *start, Error *reterr) {
    sqlite3_stmt *s;
    int r = 0;

    a->id = start->run; /* bound as ?1 */
    s = statement(a, PUT_START, &r);
    if (s) {
        sql_bind_text(s, 2, start->as_of);
        sql_bind_int(s, 3, start->made);
        sql_bind_text(s, 4, start->tool);
        sqlite3_bind_text(s, 5, (const char *)start->files.at, (int)start->files.n, SQLITE_STATIC);
    }
    r = finish(a, s, r, reterr);
    a->id = sqlite3_last_insert_rowid(a->store->db);
    return r;
}

int assessment_begin(Store *s, const AssessmentStart *start, Error *reterr, int64_t *ret_id,
                     Assessment **ret) {
    _cleanup_(assessment_freep) Assessment *a = NULL;
    int r = handle_commit(s); /* what was pending is no part of it */

    if (r == 0)
        r = handle_begin(s);
    if (r < 0)
        return handle_fail(s, r, reterr);
    a = calloc(1, sizeof(*a));
    if (!a)
        return -ENOMEM;
    a->store = s;
    r = start_put(a, start, reterr);
    if (r < 0)
        return r;
    *ret_id = a->id;
    *ret = TAKE(a);
    return 0;
}

static void bearing_bind(sqlite3_stmt *s, int i, const Bearing *b) {
    sql_bind_uint(s, i, b->supports);
    sql_bind_uint(s, i + 1, b->contradicts);
    sql_bind_uint(s, i + 2, b->informs);
    sql_bind_int(s, i + 3, b->severity);
}

static void texts_bind(sqlite3_stmt *s, int i, const char *const *at, size_t n) {
    for (size_t k = 0; k < n; k++)
        sql_bind_text(s, i + (int)k, at[k]);
}

#define TEXTS(s, from, ...)                                                                        \
    texts_bind(s, from, (const char *const[]){__VA_ARGS__},                                        \
               N_ELEMENTS(((const char *const[]){__VA_ARGS__})))

int assessment_put_criterion(Assessment *a, const CriterionRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_CRITERION, &r);

    if (s) {
        sql_bind_text(s, 2, row->ruleset);
        sql_bind_int(s, 3, row->number);
        TEXTS(s, 4, row->id, row->title, row->applicability, row->wants, row->cannot,
              row->source_url, row->verified_on);
        bearing_bind(s, 11, &row->bearing);
    }
    return finish(a, s, r, reterr);
}

int assessment_put_rule(Assessment *a, const AppliedRuleRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_RULE, &r);

    if (s)
        TEXTS(s, 2, row->ruleset, row->rule, row->title, row->remediation, row->note);
    return finish(a, s, r, reterr);
}

int assessment_put_mapping(Assessment *a, const MappingRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_MAPPING, &r);

    if (s)
        TEXTS(s, 2, row->ruleset, row->rule, row->criterion, row->polarity, row->strength);
    return finish(a, s, r, reterr);
}

int assessment_put_verdict(Assessment *a, const VerdictRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_VERDICT, &r);

    if (s) {
        TEXTS(s, 2, row->ruleset, row->rule);
        sql_bind_int(s, 4, row->asset);
        TEXTS(s, 5, row->category, row->event);
        sql_bind_uint(s, 7, row->cases);
        sql_bind_uint(s, 8, row->objects);
        sql_bind_uint(s, 9, row->hits);
        sql_bind_uint(s, 10, row->persons_low);
        sql_bind_uint(s, 11, row->persons_high);
        sql_bind_int(s, 12, row->severity);
        TEXTS(s, 13, row->arithmetic, row->narrative);
        sqlite3_bind_text(s, 15, (const char *)row->places.at, (int)row->places.n, SQLITE_STATIC);
    }
    return finish(a, s, r, reterr);
}

int assessment_put_control(Assessment *a, const ControlRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_CONTROL, &r);

    if (s) {
        sql_bind_int(s, 2, row->number);
        TEXTS(s, 3, row->id, row->title, row->wording, row->frequency, row->owner);
        bearing_bind(s, 8, &row->bearing);
    }
    return finish(a, s, r, reterr);
}

int assessment_put_attached(Assessment *a, const AttachedRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_ATTACHED, &r);

    if (s)
        TEXTS(s, 2, row->control, row->ruleset, row->criterion, row->rule);
    return finish(a, s, r, reterr);
}

int assessment_put_object(Assessment *a, const JudgedObjectRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_OBJECT, &r);

    if (s) {
        sql_bind_int(s, 2, row->object);
        sql_bind_int(s, 3, row->asset);
        sql_bind_int(s, 4, row->location);
        if (row->exposure < 0)
            sql_bind_null(s, 5);
        else
            sql_bind_int(s, 5, row->exposure);
        sql_bind_int(s, 6, row->severity);
    }
    return finish(a, s, r, reterr);
}

int assessment_put_judged(Assessment *a, const JudgedRow *row, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_JUDGED, &r);

    if (s) {
        sql_bind_int(s, 2, row->object);
        sql_bind_blob(s, 3, row->part);
        sql_bind_int(s, 4, row->detector);
        sql_bind_int(s, 5, row->severity);
        sql_bind_int(s, 6, row->ruling);
    }
    return finish(a, s, r, reterr);
}

int assessment_put_ruling(Assessment *a, int64_t number, Span rules, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_RULING, &r);

    if (s) {
        sql_bind_int(s, 2, number);
        sqlite3_bind_text(s, 3, (const char *)rules.at, (int)rules.n, SQLITE_STATIC);
    }
    return finish(a, s, r, reterr);
}

int assessment_commit(Assessment *a, const AssessmentSums *sums, Error *reterr) {
    int r;
    sqlite3_stmt *s = statement(a, PUT_SUMS, &r);

    if (s) {
        sql_bind_uint(s, 2, sums->objects);
        sql_bind_uint(s, 3, sums->findings);
        sql_bind_uint(s, 4, sums->matched);
    }
    r = finish(a, s, r, reterr);
    if (r < 0)
        return r;
    r = handle_commit(a->store);
    a->committed = r == 0;
    return r < 0 ? handle_fail(a->store, r, reterr) : 0;
}

Assessment *assessment_free(Assessment *a) {
    if (!a)
        return NULL;
    for (Put p = 0; p < N_PUTS; p++)
        sqlite3_finalize(a->statements[p]);
    if (!a->committed)
        handle_undo(a->store);
    free(a);
    return NULL;
}
