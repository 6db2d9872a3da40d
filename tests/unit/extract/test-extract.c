/* The core of extraction: units, parts, marks, names that come again, the joint budget. */
#include "recorder.h"

static void test_text_as_it_lies(void **state) {
    Recorder r = {0};

    (void)state;
    assert_string_equal(record_bytes(&r, span_of("one\ntwo\n"), "a.txt"),
                        "# bytes us-ascii\n= @0 one\\ntwo\\n\n< read\n");
    buf_done(&r.log);
}

static void test_long_text_in_pieces(void **state) {
    enum { N = 3 * EXTRACT_TEXT_MAX + 17 };
    Recorder r = {0};
    char *text = malloc(N);

    (void)state;
    memset(text, 'x', N);
    record_bytes(&r, span(text, N), "a.txt");
    assert_int_equal(r.text_bytes, N);
    assert_memory_equal(r.log.at, "# bytes us-ascii\n= @0 xxx", 25);
    buf_done(&r.log);
    free(text);
}

/* The log without the letters that the first piece of a run is made of. */
static const char *without(Recorder *r, char letter) {
    Buf rest = {0};

    for (size_t i = 0; i < r->log.n; i++) {
        if (r->log.at[i] != (uint8_t)letter)
            buf_byte(&rest, r->log.at[i]);
    }
    buf_done(&r->log);
    r->log = rest;
    return buf_cstr(&r->log);
}

/* One byte again and again is a number; what is before and behind stands where it stood. */
static void test_run(void **state) {
    enum { N = 16 * EXTRACT_TEXT_MAX };
    Recorder r = {.runs = true}, spelled = {0};
    Buf b = {0};

    (void)state;
    buf_text(&b, "one\n");
    memset(buf_extend(&b, N), 'x', N);
    buf_text(&b, "\ntwo\n");
    record_bytes(&r, buf_as_span(&b), "a.txt");
    record_bytes(&spelled, buf_as_span(&b), "a.txt");
    assert_int_equal(r.text_bytes, b.n);
    assert_int_equal(spelled.text_bytes, b.n);
    /* of the first 64 KiB four bytes are others, and the next ones are told; the last come with
     * the end */
    assert_string_equal(without(&r, 'x'), "# bytes us-ascii\n= @0 one\\n\n~ 120 917504\n"
                                          "\\ntwo\\n\n< read\n");
    buf_done(&b);
    buf_done(&r.log);
    buf_done(&spelled.log);
}

/* Cells of one letter, each in a row of its own: none goes on the other. */
static int read_rows(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    char *text = malloc(2 * EXTRACT_TEXT_MAX);
    int r = extract_part(x, PART_TABLE, span_of("t"));

    (void)f;
    (void)encoding;
    (void)ret_status;
    memset(text, 'x', 2 * EXTRACT_TEXT_MAX);
    for (uint64_t row = 1; row <= 2 && r == 0; row++) {
        r = extract_at(x, row, 1);
        if (r == 0)
            r = extract_text(x, span(text, 2 * EXTRACT_TEXT_MAX));
    }
    free(text);
    return r;
}

static void test_run_in_a_row(void **state) {
    static const Extractor own[] = {{.format = "text", .extract = read_rows}, {.format = NULL}};
    Recorder r = {.own = own, .runs = true};

    (void)state;
    record_bytes(&r, span_of("any"), "a");
    assert_int_equal(r.text_bytes, 4 * EXTRACT_TEXT_MAX);
    assert_string_equal(without(&r, 'x'), "# table t\n= 1:1 \n~ 120 65536\n\n= 2:1 \n"
                                          "~ 120 65536\n\n< read\n");
    buf_done(&r.log);
}

static void test_output_limit(void **state) {
    Recorder r = {0};
    ExtractLimits limits = {.output = 5};
    Feed f = feed_of_span(span_of("123456"));

    (void)state;
    assert_string_equal(record_feed(&r, &f, "a", &limits), "< limit(output)\n");
    feed_done(&f);
    f = feed_of_span(span_of("12345"));
    assert_string_equal(record_feed(&r, &f, "a", &limits),
                        "# bytes us-ascii\n= @0 12345\n< read\n");
    feed_done(&f);
    buf_done(&r.log);
}

/* A reader of what contains itself: its own bytes are the one unit in it. */
static int read_itself(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    const Entry e = {.name = span_of("in"), .size = f->size, .mtime = 5};
    uint8_t bytes[64];
    ssize_t n = feed_read(f, bytes, sizeof(bytes));
    Feed again = feed_of_span(span(bytes, n > 0 ? (size_t)n : 0));
    int r = extract_unit(x, &e, &again);

    (void)encoding;
    (void)ret;
    feed_done(&again);
    return r;
}

static void test_loop(void **state) {
    static const Extractor own[] = {
        {.format = "pgdump", .place = EXTRACT_FORMAT, .extract = read_itself}, {0}};
    Recorder r = {.place = EXTRACT_FORMAT, .own = own};

    (void)state;
    assert_string_equal(record_bytes(&r, span_of("PGDMP\1itself"), "a"),
                        "> in\n! member-time 5 5 \n# bytes binary\n= @0 PGDMP\1itself\n"
                        "< limit(loop)\n< partial(member)\n");
    buf_done(&r.log);
}

/* Bytes that come in order, and then an error. */
static ssize_t flawed_read(Feed *f, uint8_t *at, size_t n) {
    int *error = f->of, r = *error;

    if (f->got) {
        *error = 0;
        return r;
    }
    assert_true(n >= 4);
    memcpy(at, "text", 4);
    return 4;
}

