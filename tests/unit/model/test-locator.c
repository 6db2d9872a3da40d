/* Locator: its grammar, its escapes, and that print and parse undo each other for any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "model/locator.h"

/* xorshift: the same bytes in each run. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Random bytes, half of them from those that mean something to the grammar. */
static size_t random_bytes(uint64_t *state, uint8_t *at, size_t max) {
    static const char grammar[] = "\\#!/L@:0123456789xf";
    size_t n = next_random(state) % (max + 1);

    for (size_t i = 0; i < n; i++) {
        uint64_t r = next_random(state);

        at[i] = r & 1 ? (uint8_t)(r >> 8) : (uint8_t)grammar[(r >> 8) % (sizeof(grammar) - 1)];
    }
    return n;
}

static void assert_same(const Locator *a, const Locator *b) {
    assert_int_equal(a->n_names, b->n_names);
    for (size_t i = 0; i < a->n_names; i++)
        assert_true(span_eq(a->names[i], b->names[i]));
    assert_true(span_eq(a->part, b->part));
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->has_offset, b->has_offset);
    if (a->has_offset)
        assert_int_equal(a->offset, b->offset);
}

static void assert_prints(const Locator *l, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    locator_print(&b, l);
    assert_int_equal(buf_error(&b), 0);
    assert_string_equal(buf_cstr(&b), expected);
}

static void prints_as_people_write(void **state _unused_) {
    Locator l = {.names = {span_of("hr/2019.zip"), span_of("pay.xlsx")}, .n_names = 2};

    assert_prints(&l, "hr/2019.zip!/pay.xlsx");
    l.part = span_of("Payroll:C14");
    assert_prints(&l, "hr/2019.zip!/pay.xlsx#Payroll:C14");
    l = (Locator){.names = {span_of("notes.txt")}, .n_names = 1, .line = 12};
    assert_prints(&l, "notes.txt#L12");
    l.offset = 345;
    l.has_offset = true;
    assert_prints(&l, "notes.txt#L12:@345");
    l.line = 0;
    assert_prints(&l, "notes.txt#@345");
    l.part = span_of("L7");
    assert_prints(&l, "notes.txt#\\x4c7#@345");
}

static void escapes_what_may_not_be_shown(void **state _unused_) {
    static const struct {
        const char *raw, *printed;
    } cases[] = {
        {"a\nb", "a\\x0ab"},
        {"\x1b[2J", "\\x1b[2J"},
        {"\xc2\x9b", "\\xc2\\x9b"},
        {"caf\xe9", "caf\\xe9"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"\xe2\x80\xae"
         "fdp",
         "\\xe2\\x80\\xaefdp"},
        {"what!/now#1\\", "what\\x21/now\\x231\\x5c"},
        {"\x7f", "\\x7f"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Locator l = {.names = {span_of(cases[i].raw)}, .n_names = 1};

        assert_prints(&l, cases[i].printed);
    }
}

static void parses_what_people_type(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    Locator l;

    assert_int_equal(
        locator_parse(span_of("a!b.zip!//etc/x\\x23!/#p q#L3:@18446744073709551615"), &a, NULL, &l),
        0);
    assert_int_equal(l.n_names, 3);
    assert_true(span_is(l.names[0], "a!b.zip"));
    assert_true(span_is(l.names[1], "/etc/x#"));
    assert_true(span_is(l.names[2], ""));
    assert_true(span_is(l.part, "p q"));
    assert_int_equal(l.line, 3);
    assert_true(l.offset == UINT64_MAX && l.has_offset);

    /* Not quite a position: a part. */
    static const char *const parts[] = {
        "L0",     "L", "L12:", "L12:345", "L012", "@", "@01", "l12", "L18446744073709551616",
        "L12:@3x"};
    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        _cleanup_(buf_done) Buf text = {0};

        buf_printf(&text, "f#%s", parts[i]);
        assert_int_equal(locator_parse(buf_as_span(&text), &a, NULL, &l), 0);
        assert_true(span_is(l.part, parts[i]));
        assert_int_equal(l.line, 0);
        assert_false(l.has_offset);
    }
}

static void refuses_with_a_sentence(void **state _unused_) {
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"a\\", "at byte 1"},
        {"a\\x4", "at byte 1"},
        {"zip!/b\\n", "at byte 6"},
        {"f#", "nothing after '#' at byte 1"},
        {"f##L1", "nothing after '#' at byte 1"},
        {"f#part#other", "second '#' at byte 6"},
        {"f#a\\xg0", "at byte 3"},
    };
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf deep = {0};
    Locator l = {.line = 77};
    Error e = {0};

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(locator_parse(span_of(cases[i].text), &a, &e, &l), -EINVAL);
        assert_non_null(strstr(e.text, cases[i].says));
        assert_int_equal(l.line, 77);
    }
    for (int i = 0; i < LOCATOR_DEPTH_MAX; i++)
        buf_text(&deep, "a!/");
    assert_int_equal(locator_parse(buf_as_span(&deep), &a, &e, &l), -EINVAL);
}

static void parse_undoes_print(void **state _unused_) {
    uint64_t seed = 0x7E441E4;

    for (int round = 0; round < 20000; round++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf text = {0};
        uint8_t bytes[5][24];
        Locator l = {.n_names = 1 + next_random(&seed) % 4}, back;

        for (size_t i = 0; i < l.n_names; i++)
            l.names[i] = span(bytes[i], random_bytes(&seed, bytes[i], sizeof(bytes[i])));
        l.part = span(bytes[4], random_bytes(&seed, bytes[4], sizeof(bytes[4])));
        l.line = next_random(&seed) % 3 ? 0 : next_random(&seed);
        l.has_offset = next_random(&seed) & 1;
        l.offset = l.has_offset ? next_random(&seed) : 0;

        locator_print(&text, &l);
        assert_int_equal(buf_error(&text), 0);
        assert_true(utf8_displayable(buf_as_span(&text)));
        assert_int_equal(locator_parse(buf_as_span(&text), &a, NULL, &back), 0);
        assert_same(&l, &back);
    }
}

static void print_of_a_parsed_text_is_stable(void **state _unused_) {
    uint64_t seed = 0x10CA704;
    size_t parsed = 0;

    for (int round = 0; round < 50000; round++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf once = {0}, twice = {0};
        uint8_t bytes[24];
        Span text = span(bytes, random_bytes(&seed, bytes, sizeof(bytes)));
        Locator l, back;

        if (locator_parse(text, &a, NULL, &l) < 0)
            continue;
        parsed++;
        locator_print(&once, &l);
        assert_int_equal(locator_parse(buf_as_span(&once), &a, NULL, &back), 0);
        assert_same(&l, &back);
        locator_print(&twice, &back);
        assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
    }
    assert_true(parsed > 5000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_as_people_write),
        cmocka_unit_test(escapes_what_may_not_be_shown),
        cmocka_unit_test(parses_what_people_type),
        cmocka_unit_test(refuses_with_a_sentence),
        cmocka_unit_test(parse_undoes_print),
        cmocka_unit_test(print_of_a_parsed_text_is_stable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
