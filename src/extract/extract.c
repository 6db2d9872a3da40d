/*
 * Extract: see extract.h.
 *
 * Units being read stand in a stack, Level upon Level, in the C stack of extract_unit; text of the
 * unit at hand is gathered here and flushed when it is full, when the part changes, and when a unit
 * opens or closes. A unit inside interrupts the text of its container: what follows afterwards goes
 * on in the same part, so the part is announced again.
 *
 * Little that expands to much is nearly always one byte again and again. Pieces that only go on
 * such a run are counted and told as a number, when something else comes: nobody copies, sends or
 * searches them.
 */
#include "extract/extract.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "extract/format/format.h"
#include "extract/names.h"
#include "extract/tail.h"
#include "model/locator.h"

#define MIB (UINT64_C(1) << 20)

enum {
    DEPTH_DEFAULT = 16,
    FILTERS_DEFAULT = 8,
    ENTRIES_DEFAULT = 1000000,
    RATIO_DEFAULT = 10000,
    HOLD_DEFAULT = 64,   /* MiB */
    OUTPUT_LEAST = 1024, /* MiB */
    OUTPUT_MOST = 65536, /* MiB */
    PULSE_STEP = 1 << 20,
    READ_STEP = 64 << 10,
};

_Static_assert(EXTRACT_DEPTH_MAX < LOCATOR_DEPTH_MAX, "a locator names every unit");

typedef struct Level {
    struct Level *above; /* the container; NULL: the outermost */
    Span name;
    Companion *companion; /* NULL: none */
    uint64_t print;       /* of a container: hash of its head; 0: of none */
    bool filter;          /* a compressed stream */
    bool incomplete;      /* some unit inside was not complete */
    Names names;
} Level;

/* What was handed on last is one byte, again and again; pieces that go on so are counted. */
typedef struct Run {
    bool open;
    uint8_t byte;
    bool marked; /* `next` is known */
    Mark next;   /* what a mark of the next piece says if it only goes on */
    uint64_t n;  /* bytes counted and not told yet */
} Run;

struct Extraction {
    Receiver to;
    ExtractPlace place;
    const Extractor *own;
    ExtractLimits limits;
    Companion *companion; /* of the outermost unit */
    ExtractShare share;   /* ... of it */
    Level *level;         /* of the unit at hand */
    const Feed *outermost;
    unsigned depth;
    uint64_t entries, output; /* drawn so far */
    uint64_t held;            /* bytes of units in memory */
    const char *spent;        /* which limit; NULL: none yet */
    uint64_t pulsed;          /* bytes read and made at the last pulse */
    /* the part at hand */
    PartKind part;
    Encoding encoding;
    Buf part_name;
    bool announced; /* the receiver knows of it */
    /* text not handed on yet */
    uint8_t *text;
    size_t n;
    Mark *marks;
    size_t n_marks;
    Mark last; /* what the text at hand goes on from */
    Run run;
};

/* ---- life ---- */

static uint64_t output_limit(uint64_t size) {
    uint64_t most = OUTPUT_MOST * MIB, least = OUTPUT_LEAST * MIB;

    if (size == FEED_SIZE_UNKNOWN || size > most / RATIO_DEFAULT)
        return most;
    return size * RATIO_DEFAULT < least ? least : size * RATIO_DEFAULT;
}

ExtractLimits extract_limits(const ExtractLimits *given, uint64_t size) {
    ExtractLimits l = *given;

    if (!l.depth)
        l.depth = DEPTH_DEFAULT;
    if (l.depth > EXTRACT_DEPTH_MAX)
        l.depth = EXTRACT_DEPTH_MAX;
    if (!l.filters)
        l.filters = FILTERS_DEFAULT;
    if (!l.entries)
        l.entries = ENTRIES_DEFAULT;
    if (!l.output)
        l.output = output_limit(size);
    if (!l.hold)
        l.hold = HOLD_DEFAULT * MIB;
    return l;
}

