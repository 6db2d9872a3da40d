/*
 * Southern Europe: Andorra, Cyprus, Greece, Italy, Malta, Portugal, San Marino, Spain, Turkey.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Real decreto 1553/2005: the number mod 23 names the letter. */
static char spanish_letter(uint64_t number) {
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
}

bool check_es_dni(const char *s, size_t n) {
    return n == 9 && is_upper(s[8]) && digits_only(s, 8) &&
           s[8] == spanish_letter(digits_value(s, 8));
}

/* Of foreigners: X, Y and Z stand for 0, 1 and 2. */
bool check_es_nie(const char *s, size_t n) {
    return n == 9 && s[0] >= 'X' && s[0] <= 'Z' && digits_only(s + 1, 7) &&
           s[8] == spanish_letter((uint64_t)(s[0] - 'X') * 10000000 + digits_value(s + 1, 7));
}

/* Orden EHA/451/2008: a letter for the legal form, seven digits, and Luhn as a digit (A B E H) or a
 * letter (foreign and public bodies, and where the province is 00), either for the others. */
bool check_es_cif(const char *s, size_t n) {
    unsigned check;

    if (n != 9 || !one_of(s[0], "ABCDEFGHJNPQRSUVW") || !digits_only(s + 1, 7))
        return false;
    check = (unsigned)WEIGH(s + 2, 1, 0, 1, 0, 1);
    for (size_t i = 1; i <= 7; i += 2)
        check += "\0\2\4\6\10\1\3\5\7\11"[digit_value(s[i])];
    check = (10 - check % 10) % 10;
    return s[8] == "JABCDEFGHI"[check] || digit_value(s[8]) == check;
}

/* Any tax number: of citizens, of foreigners, of bodies, and K L M of minors and of those abroad.
 */
bool check_es_nif(const char *s, size_t n) {
    if (n == 9 && s[0] >= 'K' && s[0] <= 'M')
        return digits_only(s + 1, 7) && s[8] == spanish_letter(digits_value(s + 1, 7));
    return check_es_dni(s, n) || check_es_nie(s, n) || check_es_cif(s, n);
}

/* The digit of a character of an Italian code, where letters replace digits to tell two persons
 * apart (omocodia); 100 if none. */
static unsigned italian_digit(char c) {
    static const char letters[] = "LMNPQRSTUV";

    if (is_digit(c))
        return digit_value(c);
    return one_of(c, letters) ? (unsigned)(strchr(letters, c) - letters) : 100;
}

static unsigned italian_two(const char *s) {
    return italian_digit(s[0]) * 10 + italian_digit(s[1]);
}

static bool italian_sum_holds(const char *s) {
    static const uint8_t odd[36] = {1,  0, 5, 7,  9,  13, 15, 17, 19, 21, 1,  0,
                                    5,  7, 9, 13, 15, 17, 19, 21, 2,  4,  18, 20,
                                    11, 3, 6, 8,  12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;

    for (size_t i = 0; i < 15; i++) {
        unsigned v = alnum_value(s[i]);
        sum += i % 2 == 0 ? odd[v] : v > 9 ? v - 10 : v;
    }
    return (unsigned)(s[15] - 'A') == sum % 26;
}

/* VAT number, also the tax code of companies: seven digits, office, Luhn (d.P.R. 633/1972). */
bool check_it_iva(const char *s, size_t n) {
    unsigned office;

    if (!is_digits(s, n, 11) || memcmp(s, "0000000", 7) == 0)
        return false;
    office = three_digits(s + 7);
    return ((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 ||
            office == 999) &&
           luhn_holds(s, 11);
}

/* D.M. 23 December 1976: names, year, month letter, day (women + 40), place, check letter. */
bool check_it_codicefiscale(const char *s, size_t n) {
    static const char months[] = "ABCDEHLMPRST";
    unsigned year, day;

    if (n == 11)
        return check_it_iva(s, n);
    if (n != 16 || !letters_only(s, 6) || !is_upper(s[11]) || !is_upper(s[15]) ||
        !one_of(s[8], months))
        return false;
    year = italian_two(s + 6);
    day = italian_two(s + 9);
    if (year > 99 || day > 71 || italian_two(s + 12) > 99 || italian_digit(s[14]) > 9)
        return false;
    return is_short_date(year, (unsigned)(strchr(months, s[8]) - months) + 1, day % 40) &&
           italian_sum_holds(s);
}

/* Autoridade Tributária: weights 9 to 2 mod 11, 10 becomes 0. */
bool check_pt_nif(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 9) || s[0] == '0')
        return false;
    rest = (unsigned)(WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11);
    return digit_value(s[8]) == (rest < 2 ? 0 : 11 - rest);
}

/* Cartão de cidadão, document number: eight digits, a digit, version of two, mod 10 with every
 * second character from the right doubled, letters counting from 10. */
bool check_pt_cc(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 12 || !digits_only(s, 9) || !alnum_only(s + 9, 2) || !is_digit(s[11]))
        return false;
    for (size_t i = 0; i < 12; i++) {
        unsigned v = alnum_value(s[i]);
        if (i % 2 == 0)
            v = 2 * v > 9 ? 2 * v - 9 : 2 * v;
        sum += v;
    }
    return sum % 10 == 0;
}

/* Nüfus İdaresi: no leading 0; the tenth digit is 7 times the odd places less the even ones, the
 * last the sum of the ten, both mod 10. */
bool check_tr_tckimlik(const char *s, size_t n) {
    if (n != 11 || s[0] == '0' || !digits_only(s, 11))
        return false;
    return WEIGH(s, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1) % 10 == 0 &&
           WEIGH(s, 7, -1, 7, -1, 7, -1, 7, -1, 7, -1) % 10 == 0;
}
