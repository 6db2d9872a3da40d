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

/* Número de registre tributari: kind, six digits (of persons below 700000, of companies above). */
bool check_ad_nrt(const char *s, size_t n) {
    unsigned number;

    if (n != 8 || !one_of(s[0], "ACDEFGLOPU") || !digits_only(s + 1, 6) || !is_upper(s[7]))
        return false;
    number = (unsigned)digits_value(s + 1, 6);
    if (s[0] == 'F')
        return number <= 699999;
    return (s[0] != 'A' && s[0] != 'L') || (number > 699999 && number < 800000);
}

/* NIPT: decade, eight digits, letter. */
bool check_al_nipt(const char *s, size_t n) {
    return n == 10 && s[0] >= 'J' && s[0] <= 'M' && digits_only(s + 1, 8) && is_upper(s[9]);
}

/* Tax identification code: eight digits, odd places through a table, letter of mod 26. */
bool check_cy_vat(const char *s, size_t n) {
    static const uint8_t odd[10] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;

    if (n != 9 || !digits_only(s, 8) || memcmp(s, "12", 2) == 0)
        return false;
    for (size_t i = 0; i < 8; i++)
        sum += i % 2 == 0 ? odd[digit_value(s[i])] : digit_value(s[i]);
    return s[8] == (char)('A' + sum % 26);
}

/* Código de Actividad y Establecimiento, Orden HAC/1482/2006: office, activity, number, letter. */
bool check_es_cae(const char *s, size_t n) {
    return n == 13 && memcmp(s, "ES000", 5) == 0 && digits_only(s + 5, 2) &&
           two_digits(s + 5) >= 1 && two_digits(s + 5) <= 56 &&
           words_have(
               s + 7, 2,
               "A0A1A2A6A7A9ACAFATAVAWAXB0B1B6B7B9BABTC1C7DADBDFDMDPE7ECF1H0H1H2H4H6H7H8H9HAHB"
               "HCHDHEHFHHHIHJHKHLHMHNHPHQHRHSHTHUHVHWHXHZL0L1L2L3L7M7OAOBOEOHOROTOVPFRFT1T7TT"
               "V1V7VD") &&
           digits_only(s + 9, 3) && is_upper(s[12]);
}

/* Código universal de punto de suministro: sixteen digits, two letters of mod 529, a point. */
bool check_es_cups(const char *s, size_t n) {
    unsigned check;

    if ((n != 20 && n != 22) || memcmp(s, "ES", 2) != 0 || !digits_only(s + 2, 16))
        return false;
    check = (unsigned)(digits_value(s + 2, 16) % 529);
    if (s[18] != spanish_letter(check / 23) || s[19] != spanish_letter(check % 23))
        return false;
    return n == 20 || (is_digit(s[20]) && one_of(s[21], "FPRCXYZ"));
}

/* Social security: province, eight digits, and the rest by 97. */
bool check_es_nss(const char *s, size_t n) {
    unsigned province;

    if (!is_digits(s, n, 12))
        return false;
    province = two_digits(s);
    return ((province >= 1 && province <= 53) || province == 66) &&
           digits_value(s, 10) % 97 == two_digits(s + 10);
}

bool check_es_postal_code(const char *s, size_t n) {
    return is_digits(s, n, 5) && two_digits(s) >= 1 && two_digits(s) <= 52;
}

static char cadastral_letter(const char *s, const char *building) {
    static const uint8_t weights[11] = {13, 15, 12, 5, 4, 17, 9, 21, 3, 7, 1};
    unsigned sum = 0;

    for (size_t i = 0; i < 11; i++) {
        char c = i < 7 ? s[i] : building[i - 7];
        unsigned v = alnum_value(c);
        sum += weights[i] * (v < 10 ? v : v - 9 + (c > 'N')); /* the Ñ stands after N */
    }
    return "MQWERTYUIOPASDFGHJKLBZX"[sum % 23];
}