int extraction_new(const ExtractOptions *o, Extraction **ret) {
    _cleanup_(extraction_freep) Extraction *x = calloc(1, sizeof(*x));

    if (!x)
        return -ENOMEM;
    x->to = *o->to;
    x->place = o->place;
    x->own = o->own;
    x->companion = o->companion;
    x->share = o->share;
    x->limits = extract_limits(&o->limits, o->size);
    x->part_name.limit = PART_NAME_MAX;
    x->text = malloc(EXTRACT_TEXT_MAX);
    x->marks = malloc(EXTRACT_MARKS_MAX * sizeof(*x->marks));
    if (!x->text || !x->marks)
        return -ENOMEM;
    *ret = TAKE(x);
    return 0;
}

Extraction *extraction_free(Extraction *x) {
    if (!x)
        return NULL;
    if (x->text)
        explicit_bzero(x->text, EXTRACT_TEXT_MAX);
    free(x->text);
    free(x->marks);
    buf_done(&x->part_name);
    free(x);
    return NULL;
}

/* ---- the budget ---- */

static int spent(Extraction *x, const char *which) {
    if (!x->spent)
        x->spent = which;
    return EXTRACT_E_SPENT;
}

/* What is made counts as life, too: little may expand to much. */
static int pulse(Extraction *x) {
    uint64_t now = (x->outermost ? x->outermost->got : 0) + x->output;

    if (now - x->pulsed < PULSE_STEP)
        return 0;
    x->pulsed = now;
    return x->to.pulse ? x->to.pulse(x->to.of, x->outermost ? x->outermost->got : 0) : 0;
}

static int spend(Extraction *x, uint64_t bytes) {
    if (x->spent)
        return EXTRACT_E_SPENT;
    if (bytes > x->limits.output - x->output)
        return spent(x, "output");
    x->output += bytes;
    return 0;
}

int extract_spend(Extraction *x, uint64_t bytes) {
    int r = spend(x, bytes);

    return r ? r : pulse(x);
}

/* ---- text ---- */

static bool is_run(Span s) {
    return s.n && memcmp(s.at, s.at + 1, s.n - 1) == 0;
}

/* What a mark says that many bytes further on. */
static Mark mark_behind(Mark m, uint64_t bytes) {
    m.source += m.source == MARK_NOWHERE ? 0 : bytes;
    return m;
}

static void run_begin(Run *run, const Text *t) {
    const Mark *last = t->n_marks ? &t->marks[t->n_marks - 1] : NULL;

    *run = (Run){.open = t->text.n == EXTRACT_TEXT_MAX && is_run(t->text),
                 .byte = t->text.at[0],
                 .marked = last};
    if (last)
        run->next = mark_behind(*last, t->text.n - last->at);
}

static bool run_goes_on(const Run *run, const Text *t) {
    if (!run->open || (t->n_marks && !run->marked))
        return false;
    if (t->text.at[0] != run->byte || !is_run(t->text))
        return false;
    for (size_t i = 0; i < t->n_marks; i++) {
        const Mark m = t->marks[i], same = mark_behind(run->next, m.at);

        if (m.row != same.row || m.column != same.column || m.source != same.source)
            return false;
    }
    return true;
}

/* What was counted; the run is over. */
static int run_end(Extraction *x) {
    Run run = x->run;

    x->run = (Run){0};
    return run.n ? x->to.run(x->to.of, run.byte, run.n) : 0;
}

int receiver_run(const Receiver *to, uint8_t byte, uint64_t n) {
    _uninitialized_ uint8_t bytes[4096];
    int r = 0;

    if (to->run)
        return to->run(to->of, byte, n);
    memset(bytes, byte, sizeof(bytes));
    for (size_t step; r == 0 && n; n -= step) {
        step = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);
        r = to->text(to->of, &(Text){.text = span(bytes, step)});
    }
    return r;
}

