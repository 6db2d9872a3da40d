/*
 * Pdfscan: see pdfscan.h.
 *
 *   file ──window──▶ "N 0 obj << … >> stream" ──▶ filters ──▶ strings ──▶ text
 *                     bytes between streams ──────────────────▲
 *
 * Syntax of strings, names and streams: ISO 32000-1, 7.3; text operators: 9.4.
 */
#include "extract/helper/pdfscan.h"

#include <zlib.h>

#include "base/utf8.h"
#include "extract/text/codepage.h"

enum {
    WINDOW = 64 << 10,
    LOOK = 1024,       /* bytes of a window that the next one sees again */
    DICT_MAX = 2048,   /* bytes before "stream" that are searched for its dictionary */
    STRING_MAX = 4096, /* a longer string comes in pieces */
    PUMP = 16 << 10,   /* between two filters */
    BLANK_FROM = 180,  /* thousandths of an em to the left that part words in a TJ array */
    STREAMS_MAX = 1 << 20,
};

/* ---- the shape ---- */

static size_t skip_blank(Span s, size_t at) {
    while (at < s.n && strchr(" \t\r\n\f", s.at[at]))
        at++;
    return at;
}

static size_t find(Span s, size_t from, const char *word) {
    const uint8_t *at = from < s.n ? memmem(s.at + from, s.n - from, word, strlen(word)) : NULL;

    return at ? (size_t)(at - s.at) : s.n;
}

/* How many names the value of /Filter has that begins at `at`. */
static unsigned count_filters(Span s, size_t at) {
    unsigned n = 0;

    at = skip_blank(s, at);
    if (at >= s.n || s.at[at] != '[')
        return at < s.n && s.at[at] == '/';
    while (++at < s.n && s.at[at] != ']' && n <= PDF_FILTERS_MAX)
        n += s.at[at] == '/';
    return n;
}

static void look_at_window(Span w, uint64_t offset, bool first, PdfShape *shape) {
    size_t at;

    if (first && (at = find(w, 0, "%PDF-")) < w.n)
        shape->header = at;
    for (at = find(w, 0, "%%EOF"); at < w.n; at = find(w, at + 5, "%%EOF")) {
        size_t end = at + 5;

        end += end < w.n && w.at[end] == '\r';
        end += end < w.n && w.at[end] == '\n';
        shape->end = offset + end;
    }
    for (at = find(w, 0, "/Filter"); at < w.n; at = find(w, at + 7, "/Filter"))
        shape->long_filter |= count_filters(w, at + 7) > PDF_FILTERS_MAX;
}

int pdf_shape(Feed *f, PdfShape *ret) {
    _cleanup_(free_p) uint8_t *window = malloc(WINDOW);
    size_t kept = 0;
    bool first = true;

    *ret = (PdfShape){0};
    if (!window)
        return -ENOMEM;
    for (;;) {
        ssize_t n = feed_read(f, window + kept, WINDOW - kept);
        size_t got = kept + (n > 0 ? (size_t)n : 0);

        if (n == -ENOMEM)
            return -ENOMEM;
        if (n <= 0)
            return 0;
        look_at_window(span(window, got), ret->size - kept, first, ret);
        ret->size += (uint64_t)n;
        first = false;
        kept = got < LOOK ? got : LOOK;
        memmove(window, window + got - kept, kept);
    }
}

/* ---- strings ---- */

typedef enum StringsState { PLAIN, LITERAL, ESCAPED, OCTAL, OPEN_ANGLE, HEX, COMMENT } StringsState;

/* Bytes of objects or of a content stream, to the text of the strings in them. */
typedef struct Strings {
    Extraction *x;
    StringsState state;
    unsigned depth; /* of parentheses */
    unsigned octal, n_octal;
    int nibble; /* -1: none waits */
    bool array; /* in [ ] */
    bool fresh; /* nothing on this line yet */
    bool wide;  /* the string at hand is UTF-16BE */
    bool begun; /* ... has given something already */
    uint8_t token[16];
    size_t n_token;
    Buf string;
} Strings;

