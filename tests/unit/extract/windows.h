/*
 * Windows: our own text readers with windows of any size, to see that the size changes nothing.
 *
 * read_as() gives the log of one format; assert_same_in_windows() reads again with windows of 1 to
 * 19 bytes, so that every token meets a window's end at every byte, and compares.
 */
#pragma once

#include "recorder.h"

#include "extract/text/decoder.h"
#include "extract/text/reader.h"

static size_t window_size;

static inline int csv_in_windows(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return csv_read(x, f, e, window_size);
}

static inline int json_in_windows(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return json_read(x, f, e, false, window_size);
}

static inline int jsonl_in_windows(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return json_read(x, f, e, true, window_size);
}

static inline int sqldump_in_windows(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return sqldump_read(x, f, e, window_size);
}

static inline int log_in_windows(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return log_read(x, f, e, window_size);
}

static const Extractor in_windows[] = {
    {.format = "csv", .place = EXTRACT_ANYWHERE, .extract = csv_in_windows},
    {.format = "json", .place = EXTRACT_ANYWHERE, .extract = json_in_windows},
    {.format = "jsonl", .place = EXTRACT_ANYWHERE, .extract = jsonl_in_windows},
    {.format = "log", .place = EXTRACT_ANYWHERE, .extract = log_in_windows},
    {.format = "sqldump", .place = EXTRACT_ANYWHERE, .extract = sqldump_in_windows},
    {0},
};

/* A unit that holds the bytes as one member of that format, whatever they look like. */
static const char *member_format;
static Span member_bytes;

static inline int hold_member(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    Feed member = feed_of_span(member_bytes);
    int r;

    (void)f, (void)e, (void)ret_status;
    r = extract_unit_as(x,
                        &(Entry){.name = span_of("m"), .size = member_bytes.n, .mtime = INT64_MIN},
                        &member, member_format);
    feed_done(&member);
    return r;
}

/* The log of the bytes, read as `format` in windows of that size: what stands between > and <. */
static inline const char *read_as(Recorder *r, const char *format, Span bytes, size_t window) {
    Extractor own[N_ELEMENTS(in_windows) + 1] = {
        {.format = "zip", .place = EXTRACT_ANYWHERE, .extract = hold_member}};
    static const char head[] = "> m\n", tail[] = "< read\n< read\n";
    const char *log;

    memcpy(own + 1, in_windows, sizeof(in_windows));
    r->own = own;
    member_format = format;
    member_bytes = bytes;
    window_size = window;
    log = record_bytes(r, span("PK\3\4\x14\0\0\0\0\0", 10), "z");
    r->own = NULL;
    assert_true(r->log.n >= strlen(head) + strlen(tail));
    assert_memory_equal(log, head, strlen(head));
    assert_string_equal(log + r->log.n - strlen(tail), tail);
    r->log.n -= strlen(tail);
    r->log.at[r->log.n] = 0;
    return log + strlen(head);
}

/*
 * A receiver that holds what comes out against the bytes: in order, all of them, each run between
 * marks as it lies, but for escapes, which begin with a backslash or a doubled quote.
 */
typedef struct InPlace {
    Span bytes;
    uint64_t at, mark; /* came out so far; where the run at hand began */
    bool escape;       /* the run at hand is not as it lies */
    uint64_t runs, escapes;
} InPlace;

static inline void in_place_mark(InPlace *p, const Mark *m) {
    assert_true(m->source != MARK_NOWHERE && m->source <= p->bytes.n);
    if (p->escape) {
        assert_in_range(m->source, p->mark + 2, p->mark + 12);
        p->escape = false;
        p->escapes++;
    } else if (p->runs && m->source != p->at) { /* an escape came out as its own first byte */
        assert_int_equal(p->at, p->mark + 1);
        assert_int_equal(m->source, p->mark + 2);
        p->escapes++;
    }
    p->runs++;
    p->at = p->mark = m->source;
}

static inline void in_place_text(InPlace *p, Span text) {
    if (text.n == 0)
        return;
    assert_true(!p->escape);
    if (p->at + text.n <= p->bytes.n && memcmp(p->bytes.at + p->at, text.at, text.n) == 0) {
        p->at += text.n;
        return;
    }
    assert_true(p->at == p->mark && text.n <= 4 && p->at + 1 < p->bytes.n);
    assert_true(p->bytes.at[p->at] == '\\' || p->bytes.at[p->at] == p->bytes.at[p->at + 1]);
    p->escape = true;
}

static inline int in_place_piece(void *of, const Text *t) {
    size_t at = 0;

    for (size_t i = 0; i < t->n_marks; i++) {
        in_place_text(of, span(t->text.at + at, t->marks[i].at - at));
        in_place_mark(of, &t->marks[i]);
        at = t->marks[i].at;
    }
    in_place_text(of, span(t->text.at + at, t->text.n - at));
    return 0;
}

static inline int ignore_part(void *of, PartKind kind, Span name, Encoding encoding) {
    (void)of, (void)kind, (void)name, (void)encoding;
    return 0;
}

static inline int ignore_column(void *of, uint32_t number, Span name) {
    (void)of, (void)number, (void)name;
    return 0;
}

static inline int ignore_fact(void *of, const Fact *f) {
    (void)of, (void)f;
    return 0;
}

static inline void assert_in_place(const char *format, Span bytes, size_t window) {
    InPlace p = {.bytes = bytes};
    Receiver to = {.of = &p,
                   .part = ignore_part,
                   .column = ignore_column,
                   .text = in_place_piece,
                   .fact = ignore_fact};
    ExtractOptions o = {.to = &to, .size = bytes.n};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Feed f = feed_of_span(bytes);
    Status status;

    assert_int_equal(extraction_new(&o, &x), 0);
    window_size = window;
    for (const Extractor *e = in_windows; e->format; e++) {
        if (strcmp(e->format, format) == 0)
            assert_int_equal(e->extract(x, &f, ENCODING_UTF8, &status), 0);
    }
    assert_int_equal(extract_part(x, PART_TEXT, span(NULL, 0)), 0); /* what is gathered goes out */
    if (!p.escape && !(p.at == p.mark + 1 && p.at + 1 == bytes.n))  /* an escape came last */
        assert_int_equal(p.at, bytes.n);
    feed_done(&f);
}

/* Bytes of any kind: in place, and the same in windows of some sizes. */
static inline void assert_tolerates(const char *format, Span bytes) {
    static const size_t windows[] = {1, 5, 16};
    Recorder whole = {0}, cut = {0};
    const char *expected = read_as(&whole, format, bytes, DECODER_WINDOW);

    assert_in_place(format, bytes, DECODER_WINDOW);
    for (size_t i = 0; i < N_ELEMENTS(windows); i++)
        assert_string_equal(read_as(&cut, format, bytes, windows[i]), expected);
    buf_done(&whole.log);
    buf_done(&cut.log);
}

static inline void assert_same_in_windows(const char *format, Span bytes) {
    Recorder whole = {0}, cut = {0};
    const char *expected = read_as(&whole, format, bytes, DECODER_WINDOW);

    for (size_t window = 1; window < 20; window++)
        assert_string_equal(read_as(&cut, format, bytes, window), expected);
    buf_done(&whole.log);
    buf_done(&cut.log);
}

/* What comes out is `expected`, in windows of any size. */
static inline void assert_reads(const char *format, const char *text, const char *expected) {
    Recorder r = {0};

    assert_string_equal(read_as(&r, format, span_of(text), DECODER_WINDOW), expected);
    assert_same_in_windows(format, span_of(text));
    buf_done(&r.log);
}
