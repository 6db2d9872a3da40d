/* Assessed: see assessed.h. The tables, and the lines for programmes; text is in assessedtext.c. */
#include "report/assessed.h"

#include "model/severity.h"
#include "report/line.h"

void assessed_done(Assessed *a) {
    arena_done(&a->arena);
    *a = (Assessed){0};
}

int assessed_load(Store *s, int64_t id, Error *reterr, Assessed *ret) {
    Arena *a = &ret->arena;
    int r = query_assessment(s, id, a, reterr, &ret->row);

    if (r < 0)
        return r;
    id = ret->row.id;
    if ((r = query_applied_files(s, id, a, reterr, &ret->files, &ret->n_files)) < 0 ||
        (r = query_criteria(s, id, a, reterr, &ret->criteria, &ret->n_criteria)) < 0 ||
        (r = query_controls(s, id, a, reterr, &ret->controls, &ret->n_controls)) < 0 ||
        (r = query_applied_rules(s, id, a, reterr, &ret->rules, &ret->n_rules)) < 0 ||
        (r = query_mappings(s, id, a, reterr, &ret->mappings, &ret->n_mappings)) < 0)
        return r;
    return query_attached(s, id, a, reterr, &ret->attached, &ret->n_attached);
}

static int cmp(const char *a, const char *b, const char *c, const char *d) {
    int r = strcmp(a, c);

    return r ? r : strcmp(b, d);
}

