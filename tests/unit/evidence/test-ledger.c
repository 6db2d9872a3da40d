/* Ledger: what goes in comes out and holds; what is changed, cut out or put in is named. */
#include "fixture.h"

#include "evidence/ledger.h"

typedef struct Book {
    char *keys;
    char path[160];
    Store *store;
    Seal *seal;
} Book;

static void book_open(Book *b, const char *keys) {
    bool created;
    Error e = {0};

    b->keys = strdup(keys);
    snprintf(b->path, sizeof(b->path), "%s/t.db", keys);
    if (store_open(b->path, STORE_APPEND, &e, &b->store) < 0 ||
        ledger_open(b->store, keys, &e, &created, &b->seal) < 0)
        fail_msg("%s", e.text);
}

static void book_done(Book *b) {
    b->store = store_close(b->store);
    b->seal = seal_free(b->seal);
    free(b->keys);
}

static void append(Book *b, LedgerKind kind, const char *body) {
    Error e = {0};

    if (ledger_append(b->store, b->seal, kind, span_of(body), &e, NULL) < 0)
        fail_msg("%s", e.text);
}

/* All lines, as the file has them. */
static void print_all(Book *b, Buf *to) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    StoreEntry row;
    Error e = {0};

    if (entry_cursor_open(b->store, 1, &e, &c) < 0)
        fail_msg("%s", e.text);
    while (entry_cursor_step(c, &e, &row) > 0) {
        assert_int_equal(ledger_print(&row, to), 0);
        buf_byte(to, '\n');
    }
}

/* Checks line after line. The number of the first that does not hold, 0: all do. */
static size_t first_wrong(Span lines, LedgerCheck *c, const char **ret_why) {
    size_t n = 0;

    *ret_why = NULL;
    while (lines.n) {
        _cleanup_(arena_done) Arena a = {0};
        const uint8_t *end = memchr(lines.at, '\n', lines.n);
        size_t length = end ? (size_t)(end - lines.at) : lines.n;
        StoreEntry e;

        n++;
        *ret_why =
            ledger_parse(span(lines.at, length), &a, &e) < 0 ? "no entry" : ledger_check(c, &e);
        if (*ret_why)
            return n;
        lines = span(lines.at + length + (end != NULL), lines.n - length - (end != NULL));
    }
    return 0;
}

static void three(Book *b, const char *keys, Buf *ret_lines) {
    book_open(b, keys);
    append(b, LEDGER_RUN, "{\"status\":\"complete\",\"run\":1}");
    append(b, LEDGER_REVEAL, "{\"locator\":\"/srv/\\u00e4#L1:@5\"}");
    print_all(b, ret_lines);
}

static void holds_and_says_who_sealed_it(void **state) {
    _cleanup_(buf_done) Buf lines = {0};
    _cleanup_(book_done) Book b = {0};
    const char *why;
    LedgerCheck c;

    three(&b, *state, &lines);
    c = (LedgerCheck){.trusted = seal_public(b.seal)};
    if (first_wrong(buf_as_span(&lines), &c, &why))
        fail_msg("entry %lld: %s", (long long)c.head.seq + 1, why);
    assert_int_equal(c.entries, 3);
    assert_int_equal(c.head.seq, 3);
    assert_true(c.trusted_seen);
    assert_int_equal(c.lost, 0);
    assert_int_equal(strlen(c.store), 36);
    assert_non_null(strstr(buf_cstr(&lines), "\"body\":{\"run\":1,\"status\":\"complete\"}"));
    c = (LedgerCheck){.trusted = (const uint8_t *)"0123456789abcdef0123456789abcdef"};
    assert_int_equal(first_wrong(buf_as_span(&lines), &c, &why), 0);
    assert_false(c.trusted_seen);
}

/* Every bit of every byte: the entry is named, never a later one. */
static void names_the_entry_of_any_changed_bit(void **state) {
    _cleanup_(buf_done) Buf lines = {0};
    _cleanup_(book_done) Book b = {0};
    size_t line = 1;

    three(&b, *state, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        size_t wrong;
        const char *why;
        LedgerCheck c = {0};
        bool newline = lines.at[i] == '\n';

        lines.at[i] ^= (uint8_t)(1u << i % 8);
        wrong = first_wrong(buf_as_span(&lines), &c, &why);
        lines.at[i] ^= (uint8_t)(1u << i % 8);
        if (wrong != line)
            fail_msg("byte %zu is in entry %zu, named is %zu", i, line, wrong);
        line += newline;
    }
}

static void names_where_one_is_missing_or_put_in(void **state) {
    _cleanup_(buf_done) Buf lines = {0}, less = {0}, more = {0};
    _cleanup_(book_done) Book b = {0};
    const char *first, *second, *third, *why;
    LedgerCheck c = {0};

    three(&b, *state, &lines);
    first = buf_cstr(&lines);
    second = strchr(first, '\n') + 1;
    third = strchr(second, '\n') + 1;
    buf_add(&less, first, (size_t)(second - first));
    buf_text(&less, third);
    assert_int_equal(first_wrong(buf_as_span(&less), &c, &why), 2);
    assert_string_equal(why, "entries before it are missing");
    c = (LedgerCheck){0};
    buf_add(&more, first, (size_t)(third - first));
    buf_add(&more, second, (size_t)(third - second));
    assert_int_equal(first_wrong(buf_as_span(&more), &c, &why), 3);
    assert_string_equal(why, "it is out of order");
    c = (LedgerCheck){0};
    assert_int_equal(first_wrong(span_of(second), &c, &why), 1);
}

