/*
 * Sqldump: SQL text with rows in it, as pg_dump, mysqldump, mariadb-dump and SQLite write them.
 *
 * Text comes out as it lies. Rows of COPY ... FROM stdin and of INSERT ... VALUES belong to a part
 * of their table, "public.customers", each value under a mark of its row and column, NULL under
 * none of its own; row n is the n-th of that table in the dump, however often others come between.
 * Behind USE a name without a schema is one of that database, "shop.customers".
 * Columns are those of the statement's list, else of the CREATE TABLE before, and keep their number
 * whatever the order of a list. What is no row of a table (comments, definitions, functions)
 * belongs to a part of text, whose marks are lines. A value's escapes come out as the characters
 * they stand for.
 *
 * A step machine over windows of any size:
 *
 *     START --INSERT--> TUPLES --(--> CELL --value--> VALUE --'--> STRING
 *       | ^               | ^          ^ '---,---------'  ^----'----'
 *       | '-------;-------' '----------)-------------------'
 *       |--COPY--> ROW ... --\.--> START
 *       '--other--> REST (quotes, dollar quotes and comments inside) --;--> START
 *
 * A statement's head is looked at as a whole, up to HEAD_MAX. A string that is never closed ends,
 * once it is longer than STRING_MAX, at a line that begins like a statement. Names of tables and
 * columns are kept up to NAMES_MAX bytes; those beyond have numbers only.
 */
#include "extract/text/reader.h"

#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/dates.h"
#include "extract/text/find.h"
#include "extract/text/index.h"
#include "extract/text/relay.h"
#include "extract/text/sqlhead.h"

enum {
    HEAD_MAX = 256 << 10,
    STRING_MAX = 1 << 20,
    TABLES_MAX = 65536,
    COLUMNS_KNOWN_MAX = 1 << 20, /* of all tables */
    NAMES_MAX = 32 << 20,        /* bytes of their names */
    REPEAT_MAX = 4096,           /* of a head that is kept to be recognised */
    TAG_MAX = 64,                /* of a dollar quote */
    LOOK_MAX = 16,               /* bytes that tell what begins */
    MADE_MAX = 64,               /* bytes that tell when it was made */
    DATED_MAX = 16,              /* columns of a table whose dates are watched */
};

typedef enum SqlState {
    SQL_START,  /* between statements */
    SQL_REST,   /* inside one that is of no table */
    SQL_TUPLES, /* behind VALUES, between tuples */
    SQL_CELL,   /* inside a tuple, before a value */
    SQL_VALUE,  /* inside a value */
    SQL_STRING, /* inside a string of a value */
    SQL_ROW,    /* COPY: at the start of a row */
    SQL_FIELD,  /* COPY: before a value */
    SQL_TEXT,   /* COPY: inside one */
} SqlState;

/* What a statement, or the space between, may have inside that hides its end. */
typedef enum SqlInside { IN_NOTHING, IN_QUOTE, IN_DOLLAR, IN_LINE, IN_BLOCK } SqlInside;

/* How a backslash in a string is meant. */
typedef enum Backslash { BACKSLASH_UNKNOWN, BACKSLASH_PLAIN, BACKSLASH_ESCAPES } Backslash;

typedef struct Table {
    uint64_t hash;
    Span name;
    Span *columns; /* names, by number from 1 at [0] */
    uint32_t n_columns, room;
    uint32_t told; /* columns that the receiver knows: a part that comes again keeps their names */
    uint16_t dated[DATED_MAX];
    size_t n_dated;
    uint64_t rows;
} Table;

typedef struct Sqldump {
    Extraction *x;
    Decoder in;
    Relay out;
    SqlState state;
    Backslash backslash; /* of the dump */
    char delimiter[SQLHEAD_DELIMITER_MAX + 1];
    /* where we are */
    uint64_t line; /* of the byte at `counted` in the window */
    size_t counted;
    uint32_t part;     /* the table whose part it is, from 1; 0: text of none */
    uint32_t table;    /* of the statement at hand */
    uint32_t position; /* of the value in its row, from 0 */
    uint32_t column;   /* ... its column */
    uint32_t depth;    /* of brackets inside the value */
    size_t bare_n;     /* bytes of the value before a quote */
    bool bare_e;       /* ... which begin with E */
    uint8_t quote;
    Backslash how; /* of the string at hand */
    size_t string_n;
    Dates dates; /* of the part at hand */
    SqlInside inside;
    size_t tag_n;
    uint8_t tag[TAG_MAX];
    /* names */
    Sqlhead head;
    Buf database, name; /* of the last USE; a table's with it */
    Arena arena;
    Index tables, columns; /* by hash of the name, of the name within the table */
    Table *known;
    size_t n_known, room_known;
    bool listed; /* the statement has a list of columns */
    uint32_t n_list;
    uint16_t list[PART_COLUMNS_MAX]; /* their numbers */
    size_t repeat_n;                 /* the last INSERT's head */
    uint8_t repeat[REPEAT_MAX];
} Sqldump;

