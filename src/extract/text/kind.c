/* Kind: see kind.h. Each look ends as soon as something does not fit. */
#include "extract/text/kind.h"

#include <strings.h>

#include "base/cleanup.h"
#include "extract/text/dialect.h"
#include "extract/text/sqlhead.h"
#include "extract/text/stamp.h"

static bool is_blank(uint8_t b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
}

static size_t skip_blanks(Span s, size_t i) {
    while (i < s.n && is_blank(s.at[i]))
        i++;
    return i;
}

static bool begins(Span s, const char *word) {
    size_t n = strlen(word);

    return s.n >= n && strncasecmp((const char *)s.at, word, n) == 0;
}

static bool begins_any(Span s, const char *const words[], size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (begins(s, words[i]))
            return true;
    }
    return false;
}

/* ---- JSON ---- */

enum {
    JSON_HEAD = 4096,
    JSON_TOKENS = 100, /* enough to believe it */
    JSON_DEPTH = 64,
};

typedef enum Expect { EXPECT_VALUE, EXPECT_KEY, EXPECT_COLON, EXPECT_COMMA } Expect;

typedef struct JsonLook {
    Span s;
    size_t i;
    Expect expect;
    unsigned depth, scalars;
    uint64_t arrays; /* a bit a level, the innermost lowest */
    bool wrong, out; /* it is none; the head ends inside */
} JsonLook;

static void look_string(JsonLook *j) {
    uint8_t quote = j->s.at[j->i];

    for (j->i++; j->i < j->s.n && j->s.at[j->i] != quote; j->i++) {
        if (j->s.at[j->i] == '\n')
            j->wrong = true;
        j->i += j->s.at[j->i] == '\\';
    }
    j->out = j->i >= j->s.n;
    j->i++;
}

static bool is_number(Span s) {
    size_t i = s.n && s.at[0] == '-', digits = i;
    unsigned points = 0;

    for (; i < s.n && ((s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '.'); i++)
        points += s.at[i] == '.';
    if (i == digits || points > 1)
        return false;
    if (i < s.n && (s.at[i] | 0x20) == 'e') {
        i += 1 + (i + 1 < s.n && (s.at[i + 1] == '+' || s.at[i + 1] == '-'));
        while (i < s.n && s.at[i] >= '0' && s.at[i] <= '9')
            i++;
    }
    return i == s.n;
}

static void look_word(JsonLook *j) {
    static const char *const words[] = {"true", "false", "null",  "NaN",       "Infinity",
                                        "None", "True",  "False", "undefined", "-Infinity"};
    size_t from = j->i;
    Span word;

    while (j->i < j->s.n && !is_blank(j->s.at[j->i]) && !memchr(",:]}[{\"'/", j->s.at[j->i], 9))
        j->i++;
    word = span(j->s.at + from, j->i - from);
    j->out = j->i == j->s.n;
    if (j->out || is_number(word))
        return;
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (span_is(word, words[i]))
            return;
    }
    j->wrong = true;
}

static void look_comment(JsonLook *j) {
    bool block = j->i + 1 < j->s.n && j->s.at[j->i + 1] == '*';
    const uint8_t *end;

    j->wrong = !block && !(j->i + 1 < j->s.n && j->s.at[j->i + 1] == '/');
    end = memmem(j->s.at + j->i, j->s.n - j->i, block ? "*/" : "\n", block ? 2 : 1);
    j->out = !end;
    j->i = end ? (size_t)(end - j->s.at) + 1 + block : j->s.n;
}

static void after_value(JsonLook *j) {
    j->expect = EXPECT_COMMA;
}

static void look_close(JsonLook *j, bool array) {
    j->wrong = j->depth == 0 || (j->arrays & 1) != array || j->expect == EXPECT_COLON ||
               (j->expect == EXPECT_VALUE && !array);
    j->arrays >>= 1;
    j->depth -= j->depth > 0;
    j->i++;
    after_value(j);
}

