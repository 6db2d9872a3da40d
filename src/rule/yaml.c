/*
 * Yaml: see yaml.h.
 *
 * Two passes. text_check() walks the bytes once and refuses what no file of ours holds (invalid
 * UTF-8, control bytes, tabs in the indentation), with a line and column of its own, which libyaml
 * would not give. Then libyaml's events, never its documents, build the tree: `open` is the path
 * from the root to the list or map being filled, so depth is bounded by an array and nothing
 * recurses. A key is held in `key` until the event of its value. Keys that stand twice are found
 * when their map ends, by sorting, so that a map of many keys costs n log n.
 */
#include "rule/yaml.h"

#include <stdarg.h>
#include <yaml.h>

#include "base/buf.h"

typedef struct Reading {
    Arena *arena;
    Error *reterr;
    const char *file;
    Node *open[YAML_DEPTH_MAX];
    size_t depth;
    const char *key;
    RuleMark key_mark;
    Node *root;
    size_t n_nodes;
    unsigned n_documents;
} Reading;

/* Messages */

Quote quote(Span s) {
    static const char hex[] = "0123456789abcdef";
    size_t n = s.n < QUOTE_MAX ? s.n : QUOTE_MAX;
    Quote q = {0};
    char *out = q.text;

    while (n < s.n && n > 0 && (s.at[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = s.at[i];
        bool c1 = (c == 0xc2 && i + 1 < n && s.at[i + 1] < 0xa0) ||
                  (i > 0 && s.at[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0);

        if (c < 0x20 || c == 0x7f || c1) {
            *out++ = '\\';
            *out++ = 'x';
            *out++ = hex[c >> 4];
            *out++ = hex[c & 15];
        } else {
            *out++ = (char)c;
        }
    }
    if (n < s.n)
        memcpy(out, "...", 3);
    return q;
}

/* `match.0.base`; depth is bounded, so recursion is. */
static void path_print(const Node *n, Buf *b) {
    if (!n->parent)
        return;
    path_print(n->parent, b);
    if (b->n)
        buf_byte(b, '.');
    if (n->key)
        buf_text(b, quote(span_of(n->key)).text);
    else
        buf_printf(b, "%u", n->index);
}

static int complain(const Node *n, RuleMark at, Error *reterr, const char *format, va_list args) {
    _cleanup_(buf_done) Buf path = {.limit = 256};
    char message[512];

    path_print(n, &path);
    vsnprintf(message, sizeof(message), format, args);
    return error_set(reterr, -EINVAL, "%s:%u:%u: %s%s%s", at.file, at.line, at.col, buf_cstr(&path),
                     path.n ? ": " : "", message);
}

int node_complain(const Node *n, Error *reterr, const char *format, ...) {
    va_list args;
    int r;

    va_start(args, format);
    r = complain(n, n->mark, reterr, format, args);
    va_end(args);
    return r;
}

int node_complain_key(const Node *n, Error *reterr, const char *format, ...) {
    va_list args;
    int r;

    va_start(args, format);
    r = complain(n, n->key ? n->key_mark : n->mark, reterr, format, args);
    va_end(args);
    return r;
}

/* First pass: the bytes */

/* The length of the character at s[0] and its code point; 0 if it is not UTF-8 (RFC 3629). */
static size_t utf8_step(Span s, uint32_t *ret) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t c = s.at[0];
    size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    uint32_t code = n < 2 ? c : c & (0x7fu >> n);

    if (n == 0 || n > s.n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s.at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s.at[i] & 0x3f);
    }
    if (code < least[n] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
        return 0;
    *ret = code;
    return n;
}

static bool is_control(uint32_t code) {
    return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7f ||
           (code >= 0x80 && code < 0xa0 && code != 0x85) || code == 0xfffe || code == 0xffff;
}

static int text_check(Span s, const Node *place, bool tabs, Error *reterr) {
    Node at = *place;
    bool indent = true;
    uint32_t code = 0;

    for (size_t i = 0, n; i < s.n; i += n) {
        n = utf8_step(span(s.at + i, s.n - i), &code);
        if (n == 0)
            return node_complain(&at, reterr, "byte \\x%02x is not UTF-8, expected text in UTF-8",
                                 s.at[i]);
        if (is_control(code))
            return node_complain(&at, reterr, "control character U+%04X, expected text", code);
        if (code == '\t' && indent && !tabs)
            return node_complain(&at, reterr, "a tab in the indentation, expected spaces");
        indent = code == '\n' || (indent && code == ' ');
        at.mark.line += code == '\n';
        at.mark.col = code == '\n' ? 1 : at.mark.col + 1;
    }
    return 0;
}

/* Second pass: the events */

static RuleMark mark_of(const Reading *r, yaml_mark_t m) {
    return (RuleMark){.file = r->file, .line = (unsigned)m.line + 1, .col = (unsigned)m.column + 1};
}

static Node *reading_top(const Reading *r) {
    return r->depth ? r->open[r->depth - 1] : NULL;
}

/* What would stand at this place: for messages, and the beginning of each node. */
static Node reading_place(const Reading *r, yaml_mark_t at) {
    const Node *top = reading_top(r);
    Node place = {.parent = top, .key = r->key, .key_mark = r->key_mark};

    if (top)
        place.index = top->n;
    if (top && top->kind == NODE_MAP && !r->key) /* where a key would stand: the map's own path */
        place = (Node){.parent = top->parent, .key = top->key, .index = top->index};
    place.mark = mark_of(r, at);
    return place;
}

/* Puts a node into the open list or map, under the key that was read. */
static int reading_add(Reading *r, NodeKind kind, yaml_mark_t at, Node **ret) {
    Node place = reading_place(r, at), *top = reading_top(r), *n;

    if (++r->n_nodes > YAML_NODES_MAX)
        return node_complain(&place, r->reterr, "too many values, expected at most %u a file",
                             YAML_NODES_MAX);
    n = arena_new(r->arena, Node);
    if (!n)
        return -ENOMEM;
    *n = place;
    n->kind = kind;
    r->key = NULL;
    if (!top) {
        r->root = n;
    } else {
        if (top->last)
            top->last->next = n;
        else
            top->first = n;
        top->last = n;
        top->n++;
    }
    *ret = n;
    return 0;
}

static int read_key(Reading *r, const yaml_event_t *e, const char *text) {
    Node place = reading_place(r, e->start_mark);

    if (!*text)
        return node_complain(&place, r->reterr, "an empty key, expected a word");
    if (strcmp(text, "<<") == 0)
        return node_complain(&place, r->reterr, "a merge key, expected the keys themselves");
    r->key = text;
    r->key_mark = mark_of(r, e->start_mark);
    return 0;
}

static int read_text(Reading *r, const yaml_event_t *e) {
    Span s = span(e->data.scalar.value, e->data.scalar.length);
    Node place = reading_place(r, e->start_mark), *top = reading_top(r), *n;
    char *text;
    int rc;

    if (memchr(s.at, 0, s.n))
        return node_complain(&place, r->reterr, "a NUL character, expected text");
    text = arena_text(r->arena, s);
    if (!text)
        return -ENOMEM;
    if (top && top->kind == NODE_MAP && !r->key)
        return read_key(r, e, text);
    rc = reading_add(r, NODE_TEXT, e->start_mark, &n);
    if (rc < 0)
        return rc;
    n->text = text;
    return 0;
}

static int read_open(Reading *r, NodeKind kind, const yaml_event_t *e) {
    Node place = reading_place(r, e->start_mark), *top = reading_top(r), *n = NULL;
    int rc;

    if (top && top->kind == NODE_MAP && !r->key)
        return node_complain(&place, r->reterr, "a key that is a %s, expected a word",
                             kind == NODE_LIST ? "list" : "map");
    if (r->depth == YAML_DEPTH_MAX)
        return node_complain(&place, r->reterr, "too deep, expected at most %d levels",
                             YAML_DEPTH_MAX);
    rc = reading_add(r, kind, e->start_mark, &n);
    if (rc < 0)
        return rc;
    r->open[r->depth++] = n;
    return 0;
}

static int key_cmp(const void *a, const void *b) {
    const Node *x = *(Node *const *)a, *y = *(Node *const *)b;
    int r = strcmp(x->key, y->key);

    return r ? r : (x->index > y->index) - (x->index < y->index);
}

static int read_close_map(Reading *r, const Node *map) {
    _cleanup_(free_p) const Node **sorted = NULL;
    const Node *again = NULL;
    RuleMark first = {0};
    size_t n = 0;

    if (map->n < 2)
        return 0;
    sorted = calloc(map->n, sizeof(*sorted));
    if (!sorted)
        return -ENOMEM;
    for (const Node *c = map->first; c; c = c->next)
        sorted[n++] = c;
    qsort(sorted, n, sizeof(*sorted), key_cmp);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i]->key, sorted[i - 1]->key) == 0 &&
            (!again || sorted[i]->index < again->index)) {
            again = sorted[i];
            first = sorted[i - 1]->key_mark;
        }
    }
    if (!again)
        return 0;
    return node_complain_key(again, r->reterr, "the same key as at %u:%u, expected each key once",
                             first.line, first.col);
}

