/*
 * Bank: IBAN with the national structure of each country, BIC, routing numbers, account numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/iban.h"
#include "detect/validate/list.h"

/*
 * ISO 13616 registry, release 99: the BBAN of each country. n digits, a upper-case letters, c
 * either; a number says how many. The IBAN is four longer. Found by the two letters.
 */
typedef struct IbanCountry {
    uint8_t length; /* of the IBAN; 0: no such country */
    const char *bban;
} IbanCountry;

#define IBAN(a, b, length, bban) [(a) - 'A'][(b) - 'A'] = {length, bban}

static const IbanCountry iban_countries[26][26] = {
    IBAN('A', 'D', 24, "n8c12"),    IBAN('A', 'E', 23, "n19"),      IBAN('A', 'L', 28, "n8c16"),
    IBAN('A', 'T', 20, "n16"),      IBAN('A', 'Z', 28, "a4c20"),    IBAN('B', 'A', 20, "n16"),
    IBAN('B', 'E', 16, "n12"),      IBAN('B', 'G', 22, "a4n6c8"),   IBAN('B', 'H', 22, "a4c14"),
    IBAN('B', 'I', 27, "n23"),      IBAN('B', 'R', 29, "n23a1c1"),  IBAN('B', 'Y', 28, "c4n4c16"),
    IBAN('C', 'H', 21, "n5c12"),    IBAN('C', 'R', 22, "n18"),      IBAN('C', 'Y', 28, "n8c16"),
    IBAN('C', 'Z', 24, "n20"),      IBAN('D', 'E', 22, "n18"),      IBAN('D', 'J', 27, "n23"),
    IBAN('D', 'K', 18, "n14"),      IBAN('D', 'O', 28, "c4n20"),    IBAN('E', 'E', 20, "n16"),
    IBAN('E', 'G', 29, "n25"),      IBAN('E', 'S', 24, "n20"),      IBAN('F', 'I', 18, "n14"),
    IBAN('F', 'K', 18, "a2n12"),    IBAN('F', 'O', 18, "n14"),      IBAN('F', 'R', 27, "n10c11n2"),
    IBAN('G', 'B', 22, "a4n14"),    IBAN('G', 'E', 22, "a2n16"),    IBAN('G', 'I', 23, "a4c15"),
    IBAN('G', 'L', 18, "n14"),      IBAN('G', 'R', 27, "n7c16"),    IBAN('G', 'T', 28, "c24"),
    IBAN('H', 'N', 28, "a4n20"),    IBAN('H', 'R', 21, "n17"),      IBAN('H', 'U', 28, "n24"),
    IBAN('I', 'E', 22, "a4n14"),    IBAN('I', 'L', 23, "n19"),      IBAN('I', 'Q', 23, "a4n15"),
    IBAN('I', 'S', 26, "n22"),      IBAN('I', 'T', 27, "a1n10c12"), IBAN('J', 'O', 30, "a4n4c18"),
    IBAN('K', 'W', 30, "a4c22"),    IBAN('K', 'Z', 20, "n3c13"),    IBAN('L', 'B', 28, "n4c20"),
    IBAN('L', 'C', 32, "a4c24"),    IBAN('L', 'I', 21, "n5c12"),    IBAN('L', 'T', 20, "n16"),
    IBAN('L', 'U', 20, "n3c13"),    IBAN('L', 'V', 21, "a4c13"),    IBAN('L', 'Y', 25, "n21"),
    IBAN('M', 'C', 27, "n10c11n2"), IBAN('M', 'D', 24, "c20"),      IBAN('M', 'E', 22, "n18"),
    IBAN('M', 'K', 19, "n3c10n2"),  IBAN('M', 'N', 20, "n16"),      IBAN('M', 'R', 27, "n23"),
    IBAN('M', 'T', 31, "a4n5c18"),  IBAN('M', 'U', 30, "a4n19a3"),  IBAN('N', 'I', 28, "a4n20"),
    IBAN('N', 'L', 18, "a4n10"),    IBAN('N', 'O', 15, "n11"),      IBAN('O', 'M', 23, "n3c16"),
    IBAN('P', 'K', 24, "a4c16"),    IBAN('P', 'L', 28, "n24"),      IBAN('P', 'S', 29, "a4c21"),
    IBAN('P', 'T', 25, "n21"),      IBAN('Q', 'A', 29, "a4c21"),    IBAN('R', 'O', 24, "a4c16"),
    IBAN('R', 'S', 22, "n18"),      IBAN('R', 'U', 33, "n14c15"),   IBAN('S', 'A', 24, "n2c18"),
    IBAN('S', 'C', 31, "a4n20a3"),  IBAN('S', 'D', 18, "n14"),      IBAN('S', 'E', 24, "n20"),
    IBAN('S', 'I', 19, "n15"),      IBAN('S', 'K', 24, "n20"),      IBAN('S', 'M', 27, "a1n10c12"),
    IBAN('S', 'O', 23, "n19"),      IBAN('S', 'T', 25, "n21"),      IBAN('S', 'V', 28, "a4n20"),
    IBAN('T', 'L', 23, "n19"),      IBAN('T', 'N', 24, "n20"),      IBAN('T', 'R', 26, "n6c16"),
    IBAN('U', 'A', 29, "n6c19"),    IBAN('V', 'A', 22, "n18"),      IBAN('V', 'G', 24, "a4n16"),
    IBAN('X', 'K', 20, "n16"),      IBAN('Y', 'E', 30, "a4n4c18"),
};

#undef IBAN

static inline const IbanCountry *iban_country(uint8_t a, uint8_t b) {
    static const IbanCountry none = {0};

    return (uint8_t)(a - 'A') < 26 && (uint8_t)(b - 'A') < 26 ? &iban_countries[a - 'A'][b - 'A']
                                                              : &none;
}

unsigned iban_length(uint8_t a, uint8_t b) {
    return iban_country(a, b)->length;
}

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
    const IbanCountry *c = iban_country((uint8_t)s[0], (uint8_t)s[1]);

    return c->length == n ? c->bban : NULL;
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

/* NRB, Narodowy Bank Polski: the IBAN of Poland without its country. */
bool check_pl_nrb(const char *s, size_t n) {
    return is_digits(s, n, 26) && !all_same(s, 26) &&
           mod_97(mod_97(mod_97(0, s + 2, 24), "PL", 2), s, 2) == 1;
}

/* Digits that weights 9 7 3 1 over and over bring to a multiple of ten. */
static bool hungarian_part_holds(const char *s, size_t n) {
    static const int weights[] = {9, 7, 3, 1};
    int sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (int)digit_value(s[i]) * weights[i % 4];
    return sum % 10 == 0;
}

/* Pénzforgalmi jelzőszám, 35/2017 MNB: bank and branch with a check, account with another. */
bool check_hu_account(const char *s, size_t n) {
    return (n == 16 || n == 24) && digits_only(s, n) && three_digits(s) >= 100 &&
           hungarian_part_holds(s, 8) && hungarian_part_holds(s + 8, n - 8);
}
