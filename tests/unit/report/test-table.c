/* Table: alignment by code points, cutting at a limit, colour only when asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/table.h"

static const TableColumn columns[] = {
    {.head = "name", .limit = 8},
    {.head = "n", .right = true},
    {.head = "tier"},
};

static void aligns_by_code_points(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    _cleanup_(table_done) Table t;

    table_init(&t, columns, 3);
    table_row(&t, (const char *[]){"caf\xc3\xa9", "1,234", "restricted"});
    table_row(&t, (const char *[]){"a", "5", "low"});
    assert_int_equal(table_print(&t, 2, false, &b), 0);
    assert_string_equal(buf_cstr(&b), "  name      n  tier\n"
                                      "  caf\xc3\xa9  1,234  restricted\n"
                                      "  a         5  low\n");
}

static void cuts_at_the_limit(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    _cleanup_(table_done) Table t;

    table_init(&t, columns, 1);
    table_row(&t, (const char *[]){"12345678"});
    table_row(&t, (const char *[]){"123456789"});
    table_row(&t, (const char *[]){"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                                   "\xc3\xa9\xc3\xa9"});
    assert_int_equal(table_print(&t, 0, false, &b), 0);
    assert_string_equal(buf_cstr(&b), "name\n12345678\n12345...\n"
                                      "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9...\n");
}

static void paints_the_head(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    _cleanup_(table_done) Table t;

    table_init(&t, columns, 1);
    assert_int_equal(table_print(&t, 0, true, &b), 0);
    assert_string_equal(buf_cstr(&b), "\x1b[1mname\x1b[0m\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_by_code_points),
        cmocka_unit_test(cuts_at_the_limit),
        cmocka_unit_test(paints_the_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
