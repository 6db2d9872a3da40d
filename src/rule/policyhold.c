/* PolicyHold: holds and exceptions, and what they are for, see policy.h. */
#include "rule/policyfield.h"

#include "base/cleanup.h"

/* ---- scope ---- */

static int read_scope_paths(const Node *n, Reader *r, void *into) {
    PolicyScope *s = into;

    return n->kind == NODE_LIST && !n->n ? 0 : globs_read(n, r, &s->paths);
}

static int read_scope_classes(const Node *n, Reader *r, void *into) {
    PolicyScope *s = into;

    return field_list(n, 64, check_id, r, &s->classes.at, &s->classes.n);
}

static int read_scope_uids(const Node *n, Reader *r, void *into) {
    PolicyScope *s = into;
    int rc = field_kind(n, NODE_LIST, r);

    s->uids = rc == 0 ? arena_array(r->arena, n->n, sizeof(*s->uids)) : NULL;
    if (rc == 0 && !s->uids)
        return -ENOMEM;
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        unsigned uid = 0;

        rc = field_number(c, 0, 999999999, r, &uid);
        s->uids[s->n_uids++] = uid;
    }
    return rc;
}

static bool is_hex(const char *s) {
    return *s && strspn(s, "0123456789abcdef") == strlen(s);
}

/* tok:KEYID:hex, as reports print it; never the value itself. */
static int check_token(const Node *n, const char *text, Reader *r) {
    const char *colon = strncmp(text, "tok:", 4) == 0 ? strchr(text + 4, ':') : NULL;

    if (colon && strlen(text) == 45 && colon - text == 12 && is_hex(colon + 1))
        return 0;
    return node_complain(n, r->reterr,
                         "no token, expected tok:, 8 hex digits, ':' and 32 as a "
                         "report prints it; never the value itself");
}

static int read_scope_subjects(const Node *n, Reader *r, void *into) {
    PolicyScope *s = into;

    return field_list(n, 64, check_token, r, &s->subjects.at, &s->subjects.n);
}

static const Field scope_fields[] = {
    {"paths", read_scope_paths, false},
    {"classes", read_scope_classes, false},
    {"uids", read_scope_uids, false},
    {"subjects", read_scope_subjects, false},
};

static int scope_read(const Node *n, Reader *r, PolicyScope *ret) {
    int rc = fields_read(n, scope_fields, N_ELEMENTS(scope_fields), r, ret);

    if (rc == 0 && !ret->paths.n && !ret->classes.n && !ret->n_uids && !ret->subjects.n)
        return node_complain(n, r->reterr,
                             "it is for nothing, expected paths, classes, uids or "
                             "subjects");
    return rc;
}

/* ---- holds ---- */

static int read_hold_id(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyHold *)into)->id);
}

static int read_hold_matter(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyHold *)into)->matter);
}

static int read_hold_owner(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyHold *)into)->owner);
}

static int read_hold_from(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyHold *)into)->from);
}

static int read_hold_until(const Node *n, Reader *r, void *into) {
    PolicyHold *h = into;

    if (n->kind == NODE_TEXT && strcmp(n->text, "null") == 0)
        return 0;
    return field_day(n, r, &h->until);
}

static int read_hold_scope(const Node *n, Reader *r, void *into) {
    return scope_read(n, r, &((PolicyHold *)into)->scope);
}

static const Field hold_fields[] = {
    {"id", read_hold_id, true},        {"matter", read_hold_matter, false},
    {"owner", read_hold_owner, false}, {"from", read_hold_from, true},
    {"until", read_hold_until, false}, {"scope", read_hold_scope, true},
};

int policy_hold_read(const Node *n, Reader *r, PolicyHold *ret) {
    int rc;

    *ret = (PolicyHold){.matter = "", .owner = "", .until = DAY_NONE, .mark = n->mark};
    rc = fields_read(n, hold_fields, N_ELEMENTS(hold_fields), r, ret);
    if (rc == 0 && ret->until != DAY_NONE && ret->until < ret->from)
        return node_complain(n, r->reterr, "it ends before it begins");
    return rc;
}

/* ---- exceptions ---- */

static int read_exception_id(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyException *)into)->id);
}

static int read_exception_rules(const Node *n, Reader *r, void *into) {
    return field_some(n, 64, check_id, r, &((PolicyException *)into)->rules);
}

static int read_exception_scope(const Node *n, Reader *r, void *into) {
    return scope_read(n, r, &((PolicyException *)into)->scope);
}

static int read_exception_most(const Node *n, Reader *r, void *into) {
    return field_period(n, r, &((PolicyException *)into)->most);
}

static int read_exception_reason(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyException *)into)->reason);
}

static int read_exception_by(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyException *)into)->approved_by);
}

static int read_exception_on(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyException *)into)->approved_on);
}

static int read_exception_expires(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyException *)into)->expires);
}

static const Field exception_fields[] = {
    {"id", read_exception_id, true},          {"rules", read_exception_rules, true},
    {"scope", read_exception_scope, true},    {"keep_at_most", read_exception_most, true},
    {"reason", read_exception_reason, true},  {"approved_by", read_exception_by, true},
    {"approved_on", read_exception_on, true}, {"expires", read_exception_expires, true},
};

int policy_exception_read(const Node *n, Reader *r, PolicyException *ret) {
    *ret = (PolicyException){.mark = n->mark};
    return fields_read(n, exception_fields, N_ELEMENTS(exception_fields), r, ret);
}
