/* Book: see book.h. */
#include "extract/format/book.h"

void book_done(Book *b) {
    buf_wipe(&b->text);
    free(b->ends);
    free(b->used);
    free(b->codes);
    free(b->formats);
    free(b->known);
    *b = (Book){0};
}

/* ---- strings ---- */

int book_string(Book *b, Span text) {
    if (b->full)
        return extract_text(b->x, text);
    buf_span(&b->text, text);
    return buf_error(&b->text);
}

int book_string_end(Book *b) {
    if (b->full)
        return extract_text(b->x, span_of("\n"));
    if (b->n_strings == b->cap_strings) {
        size_t cap = b->cap_strings ? 2 * b->cap_strings : 1024;
        uint32_t *more = realloc(b->ends, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        b->ends = more;
        b->cap_strings = cap;
    }
    b->ends[b->n_strings++] = (uint32_t)b->text.n;
    if (b->text.n <= BOOK_STRINGS_MAX && b->n_strings < BOOK_STRINGS_MAX / 8)
        return 0;
    b->full = true;
    return extract_part(b->x, PART_SECTION, span_of("sharedStrings"));
}

static Span string_at(const Book *b, size_t i) {
    uint32_t from = i ? b->ends[i - 1] : 0;

    return span(b->text.at + from, b->ends[i] - from);
}

int book_string_at(Book *b, size_t i, Span *ret) {
    *ret = span(NULL, 0);
    if (i >= b->n_strings)
        return 0;
    if (!b->used)
        b->used = calloc(b->n_strings / 8 + 1, 1);
    if (!b->used)
        return -ENOMEM;
    b->used[i / 8] |= (uint8_t)(1 << i % 8);
    *ret = string_at(b, i);
    return 0;
}

int book_unused(Book *b) {
    bool begun = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < b->n_strings; i++) {
        if ((b->used && b->used[i / 8] & 1 << i % 8) || string_at(b, i).n == 0)
            continue;
        if (!begun)
            r = extract_part(b->x, PART_SECTION, span_of("sharedStrings"));
        begun = true;
        if (r == 0)
            r = extract_at(b->x, i + 1, 0);
        if (r == 0)
            r = extract_text(b->x, string_at(b, i));
        if (r == 0)
            r = extract_text(b->x, span_of("\n"));
    }
    return r;
}

/* ---- styles ---- */

int book_code(Book *b, unsigned id, Span code) {
    void *more;

    if (b->n_codes == BOOK_CODES_MAX)
        return 0;
    more = realloc(b->codes, (b->n_codes + 1) * sizeof(*b->codes));
    if (!more)
        return -ENOMEM;
    b->codes = more;
    b->codes[b->n_codes++] = (NumberCode){.id = id, .format = cell_format_parse(code)};
    return 0;
}

static CellFormat format_of(const Book *b, unsigned id) {
    for (size_t i = 0; i < b->n_codes; i++) {
        if (b->codes[i].id == id)
            return b->codes[i].format;
    }
    return cell_format_builtin(id);
}

static bool same_format(const CellFormat *a, const CellFormat *b) {
    return a->kind == b->kind && a->day == b->day && a->clock == b->clock &&
           strcmp(a->mask, b->mask) == 0 && strcmp(a->below_mask, b->below_mask) == 0 &&
           a->below == b->below;
}

/* The place of a format among the known ones; the first, if there are too many. */
static int know(Book *b, const CellFormat *f, uint16_t *ret) {
    size_t k = 0;
    void *more;

    while (k < b->n_known && !same_format(&b->known[k], f))
        k++;
    *ret = k < BOOK_FORMATS_MAX ? (uint16_t)k : 0;
    if (k < b->n_known || k >= BOOK_FORMATS_MAX)
        return 0;
    more = realloc(b->known, (k + 1) * sizeof(*b->known));
    if (!more)
        return -ENOMEM;
    b->known = more;
    b->known[b->n_known++] = *f;
    return 0;
}

int book_style(Book *b, unsigned id) {
    CellFormat f = format_of(b, id);
    uint16_t place;
    void *more;
    int r;

    if (b->n_styles == BOOK_STYLES_MAX)
        return 0;
    r = know(b, &f, &place);
    if (r < 0)
        return r;
    if (b->n_styles % 64 == 0) {
        more = realloc(b->formats, (b->n_styles + 64) * sizeof(*b->formats));
        if (!more)
            return -ENOMEM;
        b->formats = more;
    }
    b->formats[b->n_styles++] = place;
    return 0;
}

const CellFormat *book_format(const Book *b, unsigned style) {
    static const CellFormat plain = {.kind = CELL_PLAIN};

    return style < b->n_styles ? &b->known[b->formats[style]] : &plain;
}
