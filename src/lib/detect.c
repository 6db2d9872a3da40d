/*
 * Detect: text in, spans out; the engine without scan, store or report.
 *
 * Text comes in windows of bounded size, records line by line; both end in show_hit(), which knows
 * where in the input a hit stands. The text is UTF-8 by contract and hostile by nature: a byte
 * that continues no code point counts as one, so that offsets in code points are always defined.
 * Found values stay in the buffers here, which are wiped; only masks go out.
 */
#include "base/json.h"
#include "detect/mask.h"
#include "lib/allowing.h"
#include "lib/common.h"
#include "lib/lines.h"
#include "lib/record.h"
#include "source/stream.h"

enum {
    WINDOW = 256 << 10,
    WINDOW_BUFFER = WINDOW + 2 * MATCHER_MARGIN,
};

typedef struct Detecting Detecting;

struct Detecting {
    const Engine *engine;
    const terrier_detect_options *options; /* may be NULL */
    Matcher *matcher;
    Allowing allowing;
    Level floor;
    bool codepoints;
    uint64_t position; /* in the input, as it is counted, of byte `counted` of the window */
    size_t counted;
    bool rule_limit; /* somewhere a rule gave up */
    Writer *out;
    Json json; /* records: the line that is being written */
    void (*hit)(Detecting *d, const Hit *hit, uint64_t start, uint64_t end, const char *mask);
};

static int detecting_init(Detecting *d, const terrier_rules *rules, const terrier_detect_options *o,
                          Writer *out, Error *reterr) {
    int r;

    *d = (Detecting){.engine = rules->engine,
                     .options = o,
                     .floor = o && o->min_confidence ? (Level)o->min_confidence : LEVEL_MEDIUM,
                     .codepoints = o && o->codepoints,
                     .out = out};
    r = allowing_init(&d->allowing, rules->engine, o ? o->path : NULL, reterr);
    if (r == 0 && o)
        allowing_warn(rules->rules, d->allowing.key ? key_id(d->allowing.key) : NULL, o->of,
                      o->notice);
    return r < 0 ? r : matcher_new(rules->engine, &d->matcher);
}

static void detecting_done(Detecting *d) {
    if (d->options)
        allowing_tell(&d->allowing, d->options->of, d->options->notice);
    allowing_done(&d->allowing);
    matcher_free(d->matcher);
}

/* MatcherSink.allowed */
static void on_allowed(void *of, const Window *w _unused_, const Hit *hit _unused_,
                       uint16_t entry) {
    ((Detecting *)of)->allowing.counts[entry]++;
}

/* How far apart two positions of a text are, in bytes or in code points. */
static uint64_t distance(const Detecting *d, const uint8_t *from, const uint8_t *to) {
    uint64_t n = 0;

    if (!d->codepoints)
        return (uint64_t)(to - from);
    for (; from < to; from++)
        n += (*from & 0xc0) != 0x80;
    return n;
}

static void advance(Detecting *d, const Window *w, size_t to) {
    if (to > d->counted) {
        d->position += distance(d, w->text + d->counted, w->text + to);
        d->counted = to;
    }
}

/* MatcherSink.hit: hits come in order, so positions are counted up from the last one. */
static void on_hit(void *of, const Matcher *m _unused_, const Window *w, const Hit *hit) {
    Detecting *d = of;
    const uint8_t *start = w->text + hit->start, *end = w->text + hit->end;
    char mask[FINDING_MASK_MAX];
    uint64_t at;

    advance(d, w, hit->start);
    at = d->position;
    mask_value(&d->engine->rules->detectors[hit->detector].mask, span(start, hit->end - hit->start),
               mask, sizeof(mask));
    d->hit(d, hit, at, at + distance(d, start, end), mask);
}

static int scan(Detecting *d, const Window *w) {
    const MatcherSink sink = {.of = d,
                              .hit = on_hit,
                              .floor = d->floor,
                              .exact = true,
                              .allow = allowing_view(&d->allowing),
                              .allowed = on_allowed};
    int r;

    d->counted = w->lo;
    r = matcher_scan(d->matcher, w, &sink);
    if (r == -EOVERFLOW) {
        d->rule_limit = true;
        r = 0;
    }
    advance(d, w, w->hi);
    return r;
}

/* The verdict on the whole input, once all of it was examined. */
static int rule_limit(const Detecting *d, Error *reterr) {
    if (!d->rule_limit)
        return 0;
    return error_set(reterr, -EOVERFLOW,
                     "a pattern reached the limit of its engine: what was found stands, what that "
                     "pattern would have found may be missing");
}

static const char *type_of(const Detecting *d, const Hit *hit) {
    return d->engine->rules->detectors[hit->detector].id;
}

/* ---- text ---- */

static void text_hit(Detecting *d, const Hit *hit, uint64_t start, uint64_t end, const char *mask) {
    buf_printf(&d->out->buf, "%llu\t%llu\t%s\t%s\t%.2f\t%s\n", (unsigned long long)start,
               (unsigned long long)end, type_of(d, hit), level_name((Level)hit->level),
               (double)hit->score, mask);
    writer_flush(d->out);
}

