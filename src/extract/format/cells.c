/* Cells: see cells.h. */
#include "extract/format/cells.h"

#include <inttypes.h>
#include <time.h>

#include "base/utf8.h"

enum {
    UNIT_LEAST = 17, /* bytes; a UUID has 16 */
    HEX_MAX = 16,
};

void cells_done(Cells *c) {
    index_done(&c->columns);
    dates_done(&c->dates);
}

int cells_part(Cells *c) {
    c->written = 0;
    c->apart = false;
    return extract_part(c->x, PART_TABLE, c->table);
}

int cells_end(Cells *c) {
    int r = c->written ? extract_text(c->x, span_of("\n")) : 0;

    c->written = 0;
    return r ? r : dates_tell(&c->dates, c->x);
}

/* ---- columns ---- */

/* Once before each cell; names of columns go behind it, so that they interrupt no text. */
static int keep_apart(Cells *c) {
    int r = 0;

    if (c->written && (!c->apart || c->written != c->row))
        r = extract_text(c->x, span_of(c->written == c->row ? "\t" : "\n"));
    c->apart = true;
    c->written = c->row;
    return r;
}

uint32_t cells_find(const Cells *c, uint64_t hash) {
    return index_find(&c->columns, hash);
}

int cells_name(Cells *c, uint64_t hash, Span path, uint32_t *ret) {
    int r;

    *ret = 0;
    if (c->columns.n >= PART_COLUMNS_MAX)
        return 0;
    r = keep_apart(c);
    if (r == 0)
        r = index_add(&c->columns, hash, (uint32_t)c->columns.n + 1);
    if (r)
        return r;
    *ret = (uint32_t)c->columns.n;
    r = dates_column(&c->dates, *ret, path);
    return r ? r : extract_column(c->x, *ret, path);
}

/* ---- values ---- */

/* Bytes that are no UTF-8 are each the character of their number. */
static int emit_bytes(const Cells *c, Span text) {
    _cleanup_(buf_wipe) Buf other = {0};

    for (size_t n = 0; n < text.n; n++) {
        uint8_t bytes[UTF8_MAX];

        buf_add(&other, bytes, utf8_encode(text.at[n], bytes));
    }
    return buf_error(&other) ? -ENOMEM : extract_text(c->x, buf_as_span(&other));
}

int cells_plain(const Cells *c, Span text) {
    return utf8_valid(text) ? extract_text(c->x, text) : emit_bytes(c, text);
}

int cells_text(Cells *c, uint32_t column, Span text, uint64_t source) {
    bool valid = utf8_valid(text);
    int r;

    if (!text.n)
        return 0;
    r = keep_apart(c);
    c->apart = false;
    if (r == 0)
        r = extract_from(c->x, c->row, column, valid ? source : MARK_NOWHERE);
    dates_begin(&c->dates, column);
    dates_more(&c->dates, text.at, text.n);
    dates_end(&c->dates);
    if (r)
        return r;
    return valid ? extract_text(c->x, text) : emit_bytes(c, text);
}

int cells_hex(Cells *c, uint32_t column, Span bytes) {
    char text[2 * HEX_MAX + 1] = "";

    for (size_t i = 0; i < bytes.n && i < HEX_MAX; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes.at[i]);
    return cells_text(c, column, span_of(text), MARK_NOWHERE);
}

int cells_integer(Cells *c, uint32_t column, int64_t v) {
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, v);
    return cells_text(c, column, span_of(text), MARK_NOWHERE);
}

int cells_double(Cells *c, uint32_t column, double v) {
    char text[48];

    if (v > -1e18 && v < 1e18 && v == (double)(int64_t)v)
        return cells_integer(c, column, (int64_t)v);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    return cells_text(c, column, span_of(text), MARK_NOWHERE);
}

int cells_time(Cells *c, uint32_t column, int64_t ms) {
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    char text[64];
    struct tm tm;

    if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
        return cells_integer(c, column, ms);
    return cells_text(c, column, span_of(text), MARK_NOWHERE);
}

int cells_binary(Cells *c, uint32_t column, Span path, Span bytes, uint64_t source) {
    _cleanup_(buf_done) Buf name = {0};
    Entry e = {.size = bytes.n, .mtime = INT64_MIN};
    Sniff s = sniff(span(bytes.at, bytes.n < SNIFF_HEAD_MAX ? bytes.n : SNIFF_HEAD_MAX), bytes.n);
    Feed f;
    int r;

    if (s.kind == SNIFF_TEXT && !encoding_is_converted(s.encoding) && !extractor_find(s.format))
        return cells_text(c, column, bytes, source);
    if (bytes.n < UNIT_LEAST)
        return cells_hex(c, column, bytes);
    buf_span(&name, path);
    buf_printf(&name, ".%" PRIu64, c->row);
    if (buf_error(&name))
        return -ENOMEM;
    e.name = buf_as_span(&name);
    f = feed_of_span(bytes);
    r = extract_unit(c->x, &e, &f);
    feed_done(&f);
    return r;
}
