/*
 * Prove: see prove.h.
 *
 * The bench is one Matcher and one text: filler, a newline, the example, a newline, filler. Filler
 * is blanks, in which nothing can be found and which is no context. The length of the first filler
 * puts the edge of a window, or of the chunks that the matcher works in, on the byte wanted.
 */
#include "scan/prove.h"

#include "base/utf8.h"
#include "extract/text/charset.h"
#include "extract/text/encoded.h"
#include "scan/harvest.h"
#include "scan/specimen.h"

enum {
    WINDOW = 1024,         /* the least that scan/examine.h allows */
    EXAMPLE_MAX = 4 << 10, /* longer ones are proved as they stand only */
    REASON_MAX = 160,
};

typedef struct Bench {
    const Engine *engine;
    const ProveSink *sink;
    Matcher *matcher;
    ProveCount count;
    Buf text;
    Columns columns; /* of the text, if it is a table; else no marks */
    Buf marks;       /* Mark: those of the columns */
    Specimen specimen;
    TextWindow decoded;
    /* the detector under proof, and what the last scan said of it */
    uint16_t detector;
    size_t hits;
    size_t expected;     /* hits in the example as it stands; 0: not known yet */
    uint32_t start, end; /* of the first hit */
    bool traced;
    Trace trace; /* the candidate that came nearest; its score is not kept */
    double score;
    int best; /* what else was found there; -1: nothing */
} Bench;

/* ---- one scan ---- */

static void on_hit(void *of, const Matcher *m _unused_, const Window *w _unused_, const Hit *hit) {
    Bench *b = of;

    if (hit->detector != b->detector) {
        b->best = hit->detector;
        return;
    }
    if (b->hits++ == 0) {
        b->start = hit->start;
        b->end = hit->end;
    }
}

/* Verdicts from the nearest to a report to the farthest from it. */
static int verdict_rank(Verdict v) {
    static const int ranks[] = {
        [VERDICT_HIT] = 0,    [VERDICT_OVERLAPPED] = 1, [VERDICT_LOW] = 2,  [VERDICT_STOP] = 3,
        [VERDICT_ABSENT] = 4, [VERDICT_INVALID] = 4,    [VERDICT_EDGE] = 5, [VERDICT_ALLOWED] = 6,
    };

    return ranks[v];
}

static void on_trace(void *of, const Trace *t) {
    Bench *b = of;

    if (t->detector != b->detector)
        return;
    /* an overlapped one was a hit before */
    if (b->traced && b->trace.verdict != VERDICT_HIT &&
        verdict_rank(t->verdict) >= verdict_rank(b->trace.verdict))
        return;
    b->traced = true;
    b->trace = *t;
    if (t->score)
        b->score = (double)t->score->total;
    b->trace.score = NULL;
}

static void bench_forget(Bench *b) {
    b->hits = 0;
    b->traced = false;
    b->best = -1;
}

static int bench_scan(Bench *b, const Window *w) {
    const MatcherSink sink = {.of = b, .hit = on_hit, .trace = on_trace, .floor = LEVEL_MEDIUM};

    int r = matcher_scan(b->matcher, w, &sink);

    return r == -EOVERFLOW ? 0 : r; /* a rule at its limit: what it missed fails the proof */
}

/* A window that begins at `first` of the text on the bench, with its columns. */
static int bench_window(Bench *b, Window *w, size_t first) {
    _cleanup_(buf_done) Buf marks = {0};
    Columns columns = b->columns;
    size_t n = 0;

    if (!columns.n_marks)
        return bench_scan(b, w);
    for (size_t i = 0; i < columns.n_marks; i++) {
        Mark m = columns.marks[i];

        if (n && m.at <= first)
            marks.n = n = 0; /* another stands between it and the window */
        m.at = m.at > first ? m.at - (uint32_t)first : 0;
        buf_add(&marks, &m, sizeof(m));
        n = marks.n;
    }
    if (buf_error(&marks))
        return -ENOMEM;
    columns.marks = (const Mark *)(const void *)marks.at;
    columns.n_marks = marks.n / sizeof(Mark);
    w->columns = &columns;
    return bench_scan(b, w);
}

