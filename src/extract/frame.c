/*
 * Frame: see frame.h.
 *
 * Marks of a text go as differences: the text offset up from the one before, the row up or down,
 * the source plus one, so that "nowhere" is a zero. The text that fills the writer's buffer is not
 * copied into it: the kernel takes it from where it lies. What costs is not the copies but to wake
 * the host, so six pieces of text go at once, which is what a socket holds where nobody allows more.
 */
#include "extract/frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"

enum {
    FLUSH_BYTES = 384 << 10,
};

#define FLUSH_NS (50 * INT64_C(1000000))

/* Text, its marks at their longest, and two lengths before them. */
_Static_assert(EXTRACT_TEXT_MAX + EXTRACT_MARKS_MAX * (3 + 2 + 10 + 10) + 16 <=
                   FRAME_MAX - FRAME_HEADER,
               "any text fits into a frame");

static void put_header(uint8_t *at, FrameKind kind, size_t n) {
    at[0] = (uint8_t)n;
    at[1] = (uint8_t)(n >> 8);
    at[2] = (uint8_t)(n >> 16);
    at[3] = (uint8_t)(n >> 24);
    at[4] = (uint8_t)kind;
}

/* A frame begins; its length is put in by end(). */
static size_t begin(Buf *b) {
    static const uint8_t none[FRAME_HEADER] = {0};
    size_t start = b->n;

    buf_add(b, none, sizeof(none));
    return start;
}

static void end(Buf *b, size_t start, FrameKind kind) {
    if (!b->failed)
        put_header(b->at + start, kind, b->n - start - FRAME_HEADER);
}

/* ---- a job ---- */

void frame_job_put(Buf *to, const FrameJob *job) {
    size_t start = begin(to);

    wire_put_span(to, job->name);
    wire_put_span(to, span_of(job->format));
    wire_put_u64(to, job->size);
    wire_put_u64(to, job->seekable);
    wire_put_u64(to, job->companion);
    wire_put_u64(to, job->lacks_companion);
    wire_put_u64(to, job->companion_size);
    wire_put_u64(to, job->share.number);
    wire_put_u64(to, job->share.of);
    wire_put_u64(to, job->limits.depth);
    wire_put_u64(to, job->limits.filters);
    wire_put_u64(to, job->limits.entries);
    wire_put_u64(to, job->limits.output);
    wire_put_u64(to, job->limits.hold);
    end(to, start, FRAME_JOB);
}

int frame_job_get(Span payload, FrameJob *ret) {
    Wire w = wire_of(payload);
    FrameJob job = {.name = wire_span(&w)};
    Span format = wire_span(&w);

    job.size = wire_u64(&w);
    job.seekable = wire_u64(&w);
    job.companion = wire_u64(&w);
    job.lacks_companion = wire_u64(&w);
    job.companion_size = wire_u64(&w);
    job.share.number = (unsigned)wire_u64(&w);
    job.share.of = (unsigned)wire_u64(&w);
    job.limits.depth = (unsigned)wire_u64(&w);
    job.limits.filters = (unsigned)wire_u64(&w);
    job.limits.entries = wire_u64(&w);
    job.limits.output = wire_u64(&w);
    job.limits.hold = wire_u64(&w);
    if (!wire_done(&w) || format.n >= sizeof(job.format))
        return -EBADMSG;
    if (format.n)
        memcpy(job.format, format.at, format.n);
    *ret = job;
    return 0;
}

/* ---- writing ---- */

void frame_writer_init(FrameWriter *w, int fd) {
    *w = (FrameWriter){.fd = fd, .sent = clock_monotonic_ns()};
}

void frame_writer_done(FrameWriter *w) {
    buf_wipe(&w->out);
}

/* All of it; the pieces are moved on as they go out. */
static int send_pieces(int fd, struct iovec *piece, size_t n) {
    while (n) {
        struct msghdr m = {.msg_iov = piece, .msg_iovlen = n};
        ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == ENOMEM ? -ENOMEM : -EPIPE;
        for (; n && (size_t)sent >= piece->iov_len; n--, piece++)
            sent -= (ssize_t)piece->iov_len;
        if (n) {
            piece->iov_base = (uint8_t *)piece->iov_base + sent;
            piece->iov_len -= (size_t)sent;
        }
    }
    return 0;
}

