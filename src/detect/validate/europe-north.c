/*
 * Northern Europe: Denmark, Estonia, Faroe Islands, Finland, Iceland, Latvia, Lithuania, Norway,
 * Sweden.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/*
 * CPR-kontoret, Personnummeret i CPR: the seventh digit and the year say the century. Numbers given
 * out until October 2007 satisfy weights 4 3 2 7 6 5 4 3 2 1 mod 11, later ones need not, so that
 * only the date is binding.
 */
bool check_dk_cpr(const char *s, size_t n) {
    unsigned year, seventh;

    if (n != 10 || s[0] > '3' || s[2] > '1' || !digits_only(s, 10))
        return false;
    year = two_digits(s + 4);
    seventh = digit_value(s[6]);
    if (seventh <= 3)
        year += 1900;
    else if (seventh == 4 || seventh == 9)
        year += year >= 37 ? 1900 : 2000;
    else
        year += year >= 58 ? 1800 : 2000;
    return is_birth_date(year, two_digits(s + 2), two_digits(s));
}

/* The century of a sign: + 1800, - Y X W V U 1900, A to F 2000 (decree 690/2022); 0 for others. */
static unsigned hetu_century(char sign) {
    if (sign == '-' || (sign >= 'U' && sign <= 'Y'))
        return 1900;
    if (sign >= 'A' && sign <= 'F')
        return 2000;
    return sign == '+' ? 1800 : 0;
}

/* Digital and Population Data Services Agency: date, sign, number 002-899 (900-999 are for tests
 * and temporary use), and the nine digits mod 31. */
bool check_fi_hetu(const char *s, size_t n) {
    unsigned century, number;

    if (n != 11 || s[0] > '3' || s[2] > '1' || !digits_only(s, 6) || !digits_only(s + 7, 3))
        return false;
    century = hetu_century(s[6]);
    number = three_digits(s + 7);
    if (!century || number < 2 || number > 899 ||
        !is_birth_date(century + two_digits(s + 4), two_digits(s + 2), two_digits(s)))
        return false;
    return s[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(digits_value(s, 6) * 1000 + number) % 31];
}

/*
 * Skatteetaten: D numbers have 40 on the day, H numbers of hospitals 40 on the month, test persons
 * 80 or 65 on it. Three digits say the century. Two check digits of mod 11.
 */
