/* Frames: what comes through, and what does when bytes are missing or are not what was sent. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "extract/frame.h"
#include "recorder.h"

static const Extractor own[] = {
    {.format = "text", .place = EXTRACT_FORMAT},
    {.format = "other", .place = EXTRACT_RISKY},
    {.format = NULL},
};

/* ---- a receiver that believes nothing ---- */

typedef struct Judge {
    unsigned depth;
    bool part[EXTRACT_DEPTH_MAX + 2], handing[EXTRACT_DEPTH_MAX + 2];
    uint64_t calls;
} Judge;

static int judge_enter(void *of, const Entry *e) {
    Judge *j = of;

    assert_true(e->name.n > 0 && e->name.n <= EXTRACT_NAME_MAX);
    assert_true(j->depth < EXTRACT_DEPTH_MAX);
    assert_false(j->handing[j->depth]);
    j->depth++;
    j->part[j->depth] = j->handing[j->depth] = false;
    j->calls++;
    return 0;
}

static int judge_leave(void *of, const Ending *e) {
    Judge *j = of;

    assert_true(j->depth > 0);
    assert_true(e->status.kind < N_STATUSES);
    assert_true(strlen(e->status.reason) < STATUS_REASON_MAX);
    j->depth--;
    j->calls++;
    return 0;
}

static int judge_part(void *of, PartKind kind, Span name, Encoding encoding) {
    Judge *j = of;

    assert_true(kind < N_PART_KINDS && encoding < N_ENCODINGS && name.n <= PART_NAME_MAX);
    j->part[j->depth] = true;
    j->calls++;
    return 0;
}

static int judge_column(void *of, uint32_t number, Span name) {
    Judge *j = of;

    assert_true(j->part[j->depth]);
    assert_true(number > 0 && number <= PART_COLUMNS_MAX && name.n <= PART_NAME_MAX);
    j->calls++;
    return 0;
}

static int judge_text(void *of, const Text *t) {
    Judge *j = of;
    size_t at = 0;

    assert_true(j->part[j->depth]);
    assert_true(t->text.n <= EXTRACT_TEXT_MAX && t->n_marks <= EXTRACT_MARKS_MAX);
    for (size_t i = 0; i < t->n_marks; i++) {
        assert_true(t->marks[i].at >= at && t->marks[i].at <= t->text.n);
        assert_true(t->marks[i].column <= PART_COLUMNS_MAX);
        at = t->marks[i].at;
    }
    j->calls++;
    return 0;
}

static int judge_run(void *of, uint8_t byte, uint64_t n) {
    Judge *j = of;

    (void)byte;
    assert_true(j->part[j->depth]);
    assert_true(n > 0 && n <= INT64_MAX);
    j->calls++;
    return 0;
}

static int judge_fact(void *of, const Fact *f) {
    Judge *j = of;

    assert_true(f->text.n <= FACT_TEXT_MAX);
    j->calls++;
    return 0;
}

static int judge_handover(void *of, const Extractor *e, Span bytes) {
    Judge *j = of;

    assert_string_equal(e->format, "other");
    assert_true(bytes.n <= FRAME_BYTES_MAX);
    j->handing[j->depth] = true;
    j->calls++;
    return 0;
}

static int judge_pulse(void *of, uint64_t taken) {
    Judge *j = of;

    (void)taken;
    j->calls++;
    return 0;
}

static Receiver judge_receiver(Judge *j) {
    return (Receiver){.of = j,
                      .enter = judge_enter,
                      .leave = judge_leave,
                      .part = judge_part,
                      .column = judge_column,
                      .text = judge_text,
                      .run = judge_run,
                      .fact = judge_fact,
                      .handover = judge_handover,
                      .pulse = judge_pulse};
}

/* ---- a job's frames ---- */

/* One of each kind, as a worker would send them. */
static void speak(const Receiver *to) {
    const Mark marks[] = {{.at = 0, .row = 1, .column = 1, .source = MARK_NOWHERE},
                          {.at = 2, .row = 1, .column = 2, .source = 70000}};
    const Ending read = {.status = status_of(STATUS_READ, NULL), .format = "csv", .encoding = ""};
    const Ending cut = {
        .status = status_of(STATUS_PARTIAL, "corrupt"), .format = "", .encoding = ""};

    assert_int_equal(to->fact(to->of, &(Fact){.kind = FACT_LABEL, .text = span_of("l")}), 0);
    assert_int_equal(to->enter(to->of, &(Entry){.name = span_of("a"), .size = 9, .mtime = 7}), 0);
    assert_int_equal(to->part(to->of, PART_TABLE, span_of("t"), ENCODING_UTF8), 0);
    assert_int_equal(to->column(to->of, 2, span_of("ssn")), 0);
    assert_int_equal(to->text(to->of, &(Text){span_of("ab"), marks, 2}), 0);
    assert_int_equal(to->leave(to->of, &read), 0);
    assert_int_equal(to->enter(to->of, &(Entry){.name = span_of("b"), .size = FEED_SIZE_UNKNOWN}),
                     0);
    assert_int_equal(to->handover(to->of, &own[1], span_of("bytes")), 0);
    assert_int_equal(to->handover(to->of, &own[1], span_of("")), 0);
    assert_int_equal(to->leave(to->of, &cut), 0);
    assert_int_equal(to->part(to->of, PART_BYTES, span_of(""), ENCODING_UTF16LE), 0);
    assert_int_equal(to->text(to->of, &(Text){.text = span_of("c")}), 0);
    assert_int_equal(to->run(to->of, 'c', 70000), 0);
}

