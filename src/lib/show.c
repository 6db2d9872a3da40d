/*
 * Show: what stands at a locator now, read again from its source.
 *
 * The line around the place, cut to LINE_SHOWN bytes, with every value masked that the rules find
 * in it, at any confidence; in clear only with `reveal`, which the caller must have reason to
 * allow. The locator may be old: what has changed since is said. Locator, name and content are
 * hostile; the file is opened without following links, and all of it that goes out is escaped.
 */
#include <linux/openat2.h>

#include "base/show.h"
#include "detect/mask.h"
#include "extract/extract.h"
#include "extract/text/charset.h"
#include "extract/text/encoded.h"
#include "lib/common.h"
#include "lib/event.h"
#include "lib/seek.h"
#include "model/locator.h"
#include "source/file.h"

enum {
    HEAD = 16 << 10,   /* enough to know the encoding by */
    AROUND = 16 << 10, /* raw bytes read before and after the place */
    BLOCK = 256 << 10,
    LINE_SHOWN = 400,
};

typedef struct Place {
    int fd;
    uint64_t size, offset;
    Sniff sniff;
    TextWindow window;
    Buf raw;
    size_t at; /* of the place, in the window's text */
} Place;

/* A value found in the window: what mask it gets. */
typedef struct Spot {
    size_t start, end;
    uint16_t detector;
    char mask[FINDING_MASK_MAX];
} Spot;

typedef struct Spots {
    const Detector *detectors;
    Spot *at;
    size_t n, cap;
    bool failed;
} Spots;

static void place_done(Place *p) {
    fd_close(p->fd);
    text_window_done(&p->window);
    buf_wipe(&p->raw);
}

static void spots_done(Spots *s) {
    free(s->at);
}

/* ---- reading ---- */

static int sniff_head(Place *p) {
    uint8_t head[HEAD];
    size_t n;
    int r = file_read_at(p->fd, 0, head, sizeof(head), &n);

    if (r < 0)
        return r;
    p->sniff = sniff(span(head, n), p->size);
    explicit_bzero(head, n);
    return 0;
}

/* Reads raw [from, to) and decodes it. */
static int read_window(Place *p, uint64_t from, uint64_t to) {
    size_t n;
    uint8_t *at;
    int r;

    buf_clear(&p->raw);
    at = buf_extend(&p->raw, (size_t)(to - from) + MATCHER_PAD);
    if (!at)
        return -ENOMEM;
    r = file_read_at(p->fd, from, at, (size_t)(to - from), &n);
    if (r < 0)
        return r;
    memset(at + n, 0, p->raw.n - n);
    return charset_decode(p->sniff.encoding, span(at, n), from, &p->window);
}

/* Counts lines from the start until `line` begins; -ERANGE if there are fewer. */
static int find_line(Place *p, uint64_t line, uint64_t *ret_offset) {
    uint64_t at = p->sniff.bom, lines = 1, length;

    while (at < p->size && lines < line) {
        uint64_t end = at + BLOCK < p->size ? at + BLOCK : p->size;
        int r = read_window(p, at, end);

        if (r < 0)
            return r;
        for (size_t i = 0; i < p->window.text.n; i++) {
            if (p->window.text.at[i] != '\n' || ++lines < line)
                continue;
            text_window_locate(&p->window, i, i + 1, ret_offset, &length);
            *ret_offset += length;
            return 0;
        }
        at = end;
    }
    *ret_offset = p->sniff.bom;
    return lines < line ? -ERANGE : 0;
}

static int read_around(Place *p) {
    unsigned unit = encoding_unit(p->sniff.encoding);
    uint64_t from = p->offset > AROUND ? p->offset - AROUND : 0;
    uint64_t to = p->size - p->offset > AROUND ? p->offset + AROUND : p->size;
    int r;

    from += (unit - from % unit) % unit;
    if (from < p->sniff.bom)
        from = p->sniff.bom;
    if (p->offset < from)
        p->offset = from;
    r = read_window(p, from, to > from ? to : from);
    if (r == 0)
        p->at = text_window_find(&p->window, p->offset);
    return r;
}

/* ---- what is in it ---- */

static void on_hit(void *of, const Matcher *m _unused_, const Window *w, const Hit *hit) {
    Spots *s = of;
    Spot *spot;

    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 64;
        Spot *at = reallocarray(s->at, cap, sizeof(*at));

        if (!at) {
            s->failed = true;
            return;
        }
        s->at = at;
        s->cap = cap;
    }
    spot = &s->at[s->n++];
    *spot = (Spot){.start = hit->start, .end = hit->end, .detector = hit->detector};
    mask_value(&s->detectors[hit->detector].mask, span(w->text + hit->start, hit->end - hit->start),
               spot->mask, sizeof(spot->mask));
}