static int read_document(Reading *r, const yaml_event_t *e) {
    Node place = reading_place(r, e->start_mark);

    if (e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end)
        return node_complain(&place, r->reterr, "a tag directive, expected plain values");
    if (++r->n_documents > 1)
        return node_complain(&place, r->reterr, "a second document, expected one a file");
    return 0;
}

/* Anchors and tags stand on three kinds of event. */
static int read_properties(const Reading *r, const yaml_event_t *e) {
    Node place = reading_place(r, e->start_mark);
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    }
    if (anchor)
        return node_complain(&place, r->reterr, "an anchor, expected the value alone");
    if (tag)
        return node_complain(&place, r->reterr, "a tag, expected the value alone");
    return 0;
}

static int read_event(Reading *r, const yaml_event_t *e) {
    Node place = reading_place(r, e->start_mark);
    int rc = read_properties(r, e);

    if (rc < 0)
        return rc;
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return read_document(r, e);
    case YAML_ALIAS_EVENT:
        return node_complain(&place, r->reterr, "an alias, expected the value itself");
    case YAML_SCALAR_EVENT:
        return read_text(r, e);
    case YAML_SEQUENCE_START_EVENT:
        return read_open(r, NODE_LIST, e);
    case YAML_MAPPING_START_EVENT:
        return read_open(r, NODE_MAP, e);
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return 0;
    case YAML_MAPPING_END_EVENT:
        return read_close_map(r, r->open[--r->depth]);
    default:
        return 0;
    }
}