/* Dirección General del Catastro: plot, sheet, building, two letters of mod 23. */
bool check_es_referenciacatastral(const char *s, size_t n) {
    return n == 20 && alnum_only(s, 20) && s[18] == cadastral_letter(s, s + 14) &&
           s[19] == cadastral_letter(s + 7, s + 14);
}

/* AMKA: date, four digits, Luhn. */
bool check_gr_amka(const char *s, size_t n) {
    return is_digits(s, n, 11) &&
           is_short_date(two_digits(s + 4), two_digits(s + 2), two_digits(s)) && luhn_holds(s, 11);
}

/* AFM: powers of two mod 11, 10 as 0; older ones have eight digits. */
bool check_gr_vat(const char *s, size_t n) {
    if (n == 8 && digits_only(s, 8))
        return WEIGH(s, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == (int)digit_value(s[7]);
    return is_digits(s, n, 9) &&
           WEIGH(s, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == (int)digit_value(s[8]) &&
           !all_same(s, 9);
}

static bool italian_drug_holds(const char *s) {
    unsigned sum = 0;

    for (size_t i = 0; i < 8; i++) {
        unsigned v = digit_value(s[i]) * (i % 2 + 1);
        sum += v / 10 + v % 10;
    }
    return s[0] == '0' && sum % 10 == digit_value(s[8]);
}

/* AIFA, authorisation of a medicine: nine digits from 0, or six of base 32 for the same number. */
bool check_it_aic(const char *s, size_t n) {
    static const char alphabet[] = "0123456789BCDFGHJKLMNPQRSTUVWXYZ";
    char digits[9];
    uint64_t number = 0;

    if (n == 9)
        return digits_only(s, 9) && italian_drug_holds(s);
    if (n != 6)
        return false;
    for (size_t i = 0; i < 6; i++) {
        if (!one_of(s[i], alphabet))
            return false;
        number = number * 32 + (uint64_t)(strchr(alphabet, s[i]) - alphabet);
    }
    if (number > 999999999)
        return false;
    for (size_t i = 9; i-- > 0; number /= 10)
        digits[i] = (char)('0' + number % 10);
    return italian_drug_holds(digits);
}

/* Value added tax: weights 3 4 6 7 8 9 10 1 mod 37. */
bool check_mt_vat(const char *s, size_t n) {
    return is_digits(s, n, 8) && s[0] != '0' && WEIGH(s, 3, 4, 6, 7, 8, 9, 10, 1) % 37 == 0;
}

/* Identity card: seven digits (leading zeros may be left out) and a letter of the place. */
bool check_mt_id(const char *s, size_t n) {
    return n >= 2 && n <= 8 && digits_only(s, n - 1) && one_of(s[n - 1], "MGAPLHBZ");
}

/* Segurança social: primes from 29 down, mod 10, from 9. */
bool check_pt_niss(const char *s, size_t n) {
    return is_digits(s, n, 11) && (s[0] == '1' || s[0] == '2') &&
           9 - WEIGH(s, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2) % 10 == (int)digit_value(s[10]);
}

/* Codice operatore economico: up to five digits; of those of one or two, some were never given. */
bool check_sm_coe(const char *s, size_t n) {
    static const char low[] =
        "0204060708091011131618192021252630323335363738394042454749515255565758"
        "5961626465666768697071727374757679808184858788919294959697"
        "99";
    char two[2] = {'0', '0'};

    while (n && *s == '0') {
        s++;
        n--;
    }
    if (n < 1 || n > 5 || !digits_only(s, n))
        return false;
    memcpy(two + 2 - (n > 2 ? 2 : n), s, n > 2 ? 2 : n);
    return n > 2 || words_have(two, 2, low);
}

/* Vergi kimlik numarası: each digit plus its place, times a power of two by 9. */
bool check_tr_vkn(const char *s, size_t n) {
    unsigned sum = 0;

    if (!is_digits(s, n, 10))
        return false;
    for (unsigned i = 1; i <= 9; i++) {
        unsigned v = (digit_value(s[9 - i]) + i) % 10;
        if (v)
            sum += (v << i) % 9 ? (v << i) % 9 : 9;
    }
    return (10 - sum % 10) % 10 == digit_value(s[9]);
}