/* The bytes at hand: a margin, the owned ones, a margin. */
typedef struct Passage {
    uint8_t *at;    /* WINDOW_BUFFER and padding */
    size_t n, done; /* held; of these examined already: the left margin */
    bool ended;
} Passage;

static void passage_done(Passage *p) {
    if (p->at)
        explicit_bzero(p->at, WINDOW_BUFFER + MATCHER_PAD);
    free(p->at);
}

/* Keeps the margin before what comes next and fills up. */
static int passage_read(Passage *p, Stream *s) {
    size_t from = p->done > MATCHER_MARGIN ? p->done - MATCHER_MARGIN : 0;

    memmove(p->at, p->at + from, p->n - from);
    p->n -= from;
    p->done -= from;
    while (p->n < WINDOW_BUFFER && !s->ended) {
        size_t n;
        int r = stream_read(s, p->at + p->n, WINDOW_BUFFER - p->n, &n);

        if (r < 0)
            return r;
        p->n += n;
    }
    p->ended = p->n < WINDOW_BUFFER;
    return 0;
}

static int detect_stream(Detecting *d, int fd, Error *reterr) {
    _cleanup_(passage_done) Passage p = {.at = calloc(1, WINDOW_BUFFER + MATCHER_PAD)};
    Stream s;
    int r = p.at ? 0 : -ENOMEM;

    stream_init(&s, fd, 0);
    while (r == 0 && !p.ended) {
        Window w;

        r = passage_read(&p, &s);
        if (r < 0)
            return error_errno(reterr, r, "cannot read input");
        w = (Window){
            .text = p.at, .n = p.n, .lo = p.done, .hi = p.ended ? p.n : p.n - MATCHER_MARGIN};
        r = scan(d, &w);
        p.done = w.hi;
        if (r == 0)
            r = d->out->error;
    }
    return r < 0 ? r : rule_limit(d, reterr);
}

int terrier_detect_text(const terrier_rules *rules, const terrier_detect_options *options, int fd,
                        terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    _cleanup_(detecting_done) Detecting d;
    Error e = {0};
    int r;

    r = detecting_init(&d, rules, options, &out, &e);
    d.hit = text_hit;
    if (r == 0)
        r = detect_stream(&d, fd, &e);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- records ---- */

static void record_hit(Detecting *d, const Hit *hit, uint64_t start, uint64_t end,
                       const char *mask) {
    Json *j = &d->json;

    json_object_begin(j);
    json_key(j, "start");
    json_uint(j, start);
    json_key(j, "end");
    json_uint(j, end);
    json_key(j, "type");
    json_text(j, type_of(d, hit));
    json_key(j, "confidence");
    json_text(j, level_name((Level)hit->level));
    json_key(j, "score");
    json_double(j, (double)hit->score, 2);
    json_key(j, "mask");
    json_text(j, mask);
    if (hit->test_value) {
        json_key(j, "test_value");
        json_bool(j, true);
    }
    json_object_end(j);
}

static int detect_record(Detecting *d, Span id, Span text) {
    _cleanup_(buf_wipe) Buf padded = {0};
    Window w = {.n = text.n, .hi = text.n};
    int r;

    buf_span(&padded, text);
    if (!buf_extend(&padded, MATCHER_PAD))
        return -ENOMEM;
    w.text = padded.at;
    d->json = json_to(&d->out->buf);
    d->position = 0;
    json_object_begin(&d->json);
    json_key(&d->json, "id");
    json_raw(&d->json, id);
    json_key(&d->json, "spans");
    json_array_begin(&d->json);
    r = scan(d, &w);
    json_array_end(&d->json);
    json_object_end(&d->json);
    buf_byte(&d->out->buf, '\n');
    return r < 0 ? r : writer_flush(d->out);
}

/* The id comes back as it was, of whatever type. */
static int detect_line(Detecting *d, Span line, uint64_t number, Error *reterr) {
    _cleanup_(record_freep) Record *record = NULL;
    _cleanup_(buf_done) Buf id = {0};
    Span text;
    int r = record_read(line, number, reterr, &record);

    if (r == 0)
        r = record_text(record, "text", reterr, &text);
    if (r == 0)
        r = record_print(record, "id", &id);
    return r < 0 ? r : detect_record(d, buf_as_span(&id), text);
}

static int detect_lines(Detecting *d, int fd, Error *reterr) {
    _cleanup_(lines_done) Lines lines = {.fd = fd};
    Span line;
    int r;

    while ((r = lines_next(&lines, reterr, &line)) > 0) {
        if (line.n == 0)
            continue;
        r = detect_line(d, line, lines.number, reterr);
        if (r < 0)
            return r;
    }
    return r < 0 ? r : rule_limit(d, reterr);
}

int terrier_detect_records(const terrier_rules *rules, const terrier_detect_options *options,
                           int fd, terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    _cleanup_(detecting_done) Detecting d;
    Error e = {0};
    int r;

    r = detecting_init(&d, rules, options, &out, &e);
    d.hit = record_hit;
    if (r == 0)
        r = detect_lines(&d, fd, &e);
    return error_out(writer_close(&out, r, &e), &e, error);
}