static void look_open(JsonLook *j, bool array) {
    j->wrong = j->expect != EXPECT_VALUE || j->depth == JSON_DEPTH;
    j->arrays = j->arrays << 1 | array;
    j->depth++;
    j->i++;
    j->expect = array ? EXPECT_VALUE : EXPECT_KEY;
}

static void look_punctuation(JsonLook *j, uint8_t c) {
    j->i++;
    if (c == ':') {
        j->wrong = j->expect != EXPECT_COLON;
        j->expect = EXPECT_VALUE;
    } else {
        j->wrong = j->expect != EXPECT_COMMA;
        j->expect = j->arrays & 1 ? EXPECT_VALUE : EXPECT_KEY;
    }
}

/* A string or a word: a key or a value, as is expected. */
static void look_scalar(JsonLook *j, bool string) {
    j->scalars++;
    j->wrong = j->expect != EXPECT_VALUE && !(string && j->expect == EXPECT_KEY);
    if (string)
        look_string(j);
    else
        look_word(j);
    if (j->expect == EXPECT_KEY)
        j->expect = EXPECT_COLON;
    else
        after_value(j);
}

static void look_token(JsonLook *j) {
    uint8_t c = j->s.at[j->i];

    if (c == '{' || c == '[')
        look_open(j, c == '[');
    else if (c == '}' || c == ']')
        look_close(j, c == ']');
    else if (c == ':' || c == ',')
        look_punctuation(j, c);
    else if (c == '/')
        look_comment(j);
    else
        look_scalar(j, c == '"' || c == '\'');
}

/* Behind the first document: nothing, or the next on a line of its own. */
static const char *after_document(Span s, size_t from, size_t i, bool whole) {
    size_t next = skip_blanks(s, i);
    bool one_line = !memchr(s.at + from, '\n', i - from);

    if (next == s.n)
        return whole || one_line ? "json" : NULL;
    if (s.at[next] != '{' && s.at[next] != '[')
        return NULL;
    return one_line && memchr(s.at + i, '\n', next - i) ? "jsonl" : "json";
}

static const char *json_kind(Span s, bool whole) {
    JsonLook j = {.s = s, .i = skip_blanks(s, 0)};
    unsigned tokens = 0;
    size_t from = j.i;

    if (s.n > JSON_HEAD) {
        j.s.n = JSON_HEAD;
        whole = false;
    }
    if (from >= j.s.n || (s.at[from] != '{' && s.at[from] != '['))
        return NULL;
    while (!j.wrong && !j.out && (j.i = skip_blanks(j.s, j.i)) < j.s.n) {
        look_token(&j);
        tokens++;
        if (!j.wrong && j.depth == 0) /* brackets alone are no data */
            return j.scalars ? after_document(s, from, j.i, whole) : NULL;
        if (tokens == JSON_TOKENS && !j.wrong) { /* a long one: does it end on its line? */
            const uint8_t *end = memchr(s.at + from, '\n', s.n - from);
            size_t next = end ? skip_blanks(s, (size_t)(end - s.at)) : s.n;

            return end && (size_t)(end - s.at) > j.i && next + 1 < s.n && s.at[next] == '{' &&
                           (end[-1] == '}' || (end[-1] == '\r' && end[-2] == '}'))
                       ? "jsonl"
                       : "json";
        }
    }
    return !j.wrong && tokens >= 3 && !(whole && !j.out) ? "json" : NULL;
}

/* ---- SQL ---- */

/* Behind comments and blanks. */
static size_t skip_comments(Span s) {
    for (size_t i = 0;;) {
        const uint8_t *end;
        bool block;

        i = skip_blanks(s, i);
        block = begins(span(s.at + i, s.n - i), "/*");
        if (!block && !begins(span(s.at + i, s.n - i), "--"))
            return i;
        end = memmem(s.at + i, s.n - i, block ? "*/" : "\n", block ? 2 : 1);
        if (!end)
            return s.n;
        i = (size_t)(end - s.at) + 1 + block;
    }
}

/*
 * Behind the line that MariaDB's dumps have before all else, since 10.11.8 and 11.4.2: it tells the
 * client to take no commands from what follows.
 */
