/*
 * Device: numbers of telephones, interfaces and vehicles, and of travel documents read by machine.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* 3GPP TS 23.003 6.2: fifteen digits by Luhn; fourteen without it, sixteen with a software version
 * instead, have no check. */
bool check_imei(const char *s, size_t n) {
    if (n < 14 || n > 16 || !digits_only(s, n) || all_same(s, n))
        return false;
    return n != 15 || luhn_holds(s, 15);
}

/* IEEE 802: twelve hexadecimal digits; nobody and everybody are no interface. */
bool check_mac(const char *s, size_t n) {
    if (n != 12)
        return false;
    for (size_t i = 0; i < 12; i++)
        if (alnum_value(s[i]) > 15)
            return false;
    return !(all_same(s, 12) && (s[0] == '0' || s[0] == 'F'));
}

/* Value of a character of a vehicle number, 10 if it may not stand there: ISO 3779 leaves out I, O
 * and Q; 49 CFR 565.15 values the rest. */
static unsigned vin_value(char c) {
    static const uint8_t letters[26] = {1, 2,  3, 4,  5, 6, 7, 8, 10, 1, 2, 3, 4,
                                        5, 10, 7, 10, 9, 2, 3, 4, 5,  6, 7, 8, 9};

    if (is_digit(c))
        return digit_value(c);
    return is_upper(c) ? letters[c - 'A'] : 10;
}

/*
 * ISO 3779: seventeen characters, the last four digits. In North America (1 to 5) and China (L) the
 * ninth is a check of mod 11; elsewhere it may hold, or the place is free.
 */
