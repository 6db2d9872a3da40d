/*
 * Assess: see assess.h.
 *
 * Which rules can meet a finding at all follows from its detector for most of them, so each
 * detector gets a list of candidates before the pass (judge_truth_early), and a finding is held
 * against these only. What bears on criteria and controls is worked out after the pass, from the
 * sets of rules that were met.
 */
#include "assess/assess.h"

#include "assess/event.h"
#include "assess/exhibit.h"
#include "assess/sum.h"
#include "base/json.h"
#include "store/name.h"

enum { MET_MAX = 4096 };

typedef struct Candidates {
    uint32_t *rules; /* numbers of rules */
    size_t n;
} Candidates;

typedef struct Pass {
    Store *store;
    const AssessOptions *o;
    Assessment *to;
    Arena arena;
    RunRow run;
    Applied applied;
    Candidates *by_detector; /* by its number */
    Candidates events;       /* of whatever is no finding */
    DetectorRow *detectors;  /* live as long as the pass, unlike those of a cursor */
    size_t n_detectors;
    Exhibit exhibit;
    Rulings rulings;
    SumTable sums;
    AssessmentSums counts;
    Met met[MET_MAX];
    size_t n_met;
    JudgedObjectRow object; /* the one at hand; object 0: none */
} Pass;

static void pass_done(Pass *p) {
    exhibit_done(&p->exhibit);
    rulings_done(&p->rulings);
    sums_free(&p->sums);
    assessment_free(p->to);
    arena_done(&p->arena);
}

/* ---- before the pass ---- */

static int rulesets_check(const AssessOptions *o, Error *reterr) {
    size_t n_rules = 0;

    for (size_t i = 0; i < o->n_rulesets; i++) {
        n_rules += o->rulesets[i].n_rules;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(o->rulesets[i].id, o->rulesets[k].id) == 0)
                return error_set(reterr, -EINVAL, "two rulesets have the id '%s'",
                                 o->rulesets[i].id);
        }
    }
    if (n_rules > MET_MAX)
        return error_set(reterr, -EINVAL, "%zu rules in all rulesets, at most %d can be applied",
                         n_rules, MET_MAX);
    return o->controls ? controls_check(o->controls, o->rulesets, o->n_rulesets, reterr) : 0;
}

static int applied_make(Pass *p) {
    Applied *a = &p->applied;
    size_t n = 0;

    *a = (Applied){
        .rulesets = p->o->rulesets, .n_rulesets = p->o->n_rulesets, .controls = p->o->controls};
    for (size_t i = 0; i < a->n_rulesets; i++)
        n += a->rulesets[i].n_rules;
    a->rules = arena_array(&p->arena, n, sizeof(*a->rules));
    if (!a->rules)
        return -ENOMEM;
    for (size_t i = 0; i < a->n_rulesets; i++) {
        for (size_t k = 0; k < a->rulesets[i].n_rules; k++)
            a->rules[a->n_rules++] = (RuleRef){i, k};
    }
    return 0;
}

static int candidates_make(Pass *p, const Case *known, Candidates *ret) {
    ret->rules = arena_array(&p->arena, p->applied.n_rules, sizeof(*ret->rules));
    if (!ret->rules)
        return -ENOMEM;
    for (size_t i = 0; i < p->applied.n_rules; i++) {
        if (judge_truth_early(applied_rule(&p->applied, i)->match, known) != TRUTH_FALSE)
            ret->rules[ret->n++] = (uint32_t)i;
    }
    return 0;
}

static int detectors_load(Pass *p, Error *reterr) {
    Case known;
    int r = query_detectors(p->store, p->run.id, &p->arena, reterr, &p->detectors, &p->n_detectors);

    if (r < 0)
        return r;
    p->by_detector = arena_array(&p->arena, p->n_detectors, sizeof(*p->by_detector));
    if (!p->by_detector)
        return -ENOMEM;
    for (size_t i = 0; i < p->n_detectors && r == 0; i++) {
        case_clear(&known);
        exhibit_detector(&known, p->detectors[i].id, p->detectors[i].category,
                         p->detectors[i].tier);
        r = candidates_make(p, &known, &p->by_detector[i]);
    }
    case_clear(&known);
    return r < 0 ? r : candidates_make(p, &known, &p->events);
}

void assess_files_print(const AssessOptions *o, Buf *to) {
    Json j = json_to(to);

    json_array_begin(&j);
    for (size_t i = 0; i < o->n_rulesets + (o->controls != NULL); i++) {
        const Ruleset *set = i < o->n_rulesets ? &o->rulesets[i] : NULL;

        json_object_begin(&j);
        json_key(&j, "kind");
        json_text(&j, set ? "ruleset" : "controls");
        json_key(&j, "id");
        json_text(&j, set ? set->id : o->controls->id);
        json_key(&j, "version");
        json_text(&j, set ? set->version : o->controls->version);
        json_key(&j, "title");
        json_text(&j, set ? set->title : o->controls->title);
        json_key(&j, "framework");
        json_text(&j, set ? set->framework : NULL);
        json_key(&j, "sha256");
        json_hex(&j, span(set ? set->digest : o->controls->digest, 32));
        json_key(&j, "stock");
        json_bool(&j, set && set->stock);
        json_object_end(&j);
    }
    json_array_end(&j);
}

