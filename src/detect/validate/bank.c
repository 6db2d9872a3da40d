/*
 * Bank: IBAN with the national structure of each country, BIC, routing numbers, account numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/*
 * ISO 13616 registry, release 99: the BBAN of each country, in order of code. n digits, a
 * upper-case letters, c either; a number says how many. The IBAN is four longer.
 */
static const struct {
    char country[3];
    uint8_t length; /* of the IBAN */
    const char *bban;
} iban_countries[] = {
    {"AD", 24, "n8c12"},    {"AE", 23, "n19"},      {"AL", 28, "n8c16"},    {"AT", 20, "n16"},
    {"AZ", 28, "a4c20"},    {"BA", 20, "n16"},      {"BE", 16, "n12"},      {"BG", 22, "a4n6c8"},
    {"BH", 22, "a4c14"},    {"BI", 27, "n23"},      {"BR", 29, "n23a1c1"},  {"BY", 28, "c4n4c16"},
    {"CH", 21, "n5c12"},    {"CR", 22, "n18"},      {"CY", 28, "n8c16"},    {"CZ", 24, "n20"},
    {"DE", 22, "n18"},      {"DJ", 27, "n23"},      {"DK", 18, "n14"},      {"DO", 28, "c4n20"},
    {"EE", 20, "n16"},      {"EG", 29, "n25"},      {"ES", 24, "n20"},      {"FI", 18, "n14"},
    {"FK", 18, "a2n12"},    {"FO", 18, "n14"},      {"FR", 27, "n10c11n2"}, {"GB", 22, "a4n14"},
    {"GE", 22, "a2n16"},    {"GI", 23, "a4c15"},    {"GL", 18, "n14"},      {"GR", 27, "n7c16"},
    {"GT", 28, "c24"},      {"HN", 28, "a4n20"},    {"HR", 21, "n17"},      {"HU", 28, "n24"},
    {"IE", 22, "a4n14"},    {"IL", 23, "n19"},      {"IQ", 23, "a4n15"},    {"IS", 26, "n22"},
    {"IT", 27, "a1n10c12"}, {"JO", 30, "a4n4c18"},  {"KW", 30, "a4c22"},    {"KZ", 20, "n3c13"},
    {"LB", 28, "n4c20"},    {"LC", 32, "a4c24"},    {"LI", 21, "n5c12"},    {"LT", 20, "n16"},
    {"LU", 20, "n3c13"},    {"LV", 21, "a4c13"},    {"LY", 25, "n21"},      {"MC", 27, "n10c11n2"},
    {"MD", 24, "c20"},      {"ME", 22, "n18"},      {"MK", 19, "n3c10n2"},  {"MN", 20, "n16"},
    {"MR", 27, "n23"},      {"MT", 31, "a4n5c18"},  {"MU", 30, "a4n19a3"},  {"NI", 28, "a4n20"},
    {"NL", 18, "a4n10"},    {"NO", 15, "n11"},      {"OM", 23, "n3c16"},    {"PK", 24, "a4c16"},
    {"PL", 28, "n24"},      {"PS", 29, "a4c21"},    {"PT", 25, "n21"},      {"QA", 29, "a4c21"},
    {"RO", 24, "a4c16"},    {"RS", 22, "n18"},      {"RU", 33, "n14c15"},   {"SA", 24, "n2c18"},
    {"SC", 31, "a4n20a3"},  {"SD", 18, "n14"},      {"SE", 24, "n20"},      {"SI", 19, "n15"},
    {"SK", 24, "n20"},      {"SM", 27, "a1n10c12"}, {"SO", 23, "n19"},      {"ST", 25, "n21"},
    {"SV", 28, "a4n20"},    {"TL", 23, "n19"},      {"TN", 24, "n20"},      {"TR", 26, "n6c16"},
    {"UA", 29, "n6c19"},    {"VA", 22, "n18"},      {"VG", 24, "a4n16"},    {"XK", 20, "n16"},
    {"YE", 30, "a4n4c18"},
};

static bool bban_holds(const char *s, const char *bban) {
    while (*bban) {
        char kind = *bban++;
        unsigned k = 0;

        while (is_digit(*bban))
            k = k * 10 + digit_value(*bban++);
        if (kind == 'n'   ? !digits_only(s, k)
            : kind == 'a' ? !letters_only(s, k)
                          : !alnum_only(s, k))
            return false;
        s += k;
    }
    return true;
}

