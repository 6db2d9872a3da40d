/*
 * Log: text whose lines begin with a time.
 *
 * Its bytes come out as they lie, as those of any text; the first and the last time become a fact.
 */
#include "extract/text/reader.h"

#include "base/cleanup.h"
#include "extract/text/decoder.h"
#include "extract/text/stamp.h"

typedef struct Log {
    Decoder in;
    bool in_line; /* the window begins inside a line that was looked at */
    int64_t from, to;
} Log;

static void note(Log *l, Span line) {
    int64_t t;

    if (!stamp_parse(line, &t))
        return;
    l->from = t < l->from ? t : l->from;
    l->to = t > l->to ? t : l->to;
}

/* Lines of the window; how much is done with: all but the start of a line that goes on. */
static size_t read_window(Log *l) {
    Span text = l->in.text;
    size_t i = 0;

    while (i < text.n) {
        const uint8_t *end = memchr(text.at + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - text.at) - i : text.n - i;

        if (!end && !l->in_line && n < STAMP_LINE_MAX && !l->in.end)
            return i;
        if (!l->in_line)
            note(l, span(text.at + i, n));
        l->in_line = !end;
        i += n + (end != NULL);
    }
    return i;
}

static int hand_on(Extraction *x, const Log *l, size_t taken) {
    uint64_t end = decoder_source(&l->in, taken);

    return extract_bytes(x, span(l->in.raw.at, (size_t)(end - l->in.raw_at)), l->in.raw_at,
                         l->in.encoding);
}

int log_read(Extraction *x, Feed *f, Encoding e, size_t window) {
    Log l = {.from = INT64_MAX, .to = INT64_MIN};
    int r = decoder_init(&l.in, f, e, window);

    while (r == 0) {
        size_t taken = read_window(&l);

        r = hand_on(x, &l, taken);
        if (r || (l.in.end && taken == l.in.text.n))
            break;
        r = decoder_next(&l.in, taken);
    }
    decoder_done(&l.in);
    if (r == 0 && l.from <= l.to)
        r = extract_fact(x, &(Fact){.kind = FACT_LOG_TIME, .from = l.from, .to = l.to});
    return r;
}

static int extract(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return log_read(x, f, e, DECODER_WINDOW);
}

const Extractor log_extractor = {.format = "log", .place = EXTRACT_ANYWHERE, .extract = extract};
