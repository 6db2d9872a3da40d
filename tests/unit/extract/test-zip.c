/* Zip: both views of it, what lies, what is hidden, what is behind something else. */
#include "archives.h"

static const char *zip_log(Recorder *r, const ZipMake *makes, size_t n, const char *comment) {
    _cleanup_(buf_done) Buf b = {0};

    build_zip(&b, makes, n, comment);
    assert_int_equal(buf_error(&b), 0);
    return record_bytes(r, buf_as_span(&b), "a.zip");
}

static void test_members(void **state) {
    static const ZipMake makes[] = {
        {.name = "dir/", .text = ""},
        {.name = "dir/a.txt", .text = "stored " CANARY},
        {.name = "../b.txt", .text = "deflated " CANARY, .method = 8},
        {.name = "wide", .text = "sixty-four bits", .method = 8, .wide = true},
        {.name = "later", .text = "sizes behind", .method = 8, .descriptor = true},
        {.name = "empty", .text = ""},
    };
    Recorder r = recorder_format();

    (void)state;
    assert_string_equal(zip_log(&r, makes, N_ELEMENTS(makes), NULL),
                        "> dir/a.txt\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "# bytes us-ascii\n= @0 stored card 4111 1111 1111 1111, mail "
                        "a@example.org\\n\n< read\n"
                        "> ../b.txt\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "# bytes us-ascii\n= @0 deflated card 4111 1111 1111 1111, mail "
                        "a@example.org\\n\n< read\n"
                        "> wide\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "# bytes us-ascii\n= @0 sixty-four bits\n< read\n"
                        "> later\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "# bytes us-ascii\n= @0 sizes behind\n< read\n"
                        "> empty\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "< read\n"
                        "< read\n");
    buf_done(&r.log);
}

static void test_hidden_entries(void **state) {
    static const ZipMake makes[] = {
        {.name = "seen", .text = "one", .method = 8},
        {.name = "hidden", .text = CANARY, .method = 8, .hidden = true},
        {.name = "stored", .text = "two " CANARY, .hidden = true},
        {.name = "later", .text = "three", .method = 8, .hidden = true, .descriptor = true},
        {.name = "last", .text = "four"},
        {.name = "behind", .text = "five", .hidden = true, .descriptor = true},
    };
    Recorder r = recorder_format();
    zip_log(&r, makes, N_ELEMENTS(makes), NULL);

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(makes); i++)
        assert_has(&r, makes[i].name);
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "= @0 two card 4111");
    assert_has(&r, "= @0 three");
    assert_has(&r, "= @0 five");
    assert_lacks(&r, "partial");
    assert_int_equal(r.units, 6);
    buf_done(&r.log);
}

static void test_names_differ(void **state) {
    static const ZipMake makes[] = {{.name = "boring.png", .local_name = "salaries", .text = "x"}};
    Recorder r = recorder_format();

    (void)state;
    assert_string_equal(zip_log(&r, makes, 1, NULL),
                        "# bytes binary\n= @30 salaries\n"
                        "> boring.png\n! member-time 1704110400000000000 1704110400000000000 \n"
                        "# bytes us-ascii\n= @0 x\n< read\n"
                        "< partial(inconsistent)\n");
    buf_done(&r.log);
}

static void test_lies(void **state) {
    static const struct {
        ZipMake make;
        const char *status;
    } cases[] = {
        {{.name = "a", .text = CANARY, .wrong_crc = 1}, "partial(corrupt)"},
        {{.name = "a", .text = CANARY, .method = 8, .wrong_crc = 1}, "partial(corrupt)"},
        {{.name = "a", .text = CANARY, .method = 8, .wrong_size = 1}, "partial(inconsistent)"},
        {{.name = "a", .text = CANARY, .method = 8, .wrong_size = 0xF0000000}, "partial(incons"},
        {{.name = "a", .text = CANARY, .method = 8, .wrong_packed = 0x70000000}, "partial(incons"},
        {{.name = "a", .text = CANARY, .wrong_size = 0x70000000}, "partial(inconsistent)"},
        {{.name = "a", .text = CANARY, .wrong_packed = 0x70000000}, "partial(corrupt)"},
    };
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const ZipMake makes[] = {cases[i].make, {.name = "b", .text = "behind it"}};
        zip_log(&r, makes, 2, NULL);

        assert_has(&r, "= @0 card 4111");
        assert_has(&r, cases[i].status);
        assert_has(&r, "> b\n");
        assert_has(&r, "behind it");
        assert_has(&r, "\n< partial(");
    }
    buf_done(&r.log);
}

