/* Rows of PostgreSQL in files of their own: with contents beside them, with damaged ones, in a tar.
 */
#include "archives.h"
#include "pgmaker.h"
#include "recorder.h"
#include "rig.h"

static const char rows[] = "1\t536-90-4399\n2\t\\N\n\\.\n\n\n";

static bool has(const Recorder *r, const char *text) {
    return memmem(r->log.at, r->log.n, text, strlen(text)) != NULL;
}

static void expect(const Recorder *r, const char *text) {
    if (!has(r, text))
        fail_msg("no '%s' in: %s", text, buf_cstr(&r->log));
}

static void make_contents(Buf *b, unsigned minor, unsigned format) {
    pg_head(b, minor, 1, format, 3);
    pg_entry(b, minor, 5, "CREATE TABLE t (id int, ssn text);\n", NULL, "");
    pg_entry(b, minor, 6, NULL, "COPY hr.staff (id, \"tax id\") FROM stdin;\n", "6.dat");
    pg_entry(b, minor, 7, NULL, "COPY public.t (id, ssn) FROM stdin;\n", "7.dat");
}

/* One that stands beside the outermost unit. */
static void record_beside(Recorder *r, Span bytes, const char *name, Span contents) {
    const Receiver to = recorder_receiver(r);
    Feed f = feed_of_span(bytes), beside = feed_of_span(contents);
    Companion companion = {.feed = &beside};
    const ExtractOptions o = {
        .to = &to, .place = EXTRACT_FORMAT, .size = bytes.n, .companion = &companion};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Ending ending;

    buf_clear(&r->log);
    r->open = false;
    r->next = MARK_NOWHERE;
    assert_int_equal(extraction_new(&o, &x), 0);
    assert_int_equal(extraction_run(x, span_of(name), &f, &ending), 0);
    record_leave(r, &ending);
    feed_done(&f);
    feed_done(&beside);
}

static void test_names(void **state) {
    static const char *const names[] = {"1.dat", "3456.dat", "3456.dat.gz", "7.dat.lz4",
                                        "7.dat.zst"};
    static const char *const others[] = {"",         ".dat",         "dat",         "x.dat",
                                         "12.dat.x", "12.dat.gz.gz", "blob_12.dat", "-1.dat",
                                         "12.DAT",   "toc.dat"};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        assert_string_equal(companion_name(span_of(names[i])), "toc.dat");
    for (size_t i = 0; i < N_ELEMENTS(others); i++) {
        if (companion_name(span_of(others[i])))
            fail_msg("'%s' has a companion", others[i]);
    }
}

static void test_beside(void **state) {
    static const unsigned minors[] = {10, 13, 14, 15, 16};
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(minors); i++) {
        Buf contents = {0};

        make_contents(&contents, minors[i] < 11 ? 11 : minors[i], 5);
        record_beside(&r, span_of(rows), "7.dat", buf_as_span(&contents));
        expect(&r, "# table public.t\n| 1 id\n| 2 ssn\n= 1:1 @0 1\\t\n= 1:2 @2 536-90-4399\\n\n"
                   "= 2:1 @14 2\\t\\N\\n\n");
        expect(&r, "< read\n");
        record_beside(&r, span_of(rows), "6.dat", buf_as_span(&contents));
        expect(&r, "# table hr.staff\n| 1 id\n| 2 tax id\n");
        buf_done(&contents);
    }
    buf_done(&r.log);
}

static void test_compressed(void **state) {
    static int (*const filters[])(struct archive *) = {
        archive_write_add_filter_gzip, archive_write_add_filter_lz4, archive_write_add_filter_zstd};
    static const char *const names[] = {"7.dat.gz", "7.dat.lz4", "7.dat.zst"};
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf contents = {0};

    (void)state;
    make_contents(&contents, 14, 5);
    for (size_t i = 0; i < N_ELEMENTS(filters); i++) {
        Buf packed = {0};

        build_archive(&packed, NULL, filters[i], "7.dat", span_of(rows));
        record_beside(&r, buf_as_span(&packed), names[i], buf_as_span(&contents));
        expect(&r, "> 7.dat\n");
        expect(&r, "# table public.t\n");
        expect(&r, "= 1:2 @2 536-90-4399\\n\n");
        buf_done(&packed);
    }
    buf_done(&contents);
    buf_done(&r.log);
}

