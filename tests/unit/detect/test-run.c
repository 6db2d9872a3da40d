/* Run: layouts of one run are found by length and by where its digits are. */
#include "rig.h"

#include "detect/bytes.h"
#include "detect/run.h"

static void runs_donep(Runs *r) {
    runs_done(r);
}

/* How many rules the run leads to. */
static size_t look_up(const Runs *r, const char *run) {
    size_t length = strlen(run), n = 0;
    uint64_t digits = 0;

    for (size_t i = 0; i < length; i++)
        digits |= (uint64_t)byte_is_digit((uint8_t)run[i]) << i;
    if (!(r->lengths >> length & 1))
        return 0;
    for (int32_t i = r->slots[runs_slot(r, digits, length)]; i >= 0; i = r->rules[i].next)
        n += r->rules[i].mask == digits && r->rules[i].length == length;
    for (int32_t i = r->any[length]; i >= 0; i = r->rules[i].next)
        n++;
    return n;
}

static int add(Runs *r, const char *text, uint16_t match) {
    static Layout layouts[8]; /* outlive the runs */
    static size_t n;
    Layout *l = &layouts[n++ % N_ELEMENTS(layouts)];

    assert_int_equal(layout_parse(text, NULL, l), 0);
    return runs_add(r, l, 0, match);
}

static void finds_by_length_and_digits(void **state _unused_) {
    _cleanup_(runs_donep) Runs r = {0};

    assert_int_equal(runs_init(&r), 0);
    assert_int_equal(add(&r, "AA99999A", 1), 0);
    assert_int_equal(add(&r, "AA99999A", 2), 0);
    assert_int_equal(look_up(&r, "QQ12345C"), 2);
    assert_int_equal(look_up(&r, "QQ1234CC"), 0);
    assert_int_equal(look_up(&r, "QQ12345"), 0);
}

static void spells_out_what_may_be_either(void **state _unused_) {
    _cleanup_(runs_donep) Runs r = {0};

    assert_int_equal(runs_init(&r), 0);
    assert_int_equal(add(&r, "AXX99", 1), 0);
    assert_int_equal(look_up(&r, "ABC12"), 1);
    assert_int_equal(look_up(&r, "A1C12"), 1);
    assert_int_equal(look_up(&r, "AB212"), 1);
    assert_int_equal(look_up(&r, "A1212"), 1);
    assert_int_equal(look_up(&r, "1AB12"), 0);
}

static void lists_open_ones_by_length(void **state _unused_) {
    _cleanup_(runs_donep) Runs r = {0};

    assert_int_equal(runs_init(&r), 0);
    assert_int_equal(add(&r, "XXXXXXXXXX", 1), 0);
    assert_int_equal(look_up(&r, "A1B2C3D4E5"), 1);
    assert_int_equal(look_up(&r, "A1B2C3D4E"), 0);
}

static void refuses_long_ones(void **state _unused_) {
    _cleanup_(runs_donep) Runs r = {0};

    assert_int_equal(runs_init(&r), 0);
    assert_int_equal(add(&r, "A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A", 1), 0);
    assert_int_equal(add(&r, "A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9A9", 1), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_length_and_digits),
        cmocka_unit_test(spells_out_what_may_be_either),
        cmocka_unit_test(lists_open_ones_by_length),
        cmocka_unit_test(refuses_long_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
