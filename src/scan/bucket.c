/* Bucket: see bucket.h. */
#include "scan/bucket.h"

#include "base/clock.h"

/* A wait is never longer: debts of a clock that stood still are not worth more. */
#define WAIT_MAX_NS (3600 * CLOCK_NS_PER_S)

void bucket_init(Bucket *b, double rate, double most, int64_t now) {
    *b = (Bucket){.rate = rate, .most = most, .level = most, .at = now};
}

int64_t bucket_take(Bucket *b, double n, int64_t now) {
    double wait;

    if (b->rate <= 0)
        return 0;
    if (now > b->at) {
        b->level += b->rate * (double)(now - b->at) / (double)CLOCK_NS_PER_S;
        b->at = now;
    }
    if (b->level > b->most)
        b->level = b->most;
    b->level -= n;
    if (b->level >= 0)
        return 0;
    wait = -b->level / b->rate * (double)CLOCK_NS_PER_S;
    return wait < (double)WAIT_MAX_NS ? (int64_t)wait : WAIT_MAX_NS;
}
