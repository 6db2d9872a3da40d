/* Sqlhead: see sqlhead.h. A cursor over the text that notes when it ran out of it. */
#include "extract/text/sqlhead.h"

#include <strings.h>

typedef struct Cursor {
    Span s;
    size_t i;
    bool end;    /* nothing follows the text */
    bool out;    /* something was asked for behind it */
    bool schema; /* the last name has one */
} Cursor;

void sqlhead_done(Sqlhead *h) {
    buf_done(&h->table);
    buf_done(&h->names);
    buf_done(&h->ends);
}

uint32_t sqlhead_columns(const Sqlhead *h) {
    return (uint32_t)(h->ends.n / sizeof(uint32_t));
}

Span sqlhead_column(const Sqlhead *h, uint32_t i) {
    uint32_t from = 0, to;

    memcpy(&to, h->ends.at + i * sizeof(to), sizeof(to));
    if (i)
        memcpy(&from, h->ends.at + (i - 1) * sizeof(from), sizeof(from));
    return span(h->names.at + from, to - from);
}

/* ---- the cursor ---- */

/* The byte at the cursor, 0 behind the text. */
static uint8_t peek(Cursor *c) {
    if (c->i < c->s.n)
        return c->s.at[c->i];
    c->out = true;
    return 0;
}

static bool is_blank(uint8_t b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
}

static bool in_word(uint8_t b) {
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '_' ||
           b == '$' || b == '#' || b >= 0x80;
}

/* Behind the next byte `b`, or behind the text. */
static void skip_past(Cursor *c, uint8_t b) {
    const uint8_t *at = c->i < c->s.n ? memchr(c->s.at + c->i, b, c->s.n - c->i) : NULL;

    c->out |= !at;
    c->i = at ? (size_t)(at - c->s.at) + 1 : c->s.n;
}

static bool starts(Cursor *c, const char *two) {
    if (peek(c) != (uint8_t)two[0])
        return false;
    c->out |= c->i + 1 == c->s.n;
    return c->i + 1 < c->s.n && c->s.at[c->i + 1] == (uint8_t)two[1];
}

static void skip_block(Cursor *c) {
    c->i += 2;
    while (!c->out && !starts(c, "*/"))
        c->i++;
    c->i = c->i + 2 < c->s.n ? c->i + 2 : c->s.n;
}

/* Blanks and comments. */
static void skip_blanks(Cursor *c) {
    for (;;) {
        if (is_blank(peek(c)))
            c->i++;
        else if (starts(c, "--"))
            skip_past(c, '\n');
        else if (starts(c, "/*"))
            skip_block(c);
        else
            return;
    }
}

/* Takes a word if it is this one. */
static bool take_word(Cursor *c, const char *word) {
    size_t n = strlen(word), left;

    skip_blanks(c);
    left = c->s.n - c->i;
    if (left <= n && strncasecmp((const char *)c->s.at + c->i, word, left < n ? left : n) == 0) {
        c->out = true; /* it may go on */
        if (left < n || !c->end)
            return false;
    }
    if (left < n || strncasecmp((const char *)c->s.at + c->i, word, n) != 0)
        return false;
    if (left > n && in_word(c->s.at[c->i + n]))
        return false;
    c->i += n;
    return true;
}

static bool take_any(Cursor *c, const char *const words[]) {
    for (size_t i = 0; words[i]; i++) {
        if (take_word(c, words[i]))
            return true;
    }
    return false;
}

/* ---- names ---- */

static void add(Buf *name, size_t from, uint8_t b) {
    if (name->n - from < PART_NAME_MAX)
        buf_byte(name, b);
}

/* Behind the opening quote: up to the closing one, which may be doubled inside. */
static void quoted_name(Cursor *c, uint8_t close, Buf *name, size_t from) {
    for (c->i++; !c->out; c->i++) {
        uint8_t b = peek(c);

        if (c->out)
            return;
        if (b == close) {
            c->i++;
            if (peek(c) != close)
                return;
        }
        add(name, from, b);
    }
}