static void put_code(Buf *b, uint32_t c) {
    uint8_t bytes[UTF8_MAX];
    size_t n = utf8_encode(c, bytes);

    if (n)
        buf_add(b, bytes, n);
    else
        buf_add(b, "\xEF\xBF\xBD", 3);
}

static void decode_wide(Span s, Buf *ret) {
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t c = (uint32_t)s.at[i] << 8 | s.at[i + 1];

        if ((c & 0xFC00) == 0xD800 && i + 3 < s.n && (s.at[i + 2] & 0xFC) == 0xDC) {
            c = 0x10000 + ((c & 0x3FF) << 10 | (s.at[i + 2] & 3u) << 8 | s.at[i + 3]);
            i += 2;
        }
        put_code(ret, c);
    }
}

static int give_string(Strings *s, bool last) {
    _cleanup_(buf_wipe) Buf text = {0};
    Span bytes = buf_as_span(&s->string);
    int r;

    if (!s->begun && bytes.n >= 2 && bytes.at[0] == 0xFE && bytes.at[1] == 0xFF) {
        s->wide = true;
        bytes = span(bytes.at + 2, bytes.n - 2);
    }
    if (s->wide) {
        decode_wide(bytes, &text);
    } else {
        for (size_t i = 0; i < bytes.n; i++)
            put_code(&text, codepage_windows1252[bytes.at[i]]);
    }
    s->begun = !last;
    s->wide = s->wide && !last;
    s->fresh = s->fresh && text.n == 0;
    buf_clear(&s->string);
    r = buf_error(&text);
    return r < 0 ? r : extract_text(s->x, buf_as_span(&text));
}

static int put_byte(Strings *s, uint8_t byte) {
    buf_byte(&s->string, byte);
    return s->string.n >= STRING_MAX ? give_string(s, false) : buf_error(&s->string);
}

static int line_end(Strings *s) {
    if (s->fresh)
        return 0;
    s->fresh = true;
    return extract_text(s->x, span_of("\n"));
}

/* A name, a number or an operator has ended. */
static int token_end(Strings *s) {
    static const char *const moves[] = {"Td", "TD", "T*", "Tm", "ET", "BT", "'", "\"", "endobj"};
    char word[sizeof(s->token) + 1];
    size_t n = s->n_token;

    if (!n)
        return 0;
    memcpy(word, s->token, n);
    word[n] = 0;
    s->n_token = 0;
    if (word[0] == '/')
        return line_end(s);
    if (s->array && word[0] == '-' && strtol(word, NULL, 10) <= -BLANK_FROM)
        return s->fresh ? 0 : extract_text(s->x, span_of(" "));
    for (size_t i = 0; i < N_ELEMENTS(moves); i++) {
        if (strcmp(word, moves[i]) == 0)
            return line_end(s);
    }
    return 0;
}

static int plain_byte(Strings *s, uint8_t c) {
    int r = 0;

    if (strchr("()<>[]{}/% \t\r\n\f", c) || c == 0)
        r = token_end(s);
    switch (c) {
    case '(':
        s->state = LITERAL;
        s->depth = 1;
        break;
    case '<':
        s->state = OPEN_ANGLE;
        break;
    case '%':
        s->state = COMMENT;
        break;
    case '[':
    case ']':
        s->array = c == '[';
        break;
    case ')':
    case '>':
    case '{':
    case '}':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '\f':
    case 0:
        break;
    default:
        if (s->n_token < sizeof(s->token))
            s->token[s->n_token++] = c;
    }
    return r;
}

static int literal_byte(Strings *s, uint8_t c) {
    if (c == '\\') {
        s->state = ESCAPED;
        return 0;
    }
    s->depth += c == '(';
    s->depth -= c == ')';
    if (s->depth)
        return put_byte(s, c);
    s->state = PLAIN;
    return give_string(s, true);
}

