/*
 * Cellformat: see cellformat.h.
 *
 * A code is first reduced: quotes, escapes, colours, conditions and locales away, what is literal
 * marked as such. What is left says whether it is a date (letters y m d h s) or a mask (only 0, #
 * and literals). Only the section for positive numbers is looked at, and a first one that has a
 * condition.
 */
#include "extract/format/cellformat.h"

#include <ctype.h>
#include <math.h>

enum { SECTION_MAX = 256, DIGITS_MAX = 32 };

/* One section, reduced: c[i], and whether it stands for itself. */
typedef struct Section {
    char c[SECTION_MAX];
    bool literal[SECTION_MAX];
    size_t n;
    bool elapsed;       /* [h], [mm], [ss] */
    bool has_condition; /* [<=x] or [<x] */
    double condition;
    size_t end; /* of it in the code */
} Section;

static void section_put(Section *s, char c, bool literal) {
    if (s->n < SECTION_MAX) {
        s->c[s->n] = c;
        s->literal[s->n++] = literal;
    }
}

/* [Red], [$-409], [<=9999999], [h]: from behind '[' to ']'. */
static void read_bracket(Section *s, Span in) {
    char number[32];

    if (in.n == 0)
        return;
    if (in.at[0] == '<' && in.n > 1) {
        size_t from = in.at[1] == '=' ? 2 : 1;

        snprintf(number, sizeof(number), "%.*s", (int)(in.n - from), (const char *)in.at + from);
        s->condition = strtod(number, NULL);
        s->has_condition = true;
    } else if (strchr("hHmMsS", in.at[0]) && (in.n == 1 || in.at[1] == in.at[0])) {
        s->elapsed = true;
        section_put(s, (char)tolower(in.at[0]), false);
    }
}

static void read_section(Span code, size_t from, Section *s) {
    size_t i = from;

    while (i < code.n && code.at[i] != ';') {
        char c = (char)code.at[i];

        if (c == '"') {
            for (i++; i < code.n && code.at[i] != '"'; i++)
                section_put(s, (char)code.at[i], true);
        } else if (c == '\\' && i + 1 < code.n) {
            section_put(s, (char)code.at[++i], true);
        } else if (c == '_' || c == '*') { /* a blank as wide as the next character; fill */
            i++;
        } else if (c == '[') {
            size_t start = i + 1;

            while (i < code.n && code.at[i] != ']')
                i++;
            read_bracket(s, span(code.at + start, i > start ? i - start : 0));
        } else {
            section_put(s, c, strchr("-() /:+", c) != NULL && c != 0);
        }
        i++;
    }
    s->end = i < code.n ? i + 1 : code.n;
}

static bool is_general(const Section *s) {
    return s->n >= 7 && strncasecmp(s->c, "general", 7) == 0;
}

/* Into day and clock: an `m` beside hours or seconds is minutes. */
static bool read_date(const Section *s, CellFormat *ret) {
    bool month = false;

    if (is_general(s))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->literal[i])
            continue;
        switch (tolower((uint8_t)s->c[i])) {
        case 'y':
        case 'd':
            ret->day = true;
            break;
        case 'h':
        case 's':
            ret->clock = true;
            break;
        case 'm':
            month = true;
            break;
        }
    }
    if (month && !ret->clock && !ret->day)
        ret->day = !s->elapsed;
    if (s->elapsed)
        ret->clock = true;
    return ret->day || ret->clock;
}

/* Only digits' places and literals, and something that a plain number would not show. */
static bool read_mask(const Section *s, char *ret) {
    size_t places = 0, zeros = 0, between = 0, n = 0;

    if (s->n >= CELL_MASK_MAX)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->literal[i]) {
            between += places > 0;
            /* digits and places that stand for themselves cannot be told in a mask */
            if (isdigit((uint8_t)s->c[i]) || s->c[i] == '#')
                return false;
        } else if (s->c[i] == '0' || s->c[i] == '#' || s->c[i] == '?') {
            places++;
            zeros += s->c[i] == '0';
        } else {
            return false;
        }
        ret[n++] = s->c[i] == '?' && !s->literal[i] ? '#' : s->c[i];
    }
    ret[n] = 0;
    return places >= 2 && (zeros >= 2 || between > 0);
}

CellFormat cell_format_parse(Span code) {
    CellFormat f = {.kind = CELL_PLAIN};
    Section first = {0}, second = {0};

    read_section(code, 0, &first);
    if (read_date(&first, &f)) {
        f.kind = CELL_DATE;
        return f;
    }
    f.day = f.clock = false;
    if (first.has_condition) {
        read_section(code, first.end, &second);
        if (read_mask(&first, f.below_mask)) {
            f.below = first.condition;
            f.kind = CELL_MASK;
        } else {
            f.below_mask[0] = 0;
        }
        if (read_mask(&second, f.mask))
            f.kind = CELL_MASK;
        else
            f.mask[0] = 0;
    } else if (read_mask(&first, f.mask)) {
        f.kind = CELL_MASK;
    }
    return f;
}

