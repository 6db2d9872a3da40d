/*
 * Csv: tables with a record a line, whatever separates the cells.
 *
 * Text comes out as it lies, each cell that holds something under a mark of its own; what separates
 * cells stands under the mark of the cell before. Rows are records, counted from 1 with the header
 * and blank lines, as a spreadsheet shows them. A doubled quote comes out as the one it stands for.
 *
 * A step machine over windows of any size:
 *
 *     START --quote--> QUOTED --quote--> QUOTE --delimiter, line end--> START
 *       |other           ^ ^----quote-----' |other
 *       v                '------------------'
 *     PLAIN --delimiter, line end--> START
 *
 * A quote that is never closed would make the rest one cell: after CELL_MAX bytes a quoted cell
 * goes on as a plain one, so that the next line end begins a record again.
 */
#include "extract/text/reader.h"

#include "base/cleanup.h"
#include "extract/text/dates.h"
#include "extract/text/dialect.h"
#include "extract/text/find.h"
#include "extract/text/relay.h"

enum { CELL_MAX = 1 << 20 };

typedef enum CsvState { CSV_START, CSV_PLAIN, CSV_QUOTED } CsvState;

typedef struct Csv {
    Extraction *x;
    Decoder in;
    Relay out;
    Dialect dialect;
    CsvState state;
    uint64_t row;
    uint32_t column;
    size_t quoted; /* bytes of the quoted cell at hand */
    Dates dates;
} Csv;

static void csv_done(Csv *c) {
    decoder_done(&c->in);
    dates_done(&c->dates);
}

static inline int begin_cell(Csv *c, size_t at) {
    if (c->dates.n)
        dates_begin(&c->dates, c->column);
    return relay_mark(&c->out, at, c->row, c->column);
}

/* Nothing but the first half of a line end. */
static inline bool is_bare_return(const Csv *c, size_t from, size_t to) {
    return to == from + 1 && c->in.text.at[from] == '\r' && c->in.text.at[to] == '\n' &&
           c->dialect.line_end == '\n';
}

/* A plain cell, or its rest, is [from, to); a delimiter or a line end stands there. */
static inline int end_cell(Csv *c, size_t from, size_t to) {
    int r = 0;

    if (to > from && c->state == CSV_START && _likely_(!is_bare_return(c, from, to)))
        r = begin_cell(c, from);
    dates_more(&c->dates, c->in.text.at + from, to - from);
    c->state = CSV_START;
    return r;
}

/* A cell, or its rest, goes on beyond the window; half a line end is left. */
static int leave_window(Csv *c, size_t from, size_t *at, bool *ret_wait) {
    size_t n = c->in.text.n;
    int r = 0;

    *at = n;
    if (from == n)
        return 0;
    if (c->state == CSV_START && from + 1 == n && c->in.text.at[from] == '\r' && !c->in.end) {
        *at = from;
        *ret_wait = true;
        return 0;
    }
    if (c->state == CSV_START)
        r = begin_cell(c, from);
    c->state = CSV_PLAIN;
    dates_more(&c->dates, c->in.text.at + from, n - from);
    return r;
}

/* Plain cells from *at on; stops at an opening quote or the end. */
static int read_plain(Csv *c, size_t *at, bool *ret_wait) {
    const uint8_t *text = c->in.text.at, delimiter = c->dialect.delimiter,
                  end = c->dialect.line_end, quote = c->dialect.quote;
    size_t i = *at, n = c->in.text.n, from = i;
    int r = 0;

    for (; i < n; i += 64) {
        uint64_t bits = find_block(text + i, delimiter, end, quote);

        if (n - i < 64)
            bits &= (UINT64_C(1) << (n - i)) - 1;
        for (; bits; bits &= bits - 1) {
            size_t k = i + (size_t)__builtin_ctzll(bits);

            if (text[k] == delimiter) {
                r = end_cell(c, from, k);
                c->column += c->column <= PART_COLUMNS_MAX; /* those beyond are alike */
            } else if (text[k] == end) {
                r = end_cell(c, from, k);
                c->row++;
                c->column = 1;
            } else if (k == from && c->state == CSV_START) {
                *at = k;
                return 0;
            } else {
                continue; /* a quote inside a plain cell */
            }
            if (r)
                return r;
            from = k + 1;
        }
    }
    return leave_window(c, from, at, ret_wait);
}

/* What stands behind a quote inside a quoted cell says what it is. */
static int read_quote(Csv *c, size_t *at) {
    const uint8_t *text = c->in.text.at;
    size_t i = *at;

    if (text[i + 1] == c->dialect.quote) {
        *at = i + 2;
        c->quoted++;
        return relay_instead(&c->out, i, 2, span(text + i, 1), c->row, c->column);
    }
    if (text[i + 1] == c->dialect.delimiter || text[i + 1] == '\n' || text[i + 1] == '\r')
        c->state = CSV_PLAIN;
    *at = i + 1;
    return 0;
}

