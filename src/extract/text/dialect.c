/*
 * Dialect: see dialect.h.
 *
 * For each delimiter the head is split into records. A table has the same number of cells in nearly
 * all of them; beyond that it must show that it is one: columns of one type, a header, quotes,
 * enough rows. What speaks against it: a blank behind each comma, as in prose, and lines that end
 * or begin as source code does. The delimiter with the most evidence wins.
 */
#include "extract/text/dialect.h"

#include <strings.h>

#include "base/cleanup.h"

enum {
    RECORDS_MAX = 100, /* that are looked at */
    COLUMNS_MAX = 48,  /* whose types are looked at */
    PREAMBLE_MAX = 8,  /* records of another size before the table */
    NAME_LONGEST = 64, /* of a column, in bytes */
    ENOUGH = 4,        /* points of evidence */
};

typedef enum CellType {
    CELL_EMPTY,
    CELL_NUMBER,
    CELL_CODE,
    CELL_MAIL,
    CELL_NAME,
    CELL_TEXT
} CellType;

typedef struct Column {
    CellType first;  /* of the record that may be the header */
    unsigned filled; /* of those below it */
    unsigned typed;  /* of these: numbers, dates, codes, addresses */
} Column;

typedef struct Trial {
    Dialect dialect;
    bool ragged;                /* records may lack cells at their end */
    unsigned records;           /* complete, not blank, from the table's first on */
    unsigned alike;             /* of these with `cells` cells */
    unsigned cells;             /* most often */
    unsigned preamble;          /* records before, blank ones too */
    unsigned delimiters, blank; /* delimiters in all, with a blank behind */
    unsigned quoted;            /* cells in quotes */
    unsigned code;              /* lines that look like source code */
    unsigned columns;           /* with anything in them */
    unsigned typed;             /* columns of one type */
    bool header;
    bool differs, usual; /* ... by the types below it, by its names */
    int points;
} Trial;

/* ---- cells ---- */

static Span trimmed(Span s) {
    while (s.n && (s.at[s.n - 1] == ' ' || s.at[s.n - 1] == '\r' || s.at[s.n - 1] == '\t'))
        s.n--;
    while (s.n && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = span(s.at + 1, s.n - 1);
    return s;
}

/* From an opening quote: where it is closed, a delimiter or line end behind it; text.n if not. */
static size_t closing(const Dialect *d, Span text, size_t at) {
    for (size_t i = at + 1; i < text.n; i++) {
        const uint8_t *q = memchr(text.at + i, d->quote, text.n - i);

        if (!q)
            return text.n;
        i = (size_t)(q - text.at);
        if (i + 1 == text.n || text.at[i + 1] == d->delimiter || text.at[i + 1] == '\n' ||
            text.at[i + 1] == '\r')
            return i;
        i += text.at[i + 1] == d->quote;
    }
    return text.n;
}

bool dialect_cell(const Dialect *d, Span text, size_t *at, Span *ret, bool *ret_end) {
    size_t i = *at, from = i, to;
    bool quoted = i < text.n && text.at[i] == d->quote;

    if (quoted) {
        from++;
        i = closing(d, text, i);
    }
    to = i;
    while (i < text.n && text.at[i] != d->delimiter && text.at[i] != d->line_end)
        i++;
    if (!quoted)
        to = i;
    *ret = span(text.at + from, to > from ? to - from : 0);
    *ret_end = i == text.n;
    *at = i < text.n ? i + 1 : i;
    return i < text.n && text.at[i] == d->delimiter;
}

static CellType cell_type(Span s) {
    size_t digits = 0, letters = 0, blanks = 0, other = 0;
    bool at = false;

    s = trimmed(s);
    if (!s.n)
        return CELL_EMPTY;
    if (s.n > NAME_LONGEST)
        return CELL_TEXT;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.at[i];

        digits += c >= '0' && c <= '9';
        letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        letters += c >= 0x80;
        blanks += c == ' ';
        at |= c == '@';
        other += c < 0x20 || c == 0x7F;
    }
    if (other)
        return CELL_TEXT;
    if (digits && letters <= 2) /* dates with T and Z, times, amounts with their unit */
        return CELL_NUMBER;
    if (at && !blanks && s.n > 4)
        return CELL_MAIL;
    if (digits * 3 >= s.n && !blanks)
        return CELL_CODE;
    if (letters && (letters + digits) * 2 > s.n && blanks <= 4)
        return CELL_NAME;
    return CELL_TEXT;
}

