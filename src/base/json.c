/*
 * Json: see json.h. The only state is whether the current level has an element yet, one bit a
 * level, so that nothing is allocated here.
 */
#include "base/json.h"

#include <assert.h>
#include <math.h>

#include "base/utf8.h"

/* What stands before any value: a comma unless it is the first of its level or follows its key. */
static void value_begin(Json *j) {
    if (j->keyed) {
        j->keyed = false;
        return;
    }
    if (j->depth && (j->filled >> j->depth & 1))
        buf_byte(j->to, ',');
    j->filled |= UINT64_C(1) << j->depth;
}

static void level_begin(Json *j, char bracket) {
    value_begin(j);
    buf_byte(j->to, (uint8_t)bracket);
    assert(j->depth < JSON_DEPTH_MAX);
    j->depth++;
    j->filled &= ~(UINT64_C(1) << j->depth);
}

static void level_end(Json *j, char bracket) {
    assert(j->depth > 0 && !j->keyed);
    j->depth--;
    buf_byte(j->to, (uint8_t)bracket);
}

void json_object_begin(Json *j) {
    level_begin(j, '{');
}

void json_object_end(Json *j) {
    level_end(j, '}');
}

void json_array_begin(Json *j) {
    level_begin(j, '[');
}

void json_array_end(Json *j) {
    level_end(j, ']');
}

/* RFC 8259 section 7; beyond the BMP as a pair of surrogates. */
static void escape_put(Buf *b, uint32_t c) {
    if (c >= 0x10000) {
        c -= 0x10000;
        buf_printf(b, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
    } else if (c == '\n') {
        buf_text(b, "\\n");
    } else if (c == '\t') {
        buf_text(b, "\\t");
    } else if (c == '\r') {
        buf_text(b, "\\r");
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

/* One code point at the start of text; returns the bytes it took. */
static size_t character_put(Buf *b, Span text) {
    uint32_t c;
    size_t n = utf8_decode(text, &c);

    if (n == 0) {
        buf_printf(b, "\\\\x%02x", text.at[0]);
        return 1;
    }
    if (c == '"' || c == '\\')
        buf_byte(b, '\\');
    if (utf8_shows(c))
        buf_add(b, text.at, n);
    else
        escape_put(b, c);
    return n;
}

static bool is_plain(uint8_t byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static void string_put(Buf *b, Span text) {
    size_t i = 0;

    buf_byte(b, '"');
    while (i < text.n) {
        size_t plain = i;

        while (i < text.n && is_plain(text.at[i]))
            i++;
        buf_add(b, text.at + plain, i - plain);
        if (i < text.n)
            i += character_put(b, span(text.at + i, text.n - i));
    }
    buf_byte(b, '"');
}

void json_key(Json *j, const char *key) {
    assert(!j->keyed);
    value_begin(j);
    string_put(j->to, span_of(key));
    buf_byte(j->to, ':');
    j->keyed = true;
}

void json_span(Json *j, Span text) {
    value_begin(j);
    string_put(j->to, text);
}

void json_text(Json *j, const char *text) {
    if (text)
        json_span(j, span_of(text));
    else
        json_null(j);
}

/* Decimal, at least `least` digits. By hand: this is the hot path of a store and of reports. */
static void digits_put(Buf *b, uint64_t v, int least) {
    uint8_t at[20];
    size_t i = sizeof(at);

    do {
        at[--i] = (uint8_t)('0' + v % 10);
        v /= 10;
    } while (v || sizeof(at) - i < (size_t)least);
    buf_add(b, at + i, sizeof(at) - i);
}

void json_int(Json *j, int64_t v) {
    value_begin(j);
    if (v < 0)
        buf_byte(j->to, '-');
    digits_put(j->to, v < 0 ? -(uint64_t)v : (uint64_t)v, 1);
}

void json_uint(Json *j, uint64_t v) {
    value_begin(j);
    digits_put(j->to, v, 1);
}

/* Not by printf, which would use the comma of the user's locale. */
void json_double(Json *j, double v, int decimals) {
    uint64_t scale = 1, scaled;

    assert(decimals >= 0 && decimals <= JSON_DECIMALS_MAX);
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    if (!isfinite(v) || fabs(v) * (double)scale > 1e15) {
        json_null(j);
        return;
    }
    scaled = (uint64_t)llround(fabs(v) * (double)scale);
    value_begin(j);
    if (v < 0 && scaled)
        buf_byte(j->to, '-');
    digits_put(j->to, scaled / scale, 1);
    if (decimals) {
        buf_byte(j->to, '.');
        digits_put(j->to, scaled % scale, decimals);
    }
}

void json_bool(Json *j, bool v) {
    value_begin(j);
    buf_text(j->to, v ? "true" : "false");
}

void json_null(Json *j) {
    value_begin(j);
    buf_text(j->to, "null");
}

void json_hex(Json *j, Span bytes) {
    value_begin(j);
    buf_byte(j->to, '"');
    for (size_t i = 0; i < bytes.n; i++)
        buf_printf(j->to, "%02x", bytes.at[i]);
    buf_byte(j->to, '"');
}

void json_raw(Json *j, Span json) {
    value_begin(j);
    buf_span(j->to, json);
}

/* RFC 4648 section 4, with padding. */
static void base64_put(Buf *b, Span bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)bytes.at[i] << 16;

        if (left > 1)
            v |= (uint32_t)bytes.at[i + 1] << 8;
        if (left > 2)
            v |= bytes.at[i + 2];
        buf_byte(b, (uint8_t)digits[v >> 18]);
        buf_byte(b, (uint8_t)digits[v >> 12 & 63]);
        buf_byte(b, left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=');
        buf_byte(b, left > 2 ? (uint8_t)digits[v & 63] : '=');
    }
}

void json_name(Json *j, const char *key, Span shown, Span raw) {
    json_key(j, key);
    json_span(j, shown.n ? shown : raw);
    if (utf8_valid(raw))
        return;
    value_begin(j);
    buf_printf(j->to, "\"%s_b64\":\"", key);
    base64_put(j->to, raw);
    buf_byte(j->to, '"');
}
