/*
 * Central and Eastern Europe, the Balkans and the Caucasus.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Birth number, act 133/2000 Coll.: women 50 on the month, 20 more when the numbers of a day are
 * spent (since 2004, taken in any year); nine digits until 1953, then ten, divisible by 11, or,
 * until 1985, by 11 with a rest of 10 written as 0. */
bool check_cz_rc(const char *s, size_t n) {
    unsigned year, month, last;

    if ((n != 9 && n != 10) || !digits_only(s, n))
        return false;
    year = 1900 + two_digits(s);
    month = two_digits(s + 2) % 50;
    if (n == 9 && year >= 1980)
        year -= 100;
    if (n == 9 && (year > 1953 || three_digits(s + 6) == 0))
        return false;
    if (n == 10 && year < 1954)
        year += 100;
    if (!is_birth_date(year, month % 20, two_digits(s + 4)))
        return false;
    if (n == 9)
        return true;
    last = (unsigned)(digits_value(s, 9) % 11);
    return digit_value(s[9]) == (year < 1986 ? last % 10 : last);
}

/* Ministry of Digital Affairs: the century is in the month, weights 1 3 7 9 mod 10. */
bool check_pl_pesel(const char *s, size_t n) {
    static const uint16_t centuries[] = {1900, 2000, 2100, 2200, 1800};
    unsigned month;

    if (n != 11 || s[4] > '3' || !digits_only(s, 11))
        return false;
    month = two_digits(s + 2);
    if (!is_birth_date(centuries[month / 20] + two_digits(s), month % 20, two_digits(s + 4)))
        return false;
    return WEIGH(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1) % 10 == 0;
}

/* 01-46 counties, 47 and 48 former sectors of Bucharest, 51 and 52, 70 and 80-83 for later
 * registrations. */
static bool is_romanian_county(unsigned county) {
    return (county >= 1 && county <= 48) || county == 51 || county == 52 || county == 70 ||
           (county >= 80 && county <= 83);
}

