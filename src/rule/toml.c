/*
 * Toml: see toml.h.
 *
 * One pass over the bytes. `table` is the map that keys go into: the root, or what the last header
 * opened. While a file is read, the `text` of a map or list says how it came to be, which is what
 * decides whether it may be opened again; nobody looks at it later. Only values in values recurse,
 * YAML_DEPTH_MAX deep.
 */
#include "rule/toml.h"

#include "base/buf.h"
#include "base/utf8.h"

/* Of maps and lists, in Node.text: opened by a header of its own; whole, as a value; neither. */
static const char made_by_header[] = "header", made_as_value[] = "value", made_by_path[] = "path";

typedef struct Toml {
    Span text;
    size_t at;
    unsigned line, col; /* of `at` */
    const char *file;
    Arena *arena;
    Error *reterr;
    Node *root, *table;
    size_t n_nodes;
} Toml;

/* ---- places ---- */

static int peek(const Toml *t) {
    return t->at < t->text.n ? t->text.at[t->at] : -1;
}

static bool looks(const Toml *t, const char *what) {
    return span_starts(span(t->text.at + t->at, t->text.n - t->at), span_of(what));
}

static void skip(Toml *t, size_t n) {
    for (; n && t->at < t->text.n; n--) {
        uint8_t c = t->text.at[t->at++];

        if (c == '\n') {
            t->line++;
            t->col = 1;
        } else {
            t->col += (c & 0xc0) != 0x80;
        }
    }
}

static RuleMark here(const Toml *t) {
    return (RuleMark){.file = t->file, .line = t->line, .col = t->col};
}

static int toml_complain(const Toml *t, const char *message) {
    return node_complain(&(Node){.mark = here(t)}, t->reterr, "%s", message);
}

/* Blanks; `lines`: and line ends and comments. */
static void skip_blank(Toml *t, bool lines) {
    for (int c = peek(t); c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r' || c == '#'));
         c = peek(t)) {
        if (c == '#') {
            const uint8_t *end = memchr(t->text.at + t->at, '\n', t->text.n - t->at);

            skip(t, end ? (size_t)(end - t->text.at) - t->at : t->text.n - t->at);
        } else {
            skip(t, 1);
        }
    }
}

/* ---- nodes ---- */

static int node_add(Toml *t, Node *parent, NodeKind kind, const char *key, RuleMark at,
                    Node **ret) {
    Node *n;

    if (++t->n_nodes > YAML_NODES_MAX)
        return toml_complain(t, "too many values, expected a file of rules");
    if (parent->kind == NODE_MAP && parent->n >= TOML_KEYS_MAX)
        return toml_complain(t, "too many keys in one table, expected a file of rules");
    n = arena_new(t->arena, Node);
    if (!n)
        return -ENOMEM;
    *n = (Node){
        .kind = kind, .index = parent->n, .mark = at, .key_mark = at, .key = key, .parent = parent};
    if (parent->last)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    parent->n++;
    *ret = n;
    return 0;
}

static Node *child(const Node *map, const char *key) {
    return (Node *)node_get(map, key);
}

/* ---- strings ---- */

static int escape_code(Toml *t, unsigned digits, Buf *to) {
    uint8_t bytes[UTF8_MAX];
    uint32_t code = 0;
    size_t n;

    for (; digits; digits--) {
        int c = peek(t);
        int v = c >= '0' && c <= '9'                 ? c - '0'
                : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                     : -1;

        if (v < 0)
            return toml_complain(t, "expected a hexadecimal digit of an escape");
        code = code << 4 | (uint32_t)v;
        skip(t, 1);
    }
    n = code ? utf8_encode(code, bytes) : 0;
    if (!n)
        return toml_complain(t, "an escape of no character");
    buf_add(to, bytes, n);
    return 0;
}

/* Behind the backslash; of a long string, one at the end of a line takes the blanks behind it. */
static int escape_read(Toml *t, bool is_long, Buf *to) {
    static const char from[] = "btnfr\"\\", meaning[] = "\b\t\n\f\r\"\\";
    int c = peek(t);
    const char *p = c > 0 ? strchr(from, c) : NULL;

    if (is_long && (c == '\n' || c == '\r' || c == ' ' || c == '\t')) {
        size_t start = t->line;

        while ((c = peek(t)) == '\n' || c == '\r' || c == ' ' || c == '\t')
            skip(t, 1);
        return t->line > start ? 0 : toml_complain(t, "a backslash before a blank");
    }
    if (c > 0)
        skip(t, 1);
    if (p) {
        buf_byte(to, (uint8_t)meaning[p - from]);
        return 0;
    }
    if (c == 'u' || c == 'U')
        return escape_code(t, c == 'u' ? 4 : 8, to);
    return toml_complain(t, "an unknown escape, expected one of \\b \\t \\n \\f \\r \\\" \\\\ \\u");
}

/* How many of the quote stand here, at most five: two of them may belong to the string. */
static size_t quotes_here(const Toml *t, char quote) {
    size_t n = 0;

    while (n < 5 && t->at + n < t->text.n && t->text.at[t->at + n] == quote)
        n++;
    return n;
}

