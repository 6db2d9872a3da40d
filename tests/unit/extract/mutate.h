/* Mutate: a text with bytes changed, taken out, put in twice; the same for the same seed. */
#pragma once

#include "sample.h"

static inline void mutate(uint64_t *seed, Span text, const char *alphabet, Buf *ret) {
    size_t changes = 1 + sample_random(seed) % 8;

    buf_clear(ret);
    buf_span(ret, text);
    while (changes--) {
        size_t at = ret->n ? sample_random(seed) % ret->n : 0, n = 1 + sample_random(seed) % 9;

        if (ret->n - at < n)
            n = ret->n - at;
        switch (sample_random(seed) % 4) {
        case 0: /* out */
            memmove(ret->at + at, ret->at + at + n, ret->n - at - n);
            ret->n -= n;
            break;
        case 1: { /* again at the end */
            _cleanup_(buf_done) Buf again = {0};

            buf_add(&again, ret->at + at, n);
            buf_span(ret, buf_as_span(&again));
            break;
        }
        case 2: /* another byte of those that mean something */
            if (ret->n)
                ret->at[at] = (uint8_t)alphabet[sample_random(seed) % strlen(alphabet)];
            break;
        default: /* any byte */
            if (ret->n)
                ret->at[at] = (uint8_t)(sample_random(seed) >> 9);
        }
    }
    assert_int_equal(buf_error(ret), 0);
}
