/* Sqldump: dumps of four databases, names, rows, escapes, what stands between; any bytes. */
#include "mutate.h"
#include "windows.h"

static void reads_copy(void **state _unused_) {
    assert_reads("sqldump",
                 "--\n"
                 "-- PostgreSQL database dump\n"
                 "--\n"
                 "CREATE TABLE hr.\"Odd Name\" (\n"
                 "    id integer NOT NULL,\n"
                 "    \"tax id\" text DEFAULT 'a,b)',\n"
                 "    CONSTRAINT x CHECK ((id > 0))\n"
                 ");\n"
                 "COPY hr.\"Odd Name\" (\"tax id\", id) FROM stdin;\n"
                 "a\\tb\\\\\t1\n"
                 "\\N\t2\n"
                 "\\.\n"
                 "\n"
                 "\\connect x\n",
                 "# text\n"
                 "= 1:0 @0 --\\n\n"
                 "= 2:0 @3 -- PostgreSQL database dump\\n\n"
                 "= 3:0 @31 --\\n\n"
                 "= 4:0 @34 CREATE TABLE hr.\"Odd Name\" (\\n\n"
                 "= 5:0 @63     id integer NOT NULL,\\n\n"
                 "= 6:0 @88     \"tax id\" text DEFAULT 'a,b)',\\n\n"
                 "= 7:0 @122     CONSTRAINT x CHECK ((id > 0))\\n\n"
                 "= 8:0 @156 );\\n\n"
                 "# table hr.Odd Name\n"
                 "| 1 id\n"
                 "| 2 tax id\n"
                 "= @159 COPY hr.\"Odd Name\" (\"tax id\", id) FROM stdin;\\n\n"
                 "= 1:2 @205 a\n"
                 "= 1:2 @206 \\t\n"
                 "= 1:2 @208 b\n"
                 "= 1:2 @209 \\\n"
                 "= 1:2 @211 \\t\n"
                 "= 1:1 @212 1\\n\\N\\t\n"
                 "= 2:1 @217 2\\n\n"
                 "= @219 \\.\\n\\n\n"
                 "# text\n"
                 "= 14:0 @223 \\connect x\\n\n");
}

static void reads_inserts(void **state _unused_) {
    assert_reads("sqldump",
                 "CREATE TABLE t (id int, n text);\n"
                 "INSERT INTO t VALUES (1, 'O''Brien'),(2,NULL);\n"
                 "INSERT INTO t VALUES (3, E'a\\'\\n');\n"
                 "insert into T2 (b, a) values (4, f('x, y', (1)), 'more');\n"
                 "INSERT INTO t (n) VALUES ('z') ON CONFLICT DO NOTHING;\n",
                 "# text\n"
                 "= 1:0 @0 CREATE TABLE t (id int, n text);\\n\n"
                 "# table t\n"
                 "| 1 id\n"
                 "| 2 n\n"
                 "= @33 INSERT INTO t VALUES (\n"
                 "= 1:1 @55 1, \n"
                 "= 1:2 @58 'O\n"
                 "= 1:2 @60 '\n"
                 "= 1:2 @62 Brien'),(\n"
                 "= 2:1 @71 2,NULL)\n"
                 "= @78 ;\\nINSERT INTO t VALUES (\n"
                 "= 3:1 @102 3, \n"
                 "= 3:2 @105 E'a\n"
                 "= 3:2 @108 '\n"
                 "= 3:2 @110 \\n\n"
                 "= 3:2 @112 ')\n"
                 "= @114 ;\\n\n"
                 "# table T2\n"
                 "| 1 b\n"
                 "| 2 a\n"
                 "= @116 insert into T2 (b, a) values (\n"
                 "= 1:1 @146 4, \n"
                 "= 1:2 @149 f('x, y', (1)), \n"
                 "= 1:0 @165 'more')\n"
                 "= @172 ;\\n\n"
                 "# table t\n"
                 "= @174 INSERT INTO t (n) VALUES (\n"
                 "= 4:2 @200 'z') \n"
                 "# text\n"
                 "= 5:0 @205 ON CONFLICT DO NOTHING;\\n\n");
}

