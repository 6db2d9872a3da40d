/*
 * Measure: how right the findings of a stored run are, by judging some of them.
 *
 * A seeded sample is drawn from the places that the run has stored (docs/design/measure.md), each
 * once and all alike, in one pass and in memory bounded by the size of the sample. Each is read
 * again from its source as terrier_show() does and handed to the caller, who says what it is. The
 * estimate is by type, with Wilson's interval. What is written of it are names of places and
 * answers, never values.
 */
#include <math.h>

#include "base/json.h"
#include "base/show.h"
#include "lib/common.h"
#include "store/found.h"
#include "store/name.h"
#include "store/query.h"

enum { SIZE_USUAL = 50, SIZE_MOST = 10000 };

/* One place that was drawn. */
typedef struct Drawn {
    uint64_t order; /* among all places, as reports have them */
    char *detector, *locator, *mask;
} Drawn;

typedef struct Tally {
    const char *detector; /* of a Drawn */
    unsigned yes, no, unsure, unread;
} Tally;

typedef struct Measuring {
    const terrier_measure_options *o;
    const terrier_rules *rules;
    Drawn *drawn;
    size_t n, size;
    uint64_t places, state;
    Tally *tallies;
    size_t n_tallies;
    int64_t run;
} Measuring;

static void drawn_done(Drawn *d) {
    free(d->detector);
    free(d->locator);
    free(d->mask);
}

static void measuring_done(Measuring *m) {
    for (size_t i = 0; i < m->n; i++)
        drawn_done(&m->drawn[i]);
    free(m->drawn);
    free(m->tallies);
}

/* ---- drawing ---- */

