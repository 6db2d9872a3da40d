/*
 * Predicate: see predicate.h.
 *
 * The depth of a tree is bounded by that of a file (YAML_DEPTH_MAX), so what walks it may call
 * itself.
 */
#include "rule/predicate.h"

#include "base/buf.h"

enum { TEXT_MAX = 512 };

/* ---- values ---- */

int fact_name_read(const Node *n, Reader *r, CaseFact *ret) {
    int rc = field_kind(n, NODE_TEXT, r);
    const char *nearest;

    if (rc < 0 || fact_parse(span_of(n->text), ret) == 0)
        return rc;
    nearest = fact_nearest(span_of(n->text));
    return node_complain(n, r->reterr, "'%s' is no fact%s%s", quote(span_of(n->text)).text,
                         nearest ? ", expected " : "", nearest ? nearest : "");
}

static int number_read(const Node *n, Reader *r, int64_t *ret) {
    unsigned value = 0;
    int rc = field_number(n, 0, 999999999, r, &value);

    *ret = value;
    return rc;
}

static int word_read(const Node *n, CaseFact fact, Reader *r, int64_t *ret) {
    const FactDefinition *d = fact_definition(fact);
    size_t index = 0;
    int rc = field_choice(n, d->words, d->n_words, d->name, r, &index);

    *ret = (int64_t)index;
    return rc;
}

static int category_read(const Node *n, Reader *r, int64_t *ret) {
    int place, rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    place = category_place(span_of(n->text));
    if (place < 0)
        return node_complain(n, r->reterr, "'%s' is no category, expected an id of the list",
                             quote(span_of(n->text)).text);
    *ret = place;
    return 0;
}

int fact_value_read(const Node *n, CaseFact fact, Reader *r, FactValue *ret) {
    const char *text = NULL;
    bool flag = false;
    int rc;

    *ret = (FactValue){.known = true};
    switch (fact_definition(fact)->type) {
    case FACT_TYPE_WORD:
        return word_read(n, fact, r, &ret->number);
    case FACT_TYPE_CATEGORY:
        return category_read(n, r, &ret->number);
    case FACT_TYPE_NUMBER:
        return number_read(n, r, &ret->number);
    case FACT_TYPE_FLAG:
        rc = field_flag(n, r, &flag);
        ret->number = flag;
        return rc;
    case FACT_TYPE_TEXT:
    default:
        rc = field_text(n, TEXT_MAX, r, &text);
        ret->text = rc == 0 ? span_of(text) : (Span){0};
        return rc;
    }
}

/* ---- leaves ---- */

static int value_add(Predicate *c, const Node *n, Reader *r) {
    FactValue v;
    int rc = fact_value_read(n, c->fact, r, &v);

    if (rc < 0)
        return rc;
    switch (fact_definition(c->fact)->type) {
    case FACT_TYPE_WORD:
    case FACT_TYPE_FLAG:
        c->words |= UINT64_C(1) << v.number;
        break;
    case FACT_TYPE_CATEGORY:
        category_set_add(&c->categories, (size_t)v.number);
        break;
    case FACT_TYPE_NUMBER:
        c->numbers[c->n++] = v.number;
        break;
    case FACT_TYPE_TEXT:
    default:
        c->texts[c->n++] = (const char *)v.text.at;
    }
    return 0;
}

static int written_keep(Predicate *c, const Node *list, Reader *r) {
    _cleanup_(buf_done) Buf b = {0};

    if (list->kind == NODE_TEXT)
        buf_text(&b, list->text);
    for (const Node *n = list->kind == NODE_LIST ? list->first : NULL; n; n = n->next)
        buf_printf(&b, "%s%s", n->index ? ", " : "", n->text);
    c->written = buf_error(&b) < 0 ? NULL : arena_text(r->arena, buf_as_span(&b));
    return c->written ? 0 : -ENOMEM;
}

static int values_read(Predicate *c, const Node *list, Reader *r) {
    int rc = field_kind(list, NODE_LIST, r);

    if (rc < 0)
        return rc;
    if (list->n == 0 || list->n > PREDICATE_VALUES_MAX)
        return node_complain(list, r->reterr, "%u values, expected 1 to %d", list->n,
                             PREDICATE_VALUES_MAX);
    c->texts = arena_array(r->arena, list->n, sizeof(*c->texts));
    c->numbers = arena_array(r->arena, list->n, sizeof(*c->numbers));
    if (!c->texts || !c->numbers)
        return -ENOMEM;
    for (const Node *n = list->first; n && rc == 0; n = n->next)
        rc = value_add(c, n, r);
    return rc;
}

/* A single value, as a list of one. */
static int single_read(Predicate *c, const Node *n, Reader *r) {
    c->texts = arena_array(r->arena, 1, sizeof(*c->texts));
    c->numbers = arena_array(r->arena, 1, sizeof(*c->numbers));
    return c->texts && c->numbers ? value_add(c, n, r) : -ENOMEM;
}

static int under_read(Predicate *c, const Node *n, Reader *r) {
    int rc = field_kind(n, NODE_TEXT, r);
    const char *nearest;

    if (rc < 0)
        return rc;
    if (fact_definition(c->fact)->type != FACT_TYPE_CATEGORY)
        return node_complain_key(n, r->reterr, "%s has no groups, expected in or is",
                                 fact_definition(c->fact)->name);
    if (category_under(span_of(n->text), &c->categories) == 0)
        return 0;
    nearest = name_nearest(span_of(n->text), group_names, n_groups);
    return node_complain(n, r->reterr, "'%s' is no group and begins no category%s%s",
                         quote(span_of(n->text)).text, nearest ? ", expected " : "",
                         nearest ? nearest : "");
}

