/* Mime: see mime.h. */
#include "extract/text/mime.h"

#include <strings.h>

#include "base/utf8.h"
#include "extract/text/charset.h"
#include "extract/text/transfer.h"

enum { PIECES_MAX = 64 }; /* of a parameter that is cut in pieces */

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static Span trim(Span s) {
    while (s.n && is_blank(s.at[0]))
        s = span(s.at + 1, s.n - 1);
    while (s.n && is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

void mime_value(Span field, char *ret, size_t n) {
    size_t k = 0;

    field = trim(field);
    while (k < field.n && k + 1 < n && field.at[k] != ';' && !is_blank(field.at[k])) {
        uint8_t c = field.at[k];

        ret[k++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    ret[k] = 0;
}

void mime_utf8(Span label, Span bytes, Buf *ret) {
    Encoding e;

    if (encoding_of_label(label, &e) < 0 || e == ENCODING_ASCII || e == ENCODING_BINARY)
        e = ENCODING_UTF8;
    if (e == ENCODING_UTF8 && !utf8_valid(bytes))
        e = ENCODING_WINDOWS1252;
    charset_append(e, bytes, ret);
}

/* ---- encoded words ---- */

typedef struct Word {
    Span charset, text;
    uint8_t code; /* Q or B */
    size_t n;     /* of all of it */
} Word;

/*
 * The encoded word that s begins with; a language behind the charset is passed over. No part of it
 * has a question mark inside, so nothing is looked at twice however often one seems to begin.
 */
static bool word_parse(Span s, Word *ret) {
    enum { CHARSET_LONGEST = 64, LONGEST = 1024 };
    const uint8_t *at = s.at + 2, *end = s.at + s.n, *star;

    if (s.n < 8 || s.at[0] != '=' || s.at[1] != '?')
        return false;
    while (at < end && at - s.at < CHARSET_LONGEST && *at != '?' && !is_blank(*at))
        at++;
    ret->charset = span(s.at + 2, (size_t)(at - s.at) - 2);
    if (end - at < 5 || at[0] != '?' || at[2] != '?')
        return false;
    ret->code = at[1] & 0xDF;
    at += 3;
    ret->text = span(at, 0);
    while (at < end && *at != '?' && at - s.at < LONGEST)
        at++;
    if (end - at < 2 || at[0] != '?' || at[1] != '=' || (ret->code != 'Q' && ret->code != 'B'))
        return false;
    ret->text.n = (size_t)(at - ret->text.at);
    ret->n = (size_t)(at - s.at) + 2;
    star = memchr(ret->charset.at, '*', ret->charset.n);
    if (star)
        ret->charset.n = (size_t)(star - ret->charset.at);
    return true;
}

/* RFC 2047 section 4.2: quoted-printable, and _ for a blank. */
static void word_bytes(const Word *w, Buf *ret) {
    Transfer t = {.kind = TRANSFER_BASE64};

    if (w->code == 'B') {
        transfer_line(&t, w->text, ret);
        return;
    }
    for (size_t i = 0; i < w->text.n; i++) {
        const uint8_t *at = w->text.at + i;

        if (*at == '=' && i + 2 < w->text.n && transfer_hex(at[1]) >= 0 &&
            transfer_hex(at[2]) >= 0) {
            buf_byte(ret, (uint8_t)(transfer_hex(at[1]) << 4 | transfer_hex(at[2])));
            i += 2;
        } else {
            buf_byte(ret, *at == '_' ? ' ' : *at);
        }
    }
}

static bool same_label(Span a, Span b) {
    return a.n == b.n && strncasecmp((const char *)a.at, (const char *)b.at, a.n) == 0;
}

/* Words of one charset are decoded together: a character may lie over two. */
void mime_words(Span s, Buf *ret) {
    _cleanup_(buf_done) Buf bytes = {0};
    Span charset = {0};
    size_t i = 0, plain = 0;
    Word w;

    while (i < s.n) {
        bool white = charset.at != NULL;

        if (s.at[i] != '=' || !word_parse(span(s.at + i, s.n - i), &w)) {
            i++;
            continue;
        }
        for (size_t k = plain; white && k < i; k++)
            white = is_blank(s.at[k]);
        if (!white || !same_label(charset, w.charset)) {
            mime_utf8(charset, buf_as_span(&bytes), ret);
            buf_clear(&bytes);
        }
        if (!white)
            buf_add(ret, s.at + plain, i - plain);
        charset = w.charset;
        word_bytes(&w, &bytes);
        plain = i += w.n;
    }
    mime_utf8(charset, buf_as_span(&bytes), ret);
    mime_utf8(span(NULL, 0), span(s.at + plain, s.n - plain), ret);
}

/* ---- parameters ---- */

typedef struct Param {
    Span name, value;
    bool quoted;
} Param;

/* The parameter at *i, behind a semicolon; false at the end. */
static bool param_next(Span s, size_t *i, Param *ret) {
    size_t k = *i;

    while (k < s.n && (s.at[k] == ';' || is_blank(s.at[k])))
        k++;
    if (k == s.n)
        return false;
    ret->name.at = s.at + k;
    while (k < s.n && s.at[k] != '=' && s.at[k] != ';')
        k++;
    ret->name = trim(span(ret->name.at, (size_t)(s.at + k - ret->name.at)));
    ret->value = span(s.at + k, 0);
    ret->quoted = false;
    if (k < s.n && s.at[k] == '=') {
        k++;
        while (k < s.n && is_blank(s.at[k]))
            k++;
        ret->quoted = k < s.n && s.at[k] == '"';
        k += ret->quoted;
        ret->value.at = s.at + k;
        while (k < s.n && s.at[k] != (ret->quoted ? '"' : ';'))
            k += s.at[k] == '\\' && ret->quoted && k + 1 < s.n ? 2 : 1;
        ret->value.n = (size_t)(s.at + k - ret->value.at);
        if (!ret->quoted)
            ret->value = trim(ret->value);
        while (k < s.n && s.at[k] != ';')
            k++;
    }
    *i = k;
    return true;
}

/* name, name*, name*3, name*3*: which piece it is, -1 if it is of another name. */
static int param_piece(Span name, const char *wanted, bool *ret_extended) {
    size_t n = strlen(wanted), i;
    int piece = 0;

    if (name.n < n || strncasecmp((const char *)name.at, wanted, n) != 0)
        return -1;
    *ret_extended = name.n > n && name.at[name.n - 1] == '*';
    if (name.n == n)
        return 0;
    if (name.at[n] != '*')
        return -1;
    for (i = n + 1; i < name.n - *ret_extended; i++) {
        if (name.at[i] < '0' || name.at[i] > '9' || piece >= PIECES_MAX)
            return -1;
        piece = piece * 10 + (name.at[i] - '0');
    }
    return piece < PIECES_MAX ? piece : -1;
}

static void add_unquoted(Span s, Buf *ret) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == '\\' && i + 1 < s.n)
            i++;
        buf_byte(ret, s.at[i]);
    }
}

static void add_percent(Span s, Buf *ret) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == '%' && i + 2 < s.n && transfer_hex(s.at[i + 1]) >= 0 &&
            transfer_hex(s.at[i + 2]) >= 0) {
            buf_byte(ret, (uint8_t)(transfer_hex(s.at[i + 1]) << 4 | transfer_hex(s.at[i + 2])));
            i += 2;
        } else {
            buf_byte(ret, s.at[i]);
        }
    }
}

