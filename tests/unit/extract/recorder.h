/*
 * Recorder: a Receiver that writes down what comes out, a line an event, for tests to compare.
 *
 *     > name             a unit inside begins       < read          it ended so
 *     # sheet Payroll    a part begins              | 3 ssn         its column 3
 *     = 2:3 text         text at row 2, column 3;   = @17 text      text from source byte 17 on
 *     ! created 12 34 c  a fact: from, to, text    ^ pdf 4096      bytes handed to another place
 *     ~ 120 65536        a run: byte, times, where the test wants runs
 *
 * Text is cut at marks and put together over the pieces that the core makes of it; a newline in it
 * is \n, a tab \t.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/extract.h"

typedef struct Recorder {
    Buf log;
    bool open;     /* a line of text that may go on */
    uint64_t next; /* source at which it would go on */
    bool placed;   /* it stands in a row or column */
    bool handing;  /* the unit at hand goes elsewhere: nothing of its own may come behind that */
    uint64_t units, text_bytes, pulses;
    const Extractor *own; /* readers to try before the table's; see ExtractOptions */
    ExtractPlace place;
    bool runs;          /* takes them; else they are spelled */
    bool no_times;      /* leaves out what an archive says of its members' times */
    ExtractShare share; /* of the outermost unit; all zero: all of it */
} Recorder;

static inline void record_line(Recorder *r) {
    if (r->open)
        buf_byte(&r->log, '\n');
    r->open = false;
}

static inline void record_text(Recorder *r, Span s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == '\n')
            buf_text(&r->log, "\\n");
        else if (s.at[i] == '\t')
            buf_text(&r->log, "\\t");
        else
            buf_byte(&r->log, s.at[i]);
    }
}

static inline int record_enter(void *of, const Entry *e) {
    Recorder *r = of;

    assert_false(r->handing);
    record_line(r);
    r->units++;
    buf_text(&r->log, "> ");
    buf_span(&r->log, e->name);
    buf_byte(&r->log, '\n');
    return 0;
}

static inline int record_leave(void *of, const Ending *e) {
    Recorder *r = of;
    char status[STATUS_REASON_MAX + 24];

    r->handing = false;
    record_line(r);
    status_print(&e->status, status, sizeof(status));
    buf_printf(&r->log, "< %s\n", status);
    return 0;
}

static inline int record_part(void *of, PartKind kind, Span name, Encoding encoding) {
    Recorder *r = of;

    assert_false(r->handing);
    record_line(r);
    buf_printf(&r->log, "# %s%s", part_kind_name(kind), name.n ? " " : "");
    buf_span(&r->log, name);
    if (kind == PART_BYTES)
        buf_printf(&r->log, " %s", encoding_name(encoding));
    buf_byte(&r->log, '\n');
    return 0;
}

static inline int record_column(void *of, uint32_t number, Span name) {
    Recorder *r = of;

    record_line(r);
    buf_printf(&r->log, "| %u ", number);
    buf_span(&r->log, name);
    buf_byte(&r->log, '\n');
    return 0;
}

static inline void record_mark(Recorder *r, const Mark *m) {
    if (r->open && m->source != MARK_NOWHERE && m->source == r->next && !m->row && !m->column &&
        !r->placed)
        return; /* goes on where it was */
    record_line(r);
    buf_text(&r->log, "= ");
    if (m->row || m->column)
        buf_printf(&r->log, "%llu:%u ", (unsigned long long)m->row, m->column);
    if (m->source != MARK_NOWHERE)
        buf_printf(&r->log, "@%llu ", (unsigned long long)m->source);
    r->open = true;
    r->next = m->source;
    r->placed = m->row || m->column;
}

static inline int record_piece(void *of, const Text *t) {
    Recorder *r = of;
    size_t at = 0;

    assert_true(t->text.n <= EXTRACT_TEXT_MAX && t->n_marks <= EXTRACT_MARKS_MAX);
    assert_false(r->handing);
    r->text_bytes += t->text.n;
    for (size_t i = 0; i <= t->n_marks; i++) {
        size_t end = i < t->n_marks ? t->marks[i].at : t->text.n;

        assert_true(end >= at && end <= t->text.n);
        if (end > at && !r->open) {
            buf_text(&r->log, "= ");
            r->open = true;
            r->placed = false;
        }
        record_text(r, span(t->text.at + at, end - at));
        if (r->next != MARK_NOWHERE)
            r->next += end - at;
        if (i < t->n_marks)
            record_mark(r, &t->marks[i]);
        at = end;
    }
    return 0;
}

static inline int record_run(void *of, uint8_t byte, uint64_t n) {
    Recorder *r = of;

    assert_false(r->handing);
    assert_true(r->open);
    r->text_bytes += n;
    if (r->next != MARK_NOWHERE)
        r->next += n;
    buf_printf(&r->log, "\n~ %u %llu\n", byte, (unsigned long long)n);
    return 0;
}

static inline int record_fact(void *of, const Fact *f) {
    Recorder *r = of;

    if (r->no_times && f->kind == FACT_MEMBER_TIME)
        return 0;
    assert_false(r->handing);
    record_line(r);
    buf_printf(&r->log, "! %s %lld %lld ", fact_kind_name(f->kind), (long long)f->from,
               (long long)f->to);
    buf_span(&r->log, f->text);
    buf_byte(&r->log, '\n');
    return 0;
}

static inline int record_handover(void *of, const Extractor *e, Span bytes) {
    Recorder *r = of;

    r->handing = true;
    record_line(r);
    buf_printf(&r->log, "^ %s %zu\n", e->format, bytes.n);
    return 0;
}

static inline int record_pulse(void *of, uint64_t taken) {
    Recorder *r = of;

    (void)taken;
    r->pulses++;
    return 0;
}

static inline Receiver recorder_receiver(Recorder *r) {
    return (Receiver){.of = r,
                      .enter = record_enter,
                      .leave = record_leave,
                      .part = record_part,
                      .column = record_column,
                      .text = record_piece,
                      .run = r->runs ? record_run : NULL,
                      .fact = record_fact,
                      .handover = record_handover,
                      .pulse = record_pulse};
}

/* Extracts a feed; the log, and the last line with how the outermost unit ended. */
static inline const char *record_feed(Recorder *r, Feed *f, const char *name,
                                      const ExtractLimits *limits) {
    Receiver to = recorder_receiver(r);
    ExtractOptions o = {
        .to = &to, .place = r->place, .own = r->own, .size = f->size, .share = r->share};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Ending ending;

    buf_clear(&r->log);
    r->open = r->handing = false;
    r->next = MARK_NOWHERE;
    r->units = r->text_bytes = r->pulses = 0;
    if (limits)
        o.limits = *limits;
    assert_int_equal(extraction_new(&o, &x), 0);
    assert_int_equal(extraction_run(x, span_of(name), f, &ending), 0);
    record_leave(r, &ending);
    return buf_cstr(&r->log);
}

static inline const char *record_bytes(Recorder *r, Span bytes, const char *name) {
    Feed f = feed_of_span(bytes);
    const char *log = record_feed(r, &f, name, NULL);

    feed_done(&f);
    return log;
}
