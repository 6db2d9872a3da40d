/*
 * Explain: why each candidate in a file was reported or dropped.
 *
 * A file that has a reader is opened as a scan opens it (lib/opening.h): an Intake takes in what
 * comes out and tells each candidate under the unit that it stands in. Any other is read as a scan
 * reads it, with a Reader whose sink is ours. Either way the matcher's trace gives each candidate
 * with its arithmetic, which is gathered a window at a time and told in order of place.
 */
#include "base/show.h"
#include "detect/mask.h"
#include "lib/allowing.h"
#include "lib/common.h"
#include "lib/opening.h"
#include "lib/reason.h"
#include "model/locator.h"
#include "scan/intake.h"

typedef struct Explaining {
    Reader reader;
    Reasons reasons;
    Writer *out;
    Span path;       /* of the file */
    Buf told;        /* the unit inside that was named last, as IntakeUnit.path */
    uint64_t lines;  /* in the pieces before */
    uint64_t window; /* raw offset of the one that the reasons are of */
    uint64_t n, n_found, n_allowed;
    Allowing allowing;
    bool rule_limit;
} Explaining;

static void explaining_done(Explaining *x) {
    reader_done(&x->reader);
    reasons_done(&x->reasons);
    allowing_done(&x->allowing);
    buf_done(&x->told);
}

static void tell(Explaining *x) {
    reasons_tell(&x->reasons, &x->out->buf);
    writer_flush(x->out);
}

/* What of a candidate is the same wherever it stands. */
static Reason reason_of(const Explaining *x, const Trace *t) {
    const TextWindow *w = &x->reader.decoded;
    const Detector *d = &x->reader.engine->rules->detectors[t->detector];
    Reason r = {.start = (uint32_t)t->start,
                .end = (uint32_t)t->end,
                .detector = t->detector,
                .match = t->match,
                .verdict = t->verdict,
                .rival = t->rival,
                .scored = t->score != NULL};

    if (t->score)
        r.score = *t->score;
    mask_value(&d->mask, span(w->text.at + t->start, t->end - t->start), r.mask, sizeof(r.mask));
    return r;
}

static void add(Explaining *x, const Trace *t, const Reason *r) {
    /* it was counted as a hit */
    x->n += t->verdict != VERDICT_OVERLAPPED && t->verdict != VERDICT_ALLOWED;
    reasons_add(&x->reasons, r);
}

static void tell_sum(Explaining *x) {
    if (x->rule_limit)
        writer_text(x->out, "\na pattern reached the limit of its engine: more may be there\n");
    writer_printf(x->out, "\n%llu candidates, %llu found at medium confidence or above\n",
                  (unsigned long long)x->n, (unsigned long long)x->n_found);
    if (x->n_allowed)
        writer_printf(x->out, "%llu more were found, and allow lists keep them out of reports\n",
                      (unsigned long long)x->n_allowed);
}

/* ---- a file that is opened ---- */

static void name_unit(Explaining *x, Span path) {
    Locator l = {.names = {x->path}, .n_names = 1};

    while (path.n && l.n_names < LOCATOR_DEPTH_MAX) { /* each name stands behind a NUL */
        const uint8_t *end = memchr(path.at + 1, 0, path.n - 1);
        size_t n = end ? (size_t)(end - path.at) : path.n;

        l.names[l.n_names++] = span(path.at + 1, n - 1);
        path = span(path.at + n, path.n - n);
    }
    buf_byte(&x->out->buf, '\n');
    locator_print(&x->out->buf, &l);
}

/* Before the first place that is told of another unit than the last one. */
static void head_unit(Explaining *x, const IntakeUnit *u) {
    if (span_eq(buf_as_span(&x->told), buf_as_span(&u->path)))
        return;
    buf_clear(&x->told);
    buf_span(&x->told, buf_as_span(&u->path));
    name_unit(x, buf_as_span(&u->path));
    buf_byte(&x->out->buf, '\n');
}