/* ---- values in codes: what is hidden is the code ---- */

typedef struct Coded {
    Spots *spots;
    const EncodedRun *run;
    const EncodedText *out;
} Coded;

static void on_coded(void *of, const Matcher *m, const Window *w, const Hit *hit) {
    Coded *c = of;
    size_t n = c->spots->n;

    if (encoded_is_plain(c->out, hit->start, hit->end))
        return; /* it was found as it lies */
    on_hit(c->spots, m, w, hit);
    if (c->spots->n == n)
        return;
    c->spots->at[n].start = c->out->from[hit->start];
    /* a digit of base64 holds the end of one byte and the start of the next */
    c->spots->at[n].end = hit->end < c->out->n
                              ? c->out->from[hit->end] + (c->run->kind == ENCODED_BASE64)
                              : c->run->at + c->run->n;
}

static int coded_run(Matcher *m, const Window *w, const EncodedRun *run, const MatcherSink *sink,
                     Spots *ret) {
    size_t cap = run->n + (size_t)2 * ENCODED_REACH;
    _cleanup_(free_p) uint8_t *text = calloc(1, cap + MATCHER_PAD);
    _cleanup_(free_p) uint32_t *from = calloc(cap, sizeof(*from));
    EncodedText out = {.text = text, .from = from, .cap = cap};
    Coded of = {ret, run, &out};
    MatcherSink coded = *sink;
    int r = 0;

    if (!text || !from)
        return -ENOMEM;
    encoded_decode(span(w->text, w->n), run, &out);
    coded.of = &of;
    coded.hit = on_coded;
    if (out.n)
        r = matcher_scan(m, &(Window){.text = text, .n = out.n, .hi = out.n}, &coded);
    explicit_bzero(text, cap);
    return r;
}

static int find_coded(Matcher *m, const Window *w, const MatcherSink *sink, Spots *ret) {
    EncodedSearch search;
    EncodedRun run;
    int r = 0;

    encoded_search(span(w->text, w->n), &search);
    while (r == 0 && encoded_next(&search, &run))
        r = coded_run(m, w, &run, sink, ret);
    return r;
}

static int spot_compare(const void *a, const void *b) {
    const Spot *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

/* columns: where and what the columns of the text are; NULL: it has none. */
static int find_spots(const Engine *engine, Place *p, const Columns *columns, Spots *ret) {
    const MatcherSink sink = {.of = ret, .hit = on_hit, .floor = LEVEL_LOW};
    _cleanup_(matcher_freep) Matcher *m = NULL;
    _cleanup_(buf_wipe) Buf padded = {0};
    Window w = {.n = p->window.text.n, .hi = p->window.text.n, .columns = columns};
    int r = matcher_new(engine, &m);

    if (r < 0)
        return r;
    buf_span(&padded, p->window.text);
    if (!buf_extend(&padded, MATCHER_PAD))
        return -ENOMEM;
    memset(padded.at + w.n, 0, MATCHER_PAD);
    w.text = padded.at;
    r = matcher_scan(m, &w, &sink);
    if (r == 0)
        r = find_coded(m, &w, &sink, ret);
    if (r == -EOVERFLOW) /* some value may be missed, and so be shown */
        return -EOVERFLOW;
    if (r == 0 && !ret->failed && ret->n)
        qsort(ret->at, ret->n, sizeof(*ret->at), spot_compare);
    return ret->failed ? -ENOMEM : r;
}

/* The spot that holds text position `at`, or NULL. */
static const Spot *spot_at(const Spots *s, size_t at) {
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i].start <= at && at < s->at[i].end)
            return &s->at[i];
    }
    return NULL;
}

/* ---- the line ---- */

typedef struct Cut {
    size_t from, to;
    bool before, after; /* more of the line stands there */
} Cut;

/* Where no value is cut in two: a part of one would be shown. */
static void cut_at_spots(const Spots *s, Cut *c) {
    const Spot *first = spot_at(s, c->from), *last = c->to ? spot_at(s, c->to - 1) : NULL;

    if (first)
        c->from = first->start;
    if (last)
        c->to = last->end;
}

