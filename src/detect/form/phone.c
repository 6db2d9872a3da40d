/*
 * Telephone numbers in international form (ITU-T E.164): '+', country code, national number.
 *
 * Digits may be grouped by single spaces, - . / and one pair of parentheses; "(0)" after the
 * country code is left out of the canonical form, as it is not dialled from abroad. The lengths of
 * national numbers are those of the national numbering plans that the ITU publishes, as least and
 * most.
 */
#include "base/cleanup.h"
#include "detect/bytes.h"
#include "detect/form/form.h"

typedef struct Plan {
    uint16_t code;
    uint8_t least, most; /* digits after the country code */
} Plan;

/* In order of code. */
static const Plan plans[] = {
    {1, 10, 10},  {7, 10, 10},  {20, 8, 10},   {27, 9, 9},   {30, 10, 10}, {31, 9, 9},
    {32, 8, 9},   {33, 9, 9},   {34, 9, 9},    {36, 8, 9},   {39, 8, 11},  {40, 9, 9},
    {41, 9, 9},   {43, 7, 13},  {44, 9, 10},   {45, 8, 8},   {46, 7, 10},  {47, 8, 8},
    {48, 9, 9},   {49, 7, 12},  {51, 8, 9},    {52, 10, 11}, {53, 8, 8},   {54, 10, 11},
    {55, 10, 11}, {56, 9, 9},   {57, 10, 10},  {58, 10, 10}, {60, 8, 10},  {61, 9, 9},
    {62, 8, 12},  {63, 8, 10},  {64, 8, 10},   {65, 8, 8},   {66, 8, 9},   {81, 9, 10},
    {82, 8, 10},  {84, 9, 10},  {86, 10, 11},  {90, 10, 10}, {91, 10, 10}, {92, 9, 10},
    {93, 9, 9},   {94, 9, 9},   {95, 7, 10},   {98, 10, 10}, {211, 9, 9},  {212, 9, 9},
    {213, 8, 9},  {216, 8, 8},  {218, 8, 9},   {220, 7, 7},  {221, 9, 9},  {222, 8, 8},
    {223, 8, 8},  {224, 8, 9},  {225, 10, 10}, {226, 8, 8},  {227, 8, 8},  {228, 8, 8},
    {229, 8, 10}, {230, 7, 8},  {231, 7, 9},   {232, 8, 8},  {233, 9, 9},  {234, 8, 10},
    {235, 8, 8},  {236, 8, 8},  {237, 9, 9},   {238, 7, 7},  {239, 7, 7},  {240, 9, 9},
    {241, 7, 8},  {242, 9, 9},  {243, 9, 9},   {244, 9, 9},  {245, 7, 9},  {246, 7, 7},
    {248, 7, 7},  {249, 9, 9},  {250, 9, 9},   {251, 9, 9},  {252, 7, 9},  {253, 8, 8},
    {254, 9, 9},  {255, 9, 9},  {256, 9, 9},   {257, 8, 8},  {258, 8, 9},  {260, 9, 9},
    {261, 9, 9},  {262, 9, 9},  {263, 8, 10},  {264, 8, 9},  {265, 7, 9},  {266, 8, 8},
    {267, 7, 8},  {268, 8, 8},  {269, 7, 7},   {290, 4, 5},  {291, 7, 7},  {297, 7, 7},
    {298, 6, 6},  {299, 6, 6},  {350, 8, 8},   {351, 9, 9},  {352, 6, 11}, {353, 7, 9},
    {354, 7, 9},  {355, 8, 9},  {356, 8, 8},   {357, 8, 8},  {358, 6, 11}, {359, 8, 9},
    {370, 8, 8},  {371, 8, 8},  {372, 7, 8},   {373, 8, 8},  {374, 8, 8},  {375, 9, 9},
    {376, 6, 9},  {377, 8, 9},  {378, 6, 10},  {380, 9, 9},  {381, 8, 9},  {382, 8, 8},
    {383, 8, 8},  {385, 8, 9},  {386, 8, 8},   {387, 8, 8},  {389, 8, 8},  {420, 9, 9},
    {421, 9, 9},  {423, 7, 9},  {500, 5, 5},   {501, 7, 7},  {502, 8, 8},  {503, 8, 8},
    {504, 8, 8},  {505, 8, 8},  {506, 8, 8},   {507, 7, 8},  {508, 6, 6},  {509, 8, 8},
    {590, 9, 9},  {591, 8, 8},  {592, 7, 7},   {593, 8, 9},  {594, 9, 9},  {595, 9, 9},
    {596, 9, 9},  {597, 6, 7},  {598, 8, 8},   {599, 7, 8},  {670, 7, 8},  {672, 6, 6},
    {673, 7, 7},  {674, 7, 7},  {675, 7, 8},   {676, 5, 7},  {677, 5, 7},  {678, 5, 7},
    {679, 7, 7},  {680, 7, 7},  {681, 6, 6},   {682, 5, 5},  {683, 4, 7},  {685, 5, 7},
    {686, 5, 8},  {687, 6, 6},  {688, 5, 6},   {689, 8, 8},  {690, 4, 7},  {691, 7, 7},
    {692, 7, 7},  {850, 8, 10}, {852, 8, 8},   {853, 8, 8},  {855, 8, 9},  {856, 8, 10},
    {880, 8, 10}, {886, 8, 9},  {960, 7, 7},   {961, 7, 8},  {962, 8, 9},  {963, 8, 9},
    {964, 8, 10}, {965, 8, 8},  {966, 8, 9},   {967, 7, 9},  {968, 8, 8},  {970, 8, 9},
    {971, 8, 9},  {972, 8, 9},  {973, 8, 8},   {974, 8, 8},  {975, 7, 8},  {976, 8, 8},
    {977, 8, 10}, {992, 9, 9},  {993, 8, 8},   {994, 9, 9},  {995, 9, 9},  {996, 9, 9},
    {998, 9, 9},
};

