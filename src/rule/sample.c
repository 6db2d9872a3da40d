/* Sample: see sample.h. */
#include "rule/sample.h"

#include "rule/byteset.h"

enum { SAMPLE_STEPS = 1 << 17, SAMPLE_MAX = 16000 };

typedef struct Sampling {
    uint64_t state;
    unsigned value;
    uint32_t more;
    uint32_t steps; /* left: repeats in repeats may be of nothing */
    Buf *to;
    TermSample sample;
    bool marked;
} Sampling;

/* SplitMix64. */
static uint64_t next_random(Sampling *s) {
    uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A byte of the set: a letter or digit, else what can be seen, else a blank, else any. */
static void sample_set(Sampling *s, const uint64_t set[4]) {
    uint8_t some[256];
    size_t n = 0;

    for (unsigned c = 0; c < 0x80; c++) {
        if (byteset_has(set, c) && ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')))
            some[n++] = (uint8_t)c;
    }
    for (unsigned c = '!'; c < 0x7f && !n; c++) {
        if (byteset_has(set, c))
            some[n++] = (uint8_t)c;
    }
    if (!n && byteset_has(set, ' '))
        some[n++] = ' ';
    for (unsigned c = 0; c < 256 && !n; c++) {
        if (byteset_has(set, c))
            some[n++] = (uint8_t)c;
    }
    buf_byte(s->to, some[next_random(s) % n]);
}

static void sample_term(Sampling *s, const Term *t) {
    size_t start = s->to->n;
    uint64_t n = 0;

    if (!s->steps)
        return;
    s->steps--;
    switch (t->kind) {
    case TERM_SET:
        sample_set(s, t->set);
        return;
    case TERM_CHOICE:
        for (const Term *c = t->first; c; c = c->next)
            n++;
        n = next_random(s) % n;
        for (const Term *c = t->first; c; c = c->next) {
            if (n-- == 0)
                sample_term(s, c);
        }
        return;
    case TERM_REPEAT:
        n = t->most - t->least;
        n = t->least + next_random(s) % ((n < s->more ? n : s->more) + 1);
        for (; n && s->steps && s->to->n < SAMPLE_MAX; n--)
            sample_term(s, t->first);
        return;
    default:
        for (const Term *c = t->first; c; c = c->next)
            sample_term(s, c);
    }
    if (t->kind == TERM_GROUP && t->capture && t->capture == s->value) {
        s->sample = (TermSample){start, s->to->n};
        s->marked = true;
    }
}

void term_sample(const Term *t, unsigned value, uint64_t seed, uint32_t more, Buf *to,
                 TermSample *ret) {
    Sampling s = {.state = seed, .value = value, .more = more, .steps = SAMPLE_STEPS, .to = to};
    size_t start = to->n;

    sample_term(&s, t);
    *ret = s.marked ? s.sample : (TermSample){start, to->n};
}