/* IntakeTo.trace */
static void on_unit_trace(void *of, const IntakeUnit *u, const Trace *t) {
    Explaining *x = of;
    Reason r = reason_of(x, t);
    HarvestSample at = {0};

    r.place = harvest_locate(&u->harvest, x->reader.matcher, t->start, t->end, &at);
    r.offset = at.offset;
    r.line = at.line + at.counted;
    x->reasons.harvest = &u->harvest;
    add(x, t, &r);
}

/* IntakeTo.traced */
static void on_traced(void *of, const IntakeUnit *u) {
    Explaining *x = of;

    if (x->reasons.n)
        head_unit(x, u);
    tell(x);
}

static void count_found(Explaining *x, const IntakeUnit *u) {
    for (size_t i = 0; i < u->harvest.n_rows; i++) {
        const HarvestRow *row = &u->harvest.rows[i];

        x->n_found += row->count[LEVEL_MEDIUM] + row->count[LEVEL_HIGH];
    }
    for (size_t i = 0; u->harvest.allowed && i < x->reader.engine->rules->n_allows; i++)
        x->n_allowed += u->harvest.allowed[i];
    x->rule_limit |= u->rule_limit;
}

static void tell_status(Explaining *x, const char *before, Status status) {
    char text[STATUS_REASON_MAX + 24];

    status_print(&status, text, sizeof(text));
    writer_printf(x->out, "%s%s\n", before, text);
}

/* IntakeTo.unit: one that was not read whole is named, whatever was found in it. */
static int on_unit(void *of, const IntakeUnit *u, const Ending *e) {
    Explaining *x = of;

    count_found(x, u);
    if (status_complete(e->status.kind))
        return x->out->error;
    name_unit(x, buf_as_span(&u->path));
    tell_status(x, ": a scan ends it as ", e->status);
    buf_clear(&x->told);
    buf_byte(&x->told, '?'); /* what follows is named again */
    return x->out->error;
}

/* 0, INTAKE's errors, or HOST_E_*: nothing of it counts, and it is read as it lies. */
static int read_opened(Explaining *x, const char *program, const Extractor *e, const HostFile *file,
                       Ending *ret) {
    const IntakeTo to = {.of = x, .trace = on_unit_trace, .traced = on_traced, .unit = on_unit};
    _cleanup_(intake_freep) Intake *i = NULL;
    IntakeUnit *u;
    int r = intake_new(&x->reader, &to, NULL, &i);

    if (r == 0)
        r = opening_read(program, e, file, intake_receiver(i), ret);
    if (r == 0)
        r = intake_end(i, &u);
    if (r == 0)
        count_found(x, u);
    return x->reasons.failed ? -ENOMEM : r;
}

/* ---- a file that is read as it lies ---- */

/* MatcherSink.hit: what is left when overlaps are settled; the trace said the rest. */
static void on_hit(void *of, const Matcher *m _unused_, const Window *w _unused_, const Hit *hit) {
    ((Explaining *)of)->n_found += hit->level >= LEVEL_MEDIUM;
}

static void on_trace(void *of, const Trace *t) {
    Explaining *x = of;
    const TextWindow *w = &x->reader.decoded;
    Reason r = reason_of(x, t);
    uint64_t length;

    if (w->raw_offset != x->window) {
        tell(x);
        x->window = w->raw_offset;
    }
    text_window_locate(w, t->start, t->end, &r.offset, &length);
    r.line = 1 + x->lines + x->reader.harvest.where.line +
             matcher_newlines_before(x->reader.matcher, t->start);
    add(x, t, &r);
}

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

