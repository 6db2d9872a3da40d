/*
 * Date: dates of birth as digits without their separators, in any order that people write.
 *
 * ISO 8601 has the year first; elsewhere day and month come in either order. A date passes if one
 * reading of it is a day that somebody alive could have been born on.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

enum { BIRTH_YEAR_FIRST = 1890 };

static unsigned number(const char *s, size_t n) {
    unsigned v = 0;

    for (size_t i = 0; i < n; i++)
        v = v * 10 + digit_value(s[i]);
    return v;
}

static bool is_birth(unsigned year, unsigned a, unsigned b) {
    return year >= BIRTH_YEAR_FIRST && (is_birth_date(year, a, b) || is_birth_date(year, b, a));
}

/* Two digits of a year: of this century or the last. */
static bool is_short_birth(unsigned year, unsigned a, unsigned b) {
    return is_birth(1900 + year, a, b) || is_birth(2000 + year, a, b);
}

/*
 * Eight digits: year first or last. Seven: one of day and month has a single digit. Six: both have,
 * or the year has two. Anything else is no date.
 */
bool check_date_birth(const char *s, size_t n) {
    if (n < 6 || n > 8 || !digits_only(s, n))
        return false;
    switch (n) {
    case 8:
        return is_birth(number(s, 4), number(s + 4, 2), number(s + 6, 2)) ||
               is_birth(number(s + 4, 4), number(s, 2), number(s + 2, 2));
    case 7:
        return is_birth(number(s + 3, 4), number(s, 1), number(s + 1, 2)) ||
               is_birth(number(s + 3, 4), number(s, 2), number(s + 2, 1));
    default:
        return is_birth(number(s + 2, 4), number(s, 1), number(s + 1, 1)) ||
               is_short_birth(number(s, 2), number(s + 2, 2), number(s + 4, 2)) ||
               is_short_birth(number(s + 4, 2), number(s, 2), number(s + 2, 2));
    }
}
