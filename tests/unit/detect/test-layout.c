/* Layout: parsing, the anchor that is chosen, matching in place. */
#include "rig.h"

#include "detect/layout.h"

static Layout parse(const char *text) {
    Layout l;
    Error e = {0};

    if (layout_parse(text, &e, &l) < 0)
        fail_msg("'%s': %s", text, e.text);
    return l;
}

static void anchors_on_digit_groups(void **state _unused_) {
    Layout l = parse("AA 999-99-9999");

    assert_int_equal(l.n, 14);
    assert_int_equal(l.anchor, 3);
    assert_int_equal(l.n_groups, 3);
    assert_int_equal(l.groups[0], 3);
    assert_int_equal(l.groups[1], 2);
    assert_int_equal(l.groups[2], 4);
    assert_int_equal(l.run, 0);
    assert_false(l.plus);
}

static void anchors_on_a_run(void **state _unused_) {
    Layout l = parse("AA 99 99 99 A");

    assert_int_equal(l.n_groups, 3); /* 99 99 99 is eight bytes long */
    l = parse("A99999A");
    assert_int_equal(l.n_groups, 0);
    assert_int_equal(l.run, 7);
    assert_int_equal(l.anchor, 0);
    l = parse("(XX9X)");
    assert_int_equal(l.run, 4);
    assert_int_equal(l.anchor, 1);
    l = parse("AAA99/AAAA9A");
    assert_int_equal(l.run, 6);
    assert_int_equal(l.anchor, 6);
}

/* A digit glued to a letter, a dash, digits: no chain starts behind that dash. */
static void leaves_out_the_rest_of_a_chain(void **state _unused_) {
    Layout l = parse("A999-999-99-999-9");

    assert_int_equal(l.n_groups, 0);
    assert_int_equal(l.run, 4);
    assert_int_equal(l.anchor, 0);
    l = parse("A9999 99999 99999"); /* behind a space one does */
    assert_int_equal(l.n_groups, 2);
    assert_int_equal(l.anchor, 6);
    l = parse("AA-99.999.999");
    assert_int_equal(l.n_groups, 3);
    assert_int_equal(l.anchor, 3);
}

static void anchors_on_a_plus(void **state _unused_) {
    Layout l = parse("99+99");

    assert_true(l.plus);
    assert_int_equal(l.anchor, 2);
}

static void refuses(void **state _unused_) {
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "nothing to find it by"},
        {"AAAA", "nothing to find it by"},
        {"A9A", "nothing to find it by"},
        {"99-9", "nothing to find it by"},
        {"A99-99-9999", "nothing to find it by"},
        {"999999\\", "ends in a backslash"},
        {"99999999999999999999999999999999999999999999999999999999999999999",
         "longer than 64 characters"},
    };

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        Error e = {0};
        Layout l;

        assert_int_equal(layout_parse(wrong[i].text, &e, &l), -EINVAL);
        if (!strstr(e.text, wrong[i].why))
            fail_msg("'%s': %s", wrong[i].text, e.text);
    }
}

static bool matches(const char *layout, const char *text, size_t start) {
    Layout l = parse(layout);
    _cleanup_(text_done) Text t = text_of(text);

    return layout_match(&l, t.at, t.n, start);
}

static void matches_in_place(void **state _unused_) {
    assert_true(matches("AA 99 99 99 A", "QQ 12 34 56 C", 0));
    assert_true(matches("AA 99 99 99 A", "no: QQ 12 34 56 C.", 4));
    assert_false(matches("AA 99 99 99 A", "qq 12 34 56 c", 0));
    assert_false(matches("AA 99 99 99 A", "QQ 12-34-56 C", 0));
    assert_false(matches("AA 99 99 99 A", "QQ 12 34 56 ", 0)); /* cut off: the pad is no text */
    assert_false(matches("999999", "123456", 7));
    assert_true(matches("9X9X9X", "1A2B34", 0));
    assert_false(matches("9X9X9X", "1a2b34", 0));
    assert_true(matches("\\A99999", "A12345", 0));
    assert_false(matches("\\A99999", "B12345", 0));
    assert_true(matches("\\X\\9\\\\999999", "X9\\123456", 0));
}

static void minds_what_touches_it(void **state _unused_) {
    assert_false(matches("A9999", "xA1234", 1));
    assert_false(matches("A9999", "A12345", 0));
    assert_false(matches("A9999", "_A1234", 1));
    assert_false(matches("A9999", "A1234_", 0));
    assert_true(matches("A9999", "(A1234)", 1));
    assert_true(matches("A9999",
                        "\xe5\xb7\x9e"
                        "A1234\xe5",
                        3));
    assert_true(matches("-A9999-", "xx-A1234-5", 2)); /* its own punctuation is its edge */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_on_digit_groups),
        cmocka_unit_test(anchors_on_a_run),
        cmocka_unit_test(leaves_out_the_rest_of_a_chain),
        cmocka_unit_test(anchors_on_a_plus),
        cmocka_unit_test(refuses),
        cmocka_unit_test(matches_in_place),
        cmocka_unit_test(minds_what_touches_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
