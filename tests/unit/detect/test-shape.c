/* Shape: parsing, the trie, and the tables that choose rules. */
#include "rig.h"

static void shapes_donep(Shapes *s) {
    shapes_done(s);
}

static void parses(void **state _unused_) {
    uint8_t g[LAYOUT_GROUPS_MAX];

    assert_int_equal(shape_parse("9", g), 1);
    assert_int_equal(g[0], 9);
    assert_int_equal(shape_parse("3-2-4", g), 3);
    assert_int_equal(g[0], 3);
    assert_int_equal(g[1], 2);
    assert_int_equal(g[2], 4);
    assert_int_equal(shape_parse("19", g), 1);
    assert_int_equal(shape_parse("1-1-1-1-1-1-1-1", g), 8);
}

static void refuses(void **state _unused_) {
    static const char *const wrong[] = {
        "",    "-",    "0",     "32",  "3-",
        "-3",  "3--2", "3-0",   "a",   "3-2x",
        "3 2", "100",  "16-16", "016", "1-1-1-1-1-1-1-1-1",
    };
    uint8_t g[LAYOUT_GROUPS_MAX];

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        if (shape_parse(wrong[i], g) != -EINVAL)
            fail_msg("'%s' is taken for a shape", wrong[i]);
    }
}

static const ShapeList *list_at(const Shapes *s, const char *shape) {
    uint8_t g[LAYOUT_GROUPS_MAX];
    int n = shape_parse(shape, g);
    size_t node = 1;

    for (int i = 0; i < n && node; i++)
        node = s->nodes[node].next[g[i]];
    return node && s->nodes[node].list ? &s->lists[s->nodes[node].list - 1] : NULL;
}

static int add(Shapes *s, const char *shape, const uint8_t *lead, ShapeRule rule) {
    uint8_t g[LAYOUT_GROUPS_MAX];
    int n = shape_parse(shape, g);

    assert_true(n > 0);
    return shapes_add(s, g, (size_t)n, lead, rule);
}

static void leads_to_lists(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;

    assert_int_equal(shapes_init(&s), 0);
    assert_int_equal(add(&s, "3-2-4", NULL, (ShapeRule){.match = 1}), 0);
    assert_int_equal(add(&s, "3-2", NULL, (ShapeRule){.match = 2}), 0);
    assert_int_equal(add(&s, "3-2-4", NULL, (ShapeRule){.match = 3}), 0);
    assert_int_equal(list_at(&s, "3-2-4")->n, 2);
    assert_int_equal(list_at(&s, "3-2-4")->rules[1].match, 3);
    assert_int_equal(list_at(&s, "3-2")->n, 1);
    assert_null(list_at(&s, "3"));
    assert_null(list_at(&s, "3-2-5"));
    assert_null(list_at(&s, "9"));
}

static void grows(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;

    assert_int_equal(shapes_init(&s), 0);
    for (int a = 1; a <= 19; a++) {
        for (int b = 1; b <= 12; b++) {
            char shape[16];

            snprintf(shape, sizeof(shape), "%d-%d", a, b);
            assert_int_equal(add(&s, shape, NULL, (ShapeRule){.match = (uint16_t)(a * 100 + b)}),
                             0);
        }
    }
    for (int a = 1; a <= 19; a++) {
        for (int b = 1; b <= 12; b++) {
            char shape[16];

            snprintf(shape, sizeof(shape), "%d-%d", a, b);
            assert_int_equal(list_at(&s, shape)->rules[0].match, a * 100 + b);
        }
    }
}