static int escaped_byte(Strings *s, uint8_t c) {
    static const char letters[] = "nrtbf", bytes[] = "\n\r\t\b\f";
    const char *at;

    if (c >= '0' && c <= '7') {
        s->octal = c - '0';
        s->n_octal = 1;
        s->state = OCTAL;
        return 0;
    }
    s->state = LITERAL;
    if (c == '\n' || c == '\r')
        return 0;
    at = c ? strchr(letters, c) : NULL;
    return put_byte(s, at ? (uint8_t)bytes[at - letters] : c);
}

static int hex_byte(Strings *s, uint8_t c) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    int high = s->nibble;

    if (c == '>') {
        s->state = PLAIN;
        s->nibble = -1;
        if (high >= 0)
            buf_byte(&s->string, (uint8_t)(high << 4));
        return give_string(s, true);
    }
    if (digit < 0)
        return 0;
    s->nibble = high < 0 ? digit : -1;
    return high < 0 ? 0 : put_byte(s, (uint8_t)(high << 4 | digit));
}

static int strings_byte(Strings *s, uint8_t c) {
    int r;

    switch (s->state) {
    case PLAIN:
        return plain_byte(s, c);
    case LITERAL:
        return literal_byte(s, c);
    case ESCAPED:
        return escaped_byte(s, c);
    case OCTAL:
        if (c >= '0' && c <= '7' && s->n_octal < 3) {
            s->octal = s->octal << 3 | (unsigned)(c - '0');
            s->n_octal++;
            return 0;
        }
        s->state = LITERAL;
        r = put_byte(s, (uint8_t)s->octal);
        return r ? r : literal_byte(s, c);
    case OPEN_ANGLE: /* << begins a dictionary */
        s->state = c == '<' ? PLAIN : HEX;
        s->nibble = -1;
        return c == '<' ? 0 : hex_byte(s, c);
    case HEX:
        return hex_byte(s, c);
    default:
        if (c == '\n' || c == '\r')
            s->state = PLAIN;
        return 0;
    }
}

static int strings_add(Strings *s, Span bytes) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < bytes.n; i++)
        r = strings_byte(s, bytes.at[i]);
    return r;
}

/* Whatever is open ends here: the next bytes are another object's. */
static int strings_end(Strings *s) {
    int r = s->string.n ? give_string(s, true) : 0;

    s->state = PLAIN;
    s->begun = s->wide = s->array = false;
    s->n_token = 0;
    return r ? r : line_end(s);
}

/* ---- filters ---- */

typedef struct Inflate {
    z_stream z;
    bool ended;
    uint8_t in[PUMP];
} Inflate;

/* Inflate upon inflate; the lowest reads the file. */
typedef struct Chain {
    Feed *file;
    uint64_t at;
    unsigned n;
    bool damaged;
    Inflate *of[PDF_FILTERS_MAX];
} Chain;

static void chain_done(Chain *c) {
    for (unsigned i = 0; i < c->n; i++) {
        inflateEnd(&c->of[i]->z);
        free(c->of[i]);
    }
}

static int chain_init(Chain *c, Feed *file, uint64_t at, unsigned n) {
    *c = (Chain){.file = file, .at = at};
    for (; c->n < n; c->n++) {
        Inflate *i = calloc(1, sizeof(*i));

        if (!i || inflateInit(&i->z) != Z_OK) {
            free(i);
            return -ENOMEM;
        }
        c->of[c->n] = i;
    }
    return 0;
}

/* From the top of `n` filters; the file itself when there is none. */
static ssize_t chain_read(Chain *c, unsigned n, uint8_t *out, size_t room) {
    Inflate *i = n ? c->of[n - 1] : NULL;

    if (!i) {
        ssize_t got = feed_read_at(c->file, c->at, out, room);

        c->at += got > 0 ? (uint64_t)got : 0;
        return got;
    }
    i->z.next_out = out;
    i->z.avail_out = (uInt)room;
    while (!i->ended && i->z.avail_out) {
        int z;

        if (!i->z.avail_in) {
            ssize_t got = chain_read(c, n - 1, i->in, sizeof(i->in));

            if (got < 0)
                return got;
            i->z.next_in = i->in;
            i->z.avail_in = (uInt)got;
        }
        z = inflate(&i->z, Z_NO_FLUSH);
        i->ended = z != Z_OK;
        c->damaged |= z != Z_OK && z != Z_STREAM_END;
    }
    return (ssize_t)(room - i->z.avail_out);
}