static void test_flaws(void **state) {
    static const struct {
        int error;
        const char *status;
    } cases[] = {
        {-EBADMSG, "partial(corrupt)"}, {-EPROTO, "partial(inconsistent)"},
        {-ENOBUFS, "limit(memory)"},    {-EFBIG, "limit(sparse)"},
        {-EIO, "error(EIO)"},           {0, "read"},
    };
    static const FeedKind kind = {.read = flawed_read};
    Recorder r = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int error = cases[i].error;
        Feed f = feed_of(&kind, &error, FEED_SIZE_UNKNOWN);
        char want[80];

        snprintf(want, sizeof(want), "# bytes us-ascii\n= @0 text\n< %s\n", cases[i].status);
        assert_string_equal(record_feed(&r, &f, "a", NULL), want);
        feed_done(&f);
    }
    buf_done(&r.log);
}

/* A reader that must read by offset, of a feed that cannot: what is too large is searched. */
static int read_by_offset(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    uint8_t byte;

    (void)encoding;
    (void)ret;
    assert_int_equal(feed_read_at(f, f->size - 1, &byte, 1), 1);
    return extract_text(x, span(&byte, 1));
}

static ssize_t slow_read(Feed *f, uint8_t *at, size_t n) {
    static const char all[] = "PGDMP\1 twenty bytes.";
    size_t left = f->got < 20 ? 20 - (size_t)f->got : 0;

    n = n < left ? n : left;
    n = n < 3 ? n : 3;
    memcpy(at, all + f->got, n);
    return (ssize_t)n;
}

static void test_held(void **state) {
    static const Extractor own[] = {
        {.format = "pgdump", .place = EXTRACT_FORMAT, .seeks = true, .extract = read_by_offset},
        {0}};
    static const FeedKind kind = {.read = slow_read};
    Recorder r = {.place = EXTRACT_FORMAT, .own = own};

    (void)state;
    for (unsigned hold = 19; hold <= 20; hold++) {
        ExtractLimits limits = {.hold = hold};
        Feed f = feed_of(&kind, NULL, 20);

        assert_string_equal(record_feed(&r, &f, "a", &limits),
                            hold < 20
                                ? "# bytes binary\n= @0 PGDMP\1 twenty bytes.\n< limit(hold)\n"
                                : "# bytes binary\n= .\n< read\n");
        feed_done(&f);
    }
    buf_done(&r.log);
}

static void test_feed_skip(void **state) {
    static const FeedKind kind = {.read = slow_read};
    Feed feeds[] = {feed_of(&kind, NULL, 20), feed_of_span(span_of("PGDMP\1 twenty bytes."))};
    uint8_t bytes[8];
    Span head;

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(feeds); i++) {
        Feed *f = &feeds[i];

        assert_int_equal(feed_head(f, 4, &head), 0);
        assert_int_equal(feed_skip(f, 7), 7);
        assert_int_equal(feed_read(f, bytes, 6), 6);
        assert_memory_equal(bytes, "twenty", 6);
        assert_int_equal(feed_skip(f, UINT64_MAX), 7);
        assert_int_equal(feed_read(f, bytes, 1), 0);
        feed_done(f);
    }
}

/* Marks that had no text yet when something came between. */
static int read_marks(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    static const Entry inside = {.size = 1, .mtime = INT64_MIN};
    Feed one = feed_of_span(span_of("1"));
    int r = extract_part(x, PART_TABLE, span_of("t"));

    (void)f;
    (void)encoding;
    (void)ret_status;
    if (r == 0)
        r = extract_at(x, 1, 1);
    if (r == 0)
        r = extract_column(x, 1, span_of("a"));
    if (r == 0)
        r = extract_text(x, span_of("A"));
    if (r == 0)
        r = extract_from(x, 2, 1, 70);
    if (r == 0)
        r = extract_listed(x, &inside, status_of(STATUS_LIMIT, "depth"));
    if (r == 0)
        r = extract_text(x, span_of("B"));
    if (r == 0)
        r = extract_listed(x, &inside, status_of(STATUS_LIMIT, "depth"));
    if (r == 0)
        r = extract_text(x, span_of("C"));
    if (r == 0)
        r = extract_from(x, 3, 1, 80);
    if (r == 0)
        r = extract_unit_as(x, &inside, &one, "leaf");
    feed_done(&one);
    if (r == 0)
        r = extract_text(x, span_of("D"));
    if (r == 0)
        r = extract_at(x, 4, 1); /* none of the next part */
    if (r == 0)
        r = extract_part(x, PART_SECTION, span_of("s"));
    return r ? r : extract_text(x, span_of("E"));
}

static void test_marks_wait_for_text(void **state) {
    static const Extractor own[] = {{.format = "text", .extract = read_marks}, {.format = NULL}};
    Recorder r = {.own = own};

    (void)state;
    assert_string_equal(record_bytes(&r, span_of("any"), "a"),
                        "# table t\n| 1 a\n= 1:1 A\n> ?\n< limit(depth)\n"
                        "# table t\n= 2:1 @70 B\n> ?;2\n< limit(depth)\n"
                        "# table t\n= 2:1 C\n> ?;3\n# bytes us-ascii\n= @0 1\n< read\n"
                        "# table t\n= 3:1 @80 D\n# section s\n= E\n< partial(member)\n");
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_as_it_lies),
        cmocka_unit_test(test_long_text_in_pieces),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_run_in_a_row),
        cmocka_unit_test(test_output_limit),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_flaws),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_feed_skip),
        cmocka_unit_test(test_marks_wait_for_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
