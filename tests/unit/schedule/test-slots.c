/* Slots: taken, late, missed and due; what a first run owes. */
#include "../store/fixture.h"

#include "schedule/slots.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

/* 2026-11-02 00:00 UTC, a Monday. */
#define MONDAY INT64_C(1793577600)

static void ran(Fixture *f, const char *profile, int64_t at) {
    char parameters[128];
    StoreRun run = {.started = at * 1000000000,
                    .tool = "0.1.0",
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    Error e = {0};

    snprintf(parameters, sizeof(parameters), "{\"profile\":\"%s\"}", profile);
    run.parameters = span_of(parameters);
    if (store_run_begin(f->store, &run, &e, &f->run) < 0)
        fail_msg("%s", e.text);
    fixture_end(f);
}

static Calendar daily_22(void) {
    Calendar c;

    setenv("TZ", "UTC", 1);
    calendar_zone();
    assert_int_equal(calendar_parse(span_of("daily 22:00"), &c), 0);
    return c;
}

/* "t3 m d": taken by run 3, missed, due. */
static void print(const Slot *slots, size_t n, Buf *to) {
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_byte(to, ' ');
        if (slots[i].state == SLOT_TAKEN)
            buf_printf(to, "t%lld", (long long)slots[i].run.id);
        else
            buf_byte(to, slots[i].state == SLOT_MISSED ? 'm' : 'd');
    }
}

static void assert_slots(Fixture *f, int64_t since, int64_t now, const char *expected) {
    const Calendar c = daily_22();
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf got = {0};
    Slot *slots = NULL;
    Error e = {0};
    size_t n = 0;

    if (slots_list(f->store, "a", &c, since, now, &a, &e, &slots, &n) < 0)
        fail_msg("%s", e.text);
    print(slots, n, &got);
    assert_string_equal(buf_cstr(&got), expected);
}

static void states(void **state) {
    Fixture *f = *state;

    fixture_end(f);                            /* run 1, of no profile */
    ran(f, "a", MONDAY + 22 * HOUR + 5);       /* in time */
    ran(f, "b", MONDAY + DAY + 22 * HOUR + 5); /* another's */
    assert_slots(f, MONDAY, MONDAY + 21 * HOUR, "");
    assert_slots(f, MONDAY, MONDAY + 22 * HOUR, "t2");
    assert_slots(f, MONDAY, MONDAY + DAY, "t2");
    assert_slots(f, MONDAY, MONDAY + 2 * DAY, "t2 d");
    assert_slots(f, MONDAY, MONDAY + 2 * DAY + 22 * HOUR, "t2 m d");
    ran(f, "a", MONDAY + 3 * DAY + 7 * HOUR); /* Wednesday's, late */
    ran(f, "a", MONDAY + 3 * DAY + 8 * HOUR); /* the same slot again */
    assert_slots(f, MONDAY, MONDAY + 4 * DAY, "t2 m t4 d");
    assert_slots(f, MONDAY + 22 * HOUR, MONDAY + 4 * DAY, "m t4 d");
}

static void assert_missed(Fixture *f, const char *profile, int64_t now, size_t expected) {
    const Calendar c = daily_22();
    _cleanup_(arena_done) Arena a = {0};
    Slot *slots = NULL;
    Error e = {0};
    size_t n = 0;

    if (slots_missed(f->store, profile, &c, now, &a, &e, &slots, &n) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(n, expected);
}

static void missed_since_the_last_run(void **state) {
    Fixture *f = *state;

    fixture_end(f);
    assert_missed(f, "a", MONDAY + 100 * DAY, 0); /* it never ran: nobody had scheduled it */
    ran(f, "a", MONDAY + 22 * HOUR);
    assert_missed(f, "a", MONDAY + DAY + 22 * HOUR, 0); /* the one that is being taken */
    assert_missed(f, "a", MONDAY + 2 * DAY + 22 * HOUR, 1);
    assert_missed(f, "a", MONDAY + 3 * DAY + 21 * HOUR, 1);
    assert_missed(f, "a", MONDAY + 3 * DAY + 22 * HOUR, 2);
    ran(f, "a", MONDAY + 3 * DAY + 22 * HOUR + 1);
    assert_missed(f, "a", MONDAY + 4 * DAY, 0);
    assert_missed(f, "b", MONDAY + 4 * DAY, 0);
}

/* Ten years without a run: the last thousand, in order. */
static void many(void **state) {
    const Calendar c = daily_22();
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    int64_t now = MONDAY + 3650 * DAY;
    Slot *slots = NULL;
    Error e = {0};
    size_t n = 0;

    assert_int_equal(slots_list(f->store, "a", &c, MONDAY, now, &a, &e, &slots, &n), 0);
    assert_int_equal(n, SLOTS_MAX);
    assert_int_equal(slots[n - 1].state, SLOT_DUE);
    assert_int_equal(slots[n - 1].at, now - 2 * HOUR);
    for (size_t i = 1; i < n; i++)
        assert_int_equal(slots[i].at, slots[i - 1].next);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(states), TEST(missed_since_the_last_run), TEST(many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
