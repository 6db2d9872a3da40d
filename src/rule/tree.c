/*
 * Tree: see tree.h.
 *
 *     node = kind, line, column, [key: line, column, text], (text / number of nodes, node ...)
 *
 * Numbers are varints, texts as wire_put_span() with a NUL that their length counts. The root has
 * no key; what is in a list has none either.
 */
#include "rule/tree.h"

#include "base/wire.h"

static void put_text(Buf *to, const char *text) {
    wire_put_span(to, span(text, strlen(text) + 1));
}

static void put_mark(Buf *to, const RuleMark *m) {
    wire_put_u64(to, m->line);
    wire_put_u64(to, m->col);
}

void tree_write(const Node *root, Buf *to) {
    wire_put_u64(to, root->kind);
    put_mark(to, &root->mark);
    if (root->key) {
        put_mark(to, &root->key_mark);
        put_text(to, root->key);
    }
    if (root->kind == NODE_TEXT) {
        put_text(to, root->text);
        return;
    }
    wire_put_u64(to, root->n);
    for (const Node *c = root->first; c; c = c->next)
        tree_write(c, to);
}

typedef struct TreeReader {
    Wire wire;
    const char *file;
    Arena *arena;
    bool no_memory;
} TreeReader;

static const char *get_text(TreeReader *r) {
    Span s = wire_span(&r->wire);

    if (!s.n || s.at[s.n - 1] != 0)
        r->wire.failed = true;
    return r->wire.failed ? "" : (const char *)s.at;
}

static RuleMark get_mark(TreeReader *r) {
    RuleMark m = {.file = r->file};

    m.line = (unsigned)wire_u64(&r->wire);
    m.col = (unsigned)wire_u64(&r->wire);
    return m;
}

static bool is_bad(const TreeReader *r) {
    return r->wire.failed || r->no_memory;
}

static Node *get_node(TreeReader *r, const Node *parent, unsigned index);

static void get_children(TreeReader *r, Node *n) {
    n->n = (unsigned)wire_u64(&r->wire);
    for (unsigned i = 0; i < n->n && !is_bad(r); i++) {
        Node *child = get_node(r, n, i);

        if (n->last)
            n->last->next = child;
        else
            n->first = child;
        n->last = child;
    }
}

static unsigned depth_of(const Node *n) {
    unsigned depth = 0;

    for (; n; n = n->parent)
        depth++;
    return depth;
}

static Node *get_node(TreeReader *r, const Node *parent, unsigned index) {
    Node *n = arena_array(r->arena, 1, sizeof(*n));
    uint64_t kind = wire_u64(&r->wire);

    r->no_memory |= !n;
    r->wire.failed |= kind > NODE_MAP || depth_of(parent) > YAML_DEPTH_MAX;
    if (is_bad(r))
        return n;
    *n = (Node){.kind = (NodeKind)kind, .index = index, .parent = parent, .mark = get_mark(r)};
    if (parent && parent->kind == NODE_MAP) {
        n->key_mark = get_mark(r);
        n->key = get_text(r);
    }
    if (n->kind == NODE_TEXT)
        n->text = get_text(r);
    else
        get_children(r, n);
    return n;
}

int tree_read(Span bytes, const char *file, Arena *arena, const Node **ret) {
    TreeReader r = {.wire = wire_of(bytes), .file = file, .arena = arena};
    const Node *root = get_node(&r, NULL, 0);

    if (r.no_memory)
        return -ENOMEM;
    if (!wire_done(&r.wire))
        return -EBADMSG;
    *ret = root;
    return 0;
}
