/*
 * A rule of a ruleset: its vocabulary as tables of keys. See ruleset.h, and rulesetfield.h for the
 * seam between the two files.
 */
#include "rule/rulesetfield.h"

#include "base/buf.h"

enum { PROOFS_MAX = 32, BY_MAX = 4 };

/* A rule that is being read, with the criteria that it may name. */
typedef struct RuleReading {
    const Ruleset *of;
    Rule *rule;
} RuleReading;

/* ---- map ---- */

typedef struct MappingReading {
    const Ruleset *of;
    Mapping *mapping;
} MappingReading;

static int read_map_criterion(const Node *n, Reader *r, void *into) {
    MappingReading *m = into;
    int place, rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    place = ruleset_criterion(m->of, span_of(n->text));
    if (place < 0)
        return node_complain(n, r->reterr, "'%s' is not declared in criteria",
                             quote(span_of(n->text)).text);
    if (m->of->criteria[place].applicability == APPLICABLE_NONE)
        return node_complain(n, r->reterr,
                             "'%s' is declared with applicability none, so no rule may name it",
                             quote(span_of(n->text)).text);
    m->mapping->criterion = (size_t)place;
    return 0;
}

static int read_map_polarity(const Node *n, Reader *r, void *into) {
    size_t i = 0;
    int rc = field_choice(n, polarity_names, N_POLARITIES, "a polarity", r, &i);

    ((MappingReading *)into)->mapping->polarity = (Polarity)i;
    return rc;
}

static int read_map_strength(const Node *n, Reader *r, void *into) {
    size_t i = 0;
    int rc = field_choice(n, applicability_names, APPLICABLE_NONE, "a strength", r, &i);

    ((MappingReading *)into)->mapping->strength = (Applicability)i;
    return rc;
}

static const Field mapping_fields[] = {
    {"criterion", read_map_criterion, true},
    {"polarity", read_map_polarity, true},
    {"strength", read_map_strength, true},
};

static int mapping_read(const Node *n, Reader *r, RuleReading *to) {
    Rule *rule = to->rule;
    MappingReading m = {to->of, &rule->map[rule->n_map]};
    int rc = fields_read(n, mapping_fields, N_ELEMENTS(mapping_fields), r, &m);

    for (size_t i = 0; i < rule->n_map && rc == 0; i++) {
        if (rule->map[i].criterion == m.mapping->criterion)
            return node_complain(n, r->reterr, "'%s' stands twice in map",
                                 to->of->criteria[m.mapping->criterion].id);
    }
    rule->n_map++;
    return rc;
}

static int read_map(const Node *n, Reader *r, void *into) {
    RuleReading *to = into;
    int rc =
        ruleset_list(n, RULESET_MAPPINGS_MAX, r, sizeof(*to->rule->map), (void **)&to->rule->map);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = mapping_read(c, r, to);
    return rc;
}

/* ---- severity ---- */

static int severity_read(const Node *n, Reader *r, Severity *ret) {
    size_t i = 0;
    int rc = field_choice(n, severity_names, N_SEVERITIES, "a severity", r, &i);

    *ret = (Severity)i;
    return rc;
}

static int read_when(const Node *n, Reader *r, void *into) {
    _cleanup_(buf_done) Buf why = {0};
    Adjust *a = into;
    int rc = predicate_read(n, r, &a->when);

    if (rc < 0)
        return rc;
    predicate_print(a->when, &why);
    a->why = buf_error(&why) < 0 ? NULL : arena_text(r->arena, buf_as_span(&why));
    return a->why ? 0 : -ENOMEM;
}

static int read_by(const Node *n, Reader *r, void *into) {
    const char *text = n->kind == NODE_TEXT ? n->text : "";
    bool down = text[0] == '-';
    int by =
        text[down] >= '1' && text[down] <= '0' + BY_MAX && !text[down + 1] ? text[down] - '0' : 0;

    if (!by)
        return node_complain(n, r->reterr, "'%s', expected -%d to -1 or 1 to %d",
                             quote(span_of(text)).text, BY_MAX, BY_MAX);
    ((Adjust *)into)->by = down ? -by : by;
    return 0;
}

static const Field adjust_fields[] = {{"when", read_when, true}, {"by", read_by, true}};

static int read_base(const Node *n, Reader *r, void *into) {
    return severity_read(n, r, &((Rule *)into)->base);
}

