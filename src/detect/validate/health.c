/*
 * Health: numbers of patients and providers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* NHS Data Dictionary: weights 10 to 2 and 1, mod 11; ten times the same is never given. */
bool check_gb_nhs(const char *s, size_t n) {
    return is_digits(s, n, 10) && WEIGH(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11 == 0 &&
           !all_same(s, 10);
}

/* 45 CFR 162.406: 1 or 2, then Luhn with 80840 before, which adds 24. */
bool check_us_npi(const char *s, size_t n) {
    return n == 10 && (s[0] == '1' || s[0] == '2') && digits_only(s, 10) &&
           (luhn_sum(s, 10) + 24) % 10 == 0;
}

/* DEA registration: kind of registrant, initial (9: none), six digits, and the odd places plus
 * twice the even ones, mod 10. */
bool check_us_dea(const char *s, size_t n) {
    return n == 9 && digits_only(s + 2, 7) && one_of(s[0], "ABCDEFGHJKLMPRSTUX") &&
           (is_upper(s[1]) || s[1] == '9') &&
           WEIGH(s + 2, 1, 2, 1, 2, 1, 2) % 10 == (int)digit_value(s[8]);
}

/* CMS, Understanding the MBI: eleven places, each of its own kind, no S L O I B Z. */
bool check_us_mbi(const char *s, size_t n) {
    if (n != 11 || s[0] == '0' || !layout_holds(s, n, "9AX9AX9AA99"))
        return false;
    for (size_t i = 1; i < 9; i++)
        if (one_of(s[i], "SLOIBZ"))
            return false;
    return true;
}

/* LOINC: up to five digits and a check by Luhn. */
bool check_loinc(const char *s, size_t n) {
    return n >= 2 && n <= 7 && digits_only(s, n) && s[0] != '0' && luhn_holds(s, n);
}

/* SNOMED CT: six to eighteen digits, partition, Verhoeff. */
bool check_snomed(const char *s, size_t n) {
    return n >= 6 && n <= 18 && digits_only(s, n) && s[0] != '0' &&
           words_have(s + n - 3, 2, "000102101112") && verhoeff_holds(s, n);
}

/* New Zealand health index, HISO 10046: three letters without I and O, then four digits with a
 * check of mod 11, or (since 2022) two digits, a letter and a check letter of mod 23. */
bool check_nz_nhi(const char *s, size_t n) {
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    unsigned sum = 0, check;

    if (n != 7 || !digits_only(s + 3, 2))
        return false;
    for (unsigned i = 0; i < 6; i++) {
        bool letter = i < 3 || (i == 5 && !is_digit(s[5]));
        if (letter && !one_of(s[i], alphabet))
            return false;
        sum += (letter ? (unsigned)(strchr(alphabet, s[i]) - alphabet) + 1 : digit_value(s[i])) *
               (7 - i);
    }
    if (!is_digit(s[5])) {
        check = 23 - sum % 23;
        return check <= 24 && s[6] == alphabet[check - 1];
    }
    check = sum % 11;
    return check != 0 && digit_value(s[6]) == (11 - check) % 10;
}