static bool is_typed(CellType t) {
    return t == CELL_NUMBER || t == CELL_CODE || t == CELL_MAIL;
}

/* Names that columns of records about people and business have; a part of the name is enough. */
static bool is_usual_name(Span s) {
    static const char *const words[] = {
        "account", "address", "amount",  "birth",   "city",   "code",   "company", "country",
        "date",    "dob",     "email",   "first",   "gender", "iban",   "last",    "name",
        "number",  "phone",   "price",   "ssn",     "state",  "status", "street",  "tax",
        "title",   "type",    "url",     "user",    "value",  "zip",    "ort",     "datum",
        "nom",     "nombre",  "adresse", "telefon", "fecha",  "correo", "strasse", "plz",
    };

    s = trimmed(s);
    if (s.n > NAME_LONGEST)
        return false;
    if (s.n >= 2 && strncasecmp((const char *)s.at + s.n - 2, "id", 2) == 0)
        return true;
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        size_t n = strlen(words[i]);

        for (size_t k = 0; k + n <= s.n; k++) {
            if (strncasecmp((const char *)s.at + k, words[i], n) == 0)
                return true;
        }
    }
    return false;
}

/* ---- records ---- */

typedef struct Record {
    size_t at, end; /* with its line end */
    unsigned cells, delimiters, blank, quoted;
    bool complete, is_blank;
} Record;

static Record record_next(const Dialect *d, Span text, size_t at) {
    Record r = {.at = at};
    bool more = true, end = false;
    Span cell;

    while (more) {
        size_t from = at;

        more = dialect_cell(d, text, &at, &cell, &end);
        r.quoted += from < text.n && text.at[from] == d->quote && cell.at != text.at + from;
        r.cells++;
        r.delimiters += more;
        r.blank += more && at < text.n && text.at[at] == ' ';
    }
    r.complete = !end;
    r.is_blank = r.cells == 1 && trimmed(cell).n == 0;
    r.end = at;
    return r;
}

/* A line as source code and markup have them. */
static bool is_code(const Dialect *d, Span line) {
    static const char ends[] = ";{}()\\", starts[] = "{}()<#*/";

    line = trimmed(line);
    while (line.n && (line.at[line.n - 1] == '\n' || line.at[line.n - 1] == '\r' ||
                      line.at[line.n - 1] == ' '))
        line.n--;
    if (!line.n)
        return false;
    if (line.at[line.n - 1] && line.at[line.n - 1] != d->delimiter &&
        strchr(ends, line.at[line.n - 1]))
        return true;
    return line.at[0] && line.at[0] != d->delimiter && strchr(starts, line.at[0]) != NULL;
}

static bool fits(const Trial *t, const Record *r) {
    return t->ragged ? r->cells >= 2 && r->cells <= t->cells : r->cells == t->cells;
}

/* How many cells most records have. */
static unsigned usual_size(const Record *records, unsigned n) {
    unsigned best = 0, times = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned same = 0;

        if (records[i].cells < 2 || records[i].cells == best)
            continue;
        for (unsigned k = 0; k < n; k++)
            same += records[k].cells == records[i].cells;
        if (same > times) {
            times = same;
            best = records[i].cells;
        }
    }
    return best;
}

/* ---- one delimiter ---- */

static void note_cells(const Trial *t, Span text, const Record *r, bool first, Column *columns) {
    size_t at = r->at;
    bool more = true, end;

    for (size_t i = 0; more && i < COLUMNS_MAX; i++) {
        CellType type;
        Span cell;

        more = dialect_cell(&t->dialect, text, &at, &cell, &end);
        type = cell_type(cell);
        if (first) {
            columns[i].first = type;
        } else if (type != CELL_EMPTY) {
            columns[i].filled++;
            columns[i].typed += is_typed(type);
        }
    }
}

