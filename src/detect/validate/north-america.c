/*
 * North America: identity and tax numbers of Canada, Mexico and the United States.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Canada Revenue Agency: Luhn; 8 begins no number, 0 the tax numbers of those abroad. */
bool check_ca_sin(const char *s, size_t n) {
    return is_digits(s, n, 9) && s[0] != '8' && luhn_holds(s, 9) && !all_same(s, 9);
}

/* Business number: nine digits by Luhn, then perhaps a programme and its account. */
bool check_ca_bn(const char *s, size_t n) {
    if ((n != 9 && n != 15) || !digits_only(s, 9) || !luhn_holds(s, 9))
        return false;
    return n == 9 || (words_have(s + 9, 2, "RCRMRPRRRTRZ") && digits_only(s + 11, 4));
}

/* British Columbia personal health number: 9, then weights mod 11. */
bool check_ca_bc_phn(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 10) || s[0] != '9')
        return false;
    rest = (unsigned)(WEIGH(s + 1, 2, 4, 8, 5, 10, 9, 7, 3) % 11);
    return 11 - rest == digit_value(s[9]);
}

/* Ontario health card: ten digits by Luhn, a version of two letters may follow. */
bool check_ca_ohip(const char *s, size_t n) {
    return (n == 10 || n == 12) && digits_only(s, 10) && s[0] != '0' && luhn_holds(s, 10) &&
           letters_only(s + 10, n - 10);
}

/* Quebec health insurance: name, year, month (women + 50), day, two digits. */
bool check_ca_ramq(const char *s, size_t n) {
    return n == 12 && layout_holds(s, n, "AAAA99999999") &&
           is_short_date(two_digits(s + 4), two_digits(s + 6) % 50, two_digits(s + 8)) &&
           two_digits(s + 6) <= 62;
}

/* Social Security Administration, after randomization in 2011: area not 000, 666 or 9xx, group not
 * 00, serial not 0000; three numbers that were printed on cards and in leaflets are void. */
bool check_us_ssn(const char *s, size_t n) {
    if (n != 9 || s[0] == '9' || !digits_only(s, 9))
        return false;
    if (memcmp(s, "000", 3) == 0 || memcmp(s, "666", 3) == 0 || memcmp(s + 3, "00", 2) == 0 ||
        memcmp(s + 5, "0000", 4) == 0)
        return false;
    return memcmp(s, "078051120", 9) != 0 && memcmp(s, "457555462", 9) != 0 &&
           memcmp(s, "219099999", 9) != 0;
}

/* Internal Revenue Manual 3.21.263: 9, and a group of 50-65, 70-88, 90-92 or 94-99. */
bool check_us_itin(const char *s, size_t n) {
    unsigned group;

    if (n != 9 || s[0] != '9' || !digits_only(s, 9))
        return false;
    group = two_digits(s + 3);
    return group >= 50 && group != 89 && group != 93 && !(group > 65 && group < 70);
}

/* Adoption number. The form alone: of the prefix there is no rule that held at all times. */
bool check_us_atin(const char *s, size_t n) {
    return is_digits(s, n, 9);
}

/* Employer number: prefixes that no campus of the IRS was given. */
bool check_us_ein(const char *s, size_t n) {
    return is_digits(s, n, 9) && !words_have(s, 2, "0007080917181928294969707879899697");
}

/* Preparer number: P and eight digits. */
bool check_us_ptin(const char *s, size_t n) {
    return n == 9 && s[0] == 'P' && digits_only(s + 1, 8);
}

/* Any of them; written 91-1144442 only an employer's. */
bool check_us_tin(const char *s, size_t n) {
    if (n == 10 && s[2] == '-') {
        char digits[9] = {s[0], s[1], s[3], s[4], s[5], s[6], s[7], s[8], s[9]};
        return check_us_ein(digits, 9);
    }
    return check_us_ptin(s, n) || is_digits(s, n, 9);
}

/* RENAPO, Instructivo normativo 2008: letters of the names, date, sex, state, consonants, and a
 * digit (a letter for those born since 2000) before the check digit of mod 10. */
bool check_mx_curp(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 18 || !is_digit(s[17]) || !one_of(s[10], "HMX") ||
        !layout_holds(s, n, "AAAA999999AAAAAAX9") ||
        !words_have(s + 11, 2,
                    "ASBCBSCCCHCLCMCSDFDGGRGTHGJCMCMNMSNENLNTOCPLQRQTSLSPSRTCTLTSVZYNZS") ||
        !is_birth_date((is_digit(s[16]) ? 1900 : 2000) + two_digits(s + 4), two_digits(s + 6),
                       two_digits(s + 8)))
        return false;
    for (unsigned i = 0; i < 17; i++)
        sum += (alnum_value(s[i]) + (s[i] > 'N')) * (18 - i); /* the Ñ stands after N */
    return (10 - sum % 10) % 10 == digit_value(s[17]);
}

/* SAT: letters of the name (three of bodies, four of persons), date, and three more with a check of
 * mod 11 that not all in use satisfy; & may stand for a letter. */
bool check_mx_rfc(const char *s, size_t n) {
    size_t letters = n == 12 ? 3 : 4;

    if (n != 10 && n != 12 && n != 13)
        return false;
    for (size_t i = 0; i < letters; i++)
        if (!is_upper(s[i]) && s[i] != '&')
            return false;
    s += letters;
    return digits_only(s, 6) &&
           is_short_date(two_digits(s), two_digits(s + 2), two_digits(s + 4)) &&
           alnum_only(s + 6, n - letters - 6);
}

/* Clave bancaria estandarizada: bank, place, account, weights 3 7 1 mod 10. */
bool check_mx_clabe(const char *s, size_t n) {
    return is_digits(s, n, 18) && three_digits(s) >= 2 && three_digits(s + 3) >= 1 &&
           WEIGH(s, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
}

/* IMSS: office, two years, number, Luhn. */
bool check_mx_nss(const char *s, size_t n) {
    return is_digits(s, n, 11) && luhn_holds(s, 11) && !all_same(s, 11);
}
