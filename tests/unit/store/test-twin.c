/* Twin: a file of another name whose content is known is put as the row that has that content. */
#include "fixture.h"

#include "store/carry.h"
#include "store/found.h"
#include "store/series.h"
#include "store/tally.h"
#include "store/twin.h"

#define HOUR INT64_C(3600000000000)

static const uint8_t content[16] = "content of one", other[16] = "of another";

static int64_t start_at(Fixture *f, int64_t started) {
    const StoreRun run = {.started = started,
                          .tool = "0.1.0",
                          .engine = "0.1.0",
                          .key = "0a1b2c3d",
                          .ruleset = {1, 2, 3},
                          .parameters = span_of("{\"roots\":[\"/data\"]}"),
                          .detectors = fixture_detectors,
                          .n_detectors = N_ELEMENTS(fixture_detectors)};
    StoreStart s;
    Error e = {0};

    if (store_run_start(f->store, &run, &e, &s) < 0 || store_walk_begin(f->store, s.run, &e) < 0)
        fail_msg("%s", e.text);
    f->run = s.run;
    return s.run;
}

static StoreObject object(Span path, const uint8_t *hash) {
    StoreObject o = fixture_object(0, path);

    o.meta.size = 10000;
    o.hash = hash;
    return o;
}

/* A file with one finding, in that part. */
static void put_found(Fixture *f, const StoreObject *o, const char *part, uint64_t high) {
    Finding finding = {.detector = SSN, .part = span_of(part), .count = {[LEVEL_HIGH] = high}};

    fixture_put(f, o, &finding, 1);
}

/* The first run: a container with two units inside, one of them with a finding; then the next. */
static void two_runs(Fixture *f, const char *part, int64_t changed) {
    StoreObject zip = object(span_of("d/a.zip"), content);
    StoreObject found = object(span("d/a.zip\0one", 11), NULL);
    StoreObject dull = object(span("d/a.zip\0two", 11), NULL);
    StoreObject near = object(span_of("d/a.zip-"), other);
    const StoreFact fact = {FACT_LABEL, span_of(""), span_of("secret"), INT64_MIN, INT64_MIN};

    start_at(f, T0 + HOUR);
    fixture_root_found(f, 0, "/srv", 2, 20000, 0);
    found.depth = dull.depth = 1;
    dull.status = status_of(STATUS_ENCRYPTED, "zip");
    zip.members = 2;
    zip.status = status_of(STATUS_PARTIAL, "member");
    zip.format = "zip";
    zip.encoding = "";
    zip.facts = &fact;
    zip.n_facts = 1;
    zip.meta.ctime = changed;
    put_found(f, &found, "", 7);
    fixture_put(f, &dull, NULL, 0);
    put_found(f, &zip, part, 3);
    put_found(f, &near, "", 1);
    fixture_end(f);
    start_at(f, T0 + 2 * HOUR);
    fixture_root_found(f, 0, "/srv", 1, 10000, 0);
}

static bool any(void *of _unused_, Span path _unused_, const char *format) {
    return strcmp(format, "zip") == 0;
}

static bool none(void *of _unused_, Span path _unused_, const char *format _unused_) {
    return false;
}

static bool put(Fixture *f, const StoreObject *o, TwinAlike *alike) {
    Error e = {0};
    bool is;

    if (store_twin_put(f->store, f->run, o, alike, NULL, &e, &is) < 0)
        fail_msg("%s", e.text);
    return is;
}

/* Every object of the run: path, status, reason, bytes read, members; then findings. */
static void assert_run(Fixture *f, const char *expected) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    _cleanup_(found_cursor_closep) FoundCursor *found = NULL;
    char text[1024] = "";
    ObjectRow row;
    FoundRow hit;

    assert_int_equal(object_cursor_open(f->store, f->run, false, NULL, &c), 0);
    while (object_cursor_step(c, NULL, &row) > 0) {
        for (size_t i = 0, n = strlen(text); i < row.path.n; i++, n++)
            text[n] = row.path.at[i] ? (char)row.path.at[i] : '!';
        snprintf(text + strlen(text), 128, " %s(%s) %u; ", status_name(row.status.kind),
                 row.status.reason, (unsigned)row.members);
    }
    assert_int_equal(found_cursor_open(f->store, f->run, &(FoundFilter){0}, false, NULL, &found),
                     0);
    while (found_cursor_step(found, NULL, &hit) > 0)
        snprintf(text + strlen(text), 64, "%llu%.*s ", (unsigned long long)hit.count[LEVEL_HIGH],
                 (int)hit.part.n, (const char *)hit.part.at);
    assert_string_equal(text, expected);
}

static void a_moved_container_keeps_all_that_is_in_it(void **state) {
    Fixture *f = *state;
    StoreObject o = object(span_of("e/b.zip"), content);
    Coverage c;

    two_runs(f, "", T0);
    assert_true(put(f, &o, any));
    fixture_end(f);
    assert_run(f, "e/b.zip partial(member) 2; e/b.zip!one read() 0; e/b.zip!two encrypted(zip) 0; "
                  "3 7 ");
    assert_int_equal(query_coverage(f->store, f->run, NULL, &c), 0);
    assert_true(c.balanced);
    assert_int_equal(c.all_members.objects, 2);
    f->run--;
    assert_run(f, "d/a.zip partial(member) 2; d/a.zip!one read() 0; d/a.zip!two encrypted(zip) 0; "
                  "d/a.zip- read() 0; 3 7 1 ");
}

