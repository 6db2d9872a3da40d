/*
 * Charset: see charset.h.
 *
 * Output has room for the worst case before a window is begun, so the loops do not check it. The
 * map is a list of runs within which each character has the same number of bytes on both sides;
 * long runs of ASCII, the usual case, go eight bytes at a time and make one run.
 */
#include "extract/text/charset.h"

#include <endian.h>

#include "base/utf8.h"
#include "extract/text/codepage.h"

typedef struct Decoding {
    Span raw;
    size_t i;     /* raw bytes done */
    uint8_t *out; /* room for all */
    size_t o;     /* text bytes made */
    Buf *runs;
    uint16_t text_step, raw_step; /* of the last run; 0: none yet */
} Decoding;

/* The next characters are of these sizes. */
static inline void decoding_run(Decoding *d, uint16_t text_step, uint16_t raw_step) {
    if (d->text_step == text_step && d->raw_step == raw_step)
        return;
    TextRun run = {.text_at = (uint32_t)d->o,
                   .raw_at = (uint32_t)d->i,
                   .text_step = text_step,
                   .raw_step = raw_step};

    buf_add(d->runs, &run, sizeof(run));
    d->text_step = text_step;
    d->raw_step = raw_step;
}

/* One character from raw_step bytes; U+FFFD for what is none. */
static inline void decoding_put(Decoding *d, uint32_t c, uint16_t raw_step) {
    uint8_t bytes[UTF8_MAX];
    size_t n = utf8_encode(c, bytes);

    if (n == 0)
        n = utf8_encode(UTF8_REPLACEMENT, bytes);
    decoding_run(d, (uint16_t)n, raw_step);
    for (size_t k = 0; k < n; k++)
        d->out[d->o + k] = bytes[k];
    d->o += n;
    d->i += raw_step;
}

/* ---- one byte a unit ---- */

/* ASCII is itself in these. */
static void decode_table(Decoding *d, const uint16_t *table) {
    while (d->i < d->raw.n) {
        size_t n = utf8_ascii_prefix(span(d->raw.at + d->i, d->raw.n - d->i));

        if (n) {
            decoding_run(d, 1, 1);
            memcpy(d->out + d->o, d->raw.at + d->i, n);
            d->o += n;
            d->i += n;
        } else {
            decoding_put(d, table[d->raw.at[d->i]], 1);
        }
    }
}

/* As many bytes as are ASCII by the table, 16 at a time. */
static void decode_ebcdic_ascii(Decoding *d, const uint16_t *table) {
    enum { BLOCK = 16 };

    while (d->i + BLOCK <= d->raw.n) {
        const uint8_t *raw = d->raw.at + d->i;
        uint8_t *out = d->out + d->o;
        uint16_t all = 0;

        for (size_t k = 0; k < BLOCK; k++) {
            all |= table[raw[k]];
            out[k] = (uint8_t)table[raw[k]];
        }
        if (all >= 0x80)
            return;
        decoding_run(d, 1, 1);
        d->i += BLOCK;
        d->o += BLOCK;
    }
}

static void decode_ebcdic(Decoding *d, const uint16_t *table) {
    while (d->i < d->raw.n) {
        uint16_t c = table[d->raw.at[d->i]];

        if (c < 0x80) {
            decoding_run(d, 1, 1);
            d->out[d->o++] = (uint8_t)c;
            d->i++;
            decode_ebcdic_ascii(d, table);
        } else {
            decoding_put(d, c, 1);
        }
    }
}

/* ---- two bytes a unit ---- */

/* As many units as are ASCII, four at a time. */
static void decode_ascii16(Decoding *d, bool big) {
    uint64_t word;
    uint32_t four;

    for (; d->i + sizeof(word) <= d->raw.n; d->i += sizeof(word), d->o += sizeof(four)) {
        memcpy(&word, d->raw.at + d->i, sizeof(word));
        word = big ? be64toh(word) : le64toh(word);
        if (word & UINT64_C(0xFF80FF80FF80FF80))
            return;
        decoding_run(d, 1, 2);
        word = (word | word >> 8) & UINT64_C(0x0000FFFF0000FFFF);
        four = (uint32_t)(word | word >> 16);
        four = big ? htobe32(four) : htole32(four);
        memcpy(d->out + d->o, &four, sizeof(four));
    }
}

static inline uint32_t unit16(const Decoding *d, size_t at, bool big) {
    const uint8_t *u = d->raw.at + at;

    return big ? (uint32_t)u[0] << 8 | u[1] : (uint32_t)u[1] << 8 | u[0];
}

