/*
 * Doc: text of Word documents, Word 6 to 2003 ([MS-DOC]).
 *
 * The text is one row of characters: the body first, then footnotes, headers, comments, endnotes
 * and text boxes. A table says which piece of the file holds which characters, and whether a piece
 * is of 8 or 16 bits; deleted and hidden text is among them. We follow the pieces in order and give
 * each story as a part, paragraph by paragraph.
 *
 * All offsets are hostile: whatever is beyond its stream gives nothing, and the document is
 * `partial(corrupt)`. Memory: the table of pieces, at most CLX_MAX, and a window of text.
 */
#include "extract/format/ole.h"

#include "base/utf8.h"
#include "extract/text/codepage.h"

enum {
    FIB = 900, /* of the head of "WordDocument" that is looked at */
    CLX_MAX = 16 << 20,
    WINDOW = 8 << 10,
    MAGIC = 0xA5EC,
    MAGIC_WORD6 = 0xA5DC,
    WORD_97 = 0x00C1, /* the first version with text in 16 bits */
    FLAG_COMPLEX = 0x0004,
    FLAG_ENCRYPTED = 0x0100,
    FLAG_TABLE_1 = 0x0200,
    CELL = 0x07,
    PARAGRAPH = 0x0D,
};

/* Where in the text each story ends; the order is the file's (2.4.1). */
static const char *const stories[] = {
    NULL, "footnotes", "headers", "macros", "comments", "endnotes", "textboxes", "header-textboxes",
};

typedef struct Doc {
    Ole *o;
    CfbStream text; /* "WordDocument" */
    Buf clx;
    uint64_t lengths[N_ELEMENTS(stories)];
    size_t story;  /* at hand */
    uint64_t left; /* characters left in it */
    uint64_t row;  /* paragraph, from 1 */
    bool part_begun;
    bool damaged;
    uint16_t high; /* half of a pair that waits for the other */
    uint16_t last; /* the character before */
} Doc;

/* ---- characters ---- */

static void next_story(Doc *d) {
    while (d->left == 0 && d->story + 1 < N_ELEMENTS(stories)) {
        d->left = d->lengths[++d->story];
        d->part_begun = false;
        d->row = 1;
    }
}

static int begin_part(Doc *d) {
    const char *name = stories[d->story];
    int r = extract_part(d->o->x, name ? PART_SECTION : PART_TEXT, span_of(name ? name : ""));

    d->part_begun = true;
    return r ? r : extract_at(d->o->x, d->row, 0);
}

static void put_code(Buf *b, uint32_t c) {
    uint8_t bytes[UTF8_MAX];

    buf_add(b, bytes, utf8_encode(c, bytes));
}

/* A character of the text, what stands for it (2.4.1: special characters). */
static void put_character(Doc *d, Buf *b, uint16_t c) {
    uint16_t high = d->high;

    d->high = 0;
    if ((c & 0xFC00) == 0xD800) {
        d->high = c;
        return;
    }
    if ((c & 0xFC00) == 0xDC00) {
        put_code(b, high ? 0x10000 + ((high & 0x3FFu) << 10 | (c & 0x3FF)) : UTF8_REPLACEMENT);
        return;
    }
    switch (c) {
    case PARAGRAPH:
    case 0x0B: /* line, page, column */
    case 0x0C:
    case 0x0E:
        buf_byte(b, '\n');
        break;
    case CELL:
    case '\t':
        buf_byte(b, '\t');
        break;
    case 0x13: /* a field: its instruction, its result */
    case 0x14:
    case 0x15:
        buf_byte(b, ' ');
        break;
    case 0x1E: /* a hyphen that does not break */
        buf_byte(b, '-');
        break;
    default:
        if (c >= ' ')
            put_code(b, c);
    }
}

/* Decoded characters of one window, cut where paragraphs and stories end. */
static int give_characters(Doc *d, Span bytes, unsigned width) {
    _cleanup_(buf_wipe) Buf text = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i + width <= bytes.n; i += width) {
        uint16_t c = width == 1 ? codepage_windows1252[bytes.at[i]] : little16(bytes.at + i);

        if (c == CELL && d->last == CELL) { /* behind the last cell: the row ends */
            d->last = 0;
            c = PARAGRAPH;
        } else {
            d->last = c;
        }
        if (d->left == 0)
            next_story(d);
        if (!d->part_begun)
            r = begin_part(d);
        put_character(d, &text, c);
        d->left -= d->left > 0;
        if (r == 0 && (c == PARAGRAPH || d->left == 0)) {
            r = buf_error(&text);
            if (r == 0)
                r = extract_text(d->o->x, buf_as_span(&text));
            buf_clear(&text);
            d->row++;
            if (r == 0 && d->left)
                r = extract_at(d->o->x, d->row, 0);
        }
    }
    if (r == 0)
        r = buf_error(&text);
    return r ? r : extract_text(d->o->x, buf_as_span(&text));
}

static int give_piece(Doc *d, uint64_t offset, uint64_t characters, unsigned width) {
    uint8_t window[WINDOW];
    uint64_t left = characters * width;
    int r = 0;

    while (r == 0 && left) {
        size_t n = left < sizeof(window) ? (size_t)left : sizeof(window);
        ssize_t got = feed_read_at(&d->text.feed, offset, window, n);

        if (got == -ENOMEM)
            return -ENOMEM;
        if (got > 0)
            r = give_characters(d, span(window, (size_t)got), width);
        if (got < (ssize_t)n) {
            d->damaged = true;
            break;
        }
        offset += n;
        left -= n;
    }
    return r;
}

/* ---- pieces ---- */