static Cut line_around(const Place *p, const Spots *s) {
    Span text = p->window.text;
    Cut c = {.from = p->at, .to = p->at};

    while (c.from > 0 && text.at[c.from - 1] != '\n' && p->at - c.from < LINE_SHOWN / 2)
        c.from--;
    while (c.to < text.n && text.at[c.to] != '\n' && c.to - p->at < LINE_SHOWN / 2)
        c.to++;
    /* not within a character */
    while (c.from > 0 && (text.at[c.from] & 0xc0) == 0x80)
        c.from--;
    while (c.to < text.n && (text.at[c.to] & 0xc0) == 0x80)
        c.to++;
    cut_at_spots(s, &c);
    c.before = c.from > 0 && text.at[c.from - 1] != '\n';
    c.after = c.to < text.n && text.at[c.to] != '\n';
    return c;
}

static void put_line(Writer *out, const Place *p, const Spots *s, bool reveal) {
    Span text = p->window.text;
    Cut c = line_around(p, s);
    size_t at = c.from;

    writer_text(out, c.before ? "..." : "");
    for (size_t i = 0; i < s->n && !reveal; i++) {
        const Spot *spot = &s->at[i];

        if (spot->end <= at || spot->start >= c.to)
            continue;
        if (spot->start > at)
            writer_name(out, span(text.at + at, spot->start - at));
        writer_text(out, spot->mask);
        at = spot->end;
    }
    if (at < c.to)
        writer_name(out, span(text.at + at, c.to - at));
    writer_text(out, c.after ? "...\n" : "\n");
}

static void put_verdict(Writer *out, const Place *p, const Spots *s, bool has_offset) {
    const Spot *spot = spot_at(s, p->at);

    if (spot && spot->start == p->at)
        writer_printf(out, "%s\n", s->detectors[spot->detector].id);
    else if (has_offset)
        writer_printf(out,
                      "no value is found at byte %llu now: the content has changed since, or the "
                      "rules are others\n",
                      (unsigned long long)p->offset);
}

/* ---- the locator ---- */

/* Does the file have to be opened for it? */
static bool is_inside(const Locator *l) {
    return l->n_names > 1 || l->part.n;
}

/* Is the file read as other text than its bytes are? Then that is what a place in it shows. */
static bool is_opened(const Sniff *s) {
    const Extractor *e = extractor_find(s->format);

    return e && (e->place != EXTRACT_ANYWHERE || strcmp(s->format, "html") == 0 ||
                 strcmp(s->format, "rtf") == 0);
}

static int check_locator(const Locator *l, Error *reterr) {
    if (memchr(l->names[0].at, 0, l->names[0].n))
        return error_set(reterr, -EINVAL, "cannot show the locator: its name holds a NUL");
    if (!is_inside(l) && !l->line && !l->has_offset)
        return error_set(reterr, -EINVAL,
                         "cannot show the locator: it names no place, expected #L12:@345 behind "
                         "the name");
    return 0;
}

static int find_place(Place *p, const Locator *l, Error *reterr) {
    int r = 0;

    p->offset = l->offset;
    if (!l->has_offset)
        r = find_line(p, l->line, &p->offset);
    if (r == -ERANGE)
        return error_set(reterr, r, "there is no line %llu now: the file has changed",
                         (unsigned long long)l->line);
    if (r == 0 && p->offset >= p->size)
        return error_set(reterr, -ERANGE,
                         "there is no byte %llu now, of %llu: the file has changed",
                         (unsigned long long)p->offset, (unsigned long long)p->size);
    if (r == 0)
        r = read_around(p);
    return r < 0 ? error_errno(reterr, r, "cannot read the file") : 0;
}

/* What a place inside holds is hidden whole, whatever is found in it, where its bounds are known.
 */
static void hide_cell(Spots *s, const Sought *sought) {
    Spot *at = reallocarray(s->at, s->n + 1, sizeof(*at));
    size_t i = 0;

    s->failed |= !at;
    if (!at)
        return;
    s->at = at;
    while (i < s->n && s->at[i].start < sought->at)
        i++;
    if (i < s->n && s->at[i].start < sought->at + sought->n)
        return; /* a value is known in it */
    memmove(&s->at[i + 1], &s->at[i], (s->n - i) * sizeof(*s->at));
    s->at[i] = (Spot){.start = sought->at, .end = sought->at + sought->n, .detector = UINT16_MAX};
    memset(s->at[i].mask, '*', sought->n < 8 ? sought->n : 8);
    s->n++;
}

