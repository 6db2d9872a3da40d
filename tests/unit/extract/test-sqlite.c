/* SQLite files, made by SQLite itself in memory: tables, values, free pages, damage, hostile SQL.
 */
#include "recorder.h"

#include <sqlite3.h>

static Buf make(const char *sql) {
    sqlite3 *db = NULL;
    sqlite3_int64 n = 0;
    unsigned char *bytes;
    Buf b = {0};

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    bytes = sqlite3_serialize(db, "main", &n, 0);
    assert_non_null(bytes);
    buf_add(&b, bytes, (size_t)n);
    sqlite3_free(bytes);
    sqlite3_close(db);
    return b;
}

static const char *read_bytes(Recorder *r, const Buf *b) {
    r->place = EXTRACT_FORMAT;
    return record_bytes(r, buf_as_span(b), "a.db");
}

static void expect(const Recorder *r, const char *text) {
    if (!memmem(r->log.at, r->log.n, text, strlen(text)))
        fail_msg("no '%s' in: %s", text, buf_cstr(&r->log));
}

static void expect_not(const Recorder *r, const char *text) {
    if (memmem(r->log.at, r->log.n, text, strlen(text)))
        fail_msg("'%s' in: %s", text, buf_cstr(&r->log));
}

static void change(Buf *b, const char *from, const char *to) {
    uint8_t *at = memmem(b->at, b->n, from, strlen(from));

    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

#define PEOPLE                                                                                     \
    "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, \"odd \"\"name\" TEXT);"               \
    "INSERT INTO people VALUES(7, 'Alice Example', NULL), (9, NULL, 'b@example.org');"

static void test_rows(void **state) {
    Recorder r = {0};
    Buf db = make(PEOPLE);

    (void)state;
    read_bytes(&r, &db);
    assert_string_equal(buf_cstr(&r.log),
                        "# section schema\n"
                        "= CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, \"odd \"\"name\" "
                        "TEXT);\\n\n"
                        "# table people\n"
                        "| 1 id\n"
                        "| 2 name\n"
                        "| 3 odd \"name\n"
                        "= 1:1 7\\t\n"
                        "= 1:2 Alice Example\\n\n"
                        "= 2:1 9\\t\n"
                        "= 2:3 b@example.org\\n\n"
                        "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_values(void **state) {
    Recorder r = {0};
    Buf db = make("CREATE TABLE v(a, created_at);"
                  "INSERT INTO v VALUES(-9223372036854775808, '2024-03-01'), (0.1, '2024-03-02'),"
                  "(4111111111111111.0, ''), (1e300, NULL), (CAST(x'4dfc6c6c6572' AS TEXT), NULL),"
                  "(x'68656c6c6f20776f726c642c207465787420696e206120626c6f62', NULL),"
                  "(x'0001', NULL),"
                  "(x'504b0506000000000000000000000000000000000000', NULL);");

    (void)state;
    read_bytes(&r, &db);
    expect(&r, "= 1:1 -9223372036854775808\\t\n");
    expect(&r, "= 2:1 0.1\\t\n");
    expect(&r, "= 3:1 4111111111111111\\n\n");
    expect(&r, "= 4:1 1e+300\\n\n");
    expect(&r, "= 5:1 M\xC3\xBCller\\n\n");
    expect(&r, "= 6:1 hello world, text in a blob");
    expect(&r, "> v.a.8\n");
    expect(&r, "! row-date 1709251200000000000 ");
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_kinds_of_tables(void **state) {
    Recorder r = {0};
    Buf db = make("PRAGMA encoding = 'UTF-16le';"
                  "CREATE TABLE k(k TEXT PRIMARY KEY, v) WITHOUT ROWID;"
                  "INSERT INTO k VALUES('b', '\xC3\xA4'), ('a', 'x');"
                  "CREATE TABLE g(a, b AS (hex(zeroblob(100))), c AS (a || '!') STORED);"
                  "INSERT INTO g VALUES('one');"
                  "CREATE INDEX i ON k(v);"
                  "CREATE VIEW w AS SELECT 'of the view' FROM k;"
                  "CREATE TABLE \"o'dd \"\"t\"(x); INSERT INTO \"o'dd \"\"t\" VALUES('quoted');");

    (void)state;
    read_bytes(&r, &db);
    expect(&r, "= 1:1 a\\t\n= 1:2 x\\n\n= 2:1 b\\t\n= 2:2 \xC3\xA4\\n\n");
    expect(&r, "# table g\n| 1 a\n| 2 c\n= 1:1 one\\t\n= 1:2 one!\\n\n"); /* b is computed */
    expect(&r, "# table o'dd \"t\n");
    expect(&r, "= 1:1 quoted\\n\n");
    expect_not(&r, "# table w\n");
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_free_pages(void **state) {
    Recorder r = {0};
    Buf db = make("PRAGMA secure_delete = 0;" PEOPLE "CREATE TABLE gone(note);"
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300)"
                  "INSERT INTO gone SELECT 'deleted note ' || i || hex(zeroblob(100)) FROM n;"
                  "DROP TABLE gone;");

    (void)state;
    assert_true(db.at[39] > 5); /* free pages */
    read_bytes(&r, &db);
    expect(&r, "# bytes binary\n");
    for (int i = 1; i <= 300; i++) {
        char text[32];

        snprintf(text, sizeof(text), "deleted note %d0", i);
        if (i % 37 == 0) /* those at the start of a trunk's page are overwritten */
            expect(&r, text);
    }
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_wal(void **state) {
    Recorder r = {0};
    Buf db = make(PEOPLE);

    (void)state;
    db.at[18] = db.at[19] = 2;
    read_bytes(&r, &db);
    expect(&r, "! wal 0 0 \n");
    expect(&r, "= 1:2 Alice Example");
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

#define MANY                                                                                       \
    "CREATE TABLE customer(id integer primary key, note text);"                                    \
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200)"                    \
    "INSERT INTO customer(note) SELECT 'note ' || i || ' ' || hex(zeroblob(250)) FROM n;"

/* The root of the table is page 2, an interior one. */
static void test_ring(void **state) {
    enum { ROOT = 4096, INTERIOR = 5 };
    Recorder r = {0};
    Buf db = make(MANY);
    size_t first;

    (void)state;
    assert_int_equal(db.at[ROOT], INTERIOR);
    memcpy(db.at + ROOT + 8, "\0\0\0\2", 4);
    first = (size_t)db.at[ROOT + 12] << 8 | db.at[ROOT + 13];
    memcpy(db.at + ROOT + first, "\0\0\0\2", 4);
    read_bytes(&r, &db);
    expect(&r, "note 1 0");
    expect(&r, "note 200 0");
    expect(&r, "< partial(corrupt)\n");
    buf_done(&db);
    buf_done(&r.log);
}

/* A tree of the same few pages again and again, of rows without text: ends by their number. */
static void test_shared_pages(void **state) {
    enum { PAGE = 512, LEVELS = 12 };
    Recorder r = {0};
    Buf db = make("PRAGMA page_size = 512; CREATE TABLE t(a);"
                  "INSERT INTO t VALUES(NULL), (NULL);"
                  "CREATE TABLE fill(a); INSERT INTO fill VALUES(zeroblob(8000));");
    uint8_t leaf[PAGE];

    (void)state;
    assert_true(db.n > (LEVELS + 2) * PAGE);
    memcpy(leaf, db.at + PAGE, PAGE);
    for (unsigned i = 0; i < LEVELS; i++) {
        uint8_t *at = db.at + (i + 1) * PAGE;

        memset(at, 0, PAGE);
        at[0] = 5;
        at[4] = 40; /* cells */
        at[5] = (PAGE - 40 * 5) >> 8, at[6] = (uint8_t)(PAGE - 40 * 5);
        at[11] = (uint8_t)(i + 3); /* the last child: the next page */
        for (unsigned k = 0; k < 40; k++) {
            unsigned cell = PAGE - 5 * (k + 1);

            at[12 + 2 * k] = (uint8_t)(cell >> 8), at[13 + 2 * k] = (uint8_t)cell;
            at[cell + 3] = (uint8_t)(i + 3), at[cell + 4] = (uint8_t)k;
        }
    }
    memcpy(db.at + (LEVELS + 1) * PAGE, leaf, PAGE);
    read_bytes(&r, &db);
    expect(&r, "< partial(corrupt)\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_hostile_schema(void **state) {
    static const char *const views[] = {
        "CREATE VIEW customer AS SELECT load_extension('/tmp')    ",
        "CREATE VIRTUAL TABLE customer USING fts5(id, note);      ",
        "DROP TABLE customer;                                     ",
        "CREATE TABLE other(id integer primary key, note text)    ",
    };

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(views); i++) {
        Recorder r = {0};
        Buf db = make(MANY), sql = {0};

        buf_add(&sql, views[i], 56);
        change(&db, "CREATE TABLE customer(id integer primary key, note text)", buf_cstr(&sql));
        read_bytes(&r, &db);
        expect(&r, "note 200 0");
        expect(&r, "< partial(corrupt)\n");
        buf_done(&sql);
        buf_done(&db);
        buf_done(&r.log);
    }
}

static void test_behind_end(void **state) {
    Recorder r = {0};
    Buf db = make(PEOPLE);

    (void)state;
    memcpy(db.at + 92, db.at + 24, 4); /* the count of pages holds */
    for (unsigned i = 0; i < 4096; i++)
        buf_text(&db, "behind ");
    read_bytes(&r, &db);
    expect(&r, "Alice Example");
    expect(&r, "behind behind");
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

static void test_cut(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf db = make(MANY);

    (void)state;
    memcpy(db.at + 92, db.at + 24, 4);
    for (size_t n = 100; n < db.n; n += n < 4200 ? 61 : 1021) {
        record_bytes(&r, span(db.at, n), "a.db");
        if (n >= 3 * 4096) /* its page */
            expect(&r, "note 1 0");
        expect_not(&r, "= 1:1 0");
        expect(&r, "< partial(corrupt)\n");
    }
    buf_done(&db);
    buf_done(&r.log);
}

static void test_flips(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf db = make("PRAGMA page_size = 512;" PEOPLE "CREATE TABLE k(k PRIMARY KEY, v) WITHOUT ROWID;"
                  "INSERT INTO k VALUES('a', zeroblob(900)); CREATE TABLE d(x);"
                  "INSERT INTO d VALUES(zeroblob(3000)); DROP TABLE d;");

    (void)state;
    for (size_t i = 16; i < db.n; i++) {
        db.at[i] ^= 0xFF;
        read_bytes(&r, &db);
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        db.at[i] ^= 0xFF ^ 1;
        read_bytes(&r, &db);
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        db.at[i] ^= 1;
    }
    read_bytes(&r, &db);
    expect(&r, "< read\n");
    buf_done(&db);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_kinds_of_tables),
        cmocka_unit_test(test_free_pages),
        cmocka_unit_test(test_wal),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_shared_pages),
        cmocka_unit_test(test_hostile_schema),
        cmocka_unit_test(test_behind_end),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