static Table *table_at(Sqldump *s) {
    return &s->known[s->table - 1];
}

/* ---- names ---- */

static int keep_name(Sqldump *s, Span name, Span *ret) {
    *ret = span(NULL, 0);
    if (s->arena.total + name.n > NAMES_MAX || !name.n)
        return 0;
    *ret = arena_span(&s->arena, name);
    return ret->at ? 0 : -ENOMEM;
}

/* Its number, or 0: too many. */
static int find_table(Sqldump *s, Span name, uint32_t *ret) {
    uint64_t hash = index_hash(0, name);
    Table *t;
    int r;

    *ret = index_find(&s->tables, hash);
    if (*ret || s->n_known == TABLES_MAX)
        return 0;
    if (s->n_known == s->room_known) {
        size_t room = s->room_known ? 2 * s->room_known : 16;

        t = reallocarray(s->known, room, sizeof(*t));
        if (!t)
            return -ENOMEM;
        s->known = t;
        s->room_known = room;
    }
    t = &s->known[s->n_known];
    *t = (Table){.hash = hash};
    r = keep_name(s, name, &t->name);
    if (r == 0 && !t->name.n)
        return 0; /* no room for its name */
    if (r == 0)
        r = index_add(&s->tables, hash, (uint32_t)s->n_known + 1);
    if (r == 0)
        *ret = (uint32_t)++s->n_known;
    return r;
}

static int more_columns(Table *t) {
    uint32_t room = t->room ? 2 * t->room : 8;
    Span *columns = reallocarray(t->columns, room, sizeof(*columns));

    if (!columns)
        return -ENOMEM;
    t->columns = columns;
    t->room = room;
    return 0;
}

/* The columns of the part at hand that the receiver does not know yet. */
static int tell_columns(Sqldump *s, Table *t) {
    int r = 0;

    for (; r == 0 && t->told < t->n_columns; t->told++) {
        Span name = t->columns[t->told];

        if (name.n)
            r = extract_column(s->x, t->told + 1, name);
        if (r == 0 && t->n_dated < DATED_MAX && date_is_record(name)) {
            t->dated[t->n_dated++] = (uint16_t)(t->told + 1);
            r = dates_watch(&s->dates, t->told + 1);
        }
    }
    return r;
}

/* The number of a column by its name, or 0; a new one is the next. */
static int find_column(Sqldump *s, Span name, uint32_t *ret) {
    Table *t = table_at(s);
    uint64_t hash = index_hash(t->hash, name);
    int r = 0;

    *ret = index_find(&s->columns, hash);
    if (*ret || t->n_columns == PART_COLUMNS_MAX || s->columns.n == COLUMNS_KNOWN_MAX)
        return 0;
    if (t->n_columns == t->room)
        r = more_columns(t);
    if (r == 0)
        r = keep_name(s, name, &t->columns[t->n_columns]);
    if (r == 0)
        r = index_add(&s->columns, hash, t->n_columns + 1);
    if (r < 0)
        return r;
    *ret = ++t->n_columns;
    return s->part == s->table ? tell_columns(s, t) : 0;
}

/* The columns of the head at hand, in the order of its list. */
static int find_columns(Sqldump *s) {
    uint32_t number;
    int r = 0;

    s->n_list = sqlhead_columns(&s->head);
    s->listed = s->head.columns;
    for (uint32_t i = 0; r == 0 && i < s->n_list; i++) {
        r = find_column(s, sqlhead_column(&s->head, i), &number);
        s->list[i] = (uint16_t)number;
    }
    return r;
}

static inline void set_column(Sqldump *s) {
    dates_end(&s->dates);
    if (!s->listed)
        s->column = s->position < PART_COLUMNS_MAX ? s->position + 1 : 0;
    else
        s->column = s->position < s->n_list ? s->list[s->position] : 0;
}

/* ---- parts ---- */

/* Lines up to `to`; in text of no table each has a mark. */
static int count_lines(Sqldump *s, size_t to) {
    const uint8_t *text = s->in.text.at;
    int r = 0;

    while (r == 0 && s->counted < to) {
        uint64_t bits = find_block(text + s->counted, '\n', '\n', '\n');

        if (to - s->counted < 64)
            bits &= (UINT64_C(1) << (to - s->counted)) - 1;
        if (s->part) {
            s->line += (uint64_t)__builtin_popcountll(bits);
        } else {
            for (; r == 0 && bits; bits &= bits - 1)
                r = relay_mark(&s->out, s->counted + (size_t)__builtin_ctzll(bits) + 1, ++s->line,
                               0);
        }
        s->counted += to - s->counted < 64 ? to - s->counted : 64;
    }
    return r;
}

static int leave_part(Sqldump *s, size_t at) {
    int r = count_lines(s, at);

    if (r == 0)
        r = relay_flush(&s->out, at);
    if (r == 0 && s->part)
        r = dates_tell(&s->dates, s->x);
    dates_clear(&s->dates);
    return r;
}

