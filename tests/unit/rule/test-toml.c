/* Toml: every kind of value, tables in tables, places; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/toml.h"

/* The tree in one line, so that a difference shows: {key=[a,b],...}. */
static void put(const Node *n, Buf *to) {
    if (n->kind == NODE_TEXT) {
        buf_printf(to, "'%s'", n->text);
        return;
    }
    buf_byte(to, n->kind == NODE_LIST ? '[' : '{');
    for (const Node *c = n->first; c; c = c->next) {
        if (c != n->first)
            buf_byte(to, ',');
        if (n->kind == NODE_MAP)
            buf_printf(to, "%s=", c->key);
        put(c, to);
    }
    buf_byte(to, n->kind == NODE_LIST ? ']' : '}');
}

static void assert_tree(const char *text, const char *expected) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf got = {0};
    const Node *root = NULL;
    Error e = {0};

    if (toml_read(span_of(text), "t.toml", &arena, &e, &root) < 0)
        fail_msg("%s: %s", text, e.text);
    put(root, &got);
    assert_string_equal(buf_cstr(&got), expected);
}

static void assert_refused(const char *text, size_t n, const char *expected) {
    _cleanup_(arena_done) Arena arena = {0};
    const Node *root = NULL;
    Error e = {0};

    assert_int_equal(toml_read(span(text, n), "t.toml", &arena, &e, &root), -EINVAL);
    if (strncmp(e.text, expected, strlen(expected)) != 0)
        fail_msg("'%s', expected '%s'", e.text, expected);
}

#define REFUSED(text, expected) assert_refused(text, strlen(text), expected)

static void reads_values(void **state _unused_) {
    assert_tree("a = 1\nb = -1.5e3 # no\nc = true\n\"d e\" = 2026-11-28T08:00:00Z\n",
                "{a='1',b='-1.5e3',c='true',d e='2026-11-28T08:00:00Z'}");
    assert_tree("a = \"x\\ty \\u00e9\\\"\"\nb = 'c:\\d'\r\n", "{a='x\ty \xc3\xa9\"',b='c:\\d'}");
    assert_tree("a = '''\nx'y''z'''\nb = '''''''\n", "{a='x'y''z',b='''}");
    assert_tree("a = '''''x'''''", "{a='''x'''}");
    assert_tree("a = \"\"\"x\\\n   y\"\"\"", "{a='xy'}");
    assert_tree("a = [ 1, # one\n 'x',\n]\nb = []\nc = [[1],[{}]]",
                "{a=['1','x'],b=[],c=[['1'],[{}]]}");
    assert_tree("a = {x = 1, y.z = '2'}", "{a={x='1',y={z='2'}}}");
    assert_tree("", "{}");
}

static void reads_tables(void **state _unused_) {
    assert_tree("[a.b]\nx = 1\n[a]\ny = 2\n", "{a={b={x='1'},y='2'}}");
    assert_tree("[[r]]\nid = 1\n[r.w]\nk = 2\n[[r.l]]\nz = 3\n[[r.l]]\n[[r]]\nid = 4\n",
                "{r=[{id='1',w={k='2'},l=[{z='3'},{}]},{id='4'}]}");
    assert_tree("a.b.c = 1\na.d = 2\n", "{a={b={c='1'},d='2'}}");
}

static void knows_places(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    const Node *root, *id;
    Error e = {0};

    assert_int_equal(toml_read(span_of("\n[[r]]\n  \xc3\xa9x = 1"), "t.toml", &arena, &e, &root),
                     -EINVAL); /* a bare key is ASCII */
    assert_int_equal(toml_read(span_of("\n[[r]]\n  '\xc3\xa9' = 'y'"), "t.toml", &arena, &e, &root),
                     0);
    id = node_get(node_get(root, "r")->first, "\xc3\xa9");
    assert_int_equal(id->mark.line, 3);
    assert_int_equal(id->mark.col, 9);
    assert_int_equal(id->key_mark.col, 3);
}

static void refuses_what_is_none(void **state _unused_) {
    REFUSED("a = 1\na = 2", "t.toml:2:3: a key that stands there already");
    REFUSED("[a]\n[a]", "t.toml:2:4: a table that stands there already");
    REFUSED("a = []\n[[a]]", "t.toml:2:6: an array of tables where something else");
    REFUSED("a = {}\n[a.b]", "t.toml:2:4: a key in something that is a value");
    REFUSED("a = {x = 1}\na.y = 2", "t.toml:2:3: a key in something that is a value");
    REFUSED("a = 1\n[a.b]", "t.toml:2:4: a key in something that is a value");
    REFUSED("a = yes", "t.toml:1:8: a word without quotes");
    REFUSED("a = 'x", "t.toml:1:7: a string without its end");
    REFUSED("a = \"x\ny\"", "t.toml:1:7: a string without its end");
    REFUSED("a = \"\\q\"", "t.toml:1:8: an unknown escape");
    REFUSED("a = \"\\ud800\"", "t.toml:1:12: an escape of no character");
    REFUSED("a = \"\\u0000\"", "t.toml:1:12: an escape of no character");
    REFUSED("a = 1 b = 2", "t.toml:1:7: expected the end of the line");
    REFUSED("[a", "t.toml:1:3: expected ]");
    REFUSED("a = [1 2]", "t.toml:1:8: expected , or ]");
    REFUSED("a = {x = 1,}", "t.toml:1:12: expected a key");
    REFUSED("= 1", "t.toml:1:1: expected a key");
    REFUSED("a", "t.toml:1:2: expected =");
    assert_refused("a = 'x\0y'", 9, "t.toml:1:7: a NUL character");
    assert_refused("a = '\xff'", 7, "t.toml:1:6: a byte that is not UTF-8");
}

static void is_bounded(void **state _unused_) {
    _cleanup_(buf_done) Buf deep = {0}, wide = {0};

    buf_text(&deep, "a = ");
    for (unsigned i = 0; i < 100000; i++)
        buf_byte(&deep, '[');
    assert_refused(buf_cstr(&deep), deep.n, "t.toml:1:20: too deep");
    for (unsigned i = 0; i <= TOML_KEYS_MAX; i++)
        buf_printf(&wide, "k%u = 1\n", i);
    assert_refused(buf_cstr(&wide), wide.n, "t.toml:4097:9: too many keys");
}

/* Cut anywhere it is refused or read, never more. */
static void survives_cuts(void **state _unused_) {
    static const char text[] = "[[r]]\nid = \"a\\u00e9\"\nx = '''\ny'''\nl = [1, {k = 'v'}] # c\n";

    for (size_t n = 0; n < sizeof(text); n++) {
        _cleanup_(arena_done) Arena arena = {0};
        _cleanup_(free_p) char *cut = malloc(n ? n : 1);
        const Node *root;
        int r;

        memcpy(cut, text, n);
        r = toml_read(span(cut, n), "t.toml", &arena, NULL, &root);
        assert_true(r == 0 || r == -EINVAL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values), cmocka_unit_test(reads_tables),
        cmocka_unit_test(knows_places), cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(is_bounded),   cmocka_unit_test(survives_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
