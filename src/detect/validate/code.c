/*
 * Code: the bare algorithms, and numbers of books, goods, works and substances.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

bool check_luhn(const char *s, size_t n) {
    return n > 1 && digits_only(s, n) && luhn_holds(s, n);
}

bool check_verhoeff(const char *s, size_t n) {
    return n > 1 && verhoeff_holds(s, n);
}

/* GS1 General Specifications: GTIN of 8, 12, 13 or 14 digits. */
bool check_ean(const char *s, size_t n) {
    return (n == 8 || n == 12 || n == 13 || n == 14) && digits_only(s, n) && ean_holds(s, n);
}

bool check_damm(const char *s, size_t n) {
    return n > 1 && damm_holds(s, n);
}

bool check_mod_11_2(const char *s, size_t n) {
    return mod_11_2_holds(s, n);
}

bool check_mod_11_10(const char *s, size_t n) {
    return mod_11_10_holds(s, n);
}

bool check_mod_37_2(const char *s, size_t n) {
    return mod_37_2_holds(s, n);
}

bool check_mod_37_36(const char *s, size_t n) {
    return mod_37_36_holds(s, n);
}

bool check_mod_97_10(const char *s, size_t n) {
    return mod_97_10_holds(s, n);
}

/* Chemical Abstracts Service: digits in parts, weights from 1 up from the right mod 10. */
bool check_casrn(const char *s, size_t n) {
    unsigned sum = 0, weight = 0;

    if (n < 7 || n > 12 || s[0] == '0' || s[n - 2] != '-' || s[n - 5] != '-' ||
        !is_digit(s[n - 1]) || !digits_only(s + n - 4, 2) || !digits_only(s, n - 5))
        return false;
    for (size_t i = n - 2; i-- > 0;)
        if (s[i] != '-')
            sum += digit_value(s[i]) * ++weight;
    return sum % 10 == digit_value(s[n - 1]);
}

/* ISO 2108: ten with weights mod 11, X for 10, or thirteen from 978 or 979; a ten may lack its 0.
 */
bool check_isbn(const char *s, size_t n) {
    unsigned sum = 0;

    if (n == 13)
        return (memcmp(s, "978", 3) == 0 || memcmp(s, "979", 3) == 0) && digits_only(s, 13) &&
               ean_holds(s, 13);
    if ((n != 9 && n != 10) || !digits_only(s, n - 1))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        sum += digit_value(s[i]) * (unsigned)(i + 11 - n);
    return s[n - 1] == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

/* ISO 3297: weights 8 to 2 mod 11, X for 10. */
bool check_issn(const char *s, size_t n) {
    int check;

    if (n != 8 || !digits_only(s, 7))
        return false;
    check = (11 - WEIGH(s, 8, 7, 6, 5, 4, 3, 2) % 11) % 11;
    return s[7] == (check == 10 ? 'X' : (char)('0' + check));
}

/* ISO 10957, printed music: M or 979-0, then EAN. */
bool check_ismn(const char *s, size_t n) {
    char digits[13] = "9790";

    if (n == 13)
        return memcmp(s, "9790", 4) == 0 && digits_only(s, 13) && ean_holds(s, 13);
    if (n != 10 || s[0] != 'M' || !digits_only(s + 1, 9))
        return false;
    memcpy(digits + 4, s + 1, 9);
    return ean_holds(digits, 13);
}

/* ISO 27729: sixteen characters, ISO 7064 mod 11-2. */
bool check_isni(const char *s, size_t n) {
    return n == 16 && digits_only(s, 15) && mod_11_2_holds(s, 16);
}

static bool hex_only(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (alnum_value(s[i]) > 15)
            return false;
    return true;
}

/* ISO 15706: twelve and four hexadecimal digits, check, eight for a version, check (over all
 * without the first check). */
bool check_isan(const char *s, size_t n) {
    char whole[25];

    if ((n != 16 && n != 17 && n != 24 && n != 26) || !hex_only(s, 16))
        return false;
    if (n == 16)
        return true;
    if (n == 24)
        return hex_only(s + 16, 8);
    if (!mod_37_36_holds(s, 17))
        return false;
    if (n == 17)
        return true;
    memcpy(whole, s, 16);
    memcpy(whole + 16, s + 17, 9);
    return hex_only(s + 17, 8) && mod_37_36_holds(whole, 25);
}

/* Agencies of ISO 15511 that are countries, or others of its registry; then the library's own. */
bool check_isil(const char *s, size_t n) {
    const char *dash = memchr(s, '-', n);
    size_t agency = dash ? (size_t)(dash - s) : 0;

    if (!dash || n > 15 || n == agency + 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_alnum(s[i]) && !one_of(s[i], "-:/"))
            return false;
    if (agency == 2)
        return words_have(s, 2,
                          "ARATAUBEBGBYCACHCYCZDEDKEGFIFRGBGLHUILIRITJPKRLUMDNLNONPNZQAROR"
                          "USISKUS");
    return (agency == 1 && s[0] == 'O') || (agency == 3 && words_have(s, 3, "EURZDB")) ||
           (agency == 4 && memcmp(s, "OCLC", 4) == 0);
}

/* Global release identifier of IFPI: eighteen characters, ISO 7064 mod 37,36. */
bool check_grid(const char *s, size_t n) {
    return n == 18 && mod_37_36_holds(s, 18);
}

/* ISO 3901, recordings: country, registrant, year, number. */
bool check_isrc(const char *s, size_t n) {
    return n == 12 && layout_holds(s, n, "AAXXX9999999") &&
           (is_country(s) || words_have(s, 2, "ANBCCPDGFXGXQMQNQTQZUKYUZZ"));
}