/* What follows from `at` on is of no table. */
static int go_outside(Sqldump *s, size_t at) {
    int r;

    if (!s->part)
        return 0;
    r = leave_part(s, at);
    s->part = 0;
    if (r == 0)
        r = extract_part(s->x, PART_TEXT, span(NULL, 0));
    return r ? r : relay_mark(&s->out, at, s->line, 0);
}

/* ... is of the statement's table. */
static int go_table(Sqldump *s, size_t at) {
    Table *t;
    int r;

    if (s->part == s->table)
        return 0;
    r = leave_part(s, at);
    s->part = s->table;
    t = table_at(s);
    if (r == 0)
        r = extract_part(s->x, PART_TABLE, t->name);
    for (size_t i = 0; r == 0 && i < t->n_dated; i++)
        r = dates_watch(&s->dates, t->dated[i]);
    if (r == 0)
        r = tell_columns(s, t);
    return r ? r : relay_mark(&s->out, at, 0, 0);
}

static int mark_value(Sqldump *s, size_t at) {
    dates_begin(&s->dates, s->column);
    return relay_mark(&s->out, at, table_at(s)->rows, s->column);
}

static void next_row(Sqldump *s) {
    table_at(s)->rows++;
    s->position = 0;
    set_column(s);
}

static void next_value(Sqldump *s) {
    s->position++;
    set_column(s);
}

/* ---- what stands in the window ---- */

static inline Span rest(const Sqldump *s, size_t at) {
    return span(s->in.text.at + at, s->in.text.n - at);
}

/* Whether so many bytes from `at` on are there, or all that will ever be. */
static inline bool have(const Sqldump *s, size_t at, size_t n) {
    return s->in.text.n - at >= n || s->in.end;
}

static bool begins(Span s, const char *word) {
    size_t n = strlen(word);

    return s.n >= n && strncasecmp((const char *)s.at, word, n) == 0;
}

/* The line begins as statements do that come after rows. LOOK_MAX bytes tell. */
static bool begins_statement(Span line) {
    static const char *const words[] = {"INSERT ", "COPY ",   "CREATE ", "REPLACE INTO ",
                                        "-- ",     "/*!",     "UNLOCK ", "GO\n",
                                        "GO\r\n",  "COMMIT;", "ALTER ",  "DROP "};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (begins(line, words[i]))
            return true;
    }
    return false;
}

/* ---- heads ---- */

/* The head's table, by its name in its database. */
static int find_head_table(Sqldump *s) {
    Span name = buf_as_span(&s->head.table);

    if (s->database.n && !s->head.schema) {
        buf_clear(&s->name);
        buf_span(&s->name, buf_as_span(&s->database));
        buf_byte(&s->name, '.');
        buf_span(&s->name, name);
        if (buf_error(&s->name))
            return -ENOMEM;
        name = buf_as_span(&s->name);
    }
    return find_table(s, name, &s->table);
}

/* USE: its database is that of the names to come. */
static int enter_database(Sqldump *s) {
    buf_clear(&s->database);
    buf_span(&s->database, buf_as_span(&s->head.table));
    return buf_error(&s->database) ? -ENOMEM : 0;
}

/* The head is of rows of a table. */
static int enter_rows(Sqldump *s, size_t at) {
    int r = find_head_table(s);

    if (r == 0 && s->table)
        r = go_table(s, at);
    if (r == 0 && s->table)
        r = find_columns(s);
    if (r || s->table)
        return r;
    return go_outside(s, at); /* one table too many */
}

static void keep_head(Sqldump *s, size_t at) {
    s->repeat_n = s->head.n <= REPEAT_MAX ? s->head.n : 0;
    if (s->repeat_n)
        memcpy(s->repeat, s->in.text.at + at, s->repeat_n);
}

/* CREATE TABLE: its columns. */
static int learn_columns(Sqldump *s) {
    int r = find_head_table(s);

    return r || !s->table ? r : find_columns(s);
}

static bool is_blank(uint8_t b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
}

/* The same INSERT as the last: its table and columns are at hand. */
static bool is_repeated(const Sqldump *s, size_t at) {
    Span t = rest(s, at);
    size_t n = s->repeat_n;

    return n && s->table && s->part == s->table && t.n > n &&
           (t.at[n] == '(' || is_blank(t.at[n])) && span_starts(t, span(s->repeat, n));
}

/* What the statement at `at` is; 0 or an error. */
static int parse_head(Sqldump *s, size_t at) {
    Span text = rest(s, at);
    int r = sqlhead_parse(&s->head, text, s->in.end || text.n >= HEAD_MAX);

    if (r == 0 && s->head.n == text.n && text.n >= HEAD_MAX)
        s->head.kind = SQLHEAD_OTHER; /* too long to be looked at */
    return r;
}

