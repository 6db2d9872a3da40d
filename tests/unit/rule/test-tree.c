/* Tree: what goes into bytes comes out of them, and no other bytes are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "rule/tree.h"

static const char text[] = "a: [x, '', {b: \"y\\nz\", c: []}]\n"
                           "long key: |\n  one\n  two\n"
                           "e: {}\n";

static void marks_equal(const RuleMark *a, const RuleMark *b) {
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->col, b->col);
}

static void nodes_equal(const Node *a, const Node *b, const Node *parent) {
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->index, b->index);
    assert_ptr_equal(b->parent, parent);
    assert_string_equal(b->mark.file, "other");
    marks_equal(&a->mark, &b->mark);
    assert_int_equal(!a->key, !b->key);
    if (a->key) {
        assert_string_equal(a->key, b->key);
        marks_equal(&a->key_mark, &b->key_mark);
    }
    if (a->kind == NODE_TEXT)
        assert_string_equal(a->text, b->text);
    for (a = a->first, parent = b, b = b->first; a && b; a = a->next, b = b->next) {
        nodes_equal(a, b, parent);
        assert_int_equal(!a->next, !b->next);
        assert_true(a->next || parent->last == b);
    }
    assert_null(a);
    assert_null(b);
}

typedef struct Trees {
    Arena arena;
    Buf bytes;
    const Node *root;
} Trees;

static void trees_done(Trees *t) {
    arena_done(&t->arena);
    buf_done(&t->bytes);
}

static void trees_new(Trees *t) {
    Error e = {0};

    *t = (Trees){0};
    if (yaml_read(span_of(text), "one", &t->arena, &e, &t->root) < 0)
        fail_msg("%s", e.text);
    tree_write(t->root, &t->bytes);
    assert_int_equal(buf_error(&t->bytes), 0);
}

static void comes_out_as_it_went_in(void **state _unused_) {
    _cleanup_(trees_done) Trees t;
    const Node *again;

    trees_new(&t);
    assert_int_equal(tree_read(buf_as_span(&t.bytes), "other", &t.arena, &again), 0);
    nodes_equal(t.root, again, NULL);
}

static void believes_nothing_that_is_cut(void **state _unused_) {
    _cleanup_(trees_done) Trees t;

    trees_new(&t);
    for (size_t n = 0; n < t.bytes.n; n++) {
        const Node *again = NULL;

        assert_int_equal(tree_read(span(t.bytes.at, n), "other", &t.arena, &again), -EBADMSG);
        assert_null(again);
    }
    buf_byte(&t.bytes, 0);
    assert_int_equal(tree_read(buf_as_span(&t.bytes), "other", &t.arena, &(const Node *){NULL}),
                     -EBADMSG);
}

/* Each byte changed: a tree or none, and no more than that. */
static void survives_damage(void **state _unused_) {
    _cleanup_(trees_done) Trees t;

    trees_new(&t);
    for (size_t i = 0; i < t.bytes.n; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const Node *again;
            int r;

            t.bytes.at[i] ^= (uint8_t)(1 << bit);
            r = tree_read(buf_as_span(&t.bytes), "other", &t.arena, &again);
            assert_true(r == 0 || r == -EBADMSG);
            t.bytes.at[i] ^= (uint8_t)(1 << bit);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_as_it_went_in),
        cmocka_unit_test(believes_nothing_that_is_cut),
        cmocka_unit_test(survives_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
