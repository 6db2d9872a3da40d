/*
 * Xlsb: Excel workbooks in binary records, BIFF12 ([MS-XLSB] 2.1.4): a part is a row of records,
 * each a type, a size and fields, little-endian. Strings are UTF-16 with their length before them.
 *
 * Cells, shared strings, styles, sheet names and comments are read by their fields and come out as
 * those of an xlsx do. Every other record, and what follows a formula's value, is searched for
 * strings with their length before them: headers, links, prompts, defined names, text in formulas.
 * Where records do not follow each other as they should, what is left of the part is searched as
 * bytes.
 */
#include "base/utf8.h"
#include "extract/format/book.h"
#include "extract/format/office.h"
#include "extract/format/sheet.h"
#include "extract/text/charset.h"

enum {
    RECORD_MAX = 1 << 20, /* bytes of one */
    STRING_MAX = 32767,   /* characters of a cell, and of any other string */
    OTHER_MAX = 16 << 20,
    SHEETS_MAX = 1 << 14,
    TOKEN_WORK = 64, /* characters looked at for each byte of a record, at most */
    STEP = 64 << 10,
};

enum { /* 2.3.1 */
       BRT_ROW_HDR = 0,
       BRT_CELL_RK = 2,
       BRT_CELL_BOOL = 4,
       BRT_CELL_REAL = 5,
       BRT_CELL_ST = 6,
       BRT_CELL_ISST = 7,
       BRT_FMLA_STRING = 8,
       BRT_FMLA_NUM = 9,
       BRT_FMLA_BOOL = 10,
       BRT_SST_ITEM = 19,
       BRT_FMT = 44,
       BRT_XF = 47,
       BRT_CELL_RSTRING = 62,
       BRT_WB_PROP = 153,
       BRT_BUNDLE_SH = 156,
       BRT_BEGIN_CELL_XFS = 617,
       BRT_END_CELL_XFS = 618,
       BRT_COMMENT_AUTHOR = 632,
       BRT_BEGIN_COMMENT = 635,
       BRT_COMMENT_TEXT = 637,
};

typedef struct SheetName {
    Span name;
    const char *id;
} SheetName;

typedef struct Xlsb {
    Office *o;
    Book book;
    SheetName *sheets;
    size_t n_sheets;
    TextWindow window;
    /* the part at hand */
    Sheet sheet;
    bool in_cell_xfs;
    uint64_t row;
    uint32_t column; /* of a comment */
    Buf printed, other;
} Xlsb;

/* ---- fields ---- */

/* A record's payload, read from its front; the first field that is not there empties it. */
typedef struct Fields {
    Span left;
    bool failed;
} Fields;

static Span take(Fields *f, size_t n) {
    Span s = span(f->left.at, n);

    if (n > f->left.n) {
        f->failed = true;
        f->left.n = 0;
        return span(NULL, 0);
    }
    f->left = span(f->left.at + n, f->left.n - n);
    return s;
}

static uint32_t take_uint(Fields *f, size_t n) {
    Span s = take(f, n);
    uint32_t v = 0;

    for (size_t i = s.n; i-- > 0;)
        v = v << 8 | s.at[i];
    return v;
}

static double take_double(Fields *f) {
    Span s = take(f, 8);
    uint64_t bits = 0;
    double v;

    for (size_t i = s.n; i-- > 0;)
        bits = bits << 8 | s.at[i];
    memcpy(&v, &bits, sizeof(v));
    return v;
}

/* 2.5.122: a signed integer or the upper 30 bits of a double; divided by 100 or not. */
static double take_rk(Fields *f) {
    uint32_t rk = take_uint(f, 4);
    uint64_t bits = (uint64_t)(rk & ~3u) << 32;
    double v;

    if (rk & 2)
        v = (double)((int32_t)rk >> 2);
    else
        memcpy(&v, &bits, sizeof(v));
    return rk & 1 ? v / 100 : v;
}

/* UTF-16 to UTF-8; borrowed from the window until the next one. */
static int decode(Xlsb *b, Span utf16, Span *ret) {
    int r = charset_decode(ENCODING_UTF16LE, utf16, 0, &b->window);

    *ret = b->window.text;
    return r;
}