static int hand_on(Extraction *x, const Text *t) {
    int r;

    if (run_goes_on(&x->run, t)) {
        x->run.n += t->text.n;
        x->run.next = mark_behind(x->run.next, t->text.n);
        return 0;
    }
    r = run_end(x);
    if (r == 0 && !x->announced)
        r = x->to.part(x->to.of, x->part, buf_as_span(&x->part_name), x->encoding);
    x->announced = true;
    if (r == 0)
        r = x->to.text(x->to.of, t);
    if (x->to.run)
        run_begin(&x->run, t);
    return r;
}

/* The last mark has no text yet: it waits for what follows. */
static bool mark_waits(const Extraction *x) {
    return x->n_marks && x->marks[x->n_marks - 1].at == x->n;
}

/* What is gathered: the text may go on. */
static int flush_text(Extraction *x) {
    bool waits = mark_waits(x);
    Text t = {.text = span(x->text, x->n), .marks = x->marks, .n_marks = x->n_marks - waits};
    int r = x->n ? hand_on(x, &t) : 0;

    if (waits) {
        x->marks[0] = x->marks[x->n_marks - 1];
        x->marks[0].at = 0;
    }
    x->n = 0;
    x->n_marks = waits;
    return r < 0 ? r : pulse(x);
}

/* All of it: something else comes. */
static int flush(Extraction *x) {
    int r = flush_text(x);

    return r < 0 ? r : run_end(x);
}

static int part_begin(Extraction *x, PartKind kind, Span name, Encoding encoding) {
    int r = flush(x);

    x->part = kind;
    x->encoding = encoding;
    buf_clear(&x->part_name);
    buf_add(&x->part_name, name.at, name.n < PART_NAME_MAX ? name.n : PART_NAME_MAX);
    x->announced = false;
    x->n_marks = 0;
    x->last = (Mark){.source = MARK_NOWHERE};
    return r < 0 ? r : buf_error(&x->part_name);
}

int extract_part(Extraction *x, PartKind kind, Span name) {
    return part_begin(x, kind, name, ENCODING_UTF8);
}

int extract_column(Extraction *x, uint32_t number, Span name) {
    int r = flush(x);

    if (r == 0 && !x->announced)
        r = x->to.part(x->to.of, x->part, buf_as_span(&x->part_name), x->encoding);
    x->announced = true;
    if (name.n > PART_NAME_MAX)
        name.n = PART_NAME_MAX;
    if (r < 0 || number == 0 || number > PART_COLUMNS_MAX)
        return r;
    return x->to.column(x->to.of, number, name);
}

static int mark(Extraction *x, Mark m) {
    int r = x->n_marks == EXTRACT_MARKS_MAX ? flush_text(x) : 0;

    m.at = (uint32_t)x->n;
    if (m.column > PART_COLUMNS_MAX)
        m.column = 0;
    if (mark_waits(x))
        x->n_marks--; /* nothing stood under it */
    x->marks[x->n_marks++] = x->last = m;
    return r;
}

int extract_at(Extraction *x, uint64_t row, uint32_t column) {
    return mark(x, (Mark){.row = row, .column = column, .source = MARK_NOWHERE});
}

int extract_from(Extraction *x, uint64_t row, uint32_t column, uint64_t source) {
    return mark(x, (Mark){.row = row, .column = column, .source = source});
}

int extract_text(Extraction *x, Span text) {
    int r = spend(x, text.n);

    while (r == 0 && text.n) {
        size_t room = EXTRACT_TEXT_MAX - x->n, n = text.n < room ? text.n : room;

        memcpy(x->text + x->n, text.at, n);
        x->n += n;
        text = span(text.at + n, text.n - n);
        if (x->n == EXTRACT_TEXT_MAX)
            r = flush_text(x);
    }
    return r;
}

