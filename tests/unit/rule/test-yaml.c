/* Yaml: the tree of a good file, each refusal with its place, hostile files within their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

#include "base/buf.h"
#include "rule/yaml.h"

typedef struct Refusal {
    const char *text;
    size_t n; /* 0: strlen */
    const char *message;
} Refusal;

static void refuses(const Refusal *t) {
    Span bytes = span(t->text, t->n ? t->n : strlen(t->text));
    _cleanup_(arena_done) Arena a = {0};
    const Node *root = NULL;
    Error e = {0};

    assert_int_equal(yaml_read(bytes, "f.yaml", &a, &e, &root), -EINVAL);
    assert_string_equal(e.text, t->message);
    assert_int_equal(e.code, -EINVAL);
    assert_null(root);
}

static void reads_block_and_flow(void **state _unused_) {
    static const char text[] = "# comment\n"
                               "a: NO\n"
                               "b: [1e3, {c: 'x: y'}]\n"
                               "d:\n"
                               "  - |\n"
                               "    one\n"
                               "    two\n"
                               "  - \"\\u00e9\\t\"\n"
                               "e:\n";
    _cleanup_(arena_done) Arena a = {0};
    const Node *root, *b, *c, *d;

    assert_int_equal(yaml_read(span_of(text), "f.yaml", &a, NULL, &root), 0);
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(root->n, 4);
    assert_string_equal(node_get(root, "a")->text, "NO");
    b = node_get(root, "b");
    assert_int_equal(b->kind, NODE_LIST);
    assert_int_equal(b->n, 2);
    assert_string_equal(b->first->text, "1e3");
    c = node_get(b->last, "c");
    assert_string_equal(c->text, "x: y");
    assert_int_equal(c->mark.line, 3);
    assert_int_equal(c->mark.col, 14);
    assert_int_equal(c->key_mark.col, 11);
    assert_string_equal(c->mark.file, "f.yaml");
    d = node_get(root, "d");
    assert_string_equal(d->first->text, "one\ntwo\n");
    assert_string_equal(d->last->text, "\xc3\xa9\t");
    assert_int_equal(d->last->index, 1);
    assert_string_equal(node_get(root, "e")->text, "");
    assert_null(node_get(root, "f"));
    assert_null(node_get(b, "a"));
}

static void counts_columns_in_characters(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    const Node *root;

    assert_int_equal(yaml_read(span_of("\xef\xbb\xbf{\xc3\xa9: 1, b: 2}"), "f", &a, NULL, &root),
                     0);
    assert_int_equal(node_get(root, "b")->key_mark.col, 8);
    assert_int_equal(node_get(root, "b")->mark.line, 1);
}

static void complains_with_the_path(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    const Node *root, *c;
    Error e = {0};

    assert_int_equal(yaml_read(span_of("a:\n  - {b: 1}\n"), "f", &a, NULL, &root), 0);
    c = node_get(node_get(root, "a")->first, "b");
    assert_int_equal(node_complain(c, &e, "bad %d", 7), -EINVAL);
    assert_string_equal(e.text, "f:2:9: a.0.b: bad 7");
    assert_int_equal(node_complain_key(c, &e, "bad"), -EINVAL);
    assert_string_equal(e.text, "f:2:6: a.0.b: bad");
    assert_int_equal(node_complain_key(root, &e, "bad"), -EINVAL);
    assert_string_equal(e.text, "f:1:1: bad");
}