/* What is no text is read as what it is; and so is what is deeper inside. */
static void test_other_content(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf contents = {0}, tar = {0};

    (void)state;
    make_contents(&contents, 14, 5);
    build_tar(&tar, &(TarMake){.name = "7.dat", .text = rows});
    tar_end(&tar);
    record_beside(&r, buf_as_span(&tar), "7.dat", buf_as_span(&contents));
    expect(&r, "> 7.dat\n");
    expect(&r, "536-90-4399");
    assert_false(has(&r, "public.t"));
    buf_done(&tar);
    buf_done(&contents);
    buf_done(&r.log);
}

/* Rows whose table nobody tells are rows all the same. */
static void test_damaged_contents(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf contents = {0};

    (void)state;
    make_contents(&contents, 14, 5);
    record_beside(&r, span_of(rows), "8.dat", buf_as_span(&contents));
    expect(&r, "! no-contents 0 0 \n");
    expect(&r, "536-90-4399");
    for (size_t n = 0; n < contents.n; n++) {
        _cleanup_(free_p) uint8_t *cut = malloc(n ? n : 1);

        assert_non_null(cut);
        memcpy(cut, contents.at, n);
        record_beside(&r, span_of(rows), "7.dat", span(cut, n));
        if (!has(&r, "536-90-4399") || has(&r, "public.t") || !has(&r, "! no-contents 0 0 \n"))
            fail_msg("cut at %zu of %zu: %s", n, contents.n, buf_cstr(&r.log));
    }
    for (size_t i = 0; i < contents.n; i++) {
        contents.at[i] ^= 0xFF;
        record_beside(&r, span_of(rows), "7.dat", buf_as_span(&contents));
        if (!has(&r, "536-90-4399"))
            fail_msg("byte %zu: %s", i, buf_cstr(&r.log));
        contents.at[i] ^= 0xFF;
    }
    buf_done(&contents);
    buf_done(&r.log);
}

/* Text that should have contents beside it, and has not: told where it ends as rows do. */
static void test_missing_contents(void **state) {
    static const struct {
        const char *text;
        bool told;
    } cases[] = {{rows, true},
                 {"\\.\n\n\n", true},
                 {"", false},
                 {"some words\n", false},
                 {"1\t2\n\\.\n\n", false},
                 {".\n\n\n", false}};
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const Receiver to = recorder_receiver(&r);
        Span text = span_of(cases[i].text);
        Companion companion = {.missing = true};
        const ExtractOptions o = {
            .to = &to, .place = EXTRACT_FORMAT, .size = text.n, .companion = &companion};
        _cleanup_(extraction_freep) Extraction *x = NULL;
        Feed f = feed_of_span(text);
        int fd = rig_file(text);
        Ending ending;

        buf_clear(&r.log);
        r.open = false;
        assert_int_equal(extraction_new(&o, &x), 0);
        assert_int_equal(extraction_run(x, span_of("7.dat"), &f, &ending), 0);
        record_leave(&r, &ending);
        if (has(&r, "! no-contents") != cases[i].told || !has(&r, "< read\n") ||
            companion_missed(fd, text.n) != cases[i].told)
            fail_msg("case %zu: %s, expected %d", i, buf_cstr(&r.log), cases[i].told);
        feed_done(&f);
        close(fd);
    }
    buf_done(&r.log);
}

static void make_tar(Buf *tar, Span contents) {
    build_tar(tar, &(TarMake){.name = "toc.dat", .bytes = contents});
    build_tar(tar, &(TarMake){.name = "6.dat", .text = "1\t536-90-4400\n\\.\n\n\n"});
    build_tar(tar, &(TarMake){.name = "7.dat", .text = rows});
    build_tar(tar, &(TarMake){.name = "8.dat", .text = "1\tof nobody\n\\.\n\n\n"});
    tar_end(tar);
}

