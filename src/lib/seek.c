/*
 * Seek: see seek.h.
 *
 * A Receiver that follows the names of the locator down, and in the unit it names looks for the
 * part and row, the offset, or the line. Of a table the row at hand is kept, of other text the last
 * KEPT bytes; a little more is taken behind the place, then the extraction is ended.
 */
#include "lib/seek.h"

#include "extract/text/charset.h"
#include "lib/opening.h"

enum {
    KEPT = 16 << 10, /* bytes before the place, and behind it */
    DONE = -ECANCELED,
};

typedef struct Name {
    Buf at;
} Name;

typedef struct Seeker {
    const Locator *locator;
    size_t depth, matched; /* units entered; of these, as the locator names them */
    /* the part at hand */
    PartKind kind;
    Encoding encoding;
    Buf part;
    Name *columns; /* by number from 1 */
    size_t n_columns;
    Buf printed; /* scratch */
    uint64_t row, line, source;
    bool sourced; /* `source` is where the next byte stands */
    /* what is kept */
    Buf text;
    size_t at, n;
    uint32_t column; /* of the place; 0: none */
    bool found;
} Seeker;

void sought_done(Sought *s) {
    buf_wipe(&s->text);
    buf_done(&s->column);
}

static void columns_forget(Seeker *s) {
    for (size_t i = 0; i < s->n_columns; i++)
        buf_done(&s->columns[i].at);
    s->n_columns = 0;
}

static void seeker_done(Seeker *s) {
    columns_forget(s);
    free(s->columns);
    buf_done(&s->part);
    buf_done(&s->printed);
    buf_wipe(&s->text);
}

static bool in_unit(const Seeker *s) {
    return s->depth == s->matched && s->matched + 1 == s->locator->n_names;
}

static int on_enter(void *of, const Entry *e) {
    Seeker *s = of;

    if (in_unit(s) && s->found)
        return DONE;
    if (s->depth == s->matched && s->matched + 1 < s->locator->n_names &&
        span_eq(e->name, s->locator->names[s->matched + 1]))
        s->matched++;
    s->depth++;
    return 0;
}

static int on_leave(void *of, const Ending *e) {
    Seeker *s = of;

    (void)e;
    if (in_unit(s))
        return DONE; /* found or not: it does not come again */
    s->depth--;
    if (s->matched > s->depth)
        s->matched = s->depth;
    return 0;
}

static int on_part(void *of, PartKind kind, Span name, Encoding encoding) {
    Seeker *s = of;

    if (!in_unit(s))
        return 0;
    if (s->found)
        return DONE;
    columns_forget(s);
    s->kind = kind;
    s->encoding = kind == PART_BYTES ? encoding : ENCODING_UTF8;
    buf_clear(&s->part);
    buf_span(&s->part, name);
    buf_clear(&s->text);
    s->row = 0;
    s->line = 1;
    s->sourced = false;
    return buf_error(&s->part);
}

static int on_column(void *of, uint32_t number, Span name) {
    Seeker *s = of;

    if (!in_unit(s) || number == 0 || number > PART_COLUMNS_MAX)
        return 0;
    if (number > s->n_columns) {
        Name *columns = reallocarray(s->columns, number, sizeof(*columns));

        if (!columns)
            return -ENOMEM;
        memset(columns + s->n_columns, 0, (number - s->n_columns) * sizeof(*columns));
        s->columns = columns;
        s->n_columns = number;
    }
    buf_clear(&s->columns[number - 1].at);
    buf_span(&s->columns[number - 1].at, name);
    return buf_error(&s->columns[number - 1].at);
}

/* ---- tables ---- */

static bool is_cell(Seeker *s, const Mark *m) {
    Buf *b = &s->printed;
    size_t n;

    buf_clear(b);
    part_print(b, s->kind, buf_as_span(&s->part), m->column,
               m->column && m->column <= s->n_columns ? buf_as_span(&s->columns[m->column - 1].at)
                                                      : span(NULL, 0));
    n = b->n;
    if (span_eq(buf_as_span(b), s->locator->part))
        return true;
    part_print_row(b, s->kind, span(b->at, n), m->row);
    return b->n > n && span_eq(span(b->at + n, b->n - n), s->locator->part);
}

static int cell_put(Seeker *s, const Mark *m, Span text) {
    if (m->row != s->row) {
        if (s->found)
            return DONE;
        buf_clear(&s->text);
        s->row = m->row;
    }
    if (!s->found && text.n && is_cell(s, m)) {
        s->found = true;
        s->at = s->text.n;
        s->n = text.n;
        s->column = m->column;
    }
    if (s->text.n + text.n <= 4 * KEPT)
        buf_span(&s->text, text);
    return buf_error(&s->text);
}

