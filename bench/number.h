/* Number: one on a command line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits only, from least to most. */
static inline bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *ret) {
    uint64_t n = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || digit > most || n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *ret = n;
    return n >= least;
}
