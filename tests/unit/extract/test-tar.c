/* Tar: its dialects, what stands behind its end, what is no header, what is cut off. */
#include "archives.h"

static const char *tar_log(Recorder *r, const TarMake *makes, size_t n) {
    _cleanup_(buf_done) Buf b = {0};

    for (size_t i = 0; i < n; i++)
        build_tar(&b, &makes[i]);
    tar_end(&b);
    assert_int_equal(buf_error(&b), 0);
    return record_bytes(r, buf_as_span(&b), "a.tar");
}

static void test_members(void **state) {
    static const TarMake makes[] = {
        {.name = "dir/", .text = "", .type = '5'},
        {.name = "dir/a.txt", .text = CANARY, .mtime = 1000000000},
        {.name = "name", .text = "prefixed", .prefix = "far/away"},
        {.name = "/abs/../olute", .text = "only a name", .magic = "ustar  "},
        {.name = "ancient", .text = "seventh edition", .magic = "\0\0\0\0\0\0\0"},
        {.name = "empty", .text = ""},
    };
    Recorder r = recorder_format();

    (void)state;
    assert_string_equal(tar_log(&r, makes, N_ELEMENTS(makes)),
                        "> dir/a.txt\n! member-time 1000000000000000000 1000000000000000000 \n"
                        "# bytes us-ascii\n= @0 card 4111 1111 1111 1111, mail a@example.org\\n\n"
                        "< read\n"
                        "> far/away/name\n# bytes us-ascii\n= @0 prefixed\n< read\n"
                        "> /abs/../olute\n# bytes us-ascii\n= @0 only a name\n< read\n"
                        "> ancient\n# bytes us-ascii\n= @0 seventh edition\n< read\n"
                        "> empty\n< read\n"
                        "< read\n");
    buf_done(&r.log);
}

static void test_links_and_devices(void **state) {
    static const TarMake makes[] = {
        {.name = "soft", .text = "", .type = '2', .link = "/etc/target", .size = "00000000777"},
        {.name = "hard", .text = "", .type = '1', .link = "other", .size = "00000000777"},
        {.name = "char", .text = "", .type = '3'},
        {.name = "block", .text = "", .type = '4'},
        {.name = "fifo", .text = "", .type = '6'},
        {.name = "file", .text = CANARY},
    };
    Recorder r = recorder_format();

    (void)state;
    assert_string_equal(tar_log(&r, makes, N_ELEMENTS(makes)),
                        "> soft\n< link\n# bytes binary\n= /etc/target\n"
                        "> hard\n< link\n# bytes binary\n= other\n"
                        "> char\n< special(char)\n> block\n< special(block)\n"
                        "> fifo\n< special(fifo)\n"
                        "> file\n# bytes us-ascii\n"
                        "= @0 card 4111 1111 1111 1111, mail a@example.org\\n\n< read\n"
                        "< read\n");
    buf_done(&r.log);
}

static void test_long_names(void **state) {
    static const TarMake makes[] = {
        {.name = "././@LongLink", .text = "a/long/name", .type = 'L', .magic = "ustar  "},
        {.name = "a/lo", .text = "gnu", .magic = "ustar  "},
        {.name = "x",
         .text = "18 path=p\xc3\xa4x/name\n19 mtime=1500000.5\n17 comment=noted\n9 size=3\n",
         .type = 'x'},
        {.name = "cut", .text = "pax", .size = "00000000000"},
        {.name = "plain", .text = "none"},
    };
    Recorder r = recorder_format();

    (void)state;
    tar_log(&r, makes, N_ELEMENTS(makes));
    assert_has(&r, "> a/long/name\n# bytes us-ascii\n= @0 gnu\n< read\n");
    assert_has(&r, "noted");
    assert_has(&r, "> p\xc3\xa4x/name\n! member-time 1500000000000000 1500000000000000 \n"
                   "# bytes us-ascii\n= @0 pax\n< read\n");
    assert_has(&r, "> plain\n# bytes us-ascii\n= @0 none\n< read\n< read\n");
    buf_done(&r.log);
}

