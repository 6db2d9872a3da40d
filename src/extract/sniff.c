/* Sniff: see sniff.h. */
#include "extract/sniff.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/magic.h"
#include "extract/text/charset.h"
#include "extract/text/kind.h"

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

/* Text that is written in a way with a reader of its own. */
static const char *text_format(Span text, bool whole) {
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
    const char *kind;
    Span first = skip_white(text);

    if (is_html(first))
        return "html";
    if (is_ldif(first))
        return "ldif";
    for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
        if (begins(first, starts[i].start))
            return starts[i].format;
    }
    if (begins_with_namespace(first))
        return "xml";
    kind = kind_of_text(text, whole);
    return kind ? kind : "text";
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

/* As text_format, for text that must be decoded first; the start of it is enough. */
static const char *decoded_format(Span raw, Encoding encoding, bool whole) {
    enum { HEAD = 16 << 10 };
    TextWindow w = {0};
    const char *format = "text";

    if (raw.n > HEAD) {
        raw.n = HEAD;
        whole = false;
    }
    if (charset_decode(encoding, raw, 0, &w) == 0)
        format = text_format(w.text, whole);
    text_window_done(&w);
    return format;
}

static Sniff sniff_text(Span head, Encoding encoding, unsigned bom, bool whole) {
    bool plain = encoding_unit(encoding) == 1 && !encoding_is_ebcdic(encoding);
    Span text = span(head.at + bom, head.n - bom);

    return (Sniff){
        .kind = SNIFF_TEXT,
        .format = plain ? text_format(text, whole) : decoded_format(text, encoding, whole),
        .encoding = encoding,
        .bom = bom,
    };
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
        return sniff_text(head, encoding, bom, size ? size <= head.n : head.n < SNIFF_HEAD_MAX);
    if (m) {
        s.kind = m->kind;
        s.format = m->format;
    } else if (is_even(head)) {
        s.kind = SNIFF_CIPHER;
        s.format = "high-entropy";
    }
    return s;
}