/* A statement begins at *at. */
static int begin_statement(Sqldump *s, size_t *at, bool *ret_wait) {
    int r;

    if (is_repeated(s, *at)) {
        *at += s->repeat_n;
        s->state = SQL_TUPLES;
        return 0;
    }
    s->repeat_n = 0;
    r = parse_head(s, *at);
    *ret_wait = r == -EAGAIN;
    if (r)
        return *ret_wait ? 0 : r;
    s->state = SQL_REST;
    switch (s->head.kind) {
    case SQLHEAD_CREATE:
        r = learn_columns(s);
        break;
    case SQLHEAD_USE:
        r = enter_database(s);
        break;
    case SQLHEAD_DELIMITER:
        memcpy(s->delimiter, s->head.delimiter, sizeof(s->delimiter));
        s->state = SQL_START;
        break;
    case SQLHEAD_COPY:
    case SQLHEAD_INSERT:
        r = enter_rows(s, *at);
        if (r || !s->table)
            return r;
        s->state = s->head.kind == SQLHEAD_COPY ? SQL_ROW : SQL_TUPLES;
        if (s->state == SQL_TUPLES)
            keep_head(s, *at);
        *at += s->head.n;
        return 0;
    default:
        break;
    }
    if (r == 0)
        r = go_outside(s, *at);
    if (s->state == SQL_START)
        *at += s->head.n;
    return r;
}

/* ---- between and inside statements ---- */

/* A comment or a line of psql begins: what it is, IN_NOTHING if none does. */
static SqlInside comment_at(const Sqldump *s, size_t at) {
    Span t = rest(s, at);

    if (begins(t, "--"))
        return IN_LINE;
    if (begins(t, "/*"))
        return IN_BLOCK;
    return IN_NOTHING;
}

/* When it was made, in what mysqldump and pg_dump --verbose write at its ends. */
static int note_made(Sqldump *s, size_t at) {
    static const char *const lines[] = {"-- Dump completed on ", "-- Started on ",
                                        "-- Completed on "};
    Span t = rest(s, at);
    int64_t made;

    for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
        size_t n = strlen(lines[i]);

        while (begins(t, lines[i]) && n < t.n && t.at[n] == ' ')
            n++;
        if (begins(t, lines[i]) && date_parse_iso(span(t.at + n, t.n - n), &made))
            return extract_fact(s->x, &(Fact){.kind = FACT_DUMP_MADE, .from = made, .to = made});
    }
    return 0;
}

static int read_start(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t n = s->in.text.n, i = *at;
    uint8_t c;
    int r;

    while (i < n && (is_blank(s->in.text.at[i]) || s->in.text.at[i] == ';'))
        i++;
    *at = i;
    if (i == n)
        return 0;
    *ret_wait = !have(s, i, s->in.text.at[i] == '-' ? MADE_MAX : 2);
    if (*ret_wait)
        return 0;
    c = s->in.text.at[i];
    s->inside = c == '\\' || c == '#' ? IN_LINE : comment_at(s, i);
    s->string_n = 0;
    if (!s->inside)
        return begin_statement(s, at, ret_wait);
    r = go_outside(s, i);
    if (r == 0 && c == '-')
        r = note_made(s, i);
    *at = i + (c == '\\' || c == '#' ? 1 : 2);
    return r;
}

/* $tag$: its length, 0 if there is none; *ret_wait: it may be. */
static size_t dollar_tag(const Sqldump *s, size_t at, bool *ret_wait) {
    Span t = rest(s, at);
    size_t i = 1;

    while (i < t.n && i < TAG_MAX &&
           ((t.at[i] | 0x20) >= 'a' || t.at[i] == '_' || (t.at[i] >= '0' && t.at[i] <= '9')))
        i++;
    if (i == t.n && i < TAG_MAX)
        *ret_wait = !s->in.end;
    return i < t.n && i < TAG_MAX && t.at[i] == '$' ? i + 1 : 0;
}

/*
 * Up to a byte that may end what the statement has inside, or escape it; false: the window's end,
 * or a line end in what is so long that it is believed to be over if a statement begins there.
 */
static bool skip_to(Sqldump *s, size_t *at, uint8_t end, uint8_t escape, bool *ret_wait) {
    size_t n = s->in.text.n,
           i = find_any(s->in.text.at, *at, n, end, escape, s->string_n > STRING_MAX ? '\n' : end);

    s->string_n += i - *at;
    *at = i;
    if (i == n)
        return false;
    if (s->in.text.at[i] != '\n' || end == '\n')
        return true;
    *ret_wait = !have(s, i + 1, LOOK_MAX);
    *at = i + !*ret_wait;
    if (!*ret_wait && begins_statement(rest(s, i + 1))) {
        s->inside = IN_NOTHING;
        s->state = SQL_START;
    }
    return false;
}