/* 2.5.168 and .166: a null string has a length of all ones. */
static int take_string(Xlsb *b, Fields *f, Span *ret) {
    uint32_t n = take_uint(f, 4);

    *ret = span(NULL, 0);
    if (f->failed || n == UINT32_MAX)
        return 0;
    if (n > f->left.n / 2) {
        f->failed = true;
        return 0;
    }
    return decode(b, take(f, 2 * (size_t)n), ret);
}

/* ---- strings wherever they are ---- */

static bool is_text(Span utf16) {
    for (size_t i = 0; i + 1 < utf16.n; i += 2) {
        uint32_t c = utf16.at[i] | (uint32_t)utf16.at[i + 1] << 8;

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c >= 0xFFFE)
            return false;
    }
    return utf16.n > 0;
}

/* The string that begins at s, with its length before it as fields (4 bytes) or formulas (a token
 * 0x17 and 2 bytes) have it; the bytes it takes, 0: none. */
static size_t string_here(Span s, size_t *work, Span *ret) {
    size_t n, at;

    if (s.n >= 5 && s.at[0] == 0x17 && *work) {
        n = s.at[1] | (size_t)s.at[2] << 8;
        at = 3;
        if (n && n <= (s.n - at) / 2) {
            *work -= n < *work ? n : *work;
            if (is_text(*ret = span(s.at + at, 2 * n)))
                return at + 2 * n;
        }
    }
    if (s.n < 6)
        return 0;
    n = s.at[0] | (size_t)s.at[1] << 8 | (size_t)s.at[2] << 16 | (size_t)s.at[3] << 24;
    at = 4;
    if (n && n <= STRING_MAX && n <= (s.n - at) / 2 && is_text(*ret = span(s.at + at, 2 * n)))
        return at + 2 * n;
    return 0;
}

static int gather_other(Xlsb *b, Span text) {
    if (b->other.n + text.n > OTHER_MAX) {
        office_note(b->o, status_of(STATUS_LIMIT, "formulas"));
        return 0;
    }
    buf_span(&b->other, text);
    buf_byte(&b->other, '\n');
    return buf_error(&b->other);
}

static int search_strings(Xlsb *b, Span left) {
    size_t work = TOKEN_WORK * left.n; /* a token that is none may be looked at for 128 KiB */
    int r = 0;

    while (r == 0 && left.n) {
        Span utf16, text;
        size_t n = string_here(left, &work, &utf16);

        if (n) {
            r = decode(b, utf16, &text);
            if (r == 0)
                r = gather_other(b, text);
        }
        n = n ? n : 1;
        left = span(left.at + n, left.n - n);
        if (r == 0 && !work && left.n) /* made to be looked at for long: as it is */
            return gather_other(b, left);
    }
    return r;
}

/* ---- records ---- */

typedef int OnRecord(Xlsb *b, unsigned type, Fields *f);

static int read_byte(Feed *f, uint8_t *ret) {
    ssize_t n = feed_some(f, ret, 1);

    return n == -ENOMEM ? -ENOMEM : n > 0;
}

/* 2.1.4: up to `most` bytes of 7 bits, the lowest first. 1: there is one; 0: the part ends. */
static int read_number(Feed *f, unsigned most, uint32_t *ret) {
    uint8_t byte = 0;

    *ret = 0;
    for (unsigned i = 0; i < most; i++) {
        int r = read_byte(f, &byte);

        if (r <= 0)
            return r;
        *ret |= (uint32_t)(byte & 0x7F) << 7 * i;
        if (!(byte & 0x80))
            break;
    }
    return 1;
}

/* What is left of a part that is not as it should be. */
static int emit_rest(Xlsb *b, const Member *m, Span before, Feed *f) {
    _cleanup_(free_p) uint8_t *bytes = malloc(STEP);
    ssize_t got = 0;
    int r;

    if (!bytes)
        return -ENOMEM;
    office_note(b->o, status_of(STATUS_PARTIAL, "corrupt"));
    r = extract_part(b->o->x, PART_SECTION, m->name);
    if (r == 0)
        r = extract_text(b->o->x, before);
    while (r == 0 && (got = feed_some(f, bytes, STEP)) > 0)
        r = extract_text(b->o->x, span(bytes, (size_t)got));
    return r ? r : got == -ENOMEM ? -ENOMEM : 0;
}

