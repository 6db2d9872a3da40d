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
