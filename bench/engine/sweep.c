/* Sweep: see sweep.h. */
#include "sweep.h"

#include <pthread.h>

#include "base/sketch.h"

enum { SWEEPS_MAX = 64 };

/* Any bytes would do: the keyed hash costs the same under every key. */
static const uint8_t secret[SKETCH_SECRET_BYTES] = "a key for timing, and for nothing else";

Sweep *sweep_free(Sweep *s) {
    if (!s)
        return NULL;
    matcher_free(s->matcher);
    free(s->counts);
    free(s);
    return NULL;
}

int sweep_new(const Engine *engine, Sweep **ret) {
    _cleanup_(sweep_freep) Sweep *s = calloc(1, sizeof(*s));
    int r;

    if (!s)
        return -ENOMEM;
    s->counts = calloc(engine->rules->n + 1, sizeof(*s->counts));
    if (!s->counts)
        return -ENOMEM;
    r = matcher_new(engine, &s->matcher);
    if (r < 0)
        return r;
    *ret = TAKE(s);
    return 0;
}

static void tally(void *of, const Matcher *m _unused_, const Window *w _unused_, const Hit *hit) {
    Sweep *s = of;

    s->hits++;
    s->hashes ^= hit->hash;
}

int sweep_run(Sweep *s, const Input *in, size_t lo, size_t hi) {
    MatcherSink sink = {
        .of = s, .hit = tally, .counts = s->counts, .floor = LEVEL_MEDIUM, .secret = secret};

    while (lo < hi) {
        size_t end = hi - lo < SWEEP_WINDOW ? hi : lo + SWEEP_WINDOW;
        size_t from = lo < MATCHER_MARGIN ? 0 : lo - MATCHER_MARGIN;
        size_t to = in->n - end < MATCHER_MARGIN ? in->n : end + MATCHER_MARGIN;
        Window w = {.text = in->at + from, .n = to - from, .lo = lo - from, .hi = end - from};
        int r = matcher_scan(s->matcher, &w, &sink);

        if (r < 0 && r != -EOVERFLOW)
            return r;
        s->limited |= r == -EOVERFLOW;
        s->bytes += end - lo;
        lo = end;
    }
    return 0;
}

typedef struct Part {
    Sweep *sweep;
    const Input *in;
    size_t lo, hi;
    int result;
} Part;

static void *part_run(void *of) {
    Part *p = of;

    p->result = sweep_run(p->sweep, p->in, p->lo, p->hi);
    return NULL;
}

/* The first byte of part i of n. */
static size_t part_start(const Input *in, size_t i, size_t n) {
    size_t windows = (in->n + SWEEP_WINDOW - 1) / SWEEP_WINDOW;
    size_t at = windows * i / n * SWEEP_WINDOW;

    return at < in->n ? at : in->n;
}

int sweeps_run(Sweep *const *sweeps, size_t n, const Input *in) {
    pthread_t threads[SWEEPS_MAX];
    Part parts[SWEEPS_MAX];
    size_t started = 0;
    int r = n > SWEEPS_MAX ? -E2BIG : 0;

    for (; r == 0 && started < n; started += r == 0) {
        Part *p = &parts[started];

        *p = (Part){.sweep = sweeps[started],
                    .in = in,
                    .lo = part_start(in, started, n),
                    .hi = part_start(in, started + 1, n)};
        r = -pthread_create(&threads[started], NULL, part_run, p);
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        r = r ? r : parts[i].result;
    }
    return r;
}
