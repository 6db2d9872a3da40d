/*
 * Policy: see policy.h.
 *
 * A table a map, read by rule/field; policyfield.h names the files of the maps in the lists. What
 * refers to something else in the file (a rule to its class, an exception to rules) is looked up
 * behind it, at the mark of who refers.
 */
#include "rule/policyfield.h"

#include <nettle/sha2.h>

#include "base/cleanup.h"
#include "base/file.h"

bool policy_is_approved(const Policy *p, Day on) {
    return *p->approved_by && p->effective != DAY_NONE && p->effective <= on;
}

void policy_done(Policy *p) {
    arena_done(&p->arena);
    *p = (Policy){0};
}

/* ---- who it is ---- */

static int read_id(const Node *n, Reader *r, void *into) {
    return field_id(n, r, &((Policy *)into)->id);
}

static int read_version(const Node *n, Reader *r, void *into) {
    return field_text(n, 64, r, &((Policy *)into)->version);
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((Policy *)into)->title);
}

static int read_effective(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((Policy *)into)->effective);
}

static int read_approved_by(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((Policy *)into)->approved_by);
}

static int read_next_review(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((Policy *)into)->next_review);
}

static int read_timezone(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, "UTC") != 0)
        return node_complain(n, r->reterr, "'%s', expected UTC: whole days are counted, in UTC",
                             quote(span_of(n->text)).text);
    return rc;
}

static int read_fiscal(const Node *n, Reader *r, void *into) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && !year_end_parse(span_of(n->text), &((Policy *)into)->fiscal))
        return node_complain(n, r->reterr, "'%s', expected month and day such as 12-31 or 06-30",
                             quote(span_of(n->text)).text);
    return rc;
}

static const Field policy_fields[] = {
    {"id", read_id, true},
    {"version", read_version, true},
    {"title", read_title, false},
    {"effective", read_effective, false},
    {"approved_by", read_approved_by, false},
    {"next_review", read_next_review, false},
    {"timezone", read_timezone, false},
    {"fiscal_year_end", read_fiscal, false},
};

static int read_policy(const Node *n, Reader *r, void *into) {
    Policy *p = into;

    p->mark = n->mark;
    return fields_read(n, policy_fields, N_ELEMENTS(policy_fields), r, p);
}

/* ---- defaults ---- */

static int read_due_soon(const Node *n, Reader *r, void *into) {
    return field_period(n, r, &((Policy *)into)->due_soon);
}

static int read_grace(const Node *n, Reader *r, void *into) {
    return field_period(n, r, &((Policy *)into)->grace);
}

static int read_min_trust(const Node *n, Reader *r, void *into) {
    static const char *const words[] = {"T1", "T2", "T3", "T4"};
    size_t i = 0;
    int rc = field_choice(n, words, N_ELEMENTS(words), "a trust", r, &i);

    ((Policy *)into)->min_trust = (unsigned)i + 1;
    return rc;
}

static int read_unclassified(const Node *n, Reader *r, void *into) {
    static const char *const words[] = {"report", "ignore"};
    size_t i = 0;
    int rc = field_choice(n, words, N_ELEMENTS(words), "a word for it", r, &i);

    ((Policy *)into)->ignore_unclassified = i == 1;
    return rc;
}

static int read_default_jurisdiction(const Node *n, Reader *r, void *into) {
    return field_jurisdiction(n, r, &((Policy *)into)->jurisdiction);
}

static const Field default_fields[] = {
    {"due_soon", read_due_soon, false},
    {"grace", read_grace, false},
    {"min_trust", read_min_trust, false},
    {"unclassified", read_unclassified, false},
    {"jurisdiction", read_default_jurisdiction, false},
};

static int read_defaults(const Node *n, Reader *r, void *into) {
    return fields_read(n, default_fields, N_ELEMENTS(default_fields), r, into);
}

/* ---- epochs, places, declarations ---- */

static int read_epoch_date(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyEpoch *)into)->from);
}

static int read_epoch_until(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyEpoch *)into)->to);
}

static int read_epoch_paths(const Node *n, Reader *r, void *into) {
    return globs_read(n, r, &((PolicyEpoch *)into)->paths);
}

static int read_epoch_note(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyEpoch *)into)->note);
}

static const Field epoch_fields[] = {
    {"date", read_epoch_date, true},
    {"until", read_epoch_until, false},
    {"paths", read_epoch_paths, true},
    {"note", read_epoch_note, false},
};

static int epoch_read(const Node *n, Reader *r, PolicyEpoch *ret) {
    int rc;

    *ret = (PolicyEpoch){.note = "", .to = DAY_NONE};
    rc = fields_read(n, epoch_fields, N_ELEMENTS(epoch_fields), r, ret);
    if (rc == 0 && ret->to == DAY_NONE)
        ret->to = ret->from;
    if (rc == 0 && ret->to < ret->from)
        return node_complain(n, r->reterr, "it ends before it begins");
    return rc;
}

