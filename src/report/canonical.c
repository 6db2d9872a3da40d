/*
 * Canonical: see canonical.h. Three cursors go through the store in the same order, so that each
 * object is followed by its findings and facts and nothing is held.
 */
#include "report/canonical.h"

#include "report/facts.h"
#include "report/jsonl.h"
#include "report/line.h"
#include "store/directory.h"

#define CANONICAL_FORMAT 1

typedef struct Pass {
    Store *store;
    int64_t run;
    Outlet *to;
    Error *reterr;
    ObjectCursor *objects;
    FoundCursor *found;
    FactCursor *facts;
    FoundRow finding; /* the next one */
    FactRow fact;
    bool has_finding, has_fact;
} Pass;

static void pass_done(Pass *p) {
    object_cursor_close(p->objects);
    found_cursor_close(p->found);
    fact_cursor_close(p->facts);
}

static int head_put(const Facts *f, Outlet *to) {
    Json j = line_begin(to, "canonical");

    line_uint(&j, "format", CANONICAL_FORMAT);
    json_key(&j, "ruleset");
    json_hex(&j, span(f->run.ruleset, sizeof(f->run.ruleset)));
    line_uint(&j, "detectors", f->run.n_detectors);
    line_text(&j, "key", f->run.key[0] ? f->run.key : NULL);
    line_bool(&j, "survey", f->run.survey);
    return line_end(&j, to);
}

static int roots_put(const Facts *f, Outlet *to) {
    int r = 0;

    for (size_t i = 0; i < f->n_roots && r == 0; i++) {
        Json j = line_begin(to, "root");

        line_name(&j, "path", f->roots[i].path);
        line_status(&j, "status", &f->roots[i].status);
        r = line_end(&j, to);
    }
    return r;
}

/* The sums by status and reason, made from the same rows as the lines before. */
static int sums_put(const Facts *f, Outlet *to) {
    int r = 0;

    for (size_t i = 0; i < f->n_reasons && r == 0; i++) {
        const ReasonRow *row = &f->reasons[i];
        Json j = line_begin(to, "sum");

        line_bool(&j, "members", row->members);
        line_status(&j, "status", &row->status);
        line_uint(&j, "objects", row->tally.objects);
        line_uint(&j, "bytes", row->tally.bytes);
        line_uint(&j, "examined", row->tally.bytes_read);
        line_uint(&j, "inside", row->tally.inside);
        r = line_end(&j, to);
    }
    return r;
}

/* The further names of a file with several links. */
static int names_put(Pass *p, const ObjectRow *row, Json *j) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names = NULL;
    size_t n = 0;
    int r = query_names(p->store, p->run, row->meta.dev, row->meta.ino, &a, p->reterr, &names, &n);

    json_key(j, "names");
    json_array_begin(j);
    for (size_t i = 0; i < n && r == 0; i++) {
        json_object_begin(j);
        r = line_locator(j, "locator", names[i].root, names[i].path);
        json_object_end(j);
    }
    json_array_end(j);
    return r;
}

/* An ACL as the kernel keeps it, in hexadecimal; without one there is no such key. */
static void acl_put(Json *j, Span acl) {
    if (acl.n) {
        json_key(j, "acl");
        json_hex(j, acl);
    }
}

/* One above a root has its own path, whatever the root is called. */
static int directory_put(const DirectoryRow *row, Outlet *to) {
    bool above = row->is.path.n && row->is.path.at[0] == '/';
    Json j = line_begin(to, "directory");
    int r = line_locator(&j, "locator", row->root, above ? span(NULL, 0) : row->is.path);

    json_key(&j, "above");
    json_bool(&j, above);
    if (above)
        line_name(&j, "path", row->is.path);
    line_uint(&j, "mode", row->is.mode);
    line_uint(&j, "uid", row->is.uid);
    line_uint(&j, "gid", row->is.gid);
    acl_put(&j, row->is.acl);
    return r < 0 ? r : line_end(&j, to);
}

/* Who may read an object hangs on them: two runs that differ in one are not the same. */
static int directories_put(Pass *p) {
    _cleanup_(directory_cursor_closep) DirectoryCursor *c = NULL;
    DirectoryRow row;
    int r = directory_cursor_open(p->store, p->run, p->reterr, &c);

    while (r >= 0 && (r = directory_cursor_step(c, p->reterr, &row)) > 0)
        r = directory_put(&row, p->to);
    return r;
}