/* Law 105/1996: sex and century, date, county, number, weights 279146358279 mod 11, 10 as 1. */
bool check_ro_cnp(const char *s, size_t n) {
    static const uint16_t centuries[] = {0, 1900, 1900, 1800, 1800, 2000, 2000, 1900, 1900, 1900};
    unsigned rest;

    if (n != 13 || s[0] == '0' || s[3] > '1' || !digits_only(s, 13) ||
        !is_romanian_county(two_digits(s + 7)) ||
        !is_birth_date(centuries[digit_value(s[0])] + two_digits(s + 1), two_digits(s + 3),
                       two_digits(s + 5)))
        return false;
    rest = (unsigned)(WEIGH(s, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11);
    return digit_value(s[12]) == (rest == 10 ? 1 : rest);
}

/* VÖEN: office, number, weights 4 1 8 6 2 7 5 3 mod 11, 1 for bodies and 2 for persons. */
bool check_az_voen(const char *s, size_t n) {
    return is_digits(s, n, 10) && (s[9] == '1' || s[9] == '2') &&
           WEIGH(s, 4, 1, 8, 6, 2, 7, 5, 3) % 11 == (int)digit_value(s[8]);
}

/* GRAO: the century is in the month (20 on it before 1900, 40 from 2000), weights mod 11. */
bool check_bg_egn(const char *s, size_t n) {
    unsigned month, century = 1900;

    if (!is_digits(s, n, 10))
        return false;
    month = two_digits(s + 2);
    if (month > 40) {
        century = 2000;
        month -= 40;
    } else if (month > 20) {
        century = 1800;
        month -= 20;
    }
    return is_birth_date(century + two_digits(s), month, two_digits(s + 4)) &&
           WEIGH(s, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10 == (int)digit_value(s[9]);
}

/* Number of foreigners: primes mod 10. */
bool check_bg_pnf(const char *s, size_t n) {
    return is_digits(s, n, 10) &&
           WEIGH(s, 21, 19, 17, 13, 11, 9, 7, 3, 1) % 10 == (int)digit_value(s[9]);
}

/* Value added tax: nine digits for bodies, ten for persons, foreigners and others. */
bool check_bg_vat(const char *s, size_t n) {
    int rest;

    if (n == 10)
        return check_bg_egn(s, n) || check_bg_pnf(s, n) ||
               (digits_only(s, 10) && WEIGH(s, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0);
    if (!is_digits(s, n, 9))
        return false;
    rest = WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
    if (rest == 10)
        rest = WEIGH(s, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10;
    return rest == (int)digit_value(s[8]);
}

/* UNP: of bodies nine digits; of persons two letters, of which the second counts as its place. */
bool check_by_unp(const char *s, size_t n) {
    static const uint8_t weights[8] = {29, 23, 19, 17, 13, 7, 5, 3};
    static const char letters[] = "ABCEHKMOPT";
    unsigned sum = 0;

    if (n != 9 || !digits_only(s + 2, 7) || !one_of(s[0], "1234567ABCEHKM"))
        return false;
    if (is_digit(s[0]) ? !is_digit(s[1]) : !one_of(s[1], letters))
        return false;
    for (size_t i = 0; i < 8; i++) {
        unsigned v = alnum_value(s[i]);
        if (i == 1 && v > 9)
            v = (unsigned)(strchr(letters, s[1]) - letters);
        sum += v * weights[i];
    }
    return sum % 11 == digit_value(s[8]);
}

/* IČO: weights 8 to 2 mod 11, 0 as 1 and 10 as 0. */
bool check_cz_ico(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 8))
        return false;
    rest = (unsigned)((11 - WEIGH(s, 8, 7, 6, 5, 4, 3, 2) % 11) % 11);
    return (rest ? rest : 1) % 10 == digit_value(s[7]);
}

/* DIČ: the number of a body, the birth number of a person, or 6 and eight digits. */
bool check_cz_dic(const char *s, size_t n) {
    int rest;

    if (n == 8)
        return s[0] != '9' && check_cz_ico(s, n);
    if (n == 9 && s[0] == '6' && digits_only(s, 9)) {
        rest = WEIGH(s + 1, 8, 7, 6, 5, 4, 3, 2) % 11;
        if ((8 - (21 - rest) % 11 + 10) % 10 == (int)digit_value(s[8]))
            return true;
        return false;
    }
    return check_cz_rc(s, n);
}

bool check_sk_rc(const char *s, size_t n) {
    return check_cz_rc(s, n);
}

/* Decree 169/2011 Coll.: prefix and root with weights 1 2 4 8 5 10 9 7 3 6 from the right mod 11,
 * then the code of a bank of the Czech National Bank. */
bool check_cz_bankaccount(const char *s, size_t n) {
    static const char banks[] = "010003000600071008002010202020602070210022002220225022602275260027"
                                "003030305030603500400043005500"
                                "580060006100620062106300670068007910795079607970799080308040806080"
                                "908150819081988199820082208230"
                                "824082508255826582708280829382998500";
    char digits[16];
    const char *slash = memchr(s, '/', n), *dash;
    size_t root, prefix;

    if (!slash || (size_t)(s + n - slash) != 5 || !digits_only(slash + 1, 4) ||
        !words_have(slash + 1, 4, banks))
        return false;
    dash = memchr(s, '-', (size_t)(slash - s));
    prefix = dash ? (size_t)(dash - s) : 0;
    root = (size_t)(slash - s) - (dash ? prefix + 1 : 0);
    if (prefix > 6 || root < 2 || root > 10)
        return false;
    memset(digits, '0', sizeof(digits));
    memcpy(digits + 6 - prefix, s, prefix);
    memcpy(digits + 16 - root, slash - root, root);
    return digits_only(digits, 16) && WEIGH(digits, 10, 5, 8, 4, 2, 1) % 11 == 0 &&
           WEIGH(digits + 6, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
}

/* OIB: ISO 7064 mod 11,10. */
bool check_hr_oib(const char *s, size_t n) {
    return is_digits(s, n, 11) && mod_11_10_holds(s, 11);
}

/* Adószám of bodies: the first eight digits, weights 9 7 3 1 mod 10. */
bool check_hu_anum(const char *s, size_t n) {
    return is_digits(s, n, 8) && WEIGH(s, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0;
}

/* TAJ, social security: weights 3 and 7 mod 10. */
bool check_hu_taj(const char *s, size_t n) {
    return is_digits(s, n, 9) && WEIGH(s, 3, 7, 3, 7, 3, 7, 3, 7) % 10 == (int)digit_value(s[8]) &&
           !all_same(s, 9);
}

/* Adóazonosító of persons: 8, days since 1867, three digits, weights 1 to 9 mod 11. */
bool check_hu_tax(const char *s, size_t n) {
    return is_digits(s, n, 10) && s[0] == '8' &&
           WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11 == (int)digit_value(s[9]);
}

/* Személyi azonosító, 1996. évi XX. törvény: sex and century, date, serial; weights 1 to 10 mod 11
 * of those born by the end of 1996, 10 to 1 of those born since. */
bool check_hu_szemelyi(const char *s, size_t n) {
    unsigned year;
    int sum;

    if (!is_digits(s, n, 11) || s[0] < '1' || s[0] > '4')
        return false;
    year = (s[0] <= '2' ? 1900 : 2000) + two_digits(s + 1);
    if (!is_birth_date(year, two_digits(s + 3), two_digits(s + 5)))
        return false;
    sum = year <= 1996 ? WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
                       : WEIGH(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    return sum % 11 == (int)digit_value(s[10]);
}

/* IIN: date, century and sex, number, weights 1 to 11 mod 11, and from 3 on if that leaves 10. */
bool check_kz_iin(const char *s, size_t n) {
    int rest;

    if (!is_digits(s, n, 12) || s[6] < '1' || s[6] > '6' ||
        !is_birth_date(1800 + (digit_value(s[6]) - 1) / 2 * 100 + two_digits(s), two_digits(s + 2),
                       two_digits(s + 4)))
        return false;
    rest = WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11;
    if (rest == 10)
        rest = WEIGH(s, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11;
    return rest == (int)digit_value(s[11]);
}

/* IDNO: weights 7 3 1 mod 10. */
bool check_md_idno(const char *s, size_t n) {
    return is_digits(s, n, 13) &&
           WEIGH(s, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1) % 10 == (int)digit_value(s[12]);
}

/* What is missing to a multiple of 11, where 10 is written 0. */
static int missing_to_eleven(int sum) {
    return (11 - sum % 11) % 11 % 10;
}

bool check_me_pib(const char *s, size_t n) {
    return is_digits(s, n, 8) &&
           missing_to_eleven(WEIGH(s, 8, 7, 6, 5, 4, 3, 2)) == (int)digit_value(s[7]);
}

bool check_mk_edb(const char *s, size_t n) {
    return is_digits(s, n, 13) && missing_to_eleven(WEIGH(s, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) ==
                                      (int)digit_value(s[12]);
}

/*
 * The JMBG of Yugoslavia (law of 1976) and of the states after it: date with three digits of the
 * year, region, number, weights 765432 twice mod 11.
 */
bool check_jmbg(const char *s, size_t n) {
    unsigned year;

    if (!is_digits(s, n, 13))
        return false;
    year = three_digits(s + 4);
    return is_birth_date(year + (year < 800 ? 2000 : 1000), two_digits(s + 2), two_digits(s)) &&
           missing_to_eleven(WEIGH(s, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) ==
               (int)digit_value(s[12]);
}

/* NIP: weights 6 5 7 2 3 4 5 6 7 mod 11. */
bool check_pl_nip(const char *s, size_t n) {
    return is_digits(s, n, 10) && WEIGH(s, 6, 5, 7, 2, 3, 4, 5, 6, 7, -1) % 11 == 0 &&
           !all_same(s, 10);
}

/* REGON: nine digits, or fourteen for a part of a body. */
bool check_pl_regon(const char *s, size_t n) {
    if ((n != 9 && n != 14) || !digits_only(s, n) ||
        WEIGH(s, 8, 9, 2, 3, 4, 5, 6, 7) % 11 % 10 != (int)digit_value(s[8]))
        return false;
    return n == 9 ||
           WEIGH(s, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8) % 11 % 10 == (int)digit_value(s[13]);
}

/* Identity card (three letters, check, five digits) and passport (two, check, six): 7 3 1 mod 10.
 */
bool check_pl_id(const char *s, size_t n) {
    unsigned sum;

    if (n != 9 || !letters_only(s, 3) || !digits_only(s + 3, 6))
        return false;
    sum = alnum_value(s[0]) * 7 + alnum_value(s[1]) * 3 + alnum_value(s[2]);
    return (sum + (unsigned)WEIGH(s + 3, 9, 7, 3, 1, 7, 3)) % 10 == 0;
}

bool check_pl_passport(const char *s, size_t n) {
    unsigned sum;

    if (n != 9 || !letters_only(s, 2) || !digits_only(s + 2, 7))
        return false;
    sum = alnum_value(s[0]) * 7 + alnum_value(s[1]) * 3;
    return (sum + (unsigned)WEIGH(s + 2, 9, 1, 7, 3, 1, 7, 3)) % 10 == 0;
}

/* CUI: nine digits with leading zeros, weights 7 5 3 2 1 7 5 3 2, ten times the sum mod 11. */
bool check_ro_cui(const char *s, size_t n) {
    static const uint8_t weights[9] = {7, 5, 3, 2, 1, 7, 5, 3, 2};
    unsigned sum = 0;

    if (n < 2 || n > 10 || s[0] == '0' || !digits_only(s, n))
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        sum += digit_value(s[i]) * weights[10 - n + i];
    return sum * 10 % 11 % 10 == digit_value(s[n - 1]);
}

/* Fiscal code: of a body, or the personal code. */
bool check_ro_cf(const char *s, size_t n) {
    return n == 13 ? check_ro_cnp(s, n) : check_ro_cui(s, n);
}

/* Since July 2024 without slashes: kind, year, six digits, county, and the sum of the digits and of
 * the code of the kind, mod 10. */
static bool romanian_new_register_holds(const char *s) {
    unsigned sum = (unsigned char)s[0];

    if (!digits_only(s + 1, 13) || four_digits(s + 1) < 1990 ||
        four_digits(s + 1) > BIRTH_YEAR_LAST)
        return false;
    for (size_t i = 1; i < 13; i++)
        sum += digit_value(s[i]);
    return sum % 10 == digit_value(s[13]);
}

/* Trade register: kind, county, number, year. */
bool check_ro_onrc(const char *s, size_t n) {
    const char *first, *second;
    size_t number, year;

    if (n < 5 || !one_of(s[0], "JFC"))
        return false;
    if (n == 14 && is_digit(s[13]) && !memchr(s, '/', n))
        return romanian_new_register_holds(s);
    first = memchr(s, '/', n);
    second = first ? memchr(first + 1, '/', (size_t)(s + n - first) - 1) : NULL;
    if (!second || first - s < 2 || first - s > 3 || !digits_only(s + 1, (size_t)(first - s) - 1))
        return false;
    number = (size_t)(second - first) - 1;
    year = (size_t)(s + n - second) - 1;
    if (number < 1 || number > 5 || !digits_only(first + 1, number) || year != 4 ||
        !digits_only(second + 1, 4) || four_digits(second + 1) < 1990 ||
        four_digits(second + 1) > BIRTH_YEAR_LAST)
        return false;
    number = digits_value(s + 1, (size_t)(first - s) - 1);
    return (number >= 1 && number <= 40) || number == 51 || number == 52;
}

/* PIB: ISO 7064 mod 11,10. */
bool check_rs_pib(const char *s, size_t n) {
    return is_digits(s, n, 9) && mod_11_10_holds(s, 9);
}

/* INN (Federal Tax Service, order MMV-7-6/435): ten digits of bodies, twelve of persons. */
bool check_ru_inn(const char *s, size_t n) {
    if (n == 10)
        return digits_only(s, 10) &&
               WEIGH(s, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == (int)digit_value(s[9]);
    return is_digits(s, n, 12) &&
           WEIGH(s, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == (int)digit_value(s[10]) &&
           WEIGH(s, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == (int)digit_value(s[11]);
}

/* OGRN: rest of the others by 11 (thirteen digits) or 13 (fifteen), its last digit. */
bool check_ru_ogrn(const char *s, size_t n) {
    if ((n != 13 && n != 15) || s[0] == '0' || !digits_only(s, n))
        return false;
    return digits_value(s, n - 1) % (n - 2) % 10 == digit_value(s[n - 1]);
}

/* SNILS: weights 9 to 1 mod 101, 100 as 00; numbers up to 001-001-998 have no check. */
bool check_ru_snils(const char *s, size_t n) {
    if (!is_digits(s, n, 11))
        return false;
    if (digits_value(s, 9) <= 1001998)
        return digits_value(s, 9) > 0;
    return WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100 == (int)two_digits(s + 9);
}

/* Davčna številka: weights 8 to 2 mod 11, 10 as 0. */
bool check_si_ddv(const char *s, size_t n) {
    int check;

    if (!is_digits(s, n, 8) || s[0] == '0')
        return false;
    check = 11 - WEIGH(s, 8, 7, 6, 5, 4, 3, 2) % 11;
    return (check == 10 ? 0 : check) == (int)digit_value(s[7]);
}

/* Value added tax: a birth number, or ten digits divisible by 11. */
bool check_sk_dph(const char *s, size_t n) {
    if (!is_digits(s, n, 10))
        return false;
    return check_cz_rc(s, n) ||
           (s[0] != '0' && one_of(s[2], "234789") && digits_value(s, 10) % 11 == 0);
}

/* EDRPOU: weights from 1, or 7 and 1 to 6 for 3 to 5 first; two more each if that leaves 10. */
bool check_ua_edrpou(const char *s, size_t n) {
    bool middle;
    int rest;

    if (!is_digits(s, n, 8))
        return false;
    middle = s[0] >= '3' && s[0] <= '5';
    rest = (middle ? WEIGH(s, 7, 1, 2, 3, 4, 5, 6) : WEIGH(s, 1, 2, 3, 4, 5, 6, 7)) % 11;
    if (rest == 10)
        rest = (middle ? WEIGH(s, 9, 3, 4, 5, 6, 7, 8) : WEIGH(s, 3, 4, 5, 6, 7, 8, 9)) % 11;
    return rest == (int)digit_value(s[7]);
}

/* RNTRC: days since 1899, number, weights -1 5 7 9 4 6 10 5 7 mod 11, 10 as 0. */
bool check_ua_rntrc(const char *s, size_t n) {
    return is_digits(s, n, 10) &&
           (WEIGH(s, -1, 5, 7, 9, 4, 6, 10, 5, 7) + 11) % 11 % 10 == (int)digit_value(s[9]);
}
