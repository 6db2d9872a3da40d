/* Unread: worst first, larger first among equals, the rest counted. */
#include "../store/fixture.h"

#include "report/unread.h"

static void put(Fixture *f, const char *path, StatusKind kind, uint64_t size, uint64_t read) {
    StoreObject o = fixture_object(0, span_of(path));

    o.status = status_of(kind, "");
    o.meta.size = size;
    o.bytes_read = read;
    fixture_put(f, &o, NULL, 0);
}

static void assert_printed(Fixture *f, size_t n, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Error e = {0};

    assert_int_equal(unread_print(f->store, f->run, n, &e, &b), 0);
    assert_string_equal(buf_cstr(&b), expected);
}

static void puts_the_worst_first(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/s");
    put(f, "a", STATUS_PARTIAL, 100, 0);
    put(f, "b", STATUS_PARTIAL, 100, 200); /* grew while it was read */
    put(f, "c", STATUS_PARTIAL, 1000, 0);
    put(f, "d", STATUS_READ, 1000, 1000);
    put(f, "e", STATUS_UNSUPPORTED, 1, 0);
    put(f, "f", STATUS_ERROR, 0, 0);
    put(f, "g", STATUS_PARTIAL, 100, 0);
    assert_printed(f, 10,
                   "  error                         0 B  /s/f\n"
                   "  unsupported                   1 B  /s/e\n"
                   "  partial                    1.0 kB  /s/c\n"
                   "  partial                     100 B  /s/a\n"
                   "  partial                     100 B  /s/b\n"
                   "  partial                     100 B  /s/g\n");
    assert_printed(f, 1,
                   "  error                         0 B  /s/f\n"
                   "  ... and 5 more: terrier report --objects unread\n");
    assert_printed(f, 0, "  ... and 6 more: terrier report --objects unread\n");
}

static void prints_nothing_for_nothing(void **state) {
    Fixture *f = *state;

    assert_printed(f, 5, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(puts_the_worst_first),
        TEST(prints_nothing_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
