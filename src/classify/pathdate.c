/*
 * PathDate: see pathdate.h.
 *
 * A component is cut into tokens, runs of digits, runs of letters, and single other characters; a
 * rule looks at the tokens from some place on and says how many it took. Rules stand in order, the
 * most telling first, so that 2019-03-07 is not read as 2019-03.
 */
#include "classify/pathdate.h"

#include <strings.h>

#include "base/cleanup.h"

enum { TOKENS_MAX = 64, NAME_MAX_BYTES = 255, YEAR_FIRST = 1950, YEAR_LAST = 2099 };

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_DIGITS,
    TOKEN_LETTERS,
    TOKEN_MARK,
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Span text;
    unsigned value; /* of up to 8 digits */
} Token;

/* At least three more than are in use, so that rules may look ahead. */
typedef struct Tokens {
    Token at[TOKENS_MAX + 8];
    size_t n;
    YearEnd fiscal;
} Tokens;

static TokenKind kind_of(uint8_t c) {
    if (c >= '0' && c <= '9')
        return TOKEN_DIGITS;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80)
        return TOKEN_LETTERS;
    return TOKEN_MARK;
}

static void tokens_cut(Span name, Tokens *ret) {
    size_t i = 0;

    ret->n = 0;
    while (i < name.n && ret->n < TOKENS_MAX) {
        Token *t = &ret->at[ret->n++];
        size_t from = i++;

        *t = (Token){.kind = kind_of(name.at[from])};
        while (t->kind != TOKEN_MARK && i < name.n && kind_of(name.at[i]) == t->kind)
            i++;
        t->text = span(name.at + from, i - from);
        for (size_t k = 0; t->kind == TOKEN_DIGITS && t->text.n <= 8 && k < t->text.n; k++)
            t->value = t->value * 10 + (unsigned)(t->text.at[k] - '0');
    }
    for (size_t k = ret->n; k < ret->n + 8; k++)
        ret->at[k] = (Token){0};
}

static bool is_digits(const Token *t, size_t n) {
    return t->kind == TOKEN_DIGITS && t->text.n == n;
}

static bool is_year(const Token *t) {
    return is_digits(t, 4) && t->value >= YEAR_FIRST && t->value <= YEAR_LAST;
}

static bool is_mark(const Token *t, const char *marks) {
    return t->kind == TOKEN_MARK && strchr(marks, t->text.at[0]);
}

static bool is_word(const Token *t, const char *word) {
    return t->kind == TOKEN_LETTERS && t->text.n == strlen(word) &&
           strncasecmp((const char *)t->text.at, word, t->text.n) == 0;
}

/* A separator or none: how many tokens. */
static size_t gap(const Token *t) {
    return is_mark(t, "-_. ");
}

/* ---- periods ---- */

static bool period(int year, unsigned month, unsigned months, PathDate *ret) {
    if (!day_of_date(year, month, 1, &ret->from))
        return false;
    ret->to = day_after_months(ret->from, months) - 1;
    return true;
}

static bool days(unsigned year, unsigned month, unsigned day, PathDate *ret) {
    if (year < YEAR_FIRST || year > YEAR_LAST || !day_of_date((int)year, month, day, &ret->from))
        return false;
    ret->to = ret->from;
    return true;
}

static unsigned month_of(const Token *t) {
    /* English, German, French, Spanish: beginnings that belong to one month only */
    static const char *const names[12] = {
        "january jan januar janvier enero j\xc3\xa4nner",
        "february feb februar fevrier f\xc3\xa9vrier febrero",
        "march mar maerz m\xc3\xa4rz mars marzo mrz",
        "april apr avril abril",
        "may mai mayo",
        "june jun juni juin junio",
        "july jul juli juillet julio",
        "august aug aout ao\xc3\xbbt agosto",
        "september sep sept septembre septiembre",
        "october oct oktober okt octobre octubre",
        "november nov novembre noviembre",
        "december dec dezember dez decembre d\xc3\xa9"
        "cembre diciembre",
    };

    for (unsigned m = 0; t->kind == TOKEN_LETTERS && m < 12; m++) {
        for (const char *c = names[m]; *c;) {
            size_t n = strcspn(c, " ");

            if (n == t->text.n && strncasecmp(c, (const char *)t->text.at, n) == 0)
                return m + 1;
            c += n + (c[n] == ' ');
        }
    }
    return 0;
}

