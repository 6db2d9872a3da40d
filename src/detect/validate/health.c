/*
 * Health: numbers of patients and providers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* NHS Data Dictionary: weights 10 to 2 and 1, mod 11; ten times the same is never given. */
bool check_gb_nhs(const char *s, size_t n) {
    return is_digits(s, n, 10) && WEIGH(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11 == 0 &&
           !all_same(s, 10);
}

/* 45 CFR 162.406: 1 or 2, then Luhn with 80840 before, which adds 24. */
bool check_us_npi(const char *s, size_t n) {
    return n == 10 && (s[0] == '1' || s[0] == '2') && digits_only(s, 10) &&
           (luhn_sum(s, 10) + 24) % 10 == 0;
}

/* DEA registration: kind of registrant, initial (9: none), six digits, and the odd places plus
 * twice the even ones, mod 10. */
bool check_us_dea(const char *s, size_t n) {
    return n == 9 && digits_only(s + 2, 7) && one_of(s[0], "ABCDEFGHJKLMPRSTUX") &&
           (is_upper(s[1]) || s[1] == '9') &&
           WEIGH(s + 2, 1, 2, 1, 2, 1, 2) % 10 == (int)digit_value(s[8]);
}

/* CMS, Understanding the MBI: eleven places, each of its own kind, no S L O I B Z. */
bool check_us_mbi(const char *s, size_t n) {
    if (n != 11 || s[0] == '0' || !layout_holds(s, n, "9AX9AX9AA99"))
        return false;
    for (size_t i = 1; i < 9; i++)
        if (one_of(s[i], "SLOIBZ"))
            return false;
    return true;
}