static int bound_read(Predicate *c, const Node *n, Reader *r) {
    const FactDefinition *d = fact_definition(c->fact);
    FactValue v;
    int rc;

    if (d->type != FACT_TYPE_NUMBER && !d->ordered)
        return node_complain_key(n, r->reterr, "%s has no order, expected in or is", d->name);
    rc = fact_value_read(n, c->fact, r, &v);
    c->number = v.number;
    return rc;
}

static int known_read(Predicate *c, const Node *n, Reader *r) {
    bool flag = false;
    int rc = field_flag(n, r, &flag);

    c->number = flag;
    return rc;
}

static const struct {
    const char *key;
    PredicateKind kind;
    int (*read)(Predicate *c, const Node *n, Reader *r);
} comparisons[] = {
    {"in", PREDICATE_IN, values_read},          {"is", PREDICATE_IN, single_read},
    {"under", PREDICATE_UNDER, under_read},     {"at_least", PREDICATE_AT_LEAST, bound_read},
    {"at_most", PREDICATE_AT_MOST, bound_read}, {"known", PREDICATE_KNOWN, known_read},
};

/* {fact: F, COMPARISON: V}: these two keys and no other. */
static int leaf_read(const Node *n, Predicate *c, Reader *r) {
    static const char *const names[] = {"fact",     "in",      "is",   "under",
                                        "at_least", "at_most", "known"};
    int rc = fact_name_read(node_get(n, "fact"), r, &c->fact);

    if (rc < 0)
        return rc;
    for (const Node *value = n->first; value; value = value->next) {
        for (size_t i = 0; i < N_ELEMENTS(comparisons); i++) {
            if (n->n != 2 || strcmp(value->key, comparisons[i].key) != 0)
                continue;
            c->kind = comparisons[i].kind;
            rc = comparisons[i].read(c, value, r);
            return rc < 0 ? rc : written_keep(c, value, r);
        }
        if (!name_nearest(span_of(value->key), names, N_ELEMENTS(names)) && strlen(value->key))
            return node_complain_key(value, r->reterr,
                                     "unknown key, expected one of in, is, under, at_least, "
                                     "at_most, known");
    }
    return node_complain(n, r->reterr,
                         "expected fact and one of in, is, under, at_least, at_most, known");
}

/* ---- trees ---- */

static int parts_read(const Node *list, Predicate *c, Reader *r) {
    const Predicate **to = &c->inside;
    int rc = field_kind(list, NODE_LIST, r);

    if (rc == 0 && list->n == 0)
        return node_complain(list, r->reterr, "an empty list, expected at least one");
    for (const Node *n = rc == 0 ? list->first : NULL; n && rc == 0; n = n->next) {
        rc = predicate_read(n, r, to);
        if (rc == 0)
            to = &((Predicate *)*to)->next;
    }
    return rc;
}

static int tree_read_one(const Node *n, Predicate *c, Reader *r) {
    if (n->n != 1)
        return node_complain(n, r->reterr, "expected one of fact, all, any, not");
    if (strcmp(n->first->key, "all") == 0)
        return c->kind = PREDICATE_ALL, parts_read(n->first, c, r);
    if (strcmp(n->first->key, "any") == 0)
        return c->kind = PREDICATE_ANY, parts_read(n->first, c, r);
    if (strcmp(n->first->key, "not") == 0)
        return c->kind = PREDICATE_NOT, predicate_read(n->first, r, &c->inside);
    return node_complain_key(n->first, r->reterr, "unknown key, expected fact, all, any or not");
}

int predicate_read(const Node *n, Reader *r, const Predicate **ret) {
    int rc = field_kind(n, NODE_MAP, r);
    Predicate *c;

    if (rc < 0)
        return rc;
    c = arena_new(r->arena, Predicate);
    if (!c)
        return -ENOMEM;
    rc = node_get(n, "fact") ? leaf_read(n, c, r) : tree_read_one(n, c, r);
    if (rc == 0)
        *ret = c;
    return rc;
}

/* ---- as text ---- */

static void parts_print(const Predicate *c, const char *between, Buf *to) {
    for (const Predicate *p = c->inside; p; p = p->next) {
        bool tree = p->kind == PREDICATE_ALL || p->kind == PREDICATE_ANY;

        buf_text(to, p == c->inside ? "" : between);
        buf_text(to, tree ? "(" : "");
        predicate_print(p, to);
        buf_text(to, tree ? ")" : "");
    }
}

static const char *verb_of(const Predicate *c) {
    switch (c->kind) {
    case PREDICATE_UNDER:
        return "under";
    case PREDICATE_AT_LEAST:
        return "at least";
    case PREDICATE_AT_MOST:
        return "at most";
    default:
        return "is";
    }
}

void predicate_print(const Predicate *c, Buf *to) {
    const char *name = fact_definition(c->fact)->name;

    switch (c->kind) {
    case PREDICATE_ALL:
        parts_print(c, " and ", to);
        break;
    case PREDICATE_ANY:
        parts_print(c, " or ", to);
        break;
    case PREDICATE_NOT:
        buf_text(to, "not ");
        predicate_print(c->inside, to);
        break;
    case PREDICATE_KNOWN:
        buf_printf(to, "%s %s", name, c->number ? "known" : "unknown");
        break;
    default:
        buf_printf(to, "%s %s %s", name, verb_of(c), c->written);
    }
}