static int begin(Pass *p, Error *reterr, AssessResult *ret) {
    _cleanup_(buf_done) Buf files = {0};
    char as_of[DAY_TEXT_MAX];
    int r;

    assess_files_print(p->o, &files);
    if (buf_error(&files) < 0)
        return -ENOMEM;
    day_print(p->o->as_of, as_of);
    r = assessment_begin(p->store,
                         &(AssessmentStart){.run = p->run.id,
                                            .as_of = as_of,
                                            .made = p->o->made,
                                            .tool = p->o->tool,
                                            .files = buf_as_span(&files)},
                         reterr, &ret->id, &p->to);
    ret->run = p->run.id;
    return r;
}

/* ---- one case ---- */

/* All candidates that it meets, into p->met; the sums of each. *ret_worst: -1 where there is none.
 */
static int case_judge(Pass *p, const Candidates *among, const SumCase *c, int *ret_worst) {
    p->n_met = 0;
    *ret_worst = -1;
    for (size_t i = 0; i < among->n; i++) {
        const Rule *rule = applied_rule(&p->applied, among->rules[i]);
        Severity severity;
        int r;

        if (!judge_meets(rule, c->facts))
            continue;
        severity = judge_severity(rule, c->facts, NULL);
        if ((int)severity > *ret_worst)
            *ret_worst = (int)severity;
        p->met[p->n_met++] = met_of(among->rules[i], severity);
        r = sum_add(&p->sums, among->rules[i], rule, severity, c);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- findings ---- */

static int object_end(Pass *p, Error *reterr) {
    return p->object.object ? assessment_put_object(p->to, &p->object, reterr) : 0;
}

static void object_begin(Pass *p, const Case *c) {
    const FactValue *exposure = &c->at[CASE_EXPOSURE];

    p->counts.objects++;
    p->object = (JudgedObjectRow){.object = p->exhibit.object,
                                  .asset = p->exhibit.asset,
                                  .location = (int)c->at[CASE_LOCATION_TIER].number,
                                  .exposure = exposure->known ? (int)exposure->number : -1,
                                  .severity = -1};
}

/* The finding's place: its object and the part of it. */
static int place_print(const void *of, Buf *to) {
    _cleanup_(buf_done) Buf join = {0};
    const FoundRow *row = of;
    Locator l;
    int r = name_locator(&join, row->root, row->path, &l);

    if (r < 0)
        return r;
    l.part = row->part;
    locator_print(to, &l);
    return buf_error(to);
}

static int finding_judge(Pass *p, const FoundRow *row, const Case *facts, Error *reterr) {
    const SumCase c = {.facts = facts,
                       .asset = p->exhibit.asset,
                       .object = row->object,
                       .data_type = p->detectors[row->number].id,
                       .count = exhibit_count(row),
                       .persons = exhibit_persons(&p->exhibit, row),
                       .place = place_print,
                       .of = row};
    JudgedRow judged = {.object = row->object, .part = row->part, .detector = row->number};
    size_t ruling;
    int r = case_judge(p, &p->by_detector[row->number], &c, &judged.severity);

    p->counts.findings++;
    if (r < 0 || !p->n_met)
        return r;
    p->counts.matched++;
    if (judged.severity > p->object.severity)
        p->object.severity = judged.severity;
    r = rulings_count(&p->rulings, p->met, p->n_met, &ruling);
    if (r < 0)
        return r;
    judged.ruling = (int64_t)ruling;
    return assessment_put_judged(p->to, &judged, reterr);
}

static int findings_judge(Pass *p, Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open_whole(p->store, p->run.id, reterr, &c);

    while (r >= 0 && (r = found_cursor_step(c, reterr, &row)) > 0) {
        const Case *facts;
        bool other;

        r = exhibit_take(&p->exhibit, &row, reterr, &facts, &other);
        if (r == 0 && other) {
            r = object_end(p, reterr);
            object_begin(p, facts);
        }
        if (r == 0)
            r = finding_judge(p, &row, facts, reterr);
    }
    return r < 0 ? r : object_end(p, reterr);
}

/* ---- events ---- */

static int event_judge(void *of, const Case *facts, Error *reterr) {
    Pass *p = of;
    const SumCase c = {.facts = facts, .data_type = ""};
    size_t ruling;
    int worst, r = case_judge(p, &p->events, &c, &worst);

    (void)reterr;
    return r < 0 || !p->n_met ? r : rulings_count(&p->rulings, p->met, p->n_met, &ruling);
}

/* ---- what comes of it ---- */

static int rules_write(Pass *p, Error *reterr) {
    int r = 0;

    for (size_t i = 0; i < p->applied.n_rules && r == 0; i++) {
        const Ruleset *set = &p->o->rulesets[p->applied.rules[i].ruleset];
        const Rule *rule = applied_rule(&p->applied, i);
        const AppliedRuleRow row = {set->id, rule->id, rule->title, rule->remediation, rule->note};

        r = assessment_put_rule(p->to, &row, reterr);
        for (size_t k = 0; k < rule->n_map && r == 0; k++) {
            const Mapping *m = &rule->map[k];

            r = assessment_put_mapping(
                p->to,
                &(MappingRow){set->id, rule->id, set->criteria[m->criterion].id,
                              polarity_names[m->polarity], applicability_names[m->strength]},
                reterr);
        }
    }
    return r;
}

static int rulings_write(Pass *p, Error *reterr) {
    _cleanup_(buf_done) Buf rules = {0};
    int r = 0;

    for (size_t i = 0; i < p->rulings.n && r == 0; i++) {
        const RulingSet *set = &p->rulings.at[i];
        Json j = json_to(&rules);

        buf_clear(&rules);
        json_array_begin(&j);
        for (size_t k = 0; k < set->n; k++) {
            Met m = p->rulings.pool[set->from + k];

            json_array_begin(&j);
            json_text(&j, p->o->rulesets[p->applied.rules[met_rule(m)].ruleset].id);
            json_text(&j, applied_rule(&p->applied, met_rule(m))->id);
            json_text(&j, severity_names[met_severity(m)]);
            json_array_end(&j);
        }
        json_array_end(&j);
        r = buf_error(&rules);
        if (r == 0)
            r = assessment_put_ruling(p->to, (int64_t)i, buf_as_span(&rules), reterr);
    }
    return r;
}

static void places_print(const Sum *s, Buf *to) {
    Json j = json_to(to);

    json_array_begin(&j);
    for (size_t i = 0; i < s->n_places; i++) {
        json_object_begin(&j);
        json_key(&j, "at");
        json_text(&j, s->places[i].at);
        json_key(&j, "severity");
        json_text(&j, severity_names[s->places[i].severity]);
        json_key(&j, "count");
        json_uint(&j, s->places[i].count);
        json_key(&j, "data_type");
        json_text(&j, s->places[i].data_type);
        json_object_end(&j);
    }
    json_array_end(&j);
}

static int verdict_write(Pass *p, const Sum *s, Error *reterr) {
    _cleanup_(buf_done) Buf places = {0};
    const Category *all;

    category_all(&all);
    places_print(s, &places);
    if (buf_error(&places) < 0)
        return -ENOMEM;
    return assessment_put_verdict(
        p->to,
        &(VerdictRow){.ruleset = p->o->rulesets[p->applied.rules[s->rule].ruleset].id,
                      .rule = applied_rule(&p->applied, s->rule)->id,
                      .asset = s->asset,
                      .category = s->category < 0 ? "" : all[s->category].id,
                      .event = fact_definition(CASE_EVENT)->words[s->event],
                      .cases = s->cases,
                      .objects = s->objects,
                      .hits = s->hits,
                      .persons_low = s->persons_low,
                      .persons_high = s->persons_high,
                      .severity = (int)s->worst,
                      .arithmetic = s->arithmetic,
                      .narrative = s->narrative,
                      .places = buf_as_span(&places)},
        reterr);
}

static int verdicts_write(Pass *p, Error *reterr) {
    int r = 0;

    sums_sort(&p->sums);
    for (size_t i = 0; i < p->sums.n && r == 0; i++)
        r = verdict_write(p, &p->sums.at[i], reterr);
    return r;
}

int assess_run(Store *s, const AssessOptions *o, Error *reterr, AssessResult *ret) {
    _cleanup_(free_p) Pass *p = calloc(1, sizeof(*p));
    EventSink events = {.of = p, .take = event_judge};
    int r = p ? rulesets_check(o, reterr) : -ENOMEM;

    if (r < 0)
        return r;
    *p = (Pass){.store = s, .o = o};
    if ((r = query_run(s, o->run, &p->arena, reterr, &p->run)) == 0 && (r = applied_make(p)) == 0 &&
        (r = detectors_load(p, reterr)) == 0 &&
        (r = exhibit_init(&p->exhibit, s, p->run.id, o->as_of, reterr)) == 0 &&
        (r = begin(p, reterr, ret)) == 0 && (r = findings_judge(p, reterr)) == 0 &&
        (r = event_each(s, &p->run, o->as_of, &events, reterr)) == 0 &&
        (r = rules_write(p, reterr)) == 0 && (r = verdicts_write(p, reterr)) == 0 &&
        (r = rulings_write(p, reterr)) == 0 &&
        (r = bearing_write(&p->applied, &p->rulings, p->to, reterr)) == 0)
        r = assessment_commit(p->to, &p->counts, reterr);
    ret->sums = p->counts;
    pass_done(p);
    return r;
}
