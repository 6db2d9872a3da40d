/*
 * Jsonl: see jsonl.h. docs/schema/ describes each kind of line; tests hold the two together.
 */
#include "report/jsonl.h"

#include "evidence/token.h"
#include "report/judged.h"
#include "report/line.h"
#include "report/preamble.h"
#include "store/allowed.h"

#define SCORE_DECIMALS 2

static void root_put(Json *j, const RootRow *root) {
    json_object_begin(j);
    line_name(j, "path", root->path);
    line_text(j, "identity", root->identity);
    line_text(j, "fs_type", root->fs_type);
    line_text(j, "mount_options", root->mount_options);
    line_text(j, "atime", root->atime);
    line_status(j, "status", &root->status);
    line_uint(j, "found", root->found);
    line_uint(j, "found_bytes", root->found_bytes);
    line_uint(j, "names", root->names);
    line_uint(j, "directories", root->directories);
    json_object_end(j);
}

static void flags_put(Json *j, const RunRow *run) {
    json_key(j, "flags");
    json_array_begin(j);
    if (run->survey)
        json_text(j, "survey");
    if (run->ended == INT64_MIN)
        json_text(j, "not-ended");
    if (run->complete)
        json_text(j, "complete");
    json_array_end(j);
}

static int run_put(const Facts *f, Outlet *to) {
    Json j = line_begin(to, "run");

    json_key(&j, "id");
    json_int(&j, f->run.id);
    line_time(&j, "started", f->run.started);
    line_time(&j, "ended", f->run.ended);
    json_key(&j, "exit");
    if (f->run.exit < 0)
        json_null(&j);
    else
        json_int(&j, f->run.exit);
    flags_put(&j, &f->run);
    json_key(&j, "roots");
    json_array_begin(&j);
    for (size_t i = 0; i < f->n_roots; i++)
        root_put(&j, &f->roots[i]);
    json_array_end(&j);
    json_key(&j, "ruleset");
    json_hex(&j, span(f->run.ruleset, sizeof(f->run.ruleset)));
    line_uint(&j, "detectors", f->run.n_detectors);
    line_text(&j, "tool", f->run.tool);
    line_text(&j, "key", f->run.key[0] ? f->run.key : NULL);
    json_key(&j, "manifest");
    if (f->has_manifest)
        json_hex(&j, span(f->manifest.digest, sizeof(f->manifest.digest)));
    else
        json_null(&j);
    json_key(&j, "parameters");
    json_raw(&j, f->run.parameters);
    return line_end(&j, to);
}

static void kinds_put(Json *j, const char *key, uint64_t found, const Tally kinds[N_STATUSES]) {
    json_key(j, key);
    json_object_begin(j);
    line_uint(j, "found", found);
    for (StatusKind k = 0; k < N_STATUSES; k++)
        line_uint(j, status_name(k), kinds[k].objects);
    json_object_end(j);
}

static void bytes_put(Json *j, const Coverage *c) {
    json_key(j, "bytes");
    json_object_begin(j);
    line_uint(j, "found", c->found_bytes);
    line_uint(j, "examined", c->all_files.bytes_read);
    for (StatusKind k = 0; k < N_STATUSES; k++)
        line_uint(j, status_name(k), c->files[k].bytes);
    json_object_end(j);
}

static void reasons_put(Json *j, const Facts *f) {
    json_key(j, "reasons");
    json_array_begin(j);
    for (size_t i = 0; i < f->n_reasons; i++) {
        const ReasonRow *row = &f->reasons[i];

        json_object_begin(j);
        line_status(j, "status", &row->status);
        line_bool(j, "members", row->members);
        line_uint(j, "objects", row->tally.objects);
        line_uint(j, "bytes", row->tally.bytes);
        line_uint(j, "examined", row->tally.bytes_read);
        json_object_end(j);
    }
    json_array_end(j);
}

static int coverage_put(const Facts *f, Outlet *to) {
    const Coverage *c = &f->coverage;
    Json j = line_begin(to, "coverage");

    kinds_put(&j, "files", c->found, c->files);
    kinds_put(&j, "members", c->all_files.inside, c->members);
    bytes_put(&j, c);
    line_uint(&j, "names", c->names);
    line_uint(&j, "directories", c->directories);
    reasons_put(&j, f);
    line_bool(&j, "balanced", c->balanced);
    line_bool(&j, "complete", c->complete);
    line_uint(&j, "accepted_gaps", f->accepted);
    return line_end(&j, to);
}