static void test_not_to_be_read(void **state) {
    static const ZipMake makes[] = {
        {.name = "locked", .text = "ciphertext", .flags = 1},
        {.name = "aes", .text = "ciphertext", .flags = 1, .method = 99},
        {.name = "link", .text = "/etc/target", .attributes = 0120777u << 16},
        {.name = "fifo", .text = "", .attributes = 0010644u << 16},
        {.name = "old", .text = "imploded", .method = 6},
        {.name = "wide", .text = "deflated 64", .method = 9},
    };
    Recorder r = recorder_format();
    zip_log(&r, makes, N_ELEMENTS(makes), NULL);

    (void)state;
    assert_has(&r, "> locked\n! member-time 1704110400000000000 1704110400000000000 \n"
                   "< encrypted(zip)\n");
    assert_has(&r, "> aes\n! member-time 1704110400000000000 1704110400000000000 \n"
                   "< encrypted(zip)\n");
    assert_has(&r, "< link\n");
    assert_has(&r, "/etc/target");
    assert_has(&r, "< special(fifo)\n");
    assert_has(&r, "< unsupported(zip-method)\n");
    assert_has(&r, "< unsupported(deflate64)\n");
    assert_lacks(&r, "ciphertext");
    assert_has(&r, "\n< partial(member)\n");
    buf_done(&r.log);
}

/* Many records on one place: the place is read once. */
static void test_overlap(void **state) {
    static const ZipMake makes[] = {
        {.name = "a", .text = CANARY, .method = 8, .at = 1},
        {.name = "b", .text = "x", .at = 1},
        {.name = "c", .text = "y", .at = 1},
    };
    Recorder r = recorder_format();
    zip_log(&r, makes, 3, NULL);

    (void)state;
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "> b\n! member-time 1704110400000000000 1704110400000000000 \n"
                   "< limit(overlap)\n");
    assert_has(&r, "> c\n! member-time 1704110400000000000 1704110400000000000 \n"
                   "< limit(overlap)\n");
    assert_has(&r, "\n< limit(overlap)\n");
    buf_done(&r.log);
}

static void test_no_directory(void **state) {
    static const ZipMake makes[] = {{.name = "a", .text = CANARY, .method = 8},
                                    {.name = "b", .text = "stored"}};
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();
    const uint8_t *directory;

    (void)state;
    build_zip(&b, makes, 2, NULL);
    directory = memmem(b.at, b.n, "PK\1\2", 4);
    assert_non_null(directory);
    record_bytes(&r, span(b.at, (size_t)(directory - b.at)), "a.zip");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "= @0 stored");
    assert_has(&r, "\n< partial(corrupt)\n");
    buf_done(&r.log);
}

static void test_two_archives(void **state) {
    static const ZipMake first[] = {{.name = "hidden", .text = CANARY, .method = 8}};
    static const ZipMake second[] = {{.name = "seen", .text = "x"}};
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    build_zip(&b, first, 1, NULL);
    build_zip(&b, second, 1, "comment");
    buf_text(&b, "behind the end");
    record_bytes(&r, buf_as_span(&b), "a.zip");
    assert_has(&r, "> hidden\n");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "> seen\n");
    assert_has(&r, "comment");
    assert_has(&r, "behind the end");
    assert_has(&r, "\n< read\n");
    buf_done(&r.log);
}

static void test_behind_something(void **state) {
    static const struct {
        const char *head;
        size_t n;
        const char *status;
    } cases[] = {
        {"MZ\x90\0\3\0\0\0\4", 9, "\n< read(raw)\n"},
        {"\x89PNG\r\n\x1A\n\0\0\0", 11, "\n< partial(no-ocr)\n"},
    };
    static const ZipMake makes[] = {{.name = "in.txt", .text = CANARY, .method = 8}};
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf b = {0}, z = {0};

        buf_add(&b, cases[i].head, cases[i].n);
        build_zip(&b, makes, 1, NULL);
        record_bytes(&r, buf_as_span(&b), "a");
        assert_has(&r, "> in.txt\n");
        assert_has(&r, "= @0 card 4111");
        assert_has(&r, cases[i].status);
        /* in order only: held so that its end can be looked at */
        build_gzip(&z, NULL, 0, buf_as_span(&b));
        record_bytes(&r, buf_as_span(&z), "a.gz");
        assert_has(&r, "> in.txt\n");
    }
    buf_done(&r.log);
}

