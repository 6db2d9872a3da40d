/*
 * Africa: identity and tax numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Identification Act 68 of 1997: date, sequence, citizen 0, resident 1 or refugee 2, Luhn. */
bool check_za_idnr(const char *s, size_t n) {
    return n == 13 && s[2] <= '1' && s[4] <= '3' && s[10] <= '2' && digits_only(s, 13) &&
           is_short_date(two_digits(s), two_digits(s + 2), two_digits(s + 4)) && luhn_holds(s, 13);
}

/* NIF: the form alone. */
bool check_dz_nif(const char *s, size_t n) {
    return (n == 15 || n == 20) && digits_only(s, n);
}

/* Egypt, Civil Status: century 2 or 3, date, governorate, number. The check digit is not public. */
bool check_eg_id(const char *s, size_t n) {
    unsigned governorate;

    if (!is_digits(s, n, 14) || (s[0] != '2' && s[0] != '3'))
        return false;
    governorate = two_digits(s + 7);
    return is_birth_date((s[0] == '2' ? 1900 : 2000) + two_digits(s + 1), two_digits(s + 3),
                         two_digits(s + 5)) &&
           ((governorate >= 1 && governorate <= 4) || (governorate >= 11 && governorate <= 35) ||
            governorate == 88);
}

/* Ghana Revenue Authority: kind, 00, eight characters, weights 1 to 9 mod 11, X for 10. */
bool check_gh_tin(const char *s, size_t n) {
    int rest;

    if (n != 11 || !one_of(s[0], "PCGQV") || memcmp(s + 1, "00", 2) != 0 || !digits_only(s + 3, 7))
        return false;
    rest = WEIGH(s + 1, 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11;
    return s[10] == (rest == 10 ? 'X' : (char)('0' + rest));
}

/* Guinea, NIFp: Luhn. */
bool check_gn_nifp(const char *s, size_t n) {
    return is_digits(s, n, 9) && luhn_holds(s, 9);
}

/* Kenya Revenue Authority: A for persons, P for bodies. */
bool check_ke_pin(const char *s, size_t n) {
    return n == 11 && (s[0] == 'A' || s[0] == 'P') && digits_only(s + 1, 9) && is_upper(s[10]);
}

/* Morocco, identifiant commun de l'entreprise: fifteen digits, divisible by 97. */
bool check_ma_ice(const char *s, size_t n) {
    return is_digits(s, n, 15) && mod_97(0, s, 15) == 0;
}

/* Mauritius: initial, date, number, weights 14 to 2 mod 17. */
bool check_mu_nid(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 14 || !is_upper(s[0]) || !digits_only(s + 1, 12) ||
        !is_short_date(two_digits(s + 5), two_digits(s + 3), two_digits(s + 1)))
        return false;
    for (unsigned i = 0; i < 13; i++)
        sum += alnum_value(s[i]) * (14 - i);
    return alnum_value(s[13]) == (17 - sum % 17) % 17;
}

/* Nigeria, NIN: the form alone, since NIMC publishes no check digit. */
bool check_ng_nin(const char *s, size_t n) {
    return is_digits(s, n, 11) && s[0] != '0' && !all_same(s, 11);
}

/* Senegal, NINEA: weights 1 and 2 mod 10, then status, centre and form. */
bool check_sn_ninea(const char *s, size_t n) {
    if (n == 10 || n == 12) {
        if (!one_of(s[n - 3], "012") || !one_of(s[n - 2], "ABCDEFGHJKLMNPQRSTUVWZ") ||
            !is_digit(s[n - 1]))
            return false;
        n -= 3;
    }
    if (n == 7)
        return digits_only(s, 7) && WEIGH(s, 1, 2, 1, 2, 1, 2, 1) % 10 == 0;
    return is_digits(s, n, 9) && WEIGH(s, 1, 2, 1, 2, 1, 2, 1, 2, 1) % 10 == 0;
}

/* Tunisia, matricule fiscal: seven digits, key, and perhaps VAT, category, establishment. */
bool check_tn_mf(const char *s, size_t n) {
    if ((n != 8 && n != 13) || !digits_only(s, 7) || !one_of(s[7], "ABCDEFGHJKLMNPQRSTVWXYZ"))
        return false;
    return n == 8 || (one_of(s[8], "APBDN") && one_of(s[9], "MPCNE") && digits_only(s + 10, 3) &&
                      (memcmp(s + 10, "000", 3) == 0 || s[9] == 'E'));
}

/* South African Revenue Service: 0, 1, 2, 3 or 9, Luhn. */
bool check_za_tin(const char *s, size_t n) {
    return is_digits(s, n, 10) && one_of(s[0], "01239") && luhn_holds(s, 10);
}