/* charset'language'rest */
static Span take_charset(Span *s) {
    const uint8_t *first = memchr(s->at, '\'', s->n), *second;
    Span charset = {0};

    if (!first)
        return charset;
    second = memchr(first + 1, '\'', s->n - (size_t)(first + 1 - s->at));
    if (!second)
        return charset;
    charset = span(s->at, (size_t)(first - s->at));
    *s = span(second + 1, s->n - (size_t)(second + 1 - s->at));
    return charset;
}

bool mime_param(Span field, const char *name, Buf *ret) {
    struct {
        Span value;
        bool there, quoted, extended;
    } pieces[PIECES_MAX] = {0};
    _cleanup_(buf_done) Buf bytes = {0};
    const uint8_t *semicolon = memchr(field.at, ';', field.n);
    size_t i = semicolon ? (size_t)(semicolon - field.at) : field.n;
    Span charset = {0};
    bool any = false;
    Param p;

    while (param_next(field, &i, &p)) {
        bool extended;
        int k = param_piece(p.name, name, &extended);

        if (k < 0 || pieces[k].there)
            continue;
        pieces[k].value = p.value;
        pieces[k].quoted = p.quoted;
        pieces[k].extended = extended;
        pieces[k].there = true;
    }
    for (int k = 0; k < PIECES_MAX && pieces[k].there; k++) {
        if (pieces[k].extended && k == 0)
            charset = take_charset(&pieces[k].value);
        if (pieces[k].extended)
            add_percent(pieces[k].value, &bytes);
        else
            add_unquoted(pieces[k].value, &bytes);
        any = true;
    }
    if (charset.at)
        mime_utf8(charset, buf_as_span(&bytes), ret);
    else
        mime_words(buf_as_span(&bytes), ret);
    return any;
}

