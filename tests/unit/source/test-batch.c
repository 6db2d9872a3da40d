/* Batch: names in and out, and that a Directory lives exactly as long as its batches. */
#include "scratch.h"

static void keeps_names_and_paths(void **state _unused_) {
    _cleanup_(directory_unrefp) Directory *d = NULL;
    _cleanup_(batch_draft_done) BatchDraft draft = {0};
    _cleanup_(buf_done) Buf path = {0};
    Batch *b, *none;

    assert_int_equal(directory_new(-1, span_of("a/b"), &d), 0);
    assert_int_equal(batch_draft_take(&draft, d, &none), 0);
    assert_null(none);
    assert_false(batch_draft_add(&draft, span_of("one")));
    assert_false(batch_draft_add(&draft, span_of("\xff\n")));
    assert_int_equal(batch_draft_take(&draft, d, &b), 0);
    assert_int_equal(b->n, 2);
    assert_true(span_is(batch_name(b, 0), "one"));
    assert_true(span_is(batch_name(b, 1), "\xff\n"));
    assert_int_equal(batch_name(b, 1).at[2], 0);
    batch_path(b, 1, &path);
    assert_string_equal(buf_cstr(&path), "a/b/\xff\n");
    batch_free(b);
    for (int i = 0; i < BATCH_FILES_MAX; i++)
        assert_int_equal(batch_draft_add(&draft, span_of("x")), i == BATCH_FILES_MAX - 1);
}

static void closes_with_the_last_batch(void **state _unused_) {
    _cleanup_(batch_draft_done) BatchDraft draft = {0};
    int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    Batch *first, *second;
    Directory *d;

    assert_int_equal(directory_new(fd, span_of(""), &d), 0);
    batch_draft_add(&draft, span_of("a"));
    assert_int_equal(batch_draft_take(&draft, d, &first), 0);
    batch_draft_add(&draft, span_of("b"));
    assert_int_equal(batch_draft_take(&draft, d, &second), 0);
    directory_unref(d);
    batch_free(first);
    assert_true(fcntl(fd, F_GETFD) >= 0);
    batch_free(second);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_names_and_paths),
        cmocka_unit_test(closes_with_the_last_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
