/*
 * Sax: see sax.h.
 *
 * Bytes are read straight into expat's buffer, so that what it has not told of can be had from
 * there after an error. A token that does not end is read again by expat with each piece that
 * comes; pieces therefore grow with what is waiting, and the work stays linear.
 */
#include "extract/format/sax.h"

#define XML_DTD /* expat.h declares the limits of entities only so */
#include <expat.h>
#include <malloc.h>
#include <strings.h>
#include <sys/auxv.h>

#include "base/utf8.h"
#include "extract/text/charset.h"

enum {
    PIECE = 64 << 10,
    PIECE_MAX = 2 << 20,
    AMPLIFICATION_MAX = 20, /* what entities may make of the bytes that came */
    AMPLIFICATION_FROM = 1 << 20,
    MEMORY_MAX = 256 << 20, /* that the parser may take: it keeps every name and entity */
    MEMORY_STEP = 1 << 20,  /* bytes of the document between two looks at it */
    VALUE_AHEAD = 4096,     /* where the next attribute's value begins at the latest */
    DECLARATION_MAX = 256,  /* where the encoding is declared */
};

struct Sax {
    XML_Parser parser;
    const SaxHandler *handler;
    void *of;
    Encoding encoding;
    unsigned depth;
    uint64_t taken;     /* bytes given to the parser */
    const uint8_t *end; /* of them, in its buffer */
    uint64_t told;      /* bytes of them that events were about */
    int result;         /* of the first handler that did not return 0 */
    bool deep;
    size_t memory;   /* in use before the document */
    uint64_t looked; /* bytes taken at the last look at it */
};

const char *sax_local(const char *name) {
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

const char *sax_attribute(const char **attributes, const char *name) {
    for (; *attributes; attributes += 2) {
        if (strcmp(sax_local(attributes[0]), name) == 0)
            return attributes[1];
    }
    return NULL;
}

bool sax_blank(Span text) {
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.at[i];

        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return false;
    }
    return true;
}

/* ---- events ---- */

static void note(Sax *s, int result) {
    if (result && !s->result) {
        s->result = result;
        XML_StopParser(s->parser, XML_FALSE);
    }
}

/* The event at hand will have been told. */
static void tell(Sax *s) {
    XML_Index at = XML_GetCurrentByteIndex(s->parser);
    int n = XML_GetCurrentByteCount(s->parser);

    if (at >= 0 && n >= 0)
        s->told = (uint64_t)at + (uint64_t)n;
}

static void XMLCALL on_start(void *of, const char *name, const char **attributes) {
    Sax *s = of;

    if (s->result)
        return;
    if (++s->depth > SAX_DEPTH_MAX) {
        s->deep = true;
        note(s, SAX_E_STOP);
        return;
    }
    tell(s);
    note(s, s->handler->start(s->of, sax_local(name), attributes));
}

static void XMLCALL on_end(void *of, const char *name) {
    Sax *s = of;

    if (s->result)
        return;
    s->depth--;
    tell(s);
    note(s, s->handler->end(s->of, sax_local(name)));
}

static void XMLCALL on_text(void *of, const char *text, int n) {
    Sax *s = of;

    if (s->result)
        return;
    tell(s);
    note(s, s->handler->text(s->of, span(text, (size_t)n)));
}

static void XMLCALL on_other(void *of, const char *text, int n) {
    Sax *s = of;
    Span raw = span(text, (size_t)n);

    if (s->result)
        return;
    tell(s);
    if (s->handler->other && !span_is(raw, "<![CDATA[") && !span_is(raw, "]]>"))
        note(s, s->handler->other(s->of, raw));
}

/* ---- encodings ---- */

static int code_point(Encoding e, uint8_t byte, TextWindow *w) {
    uint32_t c = 0;

    if (byte < 0x80)
        return byte;
    if (charset_decode(e, span(&byte, 1), 0, w) < 0 || !utf8_decode(w->text, &c))
        return UTF8_REPLACEMENT;
    return c < 0xFFFE ? (int)c : (int)UTF8_REPLACEMENT;
}

/* A set of one byte a character that we know; any other one as windows-1252: the markup is right.
 */
static int XMLCALL on_encoding(void *of, const char *name, XML_Encoding *info) {
    TextWindow w = {0};
    Encoding e = ENCODING_WINDOWS1252;

    (void)of;
    if (encoding_parse(span_of(name), &e) < 0 || encoding_unit(e) != 1 || encoding_is_ebcdic(e) ||
        e == ENCODING_BINARY || e == ENCODING_ASCII || e == ENCODING_UTF8)
        e = ENCODING_WINDOWS1252;
    for (int i = 0; i < 256; i++)
        info->map[i] = code_point(e, (uint8_t)i, &w);
    text_window_done(&w);
    return XML_STATUS_OK;
}