static Span skip_sandbox(Span s) {
    static const char line[] = "/*M!999999\\- ";
    const uint8_t *end = begins(s, line) ? memchr(s.at, '\n', s.n < 256 ? s.n : 256) : NULL;

    return end ? span(end + 1, s.n - (size_t)(end + 1 - s.at)) : s;
}

static bool is_dump_title(Span head) {
    static const char *const titles[] = {"PostgreSQL database", "MySQL dump", "MariaDB dump"};
    const Span s = skip_sandbox(head);
    const size_t n = s.n < 256 ? s.n : 256;

    for (size_t i = 0; i < N_ELEMENTS(titles); i++) {
        if (begins(s, "--") && memmem(s.at, n, titles[i], strlen(titles[i])))
            return true;
    }
    return false;
}

/* A statement, not a sentence: its line ends with ; or the next line is another. */
static bool is_statement(Span s) {
    const uint8_t *end = memchr(s.at, '\n', s.n);
    size_t n = end ? (size_t)(end - s.at) : s.n;
    Span next = span(s.at + n, s.n - n);

    while (n && is_blank(s.at[n - 1]))
        n--;
    if (next.n)
        next = span(next.at + 1, next.n - 1);
    return (n && s.at[n - 1] == ';') || s.at[0] == '\\' || begins(next, "GO") ||
           begins(next, "INSERT") || begins(next, "SET") || begins(next, "CREATE");
}

static const char *sqldump_kind(Span s) {
    enum { HEAD = 16 << 10 };
    static const char *const rows[] = {"INSERT", "COPY", "CREATE", "REPLACE"};
    static const char *const others[] = {"SET",  "BEGIN", "USE",    "DROP",  "PRAGMA", "START",
                                         "LOCK", "\\",    "SELECT", "ALTER", "DELETE"};
    _cleanup_(sqlhead_done) Sqlhead h = {0};
    bool like = false;
    size_t i;

    if (s.n > HEAD)
        s.n = HEAD;
    if (is_dump_title(s))
        return "sqldump";
    i = skip_comments(s);
    like = begins_any(span(s.at + i, s.n - i), rows, N_ELEMENTS(rows)) ||
           (begins_any(span(s.at + i, s.n - i), others, N_ELEMENTS(others)) &&
            is_statement(span(s.at + i, s.n - i)));
    while (like && i < s.n) {
        Span line = span(s.at + i, s.n - i);
        const uint8_t *end = memchr(line.at, '\n', line.n);

        if (begins_any(line, rows, N_ELEMENTS(rows))) {
            if (sqlhead_parse(&h, line, true) < 0)
                return NULL;
            if (h.kind != SQLHEAD_OTHER)
                return "sqldump";
        }
        i = end ? (size_t)(end - s.at) + 1 : s.n;
    }
    return NULL;
}

/* ---- logs and tables ---- */

/* Lines begin with times; *ret_table: with something that may separate cells behind each. */
static bool is_log(Span s, bool *ret_table) {
    enum { LINES = 20 };
    unsigned lines = 0, stamps = 0, cells = 0;

    for (size_t i = 0; i < s.n && lines < LINES;) {
        Span line = span(s.at + i, s.n - i);
        const uint8_t *end = memchr(line.at, '\n', line.n);
        int64_t time;
        size_t n;

        line.n = end ? (size_t)(end - line.at) : line.n;
        n = stamp_parse(line, &time);
        stamps += n > 0;
        cells += n && n < line.n && memchr(",;\t|\"", line.at[n], 5);
        lines += line.n > 0;
        if (lines == 3 && !stamps)
            return false;
        i += line.n + 1;
    }
    *ret_table = cells == stamps;
    return stamps >= 2 && stamps * 2 >= lines;
}

const char *kind_of_text(Span head, bool whole) {
    bool table = true, log;
    const char *kind;
    Dialect d;

    if (!head.n)
        return NULL;
    kind = json_kind(head, whole);
    if (!kind)
        kind = sqldump_kind(head);
    if (kind)
        return kind;
    log = is_log(head, &table);
    if (table && dialect_guess(head, whole, &d))
        return "csv";
    return log ? "log" : NULL;
}
