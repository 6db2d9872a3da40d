/*
 * E-mail addresses: the subset of RFC 5322 and RFC 5321 that people use, and IDN domains (RFC
 * 6531 for the domain only).
 *
 * Local part: letters, digits and . _ % + - ' of at most 64 bytes (RFC 5321 4.5.3.1.1), not quoted.
 * Domain: at least two labels, at most 253 bytes, bytes beyond ASCII allowed; the last label is
 * all ASCII or has none of it at its start. A domain reserved for documentation (RFC 2606, RFC
 * 6761) is still an address: it lowers the score. A last label that is no top-level domain lowers
 * it below every report, icon@2x.png; so does binary data around something short.
 */
#include "base/cleanup.h"
#include "detect/bytes.h"
#include "detect/form/form.h"
#include "detect/form/tld.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63, SHORT = 12 };

enum { LOCAL = 1, DOMAIN = 2, DOT = 4, HIGH = 8 };

static const uint8_t class[256] = {
    ['0' ... '9'] = LOCAL | DOMAIN,
    ['A' ... 'Z'] = LOCAL | DOMAIN,
    ['a' ... 'z'] = LOCAL | DOMAIN,
    ['-'] = LOCAL | DOMAIN,
    ['.'] = LOCAL | DOT,
    ['_'] = LOCAL,
    ['+'] = LOCAL,
    ['%'] = LOCAL,
    ['\''] = LOCAL,
    [0x80 ... 0xff] = DOMAIN | HIGH,
};

/* Where the local part starts: backwards from the '@'; at itself if there is none. */
static size_t local_start(const uint8_t *text, size_t at) {
    size_t start = at, least = at > LOCAL_MAX ? at - LOCAL_MAX : 0;

    while (start > least && class[text[start - 1]] & LOCAL)
        start--;
    if (start > 0 && start == least && class[text[start - 1]] & LOCAL)
        return at;
    while (start < at && !byte_is_alnum(text[start]) && text[start] != '_')
        start++;
    return start;
}

typedef struct Domain {
    size_t end; /* behind its last byte; 0: there is none */
    size_t tld; /* start of its last label */
    bool ascii;
} Domain;

/* An ASCII label that turns into another script has ended: the text goes on right behind it. */
static size_t tld_end(const uint8_t *text, size_t tld, size_t end) {
    size_t ascii = tld;

    while (ascii < end && text[ascii] < 0x80)
        ascii++;
    return ascii > tld ? ascii : end;
}

/* The domain behind the '@', trailing dots and dashes left off. */
static Domain domain_read(const uint8_t *text, size_t n, size_t at) {
    size_t first = at + 1, most = n - first > DOMAIN_MAX ? first + DOMAIN_MAX : n;
    size_t end = first, label = first, tld = 0;
    uint8_t seen = 0;

    for (;;) {
        while (end < most && class[text[end]] & DOMAIN)
            seen |= class[text[end++]];
        if (end - label > LABEL_MAX || (end == most && most < n && class[text[end]] != 0))
            return (Domain){0};
        if (end == label)
            break; /* the dot before it ends a sentence */
        tld = label;
        if (end == most || text[end] != '.')
            break;
        label = ++end;
    }
    end -= end == label && end > first;
    if (tld <= first)
        return (Domain){0};
    if (seen & HIGH)
        end = tld_end(text, tld, end);
    while (end > tld && text[end - 1] == '-')
        end--;
    return (Domain){.end = end, .tld = tld, .ascii = !(seen & HIGH)};
}

/* scheme://user:password@host: the password is no local part. */
static bool is_url_login(const uint8_t *text, size_t start) {
    size_t from = start > 80 ? start - 80 : 0;

    for (size_t i = start; i > from; i--) {
        uint8_t c = text[i - 1];

        if (c <= ' ' || c == '"' || c == '<' || c == '>')
            return false;
        if (c == '/' && i >= 3 && text[i - 2] == '/' && text[i - 3] == ':')
            return true;
    }
    return false;
}

/*
 * Is the byte before `start` the end of a letter that belongs to the same word? Not so the marks of
 * U+0080 to U+00BF, nor what is beyond U+2000: typographic marks, and scripts without spaces.
 */
static bool is_mid_word(const uint8_t *text, size_t start) {
    if (start < 2 || text[start - 1] < 0x80)
        return start == 1 && text[0] >= 0x80;
    return text[start - 2] != 0xc2 && (start < 3 || text[start - 3] < 0xe2);
}

static void judge(const uint8_t *text, size_t n, const Domain *d, FormHit *ret) {
    Span tld = span(ret->canon + (d->tld - ret->start), d->end - d->tld);
    const char *before = (const char *)tld.at - 8; /* the local part and its '@' stand there */

    ret->evidence = 0;
    ret->why = NULL;
    if (tld_is_reserved(tld) || (tld.n == 3 && ret->n > 12 && memcmp(before, "example.", 8) == 0 &&
                                 (before[-1] == '.' || before[-1] == '@') && tld_exists(tld))) {
        ret->evidence = -1.5f;
        ret->why = "reserved domain";
    } else if (!tld_exists(tld)) {
        ret->evidence = -8.0f;
        ret->why = "no top-level domain";
    } else if ((ret->n < SHORT || !d->ascii) && form_in_binary(text, n, ret->start, ret->end)) {
        ret->evidence = -6.0f;
        ret->why = "short, among binary data";
    } else if (d->end + 1 < n && text[d->end] == ':' && byte_is_alnum(text[d->end + 1])) {
        ret->evidence = -2.5f; /* git@host:path, user@host:22 */
        ret->why = "login at a host";
    }
}

bool form_email(const uint8_t *text, size_t n, size_t at, FormHit *ret) {
    size_t start = local_start(text, at);
    Domain d;

    if (start == at || text[at - 1] == '.' || n - at < 2 || text[at + 1] == '-')
        return false;
    d = domain_read(text, n, at);
    if (!d.end || d.end == d.tld || d.end - start >= FORM_CANON_MAX)
        return false;
    if (!d.ascii && !form_is_utf8(text + at + 1, d.end - at - 1))
        return false;
    if (is_mid_word(text, start) || (d.end < n && (text[d.end] == '@' || text[d.end] == '_')))
        return false;
    if (start && (text[start - 1] == ':' || text[start - 1] == '/') && is_url_login(text, start))
        return false;
    ret->start = start;
    ret->end = d.end;
    ret->n = d.end - start;
    form_lower(text + start, ret->n, ret->canon);
    judge(text, n, &d, ret);
    return true;
}
