/*
 * Condition: see condition.h.
 *
 * A path holds if it matches itself or a directory above it does: who names a folder means what is
 * in it. That costs a match a component, of globs that are bounded themselves.
 */
#include "rule/condition.h"

#include "base/glob.h"

enum { TEXT_MAX = 256, COMPONENTS_MAX = 256 };

/* ---- reading ---- */

static int check_glob(const Node *n, const char *text, Reader *r) {
    Error e = {0};

    return glob_check(span_of(text), &e) < 0 ? node_complain(n, r->reterr, "%s", e.text) : 0;
}

static int list_read(const Node *n, size_t max, FieldCheck *check, Reader *r, Words *ret) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && !n->n)
        return node_complain(n, r->reterr, "an empty list, expected at least one text");
    return rc < 0 ? rc : field_list(n, max, check, r, &ret->at, &ret->n);
}

int globs_read(const Node *n, Reader *r, Words *ret) {
    return list_read(n, GLOB_MAX, check_glob, r, ret);
}

static int several_read(const Node *n, ConditionKind kind, unsigned depth, Reader *r,
                        Condition *ret);

/* A condition that stands in a list of conditions, whose last one it becomes. */
typedef struct Building {
    Condition *at;
    size_t n;
    unsigned depth;
} Building;

static Condition *building_add(Building *b, ConditionKind kind, const Node *n) {
    Condition *c = &b->at[b->n++];

    *c = (Condition){.kind = kind, .mark = n->key ? n->key_mark : n->mark};
    return c;
}

/* The longest run of plain ASCII in a glob; most things are not for most globs, and have none. */
static Span needle_of(const char *glob) {
    Span best = span(glob, 0);

    for (const char *c = glob; *c;) {
        size_t n = strcspn(c, "*?[]\\/");

        if (n > best.n)
            best = span(c, n);
        c += n;
        if (*c == '[' || *c == '\\') /* what follows may be part of it: no more is looked for */
            break;
        c += *c != 0;
    }
    return best;
}

static int read_path(const Node *n, Reader *r, void *into) {
    Condition *c = building_add(into, CONDITION_PATH, n);
    int rc = globs_read(n, r, &c->words);

    if (rc < 0)
        return rc;
    c->needles.at = arena_array(r->arena, c->words.n, sizeof(*c->needles.at));
    for (size_t i = 0; c->needles.at && i < c->words.n; i++) {
        c->needles.at[i] = arena_text(r->arena, needle_of(c->words.at[i]));
        c->needles.n += c->needles.at[i] != NULL;
    }
    return c->needles.n == c->words.n ? 0 : -ENOMEM;
}

static int read_table(const Node *n, Reader *r, void *into) {
    return globs_read(n, r, &building_add(into, CONDITION_TABLE, n)->words);
}

static int read_types(const Node *n, Reader *r, void *into) {
    return list_read(n, TEXT_MAX, field_lower, r, &building_add(into, CONDITION_TYPES, n)->words);
}

static int read_kinds(const Node *n, Reader *r, void *into) {
    const char *names[N_DOC_KINDS];
    Condition *c = building_add(into, CONDITION_KINDS, n);
    int rc = field_kind(n, NODE_LIST, r);

    for (size_t i = 0; i < N_DOC_KINDS; i++)
        names[i] = doc_kind_name((DocKind)i);
    for (const Node *e = rc == 0 ? n->first : NULL; e && rc == 0; e = e->next) {
        size_t kind = 0;

        rc = field_choice(e, names, N_DOC_KINDS, "a kind of document", r, &kind);
        c->kinds |= 1u << kind;
    }
    return rc;
}

static int read_any(const Node *n, Reader *r, void *into) {
    Building *b = into;

    return several_read(n, CONDITION_ANY, b->depth, r, building_add(b, CONDITION_ANY, n));
}

static int read_all(const Node *n, Reader *r, void *into) {
    Building *b = into;

    return several_read(n, CONDITION_ALL, b->depth, r, building_add(b, CONDITION_ALL, n));
}

static int map_read(const Node *n, unsigned depth, Reader *r, Condition *ret);

static int read_not(const Node *n, Reader *r, void *into) {
    Building *b = into;
    Condition *c = building_add(b, CONDITION_NOT, n);

    c->of = arena_new(r->arena, Condition);
    c->n = 1;
    return c->of ? map_read(n, b->depth + 1, r, c->of) : -ENOMEM;
}

static const Field fields[] = {
    {"path", read_path, false},   {"types_any", read_types, false}, {"doc_kind", read_kinds, false},
    {"table", read_table, false}, {"any", read_any, false},         {"all", read_all, false},
    {"not", read_not, false},
};