static int emit_other(Xlsb *b, Span name) {
    _cleanup_(buf_done) Buf section = {0};
    int r;

    if (!b->other.n)
        return 0;
    buf_span(&section, name);
    buf_text(&section, "/other");
    r = buf_error(&section);
    if (r == 0)
        r = extract_part(b->o->x, PART_SECTION, buf_as_span(&section));
    if (r == 0)
        r = extract_text(b->o->x, buf_as_span(&b->other));
    buf_clear(&b->other);
    return r;
}

typedef enum Records {
    RECORDS_GO_ON,
    RECORDS_END,
    RECORDS_BAD, /* there is no record where one should be */
} Records;

static int read_record(Xlsb *b, Feed *f, OnRecord *on, Buf *payload, Records *ret) {
    uint32_t type, size;
    Fields fields;
    ssize_t got;
    int r = read_number(f, 2, &type);

    buf_clear(payload);
    *ret = RECORDS_END;
    if (r <= 0)
        return r;
    *ret = RECORDS_BAD;
    r = read_number(f, 4, &size);
    if (r <= 0 || size > RECORD_MAX)
        return r < 0 ? r : 0;
    if (size && !buf_extend(payload, size))
        return -ENOMEM;
    got = feed_read(f, payload->at, size);
    if (got == -ENOMEM)
        return -ENOMEM;
    payload->n = got > 0 ? (size_t)got : 0;
    if (payload->n < size)
        return 0;
    *ret = RECORDS_GO_ON;
    fields = (Fields){.left = buf_as_span(payload)};
    r = extract_spend(b->o->x, size);
    if (r == 0)
        r = on(b, type, &fields);
    return r ? r : search_strings(b, fields.left);
}

static int read_part(Xlsb *b, Member *m, OnRecord *on, int (*done)(Xlsb *)) {
    _cleanup_(buf_wipe) Buf payload = {0};
    Records records = RECORDS_GO_ON;
    Status barred;
    Stream s;
    int r;

    if (package_barred(m, &barred))
        return 0;
    m->taken = true;
    r = stream_open(b->o->package, m, &s);
    if (r < 0)
        return r;
    while (r == 0 && records == RECORDS_GO_ON)
        r = read_record(b, &s.feed, on, &payload, &records);
    if (r == 0 && done)
        r = done(b);
    if (r == 0 && records == RECORDS_BAD)
        r = emit_rest(b, m, buf_as_span(&payload), &s.feed);
    if (s.feed.error)
        office_note(b->o, s.feed.error == -EBADMSG ? status_of(STATUS_PARTIAL, "corrupt")
                                                   : status_errno(-s.feed.error));
    stream_close(&s);
    return r;
}

/* ---- what each part has ---- */

static int on_string(Xlsb *b, unsigned type, Fields *f) {
    Span text;
    int r;

    if (type != BRT_SST_ITEM)
        return 0;
    take_uint(f, 1);
    r = take_string(b, f, &text);
    if (r == 0)
        r = book_string(&b->book, text);
    return r ? r : book_string_end(&b->book); /* how it is read aloud comes out beside */
}

static int on_style(Xlsb *b, unsigned type, Fields *f) {
    Span code;
    uint32_t id;
    int r;

    switch (type) {
    case BRT_BEGIN_CELL_XFS:
    case BRT_END_CELL_XFS:
        b->in_cell_xfs = type == BRT_BEGIN_CELL_XFS;
        return 0;
    case BRT_FMT:
        id = take_uint(f, 2);
        r = take_string(b, f, &code);
        if (r == 0)
            r = book_code(&b->book, id, code);
        return r ? r : gather_other(b, code);
    case BRT_XF:
        if (!b->in_cell_xfs)
            return 0;
        take_uint(f, 2);
        return book_style(&b->book, take_uint(f, 2));
    default:
        return 0;
    }
}

