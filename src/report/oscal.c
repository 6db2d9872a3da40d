/* Oscal: see oscal.h. Names are those of the schema oscal_assessment-results 1.2.1. */
#include "report/oscal.h"

#include <stdio.h>

#include "base/show.h"
#include "model/severity.h"
#include "report/assessed.h"
#include "report/line.h"
#include "report/number.h"
#include "report/preamble.h"
#include "report/uuid5.h"
#include "store/entry.h"

#define OSCAL_VERSION "1.2.1"
#define TERRIER_NS    "https://terrier.invalid/ns/oscal" /* RFC 2606: a name of ours, not a page */

typedef struct Oscal {
    Store *store;
    const Preamble *preamble;
    const Assessed *assessed; /* NULL: the run was not judged */
    char uuid[UUID5_MAX];     /* of the store */
    char scope[40];           /* "run/12": what identities of one run begin with */
    Outlet *to;
    Json j;
} Oscal;

static void key_object(Json *j, const char *key) {
    json_key(j, key);
    json_object_begin(j);
}

static void key_array(Json *j, const char *key) {
    json_key(j, key);
    json_array_begin(j);
}

/* Text of strangers; the format wants it not empty and without blanks at its ends. */
static void shown_put(Json *j, const char *key, const char *text) {
    _cleanup_(buf_done) Buf shown = {0};
    Span s;

    show_text(&shown, text);
    if (buf_error(&shown) < 0)
        j->to->failed = true;
    s = buf_as_span(&shown);
    while (s.n && s.at[0] == ' ')
        s = span(s.at + 1, s.n - 1);
    while (s.n && s.at[s.n - 1] == ' ')
        s.n--;
    json_key(j, key);
    json_span(j, s.n ? s : span_of("-"));
}

static void uuid_put(Oscal *o, const char *key, const char *kind, Span name) {
    char uuid[UUID5_MAX];

    uuid5_print(o->uuid, kind, name, uuid);
    line_text(&o->j, key, uuid);
}

/* Of something that is there in this run alone. */
static void run_uuid_put(Oscal *o, const char *key, const char *kind, const char *name) {
    _cleanup_(buf_done) Buf full = {0};

    buf_printf(&full, "%s/%s", o->scope, name);
    if (buf_error(&full) < 0)
        o->j.to->failed = true;
    uuid_put(o, key, kind, buf_as_span(&full));
}

static void prop_put(Json *j, const char *name, const char *value) {
    json_object_begin(j);
    line_text(j, "name", name);
    line_text(j, "ns", TERRIER_NS);
    shown_put(j, "value", value);
    json_object_end(j);
}

static void prop_number(Json *j, const char *name, uint64_t v) {
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
    prop_put(j, name, text);
}

static int64_t collected(const Oscal *o) {
    const RunRow *run = &o->preamble->facts.run;

    return run->ended != INT64_MIN ? run->ended : run->started;
}

/* ---- what was looked at, and by what ---- */

static void items_put(Oscal *o) {
    const Facts *f = &o->preamble->facts;

    key_array(&o->j, "inventory-items");
    for (size_t i = 0; i < f->n_roots; i++) {
        _cleanup_(buf_done) Buf name = {0};

        locator_print_name(&name, f->roots[i].path);
        json_object_begin(&o->j);
        uuid_put(o, "uuid", "root", f->roots[i].path);
        shown_put(&o->j, "description", buf_cstr(&name));
        key_array(&o->j, "props");
        json_object_begin(&o->j);
        line_text(&o->j, "name", "is-scanned");
        line_text(&o->j, "value", status_complete(f->roots[i].status.kind) ? "yes" : "no");
        json_object_end(&o->j);
        json_array_end(&o->j);
        json_object_end(&o->j);
    }
    json_array_end(&o->j);
}

static void tool_put(Oscal *o) {
    Json *j = &o->j;

    key_object(j, "assessment-assets");
    key_array(j, "components");
    json_object_begin(j);
    uuid_put(o, "uuid", "tool", span_of(o->preamble->facts.run.tool));
    line_text(j, "type", "software");
    line_text(j, "title", "Terrier");
    shown_put(j, "description", "A scanner of files for personal and confidential data.");
    key_array(j, "props");
    prop_put(j, "version", o->preamble->facts.run.tool);
    json_array_end(j);
    key_object(j, "status");
    line_text(j, "state", "operational");
    json_object_end(j);
    json_object_end(j);
    json_array_end(j);
    key_array(j, "assessment-platforms");
    json_object_begin(j);
    uuid_put(o, "uuid", "platform", span_of("scanner"));
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
}