/* 8-bit bytes that are declared as UTF-8, or not at all. */
static bool declares_wrongly(const Sax *s, Span head) {
    const char *at;

    if (s->encoding != ENCODING_WINDOWS1252)
        return false;
    at = memmem(head.at, head.n, "encoding=", 9);
    return !at || strncasecmp(at + 10, "utf-8", 5) == 0;
}

static int settle_encoding(Sax *s, Feed *f) {
    char head[DECLARATION_MAX + 16] = "";
    Span seen;
    int r = feed_head(f, DECLARATION_MAX, &seen);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    memcpy(head, seen.at ? seen.at : (const uint8_t *)"", seen.n);
    if (declares_wrongly(s, span(head, seen.n)) &&
        XML_SetEncoding(s->parser, encoding_name(s->encoding)) != XML_STATUS_OK)
        return -ENOMEM;
    return 0;
}

/* ---- life ---- */

/* What the kernel gave this process at its start: no system call in a sandbox. */
static unsigned long hash_salt(void) {
    const void *random = (const void *)getauxval(AT_RANDOM);
    unsigned long salt = 1;

    if (random)
        memcpy(&salt, random, sizeof(salt));
    return salt | 1;
}

static XML_Parser parser_new(void *of) {
    XML_Parser p = XML_ParserCreate(NULL);

    if (!p)
        return NULL;
    XML_SetUserData(p, of);
    XML_SetHashSalt(p, hash_salt());
    XML_SetUnknownEncodingHandler(p, on_encoding, NULL);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(p, AMPLIFICATION_MAX);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(p, AMPLIFICATION_FROM);
    return p;
}

int sax_new(const SaxHandler *h, void *of, Encoding encoding, Sax **ret) {
    _cleanup_(sax_freep) Sax *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    s->handler = h;
    s->of = of;
    s->encoding = encoding;
    s->parser = parser_new(s);
    if (!s->parser)
        return -ENOMEM;
    XML_SetElementHandler(s->parser, on_start, on_end);
    XML_SetCharacterDataHandler(s->parser, on_text);
    XML_SetDefaultHandlerExpand(s->parser, on_other);
    *ret = TAKE(s);
    return 0;
}

Sax *sax_free(Sax *s) {
    if (!s)
        return NULL;
    if (s->parser)
        XML_ParserFree(s->parser);
    free(s);
    return NULL;
}

/* ---- reading ---- */

/*
 * What this process has from malloc. A worker reads one document at a time, so what was added is
 * the parser's and its reader's; expat gives no other way to bound it but a global counter.
 */
