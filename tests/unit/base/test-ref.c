/* Ref and Flag: the last owner is told so, once, whatever the threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

#include "base/cleanup.h"
#include "base/ref.h"

typedef struct Shared {
    Ref ref;
    Flag go;
    atomic_int last;
} Shared;

static void *drop_all(void *of) {
    Shared *s = of;

    while (!flag_get(&s->go))
        ;
    for (int i = 0; i < 20000; i++)
        atomic_fetch_add(&s->last, ref_drop(&s->ref));
    return NULL;
}

static void tells_the_last_owner(void **state _unused_) {
    Shared s = {0};
    pthread_t threads[2];

    ref_init(&s.ref);
    for (int i = 1; i < 2 * 20000; i++)
        ref_take(&s.ref);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, drop_all, &s), 0);
    flag_set(&s.go);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(s.last, 1);
}

static void takes_no_flag_for_unset(void **state _unused_) {
    Flag f = {0};

    assert_false(flag_get(NULL));
    assert_false(flag_get(&f));
    flag_set(&f);
    assert_true(flag_get(&f));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_last_owner),
        cmocka_unit_test(takes_no_flag_for_unset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
