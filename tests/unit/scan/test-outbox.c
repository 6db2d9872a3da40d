/* Outbox: reports travel together, but none waits for long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "scan/outbox.h"

typedef struct Ends {
    Channel here, there;
    Outbox outbox;
} Ends;

static void ends_open(Ends *e) {
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    channel_init(&e->here, fds[0]);
    channel_init(&e->there, fds[1]);
    outbox_init(&e->outbox, &e->here);
}

static void ends_done(Ends *e) {
    outbox_done(&e->outbox);
    channel_done(&e->here);
    channel_done(&e->there);
}

static void put(Ends *e) {
    const ObjectReport o = {.path = span_of("a"), .status = status_of(STATUS_READ, NULL)};

    assert_int_equal(outbox_object(&e->outbox, &o, NULL, NULL, 0), 0);
}

/* Objects in the frames that have come; 0: none has. */
static size_t come(Ends *e) {
    struct pollfd p = {.fd = e->there.fd, .events = POLLIN};
    size_t n = 0;

    while (poll(&p, 1, 0) > 0) {
        uint64_t findings, facts;
        MessageKind kind;
        ObjectReport o;
        Span payload;
        Wire w;

        assert_int_equal(channel_receive(&e->there, &kind, &payload), 0);
        assert_int_equal(kind, MESSAGE_OBJECTS);
        for (w = wire_of(payload); w.at < w.end; n++)
            assert_int_equal(object_get(&w, &o, &findings, &facts), 0);
    }
    return n;
}

static void reports_travel_together(void **state _unused_) {
    Ends e;

    ends_open(&e);
    put(&e);
    put(&e);
    assert_int_equal(come(&e), 0);
    assert_int_equal(outbox_flush(&e.outbox), 0);
    assert_int_equal(come(&e), 2);
    assert_int_equal(outbox_flush(&e.outbox), 0);
    assert_int_equal(come(&e), 0);
    ends_done(&e);
}

static void none_waits_for_long(void **state _unused_) {
    Ends e;

    ends_open(&e);
    put(&e);
    assert_int_equal(come(&e), 0);
    poll(NULL, 0, 150);
    put(&e);
    assert_int_equal(come(&e), 2);
    put(&e); /* the time is that of the first one */
    assert_int_equal(come(&e), 0);
    ends_done(&e);
}

static void many_do_not_wait(void **state _unused_) {
    size_t n = 0, got = 0;
    Ends e;

    ends_open(&e);
    while (got == 0 && n < 100000) {
        put(&e);
        n++;
        got = come(&e);
    }
    assert_int_equal(got, n);
    ends_done(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_travel_together),
        cmocka_unit_test(none_waits_for_long),
        cmocka_unit_test(many_do_not_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
