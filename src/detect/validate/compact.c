/*
 * Compact: see compact.h. Input is hostile: the decoder looks at no byte beyond n and takes
 * whatever it does not know as a byte that refuses.
 */
#include "detect/validate/compact.h"

#include "detect/validate/algorithm.h"

static const char common_marks[] = " -./,:'";

/*
 * The next character in ASCII, its length in *ret_length; 0 if it has no such form. U+2010..2015
 * and U+2212 are dashes; U+00A0, U+2000..200A, U+202F and U+3000 spaces; U+2019 an apostrophe;
 * U+FF10..FF19 digits.
 */
static char next_ascii(const uint8_t *s, size_t n, size_t *ret_length) {
    *ret_length = 1;
    if (s[0] < 0x80)
        return (char)s[0];
    if (n >= 2 && s[0] == 0xc2) {
        *ret_length = 2;
        return s[1] == 0xa0 ? ' ' : s[1] == 0xad ? '-' : s[1] == 0xb7 ? '.' : 0;
    }
    if (n < 3)
        return 0;
    *ret_length = 3;
    if (s[0] == 0xe2 && s[1] == 0x80) {
        if (s[2] <= 0x8a && s[2] >= 0x80)
            return ' ';
        if (s[2] >= 0x90 && s[2] <= 0x95)
            return '-';
        return s[2] == 0xaf ? ' ' : s[2] == 0x99 ? '\'' : 0;
    }
    if (s[0] == 0xe2 && s[1] == 0x88 && s[2] == 0x92)
        return '-';
    if (s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80)
        return ' ';
    if (s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x90 && s[2] <= 0x99)
        return (char)('0' + (s[2] - 0x90));
    return 0;
}

static bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static Span trimmed(const char *in, size_t n) {
    while (n && is_white(in[n - 1]))
        n--;
    while (n && is_white(*in)) {
        in++;
        n--;
    }
    return span(in, n);
}

size_t compact_marks(const char *in, size_t n, char *out, size_t cap, const char *drop,
                     const char *keep) {
    Span s = trimmed(in, n);
    size_t k = 0;

    for (size_t i = 0, length; i < s.n; i += length) {
        char c = next_ascii(s.at + i, s.n - i, &length);

        if (one_of(c, drop))
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if ((!is_alnum(c) && !one_of(c, keep)) || k == cap)
            return 0;
        out[k++] = c;
    }
    return k;
}

size_t compact_common(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, common_marks, "");
}

size_t compact_strip(const char *in, size_t n, char *out, size_t cap, const char *prefix) {
    size_t k = compact_common(in, n, out, cap), skip = strlen(prefix);

    if (!starts(out, k, prefix))
        return k;
    memmove(out, out + skip, k - skip);
    return k - skip;
}

#define COMPACT_PREFIX(id, text)                                                                   \
    size_t compact_##id(const char *in, size_t n, char *out, size_t cap) {                         \
        return compact_strip(in, n, out, cap, text);                                               \
    }
COMPACT_PREFIXES(COMPACT_PREFIX)
#undef COMPACT_PREFIX

size_t compact_groups(const char *in, size_t n, char *out, size_t cap, const char *groups,
                      const char *separators) {
    Span s = trimmed(in, n);
    char between = 0;
    size_t i = 0, k = 0, length;

    for (const char *g = groups; *g; g++) {
        if (g != groups && i < s.n) {
            char c = next_ascii(s.at + i, s.n - i, &length);

            if (one_of(c, separators)) {
                if (between && c != between)
                    return 0;
                between = c;
                i += length;
            }
        }
        for (unsigned want = digit_value(*g); want; want--) {
            char c = i < s.n ? next_ascii(s.at + i, s.n - i, &length) : 0;

            if (!is_digit(c) || k == cap)
                return 0;
            out[k++] = c;
            i += length;
        }
    }
    return i == s.n ? k : 0;
}

size_t compact_exact(const char *in, size_t n, char *out, size_t cap) {
    Span s = trimmed(in, n);

    if (s.n > cap)
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < ' ' || s.at[i] == 0x7f)
            return 0;
        out[i] = (char)s.at[i];
    }
    return s.n;
}

size_t compact_upper(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_exact(in, n, out, cap);

    for (size_t i = 0; i < k; i++)
        if (out[i] >= 'a' && out[i] <= 'z')
            out[i] = (char)(out[i] - 'a' + 'A');
    return k;
}

size_t compact_grouped_324(const char *in, size_t n, char *out, size_t cap) {
    return compact_groups(in, n, out, cap, "324", "- .");
}

size_t compact_grouped_27(const char *in, size_t n, char *out, size_t cap) {
    return compact_groups(in, n, out, cap, "27", "- .");
}

size_t compact_tin(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_grouped_324(in, n, out, cap);

    if (k)
        return k;
    if (compact_grouped_27(in, n, out, cap) && cap > 9) {
        memmove(out + 3, out + 2, 7);
        out[2] = '-';
        return 10;
    }
    return compact_common(in, n, out, cap);
}

size_t compact_padded_9(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_common(in, n, out, cap);

    if (k == 0 || k >= 9 || cap < 9)
        return k;
    memmove(out + 9 - k, out, k);
    memset(out, '0', 9 - k);
    return 9;
}

size_t compact_signed(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " ", "+-");
}

size_t compact_plus(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " -+:.", "");
}

/* Twelve hexadecimal digits: 00:1a:2b:3c:4d:5e, 00-1A-2B-3C-4D-5E, 001a.2b3c.4d5e. */
size_t compact_mac(const char *in, size_t n, char *out, size_t cap) {
    Span s = trimmed(in, n);
    size_t k = 0, run = 0;
    char between = 0;

    for (size_t i = 0; i <= s.n; i++) {
        char c = i < s.n ? (char)s.at[i] : 0;

        if (c >= 'a' && c <= 'f')
            c = (char)(c - 'a' + 'A');
        if (alnum_value(c) < 16) {
            if (k == cap || k == 12)
                return 0;
            out[k++] = c;
            run++;
            continue;
        }
        if (i < s.n && (!one_of(c, ":-.") || (between && c != between)))
            return 0;
        between = i < s.n ? c : between;
        if (run != (between == '.' ? 4 : 2))
            return 0;
        run = 0;
    }
    return k;
}

size_t compact_mrz(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " \r\n", "<");
}

size_t compact_iban(const char *in, size_t n, char *out, size_t cap) {
    return compact_strip(in, n, out, cap, "IBAN");
}
