/*
 * Card: payment card numbers, ISO/IEC 7812-1, by the ranges that the networks publish.
 *
 * The dense case of a scan: most numbers are refused by their first two digits and length, nine of
 * ten others by Luhn, and only the rest is compared with the table of ranges.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

#define LENGTH(n)     (1u << (n))
#define LENGTHS(a, b) ((2u << (b)) - (1u << (a)))
#define MAESTRO       LENGTHS(12, 19)
#define DINERS        (LENGTH(14) | LENGTHS(16, 19))
#define VISA          (LENGTH(13) | LENGTH(16) | LENGTH(19))
#define SWITCH        (LENGTH(16) | LENGTH(18) | LENGTH(19))

/* Lengths that some issuer uses, by the first two digits; 0: nobody. The union of card_ranges. */
static const uint32_t lengths_by_two[100] = {
    [10 ... 18] = LENGTH(15),
    [19] = LENGTH(15) | SWITCH,
    [21] = LENGTH(15),
    [22] = LENGTHS(16, 19),
    [23 ... 27] = LENGTH(16),
    [30] = DINERS,
    [34] = LENGTH(15),
    [35] = LENGTHS(16, 19),
    [36] = DINERS,
    [37] = LENGTH(15),
    [38 ... 39] = DINERS,
    [40 ... 48] = VISA,
    [49] = VISA | SWITCH,
    [50] = MAESTRO,
    [51 ... 55] = LENGTH(16),
    [56 ... 58] = MAESTRO,
    [60] = LENGTHS(16, 19),
    [62] = LENGTHS(16, 19),
    [63] = MAESTRO,
    [64 ... 65] = LENGTHS(16, 19),
    [67] = MAESTRO,
    [81] = LENGTHS(16, 19),
    [82] = LENGTH(16),
    [86] = LENGTH(16),
    [90] = LENGTH(16),
    [97 ... 98] = LENGTH(16),
};

/* First six digits, lengths. Ranges of one network may lie inside those of another. */
static const struct {
    uint32_t low, high, lengths;
} card_ranges[] = {
    {400000, 499999, VISA},            /* Visa */
    {510000, 559999, LENGTH(16)},      /* Mastercard */
    {222100, 272099, LENGTH(16)},      /* Mastercard, the 2-series of 2017 */
    {340000, 349999, LENGTH(15)},      /* American Express */
    {370000, 379999, LENGTH(15)},      /* American Express */
    {620000, 629999, LENGTHS(16, 19)}, /* UnionPay, Discover for 622126-622925 */
    {601100, 601199, LENGTHS(16, 19)}, /* Discover */
    {644000, 659999, LENGTHS(16, 19)}, /* Discover, RuPay, Elo, Verve, Troy */
    {352800, 358999, LENGTHS(16, 19)}, /* JCB */
    {213100, 213199, LENGTH(15)},      /* JCB, until about 2010 */
    {180000, 180099, LENGTH(15)},      /* JCB, until about 2010 */
    {300000, 305999, DINERS},          /* Diners Club, Carte Blanche */
    {309500, 309599, DINERS},          /* Diners Club */
    {360000, 369999, DINERS},          /* Diners Club */
    {380000, 399999, DINERS},          /* Diners Club */
    {500000, 509999, MAESTRO},         /* Maestro, Verve, RuPay, Elo, Meeza */
    {560000, 589999, MAESTRO},         /* Maestro, Uzcard, Naranja */
    {600000, 609999, LENGTHS(16, 19)}, /* RuPay, Hipercard, Cabal, UkrCard */
    {630400, 630499, MAESTRO},         /* Maestro, formerly Laser */
    {639000, 639099, MAESTRO},         /* Maestro */
    {630000, 639999, LENGTHS(16, 19)}, /* GPN, Solo, InterPayment, InstaPayment, Hipercard */
    {670000, 679999, MAESTRO},         /* Maestro */
    {220000, 220499, LENGTHS(16, 19)}, /* Mir */
    {220500, 220599, LENGTH(16)},      /* Borica */
    {810000, 817199, LENGTHS(16, 19)}, /* UnionPay */
    {810000, 829999, LENGTH(16)},      /* RuPay */
    {490300, 490599, SWITCH},          /* Switch */
    {491100, 491199, SWITCH},          /* Switch */
    {493600, 493699, SWITCH},          /* Switch */
    {194600, 194699, SWITCH},          /* GPN */
    {860000, 860099, LENGTH(16)},      /* Uzcard */
    {905100, 905199, LENGTH(16)},      /* ArCa */
    {979200, 979299, LENGTH(16)},      /* Troy */
    {986000, 986099, LENGTH(16)},      /* Humo */
    {100000, 199999, LENGTH(15)},      /* UATP */
};

static bool is_issued(const char *s, size_t n) {
    uint32_t first = (uint32_t)digits_value(s, 6);

    for (size_t i = 0; i < N_ELEMENTS(card_ranges); i++)
        if (first >= card_ranges[i].low && first <= card_ranges[i].high &&
            card_ranges[i].lengths >> n & 1)
            return true;
    return false;
}

bool check_card(const char *s, size_t n) {
    if (n < 12 || n > 19 || !digits_only(s, n))
        return false;
    return lengths_by_two[two_digits(s)] >> n & 1 && luhn_holds(s, n) && is_issued(s, n) &&
           !all_same(s, n);
}

/* ISO/IEC 7813: the card number of a magnetic stripe's track 1 (%B...^) or 2 (;...=, ...=, ...D).
 */
bool check_card_track(const char *s, size_t n) {
    size_t from = starts(s, n, "%B") ? 2 : starts(s, n, ";") ? 1 : 0, end = from;

    while (end < n && is_digit(s[end]))
        end++;
    return end < n && one_of(s[end], from == 2 ? "^" : "=D") && check_card(s + from, end - from);
}
