/* Cellformat: numbers as their format shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/format/cellformat.h"

static const char *printed(const CellFormat *f, const char *text, bool date1904, Buf *b) {
    buf_clear(b);
    cell_print_text(f, span_of(text), date1904, b);
    return buf_cstr(b);
}

static void shows_numbers_by_their_code(void **state _unused_) {
    static const struct {
        const char *code, *number, *shown;
    } cases[] = {
        {"General", "536904399", "536904399"},
        {"General", "5.36904399E8", "536904399"},
        {"General", "4.111111111111111E15", "4111111111111111"},
        {"General", "1.2E+10", "12000000000"},
        {"General", "3.5999999999999996", "3.6"},
        {"General", "-0", "0"},
        {"General", "007", "007"}, /* no program writes it so; the digits stay */
        {"General", "text", "text"},
        {"#,##0.00", "1234567", "1234567"},
        {"0.00E+00", "12345678", "12345678"},
        {"0", "12", "12"},
        {"000000000", "12345678", "012345678"},
        {"00000", "501", "00501"},
        {"000-00-0000", "12345678", "012-34-5678"},
        {"000\\-00\\-0000", "78051120", "078-05-1120"},
        {"000\"-\"00\"-\"0000;@", "78051120", "078-05-1120"},
        {"\"SSN \"000-00-0000", "78051120", "SSN 078-05-1120"},
        {"###-##-####", "78051120", "78-05-1120"},
        {"000-00-0000", "9780511200", "9780-51-1200"}, /* more digits than places */
        {"[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "5551234", "555-1234"},
        {"[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "2025551234", "(202) 555-1234"},
        {"0000 0000 0000 0000", "411111111111111", "0411 1111 1111 1111"},
        {"000-00-0000", "1.5", "1.5"},
        {"000-00-0000", "-12", "-12"},
        {"yyyy-mm-dd", "29358", "1980-05-17"},
        {"m/d/yy", "29358", "1980-05-17"},
        {"[$-409]d\\-mmm\\-yyyy;@", "29358", "1980-05-17"},
        {"yyyy\\-mm\\-dd hh:mm", "29358.5", "1980-05-17 12:00:00"},
        {"d/m/yyyy", "29358.75", "1980-05-17 18:00:00"}, /* an hour that is not shown is there */
        {"h:mm", "0.25", "06:00:00"},
        {"[h]:mm:ss", "1.5", "36:00:00"},
        {"yyyy-mm-dd", "1", "1900-01-01"},
        {"yyyy-mm-dd", "59", "1900-02-28"},
        {"yyyy-mm-dd", "61", "1900-03-01"},
        {"yyyy-mm-dd", "0.999999999", "1900-01-01"},
        {"yyyy-mm-dd", "-1", "-1"},
        {"yyyy-mm-dd", "1e300", "1e+300"},
        {"[Red]0.00", "1", "1"},
        {"\"day\"", "5", "5"},
        {"", "5", "5"},
        {"[", "5", "5"},
        {"\"", "5", "5"},
        {"\\", "5", "5"},
    };
    Buf b = {0};

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CellFormat f = cell_format_parse(span_of(cases[i].code));

        assert_string_equal(printed(&f, cases[i].number, false, &b), cases[i].shown);
    }
    buf_done(&b);
}

static void knows_the_built_in_ones(void **state _unused_) {
    Buf b = {0};
    CellFormat f = cell_format_builtin(14);

    assert_string_equal(printed(&f, "29358", false, &b), "1980-05-17");
    assert_string_equal(printed(&f, "27896", true, &b), "1980-05-17"); /* 1,462 days less */
    f = cell_format_builtin(22);
    assert_string_equal(printed(&f, "29358", false, &b), "1980-05-17 00:00:00");
    f = cell_format_builtin(20);
    assert_string_equal(printed(&f, "0.5", false, &b), "12:00:00");
    f = cell_format_builtin(4);
    assert_string_equal(printed(&f, "29358", false, &b), "29358");
    buf_done(&b);
}

/* A code and a number of whatever bytes: no harm. */
static void survives_noise(void **state _unused_) {
    static const char letters[] = "0#?.,;[]<=\"\\_*ymdhs-() E+9/@%\x80";
    uint64_t seed = 1;
    Buf b = {0};

    for (int i = 0; i < 20000; i++) {
        char code[80], number[40];
        size_t n = 0;
        CellFormat f;

        for (; n < sizeof(code) - 1 &&
               (seed = seed * 6364136223846793005u + 1442695040888963407u) >> 60;)
            code[n++] = letters[(seed >> 33) % (sizeof(letters) - 1)];
        f = cell_format_parse(span(code, n));
        snprintf(number, sizeof(number), "%.17g",
                 (double)(int64_t)seed / (double)(1ull << (seed & 63)));
        printed(&f, number, seed & 1, &b);
        assert_true(b.n > 0 && b.n < 512);
    }
    buf_done(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_numbers_by_their_code),
        cmocka_unit_test(knows_the_built_in_ones),
        cmocka_unit_test(survives_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
