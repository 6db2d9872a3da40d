/*
 * Field: see field.h.
 *
 * The nearest name is that of the smallest edit distance (insert, remove, replace, each 1), if a
 * third of its letters at most are wrong; words are cut to 32 bytes before, so the cost of a
 * hostile key is bounded.
 */
#include "rule/field.h"

#include "base/buf.h"

#define NEAREST_MAX 32
#define NAMES_MAX   32
#define NAME_BYTES  64

static size_t min3(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t edit_distance(Span a, Span b) {
    size_t row[NEAREST_MAX + 1];

    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t above = row[j];

            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a.at[i - 1] != b.at[j - 1]));
            diagonal = above;
        }
    }
    return row[b.n];
}

static Span cut(Span s) {
    return span(s.at, s.n < NEAREST_MAX ? s.n : NEAREST_MAX);
}

const char *name_nearest(Span word, const char *const *names, size_t n) {
    const char *nearest = NULL;
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        Span name = cut(span_of(names[i]));
        size_t d = edit_distance(cut(word), name);

        if (d < least && d <= (name.n + 2) / 3) {
            least = d;
            nearest = names[i];
        }
    }
    return nearest;
}

/* "low, medium or high" */
static void names_print(Buf *b, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_text(b, i + 1 < n ? ", " : " or ");
        buf_text(b, names[i]);
    }
}

static int unknown_key(const Node *c, const char *const *names, size_t n, Reader *r) {
    _cleanup_(buf_done) Buf all = {.limit = 400};
    const char *nearest = name_nearest(span_of(c->key), names, n);

    if (nearest)
        return node_complain_key(c, r->reterr, "unknown key, expected %s", nearest);
    names_print(&all, names, n);
    return node_complain_key(c, r->reterr, "unknown key, expected %s", buf_cstr(&all));
}

int fields_read(const Node *map, const Field *fields, size_t n, Reader *r, void *into) {
    const char *names[NAMES_MAX];
    int rc = field_kind(map, NODE_MAP, r);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n && i < NAMES_MAX; i++)
        names[i] = fields[i].key;
    for (const Node *c = map->first; c; c = c->next) {
        size_t i = 0;

        while (i < n && strcmp(c->key, fields[i].key) != 0)
            i++;
        if (i == n)
            return unknown_key(c, names, n, r);
    }
    for (size_t i = 0; i < n; i++) {
        const Node *c = node_get(map, fields[i].key);

        if (!c && fields[i].required)
            return node_complain(map, r->reterr, "no %s, expected this key too", fields[i].key);
        rc = c ? fields[i].read(c, r, into) : 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}

int field_kind(const Node *n, NodeKind kind, Reader *r) {
    static const char *const names[] = {
        [NODE_TEXT] = "text", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};

    if (n->kind == kind)
        return 0;
    if (n->kind == NODE_TEXT && !*n->text)
        return node_complain(n, r->reterr, "nothing, expected %s", names[kind]);
    return node_complain(n, r->reterr, "%s, expected %s", names[n->kind], names[kind]);
}

int field_lines(const Node *n, size_t max, Reader *r, const char **ret) {
    size_t size;
    int rc = field_kind(n, NODE_TEXT, r);
    char *text;

    if (rc < 0)
        return rc;
    size = strlen(n->text);
    if (size == 0)
        return node_complain(n, r->reterr, "nothing, expected text");
    if (size > max)
        return node_complain(n, r->reterr, "%zu bytes, expected at most %zu", size, max);
    text = arena_text(r->arena, span(n->text, size));
    if (!text)
        return -ENOMEM;
    *ret = text;
    return 0;
}

int field_text(const Node *n, size_t max, Reader *r, const char **ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    for (const char *c = n->text; *c; c++) {
        if ((uint8_t)*c < 0x20 || *c == 0x7f)
            return node_complain(n, r->reterr, "control byte \\x%02x, expected one line of text",
                                 (uint8_t)*c);
    }
    return field_lines(n, max, r, ret);
}

int field_name(const Node *n, Reader *r, const char **ret) {
    int rc = field_text(n, NAME_BYTES, r, ret);

    for (const char *c = rc == 0 ? *ret : ""; *c; c++) {
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && !strchr(".-_", *c))
            return node_complain(n, r->reterr, "'%s' is not a name, expected a-z 0-9 . - _",
                                 quote(span_of(*ret)).text);
    }
    return rc;
}

int field_lower(const Node *n, const char *text, Reader *r) {
    for (const char *c = text; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            return node_complain(n, r->reterr, "'%s', expected lower case",
                                 quote(span_of(text)).text);
    }
    return 0;
}

int field_spaced(const Node *n, const char *text, Reader *r) {
    if (text[0] == ' ' || text[strlen(text) - 1] == ' ' || strstr(text, "  "))
        return node_complain(n, r->reterr, "'%s', expected single spaces, between words only",
                             quote(span_of(text)).text);
    return 0;
}

int field_words(const Node *n, const char *text, Reader *r) {
    int rc = field_lower(n, text, r);

    return rc < 0 ? rc : field_spaced(n, text, r);
}

int field_number(const Node *n, unsigned min, unsigned max, Reader *r, unsigned *ret) {
    unsigned value = 0;
    const char *c;
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    for (c = n->text; *c >= '0' && *c <= '9' && c - n->text < 9; c++)
        value = value * 10 + (unsigned)(*c - '0');
    if (c == n->text || *c || value < min || value > max)
        return node_complain(n, r->reterr, "'%s', expected a number from %u to %u",
                             quote(span_of(n->text)).text, min, max);
    *ret = value;
    return 0;
}

int field_flag(const Node *n, Reader *r, bool *ret) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    if (strcmp(n->text, "true") != 0 && strcmp(n->text, "false") != 0)
        return node_complain(n, r->reterr, "'%s', expected true or false",
                             quote(span_of(n->text)).text);
    *ret = n->text[0] == 't';
    return 0;
}

int field_choice(const Node *n, const char *const *names, size_t n_names, const char *what,
                 Reader *r, size_t *ret) {
    _cleanup_(buf_done) Buf all = {.limit = 400};
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n_names; i++) {
        if (strcmp(n->text, names[i]) == 0) {
            *ret = i;
            return 0;
        }
    }
    names_print(&all, names, n_names);
    return node_complain(n, r->reterr, "'%s' is not %s, expected %s", quote(span_of(n->text)).text,
                         what, buf_cstr(&all));
}

int field_list(const Node *n, size_t max, FieldCheck *check, Reader *r, const char ***ret,
               size_t *ret_n) {
    const char **at;
    size_t i = 0;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc < 0)
        return rc;
    at = arena_array(r->arena, n->n, sizeof(*at));
    if (!at)
        return -ENOMEM;
    for (const Node *c = n->first; c; c = c->next, i++) {
        rc = field_text(c, max, r, &at[i]);
        if (rc == 0 && check)
            rc = check(c, at[i], r);
        if (rc < 0)
            return rc;
    }
    *ret = at;
    *ret_n = n->n;
    return 0;
}
