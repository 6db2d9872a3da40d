/*
 * The British Isles, the Low Countries and Liechtenstein, beyond what europe-west.c has.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* HMRC, unique taxpayer reference: the first digit checks the others, mod 11. */
bool check_gb_utr(const char *s, size_t n) {
    if (n == 11 && s[0] == 'K') {
        s++;
        n--;
    }
    return is_digits(s, n, 10) &&
           s[0] == "21987654321"[WEIGH(s + 1, 6, 7, 8, 9, 10, 5, 4, 3, 2) % 11];
}

/* Weights 8 to 2 and the last two digits as they are, mod 97; 55 less since 2010. */
static bool british_vat_holds(const char *s) {
    unsigned rest = (unsigned)(WEIGH(s, 8, 7, 6, 5, 4, 3, 2, 10, 1) % 97);

    return rest == 0 || ((rest == 42 || rest == 55) && three_digits(s) >= 100);
}

/* HMRC V103: nine or twelve digits, or GD and HA with three for departments and hospitals. */
bool check_gb_vat(const char *s, size_t n) {
    if (n == 5 && digits_only(s + 2, 3))
        return memcmp(s, "GD", 2) == 0   ? three_digits(s + 2) < 500
               : memcmp(s, "HA", 2) == 0 ? three_digits(s + 2) >= 500
                                         : false;
    if (n == 11 && digits_only(s + 2, 9) && memcmp(s + 2, "8888", 4) == 0)
        return (memcmp(s, "GD", 2) == 0   ? three_digits(s + 6) < 500
                : memcmp(s, "HA", 2) == 0 ? three_digits(s + 6) >= 500
                                          : false) &&
               three_digits(s + 6) % 97 == two_digits(s + 9);
    return (n == 9 || n == 12) && digits_only(s, n) && british_vat_holds(s);
}

/* Authorities that give out pupil numbers (Department for Education). */
static bool is_local_authority(unsigned code) {
    static const struct {
        uint16_t low, high;
    } ranges[] = {{201, 213}, {301, 320}, {330, 336}, {340, 344}, {350, 359}, {370, 373},
                  {380, 384}, {390, 394}, {420, 420}, {800, 803}, {805, 808}, {810, 813},
                  {815, 816}, {821, 823}, {825, 826}, {830, 831}, {835, 837}, {840, 841},
                  {845, 846}, {850, 852}, {855, 857}, {860, 861}, {865, 874}, {876, 896},
                  {908, 909}, {916, 916}, {919, 919}, {921, 921}, {925, 926}, {928, 929},
                  {931, 931}, {933, 933}, {935, 938}};

    for (size_t i = 0; i < N_ELEMENTS(ranges); i++)
        if (code >= ranges[i].low && code <= ranges[i].high)
            return true;
    return false;
}

/* Unique pupil number: a letter of mod 23, authority, year, serial. */
bool check_gb_upn(const char *s, size_t n) {
    static const char alphabet[] = "ABCDEFGHJKLMNPQRTUVWXYZ0123456789";
    unsigned sum;

    if (n != 13 || !is_upper(s[0]) || !digits_only(s + 1, 11) || !one_of(s[12], alphabet) ||
        !is_local_authority(three_digits(s + 1)))
        return false;
    sum = (unsigned)(strchr(alphabet, s[12]) - alphabet) * 13;
    for (unsigned i = 0; i < 11; i++)
        sum += (digit_value(s[i + 1]) + 23) * (i + 2);
    return alphabet[sum % 23] == s[0];
}

