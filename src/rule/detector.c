/*
 * Detector: see detector.h. The vocabulary of `format: detector/1` as tables of keys.
 *
 * Each reader below types one key; what holds between keys (a required context needs words) is
 * checked at the end. Hostile input was bounded by rule/yaml.c; here only meaning is judged.
 */
#include "rule/detector.h"

#include "rule/match.h"
#include "rule/region.h"

#define FORMAT         "detector/1"
#define ID_MAX         64
#define TITLE_MAX      200
#define WORD_MAX       96
#define TEXT_MAX       512
#define EXAMPLE_MAX    16384
#define WITHIN_MAX     256
#define WITHIN_USUAL   64
#define KEEP_MAX       12
#define CATEGORIES_MAX 256

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, FORMAT) != 0)
        return node_complain(n, r->reterr, "'%s', expected %s", quote(span_of(n->text)).text,
                             FORMAT);
    return rc;
}

/* `family.thing`: parts that begin with a letter, joined by dots. */
static bool is_id(const char *id) {
    bool begin = true;
    unsigned parts = 1;

    for (const char *c = id; *c; c++) {
        bool letter = *c >= 'a' && *c <= 'z', digit = *c >= '0' && *c <= '9';

        if (begin ? !letter : !letter && !digit && *c != '-' && *c != '.')
            return false;
        begin = *c == '.';
        parts += begin;
    }
    return !begin && parts > 1;
}

static int read_id(const Node *n, Reader *r, void *into) {
    Detector *d = into;
    int rc = field_text(n, ID_MAX, r, &d->id);

    if (rc < 0)
        return rc;
    if (!is_id(d->id))
        return node_complain(n, r->reterr, "'%s' is not an id, expected family.thing of a-z 0-9 -",
                             quote(span_of(d->id)).text);
    d->mark = n->mark;
    return 0;
}

static int read_title(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_text(n, TITLE_MAX, r, &d->title);
}

static const char *category_nearest(Span word) {
    const char *names[CATEGORIES_MAX];
    const Category *all;
    size_t n = category_all(&all);

    n = n < CATEGORIES_MAX ? n : CATEGORIES_MAX;
    for (size_t i = 0; i < n; i++)
        names[i] = all[i].id;
    return name_nearest(word, names, n);
}

static int read_category(const Node *n, Reader *r, void *into) {
    Detector *d = into;
    const char *nearest;
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    d->category = category_find(span_of(n->text));
    if (d->category)
        return 0;
    nearest = category_nearest(span_of(n->text));
    return node_complain(n, r->reterr, "'%s' is not a category, expected %s",
                         quote(span_of(n->text)).text,
                         nearest ? nearest : "one of docs/design/categories.md");
}

static int region_check(const Node *n, const char *text, Reader *r) {
    const char *expected = region_expected(span_of(text));

    if (expected)
        return node_complain(n, r->reterr, "'%s' is not a region, expected %s",
                             quote(span_of(text)).text, expected);
    return 0;
}

static int read_regions(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_list(n, TEXT_MAX, region_check, r, &d->regions.at, &d->regions.n);
}

static int read_tier(const Node *n, Reader *r, void *into) {
    const char *names[N_TIERS];
    Detector *d = into;
    size_t i;
    int rc;

    for (Tier t = 0; t < N_TIERS; t++)
        names[t] = tier_name(t);
    rc = field_choice(n, names, N_TIERS, "a tier", r, &i);
    if (rc == 0)
        d->tier = (Tier)i;
    return rc;
}

static int read_match(const Node *n, Reader *r, void *into) {
    return matches_read(n, r, into);
}

static int read_validate(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_name(n, r, &d->validate);
}

/* context */

static int words_read(const Node *n, Reader *r, Words *ret) {
    return field_list(n, WORD_MAX, field_words, r, &ret->at, &ret->n);
}

static int read_near(const Node *n, Reader *r, void *into) {
    return words_read(n, r, &((Context *)into)->near);
}

static int read_not_near(const Node *n, Reader *r, void *into) {
    return words_read(n, r, &((Context *)into)->not_near);
}

static int read_columns(const Node *n, Reader *r, void *into) {
    return words_read(n, r, &((Context *)into)->columns);
}

static int read_whole_columns(const Node *n, Reader *r, void *into) {
    return words_read(n, r, &((Context *)into)->whole_columns);
}

static int read_not_columns(const Node *n, Reader *r, void *into) {
    return words_read(n, r, &((Context *)into)->not_columns);
}

static int read_within(const Node *n, Reader *r, void *into) {
    Context *c = into;
    unsigned within = 0;
    int rc = field_number(n, 1, WITHIN_MAX, r, &within);

    if (rc == 0)
        c->within = (uint16_t)within;
    return rc;
}

static int read_required(const Node *n, Reader *r, void *into) {
    Context *c = into;
    int rc = field_flag(n, r, &c->required);

    if (rc == 0 && c->required && c->near.n + c->columns.n + c->whole_columns.n == 0)
        return node_complain(n, r->reterr, "never met, expected near or columns beside it");
    return rc;
}

/* `required` comes last: it asks for the words. */
static const Field context_fields[] = {
    {"near", read_near, false},
    {"not_near", read_not_near, false},
    {"columns", read_columns, false},
    {"whole_columns", read_whole_columns, false},
    {"not_columns", read_not_columns, false},
    {"within", read_within, false},
    {"required", read_required, false},
};

