/* Kind: which texts are taken for tables, and which are not. */
#include "sample.h"

#include "extract/sniff.h"
#include "extract/text/dialect.h"
#include "extract/text/kind.h"

static void assert_kind(const char *text, const char *kind) {
    const char *got = kind_of_text(span_of(text), true);

    assert_string_equal(got ? got : "text", kind);
}

static void knows_json(void **state _unused_) {
    assert_kind("{\"a\": 1}", "json");
    assert_kind(" [\n  {\"a\": [1, -2.5e3, true, null]},\n  {}\n]\n", "json");
    assert_kind("[1, 2, 3]", "json");
    assert_kind("{'a': None, // c\n 'b': NaN,}", "json");
    assert_kind("{\"a\": 1}{\"a\": 2}", "json");
    assert_kind("{\n\"a\": 1\n}\n{\n\"a\": 2\n}\n", "json");
    assert_kind("{\"a\": 1}\n{\"a\": 2}\n", "jsonl");
    assert_kind("[1,\"x\"]\r\n[2,\"y\"]\r\n", "jsonl");
}

static void takes_other_brackets_for_text(void **state _unused_) {
    assert_kind("[section]\nkey = 1\n", "text");
    assert_kind("[1] A. Author, A book, 2001.\n[2] B. Author, Another, 2002.\n", "text");
    assert_kind("{ int x = 1; }\n", "text");
    assert_kind("{\n// a comment\n}\n{ another }\n", "text");
    assert_kind("{\\rtf1 x}", "text");
    assert_kind("[link](http://example.com) and more\n", "text");
    assert_kind("{{ template }}\n", "text");
    assert_kind("{color: red}\n", "text");
    assert_kind("[\n", "text");
    assert_kind("{", "text");
}

/* Cut anywhere behind its first member, a document is still one. */
static void knows_json_by_its_head(void **state _unused_) {
    static const char text[] = "{\"name\": \"x\\\"y\", \"list\": [1, {\"b\": false}], \"z\": null}";

    for (size_t n = 12; n < sizeof(text) - 1; n++) {
        const char *kind = kind_of_text(span(text, n), false);

        assert_string_equal(kind ? kind : "text", "json");
    }
}

static void knows_dumps(void **state _unused_) {
    assert_kind("--\n-- PostgreSQL database dump\n--\n\nSET x = 0;\n", "sqldump");
    assert_kind("-- MySQL dump 10.13  Distrib 8.0\n--\n", "sqldump");
    assert_kind("-- MariaDB dump 10.19\n", "sqldump");
    assert_kind("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n--\n",
                "sqldump");
    assert_kind("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a, b);\n", "sqldump");
    assert_kind("insert into t (a, b)\nvalues (1, 2);\n", "sqldump");
    assert_kind("/* export */\nCOPY t (a) FROM stdin;\n1\n\\.\n", "sqldump");
    assert_kind("SET NAMES utf8;\nINSERT INTO `t` VALUES (1);\n", "sqldump");
    assert_kind("Insert the key, then turn it.\nCreate a table of values.\n", "text");
    assert_kind("CREATE FUNCTION f() RETURNS int;\n", "text");
    assert_kind("Use it so:\n\nINSERT INTO t VALUES (1);\n", "text");
    assert_kind("-- a comment of Haskell\nmodule X where\n", "text");
    assert_kind("Copy this from there; it is yours.\n", "text");
}

static void knows_logs(void **state _unused_) {
    assert_kind("2024-03-01T12:00:00Z start\n2024-03-01T12:00:01Z go\n", "log");
    assert_kind("2024-03-01 12:00:00,123 INFO a, b\n2024-03-01 12:00:00,124 INFO a, b\n"
                "  at x\n2024-03-01 12:00:00,125 INFO a, b\n",
                "log");
    assert_kind("192.0.2.1 - - [01/Mar/2024:12:00:00 +0100] \"GET / HTTP/1.1\" 200 5\n"
                "192.0.2.1 - - [01/Mar/2024:12:00:01 +0100] \"GET / HTTP/1.1\" 200 5\n",
                "log");
    assert_kind("[Fri Mar 01 12:00:00.12 2024] [error] x\n[Fri Mar 01 12:00:01.12 2024] y\n",
                "log");
    assert_kind("Mar  1 12:00:00 host x: y\nMar  1 12:00:01 host x: y\n", "text"); /* no year */
    assert_kind("On 2024-03-01 we met.\nOn 2024-03-02 we did not.\n", "text");
    assert_kind("2024-03-01T12:00:00Z,1,a\n2024-03-01T12:00:01Z,2,b\n2024-03-01T12:00:02Z,3,c\n"
                "2024-03-01T12:00:03Z,4,d\n",
                "csv");
}