static int object_line(const ObjectRow *row, Span root, Span path, bool further, Outlet *to) {
    Json j = line_begin(to, "object");
    int r = line_locator(&j, "locator", root, path);

    if (r == 0 && further)
        r = line_locator(&j, "same_as", row->root, row->path);
    if (r < 0)
        return r;
    line_text(&j, "kind_of", row->format[0] ? row->format : NULL);
    line_text(&j, "encoding", row->encoding[0] ? row->encoding : NULL);
    line_status(&j, "status", &row->status);
    line_text(&j, "reason", row->status.reason[0] ? row->status.reason : NULL);
    line_uint(&j, "bytes", row->meta.size);
    line_uint(&j, "examined", row->bytes_read);
    line_uint(&j, "members", row->members);
    line_uint(&j, "depth", row->depth);
    return line_end(&j, to);
}

/* The object, and again for each further name of a file with several links. */
static int object_put(Store *s, int64_t run, const ObjectRow *row, Outlet *to, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names = NULL;
    size_t n = 0;
    int r = object_line(row, row->root, row->path, false, to);

    if (r == 0 && row->meta.nlink > 1 && !row->depth)
        r = query_names(s, run, row->meta.dev, row->meta.ino, &a, reterr, &names, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = object_line(row, names[i].root, names[i].path, true, to);
    return r;
}

static int objects_put(Store *s, int64_t run, bool all, Outlet *to, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, run, !all, reterr, &c);

    if (r < 0)
        return r;
    while ((r = object_cursor_step(c, reterr, &row)) > 0) {
        r = object_put(s, run, &row, to, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

static void token_put(Json *j, const char *key, const Sample *sample) {
    char token[TOKEN_SIZE];

    if (sample->has_token)
        token_print(key, sample->token, token);
    line_text(j, "token", sample->has_token ? token : NULL);
}

static int sample_put(Json *j, const FoundRow *row, const Sample *sample) {
    _cleanup_(buf_done) Buf printed = {0}, part = {0};
    Locator at = {0};
    Span text;

    found_place(row, sample, &part, &at);
    locator_print(&printed, &at);
    text = buf_as_span(&printed);
    json_object_begin(j);
    json_key(j, "at");
    json_span(j, text.n ? span(text.at + 1, text.n - 1) : text); /* without its '#' */
    json_key(j, "offset");
    if (sample->offset == MARK_NOWHERE)
        json_null(j);
    else
        json_uint(j, sample->offset);
    line_uint(j, "length", sample->length);
    line_text(j, "mask", sample->mask);
    token_put(j, row->key, sample);
    line_bool(j, "test_value", sample->test_value);
    json_object_end(j);
    return buf_error(&part) ? -ENOMEM : buf_error(&printed);
}

static void counts_put(Json *j, const FoundRow *row) {
    uint64_t count = found_count(row->count);

    line_text(j, "confidence", level_name(row->level));
    json_key(j, "score");
    json_double(j, row->score, SCORE_DECIMALS);
    line_uint(j, "count", count);
    line_uint(j, "high", row->count[LEVEL_HIGH]);
    line_uint(j, "medium", row->count[LEVEL_MEDIUM]);
    line_uint(j, "low", row->count[LEVEL_LOW]);
    line_uint(j, "tested", row->tested);
    json_key(j, "valid_share");
    if (row->tested)
        json_double(j, (double)row->valid / (double)row->tested, 4);
    else
        json_null(j);
    line_uint(j, "distinct", row->distinct);
    line_bool(j, "distinct_exact", row->distinct_exact);
    line_bool(j, "test_value", row->test_values > 0 && row->test_values >= count);
    line_uint(j, "test_values", row->test_values);
}

/* A finding under one name of its object; same_as is the first name where that is another. */
typedef struct Named {
    Span root, path;
    bool further;
    bool history; /* with what is known of its past */
} Named;

static void history_put(Json *j, const FoundRow *row) {
    char id[LINEAGE_ID_TEXT];

    if (row->known)
        lineage_id_print(row->lineage.id, id);
    line_text(j, "id", row->known ? id : NULL);
    line_time(j, "first_seen", row->known ? row->lineage.first_seen : INT64_MIN);
    json_key(j, "new");
    if (row->known)
        json_bool(j, row->lineage.fresh);
    else
        json_null(j);
    line_text(j, "triage", row->verdict ? row->verdict->verdict : NULL);
}

static int finding_put(const FoundRow *row, const Named *named, const Sample *samples, size_t n,
                       Outlet *to) {
    Json j = line_begin(to, "finding");
    int r = line_locator(&j, "object", named->root, named->path);

    if (r == 0 && named->further)
        r = line_locator(&j, "same_as", row->root, row->path);
    if (r < 0)
        return r;
    line_name(&j, "part", row->part);
    if (row->heading.n)
        line_name(&j, "heading", row->heading);
    line_text(&j, "detector", row->detector);
    line_text(&j, "category", row->category);
    line_text(&j, "tier", tier_name(row->tier));
    counts_put(&j, row);
    if (named->history)
        history_put(&j, row);
    json_key(&j, "samples");
    json_array_begin(&j);
    for (size_t i = 0; i < n && r == 0; i++)
        r = sample_put(&j, row, &samples[i]);
    json_array_end(&j);
    return r < 0 ? r : line_end(&j, to);
}

/* The finding, and again for each further name of a file with several links. */
static int finding_names_put(Store *s, int64_t run, FoundCursor *c, const FoundRow *row, Outlet *to,
                             Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    Sample samples[FINDING_SAMPLES_MAX];
    NameRow *names = NULL;
    size_t n, n_names = 0;
    int r = found_samples(c, row->samples, FINDING_SAMPLES_MAX, reterr, samples, &n);

    if (r == 0 && row->nlink > 1)
        r = query_names(s, run, row->dev, row->ino, &a, reterr, &names, &n_names);
    if (r == 0)
        r = finding_put(row, &(Named){row->root, row->path, false, true}, samples, n, to);
    for (size_t i = 0; i < n_names && r == 0; i++)
        r = finding_put(row, &(Named){names[i].root, names[i].path, true, true}, samples, n, to);
    return r;
}

static int findings_put(Store *s, int64_t run, const FoundFilter *filter, Outlet *to,
                        Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open(s, run, filter, true, reterr, &c);

    if (r < 0)
        return r;
    while ((r = found_cursor_step(c, reterr, &row)) > 0) {
        r = finding_names_put(s, run, c, &row, to, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

/* Of entries of allow lists the count is that of the objects' facts. */
typedef struct AllowedRows {
    AllowedRow *at;
    size_t n;
} AllowedRows;

static int events_of(Store *s, int64_t run, const char *kind, const AllowedRows *allowed,
                     Outlet *to, Error *reterr) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(s, run, kind, reterr, &c);

    if (r < 0)
        return r;
    while ((r = note_cursor_step(c, reterr, &row)) > 0) {
        Json j = line_begin(to, "event");

        line_text(&j, "event", kind);
        line_name(&j, "subject", row.subject);
        line_uint(&j, "count",
                  row.count + allowed_count(allowed->at, strcmp(kind, "allow") ? 0 : allowed->n,
                                            row.subject));
        line_text(&j, "detail", row.detail[0] ? row.detail : NULL);
        r = line_end(&j, to);
        if (r < 0)
            return r;
    }
    return r;
}

static int events_put(Store *s, int64_t run, Outlet *to, Error *reterr) {
    static const char *const kinds[] = {
        "skipped-mount", "excluded",  "allow",        "allow-expired", "in-flight",  "restart",
        "resumed",       "carried",   "same-content", "forged",        "night",      "missed-slot",
        "uncovered",     "self-test", "recount",      "accepted-gap",  "gap-expired"};
    _cleanup_(arena_done) Arena a = {0};
    AllowedRows allowed = {0};
    int r = query_allowed(s, run, &a, reterr, &allowed.at, &allowed.n);

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(kinds); i++)
        r = events_of(s, run, kinds[i], &allowed, to, reterr);
    return r;
}

int jsonl_finding(const FoundRow *row, const Sample *samples, size_t n, Outlet *to) {
    return finding_put(row, &(Named){row->root, row->path, false, false}, samples, n, to);
}

/* What every format begins with; the run and its coverage stand before it in full. */
static int preamble_line(const Preamble *p, Outlet *to) {
    Json j = line_begin(to, "preamble");

    preamble_json(p, &j);
    return line_end(&j, to);
}

int jsonl_report(Store *s, int64_t run, const JsonlOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    int r = preamble_load(s, run, &o->filter, 0, reterr, &p);
    int64_t id = p.facts.run.id;

    if (r < 0)
        return r;
    if (o->filter.judge)
        judge_reset(o->filter.judge);
    if ((r = run_put(&p.facts, to)) < 0 || (r = coverage_put(&p.facts, to)) < 0 ||
        (r = preamble_line(&p, to)) < 0 ||
        (r = objects_put(s, id, o->all_objects, to, reterr)) < 0 ||
        (r = findings_put(s, id, &o->filter, to, reterr)) < 0)
        return r;
    r = events_put(s, id, to, reterr);
    return r < 0 || !o->filter.judge ? r : judged_events(o->filter.judge, to);
}