/* One component; false: there is none. */
static bool one_name(Cursor *c, Buf *name, size_t from, bool *ret_quoted) {
    uint8_t b = peek(c);

    *ret_quoted = b == '"' || b == '`' || b == '[' || b == '\'';
    if (*ret_quoted) {
        quoted_name(c, b == '[' ? ']' : b, name, from);
        return true;
    }
    if (!in_word(b))
        return false;
    while (in_word(peek(c)))
        add(name, from, c->s.at[c->i++]);
    return true;
}

/* Appends a name with its schemas; false: there is none. */
static bool take_name(Cursor *c, Buf *name) {
    size_t from = name->n;
    bool quoted;

    c->schema = false;
    skip_blanks(c);
    if (!one_name(c, name, from, &quoted))
        return false;
    while (peek(c) == '.') {
        c->schema = true;
        add(name, from, '.');
        c->i++;
        if (!one_name(c, name, from, &quoted))
            break;
    }
    return true;
}

static bool take_table(Cursor *c, Sqlhead *h) {
    bool taken = take_name(c, &h->table);

    h->schema = c->schema;
    return taken;
}

static void end_column(Sqlhead *h) {
    uint32_t end = (uint32_t)h->names.n;

    if (sqlhead_columns(h) < PART_COLUMNS_MAX)
        buf_add(&h->ends, &end, sizeof(end));
    else
        h->names.n = ((uint32_t *)(void *)h->ends.at)[PART_COLUMNS_MAX - 1];
}

/* (a, "b c", `d`) */
static bool column_list(Cursor *c, Sqlhead *h) {
    skip_blanks(c);
    if (peek(c) != '(')
        return false;
    c->i++;
    h->columns = true;
    for (;;) {
        if (!take_name(c, &h->names))
            return false;
        end_column(h);
        skip_blanks(c);
        if (peek(c) == ')') {
            c->i++;
            return true;
        }
        if (peek(c) != ',')
            return false;
        c->i++;
    }
}

/* ---- CREATE TABLE ---- */

/* Up to what ends the definition of a column: , or ) outside of brackets and quotes. */
static void skip_definition(Cursor *c) {
    unsigned depth = 0;

    for (;;) {
        uint8_t b;

        skip_blanks(c);
        b = peek(c);
        if (c->out || (depth == 0 && (b == ',' || b == ')')))
            return;
        c->i++;
        if (b == '\'' || b == '"' || b == '`')
            skip_past(c, b);
        depth += b == '(';
        depth -= b == ')';
    }
}

static bool is_any(Span word, const char *const words[]) {
    for (size_t i = 0; words[i]; i++) {
        if (word.n == strlen(words[i]) && strncasecmp((const char *)word.at, words[i], word.n) == 0)
            return true;
    }
    return false;
}

/*
 * What begins a definition that is no column's. KEY and its like are reserved in MySQL only, which
 * quotes the name behind it; elsewhere they may name a column.
 */
static bool is_constraint(Cursor *c, Span word) {
    static const char *const reserved[] = {"PRIMARY", "UNIQUE", "CONSTRAINT", "FOREIGN",
                                           "CHECK",   "LIKE",   "EXCLUDE",    NULL};
    static const char *const others[] = {"KEY", "INDEX", "FULLTEXT", "SPATIAL", "PERIOD", NULL};
    uint8_t b;

    if (is_any(word, reserved))
        return true;
    if (!is_any(word, others))
        return false;
    skip_blanks(c);
    b = peek(c);
    return b == '`' || b == '(' || take_word(c, "KEY") || take_word(c, "INDEX") ||
           take_word(c, "FOR");
}

static bool definitions(Cursor *c, Sqlhead *h) {
    skip_blanks(c);
    if (peek(c) != '(')
        return false;
    do {
        size_t from = h->names.n;
        bool quoted;

        c->i++;
        skip_blanks(c);
        if (!one_name(c, &h->names, from, &quoted))
            return false;
        if (!quoted && is_constraint(c, span(h->names.at + from, h->names.n - from)))
            h->names.n = from;
        else
            end_column(h);
        skip_definition(c);
    } while (peek(c) == ',');
    return peek(c) == ')';
}