/* 18.8.30: built-in formats; 27 to 36 and 50 to 58 are dates of East Asian locales. */
CellFormat cell_format_builtin(unsigned id) {
    CellFormat f = {.kind = CELL_PLAIN};

    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) ||
        id == 57 || id == 58)
        f = (CellFormat){.kind = CELL_DATE, .day = true};
    else if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ||
             id == 55 || id == 56)
        f = (CellFormat){.kind = CELL_DATE, .clock = true};
    else if (id == 22)
        f = (CellFormat){.kind = CELL_DATE, .day = true, .clock = true};
    return f;
}

/* ---- printing ---- */

static void print_number(double v, Buf *to) {
    char text[64];

    if (v == floor(v) && fabs(v) < 1e21)
        buf_printf(to, "%.0f", v == 0 ? 0.0 : v);
    else {
        snprintf(text, sizeof(text), "%.15g", v);
        buf_text(to, text);
    }
}

/* Days since 1970-01-01 to a date of the Gregorian calendar (H. Hinnant's algorithm). */
static void civil(int64_t days, int *ret_year, int *ret_month, int *ret_day) {
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

/*
 * 18.17.4.1: day 1 is 1900-01-01 and 60 a 29th of February 1900 that never was: up to there one
 * day is between, so 0 is 1899-12-31 and from 61 on 1899-12-30. A day 60 is printed as the 28th.
 */
static bool print_date(const CellFormat *f, double v, bool date1904, Buf *to) {
    enum { FROM_1904 = -24107, FROM_1900 = -25569, DAYS_MAX = 2958465 };
    double whole = floor(v);
    int64_t seconds = (int64_t)llround((v - whole) * 86400), days = 0;
    int year, month, day;

    if (!(v >= 0) || v > DAYS_MAX)
        return false;
    days = (int64_t)whole;
    if (seconds == 86400) {
        seconds = 0;
        days++;
    }
    if (f->day || days >= 1) {
        if (f->day) {
            civil(days + (date1904 ? FROM_1904 : FROM_1900 + (days < 60)), &year, &month, &day);
            buf_printf(to, "%04d-%02d-%02d", year, month, day);
        } else {
            seconds += days * 86400; /* a time that elapsed */
        }
    }
    if (f->clock || seconds)
        buf_printf(to, "%s%02lld:%02lld:%02lld", f->day ? " " : "", (long long)(seconds / 3600),
                   (long long)(seconds / 60 % 60), (long long)(seconds % 60));
    return true;
}

/* The number's digits into the mask's places from the right; what has no place stands before. */
static bool print_mask(const char *mask, double v, Buf *to) {
    char digits[DIGITS_MAX], out[DIGITS_MAX + CELL_MASK_MAX];
    int n = snprintf(digits, sizeof(digits), "%.0f", v);
    size_t o = sizeof(out);
    size_t places = strcspn(mask, "0#");

    if (n <= 0 || (size_t)n >= sizeof(digits))
        return false;
    for (size_t i = strlen(mask); i-- > 0;) {
        bool first = i == places;

        if (mask[i] != '0' && mask[i] != '#') {
            out[--o] = mask[i];
            continue;
        }
        if (n > 0)
            out[--o] = digits[--n];
        else if (mask[i] == '0')
            out[--o] = '0';
        while (first && n > 0)
            out[--o] = digits[--n];
    }
    buf_add(to, out + o, sizeof(out) - o);
    return true;
}

void cell_print(const CellFormat *f, double v, bool date1904, Buf *to) {
    if (f->kind == CELL_DATE && print_date(f, v, date1904, to))
        return;
    if (f->kind == CELL_MASK && v >= 0 && v == floor(v) && v < 1e18) {
        const char *mask = f->below_mask[0] && v <= f->below ? f->below_mask : f->mask;

        if (mask[0] && print_mask(mask, v, to))
            return;
    }
    print_number(v, to);
}

static bool all_digits(Span s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    }
    return true;
}

void cell_print_text(const CellFormat *f, Span text, bool date1904, Buf *to) {
    char number[64], *end;
    double v;

    if (f->kind == CELL_PLAIN && all_digits(text)) {
        buf_span(to, text);
        return;
    }
    if (text.n == 0 || text.n >= sizeof(number)) {
        buf_span(to, text);
        return;
    }
    memcpy(number, text.at, text.n);
    number[text.n] = 0;
    v = strtod(number, &end);
    if (*end || !isfinite(v))
        buf_span(to, text);
    else
        cell_print(f, v, date1904, to);
}
