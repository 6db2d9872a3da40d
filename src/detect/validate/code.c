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