/* What belongs to another place goes there behind all that was said of it here. */
static void test_behind_a_pdf(void **state) {
    static const ZipMake makes[] = {{.name = "in.txt", .text = CANARY, .method = 8}};
    static const char head[] = "%PDF-1.7\n%%EOF\n", said[] = "said of the archive";
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();
    const char *log, *comment, *handed;

    (void)state;
    buf_text(&b, head);
    build_zip(&b, makes, 1, said);
    log = record_bytes(&r, buf_as_span(&b), "a.pdf");
    assert_has(&r, "> in.txt\n");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, said);
    assert_has(&r, "^ pdf 0\n");
    comment = strstr(log, said);
    handed = strstr(log, "^ pdf");
    if (!comment || !handed || comment > handed)
        fail_msg("text stands behind the hand-over:\n%s", log);
    buf_done(&r.log);
}

/* Too large to be held: in order, by libarchive. */
static void test_in_order(void **state) {
    static const ZipMake makes[] = {{.name = "a.txt", .text = CANARY, .method = 8},
                                    {.name = "b.txt", .text = "another", .method = 8}};
    ExtractLimits limits = {.hold = 64};
    _cleanup_(buf_done) Buf b = {0}, z = {0};
    Recorder r = recorder_format();
    Feed f;

    (void)state;
    build_zip(&b, makes, 2, NULL);
    build_gzip(&z, "a.zip", 0, buf_as_span(&b));
    f = feed_of_span(buf_as_span(&z));
    record_feed(&r, &f, "a.zip.gz", &limits);
    assert_has(&r, "> a.txt\n");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "= @0 another");
    assert_has(&r, "\n< read\n");
    feed_done(&f);
    buf_done(&r.log);
}

static void test_nested(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        Buf next = {0};
        ZipMake make = {.name = "n.zip", .bytes = buf_as_span(&b), .method = i % 2 ? 8 : 0};

        if (i == 0)
            make = (ZipMake){.name = "leaf", .text = CANARY};
        build_zip(&next, &make, 1, NULL);
        buf_done(&b);
        b = next;
        record_bytes(&r, buf_as_span(&b), "n.zip");
        if (i < 15)
            assert_has(&r, "= @0 card 4111");
        else
            assert_has(&r, "< limit(depth)\n");
        assert_has(&r, i < 15 ? "\n< read\n" : "\n< partial(member)\n");
    }
    buf_done(&r.log);
}

static void test_damage(void **state) {
    static const ZipMake makes[] = {
        {.name = "a.txt", .text = CANARY, .method = 8},
        {.name = "b", .text = "stored", .wide = true},
        {.name = "c", .text = "later", .method = 8, .descriptor = true},
    };
    _cleanup_(buf_done) Buf b = {0};

    (void)state;
    build_zip(&b, makes, N_ELEMENTS(makes), "comment");
    survive_damage(buf_as_span(&b), 0, "a.zip");
}

/* ---- shares ---- */

/* What begins anew in a share went on in one piece: the bytes of the archive itself. */
static void share_join(Buf *to, Span log) {
    static const char again[] = "# bytes binary\n";
    const uint8_t *last = to->n ? memrchr(to->at, '\n', to->n - 1) : NULL;
    size_t n = sizeof(again) - 1;

    if (last && last[1] == '=' && log.n > n && memcmp(log.at, again, n) == 0)
        log = span(log.at + n, log.n - n);
    buf_span(to, log);
}

/* The log of all shares, one behind the other, in `ret`; false: they will not do. */
static bool share_log(Span zip, unsigned of, Buf *ret) {
    Recorder r = recorder_format();
    bool whole = true, held = true;

    buf_clear(ret);
    for (unsigned i = 0; i < of; i++) {
        Span log;
        const uint8_t *last;

        r.share = (ExtractShare){i, of};
        record_bytes(&r, zip, "a.zip");
        log = span(r.log.at, r.log.n - 1);
        last = memrchr(log.at, '\n', log.n);
        last = last ? last + 1 : log.at;
        log.n = (size_t)(last - log.at);
        held &= strcmp((const char *)last, "< read\n") == 0 ||
                strcmp((const char *)last, "< partial(member)\n") == 0;
        whole &= strcmp((const char *)last, "< partial(member)\n") != 0;
        share_join(ret, log);
    }
    buf_text(ret, whole ? "< read\n" : "< partial(member)\n");
    buf_done(&r.log);
    return held;
}

