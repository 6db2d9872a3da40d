/*
 * Ruleset: see ruleset.h.
 *
 * The head and the criteria are read here, rules in rulesetrule.c; the criteria first, since rules
 * name them, wherever in the file either stands. A source that holds for all criteria is given
 * once, at the head; a criterion without one of its own is verified there, or says `unverified:
 * true`.
 */
#include "rule/ruleset.h"

#include <nettle/sha2.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/file.h"
#include "base/show.h"
#include "rule/builtin.h"
#include "rule/rulesetfield.h"
#include "rule/tree.h"

const char *const applicability_names[N_APPLICABILITIES] = {"direct", "supporting", "pointer",
                                                            "none"};
const char *const polarity_names[N_POLARITIES] = {"supports", "contradicts", "informs"};

void ruleset_done(Ruleset *r) {
    arena_done(&r->arena);
    *r = (Ruleset){0};
}

int ruleset_criterion(const Ruleset *r, Span id) {
    for (size_t i = 0; i < r->n_criteria; i++) {
        if (span_is(id, r->criteria[i].id))
            return (int)i;
    }
    return -1;
}

/* ---- values ---- */

int ruleset_id(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, RULESET_ID_MAX, r, ret);

    for (const char *c = rc == 0 ? *ret : ""; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

        if (!letter && !(*c >= '0' && *c <= '9') && !strchr(".()-_/ ", *c))
            return node_complain(n, r->reterr, "'%s' is no id, expected letters, digits and .()-_/",
                                 quote(span_of(*ret)).text);
    }
    return rc == 0 ? field_spaced(n, *ret, r) : rc;
}

int ruleset_list(const Node *n, unsigned max, Reader *r, size_t size, void **ret) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && (n->n == 0 || n->n > max))
        return node_complain(n, r->reterr, "%u entries, expected 1 to %u", n->n, max);
    if (rc < 0)
        return rc;
    *ret = arena_array(r->arena, n->n, size);
    return *ret ? 0 : -ENOMEM;
}

static int day_read(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, RULESET_ID_MAX, r, ret);
    Day day;

    if (rc == 0 && !day_parse(span_of(*ret), &day))
        return node_complain(n, r->reterr, "'%s' is no day, expected one such as 2026-01-31",
                             quote(span_of(*ret)).text);
    return rc;
}

static int url_read(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, RULESET_TEXT_MAX, r, ret);

    if (rc == 0 && strncmp(*ret, "https://", 8) != 0)
        return node_complain(n, r->reterr, "'%s', expected an address that begins with https://",
                             quote(span_of(*ret)).text);
    return rc;
}

/* ---- criteria ---- */

typedef struct Reading {
    Ruleset *ruleset;
    const char *source_url, *verified_on; /* of the head, for criteria without their own */
} Reading;

typedef struct CriterionReading {
    Criterion *criterion;
    bool unverified;
} CriterionReading;

#define CRITERION(into) (((CriterionReading *)(into))->criterion)

static int read_criterion_id(const Node *n, Reader *r, void *into) {
    return ruleset_id(n, r, &CRITERION(into)->id);
}

static int read_criterion_title(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &CRITERION(into)->title);
}

static int read_applicability(const Node *n, Reader *r, void *into) {
    size_t i = 0;
    int rc = field_choice(n, applicability_names, N_APPLICABILITIES, "an applicability", r, &i);

    CRITERION(into)->applicability = (Applicability)i;
    return rc;
}

static int read_wants(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &CRITERION(into)->wants);
}

static int read_cannot(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &CRITERION(into)->cannot);
}

static int read_criterion_url(const Node *n, Reader *r, void *into) {
    return url_read(n, r, &CRITERION(into)->source_url);
}

static int read_criterion_day(const Node *n, Reader *r, void *into) {
    return day_read(n, r, &CRITERION(into)->verified_on);
}

static int read_unverified(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((CriterionReading *)into)->unverified);
}

static const Field criterion_fields[] = {
    {"id", read_criterion_id, true},
    {"title", read_criterion_title, true},
    {"applicability", read_applicability, true},
    {"wants", read_wants, false},
    {"cannot_attest", read_cannot, false},
    {"source_url", read_criterion_url, false},
    {"verified_on", read_criterion_day, false},
    {"unverified", read_unverified, false},
};

