/* Sniff: see sniff.h. */
#include "extract/sniff.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/magic.h"

const char *sniff_kind_name(SniffKind k) {
    static const char *const names[N_SNIFF_KINDS] = {
        [SNIFF_BINARY] = "binary", [SNIFF_TEXT] = "text",   [SNIFF_CONTAINER] = "container",
        [SNIFF_CIPHER] = "cipher", [SNIFF_IMAGE] = "image", [SNIFF_MEDIA] = "media",
    };

    return names[k];
}

/* A first tag that declares a namespace: XML without its declaration. */
static bool begins_with_namespace(Span text) {
    const uint8_t *end;

    if (text.n < 2 || text.at[0] != '<' || !((text.at[1] | 32) >= 'a' && (text.at[1] | 32) <= 'z'))
        return false;
    end = memchr(text.at, '>', text.n);
    return end && memmem(text.at, (size_t)(end - text.at), " xmlns", 6);
}

static Span skip_white(Span s) {
    size_t i = 0;

    while (i < s.n && (s.at[i] == ' ' || (s.at[i] >= '\t' && s.at[i] <= '\r')))
        i++;
    return span(s.at + i, s.n - i);
}

static bool begins(Span s, const char *word) {
    size_t n = strlen(word);

    return s.n >= n && strncasecmp((const char *)s.at, word, n) == 0;
}

/* A page, behind what may stand before one: an XML declaration, comments. */
static bool is_html(Span s) {
    static const char *const starts[] = {"<!doctype html", "<html",   "<head",  "<body",
                                         "<table",         "<title>", "<meta ", "<div"};

    while (begins(s, "<?xml") || begins(s, "<!--")) {
        const char *end = s.at[1] == '?' ? "?>" : "-->";
        const uint8_t *at = memmem(s.at, s.n, end, strlen(end));

        if (!at)
            return false;
        at += strlen(end);
        s = skip_white(span(at, s.n - (size_t)(at - s.at)));
    }
    for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
        if (begins(s, starts[i]))
            return true;
    }
    return false;
}

/* RFC 2849: comments, a version, then the name of an entry. */
static bool is_ldif(Span s) {
    while (begins(s, "#") || begins(s, "version:")) {
        const uint8_t *end = memchr(s.at, '\n', s.n);

        if (!end)
            return false;
        s = skip_white(span(end + 1, s.n - (size_t)(end + 1 - s.at)));
    }
    return begins(s, "dn: ") || begins(s, "dn:: ");
}

/* Text that is written in a markup with a reader of its own. */
static const char *text_format(Span text) {
    static const struct {
        const char *start, *format;
    } starts[] = {
        {"{\\rtf", "rtf"},
        {"<?xml", "xml"},
        {"%!PS", "postscript"},
        {"BEGIN:VCARD", "vcard"},
        {"BEGIN:VCALENDAR", "ics"},
        {"<!doctype ", "xml"},
        {"<svg", "xml"},
        {"<rss", "xml"},
        {"<kml", "xml"},
        {"<gpx", "xml"},
        {"<plist", "xml"},
        {"<feed", "xml"},
    };

    text = skip_white(text);
    if (is_html(text))
        return "html";
    if (is_ldif(text))
        return "ldif";
    for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
        if (begins(text, starts[i].start))
            return starts[i].format;
    }
    return begins_with_namespace(text) ? "xml" : "text";
}

/*
 * Bytes as even as a good cipher makes them: chi-square over 256 values has mean 255 and standard
 * deviation 22.6; six of these away on either side is neither text, nor a known format's
 * compressed data with its headers and tables, nor a counter.
 */
static bool is_even(Span s) {
    enum { LEAST = 4096 };
    uint32_t count[256] = {0};
    double expected = (double)s.n / 256, chi2 = 0;

    if (s.n < LEAST)
        return false;
    for (size_t i = 0; i < s.n; i++)
        count[s.at[i]]++;
    for (size_t i = 0; i < 256; i++)
        chi2 += (count[i] - expected) * (count[i] - expected) / expected;
    return chi2 > 120 && chi2 < 390;
}

/* Without the character that the end of the head has cut, if it has. */
static Span whole_characters(Span head, uint64_t size) {
    for (size_t back = 1; size > head.n && back < UTF8_MAX && back <= head.n; back++) {
        uint8_t byte = head.at[head.n - back];

        if (byte >= 0xC0 && back < (byte < 0xE0 ? 2u : byte < 0xF0 ? 3u : 4u))
            return span(head.at, head.n - back);
        if ((byte & 0xC0) != 0x80)
            break;
    }
    return head;
}

/* The ASCII of the start of a text whose units are wider than a byte; what is none becomes blank.
 */
static Span narrow(Span head, Encoding encoding, uint8_t *at, size_t room) {
    unsigned unit = encoding_unit(encoding);
    bool big = encoding == ENCODING_UTF16BE || encoding == ENCODING_UTF32BE;
    size_t n = head.n / unit < room ? head.n / unit : room;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *u = head.at + i * unit;
        uint8_t low = u[big ? unit - 1 : 0], other = u[big ? unit - 2 : 1];

        at[i] = other == 0 && low < 0x80 ? low : ' ';
    }
    return span(at, n);
}

static Sniff sniff_text(Span head, Encoding encoding, unsigned bom) {
    Sniff s = {.kind = SNIFF_TEXT, .format = "text", .encoding = encoding, .bom = bom};
    uint8_t start[1024];

    head = span(head.at + bom, head.n - bom);
    if (encoding_unit(encoding) > 1)
        head = narrow(head, encoding, start, sizeof(start));
    if (!encoding_is_ebcdic(encoding))
        s.format = text_format(head);
    return s;
}

Sniff sniff(Span head, uint64_t size) {
    Sniff s = {.kind = SNIFF_BINARY, .format = "unknown"};
    Encoding encoding;
    unsigned bom;
    const Magic *m;

    if (head.n > SNIFF_HEAD_MAX)
        head.n = SNIFF_HEAD_MAX;
    m = magic_find(head);
    if (m && !m->weak && m->kind != SNIFF_TEXT)
        return (Sniff){.kind = m->kind, .format = m->format};
    encoding = encoding_guess(whole_characters(head, size), &bom);
    if (m && !m->weak) /* a text that may hold bytes of any kind */
        return (Sniff){.kind = m->kind, .format = m->format, .encoding = encoding, .bom = bom};
    if (encoding != ENCODING_BINARY)
        return sniff_text(head, encoding, bom);
    if (m) {
        s.kind = m->kind;
        s.format = m->format;
    } else if (is_even(head)) {
        s.kind = SNIFF_CIPHER;
        s.format = "high-entropy";
    }
    return s;
}