/* Gathered with what was there, if there is room. */
static int gather_piece(Extraction *x, const Text *t) {
    size_t head = 0;
    int r = 0;

    if (t->text.n > EXTRACT_TEXT_MAX - x->n || t->n_marks > EXTRACT_MARKS_MAX - x->n_marks)
        r = flush_text(x);
    if (mark_waits(x) && t->n_marks && t->marks[0].at == 0)
        x->n_marks--; /* nothing stood under it */
    if (r == 0 && t->n_marks > EXTRACT_MARKS_MAX - x->n_marks) {
        head = x->n = t->marks[0].at; /* stands under the one that waits, which goes first */
        memcpy(x->text, t->text.at, head);
        r = flush_text(x);
    }
    if (r < 0)
        return r;
    for (size_t i = 0; i < t->n_marks; i++) {
        x->marks[x->n_marks] = t->marks[i];
        x->marks[x->n_marks++].at += (uint32_t)x->n - (uint32_t)head;
    }
    memcpy(x->text + x->n, t->text.at + head, t->text.n - head);
    x->n += t->text.n - head;
    return 0;
}

int extract_piece(Extraction *x, const Text *t) {
    enum { SMALL = 4096 };
    bool waits = mark_waits(x) && (!t->n_marks || t->marks[0].at); /* for this text */
    int r;

    assert(t->text.n <= EXTRACT_TEXT_MAX && t->n_marks <= EXTRACT_MARKS_MAX);
    if (!t->text.n)
        return 0;
    r = extract_spend(x, t->text.n);
    if (r)
        return r;
    if (t->n_marks)
        x->last = t->marks[t->n_marks - 1];
    if (t->text.n <= SMALL || waits)
        return gather_piece(x, t);
    r = flush_text(x);
    x->n_marks = 0;
    return r < 0 ? r : hand_on(x, t);
}

int extract_bytes(Extraction *x, Span bytes, uint64_t offset, Encoding encoding) {
    int r = 0;

    if (x->part != PART_BYTES || x->encoding != encoding || x->part_name.n)
        r = part_begin(x, PART_BYTES, span(NULL, 0), encoding);
    if (r == 0)
        r = extract_from(x, 0, 0, offset);
    return r ? r : extract_text(x, bytes);
}

int extract_rest(Extraction *x, Feed *f, Encoding encoding) {
    _uninitialized_ uint8_t bytes[READ_STEP];

    for (;;) {
        uint64_t at = f->derived ? MARK_NOWHERE : f->at;
        ssize_t n = feed_some(f, bytes, sizeof(bytes));
        int r;

        if (n <= 0)
            return n == -ENOMEM ? -ENOMEM : 0; /* f->error tells the rest */
        r = extract_bytes(x, span(bytes, (size_t)n), at, encoding);
        if (r)
            return r;
    }
}

int extract_fact(Extraction *x, const Fact *f) {
    Fact cut = *f;
    int r = flush(x);

    if (cut.text.n > FACT_TEXT_MAX)
        cut.text.n = FACT_TEXT_MAX;
    return r < 0 ? r : x->to.fact(x->to.of, &cut);
}

/* ---- units ---- */

/* Text of the container may follow a unit inside: its part is announced again then. */
typedef struct Kept {
    PartKind part;
    Encoding encoding;
    Buf name;
    Mark last;
    bool waits; /* no text has stood under it yet */
} Kept;

static int keep_part(Extraction *x, Kept *ret) {
    int r = flush(x);

    *ret =
        (Kept){.part = x->part, .encoding = x->encoding, .last = x->last, .waits = mark_waits(x)};
    buf_span(&ret->name, buf_as_span(&x->part_name));
    return r < 0 ? r : buf_error(&ret->name);
}

static int restore_part(Extraction *x, Kept *k) {
    int r = part_begin(x, k->part, buf_as_span(&k->name), k->encoding);

    buf_done(&k->name);
    if (r == 0 && k->waits)
        r = mark(x, k->last);
    else if (r == 0 && (k->last.row || k->last.column))
        r = extract_at(x, k->last.row, k->last.column);
    return r;
}