static void test_behind_the_end(void **state) {
    static const TarMake first = {.name = "a", .text = "one"},
                         second = {.name = "b", .text = CANARY};
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    build_tar(&b, &first);
    tar_end(&b);
    build_tar(&b, &second);
    tar_end(&b);
    buf_text(&b, "and something else");
    record_bytes(&r, buf_as_span(&b), "a.tar");
    assert_has(&r, "> b\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "# bytes binary\n= @4096 and something else\n< read\n");
    buf_done(&r.log);
}

static void test_damaged_header(void **state) {
    static const TarMake makes[] = {
        {.name = "a", .text = "one"},
        {.name = "b", .text = "two", .wrong_sum = true},
        {.name = "c", .text = CANARY},
    };
    Recorder r = recorder_format();

    (void)state;
    tar_log(&r, makes, N_ELEMENTS(makes));
    assert_has(&r, "> a\n# bytes us-ascii\n= @0 one\n< read\n");
    assert_has(&r, "two");
    assert_has(&r, "> c\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "\n< partial(corrupt)\n");
    buf_done(&r.log);
}

static void test_sizes_that_lie(void **state) {
    static const TarMake makes[] = {
        {.name = "negative",
         .text = "",
         .size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
        {.name = "a", .text = CANARY},
        {.name = "most", .text = "", .size = "\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
        {.name = "cut", .text = "", .size = "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"},
    };
    Recorder r = recorder_format();

    (void)state;
    tar_log(&r, makes, N_ELEMENTS(makes));
    assert_has(&r, "> a\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "> cut\n");
    assert_has(&r, "< partial(corrupt)\n< partial(corrupt)\n");
    buf_done(&r.log);
}

/* The pieces of a sparse file are read; a hole that is left out is told. */
static void test_sparse(void **state) {
    static const TarMake small[] = {
        {.name = "x",
         .text = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n24 GNU.sparse.name=real\n"
                 "28 GNU.sparse.realsize=4100\n",
         .type = 'x'},
        {.name = "GNUSparse/real", .bytes = {0}},
        {.name = "after", .text = "next"},
    };
    static const char *const maps[] = {"1\n4096\n4\n", "1\n9223372036854775000\n4\n"};
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(maps); i++) {
        _cleanup_(buf_done) Buf data = {0};
        TarMake makes[3] = {small[0], small[1], small[2]};

        buf_text(&data, maps[i]);
        pad512(&data);
        buf_text(&data, "data");
        makes[1].bytes = buf_as_span(&data);
        tar_log(&r, makes, 3);
        assert_has(&r, "> real\n");
        assert_has(&r, "data\n<");
        assert_has(&r, i ? "< limit(sparse)\n" : "< read(raw)\n");
        assert_has(&r, "> after\n# bytes us-ascii\n= @0 next\n< read\n");
        assert_has(&r, i ? "\n< partial(member)\n" : "\n< read\n");
        assert_int_equal(r.text_bytes, (i ? 65536 : 4096) + 8);
    }
    buf_done(&r.log);
}

/* An archive in an archive is read where it lies, also one that must be read by offset. */
static void test_nested(void **state) {
    static const ZipMake inside = {.name = "in.txt", .text = CANARY, .method = 8};
    _cleanup_(buf_done) Buf zip = {0};
    Recorder r = recorder_format();
    TarMake makes[2] = {{.name = "a.zip"}, {.name = "b", .text = "next"}};

    (void)state;
    build_zip(&zip, &inside, 1, NULL);
    makes[0].bytes = buf_as_span(&zip);
    tar_log(&r, makes, 2);
    assert_has(&r, "> a.zip\n> in.txt\n");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "< read\n< read\n> b\n");
    buf_done(&r.log);
}

static void test_damage(void **state) {
    static const TarMake makes[] = {
        {.name = "././@LongLink", .text = "a/long/name", .type = 'L', .magic = "ustar  "},
        {.name = "a", .text = CANARY, .magic = "ustar  "},
        {.name = "x", .text = "22 GNU.sparse.major=1\n", .type = 'x'},
        {.name = "sparse", .text = "1\n600\n3\n"},
    };
    _cleanup_(buf_done) Buf b = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(makes); i++)
        build_tar(&b, &makes[i]);
    survive_damage(buf_as_span(&b), 0, "a.tar");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),        cmocka_unit_test(test_links_and_devices),
        cmocka_unit_test(test_long_names),     cmocka_unit_test(test_behind_the_end),
        cmocka_unit_test(test_damaged_header), cmocka_unit_test(test_sizes_that_lie),
        cmocka_unit_test(test_sparse),         cmocka_unit_test(test_nested),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