/* Inside a quote of a statement of no table, whose text nobody looks into. */
static void skip_quote(Sqldump *s, size_t *at, bool *ret_wait) {
    uint8_t escape = s->quote == '\'' && s->backslash == BACKSLASH_ESCAPES ? '\\' : s->quote;

    if (!skip_to(s, at, s->quote, escape, ret_wait))
        return;
    if (s->in.text.at[*at] == s->quote) {
        s->inside = IN_NOTHING;
        ++*at;
        return;
    }
    *ret_wait = !have(s, *at, 2);
    if (!*ret_wait)
        *at += *at + 2 <= s->in.text.n ? 2 : 1;
}

static void skip_dollar(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t i;

    if (!skip_to(s, at, '$', '$', ret_wait))
        return;
    i = *at;
    *ret_wait = !have(s, i, s->tag_n);
    if (*ret_wait)
        return;
    if (span_starts(rest(s, i), span(s->tag, s->tag_n))) {
        s->inside = IN_NOTHING;
        *at = i + s->tag_n;
    } else {
        *at = i + 1;
    }
}

static void skip_comment(Sqldump *s, size_t *at, bool *ret_wait) {
    uint8_t end = s->inside == IN_LINE ? '\n' : '*';
    size_t i;

    if (!skip_to(s, at, end, end, ret_wait))
        return;
    i = *at;
    if (end == '\n') {
        s->inside = IN_NOTHING;
        return;
    }
    *ret_wait = !have(s, i, 2);
    if (*ret_wait)
        return;
    if (begins(rest(s, i), "*/")) {
        s->inside = IN_NOTHING;
        i++;
    }
    *at = i + 1;
}

static void skip_inside(Sqldump *s, size_t *at, bool *ret_wait) {
    switch (s->inside) {
    case IN_QUOTE:
        skip_quote(s, at, ret_wait);
        break;
    case IN_DOLLAR:
        skip_dollar(s, at, ret_wait);
        break;
    default:
        skip_comment(s, at, ret_wait);
    }
}

/* What matters in a statement of no table. */
static const bool in_rest[256] = {
    ['\''] = true, ['"'] = true, ['`'] = true,  ['$'] = true,
    ['-'] = true,  ['/'] = true, ['\n'] = true,
};

/* Something that matters at *at. */
static void read_special(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t i = *at;
    uint8_t c = s->in.text.at[i];

    *at = i + 1;
    if (c == '\'' || c == '"' || c == '`') {
        s->inside = IN_QUOTE;
        s->quote = c;
        s->string_n = 0;
    } else if (c == '$' && s->backslash != BACKSLASH_ESCAPES) {
        s->tag_n = dollar_tag(s, i, ret_wait);
        if (s->tag_n) {
            memcpy(s->tag, s->in.text.at + i, s->tag_n);
            s->inside = IN_DOLLAR;
            s->string_n = 0;
            *at = i + s->tag_n;
        }
    } else if (c == '\n') {
        *ret_wait = !have(s, i + 1, LOOK_MAX);
        if (!*ret_wait && s->delimiter[0] == ';' && begins(rest(s, i + 1), "INSERT "))
            s->state = SQL_START; /* a dialect that needs no delimiter */
    } else if (c == '-' || c == '/') {
        *ret_wait = !have(s, i, 2);
        s->inside = *ret_wait ? IN_NOTHING : comment_at(s, i);
        s->string_n = 0;
        *at = i + (s->inside ? 2 : 1);
    }
    if (*ret_wait)
        *at = i;
}

static void read_rest(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t n = s->in.text.n, i = *at, k = strlen(s->delimiter);
    uint8_t first = (uint8_t)s->delimiter[0];

    while (i < n && !in_rest[s->in.text.at[i]] && s->in.text.at[i] != first)
        i++;
    *at = i;
    if (i == n)
        return;
    *ret_wait = s->in.text.at[i] == first && !have(s, i, k);
    if (*ret_wait)
        return;
    if (span_starts(rest(s, i), span(s->delimiter, k))) {
        s->state = SQL_START;
        *at = i + k;
    } else {
        read_special(s, at, ret_wait);
    }
}

/* ---- INSERT ---- */

/* Behind a tuple: what comes? */
static int read_tuples(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t n = s->in.text.n, i = *at;
    int r = 0;

    while (i < n && (is_blank(s->in.text.at[i]) || s->in.text.at[i] == ','))
        i++;
    *at = i;
    if (i == n)
        return 0;
    if (s->in.text.at[i] == '(') {
        next_row(s);
        s->state = SQL_CELL;
        *at = i + 1;
        return 0;
    }
    *ret_wait = !have(s, i, LOOK_MAX);
    if (*ret_wait)
        return 0;
    s->inside = comment_at(s, i);
    s->string_n = 0;
    r = relay_mark(&s->out, i, 0, 0);
    if (s->inside) {
        *at = i + 2;
    } else if (s->in.text.at[i] == ';' || begins_statement(rest(s, i))) {
        s->state = SQL_START;
    } else { /* ON CONFLICT ..., RETURNING ... */
        s->state = SQL_REST;
        r = r ? r : go_outside(s, i);
    }
    return r;
}

