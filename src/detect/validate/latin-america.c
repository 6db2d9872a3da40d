/*
 * Central and South America and the Caribbean: identity and tax numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* A check digit as 11 less the rest by 11, where 10 and 11 are written 0. */
static unsigned eleven_less(int sum) {
    unsigned rest = (unsigned)(sum % 11);

    return rest < 2 ? 0 : 11 - rest;
}

/* Receita Federal, pessoa física: two digits of mod 11; eleven times the same is never given. */
bool check_br_cpf(const char *s, size_t n) {
    return is_digits(s, n, 11) &&
           eleven_less(WEIGH(s, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == digit_value(s[9]) &&
           eleven_less(WEIGH(s, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == digit_value(s[10]) &&
           !all_same(s, 11);
}

/* Receita Federal, pessoa jurídica; from July 2026 the first twelve may be letters (Instrução
 * Normativa RFB 2.229/2024), valued by their code less that of 0, which is what digit_value() says.
 */
bool check_br_cnpj(const char *s, size_t n) {
    if (n != 14 || !digits_only(s + 12, 2) || !alnum_only(s, 12))
        return false;
    return eleven_less(WEIGH(s, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digit_value(s[12]) &&
           eleven_less(WEIGH(s, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digit_value(s[13]) &&
           !all_same(s, 14);
}

/* Clave bancaria uniforme, BCRA: bank and branch, then account, each with weights 3 1 7 9 from the
 * right mod 10. */
bool check_ar_cbu(const char *s, size_t n) {
    return is_digits(s, n, 22) && WEIGH(s, 7, 1, 3, 9, 7, 1, 3, 1) % 10 == 0 &&
           WEIGH(s + 8, 3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3, 1) % 10 == 0;
}

/* CUIT and CUIL: kind, number, mod 11, where 10 is written 9. */
bool check_ar_cuit(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 11) || !words_have(s, 2, "20232427303334505155"))
        return false;
    rest = (unsigned)(WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11);
    return digit_value("09987654321"[rest]) == digit_value(s[10]);
}

bool check_ar_dni(const char *s, size_t n) {
    return (n == 7 || n == 8) && digits_only(s, n);
}

/* Registro de identificação social: weights 3 2 9 to 2 mod 11. */
bool check_br_pis(const char *s, size_t n) {
    return is_digits(s, n, 11) &&
           eleven_less(WEIGH(s, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digit_value(s[10]) &&
           !all_same(s, 11);
}

/* Driver licence: weights 9 to 1, then 1 to 9, with 2 less if the first rest was 10. */
bool check_br_cnh(const char *s, size_t n) {
    int first, second, less;

    if (!is_digits(s, n, 11) || all_same(s, 11))
        return false;
    first = WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11;
    less = first >= 10 ? 2 : 0;
    first = first >= 10 ? 0 : first;
    second = WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11 - less;
    second = second < 0 ? second + 11 : second;
    second = second >= 10 ? 0 : second;
    return first == (int)digit_value(s[9]) && second == (int)digit_value(s[10]);
}

/* Título de eleitor: eight digits, state 01 to 28, two digits of mod 11. */
bool check_br_voter(const char *s, size_t n) {
    unsigned state;
    int first, second;

    if (!is_digits(s, n, 12))
        return false;
    state = two_digits(s + 8);
    first = WEIGH(s, 2, 3, 4, 5, 6, 7, 8, 9) % 11;
    first = first == 10 ? 0 : first == 0 && state <= 2 ? 1 : first;
    second = ((int)digit_value(s[8]) * 7 + (int)digit_value(s[9]) * 8 + first * 9) % 11;
    second = second == 10 ? 0 : second == 0 && state <= 2 ? 1 : second;
    return state >= 1 && state <= 28 && first == (int)digit_value(s[10]) &&
           second == (int)digit_value(s[11]);
}

/* RUT and RUN: weights 2 to 7 from the right mod 11, K for 10. */
bool check_cl_rut(const char *s, size_t n) {
    int sum;

    if ((n != 8 && n != 9) || !digits_only(s, n - 1))
        return false;
    sum = n == 9 ? WEIGH(s, 3, 2, 7, 6, 5, 4, 3, 2) : WEIGH(s, 2, 7, 6, 5, 4, 3, 2);
    return s[n - 1] == "0K987654321"[sum % 11];
}

/* NIT: primes from the right mod 11. */
bool check_co_nit(const char *s, size_t n) {
    static const uint8_t primes[15] = {3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71};
    unsigned sum = 0;

    if (n < 8 || n > 16 || !digits_only(s, n))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        sum += digit_value(s[n - 2 - i]) * primes[i];
    return s[n - 1] == "01987654321"[sum % 11];
}

/* Cédula: 0 first; it may be left out. */
bool check_cr_cpf(const char *s, size_t n) {
    return (n == 9 || (n == 10 && s[0] == '0')) && digits_only(s, n);
}

/* Cédula jurídica: class and kind. */
bool check_cr_cpj(const char *s, size_t n) {
    unsigned kind;

    if (!is_digits(s, n, 10))
        return false;
    kind = three_digits(s + 1);
    switch (s[0]) {
    case '2':
        return kind == 100 || kind == 200 || kind == 300 || kind == 400;
    case '3':
        return (kind >= 2 && kind <= 14) || (kind >= 101 && kind <= 110);
    case '4':
        return kind == 0;
    default:
        return s[0] == '5' && kind == 1;
    }
}

/* Residents: 1 first. */
bool check_cr_cr(const char *s, size_t n) {
    return (n == 11 || n == 12) && s[0] == '1' && digits_only(s, n);
}

/* Carné de identidad: date, century, number; 9 for those born before 1900. */
bool check_cu_ni(const char *s, size_t n) {
    unsigned century;

    if (!is_digits(s, n, 11))
        return false;
    century = s[6] == '9' ? 1800 : s[6] <= '5' ? 1900 : 2000;
    return is_birth_date(century + two_digits(s), two_digits(s + 2), two_digits(s + 4));
}

/* Cédula, Junta Central Electoral: Luhn. A few hundred old ones without are not taken. */
bool check_do_cedula(const char *s, size_t n) {
    return is_digits(s, n, 11) && luhn_holds(s, 11) && !all_same(s, 11);
}

/* DGII, fiscal receipt: eleven characters from B, thirteen from E, nineteen from A or P. */
bool check_do_ncf(const char *s, size_t n) {
    if (n != 11 && n != 13 && n != 19)
        return false;
    if (!digits_only(s + 1, n - 1))
        return false;
    if (n == 13)
        return s[0] == 'E' && words_have(s + 1, 2, "31323334414344454647");
    return words_have(s + (n == 11 ? 1 : 9), 2, "0102030411121314151617") &&
           (n == 11 ? s[0] == 'B' : s[0] == 'A' || s[0] == 'P');
}

/* RNC: weights 7 9 8 6 5 4 3 2 mod 11. */
bool check_do_rnc(const char *s, size_t n) {
    return is_digits(s, n, 9) &&
           (10 - WEIGH(s, 7, 9, 8, 6, 5, 4, 3, 2) % 11) % 9 + 1 == (int)digit_value(s[8]);
}

static bool is_ecuadorian_province(const char *s) {
    unsigned province = two_digits(s);

    return (province >= 1 && province <= 24) || province == 30 || province == 50;
}

/* Cédula: province, a third digit up to 6, Luhn. */
bool check_ec_ci(const char *s, size_t n) {
    return is_digits(s, n, 10) && is_ecuadorian_province(s) && s[2] <= '6' && luhn_holds(s, 10);
}

/* RUC: the cédula of a person and an establishment; 6 for public bodies, 9 for companies. */
bool check_ec_ruc(const char *s, size_t n) {
    if (!is_digits(s, n, 13) || !is_ecuadorian_province(s) || s[2] == '7' || s[2] == '8')
        return false;
    if (s[2] == '9')
        return memcmp(s + 10, "000", 3) != 0 && WEIGH(s, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
    if (s[2] == '6' && memcmp(s + 9, "0000", 4) != 0 &&
        WEIGH(s, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0)
        return true;
    return memcmp(s + 10, "000", 3) != 0 && luhn_holds(s, 10);
}

/* NIT: weights from 2 up from the right mod 11, K for 10. */
bool check_gt_nit(const char *s, size_t n) {
    unsigned sum = 0, check;

    while (n && *s == '0') {
        s++;
        n--;
    }
    if (n < 2 || n > 12 || !digits_only(s, n - 1))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        sum += digit_value(s[i]) * (unsigned)(n - i);
    check = (11 - sum % 11) % 11;
    return s[n - 1] == (check == 10 ? 'K' : (char)('0' + check));
}

/* Documento nacional de identidad: eight digits, and perhaps a check as digit or letter. */
bool check_pe_cui(const char *s, size_t n) {
    int rest;

    if (n == 8)
        return digits_only(s, 8);
    if (n != 9 || !digits_only(s, 8))
        return false;
    rest = WEIGH(s, 3, 2, 7, 6, 5, 4, 3, 2) % 11;
    return s[8] == "65432110987"[rest] || s[8] == "KJIHGFEDCBA"[rest];
}

/* SUNAT: kind, then weights 5 4 3 2 7 6 5 4 3 2 mod 11. */
bool check_pe_ruc(const char *s, size_t n) {
    return is_digits(s, n, 11) && words_have(s, 2, "10151720") &&
           (11 - WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 10 == (int)digit_value(s[10]);
}

/* RUC: weights from 2 up from the right mod 11, 10 as 0. */
bool check_py_ruc(const char *s, size_t n) {
    unsigned sum = 0;

    if (n < 5 || n > 9 || !digits_only(s, n))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        sum += digit_value(s[i]) * (unsigned)(n - i);
    return (11 - sum % 11) % 11 % 10 == digit_value(s[n - 1]);
}

/* NIT: place, date, number; the older numbers have weights 14 to 2. */
bool check_sv_nit(const char *s, size_t n) {
    int sum;

    if (!is_digits(s, n, 14) || !one_of(s[0], "019"))
        return false;
    if (three_digits(s + 10) <= 100)
        sum = WEIGH(s, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11 % 10;
    else
        sum = (11 - WEIGH(s, 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10;
    return sum == (int)digit_value(s[13]);
}

/* Cédula: weights 2 9 8 7 6 3 4 mod 10. */
bool check_uy_cedula(const char *s, size_t n) {
    return is_digits(s, n, 8) && WEIGH(s, 2, 9, 8, 7, 6, 3, 4, 1) % 10 == 0 && !all_same(s, 8);
}

/* RUT: office, number, 001, weights 4 3 2 9 to 2 mod 11. */
bool check_uy_rut(const char *s, size_t n) {
    return is_digits(s, n, 12) && two_digits(s) >= 1 && two_digits(s) <= 22 &&
           memcmp(s + 2, "000000", 6) != 0 && memcmp(s + 8, "001", 3) == 0 &&
           WEIGH(s, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

/* RIF: kind as 4 8 12 16 20, weights 3 2 7 6 5 4 3 2 mod 11. */
bool check_ve_rif(const char *s, size_t n) {
    unsigned kind;

    if (n != 10 || !one_of(s[0], "VEJPG") || !digits_only(s + 1, 9))
        return false;
    kind = (unsigned)(strchr("VEJPG", s[0]) - strchr("VEJPG", 'V')) + 1;
    return eleven_less((int)kind * 4 + WEIGH(s + 1, 3, 2, 7, 6, 5, 4, 3, 2)) == digit_value(s[9]);
}
