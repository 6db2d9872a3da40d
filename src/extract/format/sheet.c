/* Sheet: see sheet.h. */
#include "extract/format/sheet.h"

enum { WORD_MAX = 64 };

int sheet_begin(Sheet *s, Extraction *x, PartKind kind, Span name) {
    *s = (Sheet){.x = x};
    s->cells = calloc(SHEET_LOOK_CELLS, sizeof(*s->cells));
    if (!s->cells)
        return -ENOMEM;
    return extract_part(x, kind, name);
}

void sheet_done(Sheet *s) {
    free(s->cells);
    buf_wipe(&s->held);
    *s = (Sheet){0};
}

/* ---- out ---- */

static int emit(Sheet *s, uint64_t row, uint32_t column, Span text) {
    int r = 0;

    if (s->row)
        r = extract_text(s->x, span_of(row == s->row ? "\t" : "\n"));
    s->row = row;
    if (r == 0)
        r = extract_at(s->x, row, column);
    return r ? r : extract_text(s->x, text);
}

/* ---- names of columns ---- */

static bool is_word(Span s) {
    size_t letters = 0, digits = 0;

    if (s.n > WORD_MAX || memchr(s.at, '@', s.n))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.at[i];

        letters += ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0xC0;
        digits += c >= '0' && c <= '9';
    }
    return letters > digits;
}

static Span held_text(const Sheet *s, const SheetCell *c) {
    return span(s->held.at + c->at, c->n);
}

/* The cells of the row that begins at `from`: how many, and how many are words. */
static size_t look_at_row(const Sheet *s, size_t from, size_t *ret_words) {
    size_t i = from;

    *ret_words = 0;
    while (i < s->n_cells && s->cells[i].row == s->cells[from].row)
        *ret_words += is_word(held_text(s, &s->cells[i++]));
    return i - from;
}

static int name_columns(Sheet *s) {
    size_t widest = 0, words, n;
    int r = 0;

    for (size_t i = 0; i < s->n_cells; i += n) {
        n = look_at_row(s, i, &words);
        widest = n > widest ? n : widest;
    }
    for (size_t i = 0; i < s->n_cells; i += n) {
        n = look_at_row(s, i, &words);
        if (2 * n < widest || 2 * words <= n || i + n == s->n_cells)
            continue;
        for (size_t k = i; r == 0 && k < i + n; k++) {
            if (is_word(held_text(s, &s->cells[k])))
                r = extract_column(s->x, s->cells[k].column, held_text(s, &s->cells[k]));
        }
        return r;
    }
    return r;
}

static int settle(Sheet *s) {
    int r = name_columns(s);

    s->settled = true;
    for (size_t i = 0; r == 0 && i < s->n_cells; i++)
        r = emit(s, s->cells[i].row, s->cells[i].column, held_text(s, &s->cells[i]));
    s->n_cells = 0;
    buf_wipe(&s->held);
    return r;
}

/* ---- in ---- */

static int hold(Sheet *s, uint64_t row, uint32_t column, Span text) {
    if (row != s->look_row)
        s->rows++;
    s->look_row = row;
    s->cells[s->n_cells++] =
        (SheetCell){.row = row, .column = column, .at = (uint32_t)s->held.n, .n = (uint32_t)text.n};
    buf_span(&s->held, text);
    return buf_error(&s->held);
}

int sheet_cell(Sheet *s, uint64_t row, uint32_t column, Span text) {
    int r = 0;

    if (text.n == 0)
        return 0;
    if (!s->settled && ((row != s->look_row && s->rows == SHEET_LOOK) ||
                        s->n_cells == SHEET_LOOK_CELLS || text.n > SHEET_LOOK_BYTES - s->held.n))
        r = settle(s);
    if (r)
        return r;
    return s->settled ? emit(s, row, column, text) : hold(s, row, column, text);
}

int sheet_end(Sheet *s) {
    int r = s->settled ? 0 : settle(s);

    if (r == 0 && s->row)
        r = extract_text(s->x, span_of("\n"));
    s->row = 0;
    return r;
}

void sheet_reference(const char *text, uint32_t *ret_column, uint64_t *ret_row) {
    uint32_t column = 0;
    uint64_t row = 0;

    for (; (unsigned)((*text | 32) - 'a') < 26u && column < 1 << 20; text++)
        column = column * 26 + (uint32_t)((*text | 32) - 'a' + 1);
    for (; *text >= '0' && *text <= '9' && row < UINT32_MAX; text++)
        row = row * 10 + (uint64_t)(*text - '0');
    *ret_column = column;
    *ret_row = row;
}

bool sheet_formula_carries(Span formula) {
    enum { NUMBER_LEAST = 6 };
    size_t digits = 0;

    for (size_t i = 0; i < formula.n; i++) {
        uint8_t c = formula.at[i];

        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (c == '"' || digits >= NUMBER_LEAST)
            return true;
    }
    return false;
}