/* The names of a header: short, no values, no two alike; *ret_usual how many are usual ones. */
static bool are_names(const Trial *t, Span text, size_t at, unsigned *ret_usual) {
    Span names[COLUMNS_MAX];
    unsigned n = 0, empty = 0;
    bool more = true, end;

    *ret_usual = 0;
    while (more && n < COLUMNS_MAX) {
        more = dialect_cell(&t->dialect, text, &at, &names[n], &end);
        names[n] = trimmed(names[n]);
        if (names[n].n == 0)
            empty++;
        else if (cell_type(names[n]) != CELL_NAME)
            return false;
        *ret_usual += names[n].n && is_usual_name(names[n]);
        for (unsigned k = 0; names[n].n && k < n; k++) {
            if (names[k].n == names[n].n &&
                strncasecmp((const char *)names[k].at, (const char *)names[n].at, names[n].n) == 0)
                return false;
        }
        n++;
    }
    return empty * 3 <= n;
}

static void judge_columns(Trial *t, Span text, const Record *records, unsigned n) {
    Column columns[COLUMNS_MAX] = {0};
    unsigned looked = t->cells < COLUMNS_MAX ? t->cells : COLUMNS_MAX, differ = 0, usual = 0;
    bool first = true;
    size_t header = SIZE_MAX;

    for (unsigned i = 0; i < n; i++) {
        if (!fits(t, &records[i]))
            continue;
        note_cells(t, text, &records[i], first, columns);
        if (first)
            header = records[i].at;
        first = false;
    }
    for (unsigned i = 0; i < looked; i++) {
        bool typed = columns[i].filled && columns[i].typed * 5 >= columns[i].filled * 4;

        t->columns += columns[i].filled || columns[i].first != CELL_EMPTY;
        t->typed += typed && columns[i].filled >= 2;
        differ += typed && columns[i].first == CELL_NAME;
    }
    if (header != SIZE_MAX && are_names(t, text, header, &usual) &&
        (differ || usual * 2 >= t->columns)) {
        t->header = true;
        t->differs = differ > 0;
        t->usual = usual * 2 >= t->columns;
        t->dialect.header_at = header;
    }
}

static int points(const Trial *t) {
    int p = 0;

    p += t->header ? 2 + t->differs + t->usual : 0;
    p += t->typed ? 2 + (t->typed == t->columns) : 0;
    p += t->records >= 10 ? 2 : t->records >= 3 ? 1 : 0;
    p += t->cells >= 3 ? 1 : 0;
    p += t->dialect.delimiter == '\t' ? 1 : 0;
    p += t->quoted * 2 >= t->records ? 1 : 0;
    p -= t->blank * 2 > t->delimiters ? 3 : 0;
    return p;
}

static void trial_run(Trial *t, Span text, bool whole) {
    Record records[RECORDS_MAX];
    unsigned n = 0, first = 0;
    uint64_t number = 0;
    size_t at = t->dialect.start;

    while (n < RECORDS_MAX && at < text.n) {
        Record r = record_next(&t->dialect, text, at);

        if (!r.complete && !whole && n > 1)
            break;
        at = r.end;
        records[n++] = r;
    }
    t->cells = t->ragged && n ? records[0].cells : usual_size(records, n);
    while (first < n && first < PREAMBLE_MAX && records[first].cells != t->cells)
        first++;
    if (!t->cells || first == n)
        return;
    number = first + 1;
    for (unsigned i = first; i < n; i++) {
        if (records[i].is_blank)
            continue;
        t->records++;
        t->alike += fits(t, &records[i]);
        t->delimiters += records[i].delimiters;
        t->blank += records[i].blank;
        t->quoted += records[i].quoted;
        t->code +=
            is_code(&t->dialect, span(text.at + records[i].at, records[i].end - records[i].at));
    }
    judge_columns(t, text, records + first, n - first);
    if (t->header)
        t->dialect.header = number;
    t->points = points(t);
}