static void refuses_what_surprises(void **state _unused_) {
    static const Refusal refusals[] = {
        {"", 0, "f.yaml:1:1: an empty file, expected a map"},
        {"# only\n", 0, "f.yaml:1:1: an empty file, expected a map"},
        {"a: &x 1\n", 0, "f.yaml:1:4: a: an anchor, expected the value alone"},
        {"a: &x [1]\n", 0, "f.yaml:1:4: a: an anchor, expected the value alone"},
        {"a: &x {b: 1}\n", 0, "f.yaml:1:4: a: an anchor, expected the value alone"},
        {"&x a: 1\n", 0, "f.yaml:1:1: an anchor, expected the value alone"},
        {"a:\n  - *x\n", 0, "f.yaml:2:5: a.0: an alias, expected the value itself"},
        {"*x : 1\n", 0, "f.yaml:1:1: an alias, expected the value itself"},
        {"a: !!str 1\n", 0, "f.yaml:1:4: a: a tag, expected the value alone"},
        {"a: ! 1\n", 0, "f.yaml:1:4: a: a tag, expected the value alone"},
        {"a: !x [1]\n", 0, "f.yaml:1:4: a: a tag, expected the value alone"},
        {"a: !x {b: 1}\n", 0, "f.yaml:1:4: a: a tag, expected the value alone"},
        {"%TAG ! !x\n---\na: 1\n", 0, "f.yaml:1:1: a tag directive, expected plain values"},
        {"a: 1\n<<: {b: 2}\n", 0, "f.yaml:2:1: a merge key, expected the keys themselves"},
        {"a: 1\n---\nb: 2\n", 0, "f.yaml:2:1: a second document, expected one a file"},
        {"a: 1\nb: 2\na: 3\n", 0, "f.yaml:3:1: a: the same key as at 1:1, expected each key once"},
        {"m: {a: 1, 'a': 2}\n", 0,
         "f.yaml:1:11: m.a: the same key as at 1:5, expected each key once"},
        {"a:\n\tb: 1\n", 0, "f.yaml:2:1: a tab in the indentation, expected spaces"},
        {"a:\n  \tb: 1\n", 0, "f.yaml:2:3: a tab in the indentation, expected spaces"},
        {"? [a]\n: 1\n", 0, "f.yaml:1:3: a key that is a list, expected a word"},
        {"{{a: 1}: 2}\n", 0, "f.yaml:1:2: a key that is a map, expected a word"},
        {"x: {'': 1}\n", 0, "f.yaml:1:5: x: an empty key, expected a word"},
        {"a: 'x\xff'\n", 0, "f.yaml:1:6: byte \\xff is not UTF-8, expected text in UTF-8"},
        {"a: \xc0\xaf\n", 0, "f.yaml:1:4: byte \\xc0 is not UTF-8, expected text in UTF-8"},
        {"a: \xed\xa0\x80\n", 0, "f.yaml:1:4: byte \\xed is not UTF-8, expected text in UTF-8"},
        {"a: \xf4\x90\x80\x80\n", 0, "f.yaml:1:4: byte \\xf4 is not UTF-8, expected text in UTF-8"},
        {"a: \xe2\x82", 0, "f.yaml:1:4: byte \\xe2 is not UTF-8, expected text in UTF-8"},
        {"\xff\xfe"
         "a\0",
         4, "f.yaml:1:1: byte \\xff is not UTF-8, expected text in UTF-8"},
        {"a: b\0c\n", 7, "f.yaml:1:5: control character U+0000, expected text"},
        {"a: 1\nb: \x1b[31m\n", 0, "f.yaml:2:4: control character U+001B, expected text"},
        {"a: \"b\\0c\"\n", 0, "f.yaml:1:4: a: a NUL character, expected text"},
        {"a: [1, 2\nb: 3\n", 0, "f.yaml:2:2: a.2: broken YAML: did not find expected ',' or ']'"},
        {"a: 'open\n", 0, "f.yaml:2:1: a: broken YAML: found unexpected end of stream"},
    };

    for (size_t i = 0; i < N_ELEMENTS(refusals); i++)
        refuses(&refusals[i]);
}

static void accepts_a_version_and_one_marker(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    const Node *root;

    assert_int_equal(yaml_read(span_of("%YAML 1.1\n---\na: 1\n...\n"), "f", &a, NULL, &root), 0);
    assert_string_equal(node_get(root, "a")->text, "1");
}

static void bounds_depth(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    const Node *root;

    assert_int_equal(yaml_read(span_of("[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]"), "f", &a, NULL, &root),
                     0);
    refuses(&(Refusal){"[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]", 0,
                       "f.yaml:1:17: 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: too deep, expected at most "
                       "16 levels"});
}

/* Hostile files: text of n times a unit between two ends, and what becomes of it in linear
 * time: what were quadratic would take hours, so a minute of processor time tells them apart. */