static int object_put(Pass *p, const ObjectRow *row) {
    Json j = line_begin(p->to, "object");
    int r = line_locator(&j, "locator", row->root, row->path);

    line_uint(&j, "depth", row->depth);
    line_status(&j, "status", &row->status);
    line_text(&j, "kind_of", row->format[0] ? row->format : NULL);
    line_text(&j, "encoding", row->encoding[0] ? row->encoding : NULL);
    line_uint(&j, "bytes", row->meta.size);
    line_uint(&j, "examined", row->bytes_read);
    line_uint(&j, "members", row->members);
    line_uint(&j, "mode", row->meta.mode);
    line_uint(&j, "uid", row->meta.uid);
    line_uint(&j, "gid", row->meta.gid);
    acl_put(&j, row->acl);
    json_key(&j, "hash");
    if (row->hash)
        json_hex(&j, span(row->hash, 16));
    else
        json_null(&j);
    if (r == 0 && row->meta.nlink > 1 && !row->depth)
        r = names_put(p, row, &j);
    return r < 0 ? r : line_end(&j, p->to);
}

static int fact_put(Pass *p, const ObjectRow *row) {
    const FactRow *f = &p->fact;
    Json j = line_begin(p->to, "fact");
    int r = line_locator(&j, "object", row->root, row->path);

    line_text(&j, "fact", f->kind);
    line_name(&j, "part", f->part);
    line_name(&j, "text", f->text);
    line_time(&j, "from", f->from);
    line_time(&j, "to", f->to);
    return r < 0 ? r : line_end(&j, p->to);
}

static int next_finding(Pass *p) {
    int r = found_cursor_step(p->found, p->reterr, &p->finding);

    p->has_finding = r > 0;
    return r < 0 ? r : 0;
}

static int next_fact(Pass *p) {
    int r = fact_cursor_step(p->facts, p->reterr, &p->fact);

    p->has_fact = r > 0;
    return r < 0 ? r : 0;
}

static int found_put(Pass *p, int64_t object) {
    int r = 0;

    while (r == 0 && p->has_finding && p->finding.object == object) {
        Sample samples[FINDING_SAMPLES_MAX];
        size_t n;

        r = found_samples(p->found, p->finding.samples, FINDING_SAMPLES_MAX, p->reterr, samples,
                          &n);
        if (r == 0)
            r = jsonl_finding(&p->finding, samples, n, p->to);
        if (r == 0)
            r = next_finding(p);
    }
    return r;
}

static int facts_put(Pass *p, const ObjectRow *row) {
    int r = 0;

    while (r == 0 && p->has_fact && p->fact.object == row->id) {
        r = fact_put(p, row);
        if (r == 0)
            r = next_fact(p);
    }
    return r;
}

static int objects_put(Pass *p) {
    ObjectRow row;
    int r;

    if ((r = next_finding(p)) < 0 || (r = next_fact(p)) < 0)
        return r;
    while ((r = object_cursor_step(p->objects, p->reterr, &row)) > 0) {
        if ((r = object_put(p, &row)) < 0)
            return r;
        if (row.id && ((r = found_put(p, row.id)) < 0 || (r = facts_put(p, &row)) < 0))
            return r;
    }
    if (r == 0 && (p->has_finding || p->has_fact))
        return error_set(p->reterr, -EUCLEAN, "a finding of the run belongs to no object of it");
    return r;
}

/* What the walk left out is a matter of the tree, not of the attempt. */
static int notes_put(Pass *p, const char *kind) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(p->store, p->run, kind, p->reterr, &c);

    if (r < 0)
        return r;
    while ((r = note_cursor_step(c, p->reterr, &row)) > 0) {
        Json j = line_begin(p->to, kind);

        line_name(&j, "subject", row.subject);
        line_text(&j, "detail", row.detail[0] ? row.detail : NULL);
        r = line_end(&j, p->to);
        if (r < 0)
            return r;
    }
    return r;
}

static int pass_open(Pass *p) {
    static const FoundFilter all = {0};
    int r;

    if ((r = object_cursor_open(p->store, p->run, false, p->reterr, &p->objects)) < 0 ||
        (r = found_cursor_open(p->store, p->run, &all, false, p->reterr, &p->found)) < 0)
        return r;
    return fact_cursor_open(p->store, p->run, p->reterr, &p->facts);
}

int canonical_export(Store *s, int64_t run, Outlet *to, Error *reterr) {
    _cleanup_(facts_done) Facts f = {0};
    _cleanup_(pass_done) Pass p = {.store = s, .to = to, .reterr = reterr};
    int r = facts_load(s, run, reterr, &f);

    if (r < 0)
        return r;
    p.run = f.run.id;
    if (f.run.ended == INT64_MIN)
        return error_set(reterr, -EAGAIN,
                         "run %lld has not ended, so it has no canonical form; go on with it by "
                         "the same scan again, or name another with --run N",
                         (long long)f.run.id);
    if ((r = pass_open(&p)) < 0 || (r = head_put(&f, to)) < 0 || (r = roots_put(&f, to)) < 0 ||
        (r = directories_put(&p)) < 0 || (r = objects_put(&p)) < 0 ||
        (r = notes_put(&p, "skipped-mount")) < 0)
        return r;
    return sums_put(&f, to);
}