/* The reading of a unit that has no reader of its own, by what it looks like. */
static Status leaf_status(const Sniff *s) {
    switch (s->kind) {
    case SNIFF_TEXT:
        return status_of(STATUS_READ, NULL);
    case SNIFF_CIPHER:
        return status_of(STATUS_ENCRYPTED, s->format);
    case SNIFF_IMAGE:
        return status_of(STATUS_PARTIAL, "no-ocr");
    case SNIFF_CONTAINER:
    case SNIFF_MEDIA:
        return status_of(STATUS_UNSUPPORTED, s->format);
    default:
        return status_of(STATUS_READ, "raw");
    }
}

/*
 * A unit in memory, so that it can be read at any offset; of one that is too large the beginning
 * is, and `feed` goes on from there in order. It does not move: `feed` points into it.
 */
typedef struct Held {
    Extraction *x;
    Buf bytes;
    Feed memory, *rest;
    Feed feed;
    size_t n; /* as counted in the extraction */
} Held;

static ssize_t held_read(Feed *f, uint8_t *at, size_t n) {
    Held *h = f->of;
    ssize_t got = feed_some(&h->memory, at, n);

    return got ? got : feed_some(h->rest, at, n);
}

static int held_open(Extraction *x, Feed *f, Held *h) {
    static const FeedKind kind = {.read = held_read};
    uint64_t left = 2 * x->limits.hold > x->held ? 2 * x->limits.hold - x->held : 0;
    int r;

    *h = (Held){.x = x, .rest = f};
    r = feed_hold(f, (size_t)(left < x->limits.hold ? left : x->limits.hold), &h->bytes);
    h->n = h->bytes.n;
    x->held += h->n;
    h->memory = feed_of_span(buf_as_span(&h->bytes));
    h->feed = r == -EFBIG ? feed_of(&kind, h, f->size) : h->memory;
    return r == -ENOMEM ? r : 0; /* any other error is noted in the feed */
}

static void held_close(Held *h) {
    h->x->held -= h->n;
    feed_done(&h->memory);
    feed_done(&h->feed);
    buf_wipe(&h->bytes);
}

static int read_held(Extraction *x, const Extractor *e, Feed *f, Encoding encoding, Status *ret) {
    _cleanup_(held_close) Held h;
    int r = held_open(x, f, &h);

    if (r < 0)
        return r;
    if (feed_seekable(&h.feed) || e->streams)
        return e->extract(x, &h.feed, encoding, ret);
    *ret = status_of(STATUS_LIMIT, "hold"); /* searched as bytes, then */
    return extract_rest(x, &h.feed, ENCODING_BINARY);
}

static const Extractor *find_reader(const Extraction *x, const char *format) {
    for (const Extractor *e = x->own; e && e->format; e++) {
        if (strcmp(e->format, format) == 0)
            return e;
    }
    return extractor_find(format);
}

/* The unit's bytes go to where its reader is. */
static int hand_over(Extraction *x, const Extractor *e, Feed *f) {
    _uninitialized_ uint8_t bytes[READ_STEP];
    int flushed = flush(x); /* nothing of the unit may come behind it */

    if (flushed < 0)
        return flushed;
    for (;;) {
        ssize_t n = feed_some(f, bytes, sizeof(bytes));
        int r;

        if (n == -ENOMEM)
            return -ENOMEM;
        r = n > 0 ? extract_spend(x, (uint64_t)n) : 0;
        if (r == 0)
            r = x->to.handover(x->to.of, e, span(bytes, n > 0 ? (size_t)n : 0));
        if (r || n <= 0)
            return r;
    }
}

/* A byte order mark is no text. */
static int skip_bom(Feed *f, unsigned bom) {
    uint8_t bytes[4];
    ssize_t n = feed_read(f, bytes, bom < sizeof(bytes) ? bom : sizeof(bytes));

    return n == -ENOMEM ? -ENOMEM : 0;
}

static bool reads_here(const Extraction *x, const Extractor *e) {
    return e && e->extract && (e->place == EXTRACT_ANYWHERE || e->place == x->place);
}

