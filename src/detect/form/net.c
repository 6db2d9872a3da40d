/*
 * Addresses of networks and devices: IPv4 (RFC 791, dotted), IPv6 (RFC 4291 2.2, with RFC 5952
 * text and embedded IPv4), MAC (IEEE 802, 48 bits), UUID (RFC 9562).
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "detect/bytes.h"
#include "detect/form/form.h"

/* Four numbers 0-255 without leading zeros at `at`; the end, or 0. */
static size_t ipv4_read(const uint8_t *text, size_t n, size_t at, uint8_t ret[4]) {
    for (int k = 0; k < 4; k++) {
        unsigned v = 0, digits = 0;

        if (k && (at >= n || text[at++] != '.'))
            return 0;
        while (at < n && byte_is_digit(text[at]) && digits < 4) {
            if (digits == 1 && v == 0)
                return 0;
            v = v * 10 + (unsigned)(text[at++] - '0');
            digits++;
        }
        if (digits == 0 || digits > 3 || v > 255)
            return 0;
        ret[k] = (uint8_t)v;
    }
    return at;
}

/* RFC 1918, 6598, 5737, 3927, 1122: addresses that name no host of the Internet. */
static void ipv4_judge(const uint8_t a[4], FormHit *ret) {
    ret->evidence = 0;
    ret->why = NULL;
    if (a[0] == 0 || a[0] == 127 || a[0] >= 224) {
        ret->evidence = -4.0f;
        ret->why = "loopback, multicast or reserved";
    } else if ((a[0] == 192 && a[1] == 0 && a[2] == 2) ||
               (a[0] == 198 && a[1] == 51 && a[2] == 100) ||
               (a[0] == 203 && a[1] == 0 && a[2] == 113)) {
        ret->evidence = -0.5f;
        ret->why = "documentation network";
    } else if (a[0] == 10 || (a[0] == 192 && a[1] == 168) || (a[0] == 172 && a[1] / 16 == 1) ||
               (a[0] == 169 && a[1] == 254) || (a[0] == 100 && a[1] / 64 == 1)) {
        ret->evidence = -0.5f;
        ret->why = "private network";
    } else if (a[1] == 0 && a[2] == 0) {
        ret->evidence = -2.5f; /* 1.0.0.0, 2.0.0.1: versions */
        ret->why = "reads like a version";
    }
}

bool form_ipv4(const uint8_t *text, size_t n, size_t start, FormHit *ret) {
    uint8_t a[4];
    size_t end = ipv4_read(text, n, start, a);

    if (!end)
        return false;
    if (start && (byte_is_word(text[start - 1]) || text[start - 1] == '.' ||
                  (text[start - 1] == '-' && start > 1 && byte_is_alnum(text[start - 2]))))
        return false;
    if (end < n && (byte_is_word(text[end]) || text[end] == '-'))
        return false;
    if (end + 1 < n && text[end] == '.' && byte_is_alnum(text[end + 1]))
        return false;
    ret->start = start;
    ret->end = end;
    ret->n = end - start; /* without leading zeros it is canonical as it stands */
    memcpy(ret->canon, text + start, ret->n);
    ipv4_judge(a, ret);
    return true;
}

typedef struct Ipv6 {
    uint16_t words[8];
    unsigned n;
    int gap; /* position of '::', -1: none */
} Ipv6;

/* Reads the address that starts at `at`; the end, or 0. */
static size_t ipv6_read(const uint8_t *text, size_t n, size_t at, Ipv6 *ret) {
    Ipv6 a = {.gap = -1};

    if (at + 1 < n && text[at] == ':' && text[at + 1] == ':') {
        a.gap = 0;
        at += 2;
    }
    while (a.n < 8) {
        unsigned v = 0, digits = 0;
        uint8_t dotted[4];
        size_t end;

        while (at + digits < n && digits < 5 && byte_hex(text[at + digits]) >= 0)
            v = v << 4 | (unsigned)byte_hex(text[at + digits++]);
        if (digits == 0)
            break;
        if (a.n <= 6 && at + digits < n && text[at + digits] == '.' && (a.n || a.gap == 0) &&
            (end = ipv4_read(text, n, at, dotted))) {
            a.words[a.n++] = (uint16_t)(dotted[0] << 8 | dotted[1]);
            a.words[a.n++] = (uint16_t)(dotted[2] << 8 | dotted[3]);
            at = end;
            break;
        }
        if (digits > 4)
            return 0;
        a.words[a.n++] = (uint16_t)v;
        at += digits;
        if (at >= n || text[at] != ':')
            break;
        if (at + 1 < n && text[at + 1] == ':') {
            if (a.gap >= 0)
                return 0;
            a.gap = (int)a.n;
            at += 2;
        } else if (at + 1 < n && byte_hex(text[at + 1]) >= 0 && a.n < 8) {
            at++;
        } else {
            break;
        }
    }
    if (a.gap < 0 ? a.n != 8 : a.n > 7 || a.n == 0)
        return 0;
    *ret = a;
    return at;
}

