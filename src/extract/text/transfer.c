/* Transfer: see transfer.h. */
#include "extract/text/transfer.h"

#include <strings.h>

#include "extract/text/linereader.h"

TransferKind transfer_parse(Span word) {
    static const struct {
        const char *name;
        TransferKind kind;
    } names[] = {
        {"base64", TRANSFER_BASE64}, {"quoted-printable", TRANSFER_QUOTED},
        {"x-uuencode", TRANSFER_UU}, {"uuencode", TRANSFER_UU},
        {"x-uue", TRANSFER_UU},      {"x-yenc", TRANSFER_YENC},
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        size_t n = strlen(names[i].name);

        if (word.n == n && strncasecmp((const char *)word.at, names[i].name, n) == 0)
            return names[i].kind;
    }
    return TRANSFER_NONE;
}

int transfer_hex(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 4648, both alphabets. */
const int8_t transfer_base64[256] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,
    7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
    49, 50, 51, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

/* RFC 2045 section 6.8: what is no digit is passed over; behind padding a new group begins. */
static void decode_base64(Transfer *t, Span s, Buf *out) {
    uint8_t *to = buf_extend(out, s.n);
    size_t n = 0;

    for (size_t i = 0; to && i < s.n; i++) {
        int digit = transfer_base64[s.at[i]];

        if (s.at[i] == '=')
            t->n_bits = 0;
        if (digit < 0)
            continue;
        t->bits = t->bits << 6 | (uint32_t)digit;
        t->n_bits += 6;
        if (t->n_bits >= 8) {
            t->n_bits -= 8;
            to[n++] = (uint8_t)(t->bits >> t->n_bits);
        }
    }
    if (to) {
        out->n -= s.n - n;
        out->at[out->n] = 0;
    }
}

/* RFC 2045 section 6.7; an = that begins no code stays what it is. */
static void decode_quoted(Span s, Buf *out) {
    Span text = line_trim(s);
    size_t i = 0, start = 0, end = text.n;

    while (end && (text.at[end - 1] == ' ' || text.at[end - 1] == '\t'))
        end--;
    while (i < end) {
        if (s.at[i] != '=') {
            i++;
            continue;
        }
        buf_add(out, s.at + start, i - start);
        start = i;
        if (i + 1 == end)
            return; /* soft: the line goes on in the next */
        if (i + 2 < end && transfer_hex(s.at[i + 1]) >= 0 && transfer_hex(s.at[i + 2]) >= 0) {
            buf_byte(out, (uint8_t)(transfer_hex(s.at[i + 1]) << 4 | transfer_hex(s.at[i + 2])));
            start = i += 3;
        } else {
            i++;
        }
    }
    buf_add(out, s.at + start, i - start);
    buf_add(out, s.at + text.n, s.n - text.n);
}

static unsigned uu_digit(uint8_t c) {
    return (unsigned)(c - ' ') & 0x3F;
}

bool transfer_is_uu(Span line) {
    Span s = line_trim(line);
    size_t n, digits;

    if (s.n == 0 || s.at[0] < ' ' || s.at[0] > '`')
        return false;
    n = uu_digit(s.at[0]);
    digits = (n + 2) / 3 * 4;
    return s.n >= 1 + (n * 8 + 5) / 6 && s.n <= 1 + digits + 1;
}

static void decode_uu(Span line, Buf *out) {
    Span s = line_trim(line);
    size_t n;

    if (!transfer_is_uu(line) || span_starts(s, span_of("begin ")) || span_is(s, "end"))
        return;
    n = uu_digit(s.at[0]);
    for (size_t i = 0; i < n; i++) { /* byte i lies over two digits */
        size_t at = 1 + i / 3 * 4 + i % 3;
        unsigned a = uu_digit(s.at[at]), b = at + 1 < s.n ? uu_digit(s.at[at + 1]) : 0;

        buf_byte(out, (uint8_t)(a << (2 + 2 * (i % 3)) | b >> (4 - 2 * (i % 3))));
    }
}

static void decode_yenc(Transfer *t, Span s, Buf *out) {
    if (span_starts(s, span_of("=y")))
        return; /* =ybegin, =ypart, =yend */
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == '\r' || s.at[i] == '\n')
            continue;
        if (s.at[i] == '=' && !t->escaped) {
            t->escaped = true;
            continue;
        }
        buf_byte(out, (uint8_t)(s.at[i] - 42 - (t->escaped ? 64 : 0)));
        t->escaped = false;
    }
}

void transfer_line(Transfer *t, Span line, Buf *out) {
    switch (t->kind) {
    case TRANSFER_BASE64:
        decode_base64(t, line, out);
        break;
    case TRANSFER_QUOTED:
        decode_quoted(line, out);
        break;
    case TRANSFER_UU:
        decode_uu(line, out);
        break;
    case TRANSFER_YENC:
        decode_yenc(t, line, out);
        break;
    default:
        buf_span(out, line);
    }
}
