/*
 * Western Europe: Austria, Belgium, France, Germany, Ireland, Liechtenstein, Luxembourg, Monaco,
 * the Netherlands, Switzerland, the United Kingdom.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Dachverband der Sozialversicherungsträger: number, check digit, date; months 13 to 15 are used
 * when the numbers of a day are spent. */
bool check_at_vnr(const char *s, size_t n) {
    if (!is_digits(s, n, 10) || s[0] == '0' || two_digits(s + 4) - 1 > 30 ||
        two_digits(s + 6) - 1 > 14)
        return false;
    return WEIGH(s, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6) % 11 == (int)digit_value(s[3]);
}

/* Nine digits of a national number, then 97 less their rest; born since 2000 with a 2 before. */
static bool belgian_person_holds(const char *s) {
    uint64_t number = digits_value(s, 9);
    unsigned check = two_digits(s + 9);

    return 97 - number % 97 == check ||
           (two_digits(s) + 2000 <= BIRTH_YEAR_LAST && 97 - (2000000000 + number) % 97 == check);
}

/* Rijksregister, royal decree of 3 April 1984: an unknown month or day is 00, and when the numbers
 * of a date are spent the month stays and the day counts on. */
bool check_be_nn(const char *s, size_t n) {
    return n == 11 && s[2] <= '1' && digits_only(s, 11) && two_digits(s + 2) <= 12 &&
           three_digits(s + 6) != 0 && belgian_person_holds(s);
}

/* Those registered without a residence: 20 on the month, or 40 where the sex is known. */
bool check_be_bis(const char *s, size_t n) {
    unsigned month;

    if (!is_digits(s, n, 11))
        return false;
    month = two_digits(s + 2);
    return ((month >= 20 && month <= 32) || (month >= 40 && month <= 52)) &&
           belgian_person_holds(s);
}

bool check_be_ssn(const char *s, size_t n) {
    return check_be_nn(s, n) || check_be_bis(s, n);
}

/* Zentrale Ausgleichsstelle: 756, then EAN-13. */
bool check_ch_ssn(const char *s, size_t n) {
    return n == 13 && memcmp(s, "756", 3) == 0 && digits_only(s, 13) && ean_holds(s, 13);
}

/* How often each digit occurs among ten, four bits a digit. */
static uint64_t digit_counts(const char *s) {
    uint64_t counts = 0;

#pragma GCC unroll 10
    for (size_t i = 0; i < 10; i++)
        counts += 1ull << 4 * digit_value(s[i]);
    return counts;
}

/*
 * Bundeszentralamt für Steuern: no leading 0; among the first ten digits exactly one occurs twice,
 * or (since 2016) three times but not three in a row; ISO 7064 mod 11,10.
 */
bool check_de_idnr(const char *s, size_t n) {
    uint64_t counts;

    if (n != 11 || s[0] == '0' || !digits_only(s, 11))
        return false;
    counts = digit_counts(s);
    if ((counts + 0x4444444444) & 0x8888888888 ||
        __builtin_popcountll((counts + 0x6666666666) & 0x8888888888) != 1)
        return false;
    if ((counts + 0x5555555555) & 0x8888888888)
        for (size_t i = 0; i < 8; i++)
            if (s[i] == s[i + 1] && s[i] == s[i + 2])
                return false;
    return mod_11_10_holds(s, 11);
}

/* The month of a French number: 01-12, or 20 and 30-42 and 50-99 where it is not known. */
static bool is_nir_month(unsigned month) {
    return month - 1 < 12 || month == 20 || (month >= 30 && month <= 42) || month >= 50;
}

/* INSEE, Répertoire national: sex, year, month, department (2A and 2B: 19 and 18), commune, order,
 * and 97 less the rest by 97. */
bool check_fr_nir(const char *s, size_t n) {
    char digits[13];

    if (n != 15 || s[0] < '1' || s[0] > '8' || s[0] == '5' || s[0] == '6' || !digits_only(s, 5) ||
        !digits_only(s + 7, 8) || !is_nir_month(two_digits(s + 3)))
        return false;
    memcpy(digits, s, 13);
    if (s[5] == '2' && (s[6] == 'A' || s[6] == 'B')) {
        digits[5] = '1';
        digits[6] = s[6] == 'A' ? '9' : '8';
    }
    return digits_only(digits + 5, 2) && 97 - digits_value(digits, 13) % 97 == two_digits(s + 13);
}

/* HMRC, NIM39110: prefixes that are not used, six digits, A to D. */
bool check_gb_nino(const char *s, size_t n) {
    return n == 9 && s[8] >= 'A' && s[8] <= 'D' && digits_only(s + 2, 6) &&
           one_of(s[0], "ABCEGHJKLMNOPRSTWXYZ") && one_of(s[1], "ABCEGHJKLMNPRSTWXYZ") &&
           !words_have(s, 2, "BGGBKNNKNTTNZZ");
}

/* Revenue, PPS number: seven digits and a letter of mod 23, in which a second letter A or H (since
 * 2013) counts nine times; W, T and X are older and count nothing. */
bool check_ie_pps(const char *s, size_t n) {
    int sum;

    if ((n != 8 && n != 9) || !digits_only(s, 7) || !is_upper(s[7]))
        return false;
    if (n == 9 && !one_of(s[8], "AHWTX"))
        return false;
    sum = WEIGH(s, 8, 7, 6, 5, 4, 3, 2);
    if (n == 9 && s[8] <= 'H')
        sum += 9 * (s[8] - 'A' + 1);
    return s[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

/* Belastingdienst, elfproef: weights 9 to 2 and -1, mod 11. */
bool check_nl_bsn(const char *s, size_t n) {
    return is_digits(s, n, 9) && WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2, -1) % 11 == 0 && !all_same(s, 9);
}