static int string_end(Toml *t, char quote, bool is_long, Buf *to) {
    size_t n = is_long ? quotes_here(t, quote) : 1;

    for (size_t i = 3; i < n; i++)
        buf_byte(to, (uint8_t)quote);
    skip(t, n);
    return 0;
}

/* At its first quote. */
static int string_read(Toml *t, bool may_be_long, const char **ret) {
    _cleanup_(buf_done) Buf b = {0};
    char quote = (char)peek(t);
    bool is_long = quotes_here(t, quote) >= 3;

    if (is_long && !may_be_long)
        return toml_complain(t, "a long string, expected a key");
    skip(t, is_long ? 3 : 1);
    if (is_long && looks(t, "\r\n"))
        skip(t, 2);
    else if (is_long && peek(t) == '\n')
        skip(t, 1);
    for (;;) {
        int c = peek(t), r = 0;

        if (c < 0 || (!is_long && c == '\n'))
            return toml_complain(t, "a string without its end");
        if (c == quote && (!is_long || quotes_here(t, quote) >= 3)) {
            string_end(t, quote, is_long, &b);
            break;
        }
        if (c == 0)
            return toml_complain(t, "a NUL character, expected text");
        skip(t, 1);
        if (c == '\\' && quote == '"')
            r = escape_read(t, is_long, &b);
        else
            buf_byte(&b, (uint8_t)c);
        if (r < 0)
            return r;
    }
    if (buf_error(&b) < 0)
        return -ENOMEM;
    *ret = arena_text(t->arena, span_of(buf_cstr(&b)));
    return *ret ? 0 : -ENOMEM;
}

/* ---- keys ---- */

