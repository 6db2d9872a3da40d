/*
 * PolicyExample: a thing and the state that must come out for it, see policy.h.
 *
 *     - path: /srv/hr/recruiting/2019/cv.docx
 *       types: [candidate.cv]
 *       dates: {doc.modified: 2019-03-07, fs.mtime: 2019-03-07}
 *       day: 2026-11-28
 *       state: violation
 */
#include "rule/policyfield.h"

#include "base/cleanup.h"
#include "base/glob.h"

static int read_path(const Node *n, Reader *r, void *into) {
    PolicyExample *e = into;
    int rc = field_text(n, GLOB_MAX, r, &e->path);

    if (rc == 0 && e->path[0] != '/')
        return node_complain(n, r->reterr, "'%s', expected a path that begins with /",
                             quote(span_of(e->path)).text);
    return rc;
}

static int read_table(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyExample *)into)->table);
}

static int read_format(const Node *n, Reader *r, void *into) {
    return field_name(n, r, &((PolicyExample *)into)->format);
}

static int read_types(const Node *n, Reader *r, void *into) {
    return field_some(n, POLICY_TEXT_MAX, field_lower, r, &((PolicyExample *)into)->types);
}

static int read_jurisdiction(const Node *n, Reader *r, void *into) {
    return field_jurisdiction(n, r, &((PolicyExample *)into)->jurisdiction);
}

static int read_tier(const Node *n, Reader *r, void *into) {
    PolicyExample *e = into;

    e->has_tier = true;
    return field_tier(n, r, &e->tier);
}

static int read_copied(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((PolicyExample *)into)->copied);
}

static int read_made(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((PolicyExample *)into)->made_with_file);
}

static int read_unread(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((PolicyExample *)into)->unread);
}

static int read_uid(const Node *n, Reader *r, void *into) {
    return field_number(n, 0, 999999999, r, &((PolicyExample *)into)->uid);
}

/* A day, or two with / between them. */
static int date_read(const Node *n, Reader *r, PolicyExampleDate *ret) {
    int rc = field_kind(n, NODE_TEXT, r);
    Span text = rc == 0 ? span_of(n->text) : span(NULL, 0);
    bool range = text.n == 21 && text.at[10] == '/';

    if (rc < 0)
        return rc;
    if (!day_parse(range ? span(text.at, 10) : text, &ret->from) ||
        !day_parse(range ? span(text.at + 11, 10) : text, &ret->to) || ret->to < ret->from)
        return node_complain(n, r->reterr,
                             "'%s', expected a day such as 2027-01-31, or two with "
                             "/ between them",
                             quote(text).text);
    return 0;
}

static int read_dates(const Node *n, Reader *r, void *into) {
    PolicyExample *e = into;
    int rc = field_kind(n, NODE_MAP, r);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        PolicyExampleDate *d = &e->dates[e->n_dates];

        if (dating_parse(span_of(c->key), &d->source) < 0)
            return node_complain_key(c, r->reterr,
                                     "unknown evidence of age, expected one such as "
                                     "declared, doc.modified or fs.mtime");
        rc = date_read(c, r, d);
        e->n_dates++;
    }
    return rc;
}

static int read_day(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyExample *)into)->day);
}

static int read_state(const Node *n, Reader *r, void *into) {
    const FactDefinition *states = fact_definition(CASE_AGE_STATE);
    size_t i = 0;
    int rc = field_choice(n, states->words, states->n_words, "a state", r, &i);

    ((PolicyExample *)into)->state = (AgeState)i;
    return rc;
}

static int read_rule(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((PolicyExample *)into)->rule);
}

static const Field fields[] = {
    {"path", read_path, true},
    {"table", read_table, false},
    {"format", read_format, false},
    {"types", read_types, false},
    {"jurisdiction", read_jurisdiction, false},
    {"tier", read_tier, false},
    {"uid", read_uid, false},
    {"copied", read_copied, false},
    {"made_with_file", read_made, false},
    {"unread", read_unread, false},
    {"dates", read_dates, false},
    {"day", read_day, true},
    {"state", read_state, true},
    {"rule", read_rule, false},
};

int policy_example_read(const Node *n, Reader *r, PolicyExample *ret) {
    *ret = (PolicyExample){.table = "", .format = "", .rule = "", .mark = n->mark};
    return fields_read(n, fields, N_ELEMENTS(fields), r, ret);
}
