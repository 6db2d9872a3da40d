/*
 * Asia and the Pacific: identity and tax numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Australian Taxation Office: nine digits, weights 1 4 3 7 5 8 6 9 10 mod 11; older ones of eight
 * stop one weight earlier. */
bool check_au_tfn(const char *s, size_t n) {
    if ((n != 8 && n != 9) || !digits_only(s, n) || all_same(s, n))
        return false;
    return n == 9 ? WEIGH(s, 1, 4, 3, 7, 5, 8, 6, 9, 10) % 11 == 0
                  : WEIGH(s, 1, 4, 3, 7, 5, 8, 6, 9) % 11 == 0;
}

/* GB/T 2260: the first two digits name a province. */
static bool is_chinese_province(const char *s) {
    return words_have(s, 2,
                      "11121314152122233132333435363741424344454650515253546162636465718182"
                      "83");
}

/* GB 11643-1999: place, date, number, ISO 7064 mod 11-2. */
bool check_cn_ric(const char *s, size_t n) {
    if (n != 18 || (s[6] != '1' && s[6] != '2') || s[10] > '1' || s[12] > '3' ||
        !digits_only(s, 17) || !is_chinese_province(s) || four_digits(s + 6) < 1800 ||
        !is_birth_date(four_digits(s + 6), two_digits(s + 10), two_digits(s + 12)))
        return false;
    return "10X98765432"[WEIGH(s, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2) % 11] ==
           s[17];
}

/* The n digits read the same from both ends. */
static bool is_palindrome(const char *s, size_t n) {
    for (size_t i = 0; i < n / 2; i++)
        if (s[i] != s[n - 1 - i])
            return false;
    return true;
}

/* UIDAI: no leading 0 or 1, Verhoeff, no palindrome. */
bool check_in_aadhaar(const char *s, size_t n) {
    return n == 12 && s[0] >= '2' && digits_only(s, 12) && verhoeff_holds(s, 12) &&
           !is_palindrome(s, 12);
}

/* Virtual ID: the same with sixteen digits. */
bool check_in_vid(const char *s, size_t n) {
    return n == 16 && s[0] >= '2' && digits_only(s, 16) && verhoeff_holds(s, 16) &&
           !is_palindrome(s, 16);
}

/* Income Tax Department: three letters, kind of holder, name, number, check letter (not public). */
bool check_in_pan(const char *s, size_t n) {
    return n == 10 && is_upper(s[9]) && digits_only(s + 5, 4) && letters_only(s, 5) &&
           one_of(s[3], "ABCFGHJKLPT") && memcmp(s + 5, "0000", 4) != 0;
}