static size_t memory_in_use(void) {
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static bool takes_too_much(Sax *s) {
    size_t now;

    if (s->taken - s->looked < MEMORY_STEP)
        return false;
    s->looked = s->taken;
    now = memory_in_use();
    return now > s->memory && now - s->memory > MEMORY_MAX;
}

static SaxEnd how_it_ended(const Sax *s) {
    switch (XML_GetErrorCode(s->parser)) {
    case XML_ERROR_NONE:
        return SAX_WHOLE;
    case XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
        return SAX_LIMIT;
    case XML_ERROR_ABORTED:
        return s->deep ? SAX_DEEP : SAX_STOPPED;
    default:
        return SAX_MALFORMED;
    }
}

static uint64_t waiting(const Sax *s) {
    return s->told < s->taken ? s->taken - s->told : 0;
}

/* The next piece; *ret_end when there is no further one. */
static int read_piece(Sax *s, Extraction *x, Feed *f, bool *ret_end) {
    uint64_t held = waiting(s);
    size_t n = held < PIECE ? PIECE : held < PIECE_MAX ? (size_t)held : PIECE_MAX;
    uint8_t *at = XML_GetBuffer(s->parser, (int)n);
    ssize_t got;
    int r;

    if (!at)
        return -ENOMEM;
    got = feed_some(f, at, n);
    if (got == -ENOMEM)
        return -ENOMEM;
    if (got < 0) /* the feed has noted it */
        got = 0;
    r = extract_spend(x, (uint64_t)got);
    if (r)
        return r;
    s->taken += (uint64_t)got;
    s->end = at + got;
    *ret_end = got == 0;
    if (XML_ParseBuffer(s->parser, (int)got, got == 0) != XML_STATUS_OK) {
        *ret_end = true;
        if (XML_GetErrorCode(s->parser) == XML_ERROR_NO_MEMORY)
            return -ENOMEM;
    }
    return s->result == SAX_E_STOP ? 0 : s->result;
}

int sax_read(Sax *s, Extraction *x, Feed *f, SaxEnd *ret) {
    bool end = false;
    int r = settle_encoding(s, f);

    s->memory = memory_in_use();
    while (r == 0 && !end) {
        r = read_piece(s, x, f, &end);
        if (r == 0 && !end && (waiting(s) > SAX_TOKEN_MAX || takes_too_much(s))) {
            *ret = waiting(s) > SAX_TOKEN_MAX ? SAX_DEEP : SAX_LIMIT;
            return 0;
        }
    }
    if (r == 0)
        *ret = how_it_ended(s);
    return r;
}

uint64_t sax_offset(const Sax *s) {
    XML_Index at = XML_GetCurrentByteIndex(s->parser);

    return at >= 0 ? (uint64_t)at : 0;
}

uint64_t sax_line(const Sax *s) {
    return XML_GetCurrentLineNumber(s->parser);
}

bool sax_verbatim(const Sax *s, size_t n) {
    int count = XML_GetCurrentByteCount(s->parser);

    return count >= 0 && (size_t)count == n;
}

uint64_t sax_value_offset(const Sax *s, Span value, size_t *at) {
    int from = 0, n = 0, count = XML_GetCurrentByteCount(s->parser);
    const char *bytes = XML_GetInputContext(s->parser, &from, &n);
    const uint8_t *tag = (const uint8_t *)bytes + from, *found;
    size_t i;

    if (!bytes || from < 0 || count < 0 || n - from < count)
        return MARK_NOWHERE;
    if (value.n == 0)
        return MARK_NOWHERE;
    if ((size_t)count > *at + value.n + VALUE_AHEAD)
        count = (int)(*at + value.n + VALUE_AHEAD);
    for (i = *at; i < (size_t)count; i = (size_t)(found - tag) + 1) {
        found = memmem(tag + i, (size_t)count - i, value.at, value.n);
        if (!found)
            return MARK_NOWHERE;
        if (found > tag && (found[-1] == '"' || found[-1] == '\'') &&
            found + value.n < tag + count && found[value.n] == found[-1]) {
            *at = (size_t)(found - tag) + value.n;
            return sax_offset(s) + (uint64_t)(found - tag);
        }
    }
    return MARK_NOWHERE;
}

/* The buffer holds all from the last event's end on: it lies right before `end`. */
Span sax_rest(const Sax *s, uint64_t *ret_offset) {
    uint64_t n = s->told < s->taken ? s->taken - s->told : 0;

    *ret_offset = s->taken - n;
    return n ? span(s->end - n, (size_t)n) : span(NULL, 0);
}

/* ---- the root alone ---- */

typedef struct Peek {
    XML_Parser parser;
    SaxRoot *root;
    bool found;
} Peek;

/* The namespace that is declared for the prefix of `name`; "" for none. */
static const char *declared_space(const char *name, const char **attributes) {
    const char *colon = strchr(name, ':');
    size_t n = colon ? (size_t)(colon - name) : 0;

    for (; *attributes; attributes += 2) {
        const char *a = attributes[0];

        if (strncmp(a, "xmlns", 5) != 0)
            continue;
        if (n == 0 ? a[5] == 0 : a[5] == ':' && strncmp(a + 6, name, n) == 0 && a[6 + n] == 0)
            return attributes[1];
    }
    return "";
}

static void XMLCALL on_root(void *of, const char *name, const char **attributes) {
    Peek *p = of;

    if (!p->found) {
        snprintf(p->root->name, sizeof(p->root->name), "%s", sax_local(name));
        snprintf(p->root->space, sizeof(p->root->space), "%s", declared_space(name, attributes));
    }
    p->found = true;
    XML_StopParser(p->parser, XML_FALSE);
}

bool sax_root(Span head, SaxRoot *ret) {
    Peek p = {.root = ret};

    if (head.n > PIECE)
        head.n = PIECE;
    p.parser = parser_new(&p);
    if (!p.parser)
        return false;
    XML_SetStartElementHandler(p.parser, on_root);
    XML_Parse(p.parser, (const char *)head.at, (int)head.n, 0);
    XML_ParserFree(p.parser);
    return p.found;
}