static int read_place_paths(const Node *n, Reader *r, void *into) {
    return globs_read(n, r, &((PolicyPlace *)into)->paths);
}

static int read_place_tier(const Node *n, Reader *r, void *into) {
    PolicyPlace *p = into;

    p->has_tier = true;
    return field_tier(n, r, &p->tier);
}

static int read_place_jurisdiction(const Node *n, Reader *r, void *into) {
    return field_jurisdiction(n, r, &((PolicyPlace *)into)->jurisdiction);
}

static const Field place_fields[] = {
    {"paths", read_place_paths, true},
    {"tier", read_place_tier, false},
    {"jurisdiction", read_place_jurisdiction, false},
};

static int place_read(const Node *n, Reader *r, PolicyPlace *ret) {
    int rc = fields_read(n, place_fields, N_ELEMENTS(place_fields), r, ret);

    if (rc == 0 && !ret->has_tier && !ret->jurisdiction.n)
        return node_complain(n, r->reterr, "it says nothing, expected tier, jurisdiction or both");
    return rc;
}

static int read_declared_paths(const Node *n, Reader *r, void *into) {
    return globs_read(n, r, &((PolicyDeclaration *)into)->paths);
}

static int read_declared_event(const Node *n, Reader *r, void *into) {
    return field_clock(n, r, &((PolicyDeclaration *)into)->event);
}

static int read_declared_date(const Node *n, Reader *r, void *into) {
    return field_day(n, r, &((PolicyDeclaration *)into)->day);
}

static int read_declared_source(const Node *n, Reader *r, void *into) {
    return field_text(n, POLICY_TEXT_MAX, r, &((PolicyDeclaration *)into)->source);
}

static const Field declared_fields[] = {
    {"paths", read_declared_paths, true},
    {"event", read_declared_event, true},
    {"date", read_declared_date, true},
    {"source", read_declared_source, true},
};

static int declared_read(const Node *n, Reader *r, PolicyDeclaration *ret) {
    return fields_read(n, declared_fields, N_ELEMENTS(declared_fields), r, ret);
}

/* ---- lists ---- */

/* A list of maps, each read into the next element of an array in the arena. */
#define LIST_READER(name, type, array, count, most, element)                                       \
    static int read_##name(const Node *n, Reader *r, void *into) {                                 \
        Policy *p = into;                                                                          \
        int rc = field_kind(n, NODE_LIST, r);                                                      \
                                                                                                   \
        if (rc == 0 && n->n > (most))                                                              \
            return node_complain(n, r->reterr, "%u entries, expected at most %d", n->n, (most));   \
        p->array = rc == 0 ? arena_array(r->arena, n->n, sizeof(*p->array)) : NULL;                \
        if (rc == 0 && !p->array)                                                                  \
            return -ENOMEM;                                                                        \
        for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)                 \
            rc = element(c, r, &p->array[p->count++]);                                             \
        return rc;                                                                                 \
    }

LIST_READER(epochs, PolicyEpoch, epochs, n_epochs, POLICY_LIST_MAX, epoch_read)
LIST_READER(places, PolicyPlace, places, n_places, POLICY_LIST_MAX, place_read)
LIST_READER(declared, PolicyDeclaration, declared, n_declared, POLICY_LIST_MAX, declared_read)
LIST_READER(classes, PolicyClass, classes, n_classes, POLICY_RULES_MAX, policy_class_read)
LIST_READER(rules, PolicyRule, rules, n_rules, POLICY_RULES_MAX, policy_rule_read)
LIST_READER(holds, PolicyHold, holds, n_holds, POLICY_LIST_MAX, policy_hold_read)
LIST_READER(exceptions, PolicyException, exceptions, n_exceptions, POLICY_LIST_MAX,
            policy_exception_read)
LIST_READER(examples, PolicyExample, examples, n_examples, POLICY_LIST_MAX, policy_example_read)

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, POLICY_FORMAT) != 0)
        return node_complain(n, r->reterr, "'%s', expected " POLICY_FORMAT,
                             quote(span_of(n->text)).text);
    return rc;
}

static const Field fields[] = {
    {"format", read_format, true},      {"policy", read_policy, true},
    {"defaults", read_defaults, false}, {"migration_epochs", read_epochs, false},
    {"places", read_places, false},     {"declared", read_declared, false},
    {"classes", read_classes, true},    {"rules", read_rules, true},
    {"holds", read_holds, false},       {"exceptions", read_exceptions, false},
    {"examples", read_examples, false},
};

/* ---- what refers to what ---- */

static int at_mark(RuleMark m, Error *reterr, const char *what, const char *id,
                   const char *nearest) {
    return error_set(reterr, -EINVAL, "%s:%u:%u: %s '%s', expected %s%s%s", m.file, m.line, m.col,
                     what, quote(span_of(id)).text, nearest ? "'" : "one of those in this file",
                     nearest ? nearest : "", nearest ? "'" : "");
}

