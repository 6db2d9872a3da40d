/* Outlet: pieces, and that the first failure stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/outlet.h"

typedef struct Taker {
    unsigned calls;
    size_t bytes;
    int answer;
} Taker;

static int take(void *of, Span bytes) {
    Taker *t = of;

    t->calls++;
    t->bytes += bytes.n;
    return t->answer;
}

static void hands_on_in_pieces(void **state _unused_) {
    Taker t = {0};
    Outlet o = {.write = take, .of = &t};

    for (int i = 0; i < 100000; i++) {
        buf_text(&o.buf, "12345678");
        assert_int_equal(outlet_flush(&o), 0);
    }
    assert_true(t.calls >= 5 && t.calls <= 20);
    assert_int_equal(outlet_end(&o), 0);
    assert_int_equal(t.bytes, 800000);
    assert_null(o.buf.at);
}

static void keeps_the_first_failure(void **state _unused_) {
    Taker t = {.answer = -EPIPE};
    Outlet o = {.write = take, .of = &t};

    buf_extend(&o.buf, 100000);
    assert_int_equal(outlet_flush(&o), -EPIPE);
    t.answer = 0;
    buf_extend(&o.buf, 100000);
    assert_int_equal(outlet_flush(&o), -EPIPE);
    assert_int_equal(outlet_end(&o), -EPIPE);
    assert_int_equal(t.calls, 1);
}

static void tells_of_a_full_buf(void **state _unused_) {
    Taker t = {0};
    Outlet o = {.write = take, .of = &t, .buf = {.limit = 10}};

    buf_text(&o.buf, "more than ten bytes");
    assert_int_equal(outlet_flush(&o), -ENOMEM);
    assert_int_equal(outlet_end(&o), -ENOMEM);
    assert_int_equal(t.calls, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_in_pieces),
        cmocka_unit_test(keeps_the_first_failure),
        cmocka_unit_test(tells_of_a_full_buf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