/* What was gathered, and the bytes that end the frame begun last. */
static int writer_send(FrameWriter *w, Span rest) {
    struct iovec pieces[] = {{w->out.at, w->out.n}, {(void *)(uintptr_t)rest.at, rest.n}};
    size_t n = rest.n ? 2 : 1;
    int r = buf_error(&w->out);

    if (r == 0)
        r = send_pieces(w->fd, pieces, n);
    buf_clear(&w->out);
    w->sent = clock_monotonic_ns();
    return r;
}

static int writer_flush(FrameWriter *w) {
    return writer_send(w, span(NULL, 0));
}

/* A frame is whole: does it go now? */
static int writer_put(FrameWriter *w, size_t start, FrameKind kind) {
    end(&w->out, start, kind);
    if (buf_error(&w->out) < 0)
        return -ENOMEM;
    if (w->out.n < FLUSH_BYTES && clock_monotonic_ns() - w->sent < FLUSH_NS)
        return 0;
    return writer_flush(w);
}

static int write_enter(void *of, const Entry *e) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_span(&w->out, e->name);
    wire_put_u64(&w->out, e->size);
    wire_put_i64(&w->out, e->mtime);
    return writer_put(w, start, FRAME_ENTER);
}

static void put_ending(Buf *b, const Ending *e) {
    wire_put_u64(b, e->status.kind);
    wire_put_span(b, span_of(e->status.reason));
    wire_put_u64(b, e->bytes);
    wire_put_span(b, span_of(e->format));
    wire_put_span(b, span_of(e->encoding));
}

static int write_leave(void *of, const Ending *e) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    put_ending(&w->out, e);
    return writer_put(w, start, FRAME_LEAVE);
}

static int write_part(void *of, PartKind kind, Span name, Encoding encoding) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_u64(&w->out, kind);
    wire_put_u64(&w->out, encoding);
    wire_put_span(&w->out, name);
    return writer_put(w, start, FRAME_PART);
}

static int write_column(void *of, uint32_t number, Span name) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_u64(&w->out, number);
    wire_put_span(&w->out, name);
    return writer_put(w, start, FRAME_COLUMN);
}

static void put_marks(Buf *b, const Text *t) {
    uint64_t at = 0, row = 0;

    wire_put_u64(b, t->n_marks);
    for (size_t i = 0; i < t->n_marks; i++) {
        const Mark *m = &t->marks[i];

        wire_put_u64(b, m->at - at);
        wire_put_u64(b, m->column);
        wire_put_i64(b, (int64_t)(m->row - row));
        wire_put_u64(b, m->source + 1);
        at = m->at;
        row = m->row;
    }
}

static int write_text(void *of, const Text *t) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    put_marks(&w->out, t);
    if (w->out.n + t->text.n < FLUSH_BYTES) {
        buf_span(&w->out, t->text);
        return writer_put(w, start, FRAME_TEXT);
    }
    if (buf_error(&w->out) < 0)
        return -ENOMEM;
    put_header(w->out.at + start, FRAME_TEXT, w->out.n - start - FRAME_HEADER + t->text.n);
    return writer_send(w, t->text);
}

static int write_run(void *of, uint8_t byte, uint64_t n) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_u64(&w->out, byte);
    wire_put_u64(&w->out, n);
    return writer_put(w, start, FRAME_RUN);
}

static int write_fact(void *of, const Fact *f) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_u64(&w->out, f->kind);
    wire_put_i64(&w->out, f->from);
    wire_put_i64(&w->out, f->to);
    wire_put_u64(&w->out, f->column <= PART_COLUMNS_MAX ? f->column : 0);
    wire_put_span(&w->out, f->text);
    return writer_put(w, start, FRAME_FACT);
}

static int write_handover(void *of, const Extractor *e, Span bytes) {
    FrameWriter *w = of;

    do {
        Span piece = span(bytes.at, bytes.n < FRAME_BYTES_MAX ? bytes.n : FRAME_BYTES_MAX);
        size_t start = begin(&w->out);
        int r;

        wire_put_span(&w->out, span_of(e->format));
        if (buf_error(&w->out) < 0)
            return -ENOMEM;
        put_header(w->out.at + start, FRAME_HANDOVER, w->out.n - start - FRAME_HEADER + piece.n);
        r = writer_send(w, piece);
        if (r < 0)
            return r;
        bytes = span(bytes.at + piece.n, bytes.n - piece.n);
    } while (bytes.n);
    return 0;
}