/* ---- rules: tokens taken, 0 for none ---- */

static size_t year_month_day(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    bool time = t->kind == TOKEN_DIGITS && (t->text.n == 12 || t->text.n == 14);
    unsigned v = t->value;

    if (time) {
        v = 0;
        for (size_t i = 0; i < 8; i++)
            v = v * 10 + (unsigned)(t->text.at[i] - '0');
    }
    if ((time || is_digits(t, 8)) && days(v / 10000, v / 100 % 100, v % 100, ret))
        return 1;
    if (is_year(t) && is_mark(&t[1], "-_. ") && is_digits(&t[2], 2) && is_mark(&t[3], "-_. ") &&
        t[3].text.at[0] == t[1].text.at[0] && is_digits(&t[4], 2) &&
        days(t->value, t[2].value, t[4].value, ret))
        return 5;
    return 0;
}

/* 07.03.2019 is a day and a month; 03-04-2019 may be either, so it is both. */
static size_t day_month_year(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    PathDate a = {0}, b = {0};
    bool is_a, is_b;

    if (!(is_digits(t, 2) || is_digits(t, 1)) || !is_mark(&t[1], "-_. ") ||
        !(is_digits(&t[2], 2) || is_digits(&t[2], 1)) || !is_mark(&t[3], "-_. ") ||
        t[3].text.at[0] != t[1].text.at[0] || !is_year(&t[4]))
        return 0;
    is_a = days(t[4].value, t[2].value, t->value, &a);
    is_b = t[1].text.at[0] != '.' && days(t[4].value, t->value, t[2].value, &b);
    if (!is_a && !is_b)
        return 0;
    if (!is_a)
        a = b;
    if (!is_b)
        b = a;
    ret->from = a.from < b.from ? a.from : b.from;
    ret->to = a.to > b.to ? a.to : b.to;
    return 5;
}

/* A letter and a number beside a year, on either side: Q3-2019, 2019Q3, 2019-H1, KW12_2019. */
static size_t beside_year(const Token *t, const char *letter, unsigned most, unsigned *ret_year,
                          unsigned *ret_n) {
    size_t i = 0;

    if (is_year(t)) {
        i = 1 + gap(&t[1]);
        if (!is_word(&t[i], letter) || t[i + 1].kind != TOKEN_DIGITS || t[i + 1].text.n > 2)
            return 0;
        *ret_year = t->value;
        *ret_n = t[i + 1].value;
        i += 2;
    } else if (is_word(t, letter) && t[1].kind == TOKEN_DIGITS && t[1].text.n <= 2) {
        i = 2 + gap(&t[2]);
        if (!is_year(&t[i]))
            return 0;
        *ret_year = t[i].value;
        *ret_n = t[1].value;
        i++;
    }
    return *ret_n >= 1 && *ret_n <= most ? i : 0;
}

static size_t year_quarter(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    unsigned year = 0, n = 0;
    size_t took = beside_year(t, "q", 4, &year, &n);

    return took && period((int)year, n * 3 - 2, 3, ret) ? took : 0;
}

static size_t year_half(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    unsigned year = 0, n = 0;
    size_t took = beside_year(t, "h", 2, &year, &n);

    return took && period((int)year, n * 6 - 5, 6, ret) ? took : 0;
}

/* ISO 8601: week 1 is that of 4 January, from Monday. */
static size_t year_week(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    static const char *const letters[] = {"w", "kw", "cw"};
    unsigned year = 0, n = 0;
    size_t took = 0;
    Day fourth;

    for (size_t i = 0; i < N_ELEMENTS(letters) && !took; i++)
        took = beside_year(t, letters[i], 53, &year, &n);
    if (!took || !day_of_date((int)year, 1, 4, &fourth))
        return 0;
    ret->from = fourth - (fourth + 3) % 7 + (Day)(n - 1) * 7; /* 1970-01-01 was a Thursday */
    ret->to = ret->from + 6;
    return took;
}

