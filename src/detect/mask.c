/* Mask: see mask.h. The value is hostile: whatever is not printable ASCII becomes '*'. */
#include "detect/mask.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

static size_t alnum_count(Span value) {
    size_t n = 0;

    for (size_t i = 0; i < value.n; i++)
        n += byte_is_word(value.at[i]) && value.at[i] != '_';
    return n;
}

static void mask_plain(const Mask *m, Span value, char *ret, size_t n) {
    size_t total = alnum_count(value), seen = 0, out = 0;
    size_t first = m->keep_first, last = m->keep_last;

    while (first + last > total / 2) {
        if (first >= last && first)
            first--;
        else if (last)
            last--;
        else
            break;
    }
    for (size_t i = 0; i < value.n && out + 1 < n; i++) {
        uint8_t c = value.at[i];

        if (byte_is_word(c) && c != '_') {
            bool keep = seen < first || seen >= total - last;

            if (c < 0x80 || (c & 0xc0) != 0x80)
                ret[out++] = keep && c < 0x80 ? (char)c : '*';
            seen++;
        } else {
            ret[out++] = c >= 0x20 && c < 0x7f ? (char)c : '*';
        }
    }
    ret[out] = 0;
}

/* The first letter of each side and the top-level domain: j***@e***.com */
static bool mask_email(Span value, char *ret, size_t n) {
    const uint8_t *at = memrchr(value.at, '@', value.n);
    const uint8_t *dot = at ? memrchr(at, '.', value.n - (size_t)(at - value.at)) : NULL;
    size_t tail;

    if (!at || at == value.at || !dot)
        return false;
    tail = value.n - (size_t)(dot - value.at);
    if (tail + 11 > n || at[1] >= 0x80 || value.at[0] >= 0x80)
        return false;
    ret[0] = (char)value.at[0];
    memcpy(ret + 1, "***@", 4);
    ret[5] = (char)at[1];
    memcpy(ret + 6, "***", 3);
    for (size_t i = 0; i < tail; i++)
        ret[9 + i] = dot[i] >= 0x20 && dot[i] < 0x7f ? (char)dot[i] : '*';
    ret[9 + tail] = 0;
    return true;
}

void mask_value(const Mask *m, Span value, char *ret, size_t n) {
    if (m->email && mask_email(value, ret, n))
        return;
    mask_plain(m, value, ret, n);
}
