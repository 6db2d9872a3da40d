/* Csv: what spreadsheets save, and what people make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/csv.h"

/* Fields as [a][b], a line a row. */
static void assert_rows(const char *text, const char *expected) {
    _cleanup_(csv_done) Csv c;
    _cleanup_(buf_done) Buf got = {0};
    int r;

    csv_init(&c, span_of(text));
    while ((r = csv_next(&c)) > 0) {
        for (size_t i = 0; i < c.n; i++)
            buf_printf(&got, "[%s]", csv_field_at(&c, i));
        buf_byte(&got, '\n');
    }
    assert_int_equal(r, 0);
    assert_string_equal(buf_cstr(&got), expected);
}

static void rows(void **state _unused_) {
    assert_rows("", "");
    assert_rows("a,b\r\n1,2\r\n", "[a][b]\n[1][2]\n");
    assert_rows("\xef\xbb\xbf"
                "a;b\n\"x;y\";\"say \"\"so\"\"\"\n",
                "[a][b]\n[x;y][say \"so\"]\n");
    assert_rows("a\tb\n1\t\n", "[a][b]\n[1][]\n");
    assert_rows("a,b\n\"two\nlines\",x", "[a][b]\n[two\nlines][x]\n");
    assert_rows("a,b\n\n,\n", "[a][b]\n[]\n[][]\n");
    assert_rows("\"open", "[open]\n");
    assert_rows("\"a\"b,c\n", "[ab][c]\n");
}

static void many_fields(void **state _unused_) {
    _cleanup_(csv_done) Csv c;
    _cleanup_(buf_done) Buf text = {0};

    for (size_t i = 0; i < 1000; i++)
        buf_printf(&text, "%zu,", i);
    csv_init(&c, buf_as_span(&text));
    assert_int_equal(csv_next(&c), 1);
    assert_int_equal(c.n, CSV_FIELDS_MAX);
    assert_string_equal(csv_field_at(&c, 255), "255");
    assert_string_equal(csv_field_at(&c, 999), "");
    assert_int_equal(csv_next(&c), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(many_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