/* My Number act, ordinance 85/2014 art. 5: weights 2 to 7 and 2 to 6 from the right, mod 11. */
bool check_jp_in(const char *s, size_t n) {
    unsigned rest;

    if (!is_digits(s, n, 12) || all_same(s, 12))
        return false;
    rest = (unsigned)(WEIGH(s, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11);
    return digit_value(s[11]) == (rest < 2 ? 0 : 11 - rest);
}

/*
 * Ministry of the Interior and Safety: date, sex and century, place, check of weights 2 to 9 and 2
 * to 5 mod 11. Since October 2020 the last six digits are drawn by lot, so that of those born since
 * then only the date is binding.
 */
bool check_kr_rrn(const char *s, size_t n) {
    static const uint16_t centuries[] = {1800, 1900, 1900, 2000, 2000,
                                         1900, 1900, 2000, 2000, 1800};
    unsigned year, month;

    if (n != 13 || s[2] > '1' || s[4] > '3' || !digits_only(s, 13))
        return false;
    year = centuries[digit_value(s[6])] + two_digits(s);
    month = two_digits(s + 2);
    if (!is_birth_date(year, month, two_digits(s + 4)))
        return false;
    if (year * 100 + month >= 202010)
        return true;
    return two_digits(s + 7) <= 96 &&
           (11 - (unsigned)WEIGH(s, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) % 11) % 10 ==
               digit_value(s[12]);
}

/* Immigration and Checkpoints Authority: weights 2765432; T and G from 2000 count 4, M from 2022 3.
 */
bool check_sg_nric(const char *s, size_t n) {
    unsigned sum;

    if (n != 9 || !one_of(s[0], "STFGM") || !digits_only(s + 1, 7))
        return false;
    sum = (unsigned)WEIGH(s + 1, 2, 7, 6, 5, 4, 3, 2);
    if (s[0] == 'M')
        return s[8] == "XWUTRQPNJLK"[(sum + 3) % 11];
    if (s[0] == 'S' || s[0] == 'T')
        return s[8] == "JZIHGFEDCBA"[(sum + (s[0] == 'T' ? 4 : 0)) % 11];
    return s[8] == "XWUTRQPNMLK"[(sum + (s[0] == 'G' ? 4 : 0)) % 11];
}

/* Australian Business Register: 1 less on the first digit, odd weights from 10 mod 89. */
bool check_au_abn(const char *s, size_t n) {
    return is_digits(s, n, 11) && s[0] != '0' &&
           (WEIGH(s, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19) - 10) % 89 == 0;
}

/* ASIC: weights 8 to 1 mod 10. */
bool check_au_acn(const char *s, size_t n) {
    return is_digits(s, n, 9) && WEIGH(s, 8, 7, 6, 5, 4, 3, 2, 1, 1) % 10 == 0;
}

/* Medicare card: eight digits from 2 to 6, weights 1 3 7 9, check, issue, perhaps a person. */
bool check_au_medicare(const char *s, size_t n) {
    return (n == 10 || (n == 11 && s[10] != '0')) && digits_only(s, n) && s[0] >= '2' &&
           s[0] <= '6' && WEIGH(s, 1, 3, 7, 9, 1, 3, 7, 9) % 10 == (int)digit_value(s[8]) &&
           s[9] != '0';
}

/* Emirates identity card: 784, year, number, Luhn. */
bool check_ae_eid(const char *s, size_t n) {
    return is_digits(s, n, 15) && memcmp(s, "784", 3) == 0 && four_digits(s + 3) >= 1900 &&
           four_digits(s + 3) <= BIRTH_YEAR_LAST && luhn_holds(s, 15);
}

/* GB 32100-2015: authority, kind, place, body, check of powers of 3 mod 31. */
bool check_cn_uscc(const char *s, size_t n) {
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    unsigned sum = 0, weight = 1;

    if (n != 18 || !digits_only(s, 8))
        return false;
    for (size_t i = 0; i < 18; i++) {
        if (!one_of(s[i], alphabet))
            return false;
        sum += (unsigned)(strchr(alphabet, s[i]) - alphabet) * (i < 17 ? weight : 1);
        weight = weight * 3 % 31;
    }
    return sum % 31 == 0;
}

/* Immigration Department: one or two letters, six digits, check of mod 11 with A for 10; the place
 * of a missing letter counts 36. */
bool check_hk_hkid(const char *s, size_t n) {
    unsigned sum, check;

    if ((n != 8 && n != 9) || !letters_only(s, n - 7) || !digits_only(s + n - 7, 6) ||
        !(is_digit(s[n - 1]) || s[n - 1] == 'A'))
        return false;
    sum = (n == 9 ? alnum_value(s[0]) : 36) * 9 + alnum_value(s[n - 8]) * 8 +
          (unsigned)WEIGH(s + n - 7, 7, 6, 5, 4, 3, 2);
    check = (11 - sum % 11) % 11;
    return alnum_value(s[n - 1]) == check;
}

/* Kementerian Dalam Negeri: the provinces of Indonesia. */
static bool is_indonesian_province(const char *s) {
    return words_have(
        s, 2, "1112131415161718192131323334353651525361626364657172737475768182919293949596");
}

/* NIK: place, date (women 40 on the day), number. */
bool check_id_nik(const char *s, size_t n) {
    unsigned day;

    if (!is_digits(s, n, 16) || !is_indonesian_province(s) || memcmp(s + 12, "0000", 4) == 0 ||
        two_digits(s + 2) == 0)
        return false;
    day = two_digits(s + 6);
    return is_short_date(two_digits(s + 10), two_digits(s + 8), day - (day > 40 ? 40 : 0));
}

/* NPWP: nine digits by Luhn, office, branch; since 2024 with a 0 before, or the NIK. */
bool check_id_npwp(const char *s, size_t n) {
    if (n == 16 && s[0] != '0')
        return check_id_nik(s, n);
    if ((n != 15 && n != 16) || !digits_only(s, n))
        return false;
    return luhn_holds(s, n - 6);
}

/* Israel, Ministry of Interior: nine digits by Luhn, leading zeros left out or not. */
bool check_il_idnr(const char *s, size_t n) {
    return is_digits(s, n, 9) && luhn_holds(s, 9) && memcmp(s, "000000000", 9) != 0;
}

/* Company number: 5 first. */
bool check_il_hp(const char *s, size_t n) {
    return is_digits(s, n, 9) && s[0] == '5' && luhn_holds(s, 9);
}

/* Election Commission: three letters, seven digits by Luhn. */
bool check_in_epic(const char *s, size_t n) {
    return n == 10 && letters_only(s, 3) && digits_only(s + 3, 7) && luhn_holds(s + 3, 7);
}

/* GST number: state, PAN, entity, Z, Luhn of base 36. */
bool check_in_gstin(const char *s, size_t n) {
    return n == 15 && digits_only(s, 2) && two_digits(s) >= 1 && two_digits(s) <= 38 &&
           check_in_pan(s + 2, 10) && is_alnum(s[12]) && s[12] != '0' && s[13] == 'Z' &&
           luhn_alphabet_holds(s, 15, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36);
}

/* National Tax Agency, corporate number: the first digit is 9 less weights 1 and 2 mod 9. */
bool check_jp_cn(const char *s, size_t n) {
    return is_digits(s, n, 13) &&
           9 - WEIGH(s + 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1) % 9 == (int)digit_value(s[0]);
}

/* National Tax Service: office, kind, number, weights 1 3 7 1 3 7 1 3 5 mod 10 with the tens of the
 * last product added; older oracles hold only the parts. */
bool check_kr_brn(const char *s, size_t n) {
    unsigned last, sum;

    if (!is_digits(s, n, 10) || three_digits(s) < 101 || two_digits(s + 3) == 0 ||
        memcmp(s + 5, "0000", 4) == 0)
        return false;
    last = digit_value(s[8]) * 5;
    sum = (unsigned)WEIGH(s, 1, 3, 7, 1, 3, 7, 1, 3) + last + last / 10;
    return (10 - sum % 10) % 10 == digit_value(s[9]);
}

/* Foreigner registration: as the number of residents, 5 to 8, check 2 more. */
bool check_kr_frn(const char *s, size_t n) {
    unsigned year;

    if (!is_digits(s, n, 13) || s[6] < '5' || s[6] > '8')
        return false;
    year = (s[6] <= '6' ? 1900 : 2000) + two_digits(s);
    if (!is_birth_date(year, two_digits(s + 2), two_digits(s + 4)))
        return false;
    return (13 - (unsigned)WEIGH(s, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) % 11) % 10 ==
           digit_value(s[12]);
}

/* Jabatan Pendaftaran Negara: date, place of birth, number. */
bool check_my_nric(const char *s, size_t n) {
    return is_digits(s, n, 12) &&
           is_short_date(two_digits(s), two_digits(s + 2), two_digits(s + 4)) &&
           words_have(
               s + 6, 2,
               "01020304050607080910111213141516212223242526272829303132333435363738394041424344"
               "45464748495051525354555657585960616263646667687172747576777879828384858687888990"
               "9192939899");
}

/* Payments NZ: branches of each bank. */
static bool is_new_zealand_branch(unsigned bank, unsigned branch) {
    static const struct {
        uint16_t bank, low, high;
    } branches[] = {
        {1, 1, 999},      {1, 1100, 1199},  {1, 1800, 1899},  {2, 1, 999},      {2, 1200, 1299},
        {3, 1, 999},      {3, 1300, 1399},  {3, 1500, 1599},  {3, 1700, 1799},  {3, 1900, 1999},
        {3, 7350, 7399},  {4, 2020, 2024},  {6, 1, 999},      {6, 1400, 1499},  {8, 6500, 6599},
        {9, 0, 0},        {10, 5165, 5169}, {11, 5000, 6499}, {11, 6600, 8999}, {12, 3000, 3299},
        {12, 3400, 3499}, {12, 3600, 3699}, {13, 4900, 4999}, {14, 4700, 4799}, {15, 3900, 3999},
        {16, 4400, 4499}, {17, 3300, 3399}, {18, 3500, 3599}, {19, 4600, 4649}, {20, 4100, 4199},
        {21, 4800, 4899}, {22, 4000, 4049}, {23, 3700, 3799}, {24, 4300, 4349}, {25, 2500, 2599},
        {26, 2600, 2699}, {27, 3800, 3849}, {28, 2100, 2149}, {29, 2150, 2299}, {30, 2900, 2949},
        {31, 2800, 2849}, {33, 6700, 6799}, {35, 2400, 2499}, {38, 9000, 9499},
    };

    for (size_t i = 0; i < N_ELEMENTS(branches); i++)
        if (bank == branches[i].bank && branch >= branches[i].low && branch <= branches[i].high)
            return true;
    return false;
}

/* Products above 9 (or 10) are added up again by 9 (or 10), as Inland Revenue states for the banks
 * of old tabulating machines. */
static unsigned folded_sum(const char *s, const uint8_t *weights, unsigned fold) {
    unsigned sum = 0;

    for (size_t i = 0; i < 16; i++) {
        unsigned v = digit_value(s[i]) * weights[i];
        sum += v > fold ? v % fold : v;
    }
    return sum;
}

/* Inland Revenue, RWT and NRWT specification: bank, branch, account, suffix; the bank says the
 * weights. */
bool check_nz_bankaccount(const char *s, size_t n) {
    static const uint8_t a[16] = {0, 0, 6, 3, 7, 9, 0, 10, 5, 8, 4, 2, 1},
                         b[16] = {0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1},
                         d[16] = {0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1},
                         e[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 1},
                         f[16] = {0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1},
                         g[16] = {0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1};

    if (!is_digits(s, n, 16) || !is_new_zealand_branch(two_digits(s), four_digits(s + 2)))
        return false;
    switch (two_digits(s)) {
    case 8:
        return folded_sum(s, d, 11) % 11 == 0;
    case 9:
        return folded_sum(s, e, 9) % 11 == 0;
    case 25:
    case 33:
        return folded_sum(s, f, 10) % 10 == 0;
    case 26:
    case 28:
    case 29:
        return folded_sum(s, g, 9) % 10 == 0;
    case 31:
        return true;
    default:
        return folded_sum(s, digits_value(s + 6, 7) >= 990000 ? b : a, 11) % 11 == 0;
    }
}

/* Inland Revenue: eight or nine digits from 10 to 150 million, two sets of weights mod 11. */
bool check_nz_ird(const char *s, size_t n) {
    char digits[9] = "0";
    uint64_t number;
    int check;

    if ((n != 8 && n != 9) || !digits_only(s, n))
        return false;
    number = digits_value(s, n);
    memcpy(digits + 9 - n, s, n);
    if (number <= 10000000 || number >= 150000000)
        return false;
    check = (11 - WEIGH(digits, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11;
    if (check == 10)
        check = (11 - WEIGH(digits, 7, 4, 3, 2, 5, 2, 7, 6) % 11) % 11;
    return check == (int)digit_value(digits[8]);
}

/* Oman Tax Authority: OM, ten digits of which the last five check the check digit, mod 11. */
bool check_om_vat(const char *s, size_t n) {
    int check;

    if (n != 12 || memcmp(s, "OM", 2) != 0 || !digits_only(s + 2, 9))
        return false;
    check = (1 + WEIGH(s + 6, 1, 6, 3, 7, 9)) % 11;
    return s[11] == (check == 10 ? 'X' : (char)('0' + check));
}

/* NADRA: province, family, number, sex. */
bool check_pk_cnic(const char *s, size_t n) {
    return is_digits(s, n, 13) && s[0] >= '1' && s[0] <= '7' && s[12] != '0';
}

/* Ministry of Interior: 1 citizen, 2 resident, Luhn. */
bool check_sa_id(const char *s, size_t n) {
    return is_digits(s, n, 10) && (s[0] == '1' || s[0] == '2') && luhn_holds(s, 10);
}

/* ACRA, unique entity number: businesses, companies (year first), others (century letter, year,
 * kind). */
bool check_sg_uen(const char *s, size_t n) {
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    static const uint8_t weights[9] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
    unsigned sum = 0;

    if (n == 9)
        return digits_only(s, 8) && s[8] == "XMKECAWLJDB"[WEIGH(s, 10, 4, 9, 3, 8, 2, 7, 1) % 11];
    if (n != 10)
        return false;
    if (is_digit(s[0]))
        return digits_only(s, 9) && four_digits(s) <= BIRTH_YEAR_LAST &&
               s[9] == "ZKCMDNERGWH"[WEIGH(s, 10, 8, 6, 4, 9, 7, 5, 3, 1) % 11];
    if (!one_of(s[0], "RST") || !digits_only(s + 1, 2) || !digits_only(s + 5, 4) ||
        (s[0] == 'T' && two_digits(s + 1) > BIRTH_YEAR_LAST - 2000) ||
        !words_have(s + 3, 2,
                    "CCCDCHCLCMCPCSCXDPFBFCFMFNGAGBGSHSLLLPMBMCMDMHMMMQNBNRPAPBPFRFRPSMSSTCTUVHXL"))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += (unsigned)(strchr(alphabet, s[i]) - alphabet) * weights[i];
    return s[9] == alphabet[(sum + 6) % 11];
}

static int thai_digit(const char *s) {
    return (11 - WEIGH(s, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 10;
}

/* Department of Provincial Administration: 1 to 8, weights 13 to 2 mod 11. */
bool check_th_pin(const char *s, size_t n) {
    return is_digits(s, n, 13) && s[0] >= '1' && s[0] <= '8' &&
           thai_digit(s) == (int)digit_value(s[12]);
}

/* Of associations: 0 first. */
bool check_th_moa(const char *s, size_t n) {
    return is_digits(s, n, 13) && s[0] == '0' && thai_digit(s) == (int)digit_value(s[12]);
}

bool check_th_tin(const char *s, size_t n) {
    return check_th_pin(s, n) || check_th_moa(s, n);
}

/* The letter of a Taiwanese place as the two digits that the Ministry of Interior gives it. */
static unsigned taiwanese_place(char c) {
    static const uint8_t places[26] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                       22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};

    return places[c - 'A'];
}

/* Identity card (1, 2) and resident certificate (8, 9, formerly A to D): weights mod 10. */
bool check_tw_id(const char *s, size_t n) {
    unsigned place, sum, second;

    if (n != 10 || !is_upper(s[0]) || !digits_only(s + 2, 8) || !one_of(s[1], "1289ABCD"))
        return false;
    place = taiwanese_place(s[0]);
    second = is_digit(s[1]) ? digit_value(s[1]) : taiwanese_place(s[1]) % 10;
    sum = place / 10 + place % 10 * 9 + second * 8 + (unsigned)WEIGH(s + 2, 7, 6, 5, 4, 3, 2, 1, 1);
    return sum % 10 == 0;
}

/* Ministry of Finance, business number: weights 1 2 1 2 1 2 4 1 with digit sums, mod 5 since 2023
 * (numbers of before are mod 10); a seventh digit of 7 may count 1 less. */
bool check_tw_ubn(const char *s, size_t n) {
    static const uint8_t weights[8] = {1, 2, 1, 2, 1, 2, 4, 1};
    unsigned sum = 0;

    if (!is_digits(s, n, 8))
        return false;
    for (size_t i = 0; i < 8; i++) {
        unsigned v = digit_value(s[i]) * weights[i];
        sum += v / 10 + v % 10;
    }
    return sum % 5 == 0 || (s[6] == '7' && (sum + 1) % 5 == 0);
}

/* Tổng cục Thuế: weights 31 29 23 19 17 13 7 5 3 mod 11; a branch of three digits may follow. */
bool check_vn_mst(const char *s, size_t n) {
    if ((n != 10 && n != 13) || !digits_only(s, n) || memcmp(s + 2, "0000000", 7) == 0 ||
        (n == 13 && memcmp(s + 10, "000", 3) == 0))
        return false;
    return 10 - WEIGH(s, 31, 29, 23, 19, 17, 13, 7, 5, 3) % 11 == (int)digit_value(s[9]);
}
