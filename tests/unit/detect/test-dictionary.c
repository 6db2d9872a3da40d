/* Dictionary: which words a text begins with, and where they end. */
#include "detect/dictionary.h"

#include "rig.h"

static const char words[] = "# places\nnew york\nYork\njean-luc\nMünchen\nŁódź\nαθήνα\n";

typedef struct Case {
    const char *text;
    size_t prefix;
} Case;

static void test_prefix(void **state _unused_) {
    static const Case cases[] = {
        {"York", 4},
        {"york, pa", 4},
        {"NEW YORK", 8},
        {"New-York Times", 8},
        {"newyork", 7},
        {"New Yorkshire", 0},
        {"Yorkshire", 0},
        {" York", 0},
        {"Jean Luc Picard", 8},
        {"jeanluc", 7},
        {"MUNCHEN", 7},
        {"München", 8},
        {"lodz", 0}, /* the stroke of an L is no diacritic: it does not come apart */
        {"ŁÓDŹ", 7},
        {"Αθηνα", 10},
        {"", 0},
        {"new", 0},
        {"new  york", 0},
    };
    WordList *l;

    assert_int_equal(word_list_new(words, &l), 0);
    assert_int_equal(word_list_count(l), 6);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        size_t n = word_list_prefix(l, span_of(cases[i].text));

        if (n != cases[i].prefix)
            fail_msg("'%s': %zu, expected %zu", cases[i].text, n, cases[i].prefix);
    }
    word_list_free(l);
}

/* However long or damaged a text is, it ends. */
static void test_hostile(void **state _unused_) {
    char text[4096];
    WordList *l;

    assert_int_equal(word_list_new(words, &l), 0);
    for (int c = 1; c < 256; c++) {
        memset(text, c, sizeof(text));
        assert_int_equal(word_list_prefix(l, span(text, sizeof(text))), 0);
    }
    word_list_free(l);
}

static void test_empty(void **state _unused_) {
    WordList *l;

    assert_int_equal(word_list_new("#\n\n--\n", &l), 0);
    assert_int_equal(word_list_count(l), 0);
    assert_int_equal(word_list_prefix(l, span_of("a")), 0);
    word_list_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