/* What goes over the socket, into `ret`. */
static void sent(Buf *ret) {
    const Ending e = {.status = status_of(STATUS_PARTIAL, "member"),
                      .bytes = 12,
                      .format = "zip",
                      .encoding = ""};
    FrameWriter w;
    Receiver to;
    uint8_t bytes[4096];
    int ends[2];
    ssize_t n;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    frame_writer_init(&w, ends[0]);
    to = frame_writer_receiver(&w);
    speak(&to);
    assert_int_equal(frame_writer_end(&w, &e, 77), 0);
    n = read(ends[1], bytes, sizeof(bytes));
    assert_true(n > 0 && n < (ssize_t)sizeof(bytes));
    buf_clear(ret);
    buf_add(ret, bytes, (size_t)n);
    frame_writer_done(&w);
    close(ends[0]);
    close(ends[1]);
}

typedef enum Verdict { V_ENDED, V_BAD, V_MORE } Verdict;

/* As a host hears them: how far it believed what came. */
static Verdict heard(Span bytes, const Receiver *to) {
    FrameReader in;
    FrameGate gate;
    Verdict v = V_MORE;
    int ends[2], r = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(write(ends[0], bytes.at ? bytes.at : (const uint8_t *)"", bytes.n), bytes.n);
    assert_int_equal(frame_reader_init(&in), 0);
    assert_int_equal(frame_gate_init(&gate, EXTRACT_FORMAT, own), 0);
    while (v == V_MORE && r >= 0) {
        FrameKind kind;
        Span payload;

        r = frame_reader_next(&in, &kind, &payload);
        if (r == FRAME_E_MORE)
            r = frame_reader_fill(&in, ends[1]);
        else if (r == 0)
            r = frame_gate_pass(&gate, kind, payload, to);
        if (r == FRAME_E_BAD)
            v = V_BAD;
        else if (gate.ended)
            v = V_ENDED;
    }
    frame_gate_done(&gate);
    frame_reader_done(&in);
    close(ends[0]);
    close(ends[1]);
    return v;
}

static Verdict judged(Span bytes) {
    Judge j = {0};
    const Receiver to = judge_receiver(&j);

    return heard(bytes, &to);
}

static void test_all_comes_through(void **state) {
    Recorder said = {.next = MARK_NOWHERE, .runs = true};
    Recorder got = {.next = MARK_NOWHERE, .runs = true};
    const Receiver a = recorder_receiver(&said), b = recorder_receiver(&got);
    Buf bytes = {0};

    (void)state;
    speak(&a);
    sent(&bytes);
    assert_int_equal(heard(buf_as_span(&bytes), &b), V_ENDED);
    assert_string_equal(buf_cstr(&got.log), buf_cstr(&said.log));
    buf_done(&said.log);
    buf_done(&got.log);
    buf_done(&bytes);
}

static void test_cut_anywhere(void **state) {
    Buf bytes = {0};

    (void)state;
    sent(&bytes);
    for (size_t n = 0; n < bytes.n; n++)
        assert_int_equal(judged(span(bytes.at, n)), V_MORE);
    buf_done(&bytes);
}

/* Any one bit may lie: what gets through still is what a receiver may be told. */
static void test_any_bit(void **state) {
    unsigned verdicts[3] = {0};
    Buf bytes = {0};

    (void)state;
    sent(&bytes);
    for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
        bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
        verdicts[judged(buf_as_span(&bytes))]++;
        bytes.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    print_message("%zu bytes: %u lies passed, %u refused, %u left waiting\n", bytes.n,
                  verdicts[V_ENDED], verdicts[V_BAD], verdicts[V_MORE]);
    assert_true(verdicts[V_BAD] > verdicts[V_ENDED]);
    buf_done(&bytes);
}

/* Each byte any other: lengths and kinds are the ones that matter. */
static void test_any_byte(void **state) {
    Buf bytes = {0};

    (void)state;
    sent(&bytes);
    for (size_t i = 0; i < bytes.n; i++) {
        uint8_t before = bytes.at[i];

        for (unsigned v = 0; v < 256; v += 5) {
            bytes.at[i] = (uint8_t)v;
            judged(buf_as_span(&bytes));
        }
        bytes.at[i] = before;
    }
    buf_done(&bytes);
}

/* A frame left out, or twice: what depends on it is refused. */
static void test_frames_out_of_place(void **state) {
    size_t starts[32], n = 0;
    Buf bytes = {0}, other = {0};

    (void)state;
    sent(&bytes);
    for (size_t at = 0; at < bytes.n; n++) {
        uint32_t length;

        memcpy(&length, bytes.at + at, 4);
        starts[n] = at;
        at += FRAME_HEADER + length;
    }
    starts[n] = bytes.n;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k <= n; k++) { /* frame i where frame k begins, and not where it was */
            buf_clear(&other);
            for (size_t at = 0; at <= n; at++) {
                if (at == k)
                    buf_add(&other, bytes.at + starts[i], starts[i + 1] - starts[i]);
                if (at < n && at != i)
                    buf_add(&other, bytes.at + starts[at], starts[at + 1] - starts[at]);
            }
            judged(buf_as_span(&other));
        }
    }
    buf_done(&other);
    buf_done(&bytes);
}

static void test_too_long(void **state) {
    uint8_t header[FRAME_HEADER] = {0xff, 0xff, 0xff, 0x7f, FRAME_TEXT};

    (void)state;
    assert_int_equal(judged(span(header, sizeof(header))), V_BAD);
    header[3] = 0xff;
    assert_int_equal(judged(span(header, sizeof(header))), V_BAD);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_comes_through),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_any_bit),
        cmocka_unit_test(test_any_byte),
        cmocka_unit_test(test_frames_out_of_place),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