const AppliedRuleRow *assessed_rule(const Assessed *a, const char *ruleset, const char *rule) {
    size_t lo = 0, hi = a->n_rules;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = cmp(ruleset, rule, a->rules[mid].ruleset, a->rules[mid].rule);

        if (r == 0)
            return &a->rules[mid];
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const MappingRow *assessed_mappings(const Assessed *a, const char *ruleset, const char *rule,
                                    size_t *ret_n) {
    size_t lo = 0, hi = a->n_mappings;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (cmp(a->mappings[mid].ruleset, a->mappings[mid].rule, ruleset, rule) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (hi = lo; hi < a->n_mappings &&
                  cmp(a->mappings[hi].ruleset, a->mappings[hi].rule, ruleset, rule) == 0;)
        hi++;
    *ret_n = hi - lo;
    return &a->mappings[lo];
}

/* ---- lines ---- */

static void line_int(Json *j, const char *key, int64_t v) {
    json_key(j, key);
    json_int(j, v);
}

static int assessment_put(const Assessed *a, Outlet *to) {
    Json j = line_begin(to, "assessment");

    line_int(&j, "id", a->row.id);
    line_int(&j, "run", a->row.run);
    line_text(&j, "as_of", a->row.as_of);
    line_time(&j, "made", a->row.made);
    line_text(&j, "tool", a->row.tool);
    json_key(&j, "files");
    json_raw(&j, a->row.files);
    line_uint(&j, "objects", a->row.sums.objects);
    line_uint(&j, "findings", a->row.sums.findings);
    line_uint(&j, "matched", a->row.sums.matched);
    return line_end(&j, to);
}

static const char *severity_word(int severity) {
    return severity >= 0 && severity < N_SEVERITIES ? severity_names[severity] : NULL;
}

static void bearing_put(Json *j, const Bearing *b) {
    line_uint(j, "supports", b->supports);
    line_uint(j, "contradicts", b->contradicts);
    line_uint(j, "informs", b->informs);
    line_text(j, "worst", severity_word(b->severity));
}

static const char *or_null(const char *text) {
    return text[0] ? text : NULL;
}

static int criterion_put(const CriterionRow *c, Outlet *to) {
    Json j = line_begin(to, "criterion");

    line_text(&j, "ruleset", c->ruleset);
    line_text(&j, "id", c->id);
    line_text(&j, "title", c->title);
    line_text(&j, "applicability", c->applicability);
    line_text(&j, "wants", or_null(c->wants));
    line_text(&j, "cannot_attest", or_null(c->cannot));
    line_text(&j, "source_url", or_null(c->source_url));
    line_text(&j, "verified_on", or_null(c->verified_on));
    bearing_put(&j, &c->bearing);
    return line_end(&j, to);
}

static int control_put(const Assessed *a, const ControlRow *c, Outlet *to) {
    Json j = line_begin(to, "control");

    line_text(&j, "id", c->id);
    line_text(&j, "title", c->title);
    line_text(&j, "wording", c->wording);
    line_text(&j, "frequency", c->frequency);
    line_text(&j, "owner", c->owner);
    bearing_put(&j, &c->bearing);
    json_key(&j, "through");
    json_array_begin(&j);
    for (size_t i = 0; i < a->n_attached; i++) {
        const AttachedRow *t = &a->attached[i];

        if (strcmp(t->control, c->id) != 0)
            continue;
        json_object_begin(&j);
        line_text(&j, "ruleset", t->ruleset);
        line_text(&j, "criterion", t->criterion);
        line_text(&j, "rule", or_null(t->rule));
        json_object_end(&j);
    }
    json_array_end(&j);
    return line_end(&j, to);
}

static void criteria_put(Json *j, const Assessed *a, const VerdictRow *v) {
    size_t n;
    const MappingRow *m = assessed_mappings(a, v->ruleset, v->rule, &n);

    json_key(j, "criteria");
    json_array_begin(j);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(j);
        line_text(j, "criterion", m[i].criterion);
        line_text(j, "polarity", m[i].polarity);
        line_text(j, "strength", m[i].strength);
        json_object_end(j);
    }
    json_array_end(j);
}

/* The controls that the rule bears on, each once. */
static void controls_put(Json *j, const Assessed *a, const VerdictRow *v) {
    const char *last = "";

    json_key(j, "controls");
    json_array_begin(j);
    for (size_t i = 0; i < a->n_attached; i++) {
        const AttachedRow *t = &a->attached[i];

        if (cmp(t->ruleset, t->rule, v->ruleset, v->rule) != 0 || strcmp(t->control, last) == 0)
            continue;
        json_text(j, t->control);
        last = t->control;
    }
    json_array_end(j);
}

static int verdict_put(const Assessed *a, const VerdictRow *v, Outlet *to) {
    const AppliedRuleRow *rule = assessed_rule(a, v->ruleset, v->rule);
    Json j = line_begin(to, "verdict");

    line_text(&j, "ruleset", v->ruleset);
    line_text(&j, "rule", v->rule);
    line_text(&j, "title", rule ? rule->title : NULL);
    line_text(&j, "event", v->event);
    line_text(&j, "category", or_null(v->category));
    json_key(&j, "asset");
    if (v->asset)
        json_int(&j, v->asset);
    else
        json_null(&j);
    line_uint(&j, "cases", v->cases);
    line_uint(&j, "objects", v->objects);
    line_uint(&j, "hits", v->hits);
    line_uint(&j, "persons_low", v->persons_low);
    line_uint(&j, "persons_high", v->persons_high);
    line_text(&j, "severity", severity_word(v->severity));
    line_text(&j, "arithmetic", v->arithmetic);
    line_text(&j, "narrative", v->narrative);
    line_text(&j, "remediation", rule ? or_null(rule->remediation) : NULL);
    line_text(&j, "note", rule ? or_null(rule->note) : NULL);
    criteria_put(&j, a, v);
    controls_put(&j, a, v);
    json_key(&j, "places");
    json_raw(&j, v->places);
    return line_end(&j, to);
}

static int verdicts_put(Store *s, const Assessed *a, Outlet *to, Error *reterr) {
    _cleanup_(verdict_cursor_closep) VerdictCursor *c = NULL;
    VerdictRow v;
    int r = verdict_cursor_open(s, a->row.id, VERDICTS_ALL, reterr, &c);

    while (r >= 0 && (r = verdict_cursor_step(c, reterr, &v)) > 0)
        r = verdict_put(a, &v, to);
    return r;
}

int assessed_jsonl(Store *s, int64_t id, Outlet *to, Error *reterr) {
    _cleanup_(assessed_done) Assessed a = {0};
    int r = assessed_load(s, id, reterr, &a);

    if (r == 0)
        r = assessment_put(&a, to);
    for (size_t i = 0; i < a.n_controls && r == 0; i++)
        r = control_put(&a, &a.controls[i], to);
    for (size_t i = 0; i < a.n_criteria && r == 0; i++)
        r = criterion_put(&a.criteria[i], to);
    return r < 0 ? r : verdicts_put(s, &a, to, reterr);
}