/* The table of pieces: behind any number of property lists (2.9.38). */
static Span find_pieces(Span clx) {
    size_t at = 0;

    while (clx.n - at > 5 && clx.at[at] == 1) {
        size_t n = 3 + (size_t)little16(clx.at + at + 1);

        if (n > clx.n - at)
            return span(NULL, 0);
        at += n;
    }
    if (clx.n - at > 5 && clx.at[at] == 2) {
        size_t n = little32(clx.at + at + 1);

        at += 5;
        return span(clx.at + at, n < clx.n - at ? n : clx.n - at);
    }
    return span(NULL, 0);
}

/* Character positions, one more than pieces; then each piece, of eight bytes (2.8.35). */
static int give_pieces(Doc *d, Span plc, bool wide) {
    size_t n = plc.n < 4 ? 0 : (plc.n - 4) / 12;
    int r = 0;

    d->damaged |= n == 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        uint32_t from = little32(plc.at + 4 * i), to = little32(plc.at + 4 * (i + 1));
        uint32_t fc = little32(plc.at + 4 * (n + 1) + 8 * i + 2);
        bool narrow = !wide || fc & 0x40000000;

        if (to < from) {
            d->damaged = true;
            break;
        }
        r = give_piece(d, wide && narrow ? (fc & 0x3FFFFFFF) / 2 : fc & 0x3FFFFFFF, to - from,
                       narrow ? 1 : 2);
    }
    return r;
}

/* ---- the document ---- */

/* Stories' lengths, in characters, from `at` on in the head; Word 6 has the same row of them. */
static void read_lengths(Doc *d, const uint8_t *fib, size_t at) {
    for (size_t i = 0; i < N_ELEMENTS(stories); i++)
        d->lengths[i] = little32(fib + at + 4 * i);
    d->left = d->lengths[0];
    d->row = 1;
}

static int read_clx(Doc *d, Feed *f, uint64_t at, uint32_t n) {
    ssize_t got;
    uint8_t *to;

    if (n > CLX_MAX)
        n = CLX_MAX;
    if (!n)
        return 0;
    to = buf_extend(&d->clx, n);
    if (!to)
        return -ENOMEM;
    got = feed_read_at(f, at, to, n);
    d->clx.n = got > 0 ? (size_t)got : 0;
    return got == -ENOMEM ? -ENOMEM : 0;
}

static int read_word97(Doc *d, const uint8_t *fib) {
    const char *name = little16(fib + 10) & FLAG_TABLE_1 ? "1Table" : "0Table";
    uint32_t table = cfb_find(d->o->c, d->o->storage, name, CFB_STREAM);
    CfbStream s;
    int r;

    read_lengths(d, fib, 76);
    if (table == CFB_NONE) {
        d->damaged = true;
        return 0;
    }
    d->o->c->entries[table].used = true;
    r = cfb_stream_open(d->o->c, table, &s);
    if (r == 0)
        r = read_clx(d, &s.feed, little32(fib + 418), little32(fib + 422));
    cfb_stream_done(&s);
    return r ? r : give_pieces(d, find_pieces(buf_as_span(&d->clx)), true);
}

/* Word 6 and 95: all in one stream, in 8 bits; in one piece unless it was saved in haste. */
static int read_word6(Doc *d, const uint8_t *fib) {
    uint32_t from = little32(fib + 24), to = little32(fib + 28);
    int r = 0;

    read_lengths(d, fib, 52);
    if (!(little16(fib + 10) & FLAG_COMPLEX)) {
        d->damaged |= to < from;
        return to < from ? 0 : give_piece(d, from, to - from, 1);
    }
    r = read_clx(d, &d->text.feed, little32(fib + 352), little32(fib + 356));
    return r ? r : give_pieces(d, find_pieces(buf_as_span(&d->clx)), false);
}

static int read_document(Doc *d, Status *ret) {
    uint8_t fib[FIB] = {0};
    ssize_t n = feed_read_at(&d->text.feed, 0, fib, sizeof(fib));
    unsigned magic = little16(fib), version = little16(fib + 2);
    int r;

    if (n < 32 || (magic != MAGIC && magic != MAGIC_WORD6)) {
        d->damaged = true;
        return n == -ENOMEM ? -ENOMEM : 0;
    }
    if (little16(fib + 10) & FLAG_ENCRYPTED) {
        *ret = status_of(STATUS_ENCRYPTED, "doc");
        return 0;
    }
    r = version >= WORD_97 ? read_word97(d, fib) : read_word6(d, fib);
    return r ? r : ole_pictures(d->o, &d->text, "picture");
}

/* Pictures are in a stream beside, together with what nobody but Word knows. */
static int read_data(Ole *o) {
    uint32_t data = cfb_find(o->c, o->storage, "Data", CFB_STREAM);
    CfbStream s;
    int r;

    if (data == CFB_NONE)
        return 0;
    r = cfb_stream_open(o->c, data, &s);
    if (r == 0)
        r = ole_pictures(o, &s, "picture");
    cfb_stream_done(&s);
    return r ? r : ole_raw(o, data);
}

int doc_read(Ole *o, Status *ret_status) {
    uint32_t entry = cfb_find(o->c, o->storage, "WordDocument", CFB_STREAM);
    Doc d = {.o = o};
    int r = cfb_stream_open(o->c, entry, &d.text);

    o->c->entries[entry].used = true;
    if (r == 0)
        r = read_document(&d, ret_status);
    cfb_stream_done(&d.text);
    buf_wipe(&d.clx);
    if (d.damaged)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    return r || ret_status->kind == STATUS_ENCRYPTED ? r : read_data(o);
}
