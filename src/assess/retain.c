/*
 * Retain: see retain.h.
 *
 * Containers stand in a stack: a container comes before what is in it, and its row is put when the
 * first object that is not in it comes. Its state is joined from theirs, unless it is held or
 * excepted itself.
 */
#include "assess/retain.h"

#include <sys/stat.h>

#include "assess/copying.h"
#include "assess/dated.h"
#include "assess/holder.h"
#include "base/clock.h"
#include "base/json.h"
#include "classify/location.h"
#include "store/assessment.h"
#include "store/name.h"

enum { DEPTH_MAX = 64, SUMS_MAX = 64 };

typedef struct Pass {
    Store *store;
    const RetainOptions *o;
    Error *reterr;
    bool approved, wants_tokens;
    Copying *copying;
    Retaining *to;
    SightingCursor *objects;
    FactCursor *facts;
    FoundCursor *found;
    FactRow fact;  /* the next one, if has_fact */
    FoundRow find; /* the next one, if has_find */
    bool has_fact, has_find;
    Dated dated;
    Buf match, rules; /* the path as policies see it; ids */
    Holder holders[DEPTH_MAX];
    size_t n;
    RetentionSumRow sums[SUMS_MAX];
    size_t n_sums;
    AssessmentSums done;
} Pass;

/* ---- rows ---- */

static int sum_add(Pass *p, const char *state, const char *reason, uint64_t bytes) {
    size_t i = 0;

    while (i < p->n_sums &&
           (strcmp(p->sums[i].state, state) != 0 || strcmp(p->sums[i].reason, reason) != 0))
        i++;
    if (i == SUMS_MAX)
        return -E2BIG;
    if (i == p->n_sums)
        p->sums[p->n_sums++] = (RetentionSumRow){.state = state, .reason = reason};
    p->sums[i].objects++;
    p->sums[i].bytes += bytes;
    return 0;
}

static int row_put(Pass *p, const Holder *l, Span part, const Retention *r, unsigned flags) {
    RetainedRow row;
    int rc = holder_row(l, part, r, flags, &p->rules, &row);

    return rc < 0 ? rc : retaining_put(p->to, &row, p->reterr);
}

/* ---- containers ---- */

/* All that is in it was judged: its own row, and its word for what it is in itself. */
static int holder_close(Pass *p) {
    Holder *l = &p->holders[--p->n];
    Retention r;
    bool joined = holder_state(l, &r);
    int rc = 0;

    if (p->n)
        holder_join(&p->holders[p->n - 1], &r);
    if (r.state != AGE_UNCLASSIFIED) {
        p->done.matched++;
        rc = row_put(p, l, span(NULL, 0), &r, joined ? RETAINED_JOINED : 0);
    }
    if (rc == 0 && !l->depth)
        rc = sum_add(p, age_state_name(r.state), retention_reason_name(r.reason), l->bytes);
    return rc;
}

static int holders_close(Pass *p, uint32_t depth) {
    int rc = 0;

    while (rc == 0 && p->n && p->holders[p->n - 1].depth >= depth)
        rc = holder_close(p);
    return rc;
}

static int holder_open(Pass *p, const Sighting *s) {
    int rc = p->n == DEPTH_MAX ? -E2BIG : holder_set(&p->holders[p->n], s);

    if (rc < 0)
        return rc;
    if (p->n)
        p->holders[p->n].mtime = p->holders[0].mtime;
    p->n++;
    return 0;
}

/* ---- one object ---- */

static int facts_take(Pass *p, int64_t id) {
    int rc = 0;

    while (rc == 0 && p->has_fact && p->fact.object == id) {
        rc = dated_fact(&p->dated, &p->fact);
        if (rc == 0 && (rc = fact_cursor_step(p->facts, p->reterr, &p->fact)) >= 0) {
            p->has_fact = rc > 0;
            rc = 0;
        }
    }
    return rc;
}

static int tokens_take(Pass *p) {
    Sample samples[FINDING_SAMPLES_MAX];
    size_t n = 0;
    int rc = found_samples(p->found, p->find.samples, FINDING_SAMPLES_MAX, p->reterr, samples, &n);

    for (size_t i = 0; i < n && rc == 0; i++)
        rc = dated_token(&p->dated, p->find.key, &samples[i]);
    return rc;
}

