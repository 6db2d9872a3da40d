/* Codes: see codes.h. */
#include "scan/codes.h"

#include "detect/bytes.h"

typedef struct CodesSink {
    Harvest *harvest;
    const Window *window;
    const EncodedText *out;
} CodesSink;

void codes_done(Codes *c) {
    buf_wipe(&c->text);
    buf_done(&c->from);
}

static int room(Codes *c, size_t n, EncodedText *ret) {
    buf_clear(&c->text);
    buf_clear(&c->from);
    if (!buf_extend(&c->text, n + MATCHER_PAD) || !buf_extend(&c->from, n * sizeof(uint32_t)))
        return -ENOMEM;
    *ret = (EncodedText){.text = c->text.at, .from = (uint32_t *)(void *)c->from.at, .cap = n};
    return 0;
}

/* In the window a code's last digit touches it, as in %20DE15: it was no value there. */
static bool was_glued(const CodesSink *s, uint32_t at) {
    return at && byte_is_alnum(s->window->text[at - 1]);
}

/* MatcherSink.hit */
static void on_hit(void *of, const Matcher *m, const Window *decoded, const Hit *hit) {
    CodesSink *s = of;
    uint32_t at = s->out->from[hit->start];

    if (at < s->window->lo || at >= s->window->hi ||
        (encoded_is_plain(s->out, hit->start, hit->end) && !was_glued(s, at)))
        return;
    harvest_hit(s->harvest, m, decoded, hit);
}

/* MatcherSink.allowed */
static void on_allowed(void *of, const Window *decoded, const Hit *hit, uint16_t entry) {
    CodesSink *s = of;
    uint32_t at = s->out->from[hit->start];

    if (at >= s->window->lo && at < s->window->hi &&
        (!encoded_is_plain(s->out, hit->start, hit->end) || was_glued(s, at)))
        harvest_allowed(s->harvest, decoded, hit, entry);
}

static int run_scan(Codes *c, Matcher *m, const Window *w, const EncodedRun *run,
                    const MatcherSink *sink) {
    Harvest *h = sink->of;
    EncodedText out;
    CodesSink of = {h, w, &out};
    MatcherSink decoded = *sink;
    int r = room(c, run->n + 2 * ENCODED_REACH, &out);

    if (r < 0)
        return r;
    encoded_decode(span(w->text, w->n), run, &out);
    if (!out.n)
        return 0;
    memset(out.text + out.n, 0, MATCHER_PAD);
    decoded.of = &of;
    decoded.hit = on_hit;
    decoded.allowed = on_allowed;
    decoded.counts = NULL;
    decoded.tested = NULL;
    h->where.from = out.from;
    r = matcher_scan(m, &(Window){.text = out.text, .n = out.n, .hi = out.n}, &decoded);
    h->where.from = NULL;
    return r;
}

int codes_scan(Codes *c, Matcher *m, const Window *w, const MatcherSink *sink) {
    EncodedSearch search;
    EncodedRun run;
    int r = 0;

    encoded_search(span(w->text, w->n), &search);
    while (encoded_next(&search, &run)) {
        int e;

        if (run.at >= w->hi || run.at + run.n <= w->lo)
            continue;
        e = run_scan(c, m, w, &run, sink);
        if (e == -ENOMEM)
            return e;
        r = e < 0 ? e : r;
    }
    return r;
}