static bool is_table(const Trial *t) {
    return t->records >= 2 && (!t->ragged || (t->header && t->cells >= 3)) && t->columns >= 2 &&
           t->alike * 10 >= t->records * 9 && t->code * 3 <= t->records && t->points >= ENOUGH;
}

/* ---- all of them ---- */

/* Which of the delimiters stand inside most of the first lines: worth a trial. A look at bytes. */
static bool is_worth(Span text, uint8_t delimiter, uint8_t end) {
    enum { LINES = 24, BYTES = 3072 };
    unsigned lines = 0, with = 0, quotes = 0;
    size_t i = 0, stop = text.n < BYTES ? text.n : BYTES;

    while (i < stop && lines < LINES) {
        const uint8_t *line_end = memchr(text.at + i, end, stop - i),
                      *at = memchr(text.at + i, delimiter, stop - i);
        size_t next = line_end ? (size_t)(line_end - text.at) : stop;

        while (at && at == text.at + i) { /* not those at its start */
            i++;
            at = memchr(text.at + i, delimiter, stop - i);
        }
        if (at && (size_t)(at - text.at) + 1 < next) {
            with++;
            quotes += at[1] == '"' || at[-1] == '"';
        }
        lines += next > i + 1;
        i = next + 1;
    }
    return with * 10 >= lines * 6 || (with && quotes * 2 > with); /* quotes may hold lines */
}

/* A line that spreadsheets write and read: "sep=;". */
static bool sep_line(Span text, Dialect *d) {
    static const char sep[] = "sep=";
    size_t i = sizeof(sep) - 1;

    if (text.n < i + 2 || strncasecmp((const char *)text.at, sep, i) != 0 || text.at[i] < '\t' ||
        (text.at[i + 1] != '\n' && text.at[i + 1] != '\r'))
        return false;
    d->delimiter = text.at[i];
    d->start = i + 2;
    if (text.at[i + 1] == '\r' && text.n > i + 2 && text.at[i + 2] == '\n')
        d->start++;
    return true;
}

static uint8_t line_end(Span text) {
    if (text.n && memchr(text.at, '\n', text.n))
        return '\n';
    return text.n && memchr(text.at, '\r', text.n) ? '\r' : '\n';
}

/* Cells in ' at both ends, and none in ". */
static uint8_t quote_of(Span text, uint8_t delimiter) {
    size_t single = 0, twofold = 0;

    for (size_t i = 1; i < text.n; i++) {
        if (text.at[i - 1] != delimiter && text.at[i - 1] != '\n')
            continue;
        single += text.at[i] == '\'';
        twofold += text.at[i] == '"';
    }
    return single > 2 && !twofold ? '\'' : '"';
}

bool dialect_guess(Span head, bool whole, Dialect *ret) {
    static const uint8_t delimiters[] = {',', ';', '\t', '|'};
    Dialect d = {.delimiter = ',', .quote = '"'};
    Trial best = {.dialect = d, .points = -1};

    if (head.n > DIALECT_HEAD) {
        head.n = DIALECT_HEAD;
        whole = false;
    }
    d.line_end = line_end(head);
    best.dialect.line_end = d.line_end;
    if (sep_line(head, &d)) {
        best.dialect = d;
        trial_run(&best, head, whole);
        *ret = best.dialect;
        return true;
    }
    for (size_t i = 0; i < N_ELEMENTS(delimiters); i++) {
        Trial t = {.dialect = d};

        t.dialect.delimiter = delimiters[i];
        if (!is_worth(head, delimiters[i], d.line_end))
            continue;
        t.dialect.quote = quote_of(head, delimiters[i]);
        trial_run(&t, head, whole);
        if (!is_table(&t)) {
            Trial ragged = {.dialect = t.dialect, .ragged = true};

            trial_run(&ragged, head, whole);
            t = is_table(&ragged) ? ragged : t;
        }
        if (is_table(&t) > is_table(&best) ||
            (is_table(&t) == is_table(&best) && t.points > best.points))
            best = t;
    }
    if (best.points < 0) { /* a single column, if a table at all */
        best.ragged = true;
        trial_run(&best, head, whole);
    }
    *ret = best.dialect;
    return is_table(&best);
}