static int read_unit(Extraction *x, Feed *f, const Sniff *s, Status *ret) {
    const Extractor *e = find_reader(x, s->format);
    bool here = reads_here(x, e);

    if (e && !here && x->to.handover)
        return hand_over(x, e, f);
    if (!here) {
        int r = skip_bom(f, s->bom);

        *ret = leaf_status(s);
        return r ? r : extract_rest(x, f, s->encoding);
    }
    *ret = status_of(STATUS_READ, NULL);
    x->level->filter = e->filter;
    if (e->seeks && !feed_seekable(f))
        return read_held(x, e, f, s->encoding, ret);
    return e->extract(x, f, s->encoding, ret);
}

/* Of contents that are read just now nobody is the companion yet. */
static bool has_companion(const Level *l) {
    const Companion *c = l->companion;

    return c && (c->feed || c->read || c->missing);
}

/* The format that the feed ends as: not behind text that was looked at whole. */
static const char *tail_format(Feed *f, const Sniff *s) {
    bool seen = s->kind == SNIFF_TEXT && f->size <= SNIFF_HEAD_MAX;

    return feed_seekable(f) && !seen ? tail_sniff(f, s->format) : NULL;
}

/* A text of no kind, whose name says that it is a table: it is short, or has one column. */
static bool table_named(Span name, const Sniff *s) {
    static const char *const ends[] = {".csv", ".tsv", ".psv"};

    for (size_t i = 0; i < N_ELEMENTS(ends) && s->kind == SNIFF_TEXT; i++) {
        if (name.n > 4 && strcmp(s->format, "text") == 0 &&
            strncasecmp((const char *)name.at + name.n - 4, ends[i], 4) == 0)
            return true;
    }
    return false;
}

const Extractor *extractor_of(Feed *f, Span name, const Sniff *s) {
    const char *tail = tail_format(f, s);
    const Extractor *e = extractor_find(tail ? tail : s->format);
    Span head;

    if (!e && brotli_named(name) && feed_head(f, SNIFF_HEAD_MAX, &head) == 0 &&
        brotli_looks(s, head))
        e = extractor_find("brotli");
    return !e && table_named(name, s) ? extractor_find("csv") : e;
}

/* From its last dot, which does not begin it. */
static Span name_ending(Span name) {
    const uint8_t *dot = name.n > 1 ? memrchr(name.at + 1, '.', name.n - 1) : NULL;

    return dot ? span(dot, name.n - (size_t)(dot - name.at)) : span_of("");
}

bool extract_alike(const char *format, Span name, Span other) {
    const Extractor *e = extractor_find(format);

    if (companion_name(name) || companion_name(other))
        return false;
    return span_eq(name, other) ||
           (!(e && e->filter) && span_eq(name_ending(name), name_ending(other)));
}

/*
 * The archive that stands behind something, if one does, and then what the unit looks like: what is
 * handed over to another place is so at last.
 */
static int read_ends(Extraction *x, Feed *f, const Sniff *s, Status *ret) {
    const char *format = tail_format(f, s);
    const Extractor *e = format ? find_reader(x, format) : NULL;
    Status tail = status_of(STATUS_READ, NULL);
    uint64_t at = f->at;
    int r = 0;

    if (reads_here(x, e))
        r = e->extract(x, f, ENCODING_BINARY, &tail);
    f->at = at; /* it was read by offset */
    if (r == 0)
        r = read_unit(x, f, s, ret);
    if (tail.kind != STATUS_READ)
        *ret = tail;
    return r;
}

/* Bytes of no archive, which may yet end as one, are held so that their end can be looked at. */
static int read_level(Extraction *x, Feed *f, const Sniff *s, Status *ret) {
    bool other = s->kind == SNIFF_BINARY || s->kind == SNIFF_IMAGE || strcmp(s->format, "pdf") == 0;
    _cleanup_(held_close) Held h = {.x = x};
    int r;

    if (feed_seekable(f) || !other || f->at >= x->limits.hold)
        return read_ends(x, f, s, ret);
    r = held_open(x, f, &h);
    return r < 0 ? r : read_ends(x, &h.feed, s, ret);
}

