/*
 * Security: numbers of financial instruments and of those who issue them.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* The digits of n characters in base 36, each letter as two, doubled every second one from the
 * right, starting with `twice`: what ISIN, CUSIP and FIGI share. */
static unsigned spelled_luhn(const char *s, size_t n, bool twice) {
    unsigned sum = 0;

    for (size_t i = n; i-- > 0;) {
        unsigned v = alnum_value(s[i]);
        for (unsigned k = 0; k < (v > 9 ? 2u : 1u); k++) {
            unsigned d = k ? v / 10 : v % 10;
            sum += !twice ? d : d < 5 ? 2 * d : 2 * d - 9;
            twice = !twice;
        }
    }
    return sum;
}

/* ISO 6166: country (or EU, XS and others of agencies), nine characters, Luhn. */
bool check_isin(const char *s, size_t n) {
    return n == 12 && is_digit(s[11]) && is_upper(s[0]) && is_upper(s[1]) && alnum_only(s + 2, 9) &&
           (is_country(s) || words_have(s, 2, "ANEUQSQTXAXBXCXDXFXS")) &&
           (spelled_luhn(s, 11, true) + digit_value(s[11])) % 10 == 0;
}

/* Value of a character of a CUSIP; 39 if none. */
static unsigned cusip_value(char c) {
    return c == '*'              ? 36
           : c == '@'            ? 37
           : c == '#'            ? 38
           : alnum_value(c) > 35 ? 39
                                 : alnum_value(c);
}

/* CUSIP Global Services: every second value doubled, digits summed, mod 10. */
bool check_cusip(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 9 || !is_digit(s[8]))
        return false;
    for (size_t i = 0; i < 8; i++) {
        unsigned v = cusip_value(s[i]);
        if (v > 38)
            return false;
        v *= i % 2 + 1;
        sum += v / 10 + v % 10;
    }
    return (10 - sum % 10) % 10 == digit_value(s[8]);
}

/* OMG FIGI: no vowels, two letters that are no issuer of ISINs, G, check as of a CUSIP. */
bool check_figi(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 12 || !is_upper(s[0]) || !is_upper(s[1]) || s[2] != 'G' || !is_digit(s[11]) ||
        words_have(s, 2, "BMBSGBGGVG"))
        return false;
    for (size_t i = 0; i < 11; i++) {
        unsigned v = alnum_value(s[i]);
        if (v > 35 || one_of(s[i], "AEIOU"))
            return false;
        v *= i % 2 + 1;
        sum += v / 10 + v % 10;
    }
    return (10 - sum % 10) % 10 == digit_value(s[11]);
}

/* London Stock Exchange: no vowels, weights 1 3 1 7 3 9 mod 10; those of before 2004 are digits. */
bool check_gb_sedol(const char *s, size_t n) {
    static const uint8_t weights[6] = {1, 3, 1, 7, 3, 9};
    unsigned sum = 0;

    if (n != 7 || !is_digit(s[6]) || (is_digit(s[0]) && !digits_only(s, 7)))
        return false;
    for (size_t i = 0; i < 6; i++) {
        unsigned v = alnum_value(s[i]);
        if (v > 35 || one_of(s[i], "AEIOU"))
            return false;
        sum += v * weights[i];
    }
    return (10 - sum % 10) % 10 == digit_value(s[6]);
}

/* ISO 17442: eighteen characters, ISO 7064 mod 97-10. */
bool check_lei(const char *s, size_t n) {
    return n == 20 && digits_only(s + 18, 2) && alnum_only(s, 18) && mod_97_10_holds(s, 20);
}

/* European Central Bank, serial of a note: a letter, a letter or digit, ten digits; codes and
 * digits sum to a multiple of 9. */
bool check_eu_banknote(const char *s, size_t n) {
    unsigned sum = 0;

    if (n != 12 || !is_alnum(s[1]) || !digits_only(s + 2, 10) ||
        !one_of(s[0], "BCDEFGHJLMNPRSTUVWXYZ"))
        return false;
    for (size_t i = 0; i < 12; i++)
        sum += is_digit(s[i]) ? digit_value(s[i]) : (unsigned char)s[i];
    return sum % 9 == 0;
}

/* ENTSO-E energy code: fifteen characters and dashes, weights 16 to 2 mod 37; no dash as check. */
bool check_eu_eic(const char *s, size_t n) {
    unsigned sum = 0, check;

    if (n != 16 || s[15] == '-')
        return false;
    for (unsigned i = 0; i < 15; i++) {
        unsigned v = s[i] == '-' ? 36 : alnum_value(s[i]);
        if (s[i] != '-' && v > 35)
            return false;
        sum += v * (16 - i);
    }
    check = 36 - (sum + 36) % 37;
    return alnum_value(s[15]) == check;
}

/* EINECS and ELINCS: weights 1 to 6 mod 11. */
bool check_eu_ecnumber(const char *s, size_t n) {
    return n == 9 && s[3] == '-' && s[7] == '-' && digits_only(s, 3) && digits_only(s + 4, 3) &&
           is_digit(s[8]) &&
           (WEIGH(s, 1, 2, 3) + WEIGH(s + 4, 4, 5, 6)) % 11 == (int)digit_value(s[8]);
}

static bool is_member_state(const char *s) {
    return words_have(s, 2, "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISKXI");
}

/* SEED: member state, eleven characters. */
bool check_eu_excise(const char *s, size_t n) {
    return n == 13 && is_member_state(s) && alnum_only(s + 2, 11);
}

/* One stop shop for VAT: EU or IM, ISO 3166 number of a member state, number. */
bool check_eu_oss(const char *s, size_t n) {
    return ((n == 11 && memcmp(s, "EU", 2) == 0) || (n == 12 && memcmp(s, "IM", 2) == 0)) &&
           digits_only(s + 2, n - 2) &&
           words_have(
               s + 2, 3,
               "040056100191196203208233246250276300348372380428440442470528616620642703705724752"
               "900");
}

/* Value added tax of any member state, with its country code. */
bool check_eu_vat(const char *s, size_t n) {
    static const struct {
        char country[3];
        bool (*check)(const char *s, size_t n);
    } states[] = {
        {"AT", check_at_uid}, {"BE", check_be_vat},     {"BG", check_bg_vat},
        {"CY", check_cy_vat}, {"CZ", check_cz_dic},     {"DE", check_de_vat},
        {"DK", check_dk_cvr}, {"EE", check_ee_kmkr},    {"EL", check_gr_vat},
        {"ES", check_es_nif}, {"FI", check_fi_ytunnus}, {"FR", check_fr_tva},
        {"HR", check_hr_oib}, {"HU", check_hu_anum},    {"IE", check_ie_vat},
        {"IT", check_it_iva}, {"LT", check_lt_pvm},     {"LU", check_lu_tva},
        {"LV", check_lv_pvn}, {"MT", check_mt_vat},     {"NL", check_nl_btw},
        {"PL", check_pl_nip}, {"PT", check_pt_nif},     {"RO", check_ro_cf},
        {"SE", check_se_vat}, {"SI", check_si_ddv},     {"SK", check_sk_dph},
        {"XI", check_gb_vat},
    };

    for (size_t i = 0; n > 2 && i < N_ELEMENTS(states); i++)
        if (memcmp(s, states[i].country, 2) == 0)
            return states[i].check(s + 2, n - 2);
    return false;
}