static int map_read(const Node *n, unsigned depth, Reader *r, Condition *ret) {
    Building b = {.depth = depth};
    int rc = field_kind(n, NODE_MAP, r);

    if (rc < 0)
        return rc;
    if (!n->n)
        return node_complain(n, r->reterr,
                             "an empty map would match everything, expected path, "
                             "types_any, doc_kind, table, any, all or not");
    if (depth > CONDITION_DEPTH_MAX)
        return node_complain(n, r->reterr, "conditions inside each other, expected at most %d",
                             CONDITION_DEPTH_MAX);
    b.at = arena_array(r->arena, N_ELEMENTS(fields), sizeof(*b.at));
    if (!b.at)
        return -ENOMEM;
    rc = fields_read(n, fields, N_ELEMENTS(fields), r, &b);
    *ret = (Condition){.kind = CONDITION_ALL, .of = b.at, .n = b.n, .mark = n->mark};
    return rc;
}

/* The list behind `any` or `all`. */
static int several_read(const Node *n, ConditionKind kind, unsigned depth, Reader *r,
                        Condition *ret) {
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && !n->n)
        return node_complain(n, r->reterr, "an empty list, expected conditions");
    ret->kind = kind;
    ret->of = rc == 0 ? arena_array(r->arena, n->n, sizeof(*ret->of)) : NULL;
    if (rc == 0 && !ret->of)
        return -ENOMEM;
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = map_read(c, depth + 1, r, &ret->of[ret->n++]);
    return rc;
}

int condition_read(const Node *n, Reader *r, Condition *ret) {
    return map_read(n, 1, r, ret);
}

/* ---- holding it against facts ---- */

/* Names in a pattern that are not only a wildcard. */
static unsigned narrowness(const char *glob) {
    unsigned n = 0;
    bool named = false;

    for (const char *c = glob;; c++) {
        if (*c == '/' || !*c) {
            n += named;
            named = false;
        } else if (*c != '*' && *c != '?') {
            named = true;
        }
        if (!*c)
            return n;
    }
}

/* Whether the glob is for the path or for a directory of it. */
static bool glob_holds(const char *glob, Span path) {
    Span g = span_of(glob);

    if (glob_match(g, path, false))
        return true;
    for (size_t i = path.n, n = 0; i > 0 && n < COMPONENTS_MAX; i--) {
        if (path.at[i - 1] != '/')
            continue;
        n++;
        if (i > 1 && glob_match(g, span(path.at, i - 1), true))
            return true;
    }
    return false;
}

/* needles: NULL, all are tried. */
static bool any_holds(const Words *globs, const Words *needles, Span path, unsigned *ret_narrow) {
    bool holds = false;

    *ret_narrow = 0;
    for (size_t i = 0; i < globs->n; i++) {
        const char *needle = needles ? needles->at[i] : "";
        unsigned narrow;

        if (*needle && !memmem(path.at, path.n, needle, strlen(needle)))
            continue;
        if (!glob_holds(globs->at[i], path))
            continue;
        holds = true;
        narrow = narrowness(globs->at[i]);
        *ret_narrow = narrow > *ret_narrow ? narrow : *ret_narrow;
    }
    return holds;
}

bool globs_hold(const Words *globs, Span path, unsigned *ret_narrow) {
    return any_holds(globs, NULL, path, ret_narrow);
}

bool type_is_under(const char *id, const char *type) {
    size_t n = strlen(type);

    if (n && type[n - 1] == '*')
        return strncmp(id, type, n - 1) == 0;
    return strncmp(id, type, n) == 0 && (!id[n] || id[n] == '.');
}

static bool types_hold(const Words *types, const ConditionFacts *f) {
    for (size_t i = 0; i < f->n_types; i++) {
        for (size_t k = 0; k < types->n; k++) {
            if (type_is_under(f->types[i], types->at[k]))
                return true;
        }
    }
    return false;
}

static bool table_holds(const Words *globs, Span table) {
    for (size_t i = 0; table.n && i < globs->n; i++) {
        if (glob_match(span_of(globs->at[i]), table, false))
            return true;
    }
    return false;
}

static bool several_hold(const Condition *c, const ConditionFacts *f, unsigned *ret_narrow) {
    bool any = false;

    for (size_t i = 0; i < c->n; i++) {
        unsigned narrow = 0;
        bool holds = condition_holds(&c->of[i], f, &narrow);

        if (!holds && c->kind == CONDITION_ALL)
            return false;
        any |= holds;
        *ret_narrow = holds && narrow > *ret_narrow ? narrow : *ret_narrow;
    }
    return any || c->kind == CONDITION_ALL;
}

bool condition_holds(const Condition *c, const ConditionFacts *f, unsigned *ret_narrow) {
    unsigned narrow;

    *ret_narrow = 0;
    switch (c->kind) {
    case CONDITION_ANY:
    case CONDITION_ALL:
        return several_hold(c, f, ret_narrow);
    case CONDITION_NOT:
        return !condition_holds(c->of, f, &narrow);
    case CONDITION_PATH:
        return any_holds(&c->words, &c->needles, f->path, ret_narrow);
    case CONDITION_TYPES:
        return types_hold(&c->words, f);
    case CONDITION_KINDS:
        return c->kinds >> f->kind & 1;
    case CONDITION_TABLE:
        return table_holds(&c->words, f->table);
    }
    return false;
}