/* ---- dates ---- */

/* The next word: letters, or digits with colons, or a sign and digits; comments are passed over. */
static Span date_word(Span *s) {
    size_t i = 0, from;
    int depth = 0;

    while (i < s->n &&
           (depth || is_blank(s->at[i]) || s->at[i] == ',' || s->at[i] == '(' || s->at[i] == '-')) {
        if (s->at[i] == '-' && i + 1 < s->n && s->at[i + 1] >= '0' && s->at[i + 1] <= '9' && !depth)
            break;
        depth += s->at[i] == '(' ? 1 : s->at[i] == ')' && depth ? -1 : 0;
        i++;
    }
    from = i;
    while (i < s->n && !is_blank(s->at[i]) && s->at[i] != ',' && s->at[i] != '(' &&
           (i == from || s->at[i] != '-'))
        i++;
    *s = span(s->at + i, s->n - i);
    return span(s->at - (i - from), i - from);
}

static int number_of(Span s) {
    int n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9' || i >= 4)
            return -1;
        n = n * 10 + (s.at[i] - '0');
    }
    return s.n ? n : -1;
}

static int month_of(Span s) {
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int m = 0; s.n >= 3 && m < 12; m++) {
        if (strncasecmp((const char *)s.at, names + 3 * m, 3) == 0)
            return m + 1;
    }
    return -1;
}

/* hh:mm or hh:mm:ss, in seconds. */
static int clock_of(Span s) {
    int part[3] = {0}, n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == ':' && n < 2)
            n++;
        else if (s.at[i] >= '0' && s.at[i] <= '9' && part[n] < 100)
            part[n] = part[n] * 10 + (s.at[i] - '0');
        else
            return -1;
    }
    return n && part[0] < 24 && part[1] < 60 && part[2] <= 60
               ? part[0] * 3600 + part[1] * 60 + part[2]
               : -1;
}

/* Seconds east of Greenwich; letters of zones that are not known count as none. */
static int zone_of(Span s) {
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
                 {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
    int n;

    if (s.n == 5 && (s.at[0] == '+' || s.at[0] == '-')) {
        n = number_of(span(s.at + 1, 4));
        if (n >= 0)
            return (n / 100 * 3600 + n % 100 * 60) * (s.at[0] == '-' ? -1 : 1);
    }
    for (size_t i = 0; i < N_ELEMENTS(zones); i++) {
        if (span_is(s, zones[i].name))
            return zones[i].hours * 3600;
    }
    return 0;
}

/* Days from 1970-01-01, of the Gregorian calendar: whole 400-year cycles have 146,097 days. */
static int64_t days_of(int year, int month, int day) {
    int64_t y = year - (month <= 2), cycle = (y >= 0 ? y : y - 399) / 400, in = y - cycle * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return cycle * 146097 + in * 365 + in / 4 - in / 100 + day_of_year - 719468;
}

bool mime_date(Span s, int64_t *ret) {
    Span word = date_word(&s);
    int day = number_of(word), month, year, clock;
    size_t year_digits;

    if (day < 0) { /* the day of the week */
        word = date_word(&s);
        day = number_of(word);
    }
    month = month_of(date_word(&s));
    word = date_word(&s);
    if (word.n && word.at[0] == '-')
        word = span(word.at + 1, word.n - 1); /* 17-Nov-2025 */
    year = number_of(word);
    year_digits = word.n;
    clock = clock_of(date_word(&s));
    if (day < 1 || day > 31 || month < 0 || year < 0 || clock < 0)
        return false;
    if (year_digits <= 2)
        year += year < 50 ? 2000 : 1900;
    else if (year_digits == 3)
        year += 1900;
    if (year < 1970 || year > 2200)
        return false;
    *ret =
        (days_of(year, month, day) * 86400 + clock - zone_of(date_word(&s))) * INT64_C(1000000000);
    return true;
}