static int sniff_unit(const Level *l, Feed *f, const char *format, Sniff *ret) {
    Span head;
    int r = feed_head(f, SNIFF_HEAD_MAX, &head);

    if (r < 0)
        head = span(f->head.at, f->head.n); /* what came before the damage */
    *ret = sniff(head, f->size == FEED_SIZE_UNKNOWN ? 0 : f->size);
    if (format)
        ret->format = format;
    else if (ret->kind == SNIFF_TEXT && has_companion(l))
        ret->format = companion_reader()->format;
    else if (brotli_named(l->name) && brotli_looks(ret, head))
        *ret = (Sniff){.kind = SNIFF_CONTAINER, .format = "brotli"};
    else if (table_named(l->name, ret))
        ret->format = "csv";
    return r == -ENOMEM ? r : 0;
}

/* A container that stands in itself, and too many streams in streams, are not opened. */
static const char *level_limit(const Extraction *x, Level *l, Feed *f, const Sniff *s) {
    unsigned filters = 0;
    Span head;

    if (s->kind != SNIFF_CONTAINER || feed_head(f, SNIFF_HEAD_MAX, &head) < 0)
        return NULL;
    l->print = XXH3_64bits(head.at, head.n) | 1;
    for (const Level *above = l->above; above; above = above->above) {
        if (above->print == l->print)
            return "loop";
        filters += above->filter;
    }
    return filters >= x->limits.filters ? "filters" : NULL;
}

Status extract_flaw(const Feed *f) {
    switch (f->error) {
    case 0:
        return status_of(STATUS_READ, NULL);
    case -EBADMSG:
        return status_of(STATUS_PARTIAL, "corrupt");
    case -EPROTO:
        return status_of(STATUS_PARTIAL, "inconsistent");
    case -ENOBUFS:
        return status_of(STATUS_LIMIT, "memory");
    case -EFBIG:
        return status_of(STATUS_LIMIT, "sparse");
    default:
        return status_errno(-f->error);
    }
}

static void settle(const Extraction *x, const Level *l, const Feed *f, Status *status) {
    Status error = extract_flaw(f);

    if (x->spent)
        *status = status_of(STATUS_LIMIT, x->spent);
    else if (f->error && (error.kind == STATUS_ERROR || status->kind == STATUS_READ))
        *status = error;
    else if (l->incomplete && status->kind == STATUS_READ)
        *status = status_of(STATUS_PARTIAL, "member");
}

/* The unit at hand, from its head to its end. */
static int level_read(Extraction *x, Level *l, Feed *f, const char *format, Ending *ret) {
    Status status = status_of(STATUS_READ, NULL);
    Sniff s = {.format = "", .encoding = ENCODING_BINARY};
    const char *limit = NULL;
    int end, r = sniff_unit(l, f, format, &s);

    *ret = (Ending){.format = s.format,
                    .encoding = s.kind == SNIFF_TEXT ? encoding_name(s.encoding) : ""};
    x->announced = false;
    if (r == 0)
        r = part_begin(x, PART_BYTES, span(NULL, 0), s.encoding);
    if (r == 0)
        limit = level_limit(x, l, f, &s);
    if (limit) {
        status = status_of(STATUS_LIMIT, limit);
        r = extract_rest(x, f, ENCODING_BINARY);
    } else if (r == 0) {
        r = read_level(x, f, &s, &status);
    }
    if (r < 0 && r == f->error && r != -ENOMEM)
        r = 0; /* the end of the feed, not of the extraction */
    end = flush(x);
    settle(x, l, f, &status);
    ret->status = status;
    ret->bytes = f->at > f->got ? f->at : f->got; /* an end that was looked at counts once more */
    if (f->size != FEED_SIZE_UNKNOWN && ret->bytes > f->size)
        ret->bytes = f->size;
    return r < 0 ? r : end;
}

int extraction_run(Extraction *x, Span name, Feed *f, Ending *ret_ending) {
    return extraction_run_as(x, name, f, NULL, ret_ending);
}