/* The structure of the country; NULL if there is no such IBAN. */
static const char *iban_structure(const char *s, size_t n) {
    size_t lo = 0, hi = N_ELEMENTS(iban_countries);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const char *country = iban_countries[mid].country;
        int r = s[0] != country[0] ? s[0] - country[0] : s[1] - country[1];

        if (r == 0)
            return iban_countries[mid].length == n ? iban_countries[mid].bban : NULL;
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

/* ISO 13616-1 without the rules inside the account number that some countries have. */
static bool iban_frame_holds(const char *s, size_t n) {
    const char *bban;

    if (n < 15 || n > 34 || !is_upper(s[0]) || !is_upper(s[1]) || !digits_only(s + 2, 2))
        return false;
    bban = iban_structure(s, n);
    return bban && mod_97(mod_97(0, s + 4, n - 4), s, 4) == 1 && bban_holds(s + 4, bban);
}

/* Rest of n digits by 97 in the numbering 1..97 that Belgium uses. */
static unsigned belgian_rest(const char *s, size_t n) {
    unsigned rest = (unsigned)(digits_value(s, n) % 97);

    return rest ? rest : 97;
}

/* Febelfin: the last two of twelve digits are the first ten mod 97, 97 for 0. */
static bool belgian_account_holds(const char *s) {
    return belgian_rest(s, 10) == two_digits(s + 10);
}

/* Ranges of bank codes that the National Bank of Belgium leaves free. */
static bool belgian_bank_is_free(unsigned bank) {
    return bank == 138 || bank == 139;
}

bool check_be_iban(const char *s, size_t n) {
    return starts(s, n, "BE") && iban_frame_holds(s, n) && belgian_account_holds(s + 4) &&
           !belgian_bank_is_free(three_digits(s + 4));
}

/* One check digit of a Spanish account: powers of two mod 11; 0 and 1 stand for themselves. */
static unsigned spanish_digit(int sum) {
    unsigned rest = (unsigned)(sum % 11);

    return rest < 2 ? rest : 11 - rest;
}

/* Código cuenta cliente, Banco de España circular 9/1986: bank, branch, two digits, account. */
bool check_es_ccc(const char *s, size_t n) {
    return is_digits(s, n, 20) &&
           spanish_digit(WEIGH(s, 4, 8, 5, 10, 9, 7, 3, 6)) == digit_value(s[8]) &&
           spanish_digit(WEIGH(s + 10, 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)) == digit_value(s[9]);
}

bool check_es_iban(const char *s, size_t n) {
    return starts(s, n, "ES") && iban_frame_holds(s, n) && check_es_ccc(s + 4, 20);
}

/* Mod 11 over eleven digits (Finans Norge); accounts of the postal bank: 0000 and Luhn over seven.
 */
bool check_no_kontonr(const char *s, size_t n) {
    if (n == 7)
        return digits_only(s, 7) && luhn_holds(s, 7);
    if (!is_digits(s, n, 11))
        return false;
    if (starts(s, n, "0000"))
        return luhn_holds(s + 4, 7);
    return WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

bool check_no_iban(const char *s, size_t n) {
    return starts(s, n, "NO") && iban_frame_holds(s, n) && check_no_kontonr(s + 4, 11);
}

/* The account number of Montenegro is itself one of ISO 7064 mod 97-10. */
bool check_me_iban(const char *s, size_t n) {
    return starts(s, n, "ME") && iban_frame_holds(s, n) && mod_97(0, s + 4, n - 4) == 1;
}

bool check_iban(const char *s, size_t n) {
    if (!iban_frame_holds(s, n))
        return false;
    switch (s[0] << 8 | s[1]) {
    case 'B' << 8 | 'E':
        return belgian_account_holds(s + 4);
    case 'E' << 8 | 'S':
        return check_es_ccc(s + 4, 20);
    case 'N' << 8 | 'O':
        return check_no_kontonr(s + 4, 11);
    case 'M' << 8 | 'E':
        return mod_97(0, s + 4, n - 4) == 1;
    default:
        return true;
    }
}

/* ISO 9362: four letters, country, location, branch. The location of a test code ends in 0. */
bool check_bic(const char *s, size_t n) {
    return (n == 8 || n == 11) && letters_only(s, 6) && is_country(s + 4) &&
           alnum_only(s + 6, n - 6);
}

/* Routing number: a Federal Reserve prefix, weights 3 7 1 mod 10 (American Bankers Association). */
bool check_us_rtn(const char *s, size_t n) {
    unsigned prefix;

    if (!is_digits(s, n, 9))
        return false;
    prefix = two_digits(s);
    if (!(prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) ||
          prefix == 80) ||
        WEIGH(s, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 != 0)
        return false;
    return !all_same(s, n);
}

/* ISO 11649 creditor reference: RF, ISO 7064 mod 97-10. */
bool check_iso11649(const char *s, size_t n) {
    return n >= 5 && n <= 25 && memcmp(s, "RF", 2) == 0 && digits_only(s + 2, 2) &&
           mod_97(mod_97(0, s + 4, n - 4), s, 4) == 1;
}

/* EPC AT-02, SEPA creditor: country, check, three free characters, national part; mod 97-10 without
 * the free ones. */
bool check_eu_at_02(const char *s, size_t n) {
    if (n < 8 || n > 35 || !alnum_only(s, n) || !is_upper(s[0]) || !is_upper(s[1]) ||
        !digits_only(s + 2, 2))
        return false;
    return mod_97(mod_97(0, s + 7, n - 7), s, 4) == 1;
}