/* The text on the bench in windows of that size, each with its margins. */
static int bench_windows(Bench *b, size_t size) {
    size_t n = b->text.n - MATCHER_PAD;

    bench_forget(b);
    for (size_t at = 0; at < n; at += size) {
        size_t end = at + size < n ? at + size : n;
        size_t first = at > MATCHER_MARGIN ? at - MATCHER_MARGIN : 0;
        size_t last = end + MATCHER_MARGIN < n ? end + MATCHER_MARGIN : n;
        Window w = {
            .text = b->text.at + first, .n = last - first, .lo = at - first, .hi = end - first};
        int r = bench_window(b, &w, first);

        if (r < 0)
            return r;
    }
    return 0;
}

/* Puts a text on the bench with `before` blanks before it, and some after it. */
static int bench_put(Bench *b, Span text, size_t before, size_t after) {
    uint8_t *at;

    buf_clear(&b->text);
    at = buf_extend(&b->text, before + text.n + after + MATCHER_PAD);
    if (!at)
        return -ENOMEM;
    memset(at, ' ', before + text.n + after);
    memcpy(at + before, text.at, text.n);
    memset(at + before + text.n + after, 0, MATCHER_PAD);
    b->columns = (Columns){0};
    if (before)
        at[before - 1] = '\n';
    if (after)
        at[before + text.n] = '\n';
    return 0;
}

/* As bench_put, for what the specimen holds: its marks come along. */
static int bench_put_specimen(Bench *b, size_t before, size_t after) {
    const Specimen *s = &b->specimen;
    static const Mark nowhere = {.source = MARK_NOWHERE};
    int r = bench_put(b, buf_as_span(&s->text), before, after);

    if (r < 0 || !s->marks.n)
        return r;
    buf_clear(&b->marks);
    buf_add(&b->marks, &nowhere, sizeof(nowhere));
    for (size_t i = 0; i < s->marks.n / sizeof(Mark); i++) {
        Mark m = ((const Mark *)(const void *)s->marks.at)[i];

        m.at += (uint32_t)before;
        buf_add(&b->marks, &m, sizeof(m));
    }
    b->columns = (Columns){.marks = (const Mark *)(const void *)b->marks.at,
                           .n_marks = b->marks.n / sizeof(Mark),
                           .hints = s->hints,
                           .n_hints = s->n_hints};
    return buf_error(&b->marks);
}

/* An example, as it stands or as the table that it is. */
static int bench_put_example(Bench *b, const Example *e, size_t before, size_t after) {
    int r;

    if (!e->table)
        return bench_put(b, span_of(e->text), before, after);
    r = specimen_read(&b->specimen, span_of(e->text), "csv");
    return r < 0 ? r : bench_put_specimen(b, before, after);
}

/* ---- what a failure says ---- */

static const char *bench_reason(const Bench *b, char ret[REASON_MAX]) {
    const Detector *all = b->engine->rules->detectors;

    if (b->hits) {
        snprintf(ret, REASON_MAX, "%zu hits, expected the %zu of the whole text", b->hits,
                 b->expected);
        return ret;
    }
    if (!b->traced) {
        snprintf(ret, REASON_MAX, "nothing of its form is in it%s%s%s",
                 b->best >= 0 ? "; it is found as '" : "", b->best >= 0 ? all[b->best].id : "",
                 b->best >= 0 ? "'" : "");
        return ret;
    }
    switch (b->trace.verdict) {
    case VERDICT_OVERLAPPED:
        snprintf(ret, REASON_MAX, "it is found as '%s', which is the better reading",
                 all[b->trace.rival].id);
        break;
    case VERDICT_LOW:
        snprintf(ret, REASON_MAX, "its score is %.2f, expected 0 or more", b->score);
        break;
    case VERDICT_STOP:
        snprintf(ret, REASON_MAX, "it is taken for a placeholder");
        break;
    case VERDICT_INVALID:
        snprintf(ret, REASON_MAX, "the checksum '%s' is wrong",
                 b->engine->detectors[b->detector].rule->validate);
        break;
    default:
        snprintf(ret, REASON_MAX, "it is part of something longer");
        break;
    }
    return ret;
}

static void bench_failed(Bench *b, const RuleMark *mark, const char *what) {
    const Detector *d = &b->engine->rules->detectors[b->detector];
    char reason[REASON_MAX], sentence[2 * REASON_MAX];

    b->count.failures++;
    snprintf(sentence, sizeof(sentence), "the example fails %s: %s", what, bench_reason(b, reason));
    b->sink->failed(b->sink->of, d, mark, sentence);
}

/* ---- the proofs ---- */

