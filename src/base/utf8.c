/* Utf8: see utf8.h. Table 3-7 of the Unicode standard, by its first two bytes. */
#include "base/utf8.h"

/* Length by the first byte, and the range that the second may have; 0 for no first byte. */
static size_t utf8_lead(uint8_t first, uint8_t *ret_low, uint8_t *ret_high) {
    *ret_low = 0x80;
    *ret_high = 0xBF;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    if (first == 0xE0)
        *ret_low = 0xA0; /* shorter forms exist below */
    else if (first == 0xED)
        *ret_high = 0x9F; /* surrogates above */
    else if (first == 0xF0)
        *ret_low = 0x90;
    else if (first == 0xF4)
        *ret_high = 0x8F; /* beyond U+10FFFF */
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

size_t utf8_decode(Span s, uint32_t *ret) {
    uint8_t low, high;
    uint32_t c;
    size_t n;

    if (s.n == 0)
        return 0;
    if (s.at[0] < 0x80) {
        *ret = s.at[0];
        return 1;
    }
    n = utf8_lead(s.at[0], &low, &high);
    if (n == 0 || s.n < n || s.at[1] < low || s.at[1] > high)
        return 0;
    c = s.at[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s.at[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (s.at[i] & 0x3Fu);
    }
    *ret = c;
    return n;
}

size_t utf8_encode(uint32_t c, uint8_t ret[UTF8_MAX]) {
    if (c < 0x80) {
        ret[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        ret[0] = (uint8_t)(0xC0 | c >> 6);
        ret[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        if (c >= 0xD800 && c <= 0xDFFF)
            return 0;
        ret[0] = (uint8_t)(0xE0 | c >> 12);
        ret[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        ret[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    if (c > 0x10FFFF)
        return 0;
    ret[0] = (uint8_t)(0xF0 | c >> 18);
    ret[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    ret[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    ret[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

/* Many ASCII bytes at once; most text is nothing else. The loop inside becomes vectors. */
size_t utf8_ascii_prefix(Span s) {
    enum { STRIDE = 64 };
    size_t i = 0;
    uint64_t word;

    for (; i + STRIDE <= s.n; i += STRIDE) {
        uint8_t any = 0;

        for (size_t k = 0; k < STRIDE; k++)
            any |= s.at[i + k];
        if (any & 0x80)
            break;
    }
    for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
        memcpy(&word, s.at + i, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < s.n && s.at[i] < 0x80)
        i++;
    return i;
}

size_t utf8_valid_prefix(Span s) {
    size_t i = 0, n;
    uint32_t c;

    for (;;) {
        i += utf8_ascii_prefix(span(s.at + i, s.n - i));
        n = utf8_decode(span(s.at + i, s.n - i), &c);
        if (n == 0)
            return i;
        i += n;
    }
}

bool utf8_valid(Span s) {
    return utf8_valid_prefix(s) == s.n;
}

bool utf8_shows(uint32_t c) {
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return false;
    switch (c) {
    case 0x061C:              /* Arabic letter mark */
    case 0x200B:              /* zero-width space */
    case 0x200E ... 0x200F:   /* direction marks */
    case 0x2028 ... 0x202E:   /* line and paragraph separator, embeddings and overrides */
    case 0x2060:              /* word joiner */
    case 0x2066 ... 0x2069:   /* isolates */
    case 0xFEFF:              /* byte order mark */
    case 0xFFF9 ... 0xFFFB:   /* interlinear annotation */
    case 0xE0000 ... 0xE007F: /* tags */
        return false;
    default:
        return true;
    }
}

bool utf8_displayable(Span s) {
    uint32_t c;
    size_t n;

    for (size_t i = 0; i < s.n; i += n) {
        n = utf8_decode(span(s.at + i, s.n - i), &c);
        if (n == 0 || !utf8_shows(c))
            return false;
    }
    return true;
}