static int read_context(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return fields_read(n, context_fields, N_ELEMENTS(context_fields), r, &d->context);
}

/* mask */

static int keep_read(const Node *n, Reader *r, uint8_t *ret) {
    unsigned keep = 0;
    int rc = field_number(n, 0, KEEP_MAX, r, &keep);

    if (rc == 0)
        *ret = (uint8_t)keep;
    return rc;
}

static int read_keep_first(const Node *n, Reader *r, void *into) {
    return keep_read(n, r, &((Mask *)into)->keep_first);
}

static int read_keep_last(const Node *n, Reader *r, void *into) {
    return keep_read(n, r, &((Mask *)into)->keep_last);
}

static int read_style(const Node *n, Reader *r, void *into) {
    static const char *const names[] = {"email"};
    Mask *m = into;
    size_t i;
    int rc = field_choice(n, names, N_ELEMENTS(names), "a style", r, &i);

    if (rc == 0)
        m->email = true;
    return rc;
}

static const Field mask_fields[] = {
    {"keep_first", read_keep_first, false},
    {"keep_last", read_keep_last, false},
    {"style", read_style, false},
};

static int read_mask(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return fields_read(n, mask_fields, N_ELEMENTS(mask_fields), r, &d->mask);
}

/* Lists of text */

static int read_test_values(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_list(n, TEXT_MAX, NULL, r, &d->test_values.at, &d->test_values.n);
}

static int read_stop_values(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_list(n, TEXT_MAX, field_lower, r, &d->stop_values.at, &d->stop_values.n);
}

static int read_references(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return field_list(n, TEXT_MAX, NULL, r, &d->references.at, &d->references.n);
}

static int read_table(const Node *n, Reader *r, void *into) {
    Example *e = into;

    e->table = true;
    return field_lines(n, EXAMPLE_MAX, r, &e->text);
}

static const Field example_fields[] = {{"table", read_table, true}};

/* A text, or {table: TEXT}. */
static int example_read(const Node *n, Reader *r, Example *ret) {
    *ret = (Example){.mark = n->mark};
    if (n->kind == NODE_MAP)
        return fields_read(n, example_fields, N_ELEMENTS(example_fields), r, ret);
    return field_lines(n, EXAMPLE_MAX, r, &ret->text);
}

static int examples_read(const Node *n, Reader *r, Example **ret, size_t *ret_n) {
    Example *at;
    size_t i = 0;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc < 0)
        return rc;
    if (n->n == 0)
        return node_complain(n, r->reterr,
                             "an empty list: a detector carries its proof, expected at least one");
    at = arena_array(r->arena, n->n, sizeof(*at));
    if (!at)
        return -ENOMEM;
    for (const Node *c = n->first; c && rc == 0; c = c->next)
        rc = example_read(c, r, &at[i++]);
    if (rc < 0)
        return rc;
    *ret = at;
    *ret_n = n->n;
    return 0;
}

static int read_examples(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return examples_read(n, r, &d->examples, &d->n_examples);
}

static int read_negative_examples(const Node *n, Reader *r, void *into) {
    Detector *d = into;

    return examples_read(n, r, &d->negative_examples, &d->n_negative_examples);
}

static const Field detector_fields[] = {
    {"format", read_format, true},
    {"id", read_id, true},
    {"title", read_title, true},
    {"category", read_category, true},
    {"regions", read_regions, false},
    {"tier", read_tier, false},
    {"match", read_match, true},
    {"validate", read_validate, false},
    {"context", read_context, false},
    {"mask", read_mask, false},
    {"test_values", read_test_values, false},
    {"stop_values", read_stop_values, false},
    {"examples", read_examples, false},
    {"negative_examples", read_negative_examples, false},
    {"references", read_references, false},
};

static int proof_check(const Node *root, const Detector *d, Error *reterr) {
    const char *missing = !d->n_examples ? "examples" : "negative_examples";

    if (d->n_examples && d->n_negative_examples)
        return 0;
    return node_complain(root, reterr, "no %s: a detector carries its proof, expected at least one",
                         missing);
}

/* What is found by the name of its column needs such names. */
static int columns_check(const Detector *d, Error *reterr) {
    for (size_t i = 0; i < d->n_matches; i++) {
        const RuleMark *m = &d->matches[i].mark;

        if (d->matches[i].kind == MATCH_COLUMNS &&
            d->context.columns.n + d->context.whole_columns.n == 0)
            return error_set(reterr, -EINVAL,
                             "%s:%u:%u: match: found in named columns only, expected "
                             "context.columns or context.whole_columns beside it",
                             m->file, m->line, m->col);
    }
    return 0;
}

int detector_read(const Node *root, Arena *arena, Error *reterr, Detector *ret) {
    Reader r = {.arena = arena, .reterr = reterr};
    Detector d = {.tier = N_TIERS, .context.within = WITHIN_USUAL};
    int rc = fields_read(root, detector_fields, N_ELEMENTS(detector_fields), &r, &d);

    if (rc == 0)
        rc = proof_check(root, &d, reterr);
    if (rc == 0)
        rc = columns_check(&d, reterr);
    if (rc < 0)
        return rc;
    if (d.tier == N_TIERS)
        d.tier = d.category->tier;
    *ret = d;
    return 0;
}