/* A value of SQL's NULL: 4 bytes; else 0. */
static size_t null_length(Span t) {
    if (!begins(t, "NULL"))
        return 0;
    return t.n == 4 || t.at[4] == ',' || t.at[4] == ')' || is_blank(t.at[4]) ? 4 : 0;
}

static void begin_value(Sqldump *s) {
    s->state = SQL_VALUE;
    s->depth = 0;
    s->bare_n = 0;
}

static int read_cell(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t n = s->in.text.n, i = *at, null;
    uint8_t c;

    while (i < n && is_blank(s->in.text.at[i]))
        i++;
    *at = i;
    if (i == n)
        return 0;
    c = s->in.text.at[i];
    if ((c | 0x20) == 'n') {
        *ret_wait = !have(s, i, 5);
        null = *ret_wait ? 0 : null_length(rest(s, i));
        if (*ret_wait || null) {
            *at = i + null;
            if (null)
                begin_value(s);
            return 0;
        }
    }
    begin_value(s);
    if (c == ',' || c == ')' || c == ';')
        return 0; /* nothing is there */
    return mark_value(s, i);
}

/* What matters inside a value. */
static const bool in_value[256] = {
    ['\''] = true, ['"'] = true, ['`'] = true, ['('] = true,
    [')'] = true,  [','] = true, [';'] = true,
};

static void begin_string(Sqldump *s, uint8_t quote) {
    if (!s->dates.closed)
        s->dates.text_n = 0; /* what is before a string is a type or a function */
    s->state = SQL_STRING;
    s->quote = quote;
    s->string_n = 0;
    s->how = s->bare_n == 1 && s->bare_e ? BACKSLASH_ESCAPES : s->backslash;
}

static int read_value(Sqldump *s, size_t *at) {
    const uint8_t *text = s->in.text.at;
    size_t n = s->in.text.n, i = *at;
    uint8_t c;

    while (i < n && !in_value[text[i]])
        i++;
    if (i > *at && s->bare_n == 0)
        s->bare_e = (text[*at] | 0x20) == 'e';
    s->bare_n += i - *at;
    dates_more(&s->dates, text + *at, i - *at);
    *at = i;
    if (i == n)
        return 0;
    c = text[i];
    *at = i + 1;
    if (c == '\'' || c == '"' || c == '`') {
        begin_string(s, c);
    } else if (c == '(') {
        s->depth++;
    } else if (c == ')' && s->depth) {
        s->depth--;
    } else if (c == ')') {
        s->state = SQL_TUPLES;
    } else if (c == ',' && !s->depth) {
        next_value(s);
        s->state = SQL_CELL;
    } else if (c == ';') { /* no tuple has one: the statement is over */
        s->state = SQL_START;
        return relay_mark(&s->out, i, 0, 0);
    }
    s->bare_n = 0;
    return 0;
}

static bool is_hex(uint8_t b) {
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'f');
}

static uint32_t digit_value(uint8_t b) {
    return b <= '9' ? (uint32_t)(b - '0') : (uint32_t)((b | 0x20) - 'a' + 10);
}

/* \xHH and \ooo: the byte, and the length of the escape; 0: it is none. */
static size_t byte_escape(Span s, uint32_t *ret) {
    size_t i = 2;

    if (s.n > 2 && s.at[1] == 'x' && is_hex(s.at[2])) {
        for (*ret = 0; i < 4 && i < s.n && is_hex(s.at[i]); i++)
            *ret = *ret << 4 | digit_value(s.at[i]);
        return i;
    }
    if (s.n < 4 || s.at[1] < '0' || s.at[1] > '3')
        return 0;
    for (*ret = 0, i = 1; i < 4; i++) {
        if (s.at[i] < '0' || s.at[i] > '7')
            return 0;
        *ret = *ret << 3 | digit_value(s.at[i]);
    }
    return i;
}

/* A backslash and what follows: the byte that it means, and the length; 0: it is itself. */
static size_t escape_length(Span s, uint8_t *ret) {
    static const char names[] = "nrtbfv0Z", meant[] = "\n\r\t\b\f\v\0\x1a";
    const char *at;
    uint32_t byte;
    size_t n;

    if (s.n < 2)
        return 0;
    n = byte_escape(s, &byte);
    *ret = (uint8_t)byte;
    if (n)
        return byte < 0x80 ? n : 0; /* half a character, perhaps: as it lies */
    at = s.at[1] ? strchr(names, s.at[1]) : NULL;
    *ret = at ? (uint8_t)meant[at - names] : s.at[1];
    return *ret < 0x80 && s.at[1] != '%' && s.at[1] != '_' ? 2 : 0;
}

/* A backslash at *at inside a value. */
static int read_escape(Sqldump *s, size_t *at, bool *ret_wait) {
    Span t = rest(s, *at);
    size_t n;
    uint8_t byte;
    int r = 0;

    *ret_wait = !have(s, *at, 4);
    if (*ret_wait)
        return 0;
    n = escape_length(t, &byte);
    if (n)
        r = relay_instead(&s->out, *at, n, span(&byte, 1), table_at(s)->rows, s->column);
    else
        n = t.n < 2 ? 1 : 2;
    *at += n;
    return r;
}

