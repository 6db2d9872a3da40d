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

/* Firmenbuch: digits (six so far) and a letter. */
bool check_at_businessid(const char *s, size_t n) {
    return n >= 2 && n <= 10 && digits_only(s, n - 1) && is_upper(s[n - 1]);
}

/* Value added tax: U and eight digits, Luhn from the left, less 4. */
bool check_at_uid(const char *s, size_t n) {
    return n == 9 && s[0] == 'U' && digits_only(s + 1, 8) &&
           (luhn_sum(s + 1, 7) + digit_value(s[8]) + 4) % 10 == 0;
}

/* Abgabenkontonummer: two digits of an office, Luhn over nine. */
bool check_at_tin(const char *s, size_t n) {
    return is_digits(s, n, 9) && luhn_holds(s, 9) &&
           words_have(s, 2,
                      "0304060708091012151618222329333841465152535457596165676869717281828384909193"
                      "9798");
}

/* Twelve digits of which the last two are the rest of the others by 97, 97 for 0: cards of identity
 * and payment references. */
static bool belgian_reference_holds(const char *s, size_t n) {
    uint64_t rest;

    if (!is_digits(s, n, 12))
        return false;
    rest = digits_value(s, 10) % 97;
    return (rest ? rest : 97) == two_digits(s + 10);
}

bool check_be_eid(const char *s, size_t n) {
    return belgian_reference_holds(s, n);
}

/* Febelfin, gestructureerde mededeling: +++010/8068/17183+++. */
bool check_be_ogm_vcs(const char *s, size_t n) {
    return belgian_reference_holds(s, n);
}

/* Kruispuntbank van Ondernemingen: 97 less the rest of the first eight; older ones lack the 0. */
bool check_be_vat(const char *s, size_t n) {
    if (n == 9)
        return digits_only(s, 9) && (digits_value(s, 7) + two_digits(s + 7)) % 97 == 0 &&
               !all_same(s, 9);
    return is_digits(s, n, 10) && s[0] <= '1' &&
           (digits_value(s, 8) + two_digits(s + 8)) % 97 == 0 && !all_same(s, 10);
}

/* Bundesamt für Statistik: weights 5 4 3 2 7 6 5 4 mod 11. */
bool check_ch_uid(const char *s, size_t n) {
    if (n == 12 && memcmp(s, "CHE", 3) == 0) {
        s += 3;
        n = 9;
    }
    return is_digits(s, n, 9) && WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 1) % 11 == 0;
}

bool check_ch_vat(const char *s, size_t n) {
    if ((n != 15 && n != 16) || memcmp(s, "CHE", 3) != 0 || !check_ch_uid(s, 12))
        return false;
    return n == 16 ? memcmp(s + 12, "MWST", 4) == 0 : words_have(s + 12, 3, "IVATPVTVA");
}

/* Swiss payment standards: reference of up to 27 digits, recursive mod 10. */
bool check_ch_esr(const char *s, size_t n) {
    unsigned carry = 0;

    if (n < 3 || n > 27 || !digits_only(s, n))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        carry = digit_value("0946827135"[(digit_value(s[i]) + carry) % 10]);
    return (10 - carry) % 10 == digit_value(s[n - 1]);
}

/* Value added tax: ISO 7064 mod 11,10. */
bool check_de_vat(const char *s, size_t n) {
    return is_digits(s, n, 9) && s[0] != '0' && mod_11_10_holds(s, 9);
}

/* Tax offices: ten or eleven digits as each state writes them, or thirteen with the code of the
 * state and a 0 in the fifth place (ELSTER). */
bool check_de_stnr(const char *s, size_t n) {
    if ((n != 10 && n != 11 && n != 13) || !digits_only(s, n))
        return false;
    return n != 13 || (s[4] == '0' && (s[0] == '5' || s[0] == '9' ||
                                       words_have(s, 2, "1011212223242627283031324041")));
}

/* Wertpapierkennnummer: no I, no O. */
bool check_de_wkn(const char *s, size_t n) {
    return n == 6 && alnum_only(s, 6) && !memchr(s, 'I', 6) && !memchr(s, 'O', 6);
}

/* Leitweg-ID format 2.0.2: state, region, perhaps an own part, ISO 7064 mod 97-10. */
bool check_de_leitweg(const char *s, size_t n) {
    char plain[46];
    size_t k = 0, dashes = 0, first = 0;

    if (n < 5 || n > 46 || s[n - 3] != '-' || !digits_only(s + n - 2, 2))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '-') {
            first = dashes++ ? first : i;
            continue;
        }
        if (!is_alnum(s[i]))
            return false;
        plain[k++] = s[i];
    }
    return dashes <= 2 && first >= 2 && first <= 12 && digits_only(s, first) &&
           words_have(s, 2, "0102030405060708091011121314151699") && mod_97_10_holds(plain, k);
}

/* The name of a court: letters of German in UTF-8, and the marks of names. */
static bool is_court(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (is_upper(s[i]) || one_of(s[i], " .-()/"))
            continue;
        if ((unsigned char)s[i] != 0xc3 || ++i == n || ((unsigned char)s[i] & 0xc0) != 0x80)
            return false;
    }
    return n >= 3;
}

