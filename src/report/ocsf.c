/* Ocsf: see ocsf.h. Names and numbers are those of schema.ocsf.io/1.8.0. */
#include "report/ocsf.h"

#include <stdio.h>

#include "base/clock.h"
#include "report/findingid.h"
#include "report/gravity.h"
#include "report/line.h"
#include "report/preamble.h"
#include "report/uri.h"
#include "store/name.h"

#define OCSF_VERSION "1.8.0"

enum {
    CATEGORY_FINDINGS = 2,
    CATEGORY_APPLICATION = 6,
    CLASS_DATA_SECURITY = 2006,
    CLASS_SCAN = 6007,
    ACTIVITY_CREATE = 1,
    ACTIVITY_SCAN_STARTED = 1,
    ACTIVITY_SCAN_COMPLETED = 2,
};

typedef struct Ocsf {
    const Preamble *preamble;
    Outlet *to;
    Buf shown, raw; /* of one name, made again for each */
} Ocsf;

static void key_object(Json *j, const char *key) {
    json_key(j, key);
    json_object_begin(j);
}

static void ms_put(Json *j, const char *key, int64_t ns) {
    json_key(j, key);
    json_int(j, ns / 1000000);
}

static void buf_put(Json *j, const char *key, const Buf *text) {
    json_key(j, key);
    json_span(j, buf_as_span(text));
}

/* What every event has; uid is that of the event within the run. */
static Json event_begin(Ocsf *o, unsigned category, unsigned class, unsigned activity,
                        unsigned severity, const char *uid) {
    Json j = json_to(&o->to->buf);
    const RunRow *run = &o->preamble->facts.run;
    char series[40];

    snprintf(series, sizeof(series), "terrier/run/%lld", (long long)run->id);
    json_object_begin(&j);
    line_uint(&j, "category_uid", category);
    line_uint(&j, "class_uid", class);
    line_uint(&j, "activity_id", activity);
    line_uint(&j, "type_uid", class * 100 + activity);
    line_uint(&j, "severity_id", severity);
    ms_put(&j, "time", run->started);
    key_object(&j, "metadata");
    line_text(&j, "version", OCSF_VERSION);
    key_object(&j, "product");
    line_text(&j, "name", "Terrier");
    line_text(&j, "vendor_name", "Terrier");
    line_text(&j, "version", run->tool);
    json_object_end(&j);
    line_text(&j, "uid", uid);
    line_text(&j, "correlation_uid", series);
    json_object_end(&j);
    return j;
}

/* ---- the run ---- */

static int scan_put(Ocsf *o) {
    const Facts *f = &o->preamble->facts;
    bool ended = f->run.ended != INT64_MIN;
    char uid[40];
    Json j;

    snprintf(uid, sizeof(uid), "run:%lld", (long long)f->run.id);
    j = event_begin(o, CATEGORY_APPLICATION, CLASS_SCAN,
                    ended ? ACTIVITY_SCAN_COMPLETED : ACTIVITY_SCAN_STARTED, 1, uid);
    ms_put(&j, "start_time", f->run.started);
    if (ended) {
        ms_put(&j, "end_time", f->run.ended);
        ms_put(&j, "duration", f->run.ended - f->run.started);
    }
    key_object(&j, "scan");
    line_text(&j, "uid", uid);
    line_uint(&j, "type_id", 0);
    json_object_end(&j);
    line_uint(&j, "num_files", f->coverage.all_files.objects);
    line_uint(&j, "num_folders", f->coverage.directories);
    line_uint(&j, "num_detections", o->preamble->found.rows);
    line_uint(&j, "num_skipped_items", o->preamble->unread);
    key_object(&j, "unmapped");
    preamble_json(o->preamble, &j);
    json_object_end(&j);
    return line_end(&j, o->to);
}

/* ---- a finding ---- */

/* data_classification.category_id, from the ids of docs/design/categories.md. */
static unsigned category_id(const char *category) {
    static const struct {
        const char *starts;
        unsigned id;
    } table[] = {
        {"account.password", 6},
        {"device.ip", 6},
        {"device.mac", 6},
        {"secret.", 6},
        {"business.", 4},
        {"candidate.cv", 4},
        {"employment.record", 4},
        {"fin.bank_routing", 99},
        {"fin.crypto_wallet", 99},
        {"fin.", 3},
        {"gov.", 2},
        {"vehicle.", 2},
        {"asset.id", 99},
        {"health.provider_id", 99},
        {"org.", 99},
    };

    for (size_t i = 0; i < N_ELEMENTS(table); i++) {
        if (strncmp(category, table[i].starts, strlen(table[i].starts)) == 0)
            return table[i].id;
    }
    return 1; /* personal */
}

/* public, internal, confidential, restricted: not confidential, private, confidential, restricted
 */
static unsigned confidentiality_id(Tier tier) {
    static const uint8_t ids[N_TIERS] = {1, 5, 2, 6};

    return ids[tier];
}

/* occurrence_details has line, row, column and page, whichever the sample has. */
static void occurrence_put(Json *j, const FoundRow *row, const Sample *sample) {
    json_object_begin(j);
    if (part_has_rows(row->kind)) {
        if (sample->line)
            line_uint(j, "row_number", sample->line);
        if (row->heading.n || row->part.n)
            line_name(j, "column_name", row->heading.n ? row->heading : row->part);
    } else if (sample->line) {
        line_uint(j, "start_line", sample->line);
        line_uint(j, "end_line", sample->line);
    }
    json_object_end(j);
}