/* A quoted cell, from behind its opening quote on; stops behind the closing one. */
static int read_quoted(Csv *c, size_t *at, bool *ret_wait) {
    size_t i = *at, n = c->in.text.n, room = CELL_MAX - c->quoted,
           stop = room < n - i ? i + room : n, k;
    uint8_t quote = c->dialect.quote;
    int r = 0;

    while (r == 0 && i < stop && c->state == CSV_QUOTED && !*ret_wait) {
        k = find_any(c->in.text.at, i, stop, quote, quote, quote);
        dates_more(&c->dates, c->in.text.at + i, k - i);
        c->quoted += k - i;
        i = k;
        if (i == stop)
            break;
        if (i + 1 == n && !c->in.end) {
            *ret_wait = true;
        } else if (i + 1 == n) { /* the text's last byte */
            c->state = CSV_PLAIN;
            i = n;
        } else {
            r = read_quote(c, &i);
        }
    }
    if (c->quoted >= CELL_MAX)
        c->state = CSV_PLAIN;
    *at = i;
    return r;
}

static int open_quote(Csv *c, size_t *at) {
    int r = begin_cell(c, *at);

    c->state = CSV_QUOTED;
    c->quoted = 0;
    ++*at;
    return r;
}

/* The window; *ret_taken what is done with: all but a quote at its end. */
static int read_window(Csv *c, size_t *ret_taken) {
    size_t at = 0, n = c->in.text.n;
    bool wait = false;
    int r = 0;

    while (r == 0 && at < n && !wait) {
        if (c->state == CSV_QUOTED) {
            r = read_quoted(c, &at, &wait);
        } else {
            r = read_plain(c, &at, &wait);
            if (r == 0 && at < n && !wait)
                r = open_quote(c, &at);
        }
    }
    *ret_taken = at;
    return r;
}

/* The names that the header gives, from the head of the text. */
static int tell_columns(Csv *c, Span head) {
    size_t at = c->dialect.header_at;
    bool more = c->dialect.header > 0, end = false;
    int r = 0;

    for (uint32_t column = 1; r == 0 && more && column <= PART_COLUMNS_MAX; column++) {
        Span name;

        more = dialect_cell(&c->dialect, head, &at, &name, &end);
        while (name.n && (name.at[name.n - 1] == ' ' || name.at[name.n - 1] == '\r'))
            name.n--;
        while (name.n && name.at[0] == ' ')
            name = span(name.at + 1, name.n - 1);
        if (name.n)
            r = extract_column(c->x, column, name);
        if (r == 0 && name.n)
            r = dates_column(&c->dates, column, name);
    }
    return r;
}

static int read_head(Csv *c, Feed *f, Encoding e) {
    TextWindow w = {0};
    Span head;
    int r = decoder_head(f, e, &w, &head);

    if (r == 0) {
        dialect_guess(head, head.n < FEED_HEAD_MAX / 2, &c->dialect);
        r = extract_part(c->x, PART_TABLE, span(NULL, 0));
    }
    if (r == 0)
        r = tell_columns(c, head);
    buf_wipe(&w.own);
    text_window_done(&w);
    return r;
}

/* The line "sep=;", which is no record. */
static int skip_start(Csv *c) {
    size_t start = c->dialect.start;
    int r = relay_mark(&c->out, 0, 0, 0);

    while (r == 0 && start && c->in.text.n) {
        size_t n = start < c->in.text.n ? start : c->in.text.n;

        start -= n;
        r = relay_leave(&c->out, n);
        if (r == 0)
            r = decoder_next(&c->in, n);
    }
    return r;
}

int csv_read(Extraction *x, Feed *f, Encoding e, size_t window) {
    _cleanup_(free_p) Csv *c = calloc(1, sizeof(*c));
    size_t taken;
    int r;

    if (!c)
        return -ENOMEM;
    c->x = x;
    c->row = c->column = 1;
    c->out = (Relay){.x = x, .in = &c->in};
    r = read_head(c, f, e);
    if (r == 0)
        r = decoder_init(&c->in, f, e, window);
    if (r == 0)
        r = skip_start(c);
    while (r == 0) {
        r = read_window(c, &taken);
        if (r == 0)
            r = relay_leave(&c->out, taken);
        if (r || (c->in.end && taken == c->in.text.n))
            break;
        r = decoder_next(&c->in, taken);
    }
    if (r == 0)
        r = dates_tell(&c->dates, x);
    csv_done(c);
    return r;
}

static int extract(Extraction *x, Feed *f, Encoding e, Status *ret_status) {
    (void)ret_status;
    return csv_read(x, f, e, DECODER_WINDOW);
}

const Extractor csv_extractor = {.format = "csv", .place = EXTRACT_ANYWHERE, .extract = extract};
