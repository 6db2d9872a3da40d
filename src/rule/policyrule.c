/*
 * PolicyRule: record classes and the rules that keep them, see policy.h.
 *
 * What evidence a clock has unless a rule names other: the ways that say when its event was, best
 * first. Those of the file system tell when something was made, changed or copied; they say nothing
 * of when a contract ended, so the clocks of such events do not have them.
 */
#include "rule/policyfield.h"

#include "base/cleanup.h"

/* ---- classes ---- */

static int read_class_id(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyClass *)into)->id);
}

static int read_class_title(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyClass *)into)->title);
}

static int read_class_match(const Node *n, Reader *r, void *into) {
    return condition_read(n, r, &((PolicyClass *)into)->match);
}

static const Field class_fields[] = {
    {"id", read_class_id, true},
    {"title", read_class_title, false},
    {"match", read_class_match, true},
};

int policy_class_read(const Node *n, Reader *r, PolicyClass *ret) {
    *ret = (PolicyClass){.title = "", .mark = n->mark};
    return fields_read(n, class_fields, N_ELEMENTS(class_fields), r, ret);
}

/* ---- the clock of a rule ---- */

static const Dating usual[N_CLOCKS][N_DATINGS + 1] = {
    [CLOCK_CREATED] = {DATING_DECLARED, DATING_ROW_CREATED, DATING_ROW_DATE, DATING_MAIL_RECEIVED,
                       DATING_MAIL_DATE, DATING_LOG_LAST, DATING_DOC_CREATED, DATING_PHOTO_TAKEN,
                       DATING_DUMP_MADE, DATING_MEMBER_MTIME, DATING_PATH_DATE, DATING_FS_MTIME,
                       N_DATINGS},
    [CLOCK_MODIFIED] = {DATING_DECLARED, DATING_ROW_UPDATED, DATING_ROW_LOGIN, DATING_ROW_CREATED,
                        DATING_ROW_DATE, DATING_MAIL_RECEIVED, DATING_MAIL_DATE, DATING_LOG_LAST,
                        DATING_DOC_MODIFIED, DATING_DOC_CREATED, DATING_PHOTO_TAKEN,
                        DATING_DUMP_MADE, DATING_MEMBER_MTIME, DATING_PATH_DATE, DATING_FS_MTIME,
                        N_DATINGS},
    [CLOCK_LAST_CONTACT] = {DATING_DECLARED, DATING_ROW_LOGIN, DATING_ROW_UPDATED, DATING_ROW_DATE,
                            DATING_MAIL_RECEIVED, DATING_MAIL_DATE, DATING_LOG_LAST,
                            DATING_DOC_MODIFIED, DATING_DUMP_MADE, DATING_MEMBER_MTIME,
                            DATING_PATH_DATE, DATING_FS_MTIME, N_DATINGS},
    [CLOCK_EVENT] = {DATING_DECLARED, DATING_ROW_CLOSED, DATING_ROW_DATE, DATING_PATH_DATE,
                     N_DATINGS},
    [CLOCK_PERIOD_END] = {DATING_DECLARED, DATING_ROW_DATE, DATING_PATH_DATE, N_DATINGS},
    [CLOCK_RELATIONSHIP_END] = {DATING_DECLARED, DATING_ROW_CLOSED, N_DATINGS},
    [CLOCK_FIRST_SEEN] = {DATING_SEEN_FIRST, N_DATINGS},
};

static void evidence_usual(PolicyRule *k) {
    for (size_t i = 0; usual[k->clock][i] != N_DATINGS; i++)
        k->evidence[k->n_evidence++] = usual[k->clock][i];
}

static int read_event(const Node *n, Reader *r, void *into) {
    return field_clock(n, r, &((PolicyRule *)into)->clock);
}

static int read_evidence(const Node *n, Reader *r, void *into) {
    PolicyRule *k = into;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && (!n->n || n->n > N_DATINGS))
        return node_complain(n, r->reterr, "%u entries, expected 1 to %d", n->n, N_DATINGS);
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        Dating d = N_DATINGS;

        rc = field_dating(c, r, &d);
        for (size_t i = 0; i < k->n_evidence && rc == 0; i++) {
            if (k->evidence[i] == d)
                return node_complain(c, r->reterr, "'%s' stands here twice", c->text);
        }
        k->evidence[k->n_evidence++] = d;
    }
    return rc;
}