/* Nobody said what a backslash means: before a quote, it escapes unless that ends the value. */
static bool escapes_here(const Sqldump *s, size_t at) {
    Span t = rest(s, at);

    if (s->how != BACKSLASH_UNKNOWN)
        return s->how == BACKSLASH_ESCAPES;
    return t.n > 2 && t.at[1] == s->quote && t.at[2] != ',' && t.at[2] != ')' && t.at[2] != ';' &&
           !is_blank(t.at[2]);
}

/* A quote at *at inside a string: its end, or one that is doubled. */
static int read_quote(Sqldump *s, size_t *at, bool *ret_wait) {
    size_t i = *at;

    *ret_wait = !have(s, i, 2);
    if (*ret_wait)
        return 0;
    if (i + 1 < s->in.text.n && s->in.text.at[i + 1] == s->quote) {
        *at = i + 2;
        return relay_instead(&s->out, i, 2, span(s->in.text.at + i, 1), table_at(s)->rows,
                             s->column);
    }
    *at = i + 1;
    s->state = SQL_VALUE;
    s->dates.closed = true;
    return 0;
}

static int read_string(Sqldump *s, size_t *at, bool *ret_wait) {
    const uint8_t *text = s->in.text.at;
    size_t n = s->in.text.n, i;

    i = find_any(text, *at, n, s->quote, s->how == BACKSLASH_PLAIN ? s->quote : '\\',
                 s->string_n > STRING_MAX ? '\n' : s->quote);
    s->string_n += i - *at;
    dates_more(&s->dates, text + *at, i - *at);
    *at = i;
    if (i == n)
        return 0;
    if (text[i] == s->quote)
        return read_quote(s, at, ret_wait);
    if (text[i] == '\n') {
        *ret_wait = !have(s, i + 1, LOOK_MAX);
        *at = i + !*ret_wait;
        if (*ret_wait || !begins_statement(rest(s, i + 1)))
            return 0;
        s->state = SQL_START;
        return relay_mark(&s->out, i + 1, 0, 0);
    }
    *ret_wait = !have(s, i, 4);
    if (*ret_wait)
        return 0;
    if (escapes_here(s, i))
        return read_escape(s, at, ret_wait);
    *at = i + 1;
    return 0;
}

/* ---- COPY ---- */

static bool ends_field(Span t, size_t at) {
    return at >= t.n || t.at[at] == '\t' || t.at[at] == '\n' || t.at[at] == '\r';
}

/* At the start of a line: a row, or the end of them. */
static int read_row(Sqldump *s, size_t *at, bool *ret_wait) {
    Span t = rest(s, *at);

    if (t.at[0] == '\\') {
        *ret_wait = !have(s, *at, 3);
        if (*ret_wait)
            return 0;
        if (t.n > 1 && t.at[1] == '.' && ends_field(t, 2)) {
            int r = relay_mark(&s->out, *at, 0, 0);

            s->state = SQL_START;
            *at += 2;
            return r;
        }
    }
    next_row(s);
    s->state = SQL_FIELD;
    return 0;
}

/* A backslash at *at: \N is no value, anything else belongs to one. */
static int read_copy_escape(Sqldump *s, size_t *at, bool *ret_wait) {
    Span t = rest(s, *at);
    int r = 0;

    *ret_wait = !have(s, *at, 4);
    if (*ret_wait)
        return 0;
    if (s->state == SQL_FIELD && t.n > 1 && t.at[1] == 'N' && ends_field(t, 2)) {
        *at += 2;
        s->state = SQL_TEXT;
        return 0;
    }
    if (s->state == SQL_FIELD)
        r = mark_value(s, *at);
    s->state = SQL_TEXT;
    return r ? r : read_escape(s, at, ret_wait);
}

/* Values up to a backslash, a row's end or the window's. */
static int read_fields(Sqldump *s, size_t *at, bool *ret_wait) {
    const uint8_t *text = s->in.text.at;
    size_t i = *at, n = s->in.text.n, from = i;
    int r = 0;

    while (i < n) {
        uint64_t bits = find_block(text + i, '\t', '\n', '\\');

        if (n - i < 64)
            bits &= (UINT64_C(1) << (n - i)) - 1;
        for (; bits; bits &= bits - 1) {
            size_t k = i + (size_t)__builtin_ctzll(bits);

            if (k > from && s->state == SQL_FIELD) {
                r = mark_value(s, from);
                s->state = SQL_TEXT;
            }
            if (r)
                return r;
            dates_more(&s->dates, text + from, k - from);
            if (text[k] == '\t') {
                next_value(s);
                s->state = SQL_FIELD;
                from = k + 1;
                continue;
            }
            *at = k;
            if (text[k] == '\\')
                return read_copy_escape(s, at, ret_wait);
            *at = k + 1;
            s->state = SQL_ROW;
            return 0;
        }
        i += 64;
    }
    *at = n;
    if (from < n && s->state == SQL_FIELD) {
        r = mark_value(s, from);
        s->state = SQL_TEXT;
    }
    dates_more(&s->dates, text + from, n - from);
    return r;
}

