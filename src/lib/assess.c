/*
 * terrier_assess, terrier_rulesets_check, terrier_controls_init, terrier_controls_check: rulesets
 * and controls against a stored run.
 */
#include "assess/assess.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/show.h"
#include "classify/prove.h"
#include "evidence/origin.h"
#include "lib/common.h"
#include "lib/event.h"
#include "report/assessed.h"

enum { RULESETS_MAX = 32 };

/* ---- the files ---- */

typedef struct Files {
    Ruleset at[RULESETS_MAX];
    size_t n;
    Controls controls;
    bool has_controls;
} Files;

static void files_done(Files *f) {
    for (size_t i = 0; i < f->n; i++)
        ruleset_done(&f->at[i]);
    controls_done(&f->controls);
}

static int files_load(Files *f, const char *const *rulesets, size_t n, const char *controls,
                      Error *reterr) {
    static const char *const usual[] = {RULESET_DEFAULT};
    int r = 0;

    if (n > RULESETS_MAX)
        return error_set(reterr, -EINVAL, "%zu rulesets, at most %d can be applied", n,
                         RULESETS_MAX);
    if (n == 0) {
        rulesets = usual;
        n = 1;
    }
    for (size_t i = 0; i < n && r == 0; i++) {
        r = error_of_file(ruleset_find(rulesets[i], reterr, &f->at[f->n]), rulesets[i], reterr);
        f->n += r == 0;
    }
    if (r < 0 || !controls)
        return r;
    f->has_controls = true;
    r = error_of_file(controls_read(controls, reterr, &f->controls), controls, reterr);
    return r < 0 ? r : controls_check(&f->controls, f->at, f->n, reterr);
}

/* ---- assess ---- */

static int day_of(const char *as_of, Day *ret, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    *ret = day_of_time(clock_real_ns());
    if (!as_of || day_parse(span_of(as_of), ret))
        return 0;
    show_text(&shown, as_of);
    return error_set(reterr, -EINVAL, "'%.60s' is no day, expected one such as 2026-01-31",
                     buf_cstr(&shown));
}

static int record(Store *s, const AssessOptions *o, const AssessResult *result, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0}, files = {0};
    char as_of[DAY_TEXT_MAX];
    Json j = json_to(&body);
    int r;

    day_print(o->as_of, as_of);
    assess_files_print(o, &files);
    json_object_begin(&j);
    json_key(&j, "assessment");
    json_int(&j, result->id);
    json_key(&j, "run");
    json_int(&j, result->run);
    json_key(&j, "as_of");
    json_text(&j, as_of);
    json_key(&j, "files");
    json_raw(&j, buf_as_span(&files));
    json_key(&j, "objects");
    json_uint(&j, result->sums.objects);
    json_key(&j, "findings");
    json_uint(&j, result->sums.findings);
    json_key(&j, "matched");
    json_uint(&j, result->sums.matched);
    json_key(&j, "operator");
    origin_put_operator(&j);
    json_object_end(&j);
    r = buf_error(&files) < 0 ? -ENOMEM : buf_error(&body);
    if (r == 0)
        r = event_record_in(s, LEDGER_ASSESSMENT, buf_as_span(&body), reterr);
    if (r < 0)
        error_note(reterr, "assessment %lld is stored, but not in the ledger",
                   (long long)result->id);
    return r;
}

static int print(Store *s, const terrier_assess_options *options, int64_t id, terrier_write write,
                 void *of, Error *reterr) {
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    int end, r = options->format == TERRIER_JSONL
                     ? assessed_jsonl(s, id, &to, reterr)
                     : assessed_text(s, id, options->colour, &to, reterr);

    end = outlet_end(&to);
    return r < 0 ? r : end;
}

static int store_for_writing(const char *given, Error *reterr, Store **ret) {
    _cleanup_(free_p) char *path = given ? strdup(given) : NULL;
    int r = 0;

    if (!path)
        r = given ? -ENOMEM : store_default_path(&path);
    if (r < 0)
        return r;
    if (access(path, F_OK) < 0)
        return error_set(reterr, -ENOENT,
                         "there is no store '%s'; scan first, or name another with --store FILE",
                         path);
    return store_open(path, STORE_WRITE, reterr, ret);
}