static void ipv6_judge(const Ipv6 *a, bool binary, FormHit *ret) {
    ret->evidence = 0;
    ret->why = NULL;
    if (a->words[0] == 0x2001 && a->n > 1 && a->words[1] == 0x0db8) {
        ret->evidence = -0.5f; /* RFC 3849 */
        ret->why = "documentation network";
    } else if ((a->words[0] & 0xfe00) == 0xfc00 || (a->words[0] & 0xffc0) == 0xfe80) {
        ret->evidence = -0.5f; /* RFC 4193, 4291 2.5.6 */
        ret->why = "local network";
    } else if ((a->words[0] & 0xff00) == 0xff00 || (a->gap == 0 && a->n == 1)) {
        ret->evidence = -4.0f; /* multicast; ::1 and its like */
        ret->why = "loopback or multicast";
    } else if (a->gap >= 0 && a->n <= 2) {
        ret->evidence = binary ? -6.0f : -2.5f; /* a::b: C++ names */
        ret->why = binary ? "short, among binary data" : "short";
    }
}

static size_t ipv6_canon(const Ipv6 *a, char *out, size_t cap) {
    size_t n = 0, missing = 8 - a->n;

    for (unsigned i = 0; i <= a->n; i++) {
        for (size_t z = 0; (int)i == a->gap && z < missing; z++)
            n += (size_t)snprintf(out + n, cap - n, "0:");
        if (i < a->n)
            n += (size_t)snprintf(out + n, cap - n, "%x:", a->words[i]);
    }
    return n ? n - 1 : 0;
}

bool form_ipv6(const uint8_t *text, size_t n, size_t colon, FormHit *ret) {
    size_t start = colon, end;
    Ipv6 a;

    while (start > 0 && colon - start < 40 &&
           (byte_hex(text[start - 1]) >= 0 || text[start - 1] == ':'))
        start--;
    if (start < colon && text[start] == ':' && text[start + 1] != ':')
        start++; /* the colon of a label: addr:2001:db8::1 */
    else if (start && (byte_is_word(text[start - 1]) || text[start - 1] == '.'))
        return false;
    end = ipv6_read(text, n, start, &a);
    if (!end || end <= colon || (end < n && (byte_is_word(text[end]) || text[end] == ':')))
        return false;
    ret->start = start;
    ret->end = end;
    ret->n = ipv6_canon(&a, ret->canon, sizeof(ret->canon));
    ipv6_judge(&a, form_in_binary(text, n, start, end), ret);
    return true;
}

bool form_mac(const uint8_t *text, size_t n, size_t joint, FormHit *ret) {
    uint8_t mark = text[joint], all = 0, none = 0xff;
    size_t start;

    if (joint < 2 || n - joint < 15)
        return false;
    start = joint - 2;
    ret->n = 0;
    for (size_t i = 0; i < 17; i++) {
        uint8_t c = text[start + i];

        if (i % 3 == 2 ? c != mark : byte_hex(c) < 0)
            return false;
        if (i % 3 != 2) {
            ret->canon[ret->n++] = (char)byte_raise(c);
            all |= (uint8_t)byte_hex(c);
            none &= (uint8_t)byte_hex(c);
        }
    }
    if (start && (byte_is_word(text[start - 1]) || text[start - 1] == mark))
        return false;
    if (start + 17 < n && (byte_is_word(text[start + 17]) || text[start + 17] == mark))
        return false;
    if (all == 0 || none == 0x0f)
        return false; /* all zeros, broadcast */
    ret->start = start;
    ret->end = start + 17;
    ret->evidence = 0;
    ret->why = NULL;
    if (memcmp(ret->canon, "00005E0053", 10) == 0) {
        ret->evidence = -0.5f; /* RFC 7042 2.1.2 */
        ret->why = "documentation range";
    }
    return true;
}

bool form_uuid(const uint8_t *text, size_t n, size_t dash, FormHit *ret) {
    size_t start;
    uint8_t any = 0;

    if (dash < 8 || n - dash < 28)
        return false;
    start = dash - 8;
    ret->n = 0;
    for (size_t i = 0; i < 36; i++) {
        uint8_t c = text[start + i];
        bool mark = i == 8 || i == 13 || i == 18 || i == 23;

        if (mark ? c != '-' : byte_hex(c) < 0)
            return false;
        if (!mark) {
            any |= (uint8_t)byte_hex(c);
            ret->canon[ret->n++] = (char)byte_lower(c);
        }
    }
    if (start && byte_is_word(text[start - 1]))
        return false;
    if (start + 36 < n && (byte_is_word(text[start + 36]) || text[start + 36] == '-'))
        return false;
    if (!any)
        return false; /* the nil UUID, RFC 9562 5.9 */
    ret->start = start;
    ret->end = start + 36;
    ret->evidence = -0.1f; /* so what is as sure, and knows more, is the better reading */
    ret->why = "an identifier of anything";
    return true;
}