int extraction_run_as(Extraction *x, Span name, Feed *f, const char *format, Ending *ret_ending) {
    Level l = {.name = name, .companion = x->companion};
    int r;

    x->level = &l;
    x->outermost = f;
    r = level_read(x, &l, f, format, ret_ending);
    x->level = NULL;
    x->outermost = NULL;
    names_done(&l.names);
    return r;
}

uint64_t extraction_drawn(const Extraction *x) {
    return x->output;
}

static int enter(Extraction *x, const Entry *e, Buf *name) {
    Entry named = *e;
    int r;

    if (x->spent)
        return EXTRACT_E_SPENT;
    if (x->entries >= x->limits.entries)
        return spent(x, "entries");
    x->entries++;
    r = names_take(&x->level->names, e->name, name);
    named.name = buf_as_span(name);
    if (r == 0)
        r = x->to.enter(x->to.of, &named);
    if (r == 0 && e->mtime != INT64_MIN)
        r = x->to.fact(x->to.of,
                       &(Fact){.kind = FACT_MEMBER_TIME, .from = e->mtime, .to = e->mtime});
    return r;
}

static int leave(Extraction *x, const Ending *e) {
    x->level->incomplete |= !status_complete(e->status.kind);
    return x->to.leave(x->to.of, e);
}

/* What is in a compressed stream is the same file: it has the same companion. */
static int unit_inside(Extraction *x, const Entry *e, Feed *f, const char *format,
                       Companion *companion) {
    _cleanup_(buf_done) Buf name = {0};
    Level l = {.above = x->level,
               .companion = companion          ? companion
                            : x->level->filter ? x->level->companion
                                               : NULL};
    Ending ending;
    Kept kept;
    int r, end;

    if (x->depth + 1 >= x->limits.depth)
        return extract_listed(x, e, status_of(STATUS_LIMIT, "depth"));
    r = keep_part(x, &kept);
    if (r == 0)
        r = enter(x, e, &name);
    if (r) {
        buf_done(&kept.name);
        return r;
    }
    l.name = buf_as_span(&name);
    x->level = &l;
    x->depth++;
    r = level_read(x, &l, f, format, &ending);
    x->depth--;
    x->level = l.above;
    names_done(&l.names);
    end = r < 0 ? r : leave(x, &ending);
    r = restore_part(x, &kept);
    if (end < 0 || r < 0)
        return end < 0 ? end : r;
    return x->spent ? EXTRACT_E_SPENT : 0;
}

int extract_unit(Extraction *x, const Entry *e, Feed *f) {
    return unit_inside(x, e, f, NULL, NULL);
}

int extract_unit_as(Extraction *x, const Entry *e, Feed *f, const char *format) {
    return unit_inside(x, e, f, format, NULL);
}

int extract_unit_beside(Extraction *x, const Entry *e, Feed *f, Companion *c) {
    return unit_inside(x, e, f, NULL, c);
}

Companion *extract_companion(const Extraction *x) {
    return x->level->companion;
}

int extract_listed(Extraction *x, const Entry *e, Status status) {
    _cleanup_(buf_done) Buf name = {0};
    Kept kept;
    int end, r = keep_part(x, &kept);

    if (r == 0)
        r = enter(x, e, &name);
    if (r == 0)
        r = leave(x, &(Ending){.status = status, .format = "", .encoding = ""});
    end = restore_part(x, &kept);
    return r ? r : end;
}

ExtractShare extract_share(const Extraction *x) {
    return x->level->above || x->share.of < 2 ? (ExtractShare){0, 1} : x->share;
}

Status extract_unshared(void) {
    return status_of(STATUS_LIMIT, "share");
}

bool extract_is_unshared(const Status *s) {
    return s->kind == STATUS_LIMIT && strcmp(s->reason, "share") == 0;
}

Span extract_name(const Extraction *x) {
    return x->level->name;
}

bool extract_incomplete(const Extraction *x) {
    return x->level->incomplete;
}
