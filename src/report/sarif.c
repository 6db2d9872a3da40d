/* Sarif: see sarif.h. Numbers of clauses are those of SARIF 2.1.0. */
#include "report/sarif.h"

#include <stdio.h>

#include "report/findingid.h"
#include "report/gravity.h"
#include "report/line.h"
#include "report/number.h"
#include "report/preamble.h"
#include "report/uri.h"
#include "store/name.h"

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* The report at hand. Json and Outlet share a Buf, which is handed on between two results. */
typedef struct Sarif {
    Store *store;
    const Preamble *preamble;
    Outlet *to;
    Json j;
    Buf text; /* of one value, made again for each */
} Sarif;

static void key_object(Json *j, const char *key) {
    json_key(j, key);
    json_object_begin(j);
}

static void key_array(Json *j, const char *key) {
    json_key(j, key);
    json_array_begin(j);
}

/* A message is markup (3.11.5, 3.11.6): brackets are links, braces placeholders. */
static void message_text(Json *j, const char *text) {
    _cleanup_(buf_done) Buf plain = {0};

    for (const char *c = text; *c; c++) {
        if (strchr("[]\\", *c))
            buf_byte(&plain, '\\');
        if (strchr("{}", *c))
            buf_byte(&plain, (uint8_t)*c);
        buf_byte(&plain, (uint8_t)*c);
    }
    if (buf_error(&plain) < 0)
        j->to->failed = true;
    json_object_begin(j);
    json_key(j, "text");
    json_span(j, buf_as_span(&plain));
    json_object_end(j);
}

static void key_message(Json *j, const char *key, const char *text) {
    json_key(j, key);
    message_text(j, text);
}

/* ---- tool ---- */

static void rule_put(Json *j, const DetectorRow *d) {
    json_object_begin(j);
    line_text(j, "id", d->id);
    key_message(j, "shortDescription", d->title[0] ? d->title : d->id);
    key_object(j, "properties");
    line_text(j, "category", d->category);
    line_text(j, "tier", tier_name(d->tier));
    json_object_end(j);
    json_object_end(j);
}

/* Every detector of the run, found or not: the index of a rule is the number of its detector. */
static int rules_put(Sarif *s, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    DetectorRow *rows;
    size_t n;
    int r = query_detectors(s->store, s->preamble->facts.run.id, &a, reterr, &rows, &n);

    key_array(&s->j, "rules");
    for (size_t i = 0; r == 0 && i < n; i++) {
        rule_put(&s->j, &rows[i]);
        r = outlet_flush(s->to);
    }
    json_array_end(&s->j);
    return r;
}

/* What a notification may be of: one for each status that leaves something unread. */
static void notices_put(Json *j) {
    key_array(j, "notifications");
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        if (status_complete(k))
            continue;
        json_object_begin(j);
        line_text(j, "id", status_name(k));
        json_object_end(j);
    }
    json_array_end(j);
}

static int tool_put(Sarif *s, Error *reterr) {
    Json *j = &s->j;
    int r;

    key_object(j, "tool");
    key_object(j, "driver");
    line_text(j, "name", "Terrier");
    line_text(j, "version", s->preamble->facts.run.tool);
    notices_put(j);
    r = rules_put(s, reterr);
    json_object_end(j);
    json_object_end(j);
    return r;
}

/* ---- places ---- */

/* The file as the file system has it; members are told by logical locations. */
static void artifact_put(Sarif *s, Span root, Span path) {
    const uint8_t *nul = path.n ? memchr(path.at, 0, path.n) : NULL;
    _cleanup_(buf_done) Buf raw = {0};

    name_raw(&raw, root, nul ? span(path.at, (size_t)(nul - path.at)) : path);
    buf_clear(&s->text);
    uri_put(&s->text, buf_as_span(&raw));
    if (buf_error(&raw) < 0 || buf_error(&s->text) < 0)
        s->to->buf.failed = true;
    key_object(&s->j, "artifactLocation");
    json_key(&s->j, "uri");
    json_span(&s->j, buf_as_span(&s->text));
    json_object_end(&s->j);
}