/* With an edge on each byte of the value; stops at the first that fails. */
static int prove_edges(Bench *b, const Example *e, size_t window, size_t edge, const char *what) {
    uint32_t start = b->start, end = b->end;

    b->count.proofs++;
    for (uint32_t at = start; at <= end; at++) {
        char where[96];
        int r = bench_put_example(b, e, edge - at, 256);

        r = r < 0 ? r : bench_windows(b, window);
        if (r < 0)
            return r;
        if (b->hits == b->expected)
            continue;
        snprintf(where, sizeof(where), "with the edge of a %s before byte %u of its value", what,
                 at - start + 1);
        bench_failed(b, &e->mark, where);
        return 0;
    }
    return 0;
}

static int put_utf16(Buf *to, Span text, bool big) {
    for (size_t i = 0, n; i < text.n; i += n) {
        uint32_t c;
        uint16_t units[2];
        size_t n_units = 1;

        n = utf8_decode(span(text.at + i, text.n - i), &c);
        if (n == 0)
            return -EINVAL;
        units[0] = (uint16_t)c;
        if (c > 0xffff) {
            units[0] = (uint16_t)(0xd7c0 + (c >> 10));
            units[1] = (uint16_t)(0xdc00 + (c & 0x3ff));
            n_units = 2;
        }
        for (size_t k = 0; k < n_units; k++) {
            buf_byte(to, (uint8_t)(big ? units[k] >> 8 : units[k]));
            buf_byte(to, (uint8_t)(big ? units[k] : units[k] >> 8));
        }
    }
    return buf_error(to);
}

static int prove_utf16(Bench *b, const Example *e, bool big) {
    _cleanup_(buf_done) Buf raw = {0};
    int r = put_utf16(&raw, span_of(e->text), big);

    if (r == -EINVAL)
        return 0; /* its bytes are no text, as they may be in a rule file */
    b->count.proofs++;
    if (r == 0)
        r = charset_decode(big ? ENCODING_UTF16BE : ENCODING_UTF16LE, buf_as_span(&raw), 0,
                           &b->decoded);
    if (r == 0)
        r = bench_put(b, b->decoded.text, 0, 0);
    if (r == 0)
        r = bench_windows(b, b->text.n);
    if (r == 0 && b->hits != b->expected)
        bench_failed(b, &e->mark, big ? "in UTF-16BE" : "in UTF-16LE");
    return r;
}

static void put_base64(Buf *to, Span text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < text.n; i += 3) {
        uint32_t bits = 0;
        size_t n = text.n - i < 3 ? text.n - i : 3;

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? text.at[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_byte(to, k <= n ? (uint8_t)digits[bits >> (18 - 6 * k) & 63] : '=');
    }
}

/* The first run that a scan would decode, decoded, onto the bench. */
static int bench_put_decoded(Bench *b, Span text) {
    _cleanup_(buf_done) Buf plain = {0}, from = {0};
    size_t room = text.n + 2 * ENCODED_REACH;
    EncodedText out;
    EncodedSearch search;
    EncodedRun run;

    if (!buf_extend(&plain, room) || !buf_extend(&from, room * sizeof(uint32_t)))
        return -ENOMEM;
    out = (EncodedText){.text = plain.at, .from = (uint32_t *)(void *)from.at, .cap = room};
    encoded_search(text, &search);
    if (encoded_next(&search, &run))
        encoded_decode(text, &run, &out);
    return bench_put(b, span(out.text, out.n), 0, 0);
}

static int prove_base64(Bench *b, const Example *e) {
    _cleanup_(buf_done) Buf text = {0}, coded = {0};
    int r;

    /* lines around it, as a letter or a file would have them: a code of a few digits is no code */
    buf_printf(&text, "\n                                \n%s\n\n", e->text);
    put_base64(&coded, buf_as_span(&text));
    b->count.proofs++;
    r = buf_error(&text) < 0 || buf_error(&coded) < 0 ? -ENOMEM
                                                      : bench_put_decoded(b, buf_as_span(&coded));
    r = r < 0 ? r : bench_windows(b, b->text.n);
    if (r == 0 && b->hits != b->expected)
        bench_failed(b, &e->mark, "in base64");
    return r;
}

