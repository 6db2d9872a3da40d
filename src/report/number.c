/* Number: see number.h. */
#include "report/number.h"

#include <stdio.h>

void number_print(uint64_t v, char ret_text[NUMBER_TEXT_MAX]) {
    char digits[NUMBER_TEXT_MAX];
    size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v), to = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            ret_text[to++] = ',';
        ret_text[to++] = digits[i];
    }
    ret_text[to] = 0;
}

void number_print_size(uint64_t bytes, char ret_text[NUMBER_TEXT_MAX]) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    uint64_t whole = bytes, tenth = 0;
    size_t unit = 0;

    while (whole >= 1000 && unit + 1 < N_ELEMENTS(units)) {
        tenth = whole % 1000 / 100;
        whole /= 1000;
        unit++;
    }
    if (unit)
        snprintf(ret_text, NUMBER_TEXT_MAX, "%llu.%llu %s", (unsigned long long)whole,
                 (unsigned long long)tenth, units[unit]);
    else
        snprintf(ret_text, NUMBER_TEXT_MAX, "%llu B", (unsigned long long)whole);
}

void number_put(Buf *b, uint64_t v, const char *one, const char *many) {
    char text[NUMBER_TEXT_MAX];

    number_print(v, text);
    buf_printf(b, "%s %s", text, v == 1 ? one : many);
}
