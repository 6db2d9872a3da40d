/* Entity: names, numbers, what lacks its end, and what is none. */
#include "sample.h"

#include "extract/text/entity.h"

static void decodes_references(void **state _unused_) {
    static const struct {
        const char *text;
        size_t n; /* 0: none */
        uint32_t point;
    } cases[] = {
        {"&amp;", 5, '&'},        {"&amp", 4, '&'},
        {"&amphora", 0, 0},       {"&nbsp;x", 6, 0xA0},
        {"&eacute;", 8, 0xE9},    {"&eacute", 0, 0},
        {"&commat;", 8, '@'},     {"&period;", 8, '.'},
        {"&#64;", 5, '@'},        {"&#64x", 4, '@'},
        {"&#x40;", 6, '@'},       {"&#X1F600;", 9, 0x1F600},
        {"&#0;", 0, 0},           {"&#xD800;", 0, 0},
        {"&#x110000;", 0, 0},     {"&#;", 0, 0},
        {"&#x;", 0, 0},           {"&;", 0, 0},
        {"&nosuch;", 0, 0},       {"amp;", 0, 0},
        {"&#99999999999;", 0, 0}, {"&thetasym;", 10, 0x3D1},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        uint32_t c = 0;
        size_t n = entity_decode(span_of(cases[i].text), &c);

        if (n != cases[i].n || (n && c != cases[i].point))
            print_error("%s\n", cases[i].text);
        assert_int_equal(n, cases[i].n);
        if (n)
            assert_int_equal(c, cases[i].point);
    }
}

static void reads_no_further_than_told(void **state _unused_) {
    static const char *const texts[] = {"&#x1F600;", "&thetasym;", "&amp;"};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        for (size_t n = 0; n < strlen(texts[i]); n++) {
            _cleanup_(free_p) uint8_t *cut = malloc(n ? n : 1);
            uint32_t c;

            assert_non_null(cut);
            memcpy(cut, texts[i], n);
            assert_true(entity_decode(span(cut, n), &c) <= n);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_references),
        cmocka_unit_test(reads_no_further_than_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
