/* Part: see part.h. */
#include "model/part.h"

const char *part_kind_name(PartKind k) {
    static const char *const names[N_PART_KINDS] = {
        [PART_BYTES] = "bytes",     [PART_TEXT] = "text",   [PART_PAGE] = "page",
        [PART_SECTION] = "section", [PART_SHEET] = "sheet", [PART_TABLE] = "table",
    };

    return names[k];
}

int part_kind_parse(Span word, PartKind *ret) {
    for (PartKind k = 0; k < N_PART_KINDS; k++) {
        if (span_is(word, part_kind_name(k))) {
            *ret = k;
            return 0;
        }
    }
    return -EINVAL;
}

/* 1 is A, 26 Z, 27 AA. */
static void letters_put(Buf *b, uint32_t column) {
    char text[8];
    size_t n = 0;

    for (; column; column = (column - 1) / 26)
        text[n++] = (char)('A' + (column - 1) % 26);
    while (n)
        buf_byte(b, (uint8_t)text[--n]);
}

void part_print(Buf *b, PartKind kind, Span part, uint32_t column, Span column_name) {
    buf_span(b, part);
    if (!column)
        return;
    if (kind == PART_SHEET) {
        buf_byte(b, ':');
        letters_put(b, column);
        return;
    }
    if (part.n)
        buf_byte(b, '.');
    if (column_name.n)
        buf_span(b, column_name);
    else
        buf_printf(b, "column%u", column);
}

bool part_has_rows(PartKind kind) {
    return kind == PART_SHEET || kind == PART_TABLE;
}

void part_print_row(Buf *b, PartKind kind, Span part, uint64_t row) {
    buf_span(b, part);
    if (!row || !part_has_rows(kind))
        return;
    buf_printf(b, "%s%llu", kind == PART_SHEET && part.n ? "" : ":", (unsigned long long)row);
}