static bool is_bare(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

static int key_read(Toml *t, const char **ret) {
    size_t start = t->at;

    if (peek(t) == '"' || peek(t) == '\'') {
        int r = string_read(t, false, ret);

        return r == 0 && !**ret ? toml_complain(t, "an empty key, expected a word") : r;
    }
    while (is_bare(peek(t)))
        skip(t, 1);
    if (t->at == start)
        return toml_complain(t, "expected a key");
    *ret = arena_text(t->arena, span(t->text.at + start, t->at - start));
    return *ret ? 0 : -ENOMEM;
}

/* The map that a step of a path leads into: a table, or the last of an array of tables. */
static int step_into(Toml *t, Node *from, const char *key, RuleMark at, Node **ret) {
    Node *n = child(from, key);

    if (!n) {
        int r = node_add(t, from, NODE_MAP, key, at, &n);

        if (r == 0)
            n->text = made_by_path;
        *ret = n;
        return r;
    }
    if (n->kind == NODE_LIST && n->text == made_by_header)
        n = n->last;
    if (n->kind != NODE_MAP || n->text == made_as_value)
        return toml_complain(t, "a key in something that is a value already");
    *ret = n;
    return 0;
}

/* `a."b".c`: walks into all but the last, whose name and place are given. */
static int path_read(Toml *t, Node *from, Node **ret_in, const char **ret_key, RuleMark *ret_at) {
    for (unsigned depth = 0;; depth++) {
        int r;

        skip_blank(t, false);
        *ret_at = here(t);
        r = key_read(t, ret_key);
        skip_blank(t, false);
        if (r == 0 && depth == YAML_DEPTH_MAX)
            r = toml_complain(t, "too deep, expected a file of rules");
        if (r < 0)
            return r;
        if (peek(t) != '.') {
            *ret_in = from;
            return 0;
        }
        skip(t, 1);
        r = step_into(t, from, *ret_key, *ret_at, &from);
        if (r < 0)
            return r;
    }
}

/* ---- values ---- */

static int value_read(Toml *t, Node *parent, const char *key, RuleMark key_at, unsigned depth);

static int pair_read(Toml *t, Node *table, unsigned depth) {
    const char *key;
    RuleMark at;
    int r = path_read(t, table, &table, &key, &at);

    if (r < 0)
        return r;
    if (child(table, key))
        return toml_complain(t, "a key that stands there already");
    if (peek(t) != '=')
        return toml_complain(t, "expected = behind the key");
    skip(t, 1);
    skip_blank(t, false);
    return value_read(t, table, key, at, depth);
}

static int array_read(Toml *t, Node *list, unsigned depth) {
    skip(t, 1);
    for (;;) {
        int r;

        skip_blank(t, true);
        if (peek(t) == ']')
            break;
        r = value_read(t, list, NULL, here(t), depth + 1);
        if (r < 0)
            return r;
        skip_blank(t, true);
        if (peek(t) == ']')
            break;
        if (peek(t) != ',')
            return toml_complain(t, "expected , or ] in an array");
        skip(t, 1);
    }
    skip(t, 1);
    return 0;
}

static int inline_read(Toml *t, Node *map, unsigned depth) {
    skip(t, 1);
    skip_blank(t, false);
    while (peek(t) != '}') {
        int r;

        map->text = made_by_path; /* open for its own keys */
        r = pair_read(t, map, depth + 1);
        if (r < 0)
            return r;
        skip_blank(t, false);
        if (peek(t) == '}')
            break;
        if (peek(t) != ',')
            return toml_complain(t, "expected , or } in an inline table");
        skip(t, 1);
        skip_blank(t, false);
        if (peek(t) == '}')
            return toml_complain(t, "expected a key behind the comma");
    }
    map->text = made_as_value;
    skip(t, 1);
    return 0;
}

/* true, 42, 0x2a, 1.5e3, 2026-11-28T08:00:00Z: what has no quotes is kept as it is written. */
static int word_read(Toml *t, const char **ret) {
    size_t start = t->at;
    int c;

    while (is_bare(c = peek(t)) || c == '+' || c == '.' || c == ':')
        skip(t, 1);
    if (t->at == start)
        return toml_complain(t, "expected a value");
    c = t->text.at[start];
    *ret = arena_text(t->arena, span(t->text.at + start, t->at - start));
    if (!*ret)
        return -ENOMEM;
    if (strcmp(*ret, "true") != 0 && strcmp(*ret, "false") != 0 && !strchr("+-0123456789", c) &&
        strcmp(*ret, "inf") != 0 && strcmp(*ret, "nan") != 0)
        return toml_complain(t, "a word without quotes, expected a value");
    return 0;
}

static int value_read(Toml *t, Node *parent, const char *key, RuleMark key_at, unsigned depth) {
    int c = peek(t), r;
    NodeKind kind = c == '[' ? NODE_LIST : c == '{' ? NODE_MAP : NODE_TEXT;
    Node *n;

    if (depth == YAML_DEPTH_MAX)
        return toml_complain(t, "too deep, expected a file of rules");
    r = node_add(t, parent, kind, key, here(t), &n);
    if (r < 0)
        return r;
    n->key_mark = key_at;
    if (kind != NODE_TEXT) {
        n->text = made_as_value;
        return kind == NODE_LIST ? array_read(t, n, depth) : inline_read(t, n, depth);
    }
    return c == '"' || c == '\'' ? string_read(t, true, &n->text) : word_read(t, &n->text);
}

/* ---- headers ---- */

static int table_open(Toml *t, Node *in, const char *key, RuleMark at) {
    Node *n = child(in, key);
    int r = 0;

    if (n && (n->kind != NODE_MAP || n->text != made_by_path))
        return toml_complain(t, "a table that stands there already");
    if (!n)
        r = node_add(t, in, NODE_MAP, key, at, &n);
    if (r < 0)
        return r;
    n->text = made_by_header;
    t->table = n;
    return 0;
}

static int array_open(Toml *t, Node *in, const char *key, RuleMark at) {
    Node *list = child(in, key), *n;
    int r = 0;

    if (list && (list->kind != NODE_LIST || list->text != made_by_header))
        return toml_complain(t, "an array of tables where something else stands already");
    if (!list) {
        r = node_add(t, in, NODE_LIST, key, at, &list);
        if (r == 0)
            list->text = made_by_header;
    }
    if (r == 0)
        r = node_add(t, list, NODE_MAP, NULL, at, &n);
    if (r < 0)
        return r;
    n->text = made_by_header;
    t->table = n;
    return 0;
}

static int header_read(Toml *t) {
    bool array = looks(t, "[[");
    const char *close = array ? "]]" : "]", *key;
    RuleMark at;
    Node *in;
    int r;

    skip(t, array ? 2 : 1);
    r = path_read(t, t->root, &in, &key, &at);
    if (r < 0)
        return r;
    if (!looks(t, close))
        return toml_complain(t, "expected ] behind the name of a table");
    skip(t, strlen(close));
    return array ? array_open(t, in, key, at) : table_open(t, in, key, at);
}

static int lines_read(Toml *t) {
    for (;;) {
        int r;

        skip_blank(t, true);
        if (peek(t) < 0)
            return 0;
        r = peek(t) == '[' ? header_read(t) : pair_read(t, t->table, 1);
        if (r < 0)
            return r;
        skip_blank(t, false);
        if (peek(t) >= 0 && !strchr("\r\n#", peek(t)))
            return toml_complain(t, "expected the end of the line");
        if (peek(t) == 0)
            return toml_complain(t, "a NUL character, expected text");
    }
}

int toml_read(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret) {
    Toml t = {.text = bytes, .line = 1, .col = 1, .file = file, .arena = arena, .reterr = reterr};
    int r;

    if (bytes.n > YAML_BYTES_MAX)
        return toml_complain(&t, "too large, expected a file of rules");
    if (span_starts(bytes, span("\xef\xbb\xbf", 3)))
        t.at = 3;
    if (!utf8_valid(bytes)) {
        skip(&t, utf8_valid_prefix(bytes));
        return toml_complain(&t, "a byte that is not UTF-8, expected text in UTF-8");
    }
    t.root = arena_new(arena, Node);
    if (!t.root)
        return -ENOMEM;
    *t.root = (Node){.kind = NODE_MAP, .mark = here(&t), .text = made_by_header};
    t.table = t.root;
    r = lines_read(&t);
    if (r < 0)
        return r;
    *ret = t.root;
    return 0;
}