static void decode_utf16(Decoding *d, bool big) {
    while (d->i + 2 <= d->raw.n) {
        uint32_t c = unit16(d, d->i, big), low;

        if (c < 0x80) {
            decoding_run(d, 1, 2);
            d->out[d->o++] = (uint8_t)c;
            d->i += 2;
            decode_ascii16(d, big);
            continue;
        }
        if (c >= 0xD800 && c < 0xDC00 && d->i + 4 <= d->raw.n) {
            low = unit16(d, d->i + 2, big);
            if (low >= 0xDC00 && low < 0xE000) {
                decoding_put(d, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), 4);
                continue;
            }
        }
        decoding_put(d, c, 2);
    }
}

/* ---- four bytes a unit ---- */

static void decode_utf32(Decoding *d, bool big) {
    uint32_t c;

    while (d->i + sizeof(c) <= d->raw.n) {
        memcpy(&c, d->raw.at + d->i, sizeof(c));
        c = big ? be32toh(c) : le32toh(c);
        decoding_put(d, c, sizeof(c));
    }
}

/* ---- several bytes a character ---- */

/* Where the character of unit k ends: where the next begins, but for an escape in between. */
static size_t character_end(const Decoding *d, const int32_t *places, size_t k, size_t n,
                            uint32_t c, Encoding e) {
    size_t at = (size_t)places[k], end = d->raw.n;

    while (++k < n) {
        if (places[k] >= 0) {
            end = (size_t)places[k];
            break;
        }
    }
    if (e == ENCODING_ISO2022JP && c != UTF8_REPLACEMENT)
        return at + (c < 0x80 || (c >= 0xFF61 && c <= 0xFF9F) ? 1 : 2);
    return end > at ? end : at + 1;
}

static int decode_multibyte(Decoding *d, Multibyte *m, Encoding e) {
    const uint16_t *units;
    const int32_t *places;
    ssize_t n = multibyte_decode(m, d->raw, &units, &places);

    for (ssize_t k = 0; k < n; k++) {
        uint32_t c = units[k];
        size_t end;

        if (places[k] < 0)
            continue;
        if (c >= 0xD800 && c < 0xDC00 && k + 1 < n && units[k + 1] >= 0xDC00)
            c = 0x10000 + ((c - 0xD800) << 10) + (units[k + 1] - 0xDC00);
        else if (c >= 0xDC00 && c < 0xE000 && k > 0 && places[k] == places[k - 1])
            continue;
        end = character_end(d, places, (size_t)k + (c > 0xFFFF), (size_t)n, c, e);
        if ((size_t)places[k] != d->i) { /* behind an escape */
            d->i = (size_t)places[k];
            d->raw_step = 0;
        }
        decoding_put(d, c, (uint16_t)(end - d->i));
    }
    d->i = d->raw.n;
    return n < 0 ? (int)n : 0;
}

/* ---- windows ---- */

static int decode(Decoding *d, TextWindow *w, Encoding e) {
    int r = 0;

    if (encoding_is_multibyte(e)) {
        r = multibyte_use(&w->multibyte, e);
        return r < 0 ? r : decode_multibyte(d, w->multibyte, e);
    }
    if (encoding_unit(e) == 2)
        decode_utf16(d, e == ENCODING_UTF16BE);
    else if (encoding_unit(e) == 4)
        decode_utf32(d, e == ENCODING_UTF32BE);
    else if (encoding_is_ebcdic(e))
        decode_ebcdic(d, codepage_find(e));
    else
        decode_table(d, codepage_find(e));
    if (d->i < d->raw.n) /* a unit that the end of the file cut */
        decoding_put(d, UTF8_REPLACEMENT, (uint16_t)(d->raw.n - d->i));
    return 0;
}

static bool is_borrowed(Encoding e, Span raw) {
    if (!encoding_is_converted(e))
        return true;
    return encoding_is_doubtful(e) && e != ENCODING_ISO2022JP && utf8_ascii_prefix(raw) == raw.n;
}

/* Text bytes that n raw ones make at most: 3 of each unit of one or two bytes, 4 of four. */
static size_t worst_case(Encoding e, size_t n) {
    unsigned unit = encoding_unit(e);

    return (n / unit + 1) * (unit == 4 ? 4 : 3);
}

int charset_decode(Encoding e, Span raw, uint64_t raw_offset, TextWindow *w) {
    Decoding d = {.raw = raw, .runs = &w->runs};
    int r;

    if (raw.n >= 1u << 30)
        return -EFBIG;
    buf_clear(&w->own);
    buf_clear(&w->runs);
    w->raw = raw;
    w->raw_offset = raw_offset;
    w->text = raw;
    w->wide = encoding_unit(e) > 1;
    if (is_borrowed(e, raw))
        return 0;
    d.out = buf_extend(&w->own, worst_case(e, raw.n));
    if (!d.out)
        return -ENOMEM;
    r = decode(&d, w, e);
    w->own.n = d.o;
    w->text = buf_as_span(&w->own);
    return r < 0 ? r : buf_error(&w->runs);
}