/* A source and the day on which it was read, or the word that there is none. */
static int source_settle(const Node *n, const Reading *of, bool unverified, Reader *r,
                         Criterion *c) {
    if (unverified && (*c->source_url || *c->verified_on))
        return node_complain(n, r->reterr, "unverified beside a source, expected one of them");
    if (unverified)
        return 0;
    if (!*c->source_url)
        c->source_url = of->source_url;
    if (!*c->verified_on)
        c->verified_on = of->verified_on;
    if (!*c->source_url || !*c->verified_on)
        return node_complain(n, r->reterr,
                             "no source_url and verified_on, here or at the head; expected both, "
                             "or unverified: true");
    return 0;
}

static int criterion_read(const Node *n, const Reading *of, Reader *r) {
    Ruleset *set = of->ruleset;
    Criterion *c = &set->criteria[set->n_criteria];
    CriterionReading to = {.criterion = c};
    int rc;

    *c = (Criterion){
        .wants = "", .cannot = "", .source_url = "", .verified_on = "", .mark = n->mark};
    rc = fields_read(n, criterion_fields, N_ELEMENTS(criterion_fields), r, &to);
    if (rc == 0 && ruleset_criterion(set, span_of(c->id)) >= 0)
        return node_complain(n, r->reterr, "'%s' is declared twice", c->id);
    if (rc == 0)
        rc = source_settle(n, of, to.unverified, r, c);
    if (rc == 0)
        set->n_criteria++;
    return rc;
}

/* ---- the head ---- */

static int read_set_id(const Node *n, Reader *r, void *into) {
    return field_name(n, r, &((Reading *)into)->ruleset->id);
}

static int read_set_version(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_ID_MAX, r, &((Reading *)into)->ruleset->version);
}

static int read_set_title(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TITLE_MAX, r, &((Reading *)into)->ruleset->title);
}

static int read_set_framework(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &((Reading *)into)->ruleset->framework);
}

static int read_set_rights(const Node *n, Reader *r, void *into) {
    return field_text(n, RULESET_TEXT_MAX, r, &((Reading *)into)->ruleset->rights);
}

static int read_set_url(const Node *n, Reader *r, void *into) {
    return url_read(n, r, &((Reading *)into)->source_url);
}

static int read_set_day(const Node *n, Reader *r, void *into) {
    return day_read(n, r, &((Reading *)into)->verified_on);
}

static const Field head_fields[] = {
    {"id", read_set_id, true},
    {"version", read_set_version, true},
    {"title", read_set_title, true},
    {"framework", read_set_framework, true},
    {"content_rights", read_set_rights, true},
    {"source_url", read_set_url, false},
    {"verified_on", read_set_day, false},
};

/* ---- the file ---- */

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, RULESET_FORMAT) != 0)
        return node_complain(n, r->reterr, "'%s', expected " RULESET_FORMAT,
                             quote(span_of(n->text)).text);
    return rc;
}

static int read_head(const Node *n, Reader *r, void *into) {
    return fields_read(n, head_fields, N_ELEMENTS(head_fields), r, into);
}

static int read_criteria(const Node *n, Reader *r, void *into) {
    const Reading *of = into;
    int rc = ruleset_list(n, RULESET_CRITERIA_MAX, r, sizeof(*of->ruleset->criteria),
                          (void **)&of->ruleset->criteria);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = criterion_read(c, of, r);
    return rc;
}

static int read_rules(const Node *n, Reader *r, void *into) {
    Ruleset *set = ((const Reading *)into)->ruleset;
    int rc = ruleset_list(n, RULESET_RULES_MAX, r, sizeof(*set->rules), (void **)&set->rules);

    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next) {
        Rule *rule = &set->rules[set->n_rules];

        rc = ruleset_rule_read(c, set, r, rule);
        for (size_t i = 0; i < set->n_rules && rc == 0; i++) {
            if (strcmp(set->rules[i].id, rule->id) == 0)
                return node_complain(c, r->reterr, "'%s' is the id of two rules", rule->id);
        }
        set->n_rules++;
    }
    return rc;
}