/* Under its old name too, whose row was closed since its rights are others now; and many times. */
static void what_was_closed_is_known_as_well(void **state) {
    Fixture *f = *state;
    StoreObject same = object(span_of("d/a.zip"), content);
    StoreObject copy = object(span_of("d/c.zip"), content);
    StoreHeld held;

    two_runs(f, "", T0);
    fixture_root_found(f, 0, "/srv", 2, 20000, 0);
    same.meta.mode ^= 1;
    assert_int_equal(store_carry(f->store, f->run,
                                 &(StoreKnown){.path = same.path, .meta = same.meta}, NULL, &held),
                     0);
    assert_int_equal(held.answer, STORE_TO_READ);
    assert_true(put(f, &same, any));
    assert_true(put(f, &copy, any));
    fixture_end(f);
    assert_run(f, "d/a.zip partial(member) 2; d/a.zip!one read() 0; d/a.zip!two encrypted(zip) 0; "
                  "d/c.zip partial(member) 2; d/c.zip!one read() 0; d/c.zip!two encrypted(zip) 0; "
                  "3 7 3 7 ");
}

static void whatever_differs_is_read(void **state) {
    Fixture *f = *state;
    StoreObject o = object(span_of("e/b.zip"), content);

    two_runs(f, "", T0);
    assert_false(put(f, &o, none));
    o.hash = (const uint8_t[16]){"content of none"};
    assert_false(put(f, &o, any));
    o.hash = content;
    o.meta.size++;
    assert_false(put(f, &o, any));
    o.meta.size--;
    o.hash = other; /* of a text */
    assert_false(put(f, &o, any));
}

static void what_was_found_in_a_name_is_no_twin(void **state) {
    Fixture *f = *state;
    StoreObject o = object(span_of("e/b.zip"), content);

    two_runs(f, "(name)", T0);
    assert_false(put(f, &o, any));
}

static void what_changed_as_it_was_read_is_no_twin(void **state) {
    Fixture *f = *state;
    StoreObject o = object(span_of("e/b.zip"), content);

    two_runs(f, "", T0 + HOUR);
    assert_false(put(f, &o, any));
}

static bool look(Fixture *f, uint64_t size, int64_t mtime) {
    const FileMeta meta = {.size = size, .mtime = mtime};
    bool is;

    assert_int_equal(store_twin_look(f->store, f->run, &meta, NULL, &is), 0);
    return is;
}

static void sizes_tell_what_to_hash(void **state) {
    Fixture *f = *state;
    StoreObject large = object(span_of("large"), content), small = object(span_of("s"), other);

    start_at(f, T0 + HOUR);
    fixture_root(f, 0, "/srv");
    large.meta.size = 5 << 20;
    small.meta.size = 100;
    fixture_put(f, &large, NULL, 0);
    fixture_put(f, &small, NULL, 0);
    fixture_status(f, 0, "unread", STATUS_ENCRYPTED, "");
    fixture_end(f);
    start_at(f, T0 + 2 * HOUR);
    assert_true(look(f, 5 << 20, T0));
    assert_false(look(f, 5 << 20, T0 + 1));
    assert_false(look(f, 100, T0));
    assert_false(look(f, 10001, T0));
}

/* Pages are of 256 rows: look-ups at their edges, among units inside, on both roots. */
static void every_page_is_found(void **state) {
    Fixture *f = *state;
    uint8_t hash[16] = {0};
    char path[16];

    start_at(f, T0 + HOUR);
    fixture_root(f, 0, "/srv");
    fixture_root(f, 1, "/home");
    for (unsigned i = 0; i < 2000; i++) {
        StoreObject o = object(span(path, (size_t)snprintf(path, sizeof(path), "%04u", i)), hash);

        o.root = i / 1000;
        o.format = "zip";
        memcpy(hash, &(uint64_t){i * UINT64_C(0x9E3779B97F4A7C15)}, 8);
        fixture_put(f, &o, NULL, 0);
        o.depth = 1;
        o.hash = NULL;
        snprintf(path, sizeof(path), "%04u%cx", i, 0);
        o.path = span(path, 6);
        fixture_put(f, &o, NULL, 0);
    }
    fixture_end(f);
    start_at(f, T0 + 2 * HOUR);
    for (unsigned i = 0; i < 2000; i++) {
        StoreObject o = object(span(path, (size_t)snprintf(path, sizeof(path), "n%04u", i)), hash);

        memcpy(hash, &(uint64_t){i * UINT64_C(0x9E3779B97F4A7C15)}, 8);
        if (!put(f, &o, any))
            fail_msg("file %u of 2000 is not found", i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_moved_container_keeps_all_that_is_in_it),
        TEST(what_was_closed_is_known_as_well),
        TEST(whatever_differs_is_read),
        TEST(what_was_found_in_a_name_is_no_twin),
        TEST(what_changed_as_it_was_read_is_no_twin),
        TEST(sizes_tell_what_to_hash),
        TEST(every_page_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