bool check_no_fodselsnummer(const char *s, size_t n) {
    unsigned day, month, year, number;

    if (n != 11 || s[0] > '7' || !digits_only(s, 11))
        return false;
    day = two_digits(s);
    month = two_digits(s + 2);
    year = two_digits(s + 4);
    number = three_digits(s + 6);
    day -= day > 40 ? 40 : 0;
    month -= month > 80 ? 80 : month > 40 ? 40 : 0;
    if (number < 500)
        year += 1900;
    else if (number < 750 && year >= 54)
        year += 1800;
    else if (year < 40)
        year += 2000;
    else if (number >= 900)
        year += 1900;
    else
        return false;
    return is_birth_date(year, month, day) && WEIGH(s, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1) % 11 == 0 &&
           WEIGH(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

/* Skatteverket: date with or without century, coordination numbers with 60 on the day, three
 * digits, Luhn over the last ten. */
bool check_se_personnummer(const char *s, size_t n) {
    unsigned day, month;

    if ((n != 10 && n != 12) || !digits_only(s, n))
        return false;
    if (n == 12 && (two_digits(s) < 18 || two_digits(s) > 20))
        return false;
    month = two_digits(s + n - 8);
    day = two_digits(s + n - 6);
    day -= day > 60 ? 60 : 0;
    if (n == 12 ? !is_birth_date(four_digits(s), month, day)
                : !is_short_date(two_digits(s), month, day))
        return false;
    return luhn_holds(s + n - 10, 10);
}

/* Erhvervsstyrelsen: company number, weights 2 7 6 5 4 3 2 1 mod 11. */
bool check_dk_cvr(const char *s, size_t n) {
    return is_digits(s, n, 8) && s[0] != '0' && WEIGH(s, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

/* Weights 1 to 9 and on, mod 11; a rest of 10 is tried again from 3 on, and is 0 if it stays 10.
 * The check of Estonia and Lithuania for persons (ten digits before it) and bodies. */
static unsigned baltic_digit(const char *s, size_t n) {
    unsigned first = 0, second = 0;

    for (size_t i = 0; i < n; i++) {
        first += digit_value(s[i]) * (unsigned)(i % 9 + 1);
        second += digit_value(s[i]) * (unsigned)((i + 2) % 9 + 1);
    }
    return first % 11 < 10 ? first % 11 : second % 11 % 10;
}

/* Eleven digits: sex and century, date, number, check. */
static bool baltic_person_holds(const char *s, size_t n) {
    return is_digits(s, n, 11) && s[0] >= '1' && s[0] <= '8' && s[3] <= '1' &&
           is_birth_date(1800 + (digit_value(s[0]) - 1) / 2 * 100 + two_digits(s + 1),
                         two_digits(s + 3), two_digits(s + 5)) &&
           baltic_digit(s, 10) == digit_value(s[10]);
}

/* Isikukood, EVS 585:2007. */
bool check_ee_ik(const char *s, size_t n) {
    return baltic_person_holds(s, n);
}

/* Value added tax: weights 3 7 1 mod 10. */
bool check_ee_kmkr(const char *s, size_t n) {
    return is_digits(s, n, 9) && WEIGH(s, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
}

/* Commercial register: 1, 7, 8 or 9 first. */
bool check_ee_registrikood(const char *s, size_t n) {
    return is_digits(s, n, 8) && one_of(s[0], "1789") && baltic_digit(s, 7) == digit_value(s[7]);
}

/* Patentti- ja rekisterihallitus: business number, weights 7 9 10 5 8 4 2 1 mod 11. */
bool check_fi_ytunnus(const char *s, size_t n) {
    return is_digits(s, n, 8) && WEIGH(s, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
}

/* Register of associations: up to six digits; of those of one or two, few are left. */
bool check_fi_associationid(const char *s, size_t n) {
    if (n < 1 || n > 6 || !digits_only(s, n))
        return false;
    if (n == 1)
        return one_of(*s, "1679");
    return n > 2 ||
           words_have(
               s, 2,
               "01060709121415161822232427282935363840414243454650525558606465687275767778838485"
               "8992");
}

/* Number in the register of taxpayers on building sites. */
bool check_fi_veronumero(const char *s, size_t n) {
    return is_digits(s, n, 12);
}

/* Faroese tax number. */
bool check_fo_vn(const char *s, size_t n) {
    return is_digits(s, n, 6);
}

/* Þjóðskrá: date (bodies 40 on the day), two digits, weights 3 2 7 6 5 4 3 2 mod 11, century 8, 9
 * or 0. */
bool check_is_kennitala(const char *s, size_t n) {
    unsigned day, century;

    if (!is_digits(s, n, 10) || !one_of(s[9], "890"))
        return false;
    day = two_digits(s);
    century = s[9] == '0' ? 2000 : 1000 + digit_value(s[9]) * 100;
    return is_birth_date(century + two_digits(s + 4), two_digits(s + 2),
                         day - (day > 40 ? 40 : 0)) &&
           WEIGH(s, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

bool check_is_vsk(const char *s, size_t n) {
    return (n == 5 || n == 6) && digits_only(s, n);
}

/* Asmens kodas; numbers that begin with 9 have no date. */
bool check_lt_asmens(const char *s, size_t n) {
    if (n == 11 && s[0] == '9')
        return digits_only(s, 11) && baltic_digit(s, 10) == digit_value(s[10]);
    return baltic_person_holds(s, n);
}

/* Value added tax: nine digits for bodies, twelve for temporary payers, 1 before the check. */
bool check_lt_pvm(const char *s, size_t n) {
    return (n == 9 || n == 12) && digits_only(s, n) && s[n - 2] == '1' &&
           baltic_digit(s, n - 1) == digit_value(s[n - 1]);
}

/* Personas kods: date and century, or since July 2017 32 and no date; weights mod 11. */
static bool latvian_person_holds(const char *s) {
    if (memcmp(s, "32", 2) != 0 &&
        (s[6] > '2' || !is_birth_date(1800 + digit_value(s[6]) * 100 + two_digits(s + 4),
                                      two_digits(s + 2), two_digits(s))))
        return false;
    return (1 + WEIGH(s, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9)) % 11 % 10 == (int)digit_value(s[10]);
}

bool check_lv_pk(const char *s, size_t n) {
    return is_digits(s, n, 11) && s[0] <= '3' && latvian_person_holds(s);
}

/* Value added tax: of persons the code of above, of bodies weights mod 11 with a rest of 3. */
bool check_lv_pvn(const char *s, size_t n) {
    if (!is_digits(s, n, 11))
        return false;
    return s[0] > '3' ? WEIGH(s, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1) % 11 == 3
                      : latvian_person_holds(s);
}

/* Brønnøysundregistrene: weights 3 2 7 6 5 4 3 2 1 mod 11. */
bool check_no_orgnr(const char *s, size_t n) {
    return is_digits(s, n, 9) && WEIGH(s, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

bool check_no_mva(const char *s, size_t n) {
    return n == 12 && memcmp(s + 9, "MVA", 3) == 0 && check_no_orgnr(s, 9);
}

bool check_se_orgnr(const char *s, size_t n) {
    return is_digits(s, n, 10) && luhn_holds(s, 10);
}

/* Value added tax: the number of the body and 01. */
bool check_se_vat(const char *s, size_t n) {
    return is_digits(s, n, 12) && memcmp(s + 10, "01", 2) == 0 && luhn_holds(s, 10);
}

bool check_se_postnummer(const char *s, size_t n) {
    return is_digits(s, n, 5) && s[0] != '0';
}