/* In the order in which they are read, wherever they stand. */
static const Field file_fields[] = {
    {"format", read_format, true},
    {"ruleset", read_head, true},
    {"criteria", read_criteria, true},
    {"rules", read_rules, true},
};

static int set_read(const Node *root, Ruleset *set, Error *reterr) {
    Reader r = {.arena = &set->arena, .reterr = reterr};
    Reading to = {.ruleset = set, .source_url = "", .verified_on = ""};

    return fields_read(root, file_fields, N_ELEMENTS(file_fields), &r, &to);
}

int ruleset_read(const char *path, Error *reterr, Ruleset *ret) {
    _cleanup_(ruleset_done) Ruleset set = {0};
    _cleanup_(arena_done) Arena tree = {0};
    _cleanup_(buf_done) Buf bytes = {0};
    const char *label = file_label(path, &set.arena);
    struct sha256_ctx sha;
    const Node *root;
    int r = label ? file_read(path, YAML_BYTES_MAX, reterr, &bytes) : -ENOMEM;

    if (r == 0)
        r = yaml_read(buf_as_span(&bytes), label, &tree, reterr, &root);
    if (r == 0)
        r = set_read(root, &set, reterr);
    if (r < 0)
        return r;
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(set.digest), set.digest);
    *ret = set;
    set.arena = (Arena){0};
    return 0;
}

/* ---- those that Terrier comes with ---- */

/* soc2 of soc2.yaml; 0 for files in directories, which are of other formats. */
static size_t stock_name(const Builtin *b) {
    const char *end = strrchr(b->path, '.');

    return strchr(b->path, '/') || !end ? 0 : (size_t)(end - b->path);
}

int ruleset_stock(Arena *a, const char *const **ret, size_t *ret_n) {
    const char **names = arena_array(a, n_builtin_rulesets, sizeof(*names));
    size_t n = 0;

    if (!names)
        return -ENOMEM;
    for (size_t i = 0; i < n_builtin_rulesets; i++) {
        size_t length = stock_name(&builtin_rulesets[i]);

        if (!length)
            continue;
        names[n] = arena_text(a, span(builtin_rulesets[i].path, length));
        if (!names[n++])
            return -ENOMEM;
    }
    *ret = names;
    *ret_n = n;
    return 0;
}

static int stock_read(const Builtin *b, Error *reterr, Ruleset *ret) {
    _cleanup_(ruleset_done) Ruleset set = {0};
    _cleanup_(arena_done) Arena tree = {0};
    const Node *root;
    int r = tree_read(span(b->tree, b->n), b->path, &tree, &root);

    if (r == 0)
        r = set_read(root, &set, reterr);
    if (r < 0)
        return r;
    memcpy(set.digest, b->digest, sizeof(set.digest));
    set.stock = true;
    *ret = set;
    set.arena = (Arena){0};
    return 0;
}

static int stock_missing(const char *name, Error *reterr) {
    _cleanup_(buf_done) Buf all = {.limit = 400}, shown = {.limit = 200};

    show_text(&shown, name);
    for (size_t i = 0; i < n_builtin_rulesets; i++) {
        size_t length = stock_name(&builtin_rulesets[i]);

        if (length)
            buf_printf(&all, "%s%.*s", all.n ? ", " : "", (int)length, builtin_rulesets[i].path);
    }
    return error_set(reterr, -ENOENT,
                     "there is no ruleset '%s'; expected one of %s, or a file such as ./mine.yaml",
                     buf_cstr(&shown), buf_cstr(&all));
}

int ruleset_find(const char *name, Error *reterr, Ruleset *ret) {
    size_t n = strlen(name);

    if (strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".yaml") == 0))
        return ruleset_read(name, reterr, ret);
    for (size_t i = 0; i < n_builtin_rulesets; i++) {
        const Builtin *b = &builtin_rulesets[i];

        if (stock_name(b) == n && memcmp(b->path, name, n) == 0)
            return stock_read(b, reterr, ret);
    }
    return stock_missing(name, reterr);
}