static const Plan *plan_find(unsigned code) {
    size_t lo = 0, hi = N_ELEMENTS(plans);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (plans[mid].code == code)
            return &plans[mid];
        if (plans[mid].code > code)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

static const Plan *plan_of(const char *digits, size_t n, size_t *ret_code_digits) {
    unsigned code = 0;

    for (size_t i = 0; i < 3 && i < n; i++) {
        const Plan *plan;

        code = code * 10 + (unsigned)(digits[i] - '0');
        plan = plan_find(code);
        if (plan) {
            *ret_code_digits = i + 1;
            return plan;
        }
    }
    return NULL;
}

enum { PHONE_GROUPS_MAX = 10, PHONE_DIGITS_MAX = 16 };

/* After each group of digits: where it ended, and how many digits there were so far. */
typedef struct Written {
    size_t n;
    size_t end[PHONE_GROUPS_MAX];
    uint8_t digits[PHONE_GROUPS_MAX];
} Written;

static void written_group(Written *w, size_t end, size_t digits) {
    w->end[w->n] = end;
    w->digits[w->n++] = (uint8_t)digits;
}

/* Reads digits, and the one or two marks that people put between groups, into canon. */
static void phone_read(const uint8_t *text, size_t n, size_t at, FormHit *ret, Written *w) {
    size_t digits = 0;
    bool open = false;

    *w = (Written){0};
    while (at < n && w->n < PHONE_GROUPS_MAX && digits < PHONE_DIGITS_MAX) {
        size_t group = digits, marks = at;

        while (at < n && byte_is_digit(text[at]) && digits < PHONE_DIGITS_MAX)
            ret->canon[1 + digits++] = (char)text[at++];
        if (digits > group)
            written_group(w, at, digits);
        else if (digits)
            return;
        for (marks = at; at < n && at - marks < 3; at++) {
            uint8_t c = text[at];

            if (c == '(' && !open && at + 2 < n && text[at + 1] == '0' && text[at + 2] == ')')
                at += 2; /* +44 (0)20: not dialled from abroad */
            else if (c == '(' && !open)
                open = true;
            else if (c == ')' && open)
                open = false;
            else if (c != ' ' && c != '-' && c != '.' && c != '/')
                break;
        }
        if (at == marks && digits == group)
            return;
        if (at == marks)
            return;
    }
}

bool form_phone(const uint8_t *text, size_t n, size_t plus, FormHit *ret) {
    size_t code_digits = 0;
    const Plan *plan;
    Written w;

    if (plus && (byte_is_word(text[plus - 1]) || text[plus - 1] == '+' || text[plus - 1] == ')' ||
                 text[plus - 1] == '.'))
        return false;
    ret->canon[0] = '+';
    phone_read(text, n, plus + 1, ret, &w);
    if (w.n == 0 || (w.end[w.n - 1] < n && byte_is_word(text[w.end[w.n - 1]])))
        return false;
    plan = plan_of(ret->canon + 1, w.digits[w.n - 1], &code_digits);
    if (!plan)
        return false;
    /* the longest that the plan allows: what follows may be the next column */
    for (size_t k = w.n; k-- > 0;) {
        if (w.digits[k] < code_digits + plan->least || w.digits[k] > code_digits + plan->most)
            continue;
        ret->n = 1 + (size_t)w.digits[k];
        ret->start = plus;
        ret->end = w.end[k];
        ret->evidence = 0;
        ret->why = NULL;
        if (k == 0 && (plus == 0 || text[plus - 1] == '\n')) {
            ret->evidence = -1.0f; /* a line that a patch adds */
            ret->why = "bare number at the start of a line";
        }
        return true;
    }
    return false;
}