bool check_vin(const char *s, size_t n) {
    static const uint8_t weights[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0, letters = 0, rest;

    if (n != 17 || !digits_only(s + 13, 4))
        return false;
    for (size_t i = 0; i < 17; i++) {
        unsigned v = vin_value(s[i]);
        if (v > 9)
            return false;
        sum += v * weights[i];
        letters += is_upper(s[i]);
    }
    if (letters < 2)
        return false;
    rest = sum % 11;
    return s[8] == (rest == 10 ? 'X' : (char)('0' + rest)) || !one_of(s[0], "12345L");
}

/* ICAO 9303-3 4.9: weights 7 3 1, letters from 10, fillers 0; 10 if a character may not stand
 * there. `sum` carries a composite on from place `at`. */
static unsigned mrz_sum(const char *s, size_t n, size_t at) {
    static const uint8_t weights[3] = {7, 3, 1};
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (s[i] == '<' ? 0 : alnum_value(s[i])) * weights[(at + i) % 3];
    return sum;
}

static bool mrz_digit_holds(char check, unsigned sum) {
    return check == '<' ? sum == 0 : digit_value(check) == sum % 10;
}

/* A field of n places and the check digit after it. */
static bool mrz_field_holds(const char *s, size_t n) {
    return mrz_digit_holds(s[n], mrz_sum(s, n, 0));
}

/* YYMMDD; an unknown month or day of birth is filled. */
static bool mrz_date_holds(const char *s) {
    for (size_t i = 0; i < 6; i++)
        if (s[i] != '<' && !is_digit(s[i]))
            return false;
    if (s[2] != '<' && two_digits(s + 2) > 12)
        return false;
    return (s[4] == '<' || two_digits(s + 4) <= 31) && mrz_field_holds(s, 6);
}

static bool mrz_alphabet_holds(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (s[i] != '<' && !is_alnum(s[i]))
            return false;
    return true;
}

/* A document number longer than its nine places goes on in the optional data: the place of its
 * check digit is filled, and the digit stands before the next filler. */
static bool mrz_number_holds(const char *s, const char *more, size_t n) {
    size_t k = 0;

    if (s[9] != '<')
        return mrz_field_holds(s, 9);
    while (k < n && more[k] != '<')
        k++;
    if (k < 2)
        return mrz_field_holds(s, 9);
    return mrz_digit_holds(more[k - 1], mrz_sum(s, 10, 0) + mrz_sum(more, k - 1, 10));
}

/* Part 4 (passports) line 2: number, nationality, birth, sex, expiry, personal number, composite.
 */
static bool mrz_passport_holds(const char *s) {
    return mrz_date_holds(s + 13) && mrz_date_holds(s + 21) && mrz_field_holds(s, 9) &&
           mrz_field_holds(s + 28, 14) && one_of(s[20], "MFX<") &&
           mrz_digit_holds(s[43],
                           mrz_sum(s, 10, 0) + mrz_sum(s + 13, 7, 10) + mrz_sum(s + 21, 22, 17));
}

/* Part 6 (36 places) line 2: as above with seven places of optional data. */
static bool mrz_small_holds(const char *s) {
    return mrz_date_holds(s + 13) && mrz_date_holds(s + 21) && one_of(s[20], "MFX<") &&
           mrz_number_holds(s, s + 28, 7) &&
           mrz_digit_holds(s[35],
                           mrz_sum(s, 10, 0) + mrz_sum(s + 13, 7, 10) + mrz_sum(s + 21, 14, 17));
}

/* Part 5 (cards), the three lines of 30 together. */
static bool mrz_card_holds(const char *s) {
    const char *second = s + 30;

    return one_of(s[0], "AIC") && mrz_date_holds(second) && mrz_date_holds(second + 8) &&
           one_of(second[7], "MFX<") && mrz_number_holds(s + 5, s + 15, 15) &&
           mrz_digit_holds(second[29], mrz_sum(s + 5, 25, 0) + mrz_sum(second, 7, 25) +
                                           mrz_sum(second + 8, 7, 32) +
                                           mrz_sum(second + 18, 11, 39));
}

/* ICAO Doc 9303: line 2 of a passport (44) or of a document of 36 places, alone or with line 1
 * before it, or all three lines of a card (90). */
bool check_mrz(const char *s, size_t n) {
    if ((n != 36 && n != 44 && n != 72 && n != 88 && n != 90) || !mrz_alphabet_holds(s, n))
        return false;
    if (n == 90)
        return mrz_card_holds(s);
    if (n == 72 || n == 88)
        s += n / 2;
    return n % 44 == 0 ? mrz_passport_holds(s) : mrz_small_holds(s);
}

/* 3GPP2 S.R0048: fourteen hexadecimal digits, or eighteen decimal, and perhaps a check of Luhn. */
bool check_meid(const char *s, size_t n) {
    if (n == 18 || n == 19)
        return digits_only(s, n) && digits_value(s, 10) <= UINT32_MAX &&
               digits_value(s + 10, 8) < 1 << 24 && (n == 18 || luhn_holds(s, 19));
    if (n != 14 && n != 15)
        return false;
    for (size_t i = 0; i < n; i++)
        if (alnum_value(s[i]) > 15)
            return false;
    if (digits_only(s, n))
        return check_imei(s, n);
    return n == 14 || luhn_alphabet_holds(s, 15, "0123456789ABCDEF", 16);
}

/* ITU-T E.212: country codes in use. */
static bool is_mobile_country(const char *s) {
    return words_have(s, 3,
                      "0012022042062082122132142162182192202212222262282302312322342352382402422442"
                      "46247248250255257259"
                      "2602622662682702722742762782802822832842862882892902922932942952973023083103"
                      "11312313314316330334"
                      "3383403423443463483503523543563583603623633643653663683703723743764004014024"
                      "04405410412413414415"
                      "4164174184194204214224244254264274284294324344364374384404414504524544554564"
                      "57460466467470472502"
                      "5055105145155205255285305365375395405415425435445455465475485495505515525535"
                      "54555602603604605606"
                      "6076086096106116126136146156166176186196206216226236246256266276286296306316"
                      "32633634635636637638"
                      "6396406416426436456466476486496506516526536546556576586597027047067087107127"
                      "14716722724730732734"
                      "736738740742744746748750901902991995999");
}

/* 3GPP TS 23.003 2.2: country, network, subscriber. */
bool check_imsi(const char *s, size_t n) {
    return (n == 14 || n == 15) && digits_only(s, n) && is_mobile_country(s);
}

/* ITU-T E.118, SIM card: 89, Luhn. */
bool check_iccid(const char *s, size_t n) {
    return (n == 19 || n == 20) && digits_only(s, n) && memcmp(s, "89", 2) == 0 && luhn_holds(s, n);
}

/* ISO 6346, freight container: owner, U J Z or R, serial, powers of two mod 11; values of letters
 * leave out the multiples of 11. */
bool check_iso6346(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 11 || !alnum_only(s, 3) || !one_of(s[3], "UJZR") || !digits_only(s + 4, 7))
        return false;
    for (size_t i = 0; i < 10; i++) {
        unsigned v = alnum_value(s[i]);
        v = v < 10 ? v : v == 10 ? 10 : v + (v - 1) / 10;
        sum += v << i;
    }
    return sum % 11 % 10 == digit_value(s[10]);
}

/* International Maritime Organization, ship: weights 7 to 2 mod 10. */
bool check_imo(const char *s, size_t n) {
    return is_digits(s, n, 7) && WEIGH(s, 7, 6, 5, 4, 3, 2) % 10 == (int)digit_value(s[6]);
}