/* A chain that is right in itself, sealed by a pair that nobody was told of. */
static void names_what_another_pair_sealed(void **state) {
    _cleanup_(buf_done) Buf lines = {0};
    _cleanup_(book_done) Book b = {0};
    _cleanup_(seal_freep) Seal *other = NULL;
    char directory[160];
    LedgerCheck c = {0};
    const char *why;
    bool created;
    Error e = {0};

    book_open(&b, *state);
    snprintf(directory, sizeof(directory), "%s/other", (char *)*state);
    if (seal_load(directory, &e, &created, &other) < 0)
        fail_msg("%s", e.text);
    assert_true(created);
    assert_int_equal(ledger_append(b.store, other, LEDGER_GAP, span_of("{}"), &e, NULL), 0);
    print_all(&b, &lines);
    assert_int_equal(first_wrong(buf_as_span(&lines), &c, &why), 2);
    assert_string_equal(why, "it is not sealed by the key that the ledger names");
}

static void hands_over_to_a_new_pair(void **state) {
    _cleanup_(buf_done) Buf lines = {0};
    _cleanup_(book_done) Book b = {0};
    _cleanup_(key_freep) Key *k = NULL;
    uint8_t first[SEAL_PUBLIC];
    LedgerCheck c;
    const char *why;
    bool created;
    Error e = {0};

    book_open(&b, *state);
    memcpy(first, seal_public(b.seal), sizeof(first));
    assert_int_equal(key_replace(*state, KEY_SEAL, seal_id(b.seal), &e, &k), 0);
    b.seal = seal_free(b.seal);
    if (ledger_open(b.store, *state, &e, &created, &b.seal) < 0)
        fail_msg("%s", e.text);
    append(&b, LEDGER_POLICY, "{}");
    print_all(&b, &lines);
    c = (LedgerCheck){.trusted = first};
    if (first_wrong(buf_as_span(&lines), &c, &why))
        fail_msg("entry %lld: %s", (long long)c.head.seq + 1, why);
    assert_int_equal(c.entries, 3);
    assert_true(c.trusted_seen);
    assert_memory_equal(c.public, seal_public(b.seal), SEAL_PUBLIC);
}

static void does_not_go_on_without_its_key(void **state) {
    _cleanup_(buf_done) Buf lines = {0};
    _cleanup_(book_done) Book b = {0};
    uint8_t first[SEAL_PUBLIC];
    char path[160];
    LedgerCheck c;
    const char *why;
    bool created;
    Error e = {0};

    book_open(&b, *state);
    memcpy(first, seal_public(b.seal), sizeof(first));
    snprintf(path, sizeof(path), "%s/seal.key", (char *)*state);
    assert_int_equal(unlink(path), 0);
    b.seal = seal_free(b.seal);
    assert_int_equal(ledger_open(b.store, *state, &e, &created, &b.seal), -ENOKEY);
    assert_non_null(strstr(e.text, "--lost"));
    assert_int_equal(access(path, F_OK), -1); /* none is made by the way */
    if (ledger_open_lost(b.store, *state, "disk broke", &e, &b.seal) < 0)
        fail_msg("%s", e.text);
    append(&b, LEDGER_GAP, "{}");
    print_all(&b, &lines);
    c = (LedgerCheck){.trusted = first};
    assert_int_equal(first_wrong(buf_as_span(&lines), &c, &why), 0);
    assert_int_equal(c.lost, 1);
    assert_false(c.trusted_seen);
}

static void takes_only_objects(void **state) {
    _cleanup_(book_done) Book b = {0};
    StoreHead head;
    Error e = {0};

    book_open(&b, *state);
    assert_int_equal(ledger_append(b.store, b.seal, LEDGER_GAP, span_of("[]"), &e, NULL), -EINVAL);
    assert_int_equal(ledger_append(b.store, b.seal, LEDGER_GAP, span_of("{"), &e, NULL), -EINVAL);
    assert_int_equal(store_entry_head(b.store, &e, &head), 1);
    assert_int_equal(head.seq, 1);
}

static void writes_beside_a_scan(void **state) {
    _cleanup_(book_done) Book b = {0};
    Store *scan = NULL;
    StoreHead head;
    Error e = {0};

    book_open(&b, *state);
    b.store = store_close(b.store);
    assert_int_equal(store_open(b.path, STORE_WRITE, &e, &scan), 0);
    assert_int_equal(store_open(b.path, STORE_APPEND, &e, &b.store), 0);
    append(&b, LEDGER_REVEAL, "{}");
    assert_int_equal(ledger_append(scan, b.seal, LEDGER_RUN, span_of("{}"), &e, &head), 0);
    assert_int_equal(head.seq, 3);
    store_close(scan);
}

static void tells_times_exactly(void **state _unused_) {
    static const int64_t times[] = {0,
                                    1,
                                    -1,
                                    INT64_C(1700000000123456789),
                                    INT64_C(-2177452800000000001),
                                    INT64_C(4102444800000000000)};
    char text[LEDGER_TIME_SIZE];
    int64_t again;

    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        ledger_time_print(times[i], text);
        if (ledger_time_parse(span_of(text), &again) < 0 || again != times[i])
            fail_msg("%lld is printed as %s, which is %lld", (long long)times[i], text,
                     (long long)again);
    }
    ledger_time_print(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999999999Z");
    assert_int_equal(ledger_time_parse(span_of("2026-02-30T00:00:00.000000000Z"), &again), -EINVAL);
    assert_int_equal(ledger_time_parse(span_of("2026-02-03T00:00:00Z"), &again), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(holds_and_says_who_sealed_it),
        TEST(names_the_entry_of_any_changed_bit),
        TEST(names_where_one_is_missing_or_put_in),
        TEST(names_what_another_pair_sealed),
        TEST(hands_over_to_a_new_pair),
        TEST(does_not_go_on_without_its_key),
        TEST(takes_only_objects),
        TEST(writes_beside_a_scan),
        TEST(tells_times_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