int terrier_assess(const terrier_assess_options *options, terrier_write write, void *of,
                   terrier_error *error) {
    _cleanup_(free_p) Files *files = calloc(1, sizeof(*files));
    _cleanup_(store_closep) Store *store = NULL;
    AssessOptions o = {.run = options->run, .made = clock_real_ns(), .tool = terrier_version()};
    AssessResult result = {0};
    Error e = {0};
    int r = files ? day_of(options->as_of, &o.as_of, &e) : -ENOMEM;

    if (r == 0)
        r = files_load(files, options->rulesets, options->n_rulesets, options->controls, &e);
    if (r == 0)
        r = store_for_writing(options->store, &e, &store);
    if (r == 0) {
        o.rulesets = files->at;
        o.n_rulesets = files->n;
        o.controls = files->has_controls ? &files->controls : NULL;
        r = assess_run(store, &o, &e, &result);
    }
    if (r == 0)
        r = record(store, &o, &result, &e);
    if (r == 0)
        r = print(store, options, result.id, write, of, &e);
    if (files)
        files_done(files);
    return error_out(r, &e, error);
}

/* ---- rulesets ---- */

static int put_failure(void *of, const char *sentence) {
    writer_printf(of, "%s\n", sentence);
    return writer_flush(of);
}

int terrier_rulesets_check(const char *const *rulesets, size_t n_rulesets, terrier_write write,
                           void *of, terrier_check *ret, terrier_error *error) {
    _cleanup_(free_p) Files *files = calloc(1, sizeof(*files));
    Writer out = writer_of(write, of);
    const ProveSink to = {&out, put_failure};
    Error e = {0};
    int r = files ? files_load(files, rulesets, n_rulesets, NULL, &e) : -ENOMEM;

    *ret = (terrier_check){0};
    for (size_t i = 0; r == 0 && i < files->n; i++) {
        ret->detectors += files->at[i].n_rules;
        r = prove_ruleset(&files->at[i], &to, &ret->proofs, &ret->failures);
    }
    if (files)
        files_done(files);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- controls ---- */

int terrier_controls_init(const char *file, terrier_error *error) {
    _cleanup_(file_draft_done) FileDraft draft = FILE_DRAFT_NONE;
    _cleanup_(buf_done) Buf shown = {0};
    Error e = {0};
    int r = file_draft_open(file, 0644, &e, &draft);

    if (r == 0)
        r = file_write(draft.fd, span_of(controls_example));
    if (r == 0)
        r = file_draft_commit_new(&draft, &e);
    if (r == -EEXIST) {
        show_text(&shown, file);
        e = (Error){0};
        error_set(&e, r, "'%.400s' is there already, and was left alone", buf_cstr(&shown));
    }
    return error_out(r, &e, error);
}

/* One line a control: what bears on it. */
static void control_put(const Files *f, const Control *c, Writer *out) {
    size_t rules = 0, strange = 0;

    for (size_t i = 0; i < f->n; i++) {
        const Ruleset *set = &f->at[i];

        for (size_t k = 0; k < set->n_rules; k++) {
            bool bears = false;

            for (size_t m = 0; m < set->rules[k].n_map && !bears; m++)
                bears = control_has(c, set->id, set->criteria[set->rules[k].map[m].criterion].id,
                                    set->rules[k].id);
            rules += bears;
        }
    }
    for (size_t i = 0; i < c->n_criteria; i++) {
        bool known = false;

        for (size_t k = 0; k < f->n && !known; k++)
            known = strcmp(f->at[k].id, c->criteria[i].ruleset) == 0;
        strange += !known;
    }
    writer_name(out, span_of(c->id));
    writer_printf(out, ": %s, %zu criteria, %zu rules bear on it", c->frequency, c->n_criteria,
                  rules);
    if (strange)
        writer_printf(out, "; %zu criteria of rulesets that are not at hand", strange);
    writer_text(out, "\n");
}

int terrier_controls_check(const char *file, const char *const *rulesets, size_t n_rulesets,
                           terrier_write write, void *of, terrier_error *error) {
    _cleanup_(free_p) Files *files = calloc(1, sizeof(*files));
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = files ? files_load(files, rulesets, n_rulesets, file, &e) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < files->controls.n; i++)
        control_put(files, &files->controls.at[i], &out);
    if (files)
        files_done(files);
    return error_out(writer_close(&out, r, &e), &e, error);
}