static void reads_mysqldump(void **state _unused_) {
    assert_reads("sqldump",
                 "-- MySQL dump 10.13\n"
                 "CREATE TABLE `t` (`id` int, `key` text, KEY `i` (`id`));\n"
                 "LOCK TABLES `t` WRITE;\n"
                 "INSERT INTO `t` VALUES (1,'a\\'b;'),(2,_binary 'x\\\\'),\n"
                 "(3,0x4142);\n"
                 "DELIMITER ;;\n"
                 "CREATE TRIGGER x INSERT INTO t VALUES (9); END ;;\n"
                 "DELIMITER ;\n"
                 "REPLACE INTO `t` (`key`) VALUES (\"q\");\n",
                 "# text\n"
                 "= 1:0 @0 -- MySQL dump 10.13\\n\n"
                 "= 2:0 @20 CREATE TABLE `t` (`id` int, `key` text, KEY `i` (`id`));\\n\n"
                 "= 3:0 @77 LOCK TABLES `t` WRITE;\\n\n"
                 "# table t\n"
                 "| 1 id\n"
                 "| 2 key\n"
                 "= @100 INSERT INTO `t` VALUES (\n"
                 "= 1:1 @124 1,\n"
                 "= 1:2 @126 'a\n"
                 "= 1:2 @128 '\n"
                 "= 1:2 @130 b;'),(\n"
                 "= 2:1 @136 2,\n"
                 "= 2:2 @138 _binary 'x\n"
                 "= 2:2 @148 \\\n"
                 "= 2:2 @150 '),\\n(\n"
                 "= 3:1 @155 3,\n"
                 "= 3:2 @157 0x4142)\n"
                 "= @164 ;\\n\n"
                 "# text\n"
                 "= 6:0 @166 DELIMITER ;;\\n\n"
                 "= 7:0 @179 CREATE TRIGGER x INSERT INTO t VALUES (9); END ;;\\n\n"
                 "= 8:0 @229 DELIMITER ;\\n\n"
                 "# table t\n"
                 "= @241 REPLACE INTO `t` (`key`) VALUES (\n"
                 "= 4:2 @274 \"q\")\n"
                 "= @278 ;\\n\n");
}

/* When it was made bounds the age of its rows. */
static void tells_when_it_was_made(void **state _unused_) {
    assert_reads("sqldump",
                 "-- MySQL dump 10.13\n"
                 "INSERT INTO `t` VALUES (1);\n"
                 "-- Dump completed on 2025-01-05 12:00:01\n"
                 "-- Dump completed on Monday\n"
                 "--",
                 "# text\n"
                 "= 1:0 @0 -- MySQL dump 10.13\\n\n"
                 "# table t\n"
                 "= @20 INSERT INTO `t` VALUES (\n"
                 "= 1:1 @44 1)\n"
                 "= @46 ;\\n\n"
                 "! dump-made 1736078401000000000 1736078401000000000 \n"
                 "# text\n"
                 "= 3:0 @48 -- Dump completed on 2025-01-05 12:00:01\\n\n"
                 "= 4:0 @89 -- Dump completed on Monday\\n\n"
                 "= 5:0 @117 --\n");
}

/* Tables of one name in two databases are two, each with its columns and rows. */
static void knows_databases(void **state _unused_) {
    assert_reads("sqldump",
                 "USE `a`;\n"
                 "CREATE TABLE `t` (`id` int, `mail` text);\n"
                 "INSERT INTO `t` VALUES (1,'x');\n"
                 "USE `b`;\n"
                 "CREATE TABLE `t` (`ssn` text);\n"
                 "INSERT INTO `t` VALUES ('y');\n"
                 "INSERT INTO c.t VALUES (2);\n",
                 "# text\n"
                 "= 1:0 @0 USE `a`;\\n\n"
                 "= 2:0 @9 CREATE TABLE `t` (`id` int, `mail` text);\\n\n"
                 "# table a.t\n"
                 "| 1 id\n"
                 "| 2 mail\n"
                 "= @51 INSERT INTO `t` VALUES (\n"
                 "= 1:1 @75 1,\n"
                 "= 1:2 @77 'x')\n"
                 "= @81 ;\\n\n"
                 "# text\n"
                 "= 4:0 @83 USE `b`;\\n\n"
                 "= 5:0 @92 CREATE TABLE `t` (`ssn` text);\\n\n"
                 "# table b.t\n"
                 "| 1 ssn\n"
                 "= @123 INSERT INTO `t` VALUES (\n"
                 "= 1:1 @147 'y')\n"
                 "= @151 ;\\n\n"
                 "# table c.t\n"
                 "= @153 INSERT INTO c.t VALUES (\n"
                 "= 1:1 @177 2)\n"
                 "= @179 ;\\n\n");
}

