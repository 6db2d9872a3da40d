/* Samples: see samples.h. */
#include "store/samples.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/wire.h"

enum { TEST_VALUE = 1, TOKEN = 2 };

static void sample_put(Buf *b, const Sample *s) {
    wire_put_u64(b, s->line);
    wire_put_u64(b, s->offset);
    wire_put_u64(b, s->length);
    wire_put_i64(b, llround((double)s->score * 1000));
    wire_put_u64(b, (s->test_value ? TEST_VALUE : 0) | (s->has_token ? TOKEN : 0));
    wire_put_span(b, span(s->mask, strnlen(s->mask, sizeof(s->mask))));
    if (s->has_token)
        buf_add(b, s->token, sizeof(s->token));
}

void samples_put(Buf *b, const Sample *samples, size_t n) {
    for (size_t i = 0; i < n && i < FINDING_SAMPLES_MAX; i++)
        sample_put(b, &samples[i]);
}

static int sample_get(Wire *w, Sample *ret) {
    uint64_t flags;
    Span mask;

    *ret = (Sample){.line = wire_u64(w)};
    ret->offset = wire_u64(w);
    ret->length = (uint32_t)wire_u64(w);
    ret->score = (float)wire_i64(w) / 1000;
    flags = wire_u64(w);
    ret->test_value = flags & TEST_VALUE;
    ret->has_token = flags & TOKEN;
    mask = wire_span(w);
    if (w->failed || mask.n >= sizeof(ret->mask))
        return -EUCLEAN;
    memcpy(ret->mask, mask.at, mask.n);
    for (size_t i = 0; ret->has_token && i < sizeof(ret->token); i++)
        ret->token[i] = wire_byte(w);
    return w->failed ? -EUCLEAN : 0;
}

int samples_get(Span bytes, size_t most, Sample *ret, size_t *ret_n) {
    Wire w = wire_of(bytes);
    size_t n = 0;
    int r = 0;

    while (r == 0 && w.at < w.end && n < most && n < FINDING_SAMPLES_MAX)
        r = sample_get(&w, &ret[n++]);
    if (r == 0)
        *ret_n = n;
    return r;
}