static int class_known(const Policy *p, const char *id, RuleMark from, Error *reterr, size_t *ret) {
    const char *names[POLICY_RULES_MAX];

    for (size_t i = 0; i < p->n_classes; i++) {
        names[i] = p->classes[i].id;
        if (strcmp(names[i], id) == 0) {
            *ret = i;
            return 0;
        }
    }
    return at_mark(from, reterr, "unknown class", id,
                   name_nearest(span_of(id), names, p->n_classes));
}

static int rule_known(const Policy *p, const char *id, RuleMark from, Error *reterr) {
    const char *names[POLICY_RULES_MAX];

    for (size_t i = 0; i < p->n_rules; i++) {
        names[i] = p->rules[i].id;
        if (strcmp(names[i], id) == 0)
            return 0;
    }
    return at_mark(from, reterr, "unknown rule", id, name_nearest(span_of(id), names, p->n_rules));
}

static int rules_known(const Policy *p, const Words *ids, RuleMark from, Error *reterr) {
    int rc = 0;

    for (size_t i = 0; i < ids->n && rc == 0; i++)
        rc = rule_known(p, ids->at[i], from, reterr);
    return rc;
}

static int classes_known(const Policy *p, const Words *ids, RuleMark from, Error *reterr) {
    int rc = 0;
    size_t at;

    for (size_t i = 0; i < ids->n && rc == 0; i++)
        rc = class_known(p, ids->at[i], from, reterr, &at);
    return rc;
}

static int twice(RuleMark m, Error *reterr, const char *id) {
    return error_set(reterr, -EINVAL, "%s:%u:%u: the id '%s' stands in this list twice", m.file,
                     m.line, m.col, quote(span_of(id)).text);
}

static int ids_check(const Policy *p, Error *reterr) {
    for (size_t i = 0; i < p->n_classes; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(p->classes[i].id, p->classes[k].id) == 0)
                return twice(p->classes[i].mark, reterr, p->classes[i].id);
        }
    }
    for (size_t i = 0; i < p->n_rules; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(p->rules[i].id, p->rules[k].id) == 0)
                return twice(p->rules[i].mark, reterr, p->rules[i].id);
        }
    }
    return 0;
}

static int references_check(Policy *p, Error *reterr) {
    int rc = ids_check(p, reterr);

    for (size_t i = 0; i < p->n_rules && rc == 0; i++) {
        PolicyRule *k = &p->rules[i];

        rc = class_known(p, k->class_id, k->mark, reterr, &k->class);
        if (rc == 0)
            rc = rules_known(p, &k->overrides, k->mark, reterr);
    }
    for (size_t i = 0; i < p->n_holds && rc == 0; i++)
        rc = classes_known(p, &p->holds[i].scope.classes, p->holds[i].mark, reterr);
    for (size_t i = 0; i < p->n_exceptions && rc == 0; i++) {
        const PolicyException *e = &p->exceptions[i];

        rc = rules_known(p, &e->rules, e->mark, reterr);
        if (rc == 0)
            rc = classes_known(p, &e->scope.classes, e->mark, reterr);
    }
    for (size_t i = 0; i < p->n_examples && rc == 0; i++) {
        if (*p->examples[i].rule)
            rc = rule_known(p, p->examples[i].rule, p->examples[i].mark, reterr);
    }
    return rc;
}

/* ---- the file ---- */

static int policy_fill(Span bytes, const char *label, Error *reterr, Policy *p) {
    _cleanup_(arena_done) Arena tree = {0};
    Reader r = {.arena = &p->arena, .reterr = reterr};
    struct sha256_ctx sha;
    const Node *root;
    int rc;

    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(p->digest), p->digest);
    p->file = file_label(label, &p->arena);
    rc = p->file ? yaml_read(bytes, p->file, &tree, reterr, &root) : -ENOMEM;
    if (rc == 0)
        rc = fields_read(root, fields, N_ELEMENTS(fields), &r, p);
    return rc < 0 ? rc : references_check(p, reterr);
}

int policy_read_bytes(Span bytes, const char *label, Error *reterr, Policy *ret) {
    Policy p = {.title = "",
                .approved_by = "",
                .effective = DAY_NONE,
                .next_review = DAY_NONE,
                .fiscal = {12, 31},
                .due_soon = {.days = 30},
                .min_trust = 3};
    int rc = policy_fill(bytes, label, reterr, &p);

    if (rc < 0) {
        policy_done(&p);
        return rc;
    }
    *ret = p;
    return 0;
}

int policy_read(const char *path, Error *reterr, Policy *ret) {
    _cleanup_(buf_done) Buf bytes = {0};
    int rc = file_read(path, POLICY_BYTES_MAX, reterr, &bytes);

    return rc < 0 ? rc : policy_read_bytes(buf_as_span(&bytes), path, reterr, ret);
}