static int prove_zip(Bench *b, const Example *e) {
    int r = specimen_zip(&b->specimen, span_of(e->text), e->table ? "example.csv" : "example");

    b->count.proofs++;
    r = r < 0 ? r : bench_put_specimen(b, 0, 0);
    r = r < 0 ? r : bench_windows(b, b->text.n);
    if (r == 0 && b->hits != b->expected)
        bench_failed(b, &e->mark, "in a zip archive");
    return r;
}

/* What only a text can go through: other encodings, codes. */
static int prove_encodings(Bench *b, const Example *e) {
    int r = e->table ? 0 : prove_utf16(b, e, false);

    if (r == 0 && !e->table)
        r = prove_utf16(b, e, true);
    if (r == 0 && !e->table)
        r = prove_base64(b, e);
    return r < 0 ? r : prove_zip(b, e);
}

static int prove_example(Bench *b, const Example *e) {
    size_t n = strlen(e->text);
    int r = bench_put_example(b, e, 0, 0);

    b->count.proofs++;
    r = r < 0 ? r : bench_windows(b, b->text.n);
    if (r < 0)
        return r;
    if (!b->hits) {
        bench_failed(b, &e->mark, "as it stands");
        return 0;
    }
    b->expected = b->hits;
    if (n <= EXAMPLE_MAX) {
        uint32_t start = b->start, end = b->end;

        r = prove_edges(b, e, WINDOW, 8 * WINDOW, "window");
        b->start = start;
        b->end = end;
        if (r == 0)
            r = prove_edges(b, e, 2 * BITMAP_CHUNK, BITMAP_CHUNK, "chunk");
    }
    return r < 0 ? r : prove_encodings(b, e);
}

/* ---- combinations ---- */

static bool is_combination(const Detector *d) {
    for (size_t i = 0; i < d->n_matches; i++) {
        if (d->matches[i].kind == MATCH_COMBINATION)
            return true;
    }
    return false;
}

/* What is on the bench, counted as a scan counts it; then hits are rows of the detector. */
static int bench_combine(Bench *b, Harvest *h, uint32_t *places) {
    static const uint8_t secret[SKETCH_KEYS_BYTES] = {1}; /* of values that are no secret */
    const MatcherSink sink = {.of = h,
                              .hit = harvest_hit,
                              .tested = harvest_tested,
                              .counts = h->counts,
                              .floor = LEVEL_MEDIUM,
                              .secret = secret};
    const uint64_t newlines = 0;
    static const Mark whole = {.source = MARK_NOWHERE};
    const Columns text = {.marks = &whole, .n_marks = 1};
    size_t n = b->text.n - MATCHER_PAD;
    Window w = {
        .text = b->text.at, .n = n, .hi = n, .columns = b->columns.n_marks ? &b->columns : &text};
    int r;

    for (uint32_t i = 0; i <= b->columns.n_hints; i++)
        places[i] = harvest_place(h, PART_TABLE, span(NULL, 0), i, span(NULL, 0));
    h->where.columns = w.columns;
    h->where.places = places;
    h->where.n_places = b->columns.n_marks ? b->columns.n_hints + 1 : 0;
    r = matcher_scan(b->matcher, &w, &sink);
    harvest_settle(h, &newlines, 1);
    bench_forget(b);
    for (size_t i = 0; i < h->n_rows; i++)
        b->hits += h->rows[i].detector == b->detector && h->rows[i].best > -100;
    return r == -EOVERFLOW ? 0 : h->no_memory ? -ENOMEM : r;
}

/* A combination is no text that an edge could cut: it is proved as it stands. */
static int prove_combination(Bench *b, const Example *e, bool expected) {
    _cleanup_(free_p) uint32_t *places = NULL;
    Harvest h = {0};
    int r = bench_put_example(b, e, 0, 0);

    b->count.proofs++;
    if (r == 0)
        r = harvest_init(&h, b->engine, LEVEL_MEDIUM, 1);
    if (r < 0)
        return r;
    places = calloc(b->columns.n_hints + 1, sizeof(*places));
    r = places ? bench_combine(b, &h, places) : -ENOMEM;
    harvest_done(&h);
    if (r == 0 && (b->hits > 0) != expected) {
        b->count.failures++;
        b->sink->failed(b->sink->of, &b->engine->rules->detectors[b->detector], &e->mark,
                        expected ? "the example fails: its terms are not together in it"
                                 : "the negative example has its terms together");
    }
    return r;
}