void text_window_done(TextWindow *w) {
    buf_done(&w->own);
    buf_done(&w->runs);
    multibyte_free(w->multibyte);
    *w = (TextWindow){0};
}

/* The last run that starts at or before text_at. There is one: the first starts at 0. */
static const TextRun *find_run(const TextWindow *w, size_t text_at) {
    const TextRun *runs = (const TextRun *)w->runs.at;
    size_t low = 0, high = w->runs.n / sizeof(*runs);

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (runs[middle].text_at <= text_at)
            low = middle;
        else
            high = middle;
    }
    return &runs[low];
}

/* Raw position of the character that holds the text byte; *ret_end where it ends. */
static size_t raw_of(const TextWindow *w, size_t text_at, size_t *ret_end) {
    const TextRun *run;
    size_t raw;

    if (text_at >= w->text.n || w->runs.n == 0) {
        raw = text_at < w->text.n ? text_at : w->raw.n;
        *ret_end = text_at < w->text.n ? text_at + 1 : w->raw.n;
        return raw;
    }
    run = find_run(w, text_at);
    raw = run->raw_at + (text_at - run->text_at) / run->text_step * run->raw_step;
    *ret_end = raw + run->raw_step;
    return raw;
}

void text_window_locate(const TextWindow *w, size_t start, size_t end, uint64_t *ret_offset,
                        uint64_t *ret_length) {
    size_t from, to;

    from = raw_of(w, start, &to);
    if (end > start)
        raw_of(w, end - 1, &to);
    else
        to = from;
    *ret_offset = w->raw_offset + from;
    *ret_length = to - from;
}

size_t text_window_stretch(const TextWindow *w, size_t text_at, uint64_t *ret_offset) {
    const TextRun *run, *last = (const TextRun *)(w->runs.at + w->runs.n);
    size_t end, into;

    *ret_offset = w->raw_offset + text_at;
    if (w->runs.n == 0)
        return w->text.n - text_at;
    run = find_run(w, text_at);
    end = run + 1 < last ? run[1].text_at : w->text.n;
    into = (text_at - run->text_at) / run->text_step * run->raw_step;
    *ret_offset = w->wide ? CHARSET_NOWHERE : w->raw_offset + run->raw_at + into;
    return end - text_at;
}

/* ---- cuts ---- */

/* A pair of UTF-16 whose second half is not there yet. */
static bool is_half_pair(Encoding e, Span raw) {
    uint8_t high = raw.at[raw.n - (e == ENCODING_UTF16BE ? 2 : 1)];

    return high >= 0xD8 && high < 0xDC;
}

/* From the last place that is sure, character by character. */
static size_t whole_multibyte(Encoding e, Span raw) {
    enum { STATEFUL_MOST = 8 << 10 };
    size_t at = multibyte_sync_last(e, raw), n;

    if (e == ENCODING_ISO2022JP) /* a line of it is whole or not; but none is that long */
        return at || raw.n < STATEFUL_MOST ? at : raw.n;
    while (at < raw.n && (n = multibyte_length(e, span(raw.at + at, raw.n - at))) > 0)
        at += n;
    return at;
}

size_t charset_whole(Encoding e, Span raw) {
    unsigned unit = encoding_unit(e);

    if (encoding_is_multibyte(e))
        return whole_multibyte(e, raw);
    raw.n -= raw.n % unit;
    if (unit == 2 && raw.n && is_half_pair(e, raw))
        raw.n -= unit;
    return raw.n;
}

size_t charset_sync(Encoding e, Span raw) {
    size_t at;

    if (!encoding_is_multibyte(e))
        return 0;
    if (raw.n > CHARSET_SYNC_MAX)
        raw.n = CHARSET_SYNC_MAX;
    at = multibyte_sync(e, raw);
    return at < raw.n ? at : 0;
}

void charset_append(Encoding e, Span raw, Buf *ret) {
    _cleanup_(text_window_done) TextWindow w = {0};

    if (charset_decode(e, raw, 0, &w) < 0)
        ret->failed = true;
    else
        buf_span(ret, w.text);
}

size_t text_window_find(const TextWindow *w, uint64_t raw) {
    size_t lo = 0, hi = w->text.n;

    if (!w->runs.n)
        return raw <= w->raw_offset              ? 0
               : raw - w->raw_offset < w->text.n ? (size_t)(raw - w->raw_offset)
                                                 : w->text.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        uint64_t at, length;

        text_window_locate(w, mid, mid + 1, &at, &length);
        if (at < raw)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
