/*
 * Rtf: the text of a Rich Text Format document, and what is embedded in it.
 *
 * Bytes are pulled one by one; groups stand in a stack of states, so depth costs no C stack. Where
 * a group's text goes is decided by its destination: most of it is text; tables of fonts, styles
 * and the like are not; pictures, objects and binary data are units inside, whose feeds pull the
 * same bytes. Destinations nobody knows are text: what a reader may ignore, a writer may have
 * hidden.
 *
 * Characters come as ASCII, as \'hh in the code page of the font at hand (or \ansicpg), or as \uN,
 * behind which \ucN characters for old readers are left out. Format changes nothing, so a value
 * parts nowhere but at paragraphs, cells and tabs. Marks as in html.c: the row is the source's
 * line.
 *
 * Rich Text Format Specification 1.9.1, Microsoft 2008.
 */
#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/charset.h"
#include "extract/text/mime.h"
#include "extract/text/reader.h"
#include "extract/text/transfer.h"

enum {
    ROOM = 64 << 10,
    GROUPS_MAX = 1024, /* with a state of their own; deeper ones share the last */
    FONTS_MAX = 512,
    WORD_MAX = 32, /* letters of a control word */
    CODED_MAX = 4096,
    OBJECT_HEAD = 2048, /* within which an embedded object says what it is */
};

/* Where the text of a group goes. */
typedef enum Target {
    TO_TEXT,
    TO_NOTHING,
    TO_FONTS,
    TO_TIME, /* \creatim and its like: numbers of control words */
    TO_UNIT, /* hexadecimal, or \bin */
} Target;

typedef struct Group {
    uint8_t target;
    uint8_t uc; /* characters that stand for a \uN */
    bool aside; /* a line of its own begins and ends with it */
    Encoding encoding;
} Group;

typedef struct Font {
    int number;
    Encoding encoding;
} Font;

typedef struct Rtf {
    Extraction *x;
    Feed *feed;
    uint8_t *bytes;
    size_t from, to, most; /* most: that ever held something */
    uint64_t at, row;      /* of the next byte */
    bool ended;
    Group groups[GROUPS_MAX];
    size_t depth, deeper; /* of the group at hand; how many below it have no state */
    Encoding page;        /* \ansicpg */
    Font fonts[FONTS_MAX];
    size_t n_fonts;
    int font;      /* that the table of fonts speaks of */
    unsigned skip; /* characters left out behind a \uN */
    uint32_t half; /* the first of a pair of surrogates */
    /* characters that are not put yet, of one kind: as they lie, or coded */
    Buf plain, coded;
    uint64_t plain_at, plain_row, coded_at, coded_row;
    bool marked;
    uint64_t next, marked_row;
    uint8_t last;
    /* a date of the document */
    FactKind time;
    int parts[6]; /* year to second; -1: not said */
    unsigned units;
    TextWindow decoded; /* of coded characters */
} Rtf;

/* ---- bytes ---- */

/* The next byte without taking it, -1 at the end; -ENOMEM. */
static int look(Rtf *r) {
    ssize_t got;

    if (r->from < r->to)
        return r->bytes[r->from];
    if (r->ended)
        return -1;
    got = feed_some(r->feed, r->bytes, ROOM);
    r->from = 0;
    r->to = got > 0 ? (size_t)got : 0;
    r->most = r->to > r->most ? r->to : r->most;
    r->ended = got <= 0;
    return got == -ENOMEM ? -ENOMEM : got > 0 ? r->bytes[0] : -1;
}

static void take(Rtf *r) {
    r->row += r->bytes[r->from] == '\n';
    r->from++;
    r->at++;
}

static int next(Rtf *r) {
    int c = look(r);

    if (c >= 0)
        take(r);
    return c;
}

/* ---- what comes out ---- */

static Group *group(Rtf *r) {
    return &r->groups[r->depth];
}