static double seconds(void) {
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_repeated(const char *before, const char *unit, size_t n, const char *after,
                         Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf b = {0};
    double start = seconds();
    const Node *root;
    int rc;

    buf_text(&b, before);
    for (size_t i = 0; i < n; i++)
        buf_text(&b, unit);
    buf_text(&b, after);
    assert_int_equal(buf_error(&b), 0);
    rc = yaml_read(buf_as_span(&b), "f", &a, reterr, &root);
    assert_true(seconds() - start < 60);
    return rc;
}

static void survives_hostile_files(void **state _unused_) {
    Error e = {0};

    assert_int_equal(read_repeated("", "a: 1\n", 1 << 20, "", &e), -EINVAL);
    assert_string_equal(e.text, "f:1:1: too large, expected at most 4194304 bytes");
    assert_int_equal(read_repeated("", "[", 10000, "", &e), -EINVAL);
    assert_non_null(strstr(e.text, "too deep, expected at most 16 levels"));
    assert_int_equal(read_repeated("", "- ", 10000, "", &e), -EINVAL);
    assert_non_null(strstr(e.text, "too deep, expected at most 16 levels"));
    assert_int_equal(read_repeated("", "? ", 10000, "", &e), -EINVAL);
    assert_int_equal(read_repeated("[", "x,", 1 << 20, "]", &e), -EINVAL);
    assert_string_equal(e.text, "f:1:1048576: 524287: too many values, expected at most 524288 a "
                                "file");
    assert_int_equal(read_repeated("a: '", "x\n\n", 1 << 20, "'", &e), 0);
    assert_int_equal(read_repeated("a: ", "x ", 1 << 20, "", &e), 0);
    assert_int_equal(read_repeated("a: \"", "\\x41", 1 << 19, "\"", &e), 0);
    assert_int_equal(read_repeated("", "#\n", 1 << 20, "", &e), -EINVAL);
}

static void survives_a_map_of_many_keys(void **state _unused_) {
    static const char hex[] = "0123456789abcdef";
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf b = {0};
    double start = seconds();
    const Node *root;
    Error e = {0};

    buf_byte(&b, '{');
    for (unsigned i = 0; i < 500000; i++) {
        for (int shift = 16; shift >= 0; shift -= 4)
            buf_byte(&b, (uint8_t)hex[i >> shift & 15]);
        buf_text(&b, ",\n");
    }
    buf_byte(&b, '}');
    assert_int_equal(yaml_read(buf_as_span(&b), "f", &a, &e, &root), 0);
    assert_int_equal(root->n, 500000);
    buf_clear(&b);
    buf_text(&b, "{x, ");
    for (unsigned i = 0; i < 500000; i++)
        buf_text(&b, "y,\n");
    buf_text(&b, "x}");
    assert_int_equal(yaml_read(buf_as_span(&b), "f", &a, &e, &root), -EINVAL);
    assert_string_equal(e.text, "f:2:1: y: the same key as at 1:5, expected each key once");
    assert_true(seconds() - start < 60);
}

static void quotes_foreign_text(void **state _unused_) {
    char longer[100];

    memset(longer, 'x', sizeof(longer));
    assert_string_equal(quote(span_of("a\x1b[0m\n\x7f")).text, "a\\x1b[0m\\x0a\\x7f");
    assert_string_equal(quote(span_of("\xc2\x9b \xc2\xa9")).text, "\\xc2\\x9b \xc2\xa9");
    assert_int_equal(strlen(quote(span(longer, 60)).text), 60);
    assert_int_equal(strlen(quote(span(longer, 61)).text), 63);
    memcpy(longer + 59, "\xc3\xa9", 2);
    assert_int_equal(strlen(quote(span(longer, 100)).text), 62);
    memset(longer, 1, sizeof(longer));
    assert_int_equal(strlen(quote(span(longer, 100)).text), 243);
}

static void labels_files(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};

    assert_string_equal(file_label("a/\x1b\n.yaml", &a), "a/\\x1b\\x0a.yaml");
    assert_string_equal(file_label("", &a), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_block_and_flow),
        cmocka_unit_test(counts_columns_in_characters),
        cmocka_unit_test(complains_with_the_path),
        cmocka_unit_test(refuses_what_surprises),
        cmocka_unit_test(accepts_a_version_and_one_marker),
        cmocka_unit_test(bounds_depth),
        cmocka_unit_test(survives_hostile_files),
        cmocka_unit_test(survives_a_map_of_many_keys),
        cmocka_unit_test(quotes_foreign_text),
        cmocka_unit_test(labels_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