/* Lines and bytes mean the file only where the sample is in its own bytes (3.30). */
static void region_put(Json *j, const FoundRow *row, const Sample *sample) {
    bool member = row->path.n && memchr(row->path.at, 0, row->path.n);
    bool line = sample->line && !part_has_rows(row->kind);

    if (member || row->kind != PART_BYTES || (!line && sample->offset == MARK_NOWHERE))
        return;
    key_object(j, "region");
    if (line)
        line_uint(j, "startLine", sample->line);
    if (sample->offset != MARK_NOWHERE) {
        line_uint(j, "byteOffset", sample->offset);
        line_uint(j, "byteLength", sample->length);
    }
    json_object_end(j);
}

static const char *logical_kind(const FoundRow *row) {
    switch (row->kind) {
    case PART_SHEET:
    case PART_TABLE:
        return "column";
    case PART_PAGE:
        return "page";
    case PART_SECTION:
        return "section";
    default:
        return "member";
    }
}

/* "in.zip!/pay.xlsx#Payroll:C" where the place is more than a file. */
static int logical_put(Sarif *s, const FoundRow *row) {
    _cleanup_(buf_done) Buf join = {0};
    Locator l;
    int r = name_locator(&join, row->root, row->path, &l);

    if (r < 0 || (l.n_names < 2 && !row->part.n))
        return r;
    l.part = row->part;
    buf_clear(&s->text);
    locator_print(&s->text, &l);
    key_array(&s->j, "logicalLocations");
    json_object_begin(&s->j);
    json_key(&s->j, "fullyQualifiedName");
    json_span(&s->j, buf_as_span(&s->text));
    line_text(&s->j, "kind", logical_kind(row));
    json_object_end(&s->j);
    json_array_end(&s->j);
    return buf_error(&s->text);
}

static int location_put(Sarif *s, const FoundRow *row, const Sample *sample) {
    int r;

    key_array(&s->j, "locations");
    json_object_begin(&s->j);
    key_object(&s->j, "physicalLocation");
    artifact_put(s, row->root, row->path);
    if (sample)
        region_put(&s->j, row, sample);
    json_object_end(&s->j);
    r = logical_put(s, row);
    json_object_end(&s->j);
    json_array_end(&s->j);
    return r;
}

/* ---- what was not read ---- */

static int notice_put(Sarif *s, const ObjectRow *row) {
    char status[STATUS_REASON_MAX + 24], text[STATUS_REASON_MAX + 40];
    Json *j = &s->j;

    status_print(&row->status, status, sizeof(status));
    snprintf(text, sizeof(text), "not read: %s", status);
    json_object_begin(j);
    key_object(j, "descriptor");
    line_text(j, "id", status_name(row->status.kind));
    json_object_end(j);
    line_text(j, "level", row->status.kind == STATUS_ERROR ? "error" : "warning");
    key_message(j, "message", text);
    key_array(j, "locations");
    json_object_begin(j);
    key_object(j, "physicalLocation");
    artifact_put(s, row->root, row->path);
    json_object_end(j);
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    return outlet_flush(s->to);
}

static int notices_all(Sarif *s, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s->store, s->preamble->facts.run.id, true, reterr, &c);

    key_array(&s->j, "toolExecutionNotifications");
    while (r == 0 && (r = object_cursor_step(c, reterr, &row)) > 0)
        r = notice_put(s, &row);
    json_array_end(&s->j);
    return r;
}

/* Successful (3.20.14): it came to its end; what it could not read is told beside that. */
static int invocation_put(Sarif *s, Error *reterr) {
    const RunRow *run = &s->preamble->facts.run;
    Json *j = &s->j;
    int r;

    key_array(j, "invocations");
    json_object_begin(j);
    line_bool(j, "executionSuccessful", run->exit == 0 || run->exit == 1 || run->exit == 3);
    line_time(j, "startTimeUtc", run->started);
    if (run->ended != INT64_MIN)
        line_time(j, "endTimeUtc", run->ended);
    if (run->exit >= 0)
        line_uint(j, "exitCode", (uint64_t)run->exit);
    r = notices_all(s, reterr);
    json_object_end(j);
    json_array_end(j);
    return r;
}

/* ---- results ---- */