static void discovery_put(Json *j, const FoundRow *row, const Sample *samples, size_t n) {
    json_key(j, "discovery_details");
    json_array_begin(j);
    json_object_begin(j);
    line_text(j, "type", row->category);
    line_uint(j, "count", found_count(row->count));
    json_key(j, "occurrences");
    json_array_begin(j);
    for (size_t i = 0; i < n; i++)
        occurrence_put(j, row, &samples[i]);
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
}

static void data_put(Json *j, const FoundRow *row, const Sample *samples, size_t n) {
    key_object(j, "data_security");
    line_uint(j, "category_id", category_id(row->category));
    line_uint(j, "confidentiality_id", confidentiality_id(row->tier));
    line_uint(j, "detection_system_id", 4);     /* data discovery and classification */
    line_uint(j, "data_lifecycle_state_id", 1); /* at rest */
    key_object(j, "classifier_details");
    line_text(j, "type", "detector");
    line_text(j, "name", row->title);
    line_text(j, "uid", row->detector);
    json_object_end(j);
    discovery_put(j, row, samples, n);
    line_uint(j, "total", found_count(row->count));
    json_object_end(j);
}

static Span base_of(Span path) {
    size_t n = path.n;

    while (n && path.at[n - 1] != '/')
        n--;
    return span(path.at + n, path.n - n);
}

/* The file that the file system has; what is inside it stands in `unmapped`. */
static int file_put(Ocsf *o, Json *j, const FoundRow *row) {
    const uint8_t *nul = row->path.n ? memchr(row->path.at, 0, row->path.n) : NULL;
    Span outer = nul ? span(row->path.at, (size_t)(nul - row->path.at)) : row->path;
    Span base;
    int r;

    buf_clear(&o->shown);
    buf_clear(&o->raw);
    name_raw(&o->raw, row->root, outer);
    r = name_print(&o->shown, row->root, outer);
    if (r < 0 || (r = buf_error(&o->raw)) < 0)
        return r;
    base = base_of(buf_as_span(&o->shown));
    key_object(j, "file");
    json_key(j, "name");
    json_span(j, base.n ? base : buf_as_span(&o->shown));
    buf_put(j, "path", &o->shown);
    buf_clear(&o->shown);
    uri_put(&o->shown, buf_as_span(&o->raw));
    buf_put(j, "uri", &o->shown);
    line_uint(j, "type_id", 1); /* regular file */
    line_uint(j, "confidentiality_id", confidentiality_id(row->tier));
    json_object_end(j);
    return buf_error(&o->shown);
}

static int place_put(Ocsf *o, Json *j, const FoundRow *row) {
    _cleanup_(buf_done) Buf join = {0};
    Locator l;
    int r = name_locator(&join, row->root, row->path, &l);

    if (r < 0)
        return r;
    l.part = row->part;
    buf_clear(&o->shown);
    locator_print(&o->shown, &l);
    key_object(j, "unmapped");
    buf_put(j, "locator", &o->shown);
    line_bool(j, "test_value", gravity_is_test(row));
    line_uint(j, "distinct", row->distinct);
    line_bool(j, "distinct_exact", row->distinct_exact);
    json_object_end(j);
    return buf_error(&o->shown);
}

static int finding_put(Ocsf *o, const FoundRow *row, const Sample *samples, size_t n) {
    char id[FINDINGID_MAX], uid[64];
    Json j;
    int r;

    findingid_print(row, id);
    snprintf(uid, sizeof(uid), "run:%lld:%s", (long long)o->preamble->facts.run.id, id);
    j = event_begin(o, CATEGORY_FINDINGS, CLASS_DATA_SECURITY, ACTIVITY_CREATE,
                    (unsigned)gravity_of(row) + 1, uid);
    line_uint(&j, "status_id", 1);                        /* new */
    line_uint(&j, "confidence_id", (unsigned)row->level); /* low, medium, high: the same numbers */
    key_object(&j, "finding_info");
    line_text(&j, "uid", id);
    line_text(&j, "title", row->title[0] ? row->title : row->detector);
    json_object_end(&j);
    data_put(&j, row, samples, n);
    r = file_put(o, &j, row);
    if (r == 0)
        r = place_put(o, &j, row);
    return r < 0 ? r : line_end(&j, o->to);
}

static int findings_put(Ocsf *o, Store *s, Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r =
        found_cursor_open(s, o->preamble->facts.run.id, &o->preamble->filter, false, reterr, &c);

    while (r == 0 && (r = found_cursor_step(c, reterr, &row)) > 0) {
        Sample samples[FINDING_SAMPLES_MAX];
        size_t n;

        r = found_samples(c, row.samples, FINDING_SAMPLES_MAX, reterr, samples, &n);
        if (r == 0)
            r = finding_put(o, &row, samples, n);
    }
    return r;
}

int ocsf_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    Ocsf o = {.preamble = &p, .to = to};
    int r = preamble_load(s, run, filter, 0, reterr, &p);

    if (r == 0)
        r = scan_put(&o);
    if (r == 0)
        r = findings_put(&o, s, reterr);
    buf_done(&o.shown);
    buf_done(&o.raw);
    return r;
}
