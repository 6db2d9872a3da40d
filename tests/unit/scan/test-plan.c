/* Plan: what is sent arrives; memory is shared out, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "scan/plan.h"

#define MIB (UINT64_C(1) << 20)

static void arrives(void **state _unused_) {
    const char *roots[] = {"/a", "/b c"};
    const Plan sent = {
        .roots = roots,
        .n_roots = 2,
        .regions = "US",
        .cache = "",
        .stream = "",
        .jobs = 3,
        .window = 4096,
        .floor = LEVEL_MEDIUM,
        .samples = 5,
        .pace = {.rate = 12345, .iops = 67, .load = 1.5, .back_off = BACK_OFF_NEVER, .idle = true}};
    _cleanup_(buf_done) Buf frame = {0};
    Plan got;

    plan_put(&frame, &sent);
    assert_int_equal(buf_error(&frame), 0);
    assert_int_equal(plan_get(buf_as_span(&frame), &got), 0);
    assert_string_equal(got.roots[1], "/b c");
    assert_int_equal(got.pace.rate, 12345);
    assert_int_equal(got.pace.iops, 67);
    assert_true(got.pace.load == 1.5);
    assert_int_equal(got.pace.back_off, BACK_OFF_NEVER);
    assert_true(got.pace.idle);
    plan_done(&got);
    for (size_t n = 0; n < frame.n; n++)
        assert_int_equal(plan_get(span(frame.at, n), &got), -EBADMSG);
}

static void much_memory_changes_nothing(void **state _unused_) {
    Plan p = {.jobs = 4};
    uint64_t least;

    assert_int_equal(plan_fit(&p, 64 * 1024 * MIB, &least), 0);
    assert_int_equal(p.jobs, 4);
    assert_int_equal(p.limits.worker_memory, 0);
}

static void less_memory_is_fewer_jobs(void **state _unused_) {
    Plan p = {.jobs = 8};
    uint64_t least;

    assert_int_equal(plan_fit(&p, 2048 * MIB, &least), 0);
    assert_int_equal(p.jobs, 2); /* 848 MiB each, beside 192 */
    assert_int_equal(p.limits.extract.hold, 0);
}

/* However little it is, the parts fit into it, down to the least. */
static void little_memory_is_less_for_each(void **state _unused_) {
    uint64_t least;

    for (uint64_t memory = 292; memory < 1040; memory++) {
        Plan p = {.jobs = 8};
        uint64_t sum;

        assert_int_equal(plan_fit(&p, memory * MIB, &least), 0);
        assert_int_equal(p.jobs, 1);
        sum = 192 * MIB + 16 * MIB + 5 * p.limits.extract.hold + p.limits.worker_memory;
        if (sum > memory * MIB || p.limits.worker_memory < 64 * MIB ||
            p.limits.extract.hold < 4 * MIB)
            fail_msg("of %llu MiB: hold %llu, worker %llu", (unsigned long long)memory,
                     (unsigned long long)p.limits.extract.hold,
                     (unsigned long long)p.limits.worker_memory);
    }
}

static void too_little_is_refused(void **state _unused_) {
    Plan p = {.jobs = 8};
    uint64_t least;

    assert_int_equal(plan_fit(&p, 291 * MIB, &least), -E2BIG);
    assert_int_equal(least, 292 * MIB);
    assert_int_equal(p.jobs, 8);
    assert_int_equal(plan_fit(&p, 0, &least), -E2BIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrives),
        cmocka_unit_test(much_memory_changes_nothing),
        cmocka_unit_test(less_memory_is_fewer_jobs),
        cmocka_unit_test(little_memory_is_less_for_each),
        cmocka_unit_test(too_little_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
