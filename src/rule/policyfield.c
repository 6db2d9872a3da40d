/* PolicyField: see policyfield.h. */
#include "rule/policyfield.h"

enum { ID_MAX = 64 };

static const char *const clocks[N_CLOCKS] = {
    [CLOCK_CREATED] = "created",           [CLOCK_MODIFIED] = "modified",
    [CLOCK_LAST_CONTACT] = "last_contact", [CLOCK_EVENT] = "event",
    [CLOCK_PERIOD_END] = "period_end",     [CLOCK_RELATIONSHIP_END] = "relationship_end",
    [CLOCK_FIRST_SEEN] = "first_seen",
};
static const char *const actions[N_POLICY_ACTIONS] = {
    [ACTION_DELETE] = "delete",   [ACTION_ANONYMISE] = "anonymise", [ACTION_REVIEW] = "review",
    [ACTION_ARCHIVE] = "archive", [ACTION_RESTRICT] = "restrict",
};

const char *clock_event_name(Clock c) {
    return clocks[c];
}

const char *policy_action_name(PolicyAction a) {
    return actions[a];
}

int field_day(const Node *n, Reader *r, Day *ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && !day_parse(span_of(n->text), ret))
        return node_complain(n, r->reterr, "'%s' is no day, expected one such as 2027-01-31",
                             quote(span_of(n->text)).text);
    return rc;
}

int field_period(const Node *n, Reader *r, Duration *ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && !duration_parse(span_of(n->text), ret))
        return node_complain(n, r->reterr, "'%s', expected " DURATION_EXPECTED,
                             quote(span_of(n->text)).text);
    return rc;
}

int check_id(const Node *n, const char *text, Reader *r) {
    for (const char *c = text; *c; c++) {
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') &&
            !strchr("._-", *c))
            return node_complain(n, r->reterr, "'%s' is no id, expected A-Z a-z 0-9 . _ -",
                                 quote(span_of(text)).text);
    }
    return 0;
}

int field_id(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, ID_MAX, r, ret);

    return rc < 0 ? rc : check_id(n, *ret, r);
}

int field_some(const Node *n, size_t max, FieldCheck *check, Reader *r, Words *ret) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && (!n->n || n->n > POLICY_LIST_MAX))
        return node_complain(n, r->reterr, "%u entries, expected 1 to %d", n->n, POLICY_LIST_MAX);
    return rc < 0 ? rc : field_list(n, max, check, r, &ret->at, &ret->n);
}

static int check_jurisdiction(const Node *n, const char *text, Reader *r) {
    for (const char *c = text; *c; c++) {
        if (!(*c >= 'A' && *c <= 'Z') && *c != '-')
            return node_complain(n, r->reterr, "'%s', expected a word such as EU, US or US-CA",
                                 quote(span_of(text)).text);
    }
    return 0;
}

int field_jurisdiction(const Node *n, Reader *r, Words *ret) {
    return field_some(n, 16, check_jurisdiction, r, ret);
}

int field_tier(const Node *n, Reader *r, LocationTier *ret) {
    const FactDefinition *tiers = fact_definition(CASE_LOCATION_TIER);
    size_t i = 0;
    int rc = field_choice(n, tiers->words, tiers->n_words, "a tier", r, &i);

    *ret = (LocationTier)i;
    return rc;
}

int field_clock(const Node *n, Reader *r, Clock *ret) {
    size_t i = 0;
    int rc = field_choice(n, clocks, N_CLOCKS, "an event", r, &i);

    *ret = (Clock)i;
    return rc;
}

int field_dating(const Node *n, Reader *r, Dating *ret) {
    const char *names[N_DATINGS];
    size_t i = 0;
    int rc;

    for (size_t k = 0; k < N_DATINGS; k++)
        names[k] = dating_info((Dating)k)->name;
    rc = field_choice(n, names, N_DATINGS, "evidence of age", r, &i);
    *ret = (Dating)i;
    return rc;
}

int field_action(const Node *n, Reader *r, PolicyAction *ret) {
    size_t i = 0;
    int rc = field_choice(n, actions, N_POLICY_ACTIONS, "an action", r, &i);

    *ret = (PolicyAction)i;
    return rc;
}

int field_severity(const Node *n, Reader *r, Severity *ret) {
    size_t i = 0;
    int rc = field_choice(n, severity_names, N_SEVERITIES, "a severity", r, &i);

    *ret = (Severity)i;
    return rc;
}
