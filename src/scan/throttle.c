/*
 * Throttle: see throttle.h.
 *
 * A burst is a quarter of a second's worth, and never less than one window, so that a limit shows
 * at once. Reads are timed in two sizes, since a window of 256 KiB takes longer than a small file.
 */
#include "scan/throttle.h"

#include <fcntl.h>
#include <time.h>

#include "base/clock.h"
#include "base/lock.h"
#include "scan/bucket.h"
#include "scan/latency.h"
#include "source/file.h"

#define SLICE_NS (50 * INT64_C(1000000)) /* of a wait: how late a stop may be seen */
#define LOOK_NS  (2 * CLOCK_NS_PER_S)    /* between looks at the load */

enum { BURST_LEAST = 256 << 10, LARGE = 64 << 10, CHARGE_STEP = 64 << 10 };

struct Throttle {
    PlanPace pace;
    const Flag *stop;
    Lock lock; /* of all below */
    Bucket bytes, operations;
    Latency small, large;
    int64_t pause;  /* before the next read of a server */
    int64_t looked; /* monotonic, at the load */
    bool loaded;
};

static double burst(double rate, double least) {
    return rate / 4 > least ? rate / 4 : least;
}

int throttle_new(const PlanPace *pace, const Flag *stop, Throttle **ret) {
    int64_t now = clock_monotonic_ns();
    Throttle *t;

    *ret = NULL;
    if (!pace->rate && !pace->iops && pace->load <= 0 && pace->back_off == BACK_OFF_NEVER)
        return 0;
    t = calloc(1, sizeof(*t));
    if (!t)
        return -ENOMEM;
    t->pace = *pace;
    t->stop = stop;
    lock_init(&t->lock);
    bucket_init(&t->bytes, (double)pace->rate, burst((double)pace->rate, BURST_LEAST), now);
    bucket_init(&t->operations, pace->iops, burst(pace->iops, 1), now);
    *ret = t;
    return 0;
}

Throttle *throttle_free(Throttle *t) {
    if (t) {
        lock_done(&t->lock);
        free(t);
    }
    return NULL;
}

static void sleep_ns(int64_t ns) {
    const struct timespec t = {.tv_sec = ns / CLOCK_NS_PER_S, .tv_nsec = ns % CLOCK_NS_PER_S};

    nanosleep(&t, NULL);
}

static void rest(const Throttle *t, int64_t ns) {
    for (; ns > 0 && !flag_get(t->stop); ns -= SLICE_NS)
        sleep_ns(ns < SLICE_NS ? ns : SLICE_NS);
}

/* The load of the last minute; where it cannot be read there is none. */
static double load_now(void) {
    _cleanup_(fd_closep) int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    char text[64];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    text[n > 0 ? n : 0] = 0;
    return strtod(text, NULL);
}

/* With the lock held. */
static bool is_loaded(Throttle *t, int64_t now) {
    if (t->pace.load > 0 && (!t->looked || now - t->looked >= LOOK_NS)) {
        t->looked = now;
        t->loaded = load_now() > t->pace.load;
    }
    return t->loaded;
}

static void wait_for_load(Throttle *t) {
    bool loaded = t->pace.load > 0;

    while (loaded && !flag_get(t->stop)) {
        lock_hold(&t->lock);
        loaded = is_loaded(t, clock_monotonic_ns());
        lock_release(&t->lock);
        if (loaded)
            rest(t, 4 * SLICE_NS);
    }
}

static int64_t longer(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* How long to wait for so many bytes and operations. */
static int64_t take(Throttle *t, double bytes, double operations) {
    int64_t now = clock_monotonic_ns(), wait;

    lock_hold(&t->lock);
    wait = longer(bucket_take(&t->bytes, bytes, now), bucket_take(&t->operations, operations, now));
    lock_release(&t->lock);
    return wait;
}

/* Most scans ask for nothing but a look at servers: they pay nothing here. */
static bool is_limited(const Throttle *t) {
    return t && (t->pace.rate || t->pace.iops || t->pace.load > 0);
}

void throttle_wait(Throttle *t, size_t bytes) {
    if (!is_limited(t))
        return;
    wait_for_load(t);
    rest(t, take(t, (double)bytes, 1));
}

/* A reader of a library takes some 64 KiB a call; how often it called is not told. */
void throttle_charge(Throttle *t, uint64_t bytes) {
    if (!is_limited(t) || !bytes)
        return;
    wait_for_load(t);
    rest(t, take(t, (double)bytes, (double)(bytes / CHARGE_STEP + 1)));
}

static void learn(Throttle *t, size_t n, int64_t ns) {
    int64_t small, large;

    lock_hold(&t->lock);
    small = n < LARGE ? latency_add(&t->small, ns) : t->small.pause;
    large = n < LARGE ? t->large.pause : latency_add(&t->large, ns);
    t->pause = longer(small, large);
    lock_release(&t->lock);
}

static int64_t pause_of(Throttle *t) {
    int64_t pause;

    lock_hold(&t->lock);
    pause = t->pause;
    lock_release(&t->lock);
    return pause;
}

int throttle_read_at(Throttle *t, bool far, int fd, uint64_t offset, void *at, size_t n,
                     size_t *ret_n) {
    bool timed =
        t && t->pace.back_off != BACK_OFF_NEVER && (far || t->pace.back_off == BACK_OFF_ALWAYS);
    int64_t began;
    int r;

    throttle_wait(t, n);
    if (!timed)
        return file_read_at(fd, offset, at, n, ret_n);
    rest(t, pause_of(t));
    began = clock_monotonic_ns();
    r = file_read_at(fd, offset, at, n, ret_n);
    if (r == 0 && *ret_n)
        learn(t, *ret_n, clock_monotonic_ns() - began);
    return r;
}