/* ---- streams ---- */

typedef struct Salvage {
    Extraction *x;
    Feed *f;
    Strings strings;
    bool whole;
    unsigned n_streams;
    uint8_t *window;
    size_t n;        /* bytes in the window */
    size_t from;     /* those before it were read, and are kept for the dictionary in them */
    uint64_t offset; /* of the window's first */
} Salvage;

static bool names(Span s, const char *word) {
    return find(s, 0, word) < s.n;
}

/* Nothing that is text: pictures, fonts, cross references. */
static bool no_text(Span dict) {
    static const char *const words[] = {
        "/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/Image",
        "/XRef",      "/FontFile",  "/Length1",        "/Type1C",      "/CIDFontType0C"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (names(dict, words[i]))
            return true;
    }
    return false;
}

static unsigned count_flate(Span dict) {
    unsigned n = 0;

    for (size_t at = find(dict, 0, "/Fl"); at < dict.n; at = find(dict, at + 3, "/Fl")) {
        Span rest = span(dict.at + at, dict.n - at);

        n += span_starts(rest, span_of("/FlateDecode")) || span_starts(rest, span_of("/Fl ")) ||
             span_starts(rest, span_of("/Fl]")) || span_starts(rest, span_of("/Fl/"));
    }
    return n;
}

/* The whole of an inflated stream, to text. */
static int read_flate(Salvage *s, uint64_t at, unsigned n) {
    _cleanup_(chain_done) Chain c = {0};
    _cleanup_(free_p) uint8_t *out = malloc(PUMP);
    int r = out ? chain_init(&c, s->f, at, n) : -ENOMEM;

    while (r == 0) {
        ssize_t got = chain_read(&c, n, out, PUMP);

        if (got <= 0) {
            r = got == -ENOMEM ? -ENOMEM : 0;
            break;
        }
        r = extract_spend(s->x, (uint64_t)got);
        if (r == 0)
            r = strings_add(&s->strings, span(out, (size_t)got));
    }
    s->whole &= !c.damaged;
    return r;
}

/* "12 0 obj" before the dictionary: 12, or 0. */
static unsigned long object_number(Span before) {
    size_t at = before.n;
    unsigned long n = 0, unit = 1;

    while (at && (before.at[at - 1] == ' ' || before.at[at - 1] == '\n'))
        at--;
    while (at && before.at[at - 1] >= '0' && before.at[at - 1] <= '9') /* generation */
        at--;
    while (at && before.at[at - 1] == ' ')
        at--;
    for (; at && before.at[at - 1] >= '0' && before.at[at - 1] <= '9' && unit < 100000000;
         unit *= 10)
        n += unit * (unsigned long)(before.at[--at] - '0');
    return n;
}

static Span dictionary_before(Span w, size_t at, unsigned long *ret_object) {
    size_t from = at > DICT_MAX ? at - DICT_MAX : 0, last = from;

    for (size_t obj = find(w, from, " obj"); obj < at; obj = find(w, obj + 4, " obj"))
        last = obj + 4;
    *ret_object = last > 4 ? object_number(span(w.at, last - 4)) : 0;
    return span(w.at + last, at - last);
}

