/* Quantity: see quantity.h. */
#include "base/quantity.h"

#include <string.h>

#include "base/cleanup.h"

bool quantity_digits(const char **at, uint64_t *ret) {
    const char *p = *at;
    uint64_t v = 0;

    for (; *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
            return false;
    }
    if (p == *at)
        return false;
    *at = p;
    *ret = v;
    return true;
}

bool quantity_size(const char *text, uint64_t *ret) {
    static const char units[] = "KMGT";
    const char *unit;
    uint64_t v;

    if (!quantity_digits(&text, &v))
        return false;
    unit = text[0] ? strchr(units, text[0] & ~0x20) : NULL;
    if (unit) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);

        if (v > UINT64_MAX >> shift)
            return false;
        v <<= shift;
        text++;
    }
    *ret = v;
    return text[0] == 0;
}

bool quantity_duration(const char *text, double *ret) {
    static const struct {
        char unit;
        double seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t whole;

    if (!quantity_digits(&text, &whole) || whole > UINT32_MAX)
        return false;
    *ret = (double)whole;
    for (size_t i = 0; i < N_ELEMENTS(units); i++) {
        if (text[0] == units[i].unit) {
            *ret *= units[i].seconds;
            text++;
            break;
        }
    }
    return text[0] == 0;
}

bool quantity_decimal(const char *text, double *ret) {
    uint64_t whole, part;
    double unit = 1;

    if (!quantity_digits(&text, &whole) || whole > UINT32_MAX)
        return false;
    *ret = (double)whole;
    if (text[0] != '.')
        return text[0] == 0;
    text++;
    for (const char *c = text; *c >= '0' && *c <= '9'; c++)
        unit *= 10;
    if (!quantity_digits(&text, &part) || unit > 1e9)
        return false;
    *ret += (double)part / unit;
    return text[0] == 0;
}
