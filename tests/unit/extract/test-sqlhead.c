/* Sqlhead: statements that begin rows, names of every kind, and what is not enough to tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/text/sqlhead.h"

/* Kind, table and columns as "copy t(a,b)"; cut anywhere it asks for more, or is the same. */
static void assert_head(const char *text, const char *expected) {
    static const char *const kinds[] = {"other", "copy", "insert", "create", "use", "delimiter"};
    _cleanup_(sqlhead_done) Sqlhead h = {0};
    _cleanup_(buf_done) Buf got = {0};
    size_t end;

    assert_int_equal(sqlhead_parse(&h, span_of(text), true), 0);
    buf_printf(&got, "%s", kinds[h.kind]);
    if (h.kind == SQLHEAD_DELIMITER)
        buf_printf(&got, " %s", h.delimiter);
    else if (h.kind != SQLHEAD_OTHER)
        buf_printf(&got, " %s", buf_cstr(&h.table));
    for (uint32_t i = 0; i < sqlhead_columns(&h); i++) {
        Span name = sqlhead_column(&h, i);

        buf_printf(&got, "%s%.*s", i ? "," : "(", (int)name.n, (const char *)name.at);
    }
    if (sqlhead_columns(&h))
        buf_byte(&got, ')');
    if (strcmp(expected, "other") != 0)
        assert_string_equal(buf_cstr(&got), expected);
    else
        assert_string_equal(kinds[h.kind], expected);
    end = h.n;
    for (size_t n = 0; n < end; n++) {
        int r = sqlhead_parse(&h, span(text, n), false);

        assert_true(r == -EAGAIN || (r == 0 && h.kind == SQLHEAD_OTHER));
        assert_true(r == -EAGAIN || strcmp(expected, "other") == 0);
        assert_int_equal(sqlhead_parse(&h, span(text, n), true), 0);
        assert_true(h.n <= n);
    }
}

static void knows_statements(void **state _unused_) {
    assert_head("INSERT INTO t VALUES (1);", "insert t");
    assert_head("insert ignore into `a b`.`c``d` (x, `y z`) values\n(1)", "insert a b.c`d(x,y z)");
    assert_head("INSERT [dbo].[T] ([a], [b]) VALUES (1, 2)", "insert dbo.T(a,b)");
    assert_head("REPLACE INTO \"x\"\"y\" VALUES (1)", "insert x\"y");
    assert_head("INSERT OR REPLACE INTO t(a) VALUES(1)", "insert t(a)");
    assert_head("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)", "insert t(a)");
    assert_head("INSERT /* c */ INTO t -- d\n (a /* e */, b) VALUES (1)", "insert t(a,b)");
    assert_head("COPY public.t (a, \"b c\") FROM stdin;\n", "copy public.t(a,b c)");
    assert_head("copy t from STDIN WITH x;\n", "copy t");
    assert_head("DELIMITER ;;\n", "delimiter ;;");
    assert_head("USE `a b`;\n", "use a b");
    assert_head("use [db]\r\nGO\n", "use db");
    assert_head("USE it, or lose it.\n", "other");
    assert_head("USE a.b;\n", "other");
    assert_head("CREATE TABLE t (a int, b numeric(10,2) DEFAULT (1), c text DEFAULT 'x,)');",
                "create t(a,b,c)");
    assert_head("CREATE TEMP TABLE IF NOT EXISTS s.t (\"PRIMARY\" int, key text, "
                "PRIMARY KEY (a), UNIQUE (b), CONSTRAINT x CHECK (a > 0));",
                "create s.t(PRIMARY,key)");
    assert_head("CREATE TABLE `t` (`a` int, KEY `k` (`a`), FULLTEXT KEY `f` (`a`));",
                "create t(a)");
}

static void leaves_the_rest(void **state _unused_) {
    assert_head("INSERT INTO t SELECT 1;", "other");
    assert_head("INSERT INTO t DEFAULT VALUES;", "other");
    assert_head("COPY t TO stdout;\n", "other");
    assert_head("COPY t FROM '/a/file';\n", "other");
    assert_head("CREATE FUNCTION f(a int) RETURNS int;", "other");
    assert_head("CREATE TABLE t AS SELECT 1;", "other");
    assert_head("INSERTED INTO t VALUES (1)", "other");
    assert_head("SELECT 1;", "other");
    assert_head("", "other");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_statements),
        cmocka_unit_test(leaves_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
