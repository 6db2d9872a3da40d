/* Name: root, path and members as a locator, printed and raw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/name.h"

static void assert_names(Span root, Span path, const char *printed, const char *raw) {
    _cleanup_(buf_done) Buf b = {0};

    assert_int_equal(name_print(&b, root, path), 0);
    assert_string_equal(buf_cstr(&b), printed);
    buf_clear(&b);
    name_raw(&b, root, path);
    assert_string_equal(buf_cstr(&b), raw);
}

static void joins_root_and_path(void **state _unused_) {
    assert_names(span_of("/srv"), span_of("a/b"), "/srv/a/b", "/srv/a/b");
    assert_names(span_of("/"), span_of("a"), "/a", "/a");
    assert_names(span_of("/srv/file"), span_of(""), "/srv/file", "/srv/file");
    assert_names(span_of(""), span_of("stdin"), "stdin", "stdin");
}

static void shows_members(void **state _unused_) {
    assert_names(span_of("/s"), span("a.zip\0b.tar\0c#d", 15), "/s/a.zip!/b.tar!/c\\x23d",
                 "/s/a.zip!/b.tar!/c#d");
    assert_names(span_of("/s"), span("a.zip\0", 6), "/s/a.zip!/", "/s/a.zip!/");
}

static void escapes_in_print_only(void **state _unused_) {
    assert_names(span_of("/s\xff"), span_of("a\x1b[31m"), "/s\\xff/a\\x1b[31m", "/s\xff/a\x1b[31m");
}

static void folds_what_is_too_deep(void **state _unused_) {
    _cleanup_(buf_done) Buf join = {0};
    uint8_t path[2 * LOCATOR_DEPTH_MAX + 9];
    Locator l;

    for (size_t i = 0; i < sizeof(path); i++)
        path[i] = i % 2 ? 0 : 'a';
    assert_int_equal(name_locator(&join, span_of("/"), span(path, sizeof(path)), &l), 0);
    assert_int_equal(l.n_names, LOCATOR_DEPTH_MAX);
    assert_int_equal(l.names[1].n, 1);
    assert_int_equal(l.names[LOCATOR_DEPTH_MAX - 1].n, sizeof(path) - 2 * (LOCATOR_DEPTH_MAX - 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_root_and_path),
        cmocka_unit_test(shows_members),
        cmocka_unit_test(escapes_in_print_only),
        cmocka_unit_test(folds_what_is_too_deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