/* SplitMix64. */
static uint64_t next_random(Measuring *m) {
    uint64_t z = m->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Where the next place goes among those drawn (Vitter's algorithm R); SIZE_MAX: nowhere. */
static size_t slot_of_next(Measuring *m) {
    uint64_t at;

    if (m->places++ < m->size)
        return (size_t)(m->places - 1);
    at = next_random(m) % m->places;
    return at < m->size ? (size_t)at : SIZE_MAX;
}

static int draw(Measuring *m, const FoundRow *row, const Sample *sample) {
    size_t slot = slot_of_next(m);
    _cleanup_(buf_done) Buf join = {0}, part = {0}, printed = {0};
    Drawn d = {.order = m->places};
    Locator l;
    int r;

    if (slot == SIZE_MAX)
        return 0;
    r = name_locator(&join, row->root, row->path, &l);
    if (r < 0)
        return r;
    l.part = row->part;
    found_place(row, sample, &part, &l);
    locator_print(&printed, &l);
    d.locator = strdup(buf_cstr(&printed));
    d.detector = strdup(row->detector);
    d.mask = strdup(sample->mask);
    if (!d.locator || !d.detector || !d.mask || buf_error(&printed) < 0 || buf_error(&part) < 0) {
        drawn_done(&d);
        return -ENOMEM;
    }
    if (slot < m->n)
        drawn_done(&m->drawn[slot]);
    else
        m->n++;
    m->drawn[slot] = d;
    return 0;
}

static int draw_row(Measuring *m, FoundCursor *c, const FoundRow *row, Error *reterr) {
    Sample samples[FINDING_SAMPLES_MAX];
    size_t n;
    int r = found_samples(c, row->samples, FINDING_SAMPLES_MAX, reterr, samples, &n);

    for (size_t i = 0; i < n && r == 0; i++)
        r = draw(m, row, &samples[i]);
    return r;
}

static int drawn_cmp(const void *a, const void *b) {
    const Drawn *x = a, *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

static int draw_all(Measuring *m, Store *s, Error *reterr) {
    const FoundFilter filter = {.least = LEVEL_MEDIUM, .type = m->o->type};
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(arena_done) Arena a = {0};
    FoundRow row;
    RunRow run;
    int r = query_run(s, m->o->run, &a, reterr, &run);

    if (r < 0)
        return r;
    m->run = run.id;
    m->drawn = calloc(m->size, sizeof(*m->drawn));
    m->tallies = calloc(m->size, sizeof(*m->tallies));
    if (!m->drawn || !m->tallies)
        return -ENOMEM;
    r = found_cursor_open(s, run.id, &filter, false, reterr, &c);
    while (r >= 0 && (r = found_cursor_step(c, reterr, &row)) > 0)
        r = draw_row(m, c, &row, reterr);
    if (r == 0 && m->n)
        qsort(m->drawn, m->n, sizeof(*m->drawn), drawn_cmp);
    return r;
}

/* ---- judging ---- */

static Tally *tally_of(Measuring *m, const char *detector) {
    for (size_t i = 0; i < m->n_tallies; i++) {
        if (strcmp(m->tallies[i].detector, detector) == 0)
            return &m->tallies[i];
    }
    m->tallies[m->n_tallies] = (Tally){.detector = detector};
    return &m->tallies[m->n_tallies++];
}

static int to_buf(void *of, const void *bytes, size_t n) {
    buf_add(of, bytes, n);
    return buf_error(of);
}

/* What stands there, for the judge. False: it cannot be read again, which is said. */
static bool show_place(const Measuring *m, size_t number, Buf *to) {
    const Drawn *d = &m->drawn[number];
    terrier_error e = {0};
    int r;

    buf_printf(to, "\n%zu of %zu  %s  ", number + 1, m->n, d->detector);
    show_text(to, d->mask);
    buf_printf(to, "\n%s\n", d->locator);
    r = m->o->reveal ? terrier_reveal(m->rules, m->o->program, m->o->store, d->locator, to_buf, to,
                                      &e)
                     : terrier_show(m->rules, m->o->program, d->locator, false, to_buf, to, &e);
    if (r < 0)
        buf_printf(to, "not read again: %s\n", e.text);
    return r == 0;
}

static const char *answer_word(int answer) {
    return answer == TERRIER_YES ? "yes" : answer == TERRIER_NO ? "no" : "unsure";
}

static int answer_put(const Measuring *m, const Drawn *d, int answer) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    if (!m->o->answer)
        return 0;
    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, "answer");
    json_key(&j, "run");
    json_int(&j, m->run);
    json_key(&j, "detector");
    json_text(&j, d->detector);
    json_key(&j, "place");
    json_text(&j, d->locator);
    json_key(&j, "answer");
    json_text(&j, answer_word(answer));
    json_object_end(&j);
    buf_byte(&b, '\n');
    return buf_error(&b) < 0 ? -ENOMEM : m->o->answer(m->o->of, b.at, b.n);
}

static int judge_all(Measuring *m) {
    int r = 0;

    for (size_t i = 0; i < m->n && r == 0; i++) {
        Tally *t = tally_of(m, m->drawn[i].detector);
        _cleanup_(buf_wipe) Buf shown = {0};
        bool there = show_place(m, i, &shown);
        int answer;

        if (buf_error(&shown) < 0)
            return -ENOMEM;
        answer = m->o->judge(m->o->of, buf_cstr(&shown), there);
        if (answer == TERRIER_STOP)
            break;
        if (!there) {
            t->unread++;
            continue;
        }
        t->yes += answer == TERRIER_YES;
        t->no += answer == TERRIER_NO;
        t->unsure += answer == TERRIER_UNSURE;
        r = answer_put(m, &m->drawn[i], answer);
    }
    return r;
}

/* ---- the estimate ---- */

/* Wilson (1927), 95 %: right near 0 and 1 and for few answers, where the usual one is not. */
static void wilson(unsigned yes, unsigned n, double *ret_low, double *ret_high) {
    const double z = 1.959964;
    double p = (double)yes / n, z2n = z * z / n, middle = p + z2n / 2;
    double half = z * sqrt(p * (1 - p) / n + z2n / (4 * n));

    *ret_low = yes == 0 ? 0 : (middle - half) / (1 + z2n);
    *ret_high = yes == n ? 1 : (middle + half) / (1 + z2n);
}

static void tally_put(Writer *out, const Tally *t, const char *name) {
    unsigned n = t->yes + t->no;
    double low, high;

    writer_printf(out, "%-32s %6u %6u %6u %6u  ", name, t->yes, t->no, t->unsure, t->unread);
    if (!n) {
        writer_text(out, "nothing was judged\n");
        return;
    }
    wilson(t->yes, n, &low, &high);
    writer_printf(out, "%5.1f %%  %5.1f to %5.1f %%\n", 100.0 * t->yes / n, 100 * low, 100 * high);
}

static int tally_cmp(const void *a, const void *b) {
    return strcmp(((const Tally *)a)->detector, ((const Tally *)b)->detector);
}

static int estimate_put(Measuring *m, Writer *out) {
    Tally all = {0};

    writer_printf(out, "\nRun %lld: %zu places drawn of %llu stored, seed %llu\n",
                  (long long)m->run, m->n, (unsigned long long)m->places,
                  (unsigned long long)m->o->seed);
    writer_printf(out, "%-32s %6s %6s %6s %6s  %s\n", "type", "right", "wrong", "unsure", "unread",
                  "right of those judged, and 95 % interval");
    if (m->n_tallies)
        qsort(m->tallies, m->n_tallies, sizeof(*m->tallies), tally_cmp);
    for (size_t i = 0; i < m->n_tallies; i++) {
        const Tally *t = &m->tallies[i];

        tally_put(out, t, t->detector);
        all.yes += t->yes;
        all.no += t->no;
        all.unsure += t->unsure;
        all.unread += t->unread;
    }
    if (m->n_tallies > 1)
        tally_put(out, &all, "all of these");
    writer_text(out, "An estimate for the places that this run stored; what it missed it does not "
                     "say.\n");
    return writer_flush(out);
}

static int measure(Measuring *m, Writer *out, Error *reterr) {
    _cleanup_(free_p) char *path = m->o->store ? strdup(m->o->store) : NULL;
    _cleanup_(store_closep) Store *store = NULL;
    int r = 0;

    if (m->size > SIZE_MOST)
        return error_set(reterr, -EINVAL, "%zu places are too many, expected 1 to %d", m->size,
                         SIZE_MOST);
    if (!path)
        r = m->o->store ? -ENOMEM : store_default_path(&path);
    if (r == 0)
        r = store_open(path, STORE_READ, reterr, &store);
    if (r == 0)
        r = draw_all(m, store, reterr);
    if (r == 0 && !m->n)
        return error_set(reterr, -ENOENT, "the run has no finding of that type to judge");
    if (r == 0)
        r = judge_all(m);
    return r < 0 ? r : estimate_put(m, out);
}

int terrier_rules_measure(const terrier_rules *rules, const terrier_measure_options *options,
                          terrier_write write, void *of, terrier_error *error) {
    _cleanup_(measuring_done) Measuring m = {.o = options,
                                             .rules = rules,
                                             .size = options->size ? options->size : SIZE_USUAL,
                                             .state = options->seed};
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = measure(&m, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}