/* Community Health Index of Scotland: date, then the check of an NHS number. */
bool check_gb_chi(const char *s, size_t n) {
    return is_digits(s, n, 10) &&
           is_short_date(two_digits(s + 4), two_digits(s + 2), two_digits(s)) &&
           WEIGH(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

/* DVLA driver number: five of the surname filled with 9, decade, month (women + 50), day, year,
 * two initials, and three characters that are not public. */
bool check_gb_dl(const char *s, size_t n) {
    unsigned month;

    if (n != 16 || !digits_only(s + 5, 6) || !is_upper(s[0]) ||
        !(is_upper(s[11]) || s[11] == '9') || !(is_upper(s[12]) || s[12] == '9') ||
        !is_alnum(s[13]) || !letters_only(s + 14, 2))
        return false;
    for (size_t i = 1; i < 5; i++)
        if (!(is_upper(s[i]) && s[i - 1] != '9') && s[i] != '9')
            return false;
    month = two_digits(s + 6);
    return (month <= 12 || (month > 50 && month <= 62)) &&
           is_short_date(digit_value(s[5]) * 10 + digit_value(s[10]), month % 50,
                         two_digits(s + 8));
}

/* The letter of seven digits, and of what stands beyond them, mod 23. */
static char irish_letter(unsigned sum) {
    return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

/* Value added tax: seven digits, letter, perhaps a second that counts nine times; before 1992 the
 * second place was a letter, + or *, and the first digit counted last. */
bool check_ie_vat(const char *s, size_t n) {
    unsigned sum = 0;

    if ((n != 8 && n != 9) || !is_digit(s[0]) || !digits_only(s + 2, 5) || !is_upper(s[7]))
        return false;
    if (is_digit(s[1])) {
        sum = (unsigned)WEIGH(s, 8, 7, 6, 5, 4, 3, 2);
        if (n == 9 && !(s[8] >= 'A' && s[8] <= 'W'))
            return false;
        if (n == 9 && s[8] != 'W')
            sum += 9 * (unsigned)(s[8] - 'A' + 1);
        return s[7] == irish_letter(sum);
    }
    if (!is_upper(s[1]) && s[1] != '+' && s[1] != '*')
        return false;
    sum = (unsigned)WEIGH(s + 2, 7, 6, 5, 4, 3) + 2 * digit_value(s[0]);
    return s[7] == irish_letter(sum);
}

/* Liechtenstein, personal number: up to twelve digits after leading zeros. */
bool check_li_peid(const char *s, size_t n) {
    while (n && *s == '0') {
        s++;
        n--;
    }
    return n >= 4 && n <= 12 && digits_only(s, n);
}

/* Value added tax: six digits and their rest by 89. */
bool check_lu_tva(const char *s, size_t n) {
    return is_digits(s, n, 8) && digits_value(s, 6) % 89 == two_digits(s + 6);
}

/* National number: date, three digits, Luhn, and Verhoeff over the first eleven. */
bool check_lu_id(const char *s, size_t n) {
    char digits[12];

    if (!is_digits(s, n, 13) ||
        !is_birth_date(four_digits(s), two_digits(s + 4), two_digits(s + 6)) ||
        four_digits(s) < 1850 || !luhn_holds(s, 12))
        return false;
    memcpy(digits, s, 11);
    digits[11] = s[12];
    return verhoeff_holds(digits, 12);
}

/* Value added tax: the number of a body, leading zeros left out or not, or (since 2020) any that
 * with NL before it satisfies ISO 7064 mod 97-10. */
bool check_nl_btw(const char *s, size_t n) {
    char full[12];

    if (n < 4 || n > 12 || s[n - 3] != 'B' || !digits_only(s, n - 3) || !digits_only(s + n - 2, 2))
        return false;
    memset(full, '0', sizeof(full));
    memcpy(full + 12 - n, s, n);
    if (memcmp(full, "000000000", 9) == 0 || two_digits(full + 10) == 0)
        return false;
    return WEIGH(full, 9, 8, 7, 6, 5, 4, 3, 2, -1) % 11 == 0 ||
           mod_97(mod_97(0, "NL", 2), full, 12) == 1;
}

/* Education number, for pupils without a BSN: 10, and a rest of 5. */
bool check_nl_onderwijsnummer(const char *s, size_t n) {
    return is_digits(s, n, 9) && s[0] == '1' && s[1] == '0' &&
           (WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2, -1) + 11) % 11 == 5;
}

/* Postcode: SA, SD and SS are not given out. */
bool check_nl_postcode(const char *s, size_t n) {
    return n == 6 && s[0] != '0' && digits_only(s, 4) && letters_only(s + 4, 2) &&
           !words_have(s + 4, 2, "SASDSS");
}

/* School: two digits, two letters, and perhaps a branch. */
bool check_nl_brin(const char *s, size_t n) {
    return (n == 4 || n == 6) && digits_only(s, 2) && letters_only(s + 2, 2) &&
           digits_only(s + 4, n - 4);
}

/* Passport and identity card: two letters, six characters, a digit; no O. */
bool check_nl_identiteitskaartnummer(const char *s, size_t n) {
    return n == 9 && letters_only(s, 2) && alnum_only(s + 2, 6) && is_digit(s[8]) &&
           !memchr(s, 'O', 9);
}
