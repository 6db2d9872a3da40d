/* Control: see control.h. The vocabulary of `format: controls/1` as tables of keys. */
#include "rule/control.h"

#include <nettle/sha2.h>

#include "base/buf.h"
#include "base/file.h"
#include "rule/rulesetfield.h"

const char *const control_frequencies[] = {"continuous", "daily",  "weekly",   "monthly",
                                           "quarterly",  "yearly", "on-event", "once"};
const size_t n_control_frequencies = N_ELEMENTS(control_frequencies);

void controls_done(Controls *c) {
    arena_done(&c->arena);
    *c = (Controls){0};
}

/* ---- criteria: {soc2-tsc: [C1.1, CC6.1]} ---- */

static int ruleset_criteria_read(const Node *list, Reader *r, Control *to) {
    int rc = field_kind(list, NODE_LIST, r);

    if (rc == 0 && list->n == 0)
        return node_complain(list, r->reterr, "an empty list, expected at least one criterion");
    for (const Node *n = rc == 0 ? list->first : NULL; n && rc == 0; n = n->next) {
        ControlCriterion *c = &to->criteria[to->n_criteria];

        if (to->n_criteria == CONTROL_CRITERIA_MAX)
            return node_complain(n, r->reterr, "more than %d criteria", CONTROL_CRITERIA_MAX);
        *c = (ControlCriterion){.mark = n->mark};
        rc = ruleset_id(n, r, &c->criterion);
        for (size_t i = 0; i < to->n_criteria && rc == 0; i++) {
            if (strcmp(to->criteria[i].criterion, c->criterion) == 0 &&
                strcmp(to->criteria[i].ruleset, list->key) == 0)
                return node_complain(n, r->reterr, "'%s' stands twice", c->criterion);
        }
        if (rc == 0) {
            c->ruleset = arena_text(r->arena, span_of(list->key));
            rc = c->ruleset ? 0 : -ENOMEM;
        }
        to->n_criteria++;
    }
    return rc;
}

static int read_criteria(const Node *n, Reader *r, void *into) {
    Control *to = into;
    int rc = field_kind(n, NODE_MAP, r);

    if (rc == 0 && n->n == 0)
        return node_complain(n, r->reterr, "no ruleset, expected {soc2-tsc: [C1.1]}");
    to->criteria = arena_array(r->arena, CONTROL_CRITERIA_MAX, sizeof(*to->criteria));
    if (!to->criteria)
        return -ENOMEM;
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = ruleset_criteria_read(c, r, to);
    return rc;
}

/* ---- a control ---- */

static int read_id(const Node *n, Reader *r, void *into) {
    return ruleset_id(n, r, &((Control *)into)->id);
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &((Control *)into)->title);
}

static int read_wording(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &((Control *)into)->wording);
}

static int read_owner(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &((Control *)into)->owner);
}

static int read_frequency(const Node *n, Reader *r, void *into) {
    size_t i = 0;
    int rc = field_choice(n, control_frequencies, n_control_frequencies, "a frequency", r, &i);

    ((Control *)into)->frequency = control_frequencies[i];
    return rc;
}

static int read_rules(const Node *n, Reader *r, void *into) {
    Control *to = into;
    int rc = field_list(n, RULESET_ID_MAX, NULL, r, &to->rules, &to->n_rules);

    if (rc == 0 && to->n_rules == 0)
        return node_complain(n, r->reterr, "an empty list, expected at least one rule");
    return rc;
}

static const Field control_fields[] = {
    {"id", read_id, true},           {"title", read_title, true},
    {"wording", read_wording, true}, {"frequency", read_frequency, true},
    {"owner", read_owner, true},     {"criteria", read_criteria, true},
    {"rules", read_rules, false},
};

/* ---- the file ---- */

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, CONTROLS_FORMAT) != 0)
        return node_complain(n, r->reterr, "'%s', expected " CONTROLS_FORMAT,
                             quote(span_of(n->text)).text);
    return rc;
}

static int read_set_id(const Node *n, Reader *r, void *into) {
    return field_name(n, r, &((Controls *)into)->id);
}

static int read_set_version(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_ID_MAX, r, &((Controls *)into)->version);
}

