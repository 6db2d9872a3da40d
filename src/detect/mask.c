/* Mask: see mask.h. The value is hostile: whatever is not printable ASCII becomes '*'. */
#include "detect/mask.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

/* What a mask hides: letters and digits of any script. */
static bool is_secret(uint8_t c) {
    return byte_is_word(c) && c != '_';
}

static size_t secret_count(Span value) {
    size_t n = 0;

    for (size_t i = 0; i < value.n; i++)
        n += is_secret(value.at[i]);
    return n;
}

static void mask_plain(const Mask *m, Span value, char *ret, size_t n) {
    size_t total = secret_count(value), seen = 0, out = 0;
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

        if (is_secret(c)) {
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

/* The first letter of each side and the top-level domain, less where that is more than half. */
static bool mask_email(Span value, char *ret, size_t n) {
    const uint8_t *at = memrchr(value.at, '@', value.n);
    const uint8_t *dot = at ? memrchr(at, '.', value.n - (size_t)(at - value.at)) : NULL;
    size_t half = secret_count(value) / 2, shown;
    char local, domain;
    Span tail;

    if (!at || at == value.at || !dot)
        return false;
    tail = span(dot, value.n - (size_t)(dot - value.at));
    shown = secret_count(tail);
    if (tail.n + 10 > n || shown > half || !byte_is_alnum(value.at[0]) || !byte_is_alnum(at[1]))
        return false;
    local = shown + 1 <= half ? (char)value.at[0] : '*';
    domain = shown + 2 <= half ? (char)at[1] : '*';
    snprintf(ret, n, "%c***@%c***", local, domain);
    for (size_t i = 0; i < tail.n; i++)
        ret[9 + i] = tail.at[i] >= 0x20 && tail.at[i] < 0x7f ? (char)tail.at[i] : '*';
    ret[9 + tail.n] = 0;
    return true;
}

void mask_value(const Mask *m, Span value, char *ret, size_t n) {
    if (m->email && mask_email(value, ret, n))
        return;
    mask_plain(m, value, ret, n);
}