static int on_book(Xlsb *b, unsigned type, Fields *f) {
    SheetName *more;
    Span text;
    char *id;
    int r;

    if (type == BRT_WB_PROP)
        b->book.date1904 = take_uint(f, 4) & 1;
    if (type != BRT_BUNDLE_SH || b->n_sheets == SHEETS_MAX)
        return 0;
    take(f, 8); /* visible or not, number */
    r = take_string(b, f, &text);
    if (text.n > OFFICE_NAME_MAX)
        text.n = OFFICE_NAME_MAX;
    id = r == 0 ? arena_text(&b->o->arena, text) : NULL;
    if (!id)
        return r ? r : -ENOMEM;
    r = take_string(b, f, &text);
    if (r < 0)
        return r;
    if (text.n > OFFICE_NAME_MAX)
        text.n = OFFICE_NAME_MAX;
    more = realloc(b->sheets, (b->n_sheets + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    b->sheets = more;
    b->sheets[b->n_sheets] = (SheetName){.id = id, .name = arena_span(&b->o->arena, text)};
    return b->sheets[b->n_sheets++].name.at ? 0 : -ENOMEM;
}

static int put_number(Xlsb *b, uint32_t column, uint32_t style, double v) {
    buf_clear(&b->printed);
    cell_print(book_format(&b->book, style), v, b->book.date1904, &b->printed);
    if (buf_error(&b->printed))
        return -ENOMEM;
    return sheet_cell(&b->sheet, b->row, column, buf_as_span(&b->printed));
}

static int on_cell(Xlsb *b, unsigned type, Fields *f) {
    Span text = {0};
    uint32_t column, style;
    int r = 0;

    if (type == BRT_ROW_HDR) {
        b->row = (uint64_t)take_uint(f, 4) + 1;
        return 0;
    }
    if (type > BRT_FMLA_BOOL && type != BRT_CELL_RSTRING)
        return 0;
    column = take_uint(f, 4);
    style = take_uint(f, 4) & 0xFFFFFF; /* the rest are flags */
    if (f->failed)
        return 0;
    column = column < UINT32_MAX ? column + 1 : 0;
    switch (type) {
    case BRT_CELL_RK:
        return put_number(b, column, style, take_rk(f));
    case BRT_CELL_REAL:
    case BRT_FMLA_NUM:
        return put_number(b, column, style, take_double(f));
    case BRT_CELL_BOOL:
    case BRT_FMLA_BOOL:
        text = span_of(take_uint(f, 1) ? "TRUE" : "FALSE");
        break;
    case BRT_CELL_ISST:
        r = book_string_at(&b->book, take_uint(f, 4), &text);
        break;
    case BRT_CELL_RSTRING:
        take_uint(f, 1);
        r = take_string(b, f, &text);
        break;
    case BRT_CELL_ST:
    case BRT_FMLA_STRING:
        r = take_string(b, f, &text);
        break;
    }
    return r ? r : sheet_cell(&b->sheet, b->row, column, text);
}

static int sheet_finished(Xlsb *b) {
    return sheet_end(&b->sheet);
}

static int on_comment(Xlsb *b, unsigned type, Fields *f) {
    Span text;
    int r;

    switch (type) {
    case BRT_COMMENT_AUTHOR:
        b->row = b->column = 0;
        break;
    case BRT_BEGIN_COMMENT:
        take_uint(f, 4);
        b->row = (uint64_t)take_uint(f, 4) + 1;
        take_uint(f, 4);
        b->column = take_uint(f, 4) + 1;
        take(f, 4 + 16);
        return 0;
    case BRT_COMMENT_TEXT:
        take_uint(f, 1);
        break;
    default:
        return 0;
    }
    r = take_string(b, f, &text);
    if (r == 0)
        r = extract_at(b->o->x, b->row, b->column);
    if (r == 0)
        r = extract_text(b->o->x, text);
    return r ? r : extract_text(b->o->x, span_of("\n"));
}

/* ---- all of it ---- */

static int read_comments(Xlsb *b, Member *m, Span sheet) {
    _cleanup_(buf_done) Buf name = {0};
    int r;

    buf_span(&name, sheet);
    buf_text(&name, sheet.n ? "/comments" : "comments");
    r = buf_error(&name);
    if (r == 0)
        r = extract_part(b->o->x, PART_SECTION, buf_as_span(&name));
    if (r == 0)
        r = read_part(b, m, on_comment, NULL);
    return r ? r : emit_other(b, buf_as_span(&name));
}

static int read_sheet(Xlsb *b, Member *m, Span name) {
    Member *comments;
    Rels rels = {0};
    int r;

    b->row = 1;
    r = sheet_begin(&b->sheet, b->o->x, PART_SHEET, name);
    if (r == 0)
        r = read_part(b, m, on_cell, sheet_finished);
    sheet_done(&b->sheet);
    if (r == 0)
        r = emit_other(b, name);
    if (r == 0)
        r = office_rels(b->o, m, &rels);
    comments = r == 0 ? rels_by_type(b->o, &rels, "comments") : NULL;
    if (comments && !comments->taken && comments->kind == ROOT_BIN_COMMENTS)
        r = read_comments(b, comments, name);
    rels_done(&rels);
    return r;
}

static int read_book(Xlsb *b, Member *m) {
    Rels rels = {0};
    int r = read_part(b, m, on_book, NULL);

    if (r == 0)
        r = emit_other(b, office_stem(m->name));
    if (r == 0)
        r = office_rels(b->o, m, &rels);
    for (size_t i = 0; r == 0 && i < b->n_sheets; i++) {
        Member *sheet = rels_by_id(b->o, &rels, b->sheets[i].id);
        Span name = b->sheets[i].name;

        if (sheet && !sheet->taken && sheet->kind == ROOT_BIN_SHEET)
            r = read_sheet(b, sheet, name.n ? name : office_stem(sheet->name));
    }
    b->n_sheets = 0;
    rels_done(&rels);
    return r;
}

/* Parts that come before sheets, each with what it leaves beside. */
static int read_shared(Xlsb *b, uint8_t kind, OnRecord *on) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(b->o, kind, &at))) {
        r = read_part(b, m, on, NULL);
        if (r == 0)
            r = emit_other(b, office_stem(m->name));
    }
    return r;
}

