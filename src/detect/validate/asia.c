/*
 * Asia and the Pacific: identity and tax numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Australian Taxation Office: nine digits, weights 1 4 3 7 5 8 6 9 10 mod 11; older ones of eight
 * stop one weight earlier. */
bool check_au_tfn(const char *s, size_t n) {
    if ((n != 8 && n != 9) || !digits_only(s, n) || all_same(s, n))
        return false;
    return n == 9 ? WEIGH(s, 1, 4, 3, 7, 5, 8, 6, 9, 10) % 11 == 0
                  : WEIGH(s, 1, 4, 3, 7, 5, 8, 6, 9) % 11 == 0;
}

/* GB/T 2260: the first two digits name a province. */
static bool is_chinese_province(const char *s) {
    return words_have(s, 2,
                      "11121314152122233132333435363741424344454650515253546162636465718182"
                      "83");
}

/* GB 11643-1999: place, date, number, ISO 7064 mod 11-2. */
bool check_cn_ric(const char *s, size_t n) {
    if (n != 18 || (s[6] != '1' && s[6] != '2') || s[10] > '1' || s[12] > '3' ||
        !digits_only(s, 17) || !is_chinese_province(s) || four_digits(s + 6) < 1800 ||
        !is_birth_date(four_digits(s + 6), two_digits(s + 10), two_digits(s + 12)))
        return false;
    return "10X98765432"[WEIGH(s, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2) % 11] ==
           s[17];
}

/* The n digits read the same from both ends. */
static bool is_palindrome(const char *s, size_t n) {
    for (size_t i = 0; i < n / 2; i++)
        if (s[i] != s[n - 1 - i])
            return false;
    return true;
}

/* UIDAI: no leading 0 or 1, Verhoeff, no palindrome. */
bool check_in_aadhaar(const char *s, size_t n) {
    return n == 12 && s[0] >= '2' && digits_only(s, 12) && verhoeff_holds(s, 12) &&
           !is_palindrome(s, 12);
}

/* Virtual ID: the same with sixteen digits. */
bool check_in_vid(const char *s, size_t n) {
    return n == 16 && s[0] >= '2' && digits_only(s, 16) && verhoeff_holds(s, 16) &&
           !is_palindrome(s, 16);
}

/* Income Tax Department: three letters, kind of holder, name, number, check letter (not public). */
bool check_in_pan(const char *s, size_t n) {
    return n == 10 && is_upper(s[9]) && digits_only(s + 5, 4) && letters_only(s, 5) &&
           one_of(s[3], "ABCEFGHJKLPT") && memcmp(s + 5, "0000", 4) != 0;
}

/* My Number act, ordinance 85/2014 art. 5: weights 2 to 7 and 2 to 6 from the right, mod 11. */
bool check_jp_in(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 12) || all_same(s, 12))
        return false;
    rest = (unsigned)(WEIGH(s, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11);
    return digit_value(s[11]) == (rest < 2 ? 0 : 11 - rest);
}

/*
 * Ministry of the Interior and Safety: date, sex and century, place, check of weights 2 to 9 and 2
 * to 5 mod 11. Since October 2020 the last six digits are drawn by lot, so that of those born since
 * then only the date is binding.
 */
bool check_kr_rrn(const char *s, size_t n) {
    static const uint16_t centuries[] = {1800, 1900, 1900, 2000, 2000,
                                         1900, 1900, 2000, 2000, 1800};
    unsigned year, month;

    if (n != 13 || s[2] > '1' || s[4] > '3' || !digits_only(s, 13))
        return false;
    year = centuries[digit_value(s[6])] + two_digits(s);
    month = two_digits(s + 2);
    if (!is_birth_date(year, month, two_digits(s + 4)))
        return false;
    if (year * 100 + month >= 202010)
        return true;
    return two_digits(s + 7) <= 96 &&
           (11 - (unsigned)WEIGH(s, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) % 11) % 10 ==
               digit_value(s[12]);
}

/* Immigration and Checkpoints Authority: weights 2765432; T and G from 2000 count 4, M from 2022 3.
 */
bool check_sg_nric(const char *s, size_t n) {
    unsigned sum;

    if (n != 9 || !one_of(s[0], "STFGM") || !digits_only(s + 1, 7))
        return false;
    sum = (unsigned)WEIGH(s + 1, 2, 7, 6, 5, 4, 3, 2);
    if (s[0] == 'M')
        return s[8] == "XWUTRQPNJLK"[(sum + 3) % 11];
    if (s[0] == 'S' || s[0] == 'T')
        return s[8] == "JZIHGFEDCBA"[(sum + (s[0] == 'T' ? 4 : 0)) % 11];
    return s[8] == "XWUTRQPNMLK"[(sum + (s[0] == 'G' ? 4 : 0)) % 11];
}
