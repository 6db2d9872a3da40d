/*
 * Central and Eastern Europe, the Balkans and the Caucasus.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Birth number, act 133/2000 Coll.: women 50 on the month, 20 more when the numbers of a day are
 * spent (since 2004, taken in any year); nine digits until 1953, then ten, divisible by 11, or,
 * until 1985, by 11 with a rest of 10 written as 0. */
bool check_cz_rc(const char *s, size_t n) {
    unsigned year, month, last;

    if ((n != 9 && n != 10) || !digits_only(s, n))
        return false;
    year = 1900 + two_digits(s);
    month = two_digits(s + 2) % 50;
    if (n == 9 && year >= 1980)
        year -= 100;
    if (n == 9 && (year > 1953 || three_digits(s + 6) == 0))
        return false;
    if (n == 10 && year < 1954)
        year += 100;
    if (!is_birth_date(year, month % 20, two_digits(s + 4)))
        return false;
    if (n == 9)
        return true;
    last = (unsigned)(digits_value(s, 9) % 11);
    return digit_value(s[9]) == (year < 1986 ? last % 10 : last);
}

/* Ministry of Digital Affairs: the century is in the month, weights 1 3 7 9 mod 10. */
bool check_pl_pesel(const char *s, size_t n) {
    static const uint16_t centuries[] = {1900, 2000, 2100, 2200, 1800};
    unsigned month;

    if (n != 11 || s[4] > '3' || !digits_only(s, 11))
        return false;
    month = two_digits(s + 2);
    if (!is_birth_date(centuries[month / 20] + two_digits(s), month % 20, two_digits(s + 4)))
        return false;
    return WEIGH(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1) % 10 == 0;
}

/* 01-46 counties, 47 and 48 former sectors of Bucharest, 51 and 52, 70 and 80-83 for later
 * registrations. */
static bool is_romanian_county(unsigned county) {
    return (county >= 1 && county <= 48) || county == 51 || county == 52 || county == 70 ||
           (county >= 80 && county <= 83);
}

/* Law 105/1996: sex and century, date, county, number, weights 279146358279 mod 11, 10 as 1. */
bool check_ro_cnp(const char *s, size_t n) {
    static const uint16_t centuries[] = {0, 1900, 1900, 1800, 1800, 2000, 2000, 1900, 1900, 1900};
    unsigned rest;

    if (n != 13 || s[0] == '0' || s[3] > '1' || !digits_only(s, 13) ||
        !is_romanian_county(two_digits(s + 7)) ||
        !is_birth_date(centuries[digit_value(s[0])] + two_digits(s + 1), two_digits(s + 3),
                       two_digits(s + 5)))
        return false;
    rest = (unsigned)(WEIGH(s, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11);
    return digit_value(s[12]) == (rest == 10 ? 1 : rest);
}