static int put_at(Rtf *r, Span s, uint64_t row, uint64_t source) {
    int e = 0;

    if (s.n == 0)
        return 0;
    if (!r->marked || r->next != source || r->marked_row != row)
        e = extract_from(r->x, row, 0, source);
    r->marked = true;
    r->next = source + s.n;
    r->marked_row = row;
    r->last = s.at[s.n - 1];
    return e ? e : extract_text(r->x, s);
}

/* Characters in a code page; all but one that is not whole yet, unless that is never to be. */
static int put_coded(Rtf *r, bool all) {
    Encoding e = group(r)->encoding;
    Span raw = buf_as_span(&r->coded);
    size_t whole = all ? raw.n : charset_whole(e, raw);
    int error;

    if (whole == 0)
        return 0;
    error = charset_decode(e, span(raw.at, whole), 0, &r->decoded);
    if (error == 0)
        error = put_at(r, r->decoded.text, r->coded_row, r->coded_at);
    memmove(r->coded.at, r->coded.at + whole, raw.n - whole);
    r->coded.n -= whole;
    r->marked = false; /* what follows stands elsewhere */
    r->coded_at = r->at;
    r->coded_row = r->row;
    return error;
}

static int put_plain(Rtf *r) {
    int e = put_at(r, buf_as_span(&r->plain), r->plain_row, r->plain_at);

    buf_clear(&r->plain);
    return e;
}

static int put_pending(Rtf *r) {
    int e = put_coded(r, true);

    return e ? e : put_plain(r);
}

/* A character of ours. */
static int put_made(Rtf *r, const char *text) {
    int e = put_pending(r);

    r->marked = false;
    r->last = (uint8_t)text[strlen(text) - 1];
    return e ? e : extract_text(r->x, span_of(text));
}

static int end_line(Rtf *r) {
    int e = put_pending(r);

    return e || r->last == '\n' ? e : put_made(r, "\n");
}

/* ---- characters ---- */

static int add_plain(Rtf *r, uint8_t c, uint64_t row, uint64_t at) {
    int e = 0;

    if (r->coded.n)
        e = put_coded(r, true);
    if (e == 0 && (r->plain.n >= CODED_MAX ||
                   (r->plain.n && (r->plain_at + r->plain.n != at || r->plain_row != row))))
        e = put_plain(r);
    if (r->plain.n == 0) {
        r->plain_at = at;
        r->plain_row = row;
    }
    buf_byte(&r->plain, c);
    return e ? e : buf_error(&r->plain);
}

static int add_coded(Rtf *r, uint8_t c, uint64_t row, uint64_t at) {
    int e = put_plain(r);

    if (r->coded.n == 0) {
        r->coded_at = at;
        r->coded_row = row;
    }
    buf_byte(&r->coded, c);
    if (e == 0 && r->coded.n >= CODED_MAX)
        e = put_coded(r, false);
    return e ? e : buf_error(&r->coded);
}

/* A byte of text, of a code \'hh or as it lies; it may be the second of a character. */
static int add_byte(Rtf *r, uint8_t c, bool code, uint64_t row, uint64_t at) {
    Encoding e = group(r)->encoding;

    if (r->skip) {
        r->skip--;
        return 0;
    }
    r->half = 0;
    if (code || c >= 0x80)
        return add_coded(r, c, row, at);
    if (r->coded.n && charset_whole(e, buf_as_span(&r->coded)) < r->coded.n)
        return add_coded(r, c, row, at);
    return add_plain(r, c, row, at);
}

static int add_point(Rtf *r, uint32_t c, uint64_t row, uint64_t at) {
    uint8_t utf8[UTF8_MAX];
    int e = put_pending(r);
    size_t n;

    if (c >= 0xD800 && c < 0xDC00) {
        r->half = c;
        return e;
    }
    if (c >= 0xDC00 && c < 0xE000 && r->half)
        c = 0x10000 + ((r->half - 0xD800) << 10) + (c - 0xDC00);
    r->half = 0;
    n = utf8_encode(c == 0xA0 ? ' ' : c, utf8);
    if (e == 0)
        e = put_at(r, span(utf8, n), row, at);
    r->marked = false;
    return e;
}