/* ---- other text ---- */

static void text_trim(Seeker *s) {
    if (s->found || s->text.n <= 2 * KEPT)
        return;
    memmove(s->text.at, s->text.at + s->text.n - KEPT, KEPT);
    s->text.n = KEPT;
}

/* Where in this piece the place is, or its length. */
static size_t place_in(Seeker *s, const Mark *m, Span text) {
    const Locator *l = s->locator;

    if (l->has_offset)
        return s->sourced && l->offset >= s->source && l->offset - s->source < text.n
                   ? (size_t)(l->offset - s->source)
                   : text.n;
    if (l->line && s->kind != PART_BYTES)
        return m->row == l->line ? 0 : text.n;
    for (size_t i = 0; l->line && i < text.n; i++) {
        if (s->line == l->line)
            return i;
        s->line += text.at[i] == '\n';
    }
    return l->line ? text.n : 0;
}

static int text_put(Seeker *s, const Mark *m, Span text) {
    size_t place;

    if (!span_eq(buf_as_span(&s->part), s->locator->part) || !text.n)
        return 0;
    if (m->source != MARK_NOWHERE && !s->sourced) {
        s->source = m->source;
        s->sourced = true;
    }
    place = s->found ? text.n : place_in(s, m, text);
    if (place < text.n) {
        s->found = true;
        s->at = s->text.n + place;
    }
    buf_span(&s->text, text);
    s->source += text.n;
    text_trim(s);
    if (s->found && s->text.n - s->at > KEPT)
        return DONE;
    return buf_error(&s->text);
}

static int piece_put(Seeker *s, const Mark *m, Span text) {
    return part_has_rows(s->kind) ? cell_put(s, m, text) : text_put(s, m, text);
}

static int on_text(void *of, const Text *t) {
    Seeker *s = of;
    Mark m = {.row = s->row, .source = MARK_NOWHERE};
    size_t at = 0;
    int r = 0;

    for (size_t k = 0; k <= t->n_marks && r == 0 && in_unit(s); k++) {
        size_t end = k < t->n_marks ? t->marks[k].at : t->text.n;

        r = piece_put(s, &m, span(t->text.at + at, end - at));
        at = end;
        if (k == t->n_marks)
            break;
        m = t->marks[k];
        if (m.source == MARK_NOWHERE || m.source != s->source)
            s->sourced = false;
    }
    return r;
}

static int on_fact(void *of, const Fact *f) {
    (void)of;
    (void)f;
    return 0;
}

/* ---- the way in ---- */

static int open_file(const char *program, const HostFile *file, const Receiver *to) {
    const Extractor *e;
    Ending ending;
    int r = opening_reader(file, &e);

    return r < 0 ? r : opening_read(program, e, file, to, &ending);
}

/* What is kept, as UTF-8. */
static int take_text(Seeker *s, Sought *ret) {
    TextWindow w = {0};
    int r = charset_decode(s->encoding, buf_as_span(&s->text), 0, &w);

    if (r == 0)
        buf_span(&ret->text, w.text);
    ret->at = text_window_find(&w, s->at);
    ret->n = s->n;
    if (s->column && s->column <= s->n_columns)
        buf_span(&ret->column, buf_as_span(&s->columns[s->column - 1].at));
    text_window_done(&w);
    return r < 0 ? r : buf_error(&ret->text);
}

int seek_inside(const char *program, const HostFile *file, const Locator *l, Error *reterr,
                Sought *ret) {
    _cleanup_(seeker_done) Seeker s = {.locator = l, .line = 1};
    const Receiver to = {.of = &s,
                         .enter = on_enter,
                         .leave = on_leave,
                         .part = on_part,
                         .column = on_column,
                         .text = on_text,
                         .fact = on_fact};
    int r = open_file(program, file, &to);

    if (r == HOST_E_DIED || r == HOST_E_ABSENT)
        return error_set(reterr, -ENOTSUP, "cannot open the file: %s",
                         r == HOST_E_DIED ? "its parser died; a scan reads its bytes as they lie"
                                          : "the program that reads this format is not installed");
    if (r < 0 && r != DONE)
        return error_errno(reterr, r, "cannot open the file");
    if (!s.found)
        return error_set(reterr, -ESRCH,
                         "there is no such place now: the file has changed, or the locator names "
                         "something else");
    return take_text(&s, ret);
}
