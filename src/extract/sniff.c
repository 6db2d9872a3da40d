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

/* Text that is written in a way with a reader of its own. */
static const char *text_format(Span text, bool whole) {
    static const struct {
        const char *start, *format;
    } starts[] = {
        {"{\\rtf", "rtf"}, {"<?xml", "xml"},       {"<!doctype html", "html"},
        {"<html", "html"}, {"%!PS", "postscript"},
    };
    const char *kind;
    size_t i = 0;
    Span first;

    while (i < text.n && (text.at[i] == ' ' || (text.at[i] >= '\t' && text.at[i] <= '\r')))
        i++;
    first = span(text.at + i, text.n - i);
    for (i = 0; i < N_ELEMENTS(starts); i++) {
        size_t n = strlen(starts[i].start);

        if (first.n >= n && strncasecmp((const char *)first.at, starts[i].start, n) == 0)
            return starts[i].format;
    }
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
    if (m && !m->weak)
        return (Sniff){.kind = m->kind, .format = m->format};
    encoding = encoding_guess(whole_characters(head, size), &bom);
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
