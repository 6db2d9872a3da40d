/*
 * Explain: why each candidate in a file was reported or dropped.
 *
 * Reads the file as a scan does, with a Reader whose sink is ours; the matcher's trace gives each
 * candidate with its arithmetic, which is gathered a window at a time and told in order of place.
 */
#include "base/show.h"
#include "detect/mask.h"
#include "extract/extract.h"
#include "lib/allowing.h"
#include "lib/common.h"
#include "lib/reason.h"
#include "scan/examine.h"

typedef struct Explaining {
    Reader reader;
    Reasons reasons;
    Writer *out;
    uint64_t lines;  /* in the pieces before */
    uint64_t window; /* raw offset of the one that the reasons are of */
    uint64_t n, n_found, n_allowed;
    Allowing allowing;
} Explaining;

static void explaining_done(Explaining *x) {
    reader_done(&x->reader);
    reasons_done(&x->reasons);
    allowing_done(&x->allowing);
}

static void tell(Explaining *x) {
    reasons_tell(&x->reasons, &x->out->buf);
    writer_flush(x->out);
}

/* MatcherSink.hit: what is left when overlaps are settled; the trace said the rest. */
static void on_hit(void *of, const Matcher *m _unused_, const Window *w _unused_, const Hit *hit) {
    ((Explaining *)of)->n_found += hit->level >= LEVEL_MEDIUM;
}

static void on_trace(void *of, const Trace *t);

/* MatcherSink.allowed: it was traced as a hit before. */
static void on_allowed(void *of, const Window *w _unused_, const Hit *hit, uint16_t entry) {
    Explaining *x = of;
    const Trace t = {.start = hit->start,
                     .end = hit->end,
                     .detector = hit->detector,
                     .match = hit->match,
                     .verdict = VERDICT_ALLOWED,
                     .rival = entry};

    x->n_allowed += hit->level >= LEVEL_MEDIUM;
    on_trace(x, &t);
}

static void on_trace(void *of, const Trace *t) {
    Explaining *x = of;
    const TextWindow *w = &x->reader.decoded;
    const Detector *d = &x->reader.engine->rules->detectors[t->detector];
    Reason r = {.start = (uint32_t)t->start,
                .end = (uint32_t)t->end,
                .detector = t->detector,
                .match = t->match,
                .verdict = t->verdict,
                .rival = t->rival,
                .scored = t->score != NULL};
    uint64_t length;

    if (w->raw_offset != x->window) {
        tell(x);
        x->window = w->raw_offset;
    }
    /* it was counted as a hit */
    x->n += t->verdict != VERDICT_OVERLAPPED && t->verdict != VERDICT_ALLOWED;
    if (t->score)
        r.score = *t->score;
    text_window_locate(w, t->start, t->end, &r.offset, &length);
    r.line = 1 + x->lines + x->reader.harvest.where.line +
             matcher_newlines_before(x->reader.matcher, t->start);
    mask_value(&d->mask, span(w->text.at + t->start, t->end - t->start), r.mask, sizeof(r.mask));
    reasons_add(&x->reasons, &r);
}

static void tell_head(const Explaining *x, const char *path, const Content *c) {
    Status status = content_status(c);
    char text[STATUS_REASON_MAX + 24];

    status_print(&status, text, sizeof(text));
    writer_name(x->out, span_of(path));
    writer_printf(x->out, ": %llu bytes, %s, %s; ", (unsigned long long)c->size, c->sniff.format,
                  encoding_name(c->sniff.encoding));
    if (extractor_find(c->sniff.format))
        writer_text(x->out, "a scan opens it; what follows is of its bytes as they lie\n");
    else
        writer_printf(x->out, "a scan ends it as %s\n", text);
}

static int read_pieces(Explaining *x, const Content *c, Error *reterr) {
    bool rule_limit = false;

    for (uint64_t i = 0; i < c->n_pieces && x->out->error == 0; i++) {
        Piece p;

        content_read(&x->reader, c, i, &p);
        if (p.error)
            return error_errno(reterr, p.error, "cannot read on in piece %llu",
                               (unsigned long long)i);
        if (x->reasons.failed)
            return -ENOMEM;
        x->lines += p.newlines;
        rule_limit |= p.rule_limit;
    }
    tell(x);
    if (rule_limit)
        writer_text(x->out, "\na pattern reached the limit of its engine: more may be there\n");
    writer_printf(x->out, "\n%llu candidates, %llu found at medium confidence or above\n",
                  (unsigned long long)x->n, (unsigned long long)x->n_found);
    if (x->n_allowed)
        writer_printf(x->out, "%llu more were found, and allow lists keep them out of reports\n",
                      (unsigned long long)x->n_allowed);
    return 0;
}

static int explain(const terrier_rules *rules, const char *path, Writer *out, Error *reterr) {
    static const uint8_t no_secret[SKETCH_SECRET_BYTES];
    _cleanup_(explaining_done) Explaining x = {.out = out, .reasons.engine = rules->engine};
    _cleanup_(fd_closep) int fd = -1;
    FileMeta meta;
    Content c;
    int r = regular_open(path, 0, reterr, &meta, &fd);

    if (r == 0)
        r = reader_init(&x.reader, rules->engine, EXAMINE_WINDOW, LEVEL_LOW, FINDING_SAMPLES_MAX,
                        no_secret);
    if (r < 0)
        return r;
    r = allowing_init(&x.allowing, rules->engine, path, reterr);
    if (r < 0)
        return r;
    x.reader.sink = (MatcherSink){.of = &x,
                                  .hit = on_hit,
                                  .trace = on_trace,
                                  .floor = LEVEL_LOW,
                                  .exact = true,
                                  .allow = allowing_view(&x.allowing),
                                  .allowed = on_allowed};
    r = content_open(&x.reader, fd, meta.size, false, &c);
    if (r < 0)
        return error_errno(reterr, r, "cannot read the file");
    tell_head(&x, path, &c);
    return read_pieces(&x, &c, reterr);
}

int terrier_explain(const terrier_rules *rules, const char *path, terrier_write write, void *of,
                    terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = explain(rules, path, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}