/* Commercial and other registers: court (as written), kind, up to six digits. */
bool check_de_handelsregisternummer(const char *s, size_t n) {
    static const char *const kinds[] = {" HRA", " HRB", " GNR", " PR", " VR"};
    size_t digits = 0, at;

    while (digits < n && is_digit(s[n - 1 - digits]))
        digits++;
    at = n - digits;
    if (digits < 1 || digits > 6 || s[at] == '0')
        return false;
    while (at && s[at - 1] == ' ')
        at--;
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        size_t k = strlen(kinds[i]);
        if (at > k && memcmp(s + at - k, kinds[i], k) == 0)
            return at + digits < n && is_court(s, at - k);
    }
    return false;
}

/* Deutsche Rentenversicherung: area, date, initial, serial, digit sums of weights mod 10. */
bool check_de_svnr(const char *s, size_t n) {
    static const uint8_t weights[12] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    char digits[12];
    unsigned sum = 0, letter;

    if (n != 12 || !digits_only(s, 8) || !is_upper(s[8]) || !digits_only(s + 9, 3) ||
        two_digits(s + 2) - 1 > 30 || two_digits(s + 4) > 12 || two_digits(s) < 2)
        return false;
    letter = (unsigned)(s[8] - 'A') + 1;
    memcpy(digits, s, 8);
    digits[8] = (char)('0' + letter / 10);
    digits[9] = (char)('0' + letter % 10);
    memcpy(digits + 10, s + 9, 2);
    for (size_t i = 0; i < 12; i++) {
        unsigned v = digit_value(digits[i]) * weights[i];
        sum += v / 10 + v % 10;
    }
    return sum % 10 == digit_value(s[11]);
}

/* Health insurance: a letter as two digits, eight digits, weights 1 2 with digit sums mod 10. */
bool check_de_kvnr(const char *s, size_t n) {
    unsigned letter, sum;

    if (n != 10 || !is_upper(s[0]) || !digits_only(s + 1, 9))
        return false;
    letter = (unsigned)(s[0] - 'A') + 1;
    sum = letter / 10 + (letter % 10 < 5 ? letter % 10 * 2 : letter % 10 * 2 - 9);
    for (size_t i = 1; i < 9; i++) {
        unsigned v = digit_value(s[i]) * (i % 2 ? 1 : 2);
        sum += v / 10 + v % 10;
    }
    return sum % 10 == digit_value(s[9]);
}

/* Physicians: six digits, weights 4 and 9, check, two digits of the field. */
bool check_de_lanr(const char *s, size_t n) {
    return is_digits(s, n, 9) &&
           (10 - WEIGH(s, 4, 9, 4, 9, 4, 9) % 10) % 10 == (int)digit_value(s[6]);
}

/* Identity card and passport: nine characters without vowels, weights 7 3 1 mod 10 (ICAO 9303). */
bool check_de_passport(const char *s, size_t n) {
    unsigned sum = 0;

    if ((n != 10 && n != 11) || !is_digit(s[9]) || (n == 11 && s[10] != 'D'))
        return false;
    for (size_t i = 0; i < 9; i++) {
        if (!is_digit(s[i]) && !one_of(s[i], "CFGHJKLMNPRTVWXYZ"))
            return false;
        sum += alnum_value(s[i]) * (i % 3 == 0 ? 7u : i % 3 == 1 ? 3u : 1u);
    }
    return is_upper(s[0]) && sum % 10 == digit_value(s[9]);
}

bool check_fr_siren(const char *s, size_t n) {
    return is_digits(s, n, 9) && luhn_holds(s, 9);
}

/* INSEE: Luhn over fourteen and over the first nine; establishments of La Poste have a sum of
 * digits divisible by 5. */
bool check_fr_siret(const char *s, size_t n) {
    if (!is_digits(s, n, 14) || !luhn_holds(s, 9))
        return false;
    if (memcmp(s, "356000000", 9) == 0 && memcmp(s, "35600000000048", 14) != 0)
        return WEIGH(s, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) % 5 == 0;
    return luhn_holds(s, 14);
}

/* Numéro fiscal: ten digits and their rest by 511. */
bool check_fr_nif(const char *s, size_t n) {
    return is_digits(s, n, 13) && s[0] <= '3' && digits_value(s, 10) % 511 == three_digits(s + 10);
}

/* Value of the first two of a French VAT number where one is a letter; no I, no O. */
static unsigned french_value(char c) {
    unsigned v = alnum_value(c);

    return v - (v > 18) - (v > 24);
}

/* Value added tax: two characters and a SIREN (of Monaco 000 and no check of its own). */
bool check_fr_tva(const char *s, size_t n) {
    unsigned check, number;

    if (n != 11 || !digits_only(s + 2, 9) || !is_alnum(s[0]) || !is_alnum(s[1]) ||
        one_of(s[0], "IO") || one_of(s[1], "IO") ||
        (memcmp(s + 2, "000", 3) != 0 && !luhn_holds(s + 2, 9)))
        return false;
    number = (unsigned)digits_value(s + 2, 9);
    if (is_digit(s[0]) && is_digit(s[1]))
        return two_digits(s) == ((uint64_t)number * 100 + 12) % 97;
    check = is_digit(s[0]) ? french_value(s[0]) * 24 + french_value(s[1]) - 10
                           : french_value(s[0]) * 34 + french_value(s[1]) - 100;
    return (number + 1 + check / 11) % 11 == check % 11;
}

bool check_mc_tva(const char *s, size_t n) {
    return check_fr_tva(s, n) && memcmp(s + 2, "000", 3) == 0;
}