static int read_set_title(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &((Controls *)into)->title);
}

static int read_controls(const Node *n, Reader *r, void *into) {
    Controls *set = into;
    int rc = ruleset_list(n, CONTROLS_MAX, r, sizeof(*set->at), (void **)&set->at);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        Control *control = &set->at[set->n];

        *control = (Control){.mark = c->mark};
        rc = fields_read(c, control_fields, N_ELEMENTS(control_fields), r, control);
        for (size_t i = 0; i < set->n && rc == 0; i++) {
            if (strcmp(set->at[i].id, control->id) == 0)
                return node_complain(c, r->reterr, "'%s' is the id of two controls", control->id);
        }
        set->n++;
    }
    return rc;
}

static const Field file_fields[] = {
    {"format", read_format, true},       {"id", read_set_id, true},
    {"version", read_set_version, true}, {"title", read_set_title, true},
    {"controls", read_controls, true},
};

int controls_read(const char *path, Error *reterr, Controls *ret) {
    _cleanup_(controls_done) Controls set = {0};
    _cleanup_(arena_done) Arena tree = {0};
    _cleanup_(buf_done) Buf bytes = {0};
    const char *label = file_label(path, &set.arena);
    Reader reader = {.arena = &set.arena, .reterr = reterr};
    struct sha256_ctx sha;
    const Node *root;
    int r = label ? file_read(path, YAML_BYTES_MAX, reterr, &bytes) : -ENOMEM;

    if (r == 0)
        r = yaml_read(buf_as_span(&bytes), label, &tree, reterr, &root);
    if (r == 0)
        r = fields_read(root, file_fields, N_ELEMENTS(file_fields), &reader, &set);
    if (r < 0)
        return r;
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(set.digest), set.digest);
    *ret = set;
    set.arena = (Arena){0};
    return 0;
}

/* ---- beside rulesets ---- */

static const Ruleset *set_of(const Ruleset *sets, size_t n, const char *id) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(sets[i].id, id) == 0)
            return &sets[i];
    }
    return NULL;
}

/* A rule that the file names must stand in one of the rulesets that it names, if all are at hand.
 */
static int rules_check(const Control *c, const Ruleset *sets, size_t n, Error *reterr) {
    for (size_t i = 0; i < c->n_rules; i++) {
        bool found = false, all = true;

        for (size_t k = 0; k < c->n_criteria && !found; k++) {
            const Ruleset *set = set_of(sets, n, c->criteria[k].ruleset);

            all &= set != NULL;
            for (size_t j = 0; set && j < set->n_rules && !found; j++)
                found = strcmp(set->rules[j].id, c->rules[i]) == 0;
        }
        if (!found && all)
            return error_set(reterr, -EINVAL, "%s:%u:%u: control %s: no ruleset has a rule '%s'",
                             c->mark.file, c->mark.line, c->mark.col, c->id, c->rules[i]);
    }
    return 0;
}

int controls_check(const Controls *c, const Ruleset *sets, size_t n, Error *reterr) {
    int r = 0;

    for (size_t i = 0; i < c->n && r == 0; i++) {
        for (size_t k = 0; k < c->at[i].n_criteria; k++) {
            const ControlCriterion *want = &c->at[i].criteria[k];
            const Ruleset *set = set_of(sets, n, want->ruleset);

            if (set && ruleset_criterion(set, span_of(want->criterion)) < 0)
                return error_set(reterr, -EINVAL, "%s:%u:%u: ruleset %s has no criterion '%s'",
                                 want->mark.file, want->mark.line, want->mark.col, set->id,
                                 want->criterion);
        }
        r = rules_check(&c->at[i], sets, n, reterr);
    }
    return r;
}

bool control_has(const Control *c, const char *ruleset, const char *criterion, const char *rule) {
    bool named = false;

    for (size_t i = 0; i < c->n_rules && !named; i++)
        named = strcmp(c->rules[i], rule) == 0;
    for (size_t i = 0; i < c->n_criteria && (named || !c->n_rules); i++) {
        if (strcmp(c->criteria[i].ruleset, ruleset) == 0 &&
            strcmp(c->criteria[i].criterion, criterion) == 0)
            return true;
    }
    return false;
}