static const ZipMake ordinary[] = {
    {.name = "dir/", .text = ""},
    {.name = "dir/a.txt", .text = "stored " CANARY},
    {.name = "b.txt", .text = "deflated " CANARY, .method = 8},
    {.name = "wide", .text = "sixty-four bits", .method = 8, .wide = true},
    {.name = "later", .text = "sizes behind", .method = 8, .descriptor = true},
    {.name = "bad", .text = CANARY, .wrong_crc = 1},
    {.name = "empty", .text = ""},
    {.name = "last", .text = "behind them all", .method = 8},
};

static void test_shares(void **state) {
    _cleanup_(buf_done) Buf b = {0}, shares = {0};
    Recorder r = recorder_format();

    (void)state;
    build_zip(&b, ordinary, N_ELEMENTS(ordinary), "a comment");
    record_bytes(&r, buf_as_span(&b), "a.zip");
    assert_has(&r, "= @0 stored card 4111");
    assert_has(&r, "\n< partial(member)\n");
    for (unsigned of = 1; of < 40; of++) {
        assert_true(share_log(buf_as_span(&b), of, &shares));
        assert_string_equal(buf_cstr(&shares), buf_cstr(&r.log));
    }
    buf_done(&r.log);
}

/* What bears on something in another share, if only perhaps, is read in one piece. */
static void test_no_shares(void **state) {
    static const ZipMake cases[] = {
        {.name = "a.txt", .text = "comes again"},
        {.name = "hidden", .text = "two " CANARY, .hidden = true},
        {.name = "locked", .text = "ciphertext", .flags = 1},
        {.name = "link", .text = "/etc/target", .attributes = 0120777u << 16},
        {.name = "old", .text = "imploded", .method = 6},
        {.name = "other", .text = "xz", .method = 95},
        {.name = "c", .local_name = "d", .text = "another name"},
        {.name = "b", .text = "x", .at = 1},
    };
    _cleanup_(buf_done) Buf shares = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const ZipMake makes[] = {{.name = "a.txt", .text = CANARY, .method = 8},
                                 {.name = "z", .text = "behind it"},
                                 cases[i],
                                 {.name = "end", .text = "at the end"}};
        _cleanup_(buf_done) Buf b = {0};

        build_zip(&b, makes, N_ELEMENTS(makes), NULL);
        for (unsigned of = 2; of < 5; of++) {
            if (share_log(buf_as_span(&b), of, &shares))
                fail_msg("%s is read in %u shares", cases[i].name, of);
        }
    }
}

/* Whatever the damage: shares give what one piece gives, or say that they will not do. */
static void test_damaged_shares(void **state) {
    static const uint8_t changes[] = {0x01, 0x80, 0xFF};
    _cleanup_(buf_done) Buf b = {0}, shares = {0};
    Recorder r = recorder_format();
    unsigned n = 0;

    (void)state;
    build_zip(&b, ordinary, N_ELEMENTS(ordinary), "a comment");
    for (size_t i = 0; i < b.n * N_ELEMENTS(changes); i++) {
        uint8_t *at = &b.at[i / N_ELEMENTS(changes)];

        *at ^= changes[i % N_ELEMENTS(changes)];
        if (share_log(buf_as_span(&b), 3, &shares)) {
            n++;
            assert_string_equal(buf_cstr(&shares), record_bytes(&r, buf_as_span(&b), "a.zip"));
        }
        *at ^= changes[i % N_ELEMENTS(changes)];
    }
    assert_true(n > b.n); /* damage within a member is no reason */
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),          cmocka_unit_test(test_hidden_entries),
        cmocka_unit_test(test_names_differ),     cmocka_unit_test(test_lies),
        cmocka_unit_test(test_not_to_be_read),   cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_no_directory),     cmocka_unit_test(test_two_archives),
        cmocka_unit_test(test_behind_something), cmocka_unit_test(test_behind_a_pdf),
        cmocka_unit_test(test_in_order),         cmocka_unit_test(test_nested),
        cmocka_unit_test(test_damage),           cmocka_unit_test(test_shares),
        cmocka_unit_test(test_no_shares),        cmocka_unit_test(test_damaged_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