static void result_message(Json *j, const FoundRow *row) {
    char number[NUMBER_TEXT_MAX], text[256];
    uint64_t count = found_count(row->count);

    number_print(count, number);
    snprintf(text, sizeof(text), "%s %s of the type %.120s, %s, confidence %s", number,
             count == 1 ? "value" : "values", row->title[0] ? row->title : row->detector,
             tier_name(row->tier), level_name(row->level));
    key_message(j, "message", text);
}

/* Only what fails has a level (3.27.10); of published test values nothing fails. */
static void result_level(Json *j, const FoundRow *row) {
    static const char *const levels[] = {"note", "note", "warning", "error", "error"};
    int gravity = gravity_of(row);

    if (gravity_is_test(row)) {
        line_text(j, "kind", "informational");
        line_text(j, "level", "none");
        return;
    }
    line_text(j, "kind", "fail");
    line_text(j, "level", levels[gravity]);
    json_key(j, "rank");
    json_double(j, 25.0 * gravity + 8.0 * (double)row->level, 1);
}

static void result_properties(Json *j, const FoundRow *row, const Sample *sample) {
    key_object(j, "properties");
    line_text(j, "category", row->category);
    line_text(j, "tier", tier_name(row->tier));
    line_text(j, "confidence", level_name(row->level));
    line_uint(j, "count", found_count(row->count));
    line_uint(j, "distinct", row->distinct);
    line_bool(j, "distinctExact", row->distinct_exact);
    if (sample)
        line_text(j, "mask", sample->mask);
    json_object_end(j);
}

static int result_put(Sarif *s, const FoundRow *row, const Sample *sample) {
    Json *j = &s->j;
    char id[FINDINGID_MAX];
    int r;

    findingid_print(row, id);
    json_object_begin(j);
    line_text(j, "ruleId", row->detector);
    line_uint(j, "ruleIndex", row->number);
    result_level(j, row);
    result_message(j, row);
    r = location_put(s, row, sample);
    key_object(j, "partialFingerprints");
    line_text(j, "terrierFinding/v1", id);
    json_object_end(j);
    result_properties(j, row, sample);
    json_object_end(j);
    return r < 0 ? r : outlet_flush(s->to);
}

static int results_put(Sarif *s, Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open(s->store, s->preamble->facts.run.id, &s->preamble->filter, false,
                              reterr, &c);

    key_array(&s->j, "results");
    while (r == 0 && (r = found_cursor_step(c, reterr, &row)) > 0) {
        Sample sample;
        size_t n;

        r = found_samples(c, row.samples, 1, reterr, &sample, &n);
        if (r == 0)
            r = result_put(s, &row, n ? &sample : NULL);
    }
    json_array_end(&s->j);
    return r;
}

/* ---- the whole ---- */

static void series_put(Json *j, const Preamble *p) {
    char id[40];

    snprintf(id, sizeof(id), "terrier/run/%lld", (long long)p->facts.run.id);
    key_object(j, "automationDetails");
    line_text(j, "id", id);
    json_object_end(j);
    key_array(j, "redactionTokens"); /* 3.14.28: what a masked value has in place of characters */
    json_text(j, "*");
    json_array_end(j);
    line_text(j, "columnKind", "unicodeCodePoints");
    key_object(j, "properties");
    preamble_json(p, j);
    json_object_end(j);
}

static int sarif_put(Sarif *s, Error *reterr) {
    Json *j = &s->j;
    int r;

    json_object_begin(j);
    line_text(j, "$schema", SCHEMA);
    line_text(j, "version", "2.1.0");
    key_array(j, "runs");
    json_object_begin(j);
    series_put(j, s->preamble);
    if ((r = tool_put(s, reterr)) < 0 || (r = invocation_put(s, reterr)) < 0 ||
        (r = results_put(s, reterr)) < 0)
        return r;
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    buf_byte(&s->to->buf, '\n');
    return outlet_flush(s->to);
}

int sarif_report(Store *store, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    Sarif s = {.store = store, .preamble = &p, .to = to, .j = json_to(&to->buf)};
    int r = preamble_load(store, run, filter, 0, reterr, &p);

    if (r == 0)
        r = sarif_put(&s, reterr);
    buf_done(&s.text);
    return r;
}