/* ---- units inside ---- */

typedef struct Object {
    Rtf *r;
    uint64_t binary; /* bytes of \bin that are left */
    bool lone;       /* it is nothing but these */
    bool ended;
    Buf head; /* decoded, and not given yet */
    size_t given;
} Object;

/* The number behind a control word, and the blank that ends it. */
static bool take_number(Rtf *r, int64_t *ret) {
    bool minus = look(r) == '-', any = false;
    int64_t n = 0;
    int c;

    if (minus)
        take(r);
    while ((c = look(r)) >= '0' && c <= '9') {
        n = n < INT32_MAX ? n * 10 + (c - '0') : n;
        any = true;
        take(r);
    }
    if (c == ' ')
        take(r);
    *ret = minus ? -n : n;
    return any;
}

static size_t take_word(Rtf *r, char word[WORD_MAX + 1]) {
    size_t n = 0;
    int c;

    while (n < WORD_MAX && (c = look(r)) >= 'A' && (c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
        word[n++] = (char)c;
        take(r);
    }
    word[n] = 0;
    return n;
}

/* A byte of the data at hand, -1 at its end; words in it but \bin are passed over. */
static int object_byte(Object *o) {
    Rtf *r = o->r;
    int high = -1, c;

    while (!o->ended) {
        char word[WORD_MAX + 1];
        int64_t n;

        if (o->binary) {
            o->binary--;
            c = next(r);
            o->ended = c < 0 || (o->lone && o->binary == 0);
            return c;
        }
        c = look(r);
        if (c < 0 || c == '}' || c == '{') {
            o->ended = true;
            return c < -1 ? c : -1;
        }
        take(r);
        if (c == '\\') {
            take_word(r, word);
            if (take_number(r, &n) && strcmp(word, "bin") == 0 && n > 0)
                o->binary = (uint64_t)n;
        } else if (transfer_hex((uint8_t)c) >= 0) {
            if (high >= 0)
                return high << 4 | transfer_hex((uint8_t)c);
            high = transfer_hex((uint8_t)c);
        }
    }
    return -1;
}

static ssize_t object_read(Feed *f, uint8_t *at, size_t n) {
    Object *o = f->of;
    size_t done = 0;

    while (done < n && o->given < o->head.n)
        at[done++] = o->head.at[o->given++];
    while (done < n) {
        int c = object_byte(o);

        if (c < -1)
            return c;
        if (c < 0)
            break;
        at[done++] = (uint8_t)c;
    }
    if (done == 0 && o->r->feed->error)
        return o->r->feed->error;
    return (ssize_t)done;
}

static bool get32(Span *s, uint32_t *ret) {
    if (s->n < 4)
        return false;
    *ret = s->at[0] | (uint32_t)s->at[1] << 8 | (uint32_t)s->at[2] << 16 | (uint32_t)s->at[3] << 24;
    *s = span(s->at + 4, s->n - 4);
    return true;
}

static bool get_string(Span *s, Span *ret) {
    uint32_t n;

    if (!get32(s, &n) || n > s->n)
        return false;
    *ret = span(s->at, n);
    *s = span(s->at + n, s->n - n);
    return true;
}

static bool get_name(Span *s, Span *ret) {
    const uint8_t *end = s->n ? memchr(s->at, 0, s->n) : NULL;

    if (!end)
        return false;
    *ret = span(s->at, (size_t)(end - s->at));
    *s = span(end + 1, s->n - ret->n - 1);
    return true;
}

/*
 * MS-OLEDS 2.2.5: version, kind, names of class, topic and item, size; then the data. A "Package"
 * is a file with its name. How much of the head stands before the data.
 */
static size_t object_head(Span head, Span *ret_name) {
    Span s = head, class, word, label, file;
    uint32_t version, kind, size;
    size_t before;

    if (!get32(&s, &version) || !get32(&s, &kind) || kind != 2 || !get_string(&s, &class) ||
        !get_string(&s, &word) || !get_string(&s, &word) || !get32(&s, &size))
        return 0;
    before = head.n - s.n;
    if (!span_starts(class, span_of("Package")) || s.n < 2)
        return before;
    s = span(s.at + 2, s.n - 2);
    if (!get_name(&s, &label) || !get_name(&s, &file) || s.n < 4)
        return before;
    s = span(s.at + 4, s.n - 4);
    if (!get_string(&s, &word) || !get32(&s, &size))
        return before;
    *ret_name = label;
    return head.n - s.n;
}

/* Pictures, objects, binary data: what follows up to the end of the group, or n bytes of \bin. */
static int read_object(Rtf *r, const char *kind, uint64_t binary) {
    static const FeedKind feed_kind = {.read = object_read};
    Object o = {.r = r, .binary = binary, .lone = binary > 0};
    Feed f = feed_of(&feed_kind, &o, FEED_SIZE_UNKNOWN);
    Entry entry = {.size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    _cleanup_(buf_done) Buf name = {0};
    Span own = {0};
    int e, c = 0;

    while (o.head.n < OBJECT_HEAD && (c = object_byte(&o)) >= 0)
        buf_byte(&o.head, (uint8_t)c);
    e = c < -1 ? c : buf_error(&o.head);
    if (e == 0 && o.head.n == 0)
        return 0;
    if (strcmp(kind, "object") == 0)
        o.given = object_head(buf_as_span(&o.head), &own);
    buf_printf(&name, "%s%u", kind, ++r->units);
    if (own.n) { /* of the system it came from */
        buf_clear(&name);
        charset_append(utf8_valid(own) ? ENCODING_UTF8 : r->page, own, &name);
    }
    entry.name = buf_as_span(&name);
    if (e == 0)
        e = buf_error(&name);
    if (e == 0)
        e = put_pending(r);
    if (e == 0)
        e = extract_unit(r->x, &entry, &f);
    while (e == 0 && (c = object_byte(&o)) >= 0)
        continue;
    r->marked = false;
    buf_wipe(&o.head);
    feed_done(&f);
    return e ? e : c < -1 ? c : 0;
}

/* ---- control words ---- */

typedef enum Action {
    DO_TEXT, /* a destination whose text stands apart */
    DO_SKIP, /* one that holds none */
    DO_MAKE, /* stands for characters */
    DO_UNIT, /* hexadecimal data */
    DO_TIME,
    DO_PART, /* of a time: year ... */
    DO_FONTS,
    DO_FONT,
    DO_CHARSET,
    DO_PAGE,
    DO_UC,
    DO_U,
    DO_BIN,
    DO_PLAIN,
} Action;

typedef struct Word {
    const char *name;
    uint8_t action;
    uint8_t value;
    const char *text;
} Word;

static const Word words[] = {
    {"par", DO_MAKE, 0, "\n"},
    {"line", DO_MAKE, 0, "\n"},
    {"sect", DO_MAKE, 0, "\n"},
    {"page", DO_MAKE, 0, "\n"},
    {"column", DO_MAKE, 0, "\n"},
    {"row", DO_MAKE, 0, "\n"},
    {"nestrow", DO_MAKE, 0, "\n"},
    {"tab", DO_MAKE, 0, "\t"},
    {"cell", DO_MAKE, 0, "\t"},
    {"nestcell", DO_MAKE, 0, "\t"},
    {"emdash", DO_MAKE, 0, "\xE2\x80\x94"},
    {"endash", DO_MAKE, 0, "\xE2\x80\x93"},
    {"lquote", DO_MAKE, 0, "'"},
    {"rquote", DO_MAKE, 0, "'"},
    {"ldblquote", DO_MAKE, 0, "\""},
    {"rdblquote", DO_MAKE, 0, "\""},
    {"bullet", DO_MAKE, 0, "*"},
    {"emspace", DO_MAKE, 0, " "},
    {"enspace", DO_MAKE, 0, " "},
    {"qmspace", DO_MAKE, 0, " "},
    {"u", DO_U, 0, NULL},
    {"uc", DO_UC, 0, NULL},
    {"bin", DO_BIN, 0, NULL},
    {"f", DO_FONT, 0, NULL},
    {"plain", DO_PLAIN, 0, NULL},
    {"fcharset", DO_CHARSET, 0, NULL},
    {"fonttbl", DO_FONTS, 0, NULL},
    {"ansicpg", DO_PAGE, 0, NULL},
    {"mac", DO_PAGE, 1, NULL},
    {"pc", DO_PAGE, 2, NULL},
    {"pca", DO_PAGE, 3, NULL},
    {"creatim", DO_TIME, FACT_CREATED, NULL},
    {"revtim", DO_TIME, FACT_MODIFIED, NULL},
    {"printim", DO_TIME, FACT_PRINTED, NULL},
    {"buptim", DO_SKIP, 0, NULL},
    {"yr", DO_PART, 0, NULL},
    {"mo", DO_PART, 1, NULL},
    {"dy", DO_PART, 2, NULL},
    {"hr", DO_PART, 3, NULL},
    {"min", DO_PART, 4, NULL},
    {"sec", DO_PART, 5, NULL},
    {"pict", DO_UNIT, 0, "picture"},
    {"objdata", DO_UNIT, 0, "object"},
    {"datastore", DO_UNIT, 0, "data"},
    {"themedata", DO_SKIP, 0, NULL},
    {"colorschememapping", DO_SKIP, 0, NULL},
    {"colortbl", DO_SKIP, 0, NULL},
    {"stylesheet", DO_SKIP, 0, NULL},
    {"listtable", DO_SKIP, 0, NULL},
    {"listoverridetable", DO_SKIP, 0, NULL},
    {"rsidtbl", DO_SKIP, 0, NULL},
    {"latentstyles", DO_SKIP, 0, NULL},
    {"generator", DO_SKIP, 0, NULL},
    {"xmlnstbl", DO_SKIP, 0, NULL},
    {"filetbl", DO_TEXT, 0, NULL},
    {"pnseclvl", DO_SKIP, 0, NULL},
    {"blipuid", DO_SKIP, 0, NULL},
    {"bkmkstart", DO_SKIP, 0, NULL},
    {"bkmkend", DO_SKIP, 0, NULL},
    {"pgdsctbl", DO_SKIP, 0, NULL},
    {"wgrffmtfilter", DO_SKIP, 0, NULL},
    {"panose", DO_SKIP, 0, NULL},
    {"header", DO_TEXT, 0, NULL},
    {"headerl", DO_TEXT, 0, NULL},
    {"headerr", DO_TEXT, 0, NULL},
    {"headerf", DO_TEXT, 0, NULL},
    {"footer", DO_TEXT, 0, NULL},
    {"footerl", DO_TEXT, 0, NULL},
    {"footerr", DO_TEXT, 0, NULL},
    {"footerf", DO_TEXT, 0, NULL},
    {"footnote", DO_TEXT, 0, NULL},
    {"annotation", DO_TEXT, 0, NULL},
    {"atnauthor", DO_TEXT, 0, NULL},
    {"atnid", DO_TEXT, 0, NULL},
    {"fldinst", DO_TEXT, 0, NULL},
    {"shptxt", DO_TEXT, 0, NULL},
    {"sn", DO_SKIP, 0, NULL},
    {"sv", DO_TEXT, 0, NULL},
    {"info", DO_TEXT, 0, NULL},
    {"title", DO_TEXT, 0, NULL},
    {"subject", DO_TEXT, 0, NULL},
    {"author", DO_TEXT, 0, NULL},
    {"manager", DO_TEXT, 0, NULL},
    {"company", DO_TEXT, 0, NULL},
    {"operator", DO_TEXT, 0, NULL},
    {"category", DO_TEXT, 0, NULL},
    {"keywords", DO_TEXT, 0, NULL},
    {"comment", DO_TEXT, 0, NULL},
    {"doccomm", DO_TEXT, 0, NULL},
    {"hlinkbase", DO_TEXT, 0, NULL},
    {"propname", DO_TEXT, 0, NULL},
    {"staticval", DO_TEXT, 0, NULL},
    {"docvar", DO_TEXT, 0, NULL},
    {"xe", DO_TEXT, 0, NULL},
    {"tc", DO_TEXT, 0, NULL},
    {"ffdeftext", DO_TEXT, 0, NULL},
    {"ffl", DO_TEXT, 0, NULL},
    {"ffname", DO_TEXT, 0, NULL},
    {"revtbl", DO_TEXT, 0, NULL},
    {"template", DO_TEXT, 0, NULL},
    {"objname", DO_TEXT, 0, NULL},
    {"objclass", DO_SKIP, 0, NULL},
    {"mmconnectstr", DO_TEXT, 0, NULL},
    {"mmquery", DO_TEXT, 0, NULL},
};

/* \fcharsetN: numbers of Windows' character sets. */
static Encoding charset_of(int64_t n, Encoding page) {
    static const struct {
        uint8_t number, encoding;
    } sets[] = {
        {77, ENCODING_MACINTOSH},    {128, ENCODING_SHIFT_JIS},   {129, ENCODING_EUC_KR},
        {134, ENCODING_GB18030},     {136, ENCODING_BIG5},        {161, ENCODING_WINDOWS1253},
        {162, ENCODING_WINDOWS1254}, {177, ENCODING_WINDOWS1255}, {178, ENCODING_WINDOWS1256},
        {186, ENCODING_WINDOWS1257}, {204, ENCODING_WINDOWS1251}, {238, ENCODING_WINDOWS1250},
        {254, ENCODING_IBM437},      {255, ENCODING_IBM850},
    };

    for (size_t i = 0; i < N_ELEMENTS(sets); i++) {
        if (sets[i].number == n)
            return sets[i].encoding;
    }
    return page;
}

/* \ansicpgN, or \mac and its like, which have none. */
static Encoding page_of(int64_t n, uint8_t word) {
    char label[24];
    Encoding e;

    if (word)
        return word == 1 ? ENCODING_MACINTOSH : word == 2 ? ENCODING_IBM437 : ENCODING_IBM850;
    snprintf(label, sizeof(label), "cp%lld", (long long)n);
    if (n == 10000)
        return ENCODING_MACINTOSH;
    if (n == 65001)
        return ENCODING_UTF8;
    return encoding_of_label(span_of(label), &e) == 0 ? e : ENCODING_WINDOWS1252;
}

static Encoding font_encoding(const Rtf *r, int64_t number) {
    for (size_t i = 0; i < r->n_fonts; i++) {
        if (r->fonts[i].number == number)
            return r->fonts[i].encoding;
    }
    return r->page;
}

static int end_time(Rtf *r) {
    int64_t at;
    char text[48];
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int *p = r->parts;

    if (p[1] < 1 || p[1] > 12 || p[0] < 1970 || p[0] > 9999 || p[2] < 1 || p[2] > 31)
        return 0;
    snprintf(text, sizeof(text), "%d %.3s %d %d:%d:%d", p[2], months + 3 * (p[1] - 1), p[0],
             p[3] < 0 ? 0 : p[3], p[4] < 0 ? 0 : p[4], p[5] < 0 ? 0 : p[5]);
    if (!mime_date(span_of(text), &at))
        return 0;
    return extract_fact(r->x, &(Fact){.kind = r->time, .from = at, .to = at});
}

static int set_encoding(Rtf *r, Encoding e) {
    int error = 0;

    if (group(r)->encoding != e)
        error = put_pending(r);
    group(r)->encoding = e;
    return error;
}

/* A destination that stands apart: it has a line of its own. */
static int begin_aside(Rtf *r) {
    int e = group(r)->target == TO_TEXT ? end_line(r) : 0;

    group(r)->aside = group(r)->target == TO_TEXT;
    return e;
}

static int do_word(Rtf *r, const Word *w, int64_t n, bool given, uint64_t row, uint64_t at) {
    Group *g = group(r);

    switch (w->action) {
    case DO_TEXT:
        return begin_aside(r);
    case DO_SKIP:
        g->target = TO_NOTHING;
        return 0;
    case DO_MAKE:
        if (g->target != TO_TEXT)
            return 0;
        if (r->skip) {
            r->skip--;
            return 0;
        }
        return put_made(r, w->text);
    case DO_UNIT:
        g->target = TO_UNIT;
        return read_object(r, w->text, 0);
    case DO_BIN:
        return n > 0 ? read_object(r, "binary", (uint64_t)n) : 0;
    case DO_TIME:
        g->target = TO_TIME;
        r->time = w->value;
        memset(r->parts, -1, sizeof(r->parts));
        return 0;
    case DO_PART:
        if (g->target == TO_TIME)
            r->parts[w->value] = n >= 0 && n < 10000 ? (int)n : -1;
        return 0;
    case DO_FONTS:
        g->target = TO_FONTS;
        return 0;
    case DO_FONT:
        r->font = (int)n;
        return g->target == TO_FONTS ? 0 : set_encoding(r, font_encoding(r, n));
    case DO_CHARSET:
        if (g->target == TO_FONTS && r->n_fonts < FONTS_MAX)
            r->fonts[r->n_fonts++] = (Font){r->font, charset_of(n, r->page)};
        return 0;
    case DO_PAGE:
        r->page = page_of(n, w->value);
        return set_encoding(r, r->page);
    case DO_PLAIN:
        return set_encoding(r, r->page);
    case DO_UC:
        g->uc = n >= 0 && n < 16 ? (uint8_t)n : 1;
        return 0;
    default: /* \uN, which is signed */
        if (!given)
            return 0;
        r->skip = g->uc;
        return g->target == TO_TEXT
                   ? add_point(r, (uint32_t)(n < 0 ? n + 0x10000 : n) & 0xFFFF, row, at)
                   : 0;
    }
}

/* ---- the document ---- */

static int begin_group(Rtf *r) {
    int e = put_pending(r);

    r->skip = 0;
    if (r->depth + 1 < GROUPS_MAX) {
        r->depth++;
        r->groups[r->depth] = r->groups[r->depth - 1];
        r->groups[r->depth].aside = false;
    } else {
        r->deeper++;
    }
    return e;
}

static int end_group(Rtf *r) {
    Group *g = group(r);
    int e = put_pending(r);

    r->skip = 0;
    if (r->deeper) {
        r->deeper--;
        return e;
    }
    if (e == 0 && g->aside)
        e = end_line(r);
    if (e == 0 && g->target == TO_TIME)
        e = end_time(r);
    r->depth -= r->depth > 0;
    return e;
}

static int control_word(Rtf *r, uint64_t row, uint64_t at) {
    char word[WORD_MAX + 1];
    int64_t n = 0;
    bool given;

    take_word(r, word);
    given = take_number(r, &n);
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (words[i].name[0] == word[0] && strcmp(words[i].name, word) == 0)
            return do_word(r, &words[i], n, given, row, at);
    }
    return 0;
}

static int control_symbol(Rtf *r, uint64_t row, uint64_t at) {
    bool text = group(r)->target == TO_TEXT;
    int c = look(r), high, low;

    if (c < 0)
        return c < -1 ? c : 0;
    take(r);
    switch (c) {
    case '\'':
        high = look(r) >= 0 ? transfer_hex((uint8_t)look(r)) : -1;
        if (high < 0)
            return 0;
        take(r);
        low = look(r) >= 0 ? transfer_hex((uint8_t)look(r)) : -1;
        if (low < 0)
            return 0;
        take(r);
        return text ? add_byte(r, (uint8_t)(high << 4 | low), true, row, at) : 0;
    case '\\':
    case '{':
    case '}':
        return text ? add_byte(r, (uint8_t)c, false, row, at + 1) : 0;
    case '~':
    case '_':
        return text ? put_made(r, c == '~' ? " " : "-") : 0;
    case '\n':
    case '\r':
        return text ? end_line(r) : 0;
    default: /* \* marks a destination, \- a place to part a word, others an index */
        return 0;
    }
}

static int control(Rtf *r) {
    uint64_t at = r->at, row = r->row;
    int c;

    take(r);
    c = look(r);
    if (c >= 'A' && (c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return control_word(r, row, at);
    return control_symbol(r, row, at);
}

/* Plain characters at once, as far as they are in the buffer. */
static int take_run(Rtf *r) {
    const uint8_t *at = r->bytes + r->from, *end = r->bytes + r->to, *to = at;
    int e = 0;

    while (to < end && *to >= ' ' && *to < 0x80 && *to != '\\' && *to != '{' && *to != '}')
        to++;
    if (r->plain.n && r->plain_at + r->plain.n != r->at)
        e = put_plain(r);
    if (r->plain.n == 0) {
        r->plain_at = r->at;
        r->plain_row = r->row;
    }
    buf_add(&r->plain, at, (size_t)(to - at));
    r->from += (size_t)(to - at);
    r->at += (uint64_t)(to - at);
    r->half = 0;
    return e || r->plain.n < CODED_MAX ? e : put_plain(r);
}

static int step(Rtf *r, int c) {
    uint64_t at = r->at, row = r->row;

    switch (c) {
    case '\\':
        return control(r);
    case '{':
        take(r);
        return begin_group(r);
    case '}':
        take(r);
        return end_group(r);
    case '\r':
    case '\n':
    case 0:
        take(r);
        return 0;
    default:
        if (group(r)->target == TO_TEXT && !r->skip && r->coded.n == 0 && c >= ' ' && c < 0x80)
            return take_run(r);
        take(r);
        return group(r)->target == TO_TEXT ? add_byte(r, (uint8_t)c, false, row, at) : 0;
    }
}

static int rtf_extract(Extraction *x, Feed *f, Encoding encoding _unused_,
                       Status *ret_status _unused_) {
    _cleanup_(free_p) Rtf *r = calloc(1, sizeof(*r));
    int e, c;

    if (!r)
        return -ENOMEM;
    r->x = x;
    r->feed = f;
    r->row = 1;
    r->last = '\n';
    r->page = ENCODING_WINDOWS1252;
    r->groups[0] = (Group){.uc = 1, .encoding = r->page};
    r->bytes = malloc(ROOM);
    e = r->bytes ? extract_part(x, PART_TEXT, span(NULL, 0)) : -ENOMEM;
    while (e == 0 && (c = look(r)) >= 0)
        e = step(r, c);
    if (e == 0)
        e = c < -1 ? c : put_pending(r);
    if (r->bytes)
        explicit_bzero(r->bytes, r->most);
    free(r->bytes);
    buf_wipe(&r->plain);
    buf_wipe(&r->coded);
    text_window_done(&r->decoded);
    return e;
}

const Extractor rtf_extractor = {
    .format = "rtf", .place = EXTRACT_ANYWHERE, .extract = rtf_extract};