static int write_pulse(void *of, uint64_t taken) {
    FrameWriter *w = of;
    size_t start = begin(&w->out);

    wire_put_u64(&w->out, taken);
    return writer_put(w, start, FRAME_PULSE);
}

Receiver frame_writer_receiver(FrameWriter *w) {
    return (Receiver){.of = w,
                      .enter = write_enter,
                      .leave = write_leave,
                      .part = write_part,
                      .column = write_column,
                      .text = write_text,
                      .run = write_run,
                      .fact = write_fact,
                      .handover = write_handover,
                      .pulse = write_pulse};
}

int frame_writer_end(FrameWriter *w, const Ending *e, uint64_t drawn) {
    size_t start = begin(&w->out);

    put_ending(&w->out, e);
    wire_put_u64(&w->out, drawn);
    end(&w->out, start, FRAME_END);
    return writer_flush(w);
}

int frame_writer_alive(FrameWriter *w, uint64_t taken) {
    return clock_monotonic_ns() - w->sent < FLUSH_NS ? 0 : write_pulse(w, taken);
}

/* ---- reading ---- */

int frame_reader_init(FrameReader *r) {
    *r = (FrameReader){.bytes = malloc(FRAME_MAX)};
    return r->bytes ? 0 : -ENOMEM;
}

void frame_reader_done(FrameReader *r) {
    frame_reader_clear(r);
    free(r->bytes);
    r->bytes = NULL;
}

void frame_reader_clear(FrameReader *r) {
    if (r->bytes)
        explicit_bzero(r->bytes, r->n);
    r->at = r->n = 0;
}

int frame_reader_fill(FrameReader *r, int fd) {
    ssize_t got;

    if (r->at) {
        memmove(r->bytes, r->bytes + r->at, r->n - r->at);
        r->n -= r->at;
        r->at = 0;
    }
    if (r->n == FRAME_MAX)
        return 0;
    do
        got = recv(fd, r->bytes + r->n, FRAME_MAX - r->n, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        return -EAGAIN;
    if (got <= 0)
        return -ECONNRESET;
    r->n += (size_t)got;
    return 0;
}

int frame_reader_next(FrameReader *r, FrameKind *ret_kind, Span *ret_payload) {
    const uint8_t *h = r->bytes + r->at;
    size_t have = r->n - r->at, n;

    if (have < FRAME_HEADER)
        return FRAME_E_MORE;
    n = h[0] | (size_t)h[1] << 8 | (size_t)h[2] << 16 | (size_t)h[3] << 24;
    if (n > FRAME_MAX - FRAME_HEADER || h[4] <= FRAME_JOB || h[4] >= N_FRAME_KINDS)
        return FRAME_E_BAD;
    if (have - FRAME_HEADER < n)
        return FRAME_E_MORE;
    r->at += FRAME_HEADER + n;
    *ret_kind = (FrameKind)h[4];
    *ret_payload = span(h + FRAME_HEADER, n);
    return 0;
}

/* ---- the gate ---- */

int frame_gate_init(FrameGate *g, ExtractPlace place, const Extractor *own) {
    *g = (FrameGate){.place = place, .own = own};
    g->marks = malloc(EXTRACT_MARKS_MAX * sizeof(*g->marks));
    return g->marks ? 0 : -ENOMEM;
}

void frame_gate_done(FrameGate *g) {
    free(g->marks);
    g->marks = NULL;
}

/* A word of ours, as the worker says; it may lie, but not with odd bytes. */
static bool word_get(Span s, char *ret, size_t max) {
    if (s.n >= max)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] <= 0x20 || s.at[i] >= 0x7f)
            return false;
        ret[i] = (char)s.at[i];
    }
    ret[s.n] = 0;
    return true;
}