/* FY2018, FY18, FY2018-19: the year that ends in it. */
static size_t fiscal_year(const Token *t, const Tokens *of, PathDate *ret) {
    size_t i = 1 + gap(&t[1]);
    unsigned year;
    Day before, end;

    if (!is_word(t, "fy") && !is_word(t, "gj"))
        return 0;
    if (!is_year(&t[i]) && !is_digits(&t[i], 2))
        return 0;
    year = t[i].value < 100 ? 2000 + t[i].value : t[i].value;
    i++;
    if (is_mark(&t[i], "-_") && is_digits(&t[i + 1], 2) && t[i + 1].value == (year + 1) % 100) {
        year++;
        i += 2;
    }
    if (!day_of_date((int)year - 1, 1, 1, &before) || !day_of_date((int)year, 1, 1, &end))
        return 0;
    ret->from = day_next(before, of->fiscal.month, of->fiscal.day) + 1;
    ret->to = day_next(end, of->fiscal.month, of->fiscal.day);
    return i;
}

/* March 2019, 2019-mar, 7-Mar-2019. */
static size_t month_name(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    unsigned month = month_of(t);
    size_t i;

    if (month) {
        i = 1 + gap(&t[1]);
        return is_year(&t[i]) && period((int)t[i].value, month, 1, ret) ? i + 1 : 0;
    }
    i = 1 + gap(&t[1]);
    month = month_of(&t[i]);
    if (is_year(t) && month)
        return period((int)t->value, month, 1, ret) ? i + 1 : 0;
    if (t->kind == TOKEN_DIGITS && t->text.n <= 2 && month) {
        size_t k = i + 1 + gap(&t[i + 1]);

        return is_year(&t[k]) && days(t[k].value, month, t->value, ret) ? k + 1 : 0;
    }
    return 0;
}

/* 2019-03, 201903; six digits that are a date of two-digit parts as well are neither. */
static size_t year_month(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    unsigned v = t->value;
    PathDate other;

    if (is_year(t) && is_mark(&t[1], "-_") && is_digits(&t[2], 2) && t[3].kind != TOKEN_DIGITS)
        return period((int)v, t[2].value, 1, ret) ? 3 : 0;
    if (is_digits(t, 6) && v / 100 >= YEAR_FIRST && v / 100 <= YEAR_LAST &&
        !days(2000 + v / 10000, v / 100 % 100, v % 100, &other) &&
        period((int)(v / 100), v % 100, 1, ret))
        return 1;
    return 0;
}

/* 2015-2018, 2018-19. */
static size_t years(const Token *t, const Tokens *of _unused_, PathDate *ret) {
    unsigned last = t[2].value;

    if (!is_year(t) || !is_mark(&t[1], "-_") || t[3].kind == TOKEN_DIGITS)
        return 0;
    if (is_digits(&t[2], 2) && last == (t->value + 1) % 100)
        last = t->value + 1;
    else if (!is_year(&t[2]))
        return 0;
    if (last <= t->value || last - t->value > 50)
        return 0;
    return period((int)t->value, 1, (last - t->value + 1) * 12, ret) ? 3 : 0;
}

/* Words behind which a number is no year. */
static bool is_numbered(const Token *t) {
    static const char *const words[] = {
        "v",       "ver", "version",  "rev",    "release", "build",   "case",
        "nr",      "no",  "num",      "inv",    "po",      "id",      "ref",
        "ticket",  "az",  "page",     "room",   "port",    "office",  "server",
        "windows", "sql", "exchange", "studio", "acrobat", "autocad", "sharepoint",
        "visio",   "win", "model",    "part",   "article", "section", "sqlserver"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (is_word(t, words[i]))
            return true;
    }
    return false;
}