/* What looks like rows inside quotes, functions and comments is none. */
static void looks_into_no_quotes(void **state _unused_) {
    assert_reads("sqldump",
                 "/* INSERT INTO x VALUES (1); */\n"
                 "CREATE FUNCTION f() AS $_$ 'it; INSERT INTO x VALUES (2); $_$;\n"
                 "SELECT 'a;\nINSERT INTO x VALUES (3);';\n",
                 "# text\n"
                 "= 1:0 @0 /* INSERT INTO x VALUES (1); */\\n\n"
                 "= 2:0 @32 CREATE FUNCTION f() AS $_$ 'it; INSERT INTO x VALUES (2); $_$;\\n\n"
                 "= 3:0 @95 SELECT 'a;\\n\n"
                 "= 4:0 @106 INSERT INTO x VALUES (3);';\\n\n");
}

static void reads_transact_sql(void **state _unused_) {
    assert_reads("sqldump",
                 "SET IDENTITY_INSERT [dbo].[T] ON\n"
                 "INSERT [dbo].[T] ([a b], [c]) VALUES (1, N'x')\n"
                 "INSERT [dbo].[T] ([a b], [c]) VALUES (2, N'y')\n"
                 "GO\n",
                 "# text\n"
                 "= 1:0 @0 SET IDENTITY_INSERT [dbo].[T] ON\\n\n"
                 "# table dbo.T\n"
                 "| 1 a b\n"
                 "| 2 c\n"
                 "= @33 INSERT [dbo].[T] ([a b], [c]) VALUES (\n"
                 "= 1:1 @71 1, \n"
                 "= 1:2 @74 N'x')\\n\n"
                 "= @80 INSERT [dbo].[T] ([a b], [c]) VALUES (\n"
                 "= 2:1 @118 2, \n"
                 "= 2:2 @121 N'y')\\n\n"
                 "# text\n"
                 "= 4:0 @127 GO\\n\n");
}

/* A fact belongs to the part before it; a table that comes again has a range again. */
static void tells_dates_of_rows(void **state _unused_) {
    assert_reads("sqldump",
                 "COPY a (id, created) FROM stdin;\n"
                 "1\t2024-03-01\n"
                 "2\t2024-03-02\n"
                 "\\.\n"
                 "INSERT INTO b (created) VALUES (to_date('2024-03-01', 'YYYY-MM-DD'));\n"
                 "INSERT INTO a (created) VALUES ('2024-03-01');\n",
                 "# table a\n"
                 "| 1 id\n"
                 "| 2 created\n"
                 "= @0 COPY a (id, created) FROM stdin;\\n\n"
                 "= 1:1 @33 1\\t\n"
                 "= 1:2 @35 2024-03-01\\n\n"
                 "= 2:1 @46 2\\t\n"
                 "= 2:2 @48 2024-03-02\\n\n"
                 "= @59 \\.\\n\n"
                 "! row-date 1709251200000000000 1709337600000000000 \n"
                 "# table b\n"
                 "| 1 created\n"
                 "= @62 INSERT INTO b (created) VALUES (\n"
                 "= 1:1 @94 to_date('2024-03-01', 'YYYY-MM-DD'))\n"
                 "= @130 ;\\n\n"
                 "! row-date 1709251200000000000 1709251200000000000 \n"
                 "# table a\n"
                 "= @132 INSERT INTO a (created) VALUES (\n"
                 "= 3:2 @164 '2024-03-01')\n"
                 "= @177 ;\\n\n"
                 "! row-date 1709251200000000000 1709251200000000000 \n");
}

static void recovers_from_an_open_quote(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    buf_text(&b, "INSERT INTO t VALUES (1, 'open);\n");
    for (int i = 0; i < 60000; i++)
        buf_text(&b, "INSERT INTO t VALUES (2, x);\n");
    buf_text(&b, "INSERT INTO u VALUES (7, 'y');\n");
    log = read_as(&r, "sqldump", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "# table u\n"));
    assert_non_null(strstr(log, "= 1:2 @1740058 'y')"));
    assert_in_place("sqldump", buf_as_span(&b), DECODER_WINDOW);
    buf_done(&r.log);
}