static int findings_take(Pass *p, int64_t id) {
    int rc = 0;

    while (rc == 0 && p->has_find && p->find.object == id) {
        p->done.findings++;
        rc = dated_finding(&p->dated, &p->find);
        if (rc == 0 && p->wants_tokens)
            rc = tokens_take(p);
        if (rc == 0 && (rc = found_cursor_step(p->found, p->reterr, &p->find)) >= 0) {
            p->has_find = rc > 0;
            rc = 0;
        }
    }
    return rc;
}

static bool is_unread(const Status *s) {
    return s->kind == STATUS_ENCRYPTED || s->kind == STATUS_ERROR || s->kind == STATUS_OFFLINE ||
           s->kind == STATUS_CHANGED || s->kind == STATUS_VANISHED;
}

/* Absolute without its first slash, members behind "!/"; *ret_file: up to the outermost file. */
static int match_path(Pass *p, Span root, Span path, Span *ret, Span *ret_file) {
    const uint8_t *nul = path.n ? memchr(path.at, 0, path.n) : NULL;
    size_t file = nul ? (size_t)(nul - path.at) : path.n, skip;

    buf_clear(&p->match);
    name_raw(&p->match, root, path);
    if (buf_error(&p->match) < 0)
        return -ENOMEM;
    skip = p->match.n && p->match.at[0] == '/';
    *ret = span(p->match.at + skip, p->match.n - skip);
    buf_clear(&p->rules);
    name_raw(&p->rules, root, span(path.at, file));
    file = p->rules.n;
    *ret_file = span(ret->at, file > skip ? file - skip : 0);
    return buf_error(&p->rules);
}

static int thing_make(Pass *p, const Sighting *s, RetentionThing *ret) {
    int rc = match_path(p, s->root, s->path, &ret->match.path, &ret->file);

    ret->match.types = p->dated.types.at;
    ret->match.n_types = p->dated.types.n;
    ret->match.kind = p->dated.kind;
    ret->tokens = p->dated.tokens;
    ret->n_tokens = p->dated.n_tokens;
    ret->tier = location_of(ret->match.path).tier;
    ret->uid = s->uid;
    ret->unread = is_unread(&s->status);
    ret->age = p->dated.age;
    age_add_path(&ret->age, ret->match.path, p->o->policy->fiscal, p->o->as_of);
    if (!s->depth && copying_has(p->copying, s->root, s->path, s->mtime))
        age_suspect_copy(&ret->age);
    return rc;
}

/* Tables that a rule is for have rows of their own, and the object is what they are. */
static int tables_judge(Pass *p, const RetentionThing *whole) {
    Holder *l = &p->holders[p->n - 1];
    int rc = 0;

    for (size_t i = 0; i < p->dated.n_tables && rc == 0; i++) {
        const DatedTable *table = &p->dated.tables[i];
        RetentionThing t = *whole;
        Retention r;

        t.match.table = table->name;
        t.match.types = table->types.at;
        t.match.n_types = table->types.n;
        t.age = table->age;
        age_add_path(&t.age, t.match.path, p->o->policy->fiscal, p->o->as_of);
        if (whole->age.copied)
            age_suspect_copy(&t.age);
        retention_judge(p->o->policy, &t, p->o->as_of, p->approved, &r);
        if (r.state == AGE_UNCLASSIFIED)
            continue;
        holder_join(l, &r);
        rc = row_put(p, l, table->name, &r, 0);
    }
    return rc;
}

static bool is_thing(const Sighting *s) {
    switch (s->status.kind) {
    case STATUS_SPECIAL:
    case STATUS_LINK:
    case STATUS_OTHER_FILESYSTEM:
    case STATUS_EXCLUDED:
        return false;
    default:
        return s->depth || S_ISREG(s->mode);
    }
}