/* ---- all of it ---- */

static int read_step(Sqldump *s, size_t *at, bool *ret_wait) {
    if (s->inside) {
        skip_inside(s, at, ret_wait);
        return 0;
    }
    switch (s->state) {
    case SQL_START:
        return read_start(s, at, ret_wait);
    case SQL_REST:
        read_rest(s, at, ret_wait);
        return 0;
    case SQL_TUPLES:
        return read_tuples(s, at, ret_wait);
    case SQL_CELL:
        return read_cell(s, at, ret_wait);
    case SQL_VALUE:
        return read_value(s, at);
    case SQL_STRING:
        return read_string(s, at, ret_wait);
    case SQL_ROW:
        return read_row(s, at, ret_wait);
    default:
        return read_fields(s, at, ret_wait);
    }
}

static int read_window(Sqldump *s, size_t *ret_taken) {
    bool wait = false;
    size_t at = 0;
    int r = 0;

    while (r == 0 && at < s->in.text.n && !wait)
        r = read_step(s, &at, &wait);
    *ret_taken = at;
    if (r == 0)
        r = count_lines(s, at);
    if (r == 0)
        r = relay_leave(&s->out, at);
    s->counted = 0;
    return r;
}

/* Whose dump it is, by what stands in its head. */
static Backslash backslash_of(Span head) {
    static const struct {
        const char *text;
        Backslash backslash;
    } signs[] = {
        {"PostgreSQL database", BACKSLASH_PLAIN}, {"PRAGMA foreign_keys", BACKSLASH_PLAIN},
        {"MySQL dump", BACKSLASH_ESCAPES},        {"MariaDB dump", BACKSLASH_ESCAPES},
        {"phpMyAdmin", BACKSLASH_ESCAPES},        {"INSERT INTO `", BACKSLASH_ESCAPES},
        {"CREATE TABLE `", BACKSLASH_ESCAPES},
    };

    for (size_t i = 0; i < N_ELEMENTS(signs); i++) {
        if (head.n && memmem(head.at, head.n, signs[i].text, strlen(signs[i].text)))
            return signs[i].backslash;
    }
    return BACKSLASH_UNKNOWN;
}

static int read_head(Sqldump *s, Feed *f, Encoding e) {
    TextWindow w = {0};
    Span head;
    int r = decoder_head(f, e, &w, &head);

    if (r == 0)
        s->backslash = backslash_of(head);
    text_window_done(&w);
    return r ? r : extract_part(s->x, PART_TEXT, span(NULL, 0));
}

static void sqldump_done(Sqldump *s) {
    decoder_done(&s->in);
    dates_done(&s->dates);
    sqlhead_done(&s->head);
    buf_done(&s->database);
    buf_done(&s->name);
    arena_done(&s->arena);
    index_done(&s->tables);
    index_done(&s->columns);
    for (size_t i = 0; i < s->n_known; i++)
        free(s->known[i].columns);
    free(s->known);
}

/* What comes are rows of a COPY statement that stands elsewhere. */
static int begin_copy(Sqldump *s, Span copy) {
    int r = sqlhead_parse(&s->head, copy, true);

    s->backslash = BACKSLASH_PLAIN;
    if (r || s->head.kind != SQLHEAD_COPY)
        return r;
    r = enter_rows(s, 0);
    if (r == 0 && s->table)
        s->state = SQL_ROW;
    return r;
}

int sqldump_read_copy(Extraction *x, Feed *f, Encoding e, Span copy, size_t window) {
    _cleanup_(free_p) Sqldump *s = calloc(1, sizeof(*s));
    size_t taken;
    int r;

    if (!s)
        return -ENOMEM;
    s->x = x;
    s->line = 1;
    s->delimiter[0] = ';';
    s->out.x = x;
    s->out.in = &s->in;
    r = read_head(s, f, e);
    if (r == 0)
        r = decoder_init(&s->in, f, e, window);
    if (r == 0)
        r = relay_mark(&s->out, 0, 1, 0);
    if (r == 0 && copy.n)
        r = begin_copy(s, copy);
    while (r == 0) {
        r = read_window(s, &taken);
        if (r || (s->in.end && taken == s->in.text.n))
            break;
        r = decoder_next(&s->in, taken);
    }
    if (r == 0)
        r = dates_tell(&s->dates, x);
    sqldump_done(s);
    return r;
}

int sqldump_read(Extraction *x, Feed *f, Encoding e, size_t window) {
    return sqldump_read_copy(x, f, e, span(NULL, 0), window);
}

static int extract(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return sqldump_read(x, f, e, DECODER_WINDOW);
}

const Extractor sqldump_extractor = {
    .format = "sqldump", .place = EXTRACT_ANYWHERE, .extract = extract};