static void knows_tables(void **state _unused_) {
    assert_kind("name,ssn\nAnn,536-90-4399\n", "csv");
    assert_kind("name,city\nAnn,Bonn\nBob,Rome\n", "csv");
    assert_kind("id;n\r\n1;2\r\n3;4\r\n", "csv");
    assert_kind("id\tn\n1\tx y\n3\tz\n", "csv");
    assert_kind("Report of March\n\nid,amount\n1,2.50\n2,3.50\n3,4.50\n", "csv");
    assert_kind("id,name,note\n1,Ann\n2,Bob,x\n3,Cat\n5,Dan,y\n6,Eve\n", "csv");
    assert_kind("sep=;\na;b\n", "csv");
    assert_kind("\"a, b\",1,\"x\ny\"\n\"c\",2,\"z\"\n\"d\",3,\"\"\n\"e\",4,\"w\"\n", "csv");
    assert_kind("id\tn\r1\t2\r3\t4\r", "csv");
}

static void takes_other_separators_for_text(void **state _unused_) {
    assert_kind("", "text");
    assert_kind("Dear Sir, dear Madam,\n\nwe regret, with many thanks,\nthat 3, 4 and 5 are out.\n",
                "text");
    assert_kind("Hello, world\nFoo, 123\n", "text");
    assert_kind("Miller, Ann\nSmith, Bob\nJones, Cat\nBrown, Dan\nWhite, Eve\n", "text");
    assert_kind("int a, b;\nint c, d;\nfoo(1, 2);\nbar(3, 4);\n", "text");
    assert_kind("int a;\nint b;\nlong c;\nchar d;\n", "text");
    assert_kind("\tint a;\n\tint b;\n\tint c;\n", "text");
    assert_kind("a { color: red; }\nb { color: blue; }\n", "text");
    assert_kind("key = a, b\nother = c\nthird = d, e, f\n", "text");
    assert_kind("ls | wc\ncat x | sort | uniq\nps\n", "text");
    assert_kind("one\ntwo\nthree\n", "text");
    for (size_t i = 0; i < N_ELEMENTS(sample_texts); i++)
        assert_kind(sample_texts[i], "text");
}

static void finds_the_header(void **state _unused_) {
    Dialect d;

    assert_true(dialect_guess(span_of("name,ssn\nAnn,536-90-4399\n"), true, &d));
    assert_int_equal(d.header, 1);
    assert_int_equal(d.delimiter, ',');
    assert_true(dialect_guess(span_of("Report\n\nid;amount\n1;2,50\n2;3,50\n3;4,50\n"), true, &d));
    assert_int_equal(d.header, 3);
    assert_int_equal(d.header_at, 8);
    assert_int_equal(d.delimiter, ';');
    assert_true(dialect_guess(span_of("1,2.5,Ann\n2,3.5,Bob\n3,4.5,Cat\n4,5.5,Dan\n"), true, &d));
    assert_int_equal(d.header, 0);
    assert_true(dialect_guess(span_of("a,a\n1,2\n3,4\n5,6\n7,8\n"), true, &d));
    assert_int_equal(d.header, 0); /* two of one name */
    assert_true(dialect_guess(span_of("'a,x';'n'\n'b,y';'1'\n'c,z';'2'\n'd';'3'\n"), true, &d));
    assert_int_equal(d.quote, '\'');
}

static void knows_them_in_other_encodings(void **state _unused_) {
    static const Encoding encodings[] = {ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_UTF32LE};
    _cleanup_(buf_done) Buf b = {0};

    for (size_t i = 0; i < N_ELEMENTS(encodings); i++) {
        Sniff s;

        buf_clear(&b);
        put_point(&b, encodings[i], 0xFEFF);
        put_text(&b, encodings[i], "name;ssn\r\nK\xc3\xa4the;536-90-4399\r\n");
        s = sniff(buf_as_span(&b), b.n);
        assert_string_equal(s.format, "csv");
        assert_int_equal(s.encoding, encodings[i]);
    }
    assert_string_equal(sniff(span_of("\xEF\xBB\xBF{\"a\": 1}"), 11).format, "json");
}

static void takes_any_head(void **state _unused_) {
    static const char alphabet[] = ",;\t|\"'{}[]:/*-\n\n\r aINSERT01";
    uint64_t seed = 12;

    for (int i = 0; i < 20000; i++) {
        size_t n = sample_random(&seed) % 200;
        _cleanup_(free_p) char *head = malloc(n ? n : 1);

        assert_non_null(head);
        for (size_t k = 0; k < n; k++)
            head[k] = alphabet[sample_random(&seed) % (sizeof(alphabet) - 1)];
        kind_of_text(span(head, n), i % 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_json),
        cmocka_unit_test(takes_other_brackets_for_text),
        cmocka_unit_test(knows_json_by_its_head),
        cmocka_unit_test(knows_dumps),
        cmocka_unit_test(knows_logs),
        cmocka_unit_test(knows_tables),
        cmocka_unit_test(takes_other_separators_for_text),
        cmocka_unit_test(finds_the_header),
        cmocka_unit_test(knows_them_in_other_encodings),
        cmocka_unit_test(takes_any_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