/* Statuses that only a walk gives are none of a worker's. */
static bool status_may(uint64_t kind) {
    switch (kind) {
    case STATUS_READ:
    case STATUS_PARTIAL:
    case STATUS_LIMIT:
    case STATUS_ENCRYPTED:
    case STATUS_UNSUPPORTED:
    case STATUS_ERROR:
    case STATUS_SPECIAL:
    case STATUS_LINK:
        return true;
    default:
        return false;
    }
}

static bool get_ending(FrameGate *g, Wire *w, Ending *ret) {
    uint64_t kind = wire_u64(w);
    Span reason = wire_span(w), format, encoding;
    Encoding known;

    *ret = (Ending){.bytes = wire_u64(w), .format = g->format, .encoding = ""};
    format = wire_span(w);
    encoding = wire_span(w);
    if (w->failed || !status_may(kind) ||
        !word_get(reason, ret->status.reason, sizeof(ret->status.reason)) ||
        !word_get(format, g->format, sizeof(g->format)))
        return false;
    ret->status.kind = (StatusKind)kind;
    if (encoding.n && encoding_parse(encoding, &known) < 0)
        return false;
    if (encoding.n)
        ret->encoding = encoding_name(known);
    return true;
}

/* A unit begins or ends: what follows belongs to another one. */
static void turn(FrameGate *g) {
    g->part = g->handed = false;
    g->handing = NULL;
}

static int pass_enter(FrameGate *g, Wire *w, const Receiver *to) {
    Entry e = {.name = wire_span(w)};

    e.size = wire_u64(w);
    e.mtime = wire_i64(w);
    if (!wire_done(w) || e.name.n == 0 || e.name.n > EXTRACT_NAME_MAX ||
        memchr(e.name.at, 0, e.name.n) || g->depth >= EXTRACT_DEPTH_MAX)
        return FRAME_E_BAD;
    g->depth++;
    turn(g);
    return to->enter(to->of, &e);
}

static int pass_leave(FrameGate *g, Wire *w, const Receiver *to) {
    Ending e;

    if (!get_ending(g, w, &e) || !wire_done(w) || g->depth == 0)
        return FRAME_E_BAD;
    g->depth--;
    turn(g);
    return to->leave(to->of, &e);
}

static int pass_end(FrameGate *g, Wire *w) {
    if (!get_ending(g, w, &g->ending))
        return FRAME_E_BAD;
    g->drawn = wire_u64(w);
    if (!wire_done(w) || g->depth)
        return FRAME_E_BAD;
    g->ended = true;
    return 0;
}

static int pass_part(FrameGate *g, Wire *w, const Receiver *to) {
    uint64_t kind = wire_u64(w), encoding = wire_u64(w);
    Span name = wire_span(w);

    if (!wire_done(w) || kind >= N_PART_KINDS || encoding >= N_ENCODINGS ||
        (kind != PART_BYTES && encoding != ENCODING_UTF8) || name.n > PART_NAME_MAX)
        return FRAME_E_BAD;
    g->part = true;
    return to->part(to->of, (PartKind)kind, name, (Encoding)encoding);
}

static int pass_column(FrameGate *g, Wire *w, const Receiver *to) {
    uint64_t number = wire_u64(w);
    Span name = wire_span(w);

    if (!wire_done(w) || !g->part || number == 0 || number > PART_COLUMNS_MAX ||
        name.n > PART_NAME_MAX)
        return FRAME_E_BAD;
    return to->column(to->of, (uint32_t)number, name);
}

static bool get_marks(FrameGate *g, Wire *w, size_t *ret_n) {
    uint64_t n = wire_u64(w), at = 0, row = 0;

    if (w->failed || n > EXTRACT_MARKS_MAX)
        return false;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t step = wire_u64(w), column = wire_u64(w), source;

        row += (uint64_t)wire_i64(w);
        source = wire_u64(w) - 1;
        if (w->failed || step > EXTRACT_TEXT_MAX || (i && step == 0) || column > PART_COLUMNS_MAX ||
            (source > INT64_MAX && source != MARK_NOWHERE))
            return false;
        at += step;
        if (at > EXTRACT_TEXT_MAX)
            return false;
        g->marks[i] =
            (Mark){.at = (uint32_t)at, .column = (uint32_t)column, .row = row, .source = source};
    }
    *ret_n = (size_t)n;
    return true;
}

