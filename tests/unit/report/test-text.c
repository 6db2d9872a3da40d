/* Text: coverage first, plain words, nothing that a terminal obeys, and every list on demand. */
#include "sample.h"

#include "base/utf8.h"

static void report(Fixture *f, const TextOptions *o, Buf *b) {
    Outlet to = {.write = to_buf, .of = b};
    Error e = {0};

    if (text_report(f->store, 0, o, &to, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(outlet_end(&to), 0);
}

static void assert_has(const Buf *b, const char *text) {
    if (!strstr(buf_cstr(b), text))
        fail_msg("no '%s' in:\n%s", text, buf_cstr(b));
}

static void assert_has_not(const Buf *b, const char *text) {
    if (strstr(buf_cstr(b), text))
        fail_msg("'%s' in:\n%s", text, buf_cstr(b));
}

/* Each text stands after the one before it. */
static void assert_in_order(const Buf *b, const char *const *texts, size_t n) {
    const char *at = buf_cstr(b);

    for (size_t i = 0; i < n; i++) {
        at = strstr(at, texts[i]);
        if (!at)
            fail_msg("no '%s' where it should be in:\n%s", texts[i], buf_cstr(b));
    }
}

static void coverage_comes_first(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    sample_fill(f);
    report(f, &(TextOptions){0}, &b);
    assert_in_order(&b,
                    (const char *[]){
                        "Run 1, 2023-11-14T22:13:20Z to 2023-11-14T22:13:25Z, Terrier 0.1.0\n",
                        "Found                 18 objects       1.8 kB\n",
                        "Read                   5 files          500 B\n",
                        "Not read               8 files          800 B\n",
                        "partial(member)\n",
                        "error(EACCES)\n",
                        "380 B  of these were examined\n",
                        "Set aside              5 objects        500 B\n",
                        "Inside                 1 member         100 B\n",
                        "The sums agree: found 18, listed 18",
                        "1 further name of files with several links",
                        "Root /home (ext4): access times kept\n",
                        "Root /srv (ext4)",
                        "NOT ENTERED: the mount /srv/backup (nfs4); --cross-filesystems includes",
                        "Excluded by *.iso: 14 objects, by the user\n",
                        "What was found\n",
                        "data type                  objects  values  distinct  tier ",
                        "US Social Security number        1   1,234     <=900  restricted    high",
                        "The places that matter most\n",
                        " 1. /home/evil",
                        "restricted, 1,235 values: 1,200 high, 1 medium, 34 low\n",
                        " 2. /srv/mail.txt#L3:@45\n",
                        "Not read\n",
                        "error(EACCES) ",
                        "/srv/a.zip!/in \\xff.csv\n",
                        "Beside that\n  1 object is labelled 'secret \\xe9'\n      /srv/a.zip\n",
                    },
                    26);
}

/* The promise of the product: it says what it read and found, and draws no conclusion. */
static void says_none_of_the_forbidden_words(void **state) {
    static const char *const words[] = {"compliant", "satisfied", "deleted", "clean"};
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    sample_fill(f);
    for (TextList list = TEXT_SUMMARY; list <= TEXT_FINDINGS; list++)
        report(f, &(TextOptions){.list = list}, &b);
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        assert_has_not(&b, words[i]);
}

static void assert_harmless(const Buf *b) {
    Span rest = buf_as_span(b);

    while (rest.n) {
        const uint8_t *end = memchr(rest.at, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.at) : rest.n;

        assert_true(utf8_displayable(span(rest.at, n)));
        n += end ? 1 : 0;
        rest = span(rest.at + n, rest.n - n);
    }
}

static void hostile_names_are_harmless(void **state) {
    Fixture *f = *state;

    sample_fill(f);
    for (TextList list = TEXT_SUMMARY; list <= TEXT_FINDINGS; list++) {
        _cleanup_(buf_done) Buf b = {0};

        report(f, &(TextOptions){.list = list}, &b);
        assert_true(b.n > 500);
        assert_harmless(&b);
    }
}

static void colours_only_when_asked(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf plain = {0}, painted = {0};

    sample_fill(f);
    report(f, &(TextOptions){0}, &plain);
    report(f, &(TextOptions){.colour = true}, &painted);
    assert_has_not(&plain, "\x1b");
    assert_has(&painted, "\x1b[1mWhat was found\x1b[0m\n");
    assert_has(&painted, "\x1b[1;31mNOT ENTERED");
}

static void fits_eighty_columns_but_for_locators(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    sample_fill(f);
    report(f, &(TextOptions){0}, &b);
    for (const char *line = buf_cstr(&b); *line;) {
        size_t n = strcspn(line, "\n");

        if (!memchr(line, '/', n))
            assert_in_range(n, 0, 80);
        line += n + 1;
    }
}

static void nothing_found_says_only_that(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0}, filtered = {0};

    fixture_status(f, 0, "a", STATUS_READ, "");
    fixture_root_found(f, 0, "/srv", 1, 100, 0);
    fixture_end(f);
    report(f, &(TextOptions){0}, &b);
    assert_has(&b, "\nNothing was found in what was read.\n");
    assert_has_not(&b, "What was found");
    assert_has_not(&b, "matter");
    assert_has_not(&b, "\nNot read\n");
    report(f, &(TextOptions){.filter = {.type = "x"}}, &filtered);
    assert_has(&filtered, "Nothing that was found passes the filter.");
}

static void a_run_without_end_says_so(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    fixture_status(f, 0, "a", STATUS_READ, "");
    fixture_root_found(f, 0, "/srv", 5, 100, 0);
    report(f, &(TextOptions){0}, &b);
    assert_has(&b, "This run has not ended");
    assert_has(&b, "THE SUMS DISAGREE: found 5 objects and 100 bytes, listed 1 objects");
    assert_has(&b, "the run is not at its end");
}

static void a_survey_says_so_first(void **state) {
    Fixture *f = *state;
    StoreRun run = {.started = T0, .survey = true, .tool = "0.1.0"};
    _cleanup_(buf_done) Buf b = {0};

    assert_int_equal(store_run_begin(f->store, &run, NULL, &f->run), 0);
    fixture_root(f, 0, "/srv");
    report(f, &(TextOptions){0}, &b);
    assert_int_equal(strncmp(buf_cstr(&b), "SURVEY: a seeded sample, not evidence\n", 38), 0);
}

static void an_unread_root_is_loud(void **state) {
    Fixture *f = *state;
    StoreRoot root = {.path = span_of("/srv"),
                      .fs_type = "nfs4",
                      .atime = "not-owner",
                      .status = status_of(STATUS_ERROR, "ESTALE")};
    _cleanup_(buf_done) Buf b = {0};

    assert_int_equal(store_root_put(f->store, f->run, &root, NULL), 0);
    report(f, &(TextOptions){0}, &b);
    assert_has(&b, "Root /srv (nfs4): access times may have changed (not-owner); NOT READ: "
                   "error(ESTALE)\n");
}

/* Where the walk left no notes of mounts, the objects that stand for them are counted. */
static void mounts_are_loud_without_notes(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "a", STATUS_OTHER_FILESYSTEM, "nfs4");
    fixture_status(f, 0, "b", STATUS_OTHER_FILESYSTEM, "nfs4");
    fixture_status(f, 0, "c", STATUS_OTHER_FILESYSTEM, "pseudo");
    report(f, &(TextOptions){0}, &b);
    assert_has(&b, "NOT ENTERED: 2 mounts of another file system (nfs4); --cross-filesystems");
    assert_has_not(&b, "(pseudo);");
}