static void chooses_rules(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;
    uint8_t lead[100] = {[12] = 1, [13] = 1};
    Layout layout;
    const ShapeList *l;

    assert_int_equal(layout_parse("A 999/999-A", NULL, &layout), 0);
    assert_int_equal(shapes_init(&s), 0);
    add(&s, "3-3", lead,
        (ShapeRule){.separators = SEPARATOR_DASH, .alone = LEVEL_HIGH, .base = SCORE_BASE_HIGH});
    add(&s, "3-3", NULL, (ShapeRule){.separators = SEPARATOR_DOT | SEPARATOR_SPACE});
    add(&s, "3-3", NULL, (ShapeRule){.layout = &layout, .alone = LEVEL_LOW});
    l = list_at(&s, "3-3");
    assert_int_equal(l->lead[11], 6);
    assert_int_equal(l->lead[12], 7);
    assert_int_equal(l->joined[0], 3);
    assert_int_equal(l->joined[SEPARATOR_DASH], 1);
    assert_int_equal(l->joined[SEPARATOR_DOT], 2);
    assert_int_equal(l->joined[SEPARATOR_SLASH], 4); /* the layout's own, no other */
    assert_int_equal(l->joined[SEPARATOR_DOT | SEPARATOR_SPACE], 0);
    assert_int_equal(l->before[BESIDE_SPACE], 7);
    assert_int_equal(l->before[BESIDE_OTHER], 3);
    assert_int_equal(l->before[BESIDE_UPPER], 0);
    assert_int_equal(l->behind[BESIDE_DASH], 7);
    assert_int_equal(l->behind[BESIDE_SPACE], 3);
    assert_int_equal(l->formed, 4);
    assert_int_equal(l->alone[EDGE_FREE][EDGE_FREE][LEVEL_NONE], 7);
    assert_int_equal(l->alone[EDGE_FREE][EDGE_FREE][LEVEL_LOW], 5);
    assert_int_equal(l->alone[EDGE_FREE][EDGE_FREE][LEVEL_MEDIUM], 1);
    assert_int_equal(l->alone[EDGE_FREE][EDGE_FREE][LEVEL_HIGH], 1);
    /* an edge costs the first rule its level; the layout looks at its edges itself */
    assert_int_equal(l->alone[EDGE_ROW][EDGE_FREE][LEVEL_HIGH], 0);
    assert_int_equal(l->alone[EDGE_ROW][EDGE_FREE][LEVEL_MEDIUM], 1);
    assert_int_equal(l->alone[EDGE_MONEY][EDGE_MONEY][LEVEL_MEDIUM], 0);
    assert_int_equal(l->alone[EDGE_MONEY][EDGE_MONEY][LEVEL_LOW], 4);
}

/* At its own ends a layout touches no letter or digit; in its middle it knows what it wants. */
static void knows_what_stands_beside(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;
    Layout bare, mixed;
    const ShapeList *l;

    assert_int_equal(layout_parse("999999", NULL, &bare), 0);
    assert_int_equal(layout_parse("X-999999(A", NULL, &mixed), 0);
    assert_int_equal(shapes_init(&s), 0);
    add(&s, "6", NULL, (ShapeRule){.layout = &bare});
    add(&s, "6", NULL, (ShapeRule){.layout = &mixed});
    l = list_at(&s, "6");
    assert_int_equal(l->before[BESIDE_OTHER], 1);
    assert_int_equal(l->before[BESIDE_DASH], 3);
    assert_int_equal(l->before[BESIDE_LOWER] | l->before[BESIDE_UPPER] | l->before[BESIDE_DIGIT],
                     0);
    assert_int_equal(l->behind[BESIDE_OTHER], 3); /* a parenthesis is one of many */
    assert_int_equal(l->behind[BESIDE_SPACE], 1);
}

/* A list is full with 64 rules; the next begins another, behind it. */
static void goes_on_in_another_list(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;
    const ShapeList *l;

    assert_int_equal(shapes_init(&s), 0);
    for (uint16_t i = 0; i < 2 * SHAPE_LIST_MAX + 1; i++)
        assert_int_equal(add(&s, "9", NULL, (ShapeRule){.match = i}), 0);
    assert_int_equal(add(&s, "9-9", NULL, (ShapeRule){0}), 0);
    l = list_at(&s, "9");
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(l->n, SHAPE_LIST_MAX);
        assert_int_equal(l->rules[0].match, i * SHAPE_LIST_MAX);
        assert_true(l->lead[42] == UINT64_MAX);
        assert_int_not_equal(l->next, 0);
        l = &s.lists[l->next - 1];
    }
    assert_int_equal(l->n, 1);
    assert_int_equal(l->rules[0].match, 2 * SHAPE_LIST_MAX);
    assert_int_equal(l->next, 0);
    assert_int_equal(list_at(&s, "9-9")->next, 0);
}

static void refuses_long_chains(void **state _unused_) {
    _cleanup_(shapes_donep) Shapes s;
    uint8_t groups[] = {19, 19, 19, 3}, none[] = {0}, wide[] = {32};

    assert_int_equal(shapes_init(&s), 0);
    assert_int_equal(shapes_add(&s, groups, 4, NULL, (ShapeRule){0}), 0); /* 63 bytes */
    groups[3] = 4;
    assert_int_equal(shapes_add(&s, groups, 4, NULL, (ShapeRule){0}), -EINVAL);
    assert_int_equal(shapes_add(&s, none, 1, NULL, (ShapeRule){0}), -EINVAL);
    assert_int_equal(shapes_add(&s, wide, 1, NULL, (ShapeRule){0}), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(leads_to_lists),
        cmocka_unit_test(grows),
        cmocka_unit_test(chooses_rules),
        cmocka_unit_test(knows_what_stands_beside),
        cmocka_unit_test(goes_on_in_another_list),
        cmocka_unit_test(refuses_long_chains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