static int object_judge(Pass *p, const Sighting *s) {
    RetentionThing t = {0};
    int rc = holders_close(p, s->depth);

    if (rc < 0 || !is_thing(s))
        return rc;
    rc = holder_open(p, s);
    if (rc < 0)
        return rc;
    dated_begin(&p->dated, s, p->holders[0].mtime, p->o->as_of);
    if (s->id)
        rc = facts_take(p, s->id);
    if (p->n > 1)
        dated_inherit(&p->dated, &p->holders[p->n - 2].age);
    p->holders[p->n - 1].age = p->dated.age;
    if (rc == 0 && s->id)
        rc = findings_take(p, s->id);
    if (rc == 0)
        rc = thing_make(p, s, &t);
    if (rc < 0)
        return rc;
    p->done.objects++;
    retention_judge(p->o->policy, &t, p->o->as_of, p->approved, &p->holders[p->n - 1].own);
    return tables_judge(p, &t);
}

/* ---- what is gone ---- */

static int gone_judge(Pass *p, const Sighting *s) {
    RetentionThing t = {0};
    Retention r;
    bool hidden = false;
    int rc = holder_open(p, s);
    Holder *l;

    if (rc < 0)
        return rc;
    l = &p->holders[--p->n];
    dated_begin(&p->dated, s, s->mtime, p->o->as_of);
    rc = thing_make(p, s, &t);
    if (rc < 0)
        return rc;
    retention_judge(p->o->policy, &t, p->o->as_of, p->approved, &r);
    if (!retention_is_premature(&r, p->o->as_of))
        return 0;
    rc = sighting_hidden(p->store, p->o->run, s->root, s->path, p->reterr, &hidden);
    if (rc < 0 || hidden)
        return rc;
    r.state = p->approved ? AGE_PREMATURE_DISPOSAL : AGE_UNDETERMINED;
    r.reason = p->approved ? REASON_NONE : REASON_NOT_APPROVED;
    r.overdue = 0;
    p->done.matched++;
    rc = row_put(p, l, span(NULL, 0), &r, 0);
    return rc < 0 ? rc
                  : sum_add(p, age_state_name(r.state), retention_reason_name(r.reason), l->bytes);
}

/* Only what the file system told of them is at hand here, so classes by type do not hold. */
static int gone_pass(Pass *p) {
    _cleanup_(sighting_cursor_closep) SightingCursor *gone = NULL;
    int64_t before = 0;
    Sighting s;
    int rc = sighting_cursor_open_gone(p->store, p->o->run, p->reterr, &before, &gone);

    while (rc >= 0 && gone && (rc = sighting_cursor_step(gone, p->reterr, &s)) > 0)
        rc = gone_judge(p, &s);
    return rc;
}

/* ---- the pass ---- */

static int cursors_open(Pass *p) {
    const FoundFilter everything = {.least = LEVEL_LOW};
    int rc = sighting_cursor_open(p->store, p->o->run, p->reterr, &p->objects);

    if (rc == 0)
        rc = fact_cursor_open(p->store, p->o->run, p->reterr, &p->facts);
    if (rc == 0)
        rc = found_cursor_open(p->store, p->o->run, &everything, false, p->reterr, &p->found);
    if (rc == 0 && (rc = fact_cursor_step(p->facts, p->reterr, &p->fact)) >= 0) {
        p->has_fact = rc > 0;
        rc = found_cursor_step(p->found, p->reterr, &p->find);
        p->has_find = rc > 0;
    }
    return rc < 0 ? rc : 0;
}

static int objects_pass(Pass *p) {
    Sighting s;
    int rc = cursors_open(p);

    while (rc >= 0 && (rc = sighting_cursor_step(p->objects, p->reterr, &s)) > 0)
        rc = object_judge(p, &s);
    return rc < 0 ? rc : holders_close(p, 0);
}

static int rules_put(Pass *p) {
    int rc = 0;

    for (size_t i = 0; i < p->o->policy->n_rules && rc == 0; i++) {
        const PolicyRule *k = &p->o->policy->rules[i];
        char least[DURATION_TEXT_MAX] = "", most[DURATION_TEXT_MAX] = "";

        if (k->has_least)
            duration_print(k->least, least);
        if (k->has_most)
            duration_print(k->most, most);
        rc = retaining_put_rule(p->to,
                                &(RetentionRuleRow){.id = k->id,
                                                    .class = k->class_id,
                                                    .title = p->o->policy->classes[k->class].title,
                                                    .clock = clock_event_name(k->clock),
                                                    .least = least,
                                                    .most = most,
                                                    .action = policy_action_name(k->action),
                                                    .severity = severity_names[k->severity],
                                                    .basis = k->basis,
                                                    .owner = k->owner},
                                p->reterr);
    }
    return rc;
}