static size_t year(const Token *t, const Tokens *of, PathDate *ret) {
    static const Token none = {0};
    const Token *before = t > of->at ? t - 1 : &none;
    const Token *second = t > of->at + 1 ? t - 2 : &none;

    if (!is_year(t) || t[1].kind == TOKEN_LETTERS)
        return 0;
    if (before->kind == TOKEN_LETTERS && (before->text.n <= 2 || is_numbered(before)))
        return 0;
    if (before->kind == TOKEN_MARK && is_numbered(second))
        return 0;
    /* 2019.1, 1.2019; 2019-00123, 00123-2019 */
    if ((is_mark(&t[1], ".") && t[2].kind == TOKEN_DIGITS) ||
        (is_mark(before, ".") && second->kind == TOKEN_DIGITS) ||
        (is_mark(&t[1], "-_/") && t[2].kind == TOKEN_DIGITS && t[2].text.n >= 2) ||
        (is_mark(before, "-/") && second->kind == TOKEN_DIGITS && second->text.n >= 3) ||
        is_mark(before, "#$"))
        return 0;
    return period((int)t->value, 1, 12, ret) ? 1 : 0;
}

static const struct {
    const char *id;
    size_t (*take)(const Token *t, const Tokens *of, PathDate *ret);
} rules[] = {
    {"year-month-day", year_month_day},
    {"day-month-year", day_month_year},
    {"year-quarter", year_quarter},
    {"year-half", year_half},
    {"year-week", year_week},
    {"fiscal-year", fiscal_year},
    {"month-name", month_name},
    {"year-month", year_month},
    {"years", years},
    {"year", year},
};

/* ---- components ---- */

static size_t rule_first(const Token *t, const Tokens *of, PathDate *ret) {
    size_t took = 0;

    for (size_t i = 0; i < N_ELEMENTS(rules) && !took; i++) {
        took = rules[i].take(t, of, ret);
        ret->pattern = rules[i].id;
    }
    return took;
}

static bool name_date(Span name, YearEnd fiscal, PathDate *ret) {
    Tokens tokens = {.fiscal = fiscal};
    bool found = false;

    tokens_cut(span(name.at, name.n < NAME_MAX_BYTES ? name.n : NAME_MAX_BYTES), &tokens);
    for (size_t i = 0; i < tokens.n;) {
        PathDate one;
        size_t took = rule_first(&tokens.at[i], &tokens, &one);

        i += took ? took : 1;
        if (!took)
            continue;
        if (!found)
            *ret = one;
        ret->from = one.from < ret->from ? one.from : ret->from;
        ret->to = one.to > ret->to ? one.to : ret->to;
        found = true;
    }
    return found;
}

static unsigned number_of(Span name, size_t n) {
    unsigned v = 0;

    for (size_t i = 0; i < name.n; i++) {
        if (name.n != n || kind_of(name.at[i]) != TOKEN_DIGITS)
            return 0;
        v = v * 10 + (unsigned)(name.at[i] - '0');
    }
    return v;
}

/* Directories of years, months and days: .../2019/03/07/. */
static bool directories_date(Span year_name, Span below, Span further, PathDate *ret) {
    unsigned y = number_of(year_name, 4), m = number_of(below, 2), d = number_of(further, 2);

    if (y < YEAR_FIRST || y > YEAR_LAST || !m)
        return false;
    ret->pattern = "year-month-day";
    if (d && days(y, m, d, ret))
        return true;
    ret->pattern = "year-month";
    return period((int)y, m, 1, ret);
}

bool path_date(Span path, YearEnd fiscal, PathDate *ret) {
    Span below = {0}, further = {0};
    size_t end = path.n;

    for (;;) {
        const uint8_t *slash = end ? memrchr(path.at, '/', end) : NULL;
        size_t from = slash ? (size_t)(slash + 1 - path.at) : 0;
        Span name = span(path.at + from, end - from);

        if (directories_date(name, below, further, ret) || name_date(name, fiscal, ret))
            return true;
        if (!slash)
            return false;
        further = below;
        below = name;
        end = from - 1;
    }
}