static int read_pieces(Explaining *x, const Content *c, Error *reterr) {
    x->reader.sink = (MatcherSink){.of = x,
                                   .hit = on_hit,
                                   .trace = on_trace,
                                   .floor = LEVEL_LOW,
                                   .exact = true,
                                   .allow = allowing_view(&x->allowing),
                                   .allowed = on_allowed};
    x->reasons.harvest = NULL;
    for (uint64_t i = 0; i < c->n_pieces && x->out->error == 0; i++) {
        Piece p;

        content_read(&x->reader, c, i, &p);
        if (p.error)
            return error_errno(reterr, p.error, "cannot read on in piece %llu",
                               (unsigned long long)i);
        if (x->reasons.failed)
            return -ENOMEM;
        x->lines += p.newlines;
        x->rule_limit |= p.rule_limit;
    }
    tell(x);
    return 0;
}

/* ---- either ---- */

static void tell_head(const Explaining *x, const Content *c) {
    writer_name(x->out, x->path);
    writer_printf(x->out, ": %llu bytes, %s", (unsigned long long)c->size, c->sniff.format);
    if (c->sniff.kind == SNIFF_TEXT)
        writer_printf(x->out, ", %s", encoding_name(c->sniff.encoding));
}

static int explain_content(Explaining *x, const Content *c, Status status, Error *reterr) {
    int r;

    tell_status(x, "; a scan ends it as ", status);
    r = read_pieces(x, c, reterr);
    if (r == 0)
        tell_sum(x);
    return r;
}

static int explain_opened(Explaining *x, const char *program, const Extractor *e,
                          const HostFile *file, const Content *c, Error *reterr) {
    Ending ending;
    int r;

    writer_text(x->out, "; opened as a scan opens it\n");
    r = read_opened(x, program, e, file, &ending);
    if (r < 0)
        return r == x->out->error ? r : error_errno(reterr, r, "cannot open the file");
    if (r == 0) {
        tell_sum(x);
        tell_status(x, "a scan ends the file as ", ending.status);
        return 0;
    }
    x->n = x->n_found = x->n_allowed = 0;
    writer_text(x->out, r == HOST_E_DIED ? "\nits parser died: here are its bytes as they lie"
                                         : "\nthe program that reads it is not installed: here are "
                                           "its bytes as they lie");
    return explain_content(x, c, ending.status, reterr);
}

static int explain(const terrier_rules *rules, const char *program, const char *path, Writer *out,
                   Error *reterr) {
    static const uint8_t no_secret[SKETCH_KEYS_BYTES];
    _cleanup_(explaining_done)
        Explaining x = {.out = out, .path = span_of(path), .reasons.engine = rules->engine};
    _cleanup_(fd_closep) int fd = -1, beside = -1;
    HostFile file = {.companion = -1};
    const Extractor *e = NULL;
    FileMeta meta;
    Content c;
    int r = regular_open(path, 0, reterr, &meta, &fd);

    if (r == 0)
        r = reader_init(&x.reader, rules->engine, EXAMINE_WINDOW, LEVEL_LOW, FINDING_SAMPLES_MAX,
                        no_secret);
    if (r == 0)
        r = allowing_init(&x.allowing, rules->engine, path, reterr);
    if (r < 0)
        return r;
    x.reader.harvest.allow.of = x.allowing.view.of;
    x.reader.harvest.allow.token = x.allowing.view.token;
    r = reader_at(&x.reader, (Span){0}, x.path);
    if (r < 0)
        return r;
    file.fd = fd;
    file.size = meta.size;
    file.name = path_name(x.path);
    opening_beside(x.path, &file, &beside);
    r = content_open(&x.reader, fd, meta.size, false, &c);
    if (r == 0)
        r = opening_reader(&file, &e);
    if (r < 0)
        return error_errno(reterr, r, "cannot read the file");
    tell_head(&x, &c);
    return e ? explain_opened(&x, program, e, &file, &c, reterr)
             : explain_content(&x, &c, content_status(&c), reterr);
}

int terrier_explain(const terrier_rules *rules, const char *program, const char *path,
                    terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = explain(rules, program ? program : TERRIER_PROGRAM, path, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}