static int prove_negative(Bench *b, const Example *e) {
    const Detector *d = &b->engine->rules->detectors[b->detector];
    int r = bench_put_example(b, e, 0, 0);

    b->count.proofs++;
    r = r < 0 ? r : bench_windows(b, b->text.n);
    if (r == 0 && b->hits) {
        char sentence[REASON_MAX];

        b->count.failures++;
        snprintf(sentence, sizeof(sentence),
                 "the negative example is found, at its bytes %u to %u with score %.2f",
                 b->start + 1, b->end, b->score);
        b->sink->failed(b->sink->of, d, &e->mark, sentence);
    }
    return r;
}

static void note_costs(Bench *b) {
    const Engine *e = b->engine;

    for (size_t i = 0; i < e->n_patterns; i++) {
        const EngineMatch *m = &e->matches[e->patterns[i].match];
        char sentence[REASON_MAX];

        if (m->detector != b->detector || e->keyword_patterns[i].needle ||
            e->keyword_patterns[i].cell || e->keyword_patterns[i].literal >= KEYWORD_LITERAL_MIN)
            continue;
        snprintf(sentence, sizeof(sentence),
                 "the pattern has no literal of %d characters: it is searched for in a pass of "
                 "its own over all text, which slows every scan",
                 KEYWORD_LITERAL_MIN);
        b->sink->noted(b->sink->of, &e->rules->detectors[b->detector], &m->rule->mark, sentence);
    }
}

/* A detector without a proof is a claim. */
static void prove_complete(Bench *b, const Detector *d) {
    b->count.proofs++;
    if (d->n_examples && d->n_negative_examples)
        return;
    b->count.failures++;
    b->sink->failed(b->sink->of, d, &d->mark,
                    d->n_examples ? "there are no negative examples, expected at least one"
                                  : "there are no examples, expected at least one");
}

static int prove_detector(Bench *b, uint16_t number) {
    const Detector *d = &b->engine->rules->detectors[number];
    bool combined = is_combination(d);
    int r = 0;

    b->detector = number;
    b->count.detectors++;
    prove_complete(b, d);
    for (size_t i = 0; i < d->n_examples && r == 0; i++)
        r = combined ? prove_combination(b, &d->examples[i], true)
                     : prove_example(b, &d->examples[i]);
    for (size_t i = 0; i < d->n_negative_examples && r == 0; i++)
        r = combined ? prove_combination(b, &d->negative_examples[i], false)
                     : prove_negative(b, &d->negative_examples[i]);
    note_costs(b);
    return r;
}

static int known_detector(Bench *b, uint16_t number) {
    const Detector *d = &b->engine->rules->detectors[number];
    int r;

    b->detector = number;
    b->count.detectors++;
    if (!d->n_examples)
        return 0; /* nothing is known of it */
    if (is_combination(d))
        return prove_combination(b, &d->examples[0], true);
    b->count.proofs++;
    r = bench_put_example(b, &d->examples[0], 0, 0);
    r = r < 0 ? r : bench_windows(b, b->text.n);
    /* found as another, better reading is found: here the engine is proved, not the detector */
    if (r == 0 && !b->hits && b->best < 0)
        bench_failed(b, &d->examples[0].mark, "as it stands");
    return r;
}

static int prove(const Engine *engine, const ProveSink *sink, int (*one)(Bench *b, uint16_t number),
                 bool (*wanted)(const Detector *d), ProveCount *ret) {
    Bench b = {.engine = engine, .sink = sink, .specimen.engine = engine};
    int r = matcher_new(engine, &b.matcher);

    for (size_t i = 0; i < engine->rules->n && r == 0; i++) {
        if (!wanted || wanted(&engine->rules->detectors[i]))
            r = one(&b, (uint16_t)i);
    }
    matcher_free(b.matcher);
    buf_done(&b.text);
    buf_done(&b.marks);
    specimen_done(&b.specimen);
    text_window_done(&b.decoded);
    *ret = b.count;
    return r;
}

int prove_all(const Engine *engine, const ProveSink *sink, ProveCount *ret) {
    return prove(engine, sink, prove_detector, NULL, ret);
}

int prove_some(const Engine *engine, bool (*wanted)(const Detector *d), const ProveSink *sink,
               ProveCount *ret) {
    return prove(engine, sink, prove_detector, wanted, ret);
}

int prove_known(const Engine *engine, const ProveSink *sink, ProveCount *ret) {
    return prove(engine, sink, known_detector, NULL, ret);
}