static SqlheadKind create_table(Cursor *c, Sqlhead *h) {
    static const char *const before[] = {"GLOBAL",   "LOCAL", "TEMPORARY", "TEMP",
                                         "UNLOGGED", "OR",    "REPLACE",   NULL};

    while (take_any(c, before))
        ;
    if (!take_word(c, "TABLE"))
        return SQLHEAD_OTHER;
    if (take_word(c, "IF") && (!take_word(c, "NOT") || !take_word(c, "EXISTS")))
        return SQLHEAD_OTHER;
    return take_table(c, h) && definitions(c, h) ? SQLHEAD_CREATE : SQLHEAD_OTHER;
}

/* ---- INSERT, COPY, USE, DELIMITER ---- */

static SqlheadKind insert(Cursor *c, Sqlhead *h) {
    static const char *const before[] = {
        "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "OR", "ROLLBACK",
        "ABORT",        "FAIL",    "REPLACE",       "INTO",   NULL};

    while (take_any(c, before))
        ;
    if (!take_table(c, h))
        return SQLHEAD_OTHER;
    skip_blanks(c);
    if (peek(c) == '(' && !column_list(c, h))
        return SQLHEAD_OTHER;
    if (take_word(c, "OVERRIDING") && (take_word(c, "SYSTEM") || take_word(c, "USER")))
        take_word(c, "VALUE");
    return take_word(c, "VALUES") || take_word(c, "VALUE") ? SQLHEAD_INSERT : SQLHEAD_OTHER;
}

static SqlheadKind copy(Cursor *c, Sqlhead *h) {
    if (!take_table(c, h))
        return SQLHEAD_OTHER;
    skip_blanks(c);
    if (peek(c) == '(' && !column_list(c, h))
        return SQLHEAD_OTHER;
    if (!take_word(c, "FROM") || !take_word(c, "STDIN"))
        return SQLHEAD_OTHER;
    skip_past(c, '\n');
    return SQLHEAD_COPY;
}

/* A database and nothing else, up to ; or the end of the line. */
static SqlheadKind use(Cursor *c, Sqlhead *h) {
    if (!take_table(c, h) || h->schema)
        return SQLHEAD_OTHER;
    while (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\r')
        c->i++;
    return c->out || peek(c) == ';' || peek(c) == '\n' ? SQLHEAD_USE : SQLHEAD_OTHER;
}

static SqlheadKind delimiter(Cursor *c, Sqlhead *h) {
    size_t n = 0;

    while (peek(c) == ' ' || peek(c) == '\t')
        c->i++;
    while (!c->out && !is_blank(peek(c)) && n < SQLHEAD_DELIMITER_MAX)
        h->delimiter[n++] = (char)c->s.at[c->i++];
    h->delimiter[n] = 0;
    skip_past(c, '\n');
    return n ? SQLHEAD_DELIMITER : SQLHEAD_OTHER;
}

int sqlhead_parse(Sqlhead *h, Span text, bool end) {
    Cursor c = {.s = text, .end = end};

    buf_clear(&h->table);
    buf_clear(&h->names);
    buf_clear(&h->ends);
    h->columns = false;
    h->schema = false;
    if (take_word(&c, "INSERT") || take_word(&c, "REPLACE"))
        h->kind = insert(&c, h);
    else if (take_word(&c, "COPY"))
        h->kind = copy(&c, h);
    else if (take_word(&c, "CREATE"))
        h->kind = create_table(&c, h);
    else if (take_word(&c, "USE"))
        h->kind = use(&c, h);
    else if (take_word(&c, "DELIMITER"))
        h->kind = delimiter(&c, h);
    else
        h->kind = SQLHEAD_OTHER;
    h->n = c.i;
    if (c.out && !end)
        return -EAGAIN;
    if (buf_error(&h->table) || buf_error(&h->names) || buf_error(&h->ends))
        return -ENOMEM;
    return 0;
}