static int read_all(Xlsb *b) {
    size_t at = 0;
    Member *m;
    int r = read_shared(b, ROOT_BIN_STRINGS, on_string);

    if (r == 0)
        r = read_shared(b, ROOT_BIN_STYLES, on_style);
    while (r == 0 && (m = office_next(b->o, ROOT_BIN_BOOK, &at)))
        r = read_book(b, m);
    for (at = 0; r == 0 && (m = office_next(b->o, ROOT_BIN_SHEET, &at));)
        r = read_sheet(b, m, office_stem(m->name));
    for (at = 0; r == 0 && (m = office_next(b->o, ROOT_BIN_COMMENTS, &at));)
        r = read_comments(b, m, span(NULL, 0));
    return r ? r : book_unused(&b->book);
}

/* By its first record, which says what a part is, and its size. */
uint8_t xlsb_kind(Span head) {
    static const struct {
        uint8_t bytes[3];
        uint8_t kind;
    } firsts[] = {
        {{0x83, 0x01, 0x00}, ROOT_BIN_BOOK},     /* 131 BrtBeginBook */
        {{0x81, 0x01, 0x00}, ROOT_BIN_SHEET},    /* 129 BrtBeginSheet */
        {{0x9F, 0x01, 0x08}, ROOT_BIN_STRINGS},  /* 159 BrtBeginSst */
        {{0x96, 0x02, 0x00}, ROOT_BIN_STYLES},   /* 278 BrtBeginStyleSheet */
        {{0xF4, 0x04, 0x00}, ROOT_BIN_COMMENTS}, /* 628 BrtBeginComments */
    };

    for (size_t i = 0; i < N_ELEMENTS(firsts); i++) {
        if (head.n >= 3 && memcmp(head.at, firsts[i].bytes, 3) == 0)
            return firsts[i].kind;
    }
    return ROOT_NO_XML;
}

int xlsb_read(Office *o) {
    Xlsb b = {.o = o, .book = {.x = o->x}};
    int r = read_all(&b);

    book_done(&b.book);
    free(b.sheets);
    text_window_done(&b.window);
    buf_wipe(&b.printed);
    buf_wipe(&b.other);
    return r;
}