static void test_tar(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf contents = {0}, tar = {0}, packed = {0};

    (void)state;
    make_contents(&contents, 14, 3);
    make_tar(&tar, buf_as_span(&contents));
    build_archive(&packed, NULL, archive_write_add_filter_gzip, "a.tar", buf_as_span(&tar));
    for (int i = 0; i < 2; i++) { /* at any place, and in order */
        record_bytes(&r, buf_as_span(i ? &packed : &tar), i ? "a.tar.gz" : "a.tar");
        expect(&r, "> toc.dat\n");
        expect(&r, "> restore.sql\n");
        expect(&r, "CREATE TABLE t");
        expect(&r, "> 6.dat\n");
        expect(&r,
               "# table hr.staff\n| 1 id\n| 2 tax id\n= 1:1 @0 1\\t\n= 1:2 @2 536-90-4400\\n\n");
        expect(&r, "# table public.t\n| 1 id\n| 2 ssn\n= 1:1 @0 1\\t\n= 1:2 @2 536-90-4399\\n\n");
        expect(&r, "of nobody");
        assert_false(has(&r, "no-contents"));
    }
    buf_clear(&tar); /* not the first: a member like any other */
    build_tar(&tar, &(TarMake){.name = "first", .text = "words"});
    make_tar(&tar, buf_as_span(&contents));
    record_bytes(&r, buf_as_span(&tar), "a.tar");
    expect(&r, "536-90-4399");
    assert_false(has(&r, "public.t"));
    buf_clear(&tar); /* text of that name is no contents */
    make_tar(&tar, span_of("table of contents, in words\n"));
    record_bytes(&r, buf_as_span(&tar), "a.tar");
    expect(&r, "table of contents, in words");
    expect(&r, "536-90-4399");
    buf_done(&packed);
    buf_done(&tar);
    buf_done(&contents);
    buf_done(&r.log);
}

static void test_damaged_tar(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf contents = {0}, tar = {0};

    (void)state;
    make_contents(&contents, 14, 3);
    for (size_t i = 6; i < contents.n; i++) {
        contents.at[i] ^= 0xFF;
        buf_clear(&tar);
        make_tar(&tar, buf_as_span(&contents));
        record_bytes(&r, buf_as_span(&tar), "a.tar");
        if (!has(&r, "536-90-4399") || !has(&r, "536-90-4400"))
            fail_msg("byte %zu: %s", i, buf_cstr(&r.log));
        contents.at[i] ^= 0xFF;
    }
    buf_done(&tar);
    buf_done(&contents);
    buf_done(&r.log);
}

/* Through a worker, which gets both descriptors; between, jobs without, which the rig reads. */
static void test_worker(void **state) {
    Buf contents = {0};
    Rig r;

    (void)state;
    make_contents(&contents, 14, 5);
    rig_open(&r, NULL, (HostOptions){0});
    for (int i = 0; i < 4; i++) {
        const Receiver to = rig_receiver(&r);
        int fd = rig_file(span_of(rows)), beside = rig_file(buf_as_span(&contents));
        const HostFile file = {.fd = fd,
                               .size = strlen(rows),
                               .name = span_of("7.dat"),
                               .has_companion = i % 2 == 0,
                               .companion = beside,
                               .companion_size = contents.n};
        Ending e;

        assert_int_equal(host_extract(r.host, EXTRACT_FORMAT, &file, NULL, &to, &e), 0);
        record_leave(&r.recorder, &e);
        if (!has(&r.recorder, i % 2 ? "unknown command" : "# table public.t\n| 1 id\n"))
            fail_msg("job %d: %s", i, buf_cstr(&r.recorder.log));
        assert_int_equal(lseek(beside, 0, SEEK_CUR), contents.n); /* by offset only */
        close(fd);
        close(beside);
    }
    rig_close(&r);
    buf_done(&contents);
}

static void names_decide_how_a_content_is_read(void **state _unused_) {
    static const struct {
        const char *format, *name, *other;
        bool alike;
    } cases[] = {
        {"text", "a.txt", "b.txt", true},
        {"text", "a.txt", "b.csv", false},
        {"text", "a", "b", true},
        {"text", "a", ".csv", true},
        {"text", "x.csv", ".csv", false},
        {"zip", "a.tar.zip", "b.zip", true},
        {"gzip", "a.txt.gz", "b.txt.gz", false},
        {"gzip", "a.txt.gz", "a.txt.gz", true},
        {"text", "1.dat", "1.dat", false},
        {"text", "1.dat", "a.dat", false},
        {"text", "a.dat", "1.dat", false},
        {"", "a.bin", "b.bin", true},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        if (extract_alike(cases[i].format, span_of(cases[i].name), span_of(cases[i].other)) !=
            cases[i].alike)
            fail_msg("%s: %s and %s", cases[i].format, cases[i].name, cases[i].other);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_other_content),
        cmocka_unit_test(test_damaged_contents),
        cmocka_unit_test(test_missing_contents),
        cmocka_unit_test(test_tar),
        cmocka_unit_test(test_damaged_tar),
        cmocka_unit_test(names_decide_how_a_content_is_read),
        cmocka_unit_test(test_worker),
    };

    rig_role(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
