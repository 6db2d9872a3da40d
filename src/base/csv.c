/* Csv: see csv.h. */
#include "base/csv.h"

static size_t count_of(Span first, uint8_t byte) {
    size_t n = 0;

    for (size_t i = 0; i < first.n; i++)
        n += first.at[i] == byte;
    return n;
}

static uint8_t divider_of(Span bytes) {
    const uint8_t *end = bytes.n ? memchr(bytes.at, '\n', bytes.n) : NULL;
    Span first = span(bytes.at, end ? (size_t)(end - bytes.at) : bytes.n);
    size_t commas = count_of(first, ','), semicolons = count_of(first, ';'),
           tabs = count_of(first, '\t');

    if (tabs > commas && tabs > semicolons)
        return '\t';
    return semicolons > commas ? ';' : ',';
}

void csv_init(Csv *c, Span bytes) {
    *c = (Csv){0};
    if (span_starts(bytes, span_of("\xef\xbb\xbf")))
        bytes = span(bytes.at + 3, bytes.n - 3);
    c->rest = bytes;
    c->divider = divider_of(bytes);
}

void csv_done(Csv *c) {
    buf_done(&c->text);
}

static uint8_t take(Csv *c) {
    uint8_t byte = c->rest.at[0];

    c->rest = span(c->rest.at + 1, c->rest.n - 1);
    return byte;
}

/* What stands in quotes, "" for one of them. */
static void quoted_take(Csv *c) {
    while (c->rest.n) {
        uint8_t byte = take(c);

        if (byte == '"') {
            if (!c->rest.n || c->rest.at[0] != '"')
                return;
            take(c);
        }
        if (byte)
            buf_byte(&c->text, byte);
    }
}

/* One field with what ends it; true: there is another in this row. */
static bool field_take(Csv *c) {
    size_t at = c->text.n;
    uint8_t byte = '\n';

    if (c->rest.n && c->rest.at[0] == '"') {
        take(c);
        quoted_take(c);
    }
    while (c->rest.n && (byte = take(c)) != c->divider && byte != '\n') {
        if (byte && byte != '\r')
            buf_byte(&c->text, byte);
    }
    if (c->n < CSV_FIELDS_MAX) {
        c->at[c->n++] = at;
        buf_byte(&c->text, 0);
    } else {
        c->text.n = at;
    }
    return byte == c->divider;
}

int csv_next(Csv *c) {
    buf_clear(&c->text);
    c->n = 0;
    if (!c->rest.n)
        return 0;
    c->row++;
    while (field_take(c))
        ;
    return buf_error(&c->text) < 0 ? -ENOMEM : 1;
}

const char *csv_field_at(const Csv *c, size_t i) {
    return i < c->n ? (const char *)c->text.at + c->at[i] : "";
}