/* A blob of any length is one value. */
static void keeps_a_long_value(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    buf_text(&b, "INSERT INTO t VALUES ('");
    for (int i = 0; i < 300000; i++)
        buf_text(&b, "abcd '' \n");
    buf_text(&b, "', 'next');\n");
    log = read_as(&r, "sqldump", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "= 1:2 @2700026 'next')"));
    buf_done(&r.log);
}

/* Tables beyond what is kept are text; columns beyond have no number. */
static void keeps_a_bounded_number_of_names(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;
    char last[64];

    for (int i = 0; i < 65540; i++)
        buf_printf(&b, "INSERT INTO t%d VALUES (1);\n", i);
    buf_text(&b, "INSERT INTO t7 VALUES (");
    for (int i = 0; i < 5000; i++)
        buf_text(&b, "1,");
    buf_text(&b, "2);\n");
    log = read_as(&r, "sqldump", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "# table t65535\n"));
    assert_null(strstr(log, "# table t65536\n"));
    assert_non_null(strstr(log, "= 2:4096 "));
    snprintf(last, sizeof(last), "= 2:0 @%zu 2)\n", b.n - 4);
    assert_non_null(strstr(log, last));
    buf_done(&r.log);
}

/* The names of a wide table are told once, however often it comes. */
static void tells_names_once(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    size_t names = 0;
    const char *log;

    buf_text(&b, "CREATE TABLE w (c1 int");
    for (int i = 2; i <= 4096; i++)
        buf_printf(&b, ", c%d int", i);
    buf_text(&b, ");\n");
    for (int i = 0; i < 1000; i++)
        buf_text(&b, "INSERT INTO w VALUES (1);\nINSERT INTO n VALUES (1);\n");
    log = read_as(&r, "sqldump", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "= 1000:1 "));
    for (const char *at = log; (at = strstr(at, "\n| ")); at++)
        names++;
    assert_int_equal(names, 4096);
    buf_done(&r.log);
}

static void takes_any_bytes(void **state _unused_) {
    static const char *const dumps[] = {
        "-- PostgreSQL database dump\nCREATE TABLE a.t (x int, \"y\" text);\n"
        "COPY a.t (x, \"y\") FROM stdin;\n1\ta\\nb\n\\N\t\\\\\n\\.\nSELECT $$a;$$;\n",
        "-- MySQL dump\nINSERT INTO `t` (`a`) VALUES (1,'a\\'b'),(NULL,X'41');\n/*!4 X */;\n"
        "DELIMITER ;;\nBEGIN; ;;\nDELIMITER ;\n",
        "INSERT INTO t VALUES(1,'a''b',f('c'));\nINSERT INTO t VALUES(2,'\\',3);\n",
    };
    _cleanup_(buf_done) Buf b = {0};
    uint64_t seed = 9;

    for (size_t k = 0; k < N_ELEMENTS(dumps); k++) {
        for (size_t n = 0; n <= strlen(dumps[k]); n++)
            assert_tolerates("sqldump", span(dumps[k], n));
    }
    for (int i = 0; i < 800; i++) {
        mutate(&seed, span_of(dumps[(size_t)i % N_ELEMENTS(dumps)]), "''\"`\\(),;\n\t-/*$E ", &b);
        assert_tolerates("sqldump", buf_as_span(&b));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_when_it_was_made),
        cmocka_unit_test(reads_copy),
        cmocka_unit_test(reads_inserts),
        cmocka_unit_test(reads_mysqldump),
        cmocka_unit_test(knows_databases),
        cmocka_unit_test(looks_into_no_quotes),
        cmocka_unit_test(reads_transact_sql),
        cmocka_unit_test(tells_dates_of_rows),
        cmocka_unit_test(recovers_from_an_open_quote),
        cmocka_unit_test(keeps_a_long_value),
        cmocka_unit_test(keeps_a_bounded_number_of_names),
        cmocka_unit_test(tells_names_once),
        cmocka_unit_test(takes_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