static int pass_text(FrameGate *g, Wire *w, const Receiver *to) {
    Text t = {.marks = g->marks};

    if (!g->part || !get_marks(g, w, &t.n_marks))
        return FRAME_E_BAD;
    t.text = span(w->at, (size_t)(w->end - w->at));
    if (t.text.n > EXTRACT_TEXT_MAX || (t.n_marks && t.marks[t.n_marks - 1].at > t.text.n))
        return FRAME_E_BAD;
    return to->text(to->of, &t);
}

static int pass_run(FrameGate *g, Wire *w, const Receiver *to) {
    uint64_t byte = wire_u64(w), n = wire_u64(w);

    if (!wire_done(w) || !g->part || byte > UINT8_MAX || n == 0 || n > INT64_MAX)
        return FRAME_E_BAD;
    return receiver_run(to, (uint8_t)byte, n);
}

static int pass_fact(FrameGate *g _unused_, Wire *w, const Receiver *to) {
    uint64_t kind = wire_u64(w), column;
    Fact f = {.from = wire_i64(w)};

    f.to = wire_i64(w);
    column = wire_u64(w);
    f.text = wire_span(w);
    if (!wire_done(w) || kind >= N_FACT_KINDS || column > PART_COLUMNS_MAX ||
        f.text.n > FACT_TEXT_MAX)
        return FRAME_E_BAD;
    f.kind = (FactKind)kind;
    f.column = (uint32_t)column;
    return to->fact(to->of, &f);
}

static const Extractor *find_reader(const FrameGate *g, Span format) {
    char word[FRAME_WORD_MAX];

    if (!word_get(format, word, sizeof(word)))
        return NULL;
    for (const Extractor *e = g->own; e && e->format; e++) {
        if (strcmp(e->format, word) == 0)
            return e;
    }
    return extractor_find(word);
}

static int pass_handover(FrameGate *g, Wire *w, const Receiver *to) {
    Span format = wire_span(w), bytes;
    const Extractor *e = w->failed ? NULL : find_reader(g, format);

    if (!e || e->place == EXTRACT_ANYWHERE || e->place == g->place ||
        (g->handing && g->handing != e))
        return FRAME_E_BAD;
    bytes = span(w->at, (size_t)(w->end - w->at));
    if (bytes.n > FRAME_BYTES_MAX)
        return FRAME_E_BAD;
    g->handing = e;
    g->handed = bytes.n == 0;
    return to->handover(to->of, e, bytes);
}

static int pass_pulse(FrameGate *g _unused_, Wire *w, const Receiver *to) {
    uint64_t taken = wire_u64(w);

    if (!wire_done(w))
        return FRAME_E_BAD;
    return to->pulse ? to->pulse(to->of, taken) : 0;
}

/* While the unit at hand is handed over, and after that, it has nothing of its own. */
static bool may_come(const FrameGate *g, FrameKind kind) {
    if (g->ended)
        return false;
    if (kind == FRAME_LEAVE || kind == FRAME_END || kind == FRAME_PULSE)
        return true;
    if (kind == FRAME_HANDOVER)
        return !g->handed;
    return !g->handing;
}

int frame_gate_pass(FrameGate *g, FrameKind kind, Span payload, const Receiver *to) {
    Wire w = wire_of(payload);

    if (!may_come(g, kind))
        return FRAME_E_BAD;
    switch (kind) {
    case FRAME_ENTER:
        return pass_enter(g, &w, to);
    case FRAME_LEAVE:
        return pass_leave(g, &w, to);
    case FRAME_PART:
        return pass_part(g, &w, to);
    case FRAME_COLUMN:
        return pass_column(g, &w, to);
    case FRAME_TEXT:
        return pass_text(g, &w, to);
    case FRAME_RUN:
        return pass_run(g, &w, to);
    case FRAME_FACT:
        return pass_fact(g, &w, to);
    case FRAME_HANDOVER:
        return pass_handover(g, &w, to);
    case FRAME_PULSE:
        return pass_pulse(g, &w, to);
    case FRAME_END:
        return pass_end(g, &w);
    default:
        return FRAME_E_BAD;
    }
}