static void shows_the_worst_unread_and_counts_the_rest(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0}, all = {0};

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 30; i++) {
        char path[8];

        snprintf(path, sizeof(path), "p%02d", i);
        fixture_status(f, 0, path, STATUS_PARTIAL, "no-ocr");
    }
    fixture_status(f, 0, "z", STATUS_ERROR, "EIO");
    report(f, &(TextOptions){0}, &b);
    assert_in_order(
        &b,
        (const char *[]){"\nNot read\n  error(EIO) ", "/srv/z\n", "/srv/p00\n",
                         "/srv/p18\n  ... and 11 more: terrier report --objects unread\n"},
        4);
    assert_has_not(&b, "/srv/p19");
    report(f, &(TextOptions){.list = TEXT_UNREAD}, &all);
    assert_in_order(&all, (const char *[]){"Found ", "/srv/p00\n", "/srv/p29\n", "/srv/z\n"}, 4);
}

static void lists_objects_and_findings(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf objects = {0}, findings = {0};

    sample_fill(f);
    report(f, &(TextOptions){.list = TEXT_OBJECTS}, &objects);
    assert_in_order(&objects,
                    (const char *[]){"Found ", "/home/evil", "/srv/linked\n",
                                     " = /srv/z-other-name\n", "/srv/status-00\n"},
                    5);
    report(f, &(TextOptions){.list = TEXT_FINDINGS, .filter = {.tier = TIER_CONFIDENTIAL}},
           &findings);
    assert_in_order(&findings,
                    (const char *[]){"Found ", "fin.iban, restricted, 1 value: 1 medium\n",
                                     "    #@5  4111********1111  (published test value)\n",
                                     "#people.\\xe9 ssn\n    gov.us-ssn, restricted, 1,234 values",
                                     "    #people.\\xe9 ssn:8  ", "/srv/mail.txt\n    contact.email"},
                    6);
    assert_has_not(&findings, "org.number");
}

static int refuse(void *of _unused_, Span bytes _unused_) {
    return -EPIPE;
}

static void a_closed_pipe_travels_upward(void **state) {
    Fixture *f = *state;
    Outlet to = {.write = refuse};

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 3000; i++) {
        char path[16];

        snprintf(path, sizeof(path), "%08d", i);
        fixture_status(f, 0, path, STATUS_PARTIAL, "no-ocr");
    }
    assert_int_equal(text_report(f->store, 0, &(TextOptions){.list = TEXT_OBJECTS}, &to, NULL),
                     -EPIPE);
    assert_int_equal(outlet_end(&to), -EPIPE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(coverage_comes_first),
        TEST(says_none_of_the_forbidden_words),
        TEST(hostile_names_are_harmless),
        TEST(colours_only_when_asked),
        TEST(fits_eighty_columns_but_for_locators),
        TEST(nothing_found_says_only_that),
        TEST(a_run_without_end_says_so),
        TEST(a_survey_says_so_first),
        TEST(an_unread_root_is_loud),
        TEST(mounts_are_loud_without_notes),
        TEST(shows_the_worst_unread_and_counts_the_rest),
        TEST(lists_objects_and_findings),
        TEST(a_closed_pipe_travels_upward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
