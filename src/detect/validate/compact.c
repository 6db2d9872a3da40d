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
    k = compact_common(in, n, out, cap);
    return k && out[0] == 'P' ? k : 0;
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

/* Sweden: the sign before the last four goes, as do others before it; bare without one. */
size_t compact_plus(const char *in, size_t n, char *out, size_t cap) {
    char mark[64];
    size_t k = compact_marks(in, n, mark, sizeof(mark), " :", "+-"), digits = 0;
    bool parted = k > 5 && one_of(mark[k - 5], "+-");

    for (size_t i = 0; i < k; i++) {
        if (is_alnum(mark[i]) && digits < cap)
            out[digits++] = mark[i];
        else if (!parted || i > k - 5)
            return 0;
    }
    return digits;
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

size_t compact_amp(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " -_", "&");
}

size_t compact_account(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " ", "-/");
}

size_t compact_by(const char *in, size_t n, char *out, size_t cap) {
    static const char cyrillic[] = "\xd0\xa3\xd0\x9d\xd0\x9f"; /* U N P */

    if (starts(in, n, cyrillic))
        return compact_common(in + strlen(cyrillic), n - strlen(cyrillic), out, cap);
    return compact_strip(in, n, out, cap, "UNP");
}

size_t compact_gr(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_strip(in, n, out, cap, "EL");

    if (!starts(out, k, "GR"))
        return k;
    memmove(out, out + 2, k - 2);
    return k - 2;
}

size_t compact_spaced(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " -", "");
}

size_t compact_dashed(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " ", "-");
}

size_t compact_slashed(const char *in, size_t n, char *out, size_t cap) {
    Span s = trimmed(in, n);
    size_t k = compact_marks(in, n, out, cap, " ", "/.-");
    size_t slashes = 0;

    if (s.n > 3 && memchr(out, '.', k) && k > 10) {
        memmove(out + k - 10, out + k - 4, 4); /* J52/750/22.11.2012: the year stays */
        k -= 6;
    }
    for (size_t i = 0, whole = k; i < whole; i++) {
        bool slash = out[i] == '-' || out[i] == '/';
        k = i ? k : 0;
        if (slash && k && out[k - 1] == '/')
            continue;
        slashes += slash;
        out[k++] = slash ? '/' : out[i];
    }
    if (slashes == 3 && out[1] == '/') {
        memmove(out + 1, out + 2, k - 2);
        k--;
    }
    return k;
}

/* The colon and the parentheses of SEPA and bank references go with the other marks. */
size_t compact_loose(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " -/?:().,'+*\"", "");
}

size_t compact_cusip(const char *in, size_t n, char *out, size_t cap) {
    return compact_marks(in, n, out, cap, " -", "*@#");
}

size_t compact_plus_kept(const char *in, size_t n, char *out, size_t cap) {
    char mark[256];
    size_t k = compact_marks(in, n, mark, sizeof(mark), " -.", "+*?"), skip = 0;

    if (starts(mark, k, "IE"))
        skip = 2;
    if (k - skip > cap)
        return 0;
    memcpy(out, mark + skip, k - skip);
    return k - skip;
}

/* Groups parted by - or space, each filled with zeros to its length; 0 if there are not as many or
 * one is longer. */
static size_t compact_filled(const char *mark, size_t k, char *out, size_t cap,
                             const uint8_t *lengths, size_t n_lengths) {
    size_t at = 0, i = 0;

    for (size_t group = 0; group < n_lengths; group++) {
        size_t length = 0;

        while (i + length < k && mark[i + length] != '-' && mark[i + length] != ' ')
            length++;
        if (length > lengths[group] || at + lengths[group] > cap)
            return 0;
        memset(out + at, '0', lengths[group]);
        memcpy(out + at + lengths[group] - length, mark + i, length);
        at += lengths[group];
        i += length + 1;
    }
    return i > k ? at : 0;
}

/* New Zealand: 01-0242-0100194-00, the groups filled to 2 4 7 3 digits, or bare. */
size_t compact_nz_account(const char *in, size_t n, char *out, size_t cap) {
    static const uint8_t lengths[4] = {2, 4, 7, 3};
    char mark[64];
    size_t k = compact_marks(in, n, mark, sizeof(mark), "", "- ");

    if (memchr(mark, '-', k) || memchr(mark, ' ', k))
        return compact_filled(mark, k, out, cap, lengths, N_ELEMENTS(lengths));
    if (k < 14 || k > 16 || cap < 16)
        return 0;
    memcpy(out, mark, 13);
    memset(out + 13, '0', 3);
    memcpy(out + 16 - (k - 13), mark + 13, k - 13);
    return 16;
}

/* Costa Rica: 1-613-584, the groups filled to 2 4 4 digits, or bare. */
size_t compact_cr(const char *in, size_t n, char *out, size_t cap) {
    static const uint8_t lengths[3] = {2, 4, 4};
    char mark[64];
    size_t k = compact_marks(in, n, mark, sizeof(mark), " ", "-");
    size_t dashes = 0;

    for (size_t i = 0; i < k; i++)
        dashes += mark[i] == '-';
    if (dashes == 2)
        return compact_filled(mark, k, out, cap, lengths, N_ELEMENTS(lengths));
    return compact_common(in, n, out, cap);
}

/* 121J: the serial of a Tunisian number filled to seven digits. */
size_t compact_tn(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_common(in, n, out, cap), digits = 0;

    while (digits < k && is_digit(out[digits]))
        digits++;
    if (digits == 0 || digits >= 7 || k + 7 - digits > cap)
        return k;
    memmove(out + 7 - digits, out, k);
    memset(out, '0', 7 - digits);
    return k + 7 - digits;
}

/* LU 987ABC: what follows the country filled to eleven characters. */
size_t compact_excise(const char *in, size_t n, char *out, size_t cap) {
    size_t k = compact_common(in, n, out, cap);

    if (k < 3 || k >= 13 || cap < 13)
        return k;
    memmove(out + 2 + 13 - k, out + 2, k - 2);
    memset(out + 2, '0', 13 - k);
    return 13;
}
