/* Table: see table.h. */
#include "report/table.h"

#include <assert.h>

#include "base/utf8.h"
#include "report/paint.h"

struct TableRow {
    TableRow *next;
    Span cells[TABLE_COLUMNS_MAX];
};

void table_init(Table *t, const TableColumn *columns, size_t n_columns) {
    assert(n_columns > 0 && n_columns <= TABLE_COLUMNS_MAX);
    *t = (Table){.columns = columns, .n_columns = n_columns};
}

void table_done(Table *t) {
    arena_done(&t->arena);
}

static size_t character_next(Span s) {
    uint32_t c;
    size_t n = utf8_decode(s, &c);

    return n ? n : 1;
}

static unsigned width(Span s) {
    unsigned w = 0;

    while (s.n) {
        size_t n = character_next(s);

        s = span(s.at + n, s.n - n);
        w++;
    }
    return w;
}

/* The cell, or as much of it as leaves room for "..." within the limit. */
static Span cell_cut(Arena *a, Span text, unsigned limit) {
    Span rest = text;
    uint8_t *cut;
    size_t n;

    if (limit < 4 || width(text) <= limit)
        return arena_span(a, text);
    for (unsigned i = 0; i < limit - 3; i++) {
        n = character_next(rest);
        rest = span(rest.at + n, rest.n - n);
    }
    n = text.n - rest.n;
    cut = arena_alloc(a, n + 3);
    if (!cut)
        return (Span){0};
    memcpy(cut, text.at, n);
    memcpy(cut + n, "...", 3);
    return span(cut, n + 3);
}

void table_row(Table *t, const char *const *cells) {
    TableRow *row = arena_new(&t->arena, TableRow);

    if (!row) {
        t->failed = true;
        return;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        row->cells[i] = cell_cut(&t->arena, span_of(cells[i]), t->columns[i].limit);
        t->failed = t->failed || !row->cells[i].at;
    }
    if (t->last)
        t->last->next = row;
    else
        t->first = row;
    t->last = row;
}

static void spaces_put(Buf *b, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        buf_byte(b, ' ');
}

/* Two spaces between columns, none at the end; no newline. */
static void line_put(const Table *t, const Span *cells, const unsigned *widths, Buf *b) {
    for (size_t i = 0; i < t->n_columns; i++) {
        unsigned pad = widths[i] - width(cells[i]);

        if (t->columns[i].right)
            spaces_put(b, pad);
        buf_span(b, cells[i]);
        if (i + 1 < t->n_columns)
            spaces_put(b, (t->columns[i].right ? 0 : pad) + 2);
    }
}

int table_print(const Table *t, unsigned indent, bool colour, Buf *b) {
    unsigned widths[TABLE_COLUMNS_MAX];
    Span heads[TABLE_COLUMNS_MAX];

    if (t->failed)
        return -ENOMEM;
    for (size_t i = 0; i < t->n_columns; i++) {
        heads[i] = span_of(t->columns[i].head);
        widths[i] = width(heads[i]);
        for (const TableRow *row = t->first; row; row = row->next) {
            unsigned w = width(row->cells[i]);

            widths[i] = w > widths[i] ? w : widths[i];
        }
    }
    spaces_put(b, indent);
    paint_begin(b, colour, PAINT_BOLD);
    line_put(t, heads, widths, b);
    paint_end(b, colour);
    for (const TableRow *row = t->first; row; row = row->next) {
        buf_byte(b, '\n');
        spaces_put(b, indent);
        line_put(t, row->cells, widths, b);
    }
    buf_byte(b, '\n');
    return buf_error(b);
}