static int sums_put(Pass *p) {
    int rc = 0;

    for (size_t i = 0; i < p->n_sums && rc == 0; i++)
        rc = retaining_put_sum(p->to, &p->sums[i], p->reterr);
    return rc;
}

static void pass_done(Pass *p) {
    for (size_t i = 0; i < DEPTH_MAX; i++)
        holder_done(&p->holders[i]);
    copying_free(p->copying);
    retaining_free(p->to);
    sighting_cursor_close(p->objects);
    fact_cursor_close(p->facts);
    found_cursor_close(p->found);
    dated_done(&p->dated);
    buf_done(&p->match);
    buf_done(&p->rules);
}

static int pass_run(Pass *p, int64_t assessment) {
    int rc = retaining_new(p->store, assessment, p->reterr, &p->to);

    if (rc == 0)
        rc = rules_put(p);
    if (rc == 0)
        rc = objects_pass(p);
    if (rc == 0)
        rc = gone_pass(p);
    return rc < 0 ? rc : sums_put(p);
}

/* ---- the assessment ---- */

static bool has_subjects(const Policy *policy) {
    bool has = false;

    for (size_t i = 0; i < policy->n_holds; i++)
        has |= policy->holds[i].scope.subjects.n > 0;
    for (size_t i = 0; i < policy->n_exceptions; i++)
        has |= policy->exceptions[i].scope.subjects.n > 0;
    return has;
}

/* What was applied, as assessment.files has it. */
static int files_print(const RetainOptions *o, Buf *ret) {
    Json j = json_to(ret);

    json_array_begin(&j);
    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, "policy");
    json_key(&j, "id");
    json_text(&j, o->policy->id);
    json_key(&j, "version");
    json_text(&j, o->policy->version);
    json_key(&j, "title");
    json_text(&j, o->policy->title);
    json_key(&j, "sha256");
    json_hex(&j, span(o->policy->digest, POLICY_DIGEST));
    json_key(&j, "stock");
    json_bool(&j, o->stock);
    json_object_end(&j);
    json_array_end(&j);
    return buf_error(ret);
}

static int assessment_make(Pass *p, const char *as_of, Span files, int64_t *ret) {
    _cleanup_(assessment_freep) Assessment *a = NULL;
    const AssessmentStart start = {.run = p->o->run,
                                   .as_of = as_of,
                                   .made = clock_real_ns(),
                                   .tool = p->o->tool,
                                   .files = files};
    int64_t id = 0;
    int rc = copying_find(p->store, p->o->run, p->reterr, &p->copying);

    if (rc == 0)
        rc = assessment_begin(p->store, &start, p->reterr, &id, &a);
    if (rc == 0)
        rc = pass_run(p, id);
    if (rc == 0)
        rc = assessment_commit(a, &p->done, p->reterr);
    if (rc == 0)
        *ret = id;
    return rc;
}

int retain_run(Store *s, const RetainOptions *o, Error *reterr, int64_t *ret_assessment,
               bool *ret_made) {
    _cleanup_(free_p) Pass *p = calloc(1, sizeof(*p));
    _cleanup_(buf_done) Buf files = {0};
    char as_of[DAY_TEXT_MAX];
    int rc;

    if (!p)
        return -ENOMEM;
    p->store = s;
    p->o = o;
    p->reterr = reterr;
    p->approved = policy_is_approved(o->policy, o->as_of);
    p->wants_tokens = has_subjects(o->policy);
    day_print(o->as_of, as_of);
    rc = files_print(o, &files);
    if (rc == 0)
        rc = retained_find(s, o->run, as_of, buf_as_span(&files), reterr, ret_assessment);
    *ret_made = rc == 0 && !*ret_assessment;
    if (rc == 0 && *ret_made)
        rc = assessment_make(p, as_of, buf_as_span(&files), ret_assessment);
    pass_done(p);
    return rc;
}