static void origin_put(Oscal *o) {
    Json *j = &o->j;

    key_array(j, "actors");
    json_object_begin(j);
    line_text(j, "type", "tool");
    uuid_put(o, "actor-uuid", "tool", span_of(o->preamble->facts.run.tool));
    json_object_end(j);
    json_array_end(j);
}

static void origins_put(Oscal *o) {
    key_array(&o->j, "origins");
    json_object_begin(&o->j);
    origin_put(o);
    json_object_end(&o->j);
    json_array_end(&o->j);
}

/* ---- which controls ---- */

static bool is_touched(const CriterionRow *c) {
    return c->bearing.supports || c->bearing.contradicts || c->bearing.informs;
}

/* Criteria that something bears on, a selection a ruleset; a selection has one at least. */
static void selection_put(Json *j, const Assessed *a, size_t *at) {
    const char *ruleset = a->criteria[*at].ruleset;

    json_object_begin(j);
    shown_put(j, "description", ruleset);
    key_array(j, "include-controls");
    for (; *at < a->n_criteria && strcmp(a->criteria[*at].ruleset, ruleset) == 0; (*at)++) {
        if (!is_touched(&a->criteria[*at]))
            continue;
        json_object_begin(j);
        line_text(j, "control-id", a->criteria[*at].id);
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

static void skip_untouched(const Assessed *a, size_t *at) {
    while (*at < a->n_criteria && !is_touched(&a->criteria[*at]))
        (*at)++;
}

static void controls_put(Oscal *o) {
    const Assessed *a = o->assessed;
    Json *j = &o->j;
    size_t at = 0;

    key_object(j, "reviewed-controls");
    key_array(j, "control-selections");
    if (a)
        skip_untouched(a, &at);
    if (!a || at == a->n_criteria) {
        json_object_begin(j);
        shown_put(j, "description", "No control: nothing in this run was held against one.");
        key_array(j, "include-controls"); /* there must be a list with an entry, or all controls */
        json_object_begin(j);
        line_text(j, "control-id", "none");
        json_object_end(j);
        json_array_end(j);
        json_object_end(j);
    }
    while (a && at < a->n_criteria) {
        selection_put(j, a, &at);
        skip_untouched(a, &at);
    }
    json_array_end(j);
    json_object_end(j);
}

/* ---- observations ---- */

static void observation_begin(Oscal *o, const char *kind, const char *name, const char *title,
                              const char *description) {
    Json *j = &o->j;

    json_object_begin(j);
    run_uuid_put(o, "uuid", kind, name);
    shown_put(j, "title", title);
    shown_put(j, "description", description);
}

static int observation_end(Oscal *o) {
    const Facts *f = &o->preamble->facts;
    Json *j = &o->j;

    key_array(j, "methods");
    json_text(j, "TEST");
    json_array_end(j);
    key_array(j, "types");
    json_text(j, "discovery");
    json_array_end(j);
    origins_put(o);
    key_array(j, "subjects");
    for (size_t i = 0; i < f->n_roots; i++) {
        json_object_begin(j);
        uuid_put(o, "subject-uuid", "root", f->roots[i].path);
        line_text(j, "type", "inventory-item");
        json_object_end(j);
    }
    json_array_end(j);
    line_time(j, "collected", collected(o));
    json_object_end(j);
    return outlet_flush(o->to);
}

static int coverage_put(Oscal *o) {
    Json *j = &o->j;

    observation_begin(o, "coverage", "", "Coverage",
                      "What was read and what was not; nothing can be said of what was not read.");
    key_array(j, "props");
    for (const PreambleRow *row = o->preamble->first; row; row = row->next) {
        if (row->counted &&
            (row->section == PREAMBLE_COUNTS || (row->section == PREAMBLE_LIMITS && !row->text[0])))
            prop_number(j, row->key, row->count);
    }
    json_array_end(j);
    return observation_end(o);
}

static int type_put(Oscal *o, const SummaryRow *row) {
    const char *title = row->title[0] ? row->title : row->detector;
    _cleanup_(buf_done) Buf text = {0};
    Json *j = &o->j;

    number_put(&text, found_count(row->count), "value", "values");
    buf_printf(&text, " of the type %s, %s, in ", row->detector, tier_name(row->tier));
    number_put(&text, row->objects, "object.", "objects.");
    if (buf_error(&text) < 0)
        return -ENOMEM;
    observation_begin(o, "type", row->detector, title, buf_cstr(&text));
    key_array(j, "props");
    prop_put(j, "data-type", row->detector);
    prop_put(j, "category", row->category);
    prop_put(j, "tier", tier_name(row->tier));
    prop_put(j, "confidence", level_name(row->level));
    prop_number(j, "type-findings", row->rows);
    prop_number(j, "type-objects", row->objects);
    prop_number(j, "type-values", found_count(row->count));
    json_array_end(j);
    return observation_end(o);
}

static void rule_name(const VerdictRow *v, char *ret, size_t n) {
    snprintf(ret, n, "%s/%s", v->ruleset, v->rule);
}

static const char *rule_title(const Oscal *o, const VerdictRow *v) {
    const AppliedRuleRow *rule = assessed_rule(o->assessed, v->ruleset, v->rule);

    return rule && rule->title[0] ? rule->title : v->rule;
}

static int verdict_put(Oscal *o, const VerdictRow *v) {
    const MappingRow *m;
    Json *j = &o->j;
    char name[256];
    size_t n;

    rule_name(v, name, sizeof(name));
    m = assessed_mappings(o->assessed, v->ruleset, v->rule, &n);
    observation_begin(o, "rule", name, rule_title(o, v),
                      v->narrative[0] ? v->narrative : rule_title(o, v));
    key_array(j, "props");
    prop_put(j, "rule", name);
    for (size_t i = 0; i < n; i++) {
        char value[256];

        snprintf(value, sizeof(value), "%s %s", m[i].polarity, m[i].criterion);
        prop_put(j, "bears-on", value);
    }
    prop_number(j, "cases", v->cases);
    prop_number(j, "rule-objects", v->objects);
    json_array_end(j);
    return observation_end(o);
}

typedef int (*VerdictTake)(Oscal *o, const VerdictRow *v);

static int verdicts_pass(Oscal *o, VerdictTake take, Error *reterr) {
    _cleanup_(verdict_cursor_closep) VerdictCursor *c = NULL;
    VerdictRow row;
    int r;

    if (!o->assessed)
        return 0;
    r = verdict_cursor_open(o->store, o->assessed->row.id, VERDICTS_RULES, reterr, &c);
    while (r == 0 && (r = verdict_cursor_step(c, reterr, &row)) > 0)
        r = take(o, &row);
    return r;
}

static int observations_put(Oscal *o, Error *reterr) {
    const Overview *found = &o->preamble->found;
    int r;

    key_array(&o->j, "observations");
    r = coverage_put(o);
    for (size_t i = 0; r == 0 && i < found->n_types; i++)
        r = type_put(o, &found->types[i]);
    if (r == 0)
        r = verdicts_pass(o, verdict_put, reterr);
    json_array_end(&o->j);
    return r;
}

/* ---- risks ---- */

static bool contradicts(const Oscal *o, const VerdictRow *v) {
    size_t n;
    const MappingRow *m = assessed_mappings(o->assessed, v->ruleset, v->rule, &n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(m[i].polarity, "contradicts") == 0)
            return true;
    }
    return false;
}

static void severity_put(Oscal *o, const VerdictRow *v) {
    bool known = v->severity >= 0 && v->severity < N_SEVERITIES;
    Json *j = &o->j;

    key_array(j, "characterizations");
    json_object_begin(j);
    key_object(j, "origin");
    origin_put(o);
    json_object_end(j);
    key_array(j, "facets");
    json_object_begin(j);
    line_text(j, "name", "severity");
    line_text(j, "system", TERRIER_NS);
    line_text(j, "value", known ? severity_names[v->severity] : "unknown");
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
}

static int risk_put(Oscal *o, const VerdictRow *v) {
    Json *j = &o->j;
    char name[256];

    if (!contradicts(o, v))
        return 0;
    rule_name(v, name, sizeof(name));
    json_object_begin(j);
    run_uuid_put(o, "uuid", "risk", name);
    shown_put(j, "title", rule_title(o, v));
    shown_put(j, "description", v->narrative[0] ? v->narrative : rule_title(o, v));
    shown_put(j, "statement", v->arithmetic[0] ? v->arithmetic : rule_title(o, v));
    line_text(j, "status", "open");
    severity_put(o, v);
    key_array(j, "related-observations");
    json_object_begin(j);
    run_uuid_put(o, "observation-uuid", "rule", name);
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    return outlet_flush(o->to);
}

static int risk_seen(Oscal *o, const VerdictRow *v) {
    return contradicts(o, v) ? -ECANCELED : 0; /* one is enough to know */
}

/* The format has no empty list, so it must be known whether there is one. */
static int risks_put(Oscal *o, Error *reterr) {
    int r = verdicts_pass(o, risk_seen, reterr);

    if (r != -ECANCELED)
        return r;
    key_array(&o->j, "risks");
    r = verdicts_pass(o, risk_put, reterr);
    json_array_end(&o->j);
    return r;
}

/* ---- the whole ---- */

static void metadata_put(Oscal *o) {
    char uuid[UUID5_MAX], href[UUID5_MAX + 1];
    Json *j = &o->j;

    uuid5_print(o->uuid, "plan", span_of(o->scope), uuid);
    snprintf(href, sizeof(href), "#%s", uuid);
    key_object(j, "metadata");
    line_text(j, "title", "Data found on files");
    line_time(j, "last-modified", collected(o));
    line_text(j, "version", o->scope);
    line_text(j, "oscal-version", OSCAL_VERSION);
    json_object_end(j);
    key_object(j, "import-ap");
    line_text(j, "href", href);
    json_object_end(j);
}

/* The plan is what the scan was asked for. */
static void plan_put(Oscal *o) {
    Json *j = &o->j;

    key_object(j, "back-matter");
    key_array(j, "resources");
    json_object_begin(j);
    uuid_put(o, "uuid", "plan", span_of(o->scope));
    line_text(j, "title", "What the scan was asked for");
    for (const PreambleRow *row = o->preamble->first; row; row = row->next) {
        if (strcmp(row->key, "parameters") == 0)
            shown_put(j, "description", row->text);
    }
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
}

/* The Preamble without its numbers, which are those of the observation of coverage. */
static void props_put(Oscal *o) {
    key_array(&o->j, "props");
    for (const PreambleRow *row = o->preamble->first; row; row = row->next) {
        if (row->text[0] && row->section < PREAMBLE_COUNTS && strcmp(row->key, "parameters") != 0)
            prop_put(&o->j, row->key, row->text);
    }
    json_array_end(&o->j);
}

static int result_put(Oscal *o, Error *reterr) {
    const RunRow *run = &o->preamble->facts.run;
    Json *j = &o->j;
    int r;

    json_object_begin(j);
    run_uuid_put(o, "uuid", "result", "");
    line_text(j, "title", o->scope);
    line_text(j, "description", "What was read, and what was found in it. No conclusion is drawn.");
    line_time(j, "start", run->started);
    if (run->ended != INT64_MIN)
        line_time(j, "end", run->ended);
    props_put(o);
    key_object(j, "local-definitions");
    items_put(o);
    tool_put(o);
    json_object_end(j);
    controls_put(o);
    r = observations_put(o, reterr);
    if (r == 0)
        r = risks_put(o, reterr);
    json_object_end(j);
    return r;
}

static int document_put(Oscal *o, Error *reterr) {
    Json *j = &o->j;
    int r;

    json_object_begin(j);
    key_object(j, "assessment-results");
    run_uuid_put(o, "uuid", "document", "");
    metadata_put(o);
    key_array(j, "results");
    r = result_put(o, reterr);
    json_array_end(j);
    plan_put(o);
    json_object_end(j);
    json_object_end(j);
    buf_byte(&o->to->buf, '\n');
    return r < 0 ? r : outlet_flush(o->to);
}

int oscal_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    _cleanup_(assessed_done) Assessed a = {0};
    Oscal o = {.store = s, .preamble = &p, .to = to, .j = json_to(&to->buf)};
    int64_t created, judged = 0;
    int r = preamble_load(s, run, filter, 0, reterr, &p);

    if (r == 0)
        r = query_meta(s, reterr, o.uuid, &created);
    if (r == 0)
        r = query_judged_run(s, p.facts.run.id, reterr, &judged);
    if (r == 0 && judged)
        r = assessed_load(s, judged, reterr, &a);
    if (r < 0)
        return r;
    o.assessed = judged ? &a : NULL;
    snprintf(o.scope, sizeof(o.scope), "run/%lld", (long long)p.facts.run.id);
    return document_put(&o, reterr);
}
