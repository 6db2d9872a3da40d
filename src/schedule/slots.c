/* Slots: see slots.h. */
#include "schedule/slots.h"

#include "base/clock.h"

/* The slots after `since`; a ring, so that the last ones stay. How many there were. */
static size_t walk(const Calendar *when, int64_t since, int64_t now, Slot *ring) {
    int64_t at = since, next;
    size_t n = 0;

    if (!calendar_next(when, at, &at))
        return 0;
    for (; at <= now && calendar_next(when, at, &next); at = next)
        ring[n++ % SLOTS_MAX] =
            (Slot){.at = at, .next = next, .state = next > now ? SLOT_DUE : SLOT_MISSED};
    return n;
}

static void unroll(const Slot *ring, size_t n, Slot *to) {
    size_t kept = n < SLOTS_MAX ? n : SLOTS_MAX;

    for (size_t i = 0; i < kept; i++)
        to[i] = ring[(n - kept + i) % SLOTS_MAX];
}

/* The first that began in a slot takes it. */
static void settle(Slot *slots, size_t n, const HistoryRun *runs, size_t n_runs) {
    for (size_t r = 0; r < n_runs; r++) {
        int64_t began = runs[r].started / CLOCK_NS_PER_S;

        for (size_t i = 0; i < n; i++) {
            if (began < slots[i].at || began >= slots[i].next ||
                (slots[i].state == SLOT_TAKEN && slots[i].run.started <= runs[r].started))
                continue;
            slots[i].state = SLOT_TAKEN;
            slots[i].run = runs[r];
        }
    }
}

int slots_list(Store *s, const char *profile, const Calendar *when, int64_t since, int64_t now,
               Arena *a, Error *reterr, Slot **ret, size_t *ret_n) {
    _cleanup_(free_p) Slot *ring = calloc(SLOTS_MAX, sizeof(*ring));
    HistoryRun *runs = NULL;
    size_t n, n_runs = 0;
    Slot *slots;
    int r;

    if (!ring)
        return -ENOMEM;
    n = walk(when, since, now, ring);
    slots = arena_array(a, SLOTS_MAX, sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    unroll(ring, n, slots);
    n = n < SLOTS_MAX ? n : SLOTS_MAX;
    r = n ? history_starts(s, profile, slots[0].at * CLOCK_NS_PER_S, a, reterr, &runs, &n_runs) : 0;
    if (r < 0)
        return r;
    settle(slots, n, runs, n_runs);
    *ret = slots;
    *ret_n = n;
    return 0;
}

static int64_t last_start(const HistoryRun *runs, size_t n) {
    int64_t last = INT64_MIN;

    for (size_t i = 0; i < n; i++) {
        if (runs[i].started > last)
            last = runs[i].started;
    }
    return last;
}

int slots_missed(Store *s, const char *profile, const Calendar *when, int64_t now, Arena *a,
                 Error *reterr, Slot **ret, size_t *ret_n) {
    HistoryRun *runs;
    size_t n, kept = 0;
    Slot *slots = NULL;
    int r = history_starts(s, profile, INT64_MIN, a, reterr, &runs, &n);

    *ret_n = 0;
    if (r < 0 || n == 0)
        return r;
    r = slots_list(s, profile, when, last_start(runs, n) / CLOCK_NS_PER_S, now, a, reterr, &slots,
                   &n);
    for (size_t i = 0; i < n && r == 0; i++) {
        if (slots[i].state == SLOT_MISSED)
            slots[kept++] = slots[i];
    }
    if (r < 0)
        return r;
    *ret = slots;
    *ret_n = kept;
    return 0;
}