static int read_adjust(const Node *n, Reader *r, void *into) {
    Rule *rule = into;
    int rc = ruleset_list(n, RULESET_ADJUSTS_MAX, r, sizeof(*rule->adjust), (void **)&rule->adjust);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = fields_read(c, adjust_fields, N_ELEMENTS(adjust_fields), r,
                         &rule->adjust[rule->n_adjust++]);
    return rc;
}

static const Field severity_fields[] = {{"base", read_base, true}, {"adjust", read_adjust, false}};

static int read_severity(const Node *n, Reader *r, void *into) {
    return fields_read(n, severity_fields, N_ELEMENTS(severity_fields), r,
                       ((RuleReading *)into)->rule);
}

/* ---- proofs ---- */

/* {tier: restricted, exposure: world}: any fact may be a key. */
static int given_read(const Node *n, Reader *r, Proof *ret) {
    int rc = field_kind(n, NODE_MAP, r);

    if (rc < 0)
        return rc;
    ret->facts = arena_array(r->arena, n->n ? n->n : 1, sizeof(*ret->facts));
    if (!ret->facts)
        return -ENOMEM;
    for (const Node *c = n->first; c && rc == 0; c = c->next) {
        GivenFact *g = &ret->facts[ret->n++];

        if (fact_parse(span_of(c->key), &g->fact) < 0) {
            const char *nearest = fact_nearest(span_of(c->key));

            return node_complain_key(c, r->reterr, "no fact of that name%s%s",
                                     nearest ? ", expected " : "", nearest ? nearest : "");
        }
        rc = fact_value_read(c, g->fact, r, &g->value);
    }
    return rc;
}

static int read_proof_facts(const Node *n, Reader *r, void *into) {
    return given_read(n, r, into);
}

static int read_proof_severity(const Node *n, Reader *r, void *into) {
    return severity_read(n, r, &((Proof *)into)->severity);
}

static const Field proof_fields[] = {
    {"severity", read_proof_severity, true},
    {"facts", read_proof_facts, true},
};

static int proofs_read(const Node *n, bool meets, Reader *r, Rule *rule) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && (n->n == 0 || n->n > PROOFS_MAX))
        return node_complain(n, r->reterr, "%u examples, expected 1 to %d", n->n, PROOFS_MAX);
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        Proof *p = &rule->proofs[rule->n_proofs++];

        *p = (Proof){.meets = meets, .mark = c->mark};
        rc = meets ? fields_read(c, proof_fields, N_ELEMENTS(proof_fields), r, p)
                   : given_read(c, r, p);
    }
    return rc;
}

static int read_examples(const Node *n, Reader *r, void *into) {
    return proofs_read(n, true, r, ((RuleReading *)into)->rule);
}

static int read_negative(const Node *n, Reader *r, void *into) {
    return proofs_read(n, false, r, ((RuleReading *)into)->rule);
}

/* ---- the rule ---- */

static int read_id(const Node *n, Reader *r, void *into) {
    return ruleset_id(n, r, &((RuleReading *)into)->rule->id);
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &((RuleReading *)into)->rule->title);
}

static int read_match(const Node *n, Reader *r, void *into) {
    return predicate_read(n, r, &((RuleReading *)into)->rule->match);
}

static int read_narrative(const Node *n, Reader *r, void *into) {
    return narrative_read(n, r, &((RuleReading *)into)->rule->narrative);
}

static int read_remediation(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &((RuleReading *)into)->rule->remediation);
}

static int read_note(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &((RuleReading *)into)->rule->note);
}

static const Field rule_fields[] = {
    {"id", read_id, true},
    {"title", read_title, true},
    {"match", read_match, true},
    {"map", read_map, true},
    {"severity", read_severity, true},
    {"narrative", read_narrative, true},
    {"remediation", read_remediation, false},
    {"auditor_note", read_note, false},
    {"examples", read_examples, true},
    {"negative_examples", read_negative, true},
};

int ruleset_rule_read(const Node *n, const Ruleset *of, Reader *r, Rule *ret) {
    RuleReading to = {of, ret};

    *ret = (Rule){.title = "", .remediation = "", .note = "", .mark = n->mark};
    ret->proofs = arena_array(r->arena, 2 * PROOFS_MAX, sizeof(*ret->proofs));
    if (!ret->proofs)
        return -ENOMEM;
    return fields_read(n, rule_fields, N_ELEMENTS(rule_fields), r, &to);
}