static int read_round(const Node *n, Reader *r, void *into) {
    static const char *const words[N_ROUNDINGS] = {"none", "end_of_month", "end_of_year",
                                                   "end_of_fiscal_year"};
    size_t i = 0;
    int rc = field_choice(n, words, N_ROUNDINGS, "a rounding", r, &i);

    ((PolicyRule *)into)->round = (Rounding)i;
    return rc;
}

static const Field clock_fields[] = {
    {"event", read_event, true},
    {"evidence", read_evidence, false},
    {"round", read_round, false},
};

static int read_clock(const Node *n, Reader *r, void *into) {
    return fields_read(n, clock_fields, N_ELEMENTS(clock_fields), r, into);
}

/* ---- rules ---- */

static int read_id(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyRule *)into)->id);
}

static int read_class(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyRule *)into)->class_id);
}

static int read_jurisdiction(const Node *n, Reader *r, void *into) {
    return field_jurisdiction(n, r, &((PolicyRule *)into)->jurisdiction);
}

static int read_tiers(const Node *n, Reader *r, void *into) {
    PolicyRule *k = into;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && !n->n)
        return node_complain(n, r->reterr, "an empty list, expected tiers");
    k->tiers = 0;
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        LocationTier t = LOCATION_LIVE;

        rc = field_tier(c, r, &t);
        k->tiers |= 1u << t;
    }
    return rc;
}

static int read_least(const Node *n, Reader *r, void *into) {
    PolicyRule *k = into;

    k->has_least = true;
    return field_period(n, r, &k->least);
}

static int read_most(const Node *n, Reader *r, void *into) {
    PolicyRule *k = into;

    k->has_most = true;
    return field_period(n, r, &k->most);
}

static int read_action(const Node *n, Reader *r, void *into) {
    return field_action(n, r, &((PolicyRule *)into)->action);
}

static int read_severity(const Node *n, Reader *r, void *into) {
    return field_severity(n, r, &((PolicyRule *)into)->severity);
}

static int read_waivable(const Node *n, Reader *r, void *into) {
    bool waivable = true;
    int rc = field_flag(n, r, &waivable);

    ((PolicyRule *)into)->unwaivable = !waivable;
    return rc;
}

static int read_basis(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyRule *)into)->basis);
}

static int read_owner(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyRule *)into)->owner);
}

static int read_overrides(const Node *n, Reader *r, void *into) {
    return field_some(n, 64, check_id, r, &((PolicyRule *)into)->overrides);
}

static const Field rule_fields[] = {
    {"id", read_id, true},
    {"class", read_class, true},
    {"jurisdiction", read_jurisdiction, false},
    {"tiers", read_tiers, false},
    {"clock", read_clock, false},
    {"keep_at_least", read_least, false},
    {"keep_at_most", read_most, false},
    {"action", read_action, false},
    {"severity", read_severity, false},
    {"waivable", read_waivable, false},
    {"basis", read_basis, true},
    {"owner", read_owner, false},
    {"overrides", read_overrides, false},
};

int policy_rule_read(const Node *n, Reader *r, PolicyRule *ret) {
    int rc;

    *ret = (PolicyRule){.tiers = (1u << N_LOCATION_TIERS) - 1,
                        .clock = CLOCK_CREATED,
                        .action = ACTION_REVIEW,
                        .severity = SEVERITY_MEDIUM,
                        .owner = "",
                        .mark = n->mark};
    rc = fields_read(n, rule_fields, N_ELEMENTS(rule_fields), r, ret);
    if (rc == 0 && !ret->has_least && !ret->has_most)
        return node_complain(n, r->reterr,
                             "no period, expected keep_at_least, keep_at_most or "
                             "both");
    if (rc == 0 && !ret->n_evidence)
        evidence_usual(ret);
    return rc;
}
