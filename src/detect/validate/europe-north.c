/*
 * Northern Europe: Denmark, Estonia, Faroe Islands, Finland, Iceland, Latvia, Lithuania, Norway,
 * Sweden.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/*
 * CPR-kontoret, Personnummeret i CPR: the seventh digit and the year say the century. Numbers given
 * out until October 2007 satisfy weights 4 3 2 7 6 5 4 3 2 1 mod 11, later ones need not, so that
 * only the date is binding.
 */
bool check_dk_cpr(const char *s, size_t n) {
    unsigned year, seventh;

    if (n != 10 || s[0] > '3' || s[2] > '1' || !digits_only(s, 10))
        return false;
    year = two_digits(s + 4);
    seventh = digit_value(s[6]);
    if (seventh <= 3)
        year += 1900;
    else if (seventh == 4 || seventh == 9)
        year += year >= 37 ? 1900 : 2000;
    else
        year += year >= 58 ? 1800 : 2000;
    return is_birth_date(year, two_digits(s + 2), two_digits(s));
}

/* The century of a sign: + 1800, - Y X W V U 1900, A to F 2000 (decree 690/2022); 0 for others. */
static unsigned hetu_century(char sign) {
    if (sign == '-' || (sign >= 'U' && sign <= 'Y'))
        return 1900;
    if (sign >= 'A' && sign <= 'F')
        return 2000;
    return sign == '+' ? 1800 : 0;
}

/* Digital and Population Data Services Agency: date, sign, number 002-899 (900-999 are for tests
 * and temporary use), and the nine digits mod 31. */
bool check_fi_hetu(const char *s, size_t n) {
    unsigned century, number;

    if (n != 11 || s[0] > '3' || s[2] > '1' || !digits_only(s, 6) || !digits_only(s + 7, 3))
        return false;
    century = hetu_century(s[6]);
    number = three_digits(s + 7);
    if (!century || number < 2 || number > 899 ||
        !is_birth_date(century + two_digits(s + 4), two_digits(s + 2), two_digits(s)))
        return false;
    return s[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(digits_value(s, 6) * 1000 + number) % 31];
}

/*
 * Skatteetaten: D numbers have 40 on the day, H numbers of hospitals 40 on the month, test persons
 * 80 or 65 on it. Three digits say the century. Two check digits of mod 11.
 */
bool check_no_fodselsnummer(const char *s, size_t n) {
    unsigned day, month, year, number;

    if (n != 11 || s[0] > '7' || !digits_only(s, 11))
        return false;
    day = two_digits(s);
    month = two_digits(s + 2);
    year = two_digits(s + 4);
    number = three_digits(s + 6);
    day -= day > 40 ? 40 : 0;
    month -= month > 80 ? 80 : month > 40 ? 40 : 0;
    if (number < 500)
        year += 1900;
    else if (number < 750 && year >= 54)
        year += 1800;
    else if (year < 40)
        year += 2000;
    else if (number >= 900)
        year += 1900;
    else
        return false;
    return is_birth_date(year, month, day) && WEIGH(s, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1) % 11 == 0 &&
           WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

/* Skatteverket: date with or without century, coordination numbers with 60 on the day, three
 * digits, Luhn over the last ten. */
bool check_se_personnummer(const char *s, size_t n) {
    unsigned day, month;

    if ((n != 10 && n != 12) || !digits_only(s, n))
        return false;
    if (n == 12 && (two_digits(s) < 18 || two_digits(s) > 20))
        return false;
    month = two_digits(s + n - 8);
    day = two_digits(s + n - 6);
    day -= day > 60 ? 60 : 0;
    if (n == 12 ? !is_birth_date(four_digits(s), month, day)
                : !is_short_date(two_digits(s), month, day))
        return false;
    return luhn_holds(s + n - 10, 10);
}
