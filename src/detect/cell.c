/* Cell: see cell.h. */
#include "detect/cell.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

static bool is_before(uint8_t c) {
    return c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '(' || c == '[' || c == '{';
}

static bool is_behind(uint8_t c) {
    static const char signs[] = "\"'`)]},;|^~<";

    return c <= ' ' || memchr(signs, c, sizeof(signs) - 1);
}

/* The end of what the marks from i on say of one cell; *i is then the next mark. */
static size_t cell_reach(const Window *w, size_t *i) {
    const Columns *c = w->columns;
    const Mark *first = &c->marks[*i];

    for (++*i; *i < c->n_marks; ++*i) {
        const Mark *m = &c->marks[*i];

        if (m->row != first->row || m->column != first->column)
            return m->at < w->n ? m->at : w->n;
    }
    return w->n;
}

/* What stands in tables for nothing at all. */
static bool is_nothing(Span cell) {
    static const char *const words[] = {"-",    "--",      "?",    ".",   "n/a", "na",  "nil",
                                        "none", "unknown", "null", "\\n", "nan", "tbd", "#n/a"};
    char low[8];

    if (cell.n >= sizeof(low))
        return false;
    for (size_t i = 0; i < cell.n; i++)
        low[i] = (char)byte_lower(cell.at[i]);
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (span_eq(span(low, cell.n), span_of(words[i])))
            return true;
    }
    return false;
}

static bool cell_trim(const Window *w, Cell *c) {
    size_t first = c->start;

    while (c->start < c->end && is_before(w->text[c->start]))
        c->start++;
    while (c->end > c->start && is_behind(w->text[c->end - 1]))
        c->end--;
    /* a bracket that is closed inside is the value's: '(212) 555-0143' */
    if (c->start > first && w->text[c->start - 1] == '(' &&
        memchr(w->text + c->start, ')', c->end - c->start))
        c->start--;
    return c->end > c->start && c->end - c->start <= CELL_BYTES &&
           !is_nothing(span(w->text + c->start, c->end - c->start));
}

bool cell_next(const Window *w, size_t lo, size_t hi, size_t *cursor, Cell *ret) {
    const Columns *c = w->columns;

    while (c && *cursor < c->n_marks) {
        const Mark *m = &c->marks[*cursor];

        if (m->at >= hi)
            return false;
        ret->hint = columns_hint(c, m);
        ret->start = m->at;
        ret->end = cell_reach(w, cursor);
        if (ret->hint && ret->hint->cells && cell_trim(w, ret) && ret->start >= lo &&
            ret->start < hi)
            return true;
    }
    return false;
}