/* The name of its column is evidence, as in a scan. */
static int find_in_column(const Engine *engine, Place *p, const Sought *sought, Spots *ret) {
    const Mark marks[] = {{.source = MARK_NOWHERE},
                          {.at = (uint32_t)sought->at, .column = 1, .source = MARK_NOWHERE},
                          {.at = (uint32_t)(sought->at + sought->n), .source = MARK_NOWHERE}};
    ColumnHint hint = {0};
    const Columns columns = {
        .marks = marks, .n_marks = N_ELEMENTS(marks), .hints = &hint, .n_hints = 1};
    int r = column_hint_init(engine->column_names, buf_as_span(&sought->column), &hint);

    if (r == 0)
        r = find_spots(engine, p, &columns, ret);
    column_hint_done(&hint);
    return r;
}

/* What stands beside the file and tells what is in it, as in a scan. */
static void open_beside(Span path, HostFile *file, int *ret_fd) {
    const char *name = companion_name(path_name(path));
    _cleanup_(buf_done) Buf beside = {0};
    _cleanup_(fd_closep) int fd = -1;
    FileMeta meta;
    Error ignored = {0};

    buf_add(&beside, path.at, path.n - path_name(path).n);
    buf_text(&beside, name ? name : "");
    if (!name || buf_error(&beside) ||
        regular_open(buf_cstr(&beside), RESOLVE_NO_SYMLINKS, &ignored, &meta, &fd) < 0 ||
        !companion_looks(fd))
        return;
    *ret_fd = fd_take(&fd);
    file->has_companion = true;
    file->companion = *ret_fd;
    file->companion_size = meta.size;
}

static int show_inside(const terrier_rules *rules, const char *program, const Locator *l,
                       bool reveal, Place *p, Spots *spots, Writer *out, Error *reterr) {
    _cleanup_(sought_done) Sought sought = {0};
    _cleanup_(fd_closep) int beside = -1;
    HostFile file = {.fd = p->fd, .size = p->size, .name = path_name(l->names[0])};
    int r;

    open_beside(l->names[0], &file, &beside);
    r = seek_inside(program, &file, l, reterr, &sought);
    if (r < 0)
        return r;
    p->window.text = buf_as_span(&sought.text);
    p->at = sought.at;
    r = find_in_column(rules->engine, p, &sought, spots);
    if (r == 0 && sought.n)
        hide_cell(spots, &sought);
    if (r == 0 && spots->failed)
        r = -ENOMEM;
    if (r == 0) {
        const Spot *spot = spot_at(spots, p->at);

        if (spot && spot->detector != UINT16_MAX)
            writer_printf(out, "%s\n", spots->detectors[spot->detector].id);
        put_line(out, p, spots, reveal);
    }
    p->window.text = span(NULL, 0);
    return r;
}

static int show(const terrier_rules *rules, const char *program, const char *text, bool reveal,
                Writer *out, Error *reterr) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(place_done) Place p = {.fd = -1};
    _cleanup_(spots_done) Spots spots = {.detectors = rules->rules->detectors};
    FileMeta meta;
    Locator l;
    int r = locator_parse(span_of(text), &arena, reterr, &l);

    if (r == 0)
        r = check_locator(&l, reterr);
    if (r == 0)
        r = regular_open(arena_text(&arena, l.names[0]), RESOLVE_NO_SYMLINKS, reterr, &meta, &p.fd);
    if (r < 0)
        return r;
    p.size = meta.size;
    r = sniff_head(&p);
    if (r < 0)
        return error_errno(reterr, r, "cannot read the file");
    if (is_inside(&l) || is_opened(&p.sniff))
        return show_inside(rules, program ? program : TERRIER_PROGRAM, &l, reveal, &p, &spots, out,
                           reterr);
    r = find_place(&p, &l, reterr);
    if (r == 0)
        r = find_spots(rules->engine, &p, NULL, &spots);
    if (r == -EOVERFLOW)
        return error_set(reterr, r,
                         "a pattern reached the limit of its engine here: the line is not shown, "
                         "as a value could be in clear");
    if (r < 0)
        return r;
    put_verdict(out, &p, &spots, l.has_offset);
    put_line(out, &p, &spots, reveal);
    return 0;
}

/* store: of the ledger in which it is recorded before anything is read. */
static int show_recorded(const terrier_rules *rules, const char *program, const char *store,
                         const char *locator, bool reveal, Writer *out, Error *reterr) {
    int r = reveal ? event_record_reveal(store, locator, reterr) : 0;

    return r < 0 ? r : show(rules, program, locator, reveal, out, reterr);
}

int terrier_show(const terrier_rules *rules, const char *program, const char *locator, bool reveal,
                 terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = show_recorded(rules, program, NULL, locator, reveal, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}

int terrier_reveal(const terrier_rules *rules, const char *program, const char *store,
                   const char *locator, terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = show_recorded(rules, program, store, locator, true, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}