static int parser_complain(const yaml_parser_t *p, const Reading *r) {
    Node place = reading_place(r, p->problem_mark);

    if (p->error == YAML_MEMORY_ERROR)
        return -ENOMEM;
    return node_complain(&place, r->reterr, "broken YAML: %s",
                         p->problem ? p->problem : "cannot be read");
}

static int read_events(yaml_parser_t *parser, Reading *r) {
    yaml_event_type_t type = YAML_NO_EVENT;

    while (type != YAML_STREAM_END_EVENT) {
        yaml_event_t e;
        int rc;

        if (!yaml_parser_parse(parser, &e))
            return parser_complain(parser, r);
        type = e.type;
        rc = read_event(r, &e);
        yaml_event_delete(&e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

const char *file_label(const char *name, Arena *arena) {
    _cleanup_(buf_done) Buf b = {0};

    for (Span s = span_of(name); s.n; s = span(s.at + 1, s.n - 1)) {
        if (s.at[0] < 0x20 || s.at[0] == 0x7f)
            buf_printf(&b, "\\x%02x", s.at[0]);
        else
            buf_byte(&b, s.at[0]);
    }
    return buf_error(&b) < 0 ? NULL : arena_text(arena, buf_as_span(&b));
}

static int read_bytes(Span bytes, const char *file, bool tabs, Arena *arena, Error *reterr,
                      const Node **ret) {
    Reading r = {.arena = arena, .reterr = reterr, .file = file};
    Node start = reading_place(&r, (yaml_mark_t){0});
    yaml_parser_t parser;
    int rc;

    if (bytes.n > YAML_BYTES_MAX)
        return node_complain(&start, reterr, "too large, expected at most %u bytes",
                             YAML_BYTES_MAX);
    if (span_starts(bytes, span("\xef\xbb\xbf", 3)))
        bytes = span(bytes.at + 3, bytes.n - 3);
    rc = text_check(bytes, &start, tabs, reterr);
    if (rc < 0)
        return rc;
    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, bytes.n ? bytes.at : (const uint8_t *)"", bytes.n);
    rc = read_events(&parser, &r);
    yaml_parser_delete(&parser);
    if (rc < 0)
        return rc;
    if (!r.root)
        return node_complain(&start, reterr, "an empty file, expected a map");
    *ret = r.root;
    return 0;
}

int yaml_read(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret) {
    return read_bytes(bytes, file, false, arena, reterr, ret);
}

int yaml_read_tabs(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret) {
    return read_bytes(bytes, file, true, arena, reterr, ret);
}

const Node *node_get(const Node *map, const char *key) {
    for (const Node *c = map->kind == NODE_MAP ? map->first : NULL; c; c = c->next) {
        if (strcmp(c->key, key) == 0)
            return c;
    }
    return NULL;
}