/* The stream whose data begin at window offset `data`; its dictionary stands before. */
static int read_stream(Salvage *s, Span dict, unsigned long object, size_t data) {
    unsigned n = count_flate(dict);
    char name[32];
    int r;

    if (no_text(dict))
        return 0;
    if (!n) {
        s->whole &= !names(dict, "/Filter"); /* the data are text as they lie, or not known */
        return 0;
    }
    if (n > PDF_FILTERS_MAX || names(dict, "/LZW") || names(dict, "/ASCII") ||
        names(dict, "/Crypt")) {
        s->whole = false;
        return 0;
    }
    snprintf(name, sizeof(name), "stream%lu", object);
    r = strings_end(&s->strings);
    if (r == 0)
        r = extract_part(s->x, PART_SECTION, span_of(name));
    if (r == 0)
        r = read_flate(s, s->offset + data, n);
    if (r == 0)
        r = strings_end(&s->strings);
    return r ? r : extract_part(s->x, PART_SECTION, span_of("objects"));
}

/* Where the data begin of a stream whose keyword stands at `at`; 0: it is none. */
static size_t stream_data(Span w, size_t at) {
    size_t before = at, after = at + strlen("stream");

    while (before && strchr(" \t\r\n", w.at[before - 1]) && at - before < 16)
        before--;
    if (before < 2 || w.at[before - 1] != '>' || w.at[before - 2] != '>')
        return 0;
    after += after < w.n && w.at[after] == '\r';
    after += after < w.n && w.at[after] == '\n';
    return after;
}

/* Compressed data are no strings: go on behind them. */
static size_t behind_stream(Span w, Span dict, size_t data) {
    size_t end;

    if (!names(dict, "/Filter"))
        return data;
    end = find(w, data, "endstream");
    return end;
}

/* Of the window, up to where the next one takes over. */
static int read_window(Salvage *s, bool last, bool *skip, size_t *ret_done) {
    Span w = span(s->window, s->n);
    size_t at = s->from, limit = last || w.n < at + LOOK ? w.n : w.n - LOOK;
    int r = 0;

    if (*skip) { /* in the data of a stream that the window before began */
        at = find(w, at, "endstream");
        *skip = at == w.n;
        at = *skip ? limit : at;
    }
    while (r == 0 && at < limit) {
        size_t next = find(w, at, "stream"), data = next < w.n ? stream_data(w, next) : 0;
        size_t to = next < limit ? next : limit;
        unsigned long object;
        Span dict;

        if (to < next || !data) {
            to = next < limit ? next + 6 : limit;
            r = strings_add(&s->strings, span(w.at + at, to - at));
            at = to;
            continue;
        }
        r = strings_add(&s->strings, span(w.at + at, to - at));
        dict = dictionary_before(w, next, &object);
        if (r == 0 && s->n_streams++ < STREAMS_MAX)
            r = read_stream(s, dict, object, data);
        at = behind_stream(w, dict, data);
        *skip = at == w.n && names(dict, "/Filter");
    }
    *ret_done = at < w.n ? at : w.n;
    if (*skip && !last && *ret_done == w.n)
        *ret_done = w.n - 9; /* "endstream" may be cut */
    return r;
}

static int salvage(Salvage *s) {
    bool skip = false;
    int r = extract_part(s->x, PART_SECTION, span_of("objects"));

    while (r == 0) {
        ssize_t got = feed_read_at(s->f, s->offset + s->n, s->window + s->n, WINDOW - s->n);
        size_t done = 0;
        bool last = got < (ssize_t)(WINDOW - s->n);

        if (got == -ENOMEM)
            return -ENOMEM;
        s->n += got > 0 ? (size_t)got : 0;
        r = read_window(s, last, &skip, &done);
        if (last)
            return r ? r : strings_end(&s->strings);
        s->from = done < DICT_MAX ? done : DICT_MAX;
        done -= s->from;
        memmove(s->window, s->window + done, s->n - done);
        s->offset += done;
        s->n -= done;
    }
    return r;
}

int pdf_salvage(Extraction *x, Feed *f, bool *ret_whole) {
    Salvage s = {.x = x, .f = f, .whole = true, .window = malloc(WINDOW)};
    int r;

    s.strings = (Strings){.x = x, .nibble = -1, .fresh = true};
    r = s.window ? salvage(&s) : -ENOMEM;
    buf_wipe(&s.strings.string);
    free(s.window);
    *ret_whole = s.whole && s.n_streams <= STREAMS_MAX;
    return r;
}
