/*
 * Xls: workbooks of Excel 5 to 2003 ([MS-XLS]).
 *
 *   globals: names of sheets, number formats, the table of strings
 *   sheet: cells in order of rows; comments and text boxes; headers      (as often as there are)
 *   storage beside: caches of pivot tables, where rows survive that the sheets have no more
 *
 * A sheet is hidden or not: it is read. Cells are printed as extract/format/cellformat.h does.
 * Strings of the table that no cell refers to come out at the end. Records are hostile: one that is
 * too short gives what it has, and the workbook is `partial(corrupt)`.
 *
 * Memory: the table of strings, at most STRINGS_MAX, and what stands beside the cells of one sheet.
 */
#include "extract/format/biff.h"
#include "extract/format/cellformat.h"
#include "extract/format/ole.h"
#include "extract/format/sheet.h"

enum {
    SHEETS_MAX = 16384,
    STRINGS_MAX = 128 << 20, /* bytes of them */
    STRING_COUNT_MAX = 16 << 20,
    FORMATS_MAX = 4096,
    XF_MAX = 65536,
    NOTES = 65536, /* ids of objects */
    BESIDE_MAX = 1 << 20,
    BIFF8 = 0x0600,
    RUN_LEAST = 4, /* characters of a link that are taken for text */
    /* records (2.3.2) */
    R_FORMULA = 0x0006,
    R_EOF = 0x000A,
    R_HEADER = 0x0014,
    R_FOOTER = 0x0015,
    R_NOTE = 0x001C,
    R_DATE1904 = 0x0022,
    R_FILEPASS = 0x002F,
    R_CRN = 0x005A,
    R_WRITEACCESS = 0x005C,
    R_OBJ = 0x005D,
    R_BOUNDSHEET = 0x0085,
    R_MULRK = 0x00BD,
    R_SXNUM = 0x00C9,
    R_SXSTRING = 0x00CD,
    R_RSTRING = 0x00D6,
    R_XF = 0x00E0,
    R_SST = 0x00FC,
    R_LABELSST = 0x00FD,
    R_TXO = 0x01B6,
    R_HLINK = 0x01B8,
    R_NUMBER = 0x0203,
    R_LABEL = 0x0204,
    R_STRING = 0x0207,
    R_RK = 0x027E,
    R_FORMAT = 0x041E,
    R_BOF = 0x0809,
};

typedef struct BoundSheet {
    uint32_t position; /* of its first record */
    Buf name;
} BoundSheet;

typedef struct Format {
    unsigned id;
    CellFormat format;
} Format;

typedef struct Place {
    uint32_t row;
    uint32_t column; /* from 1; 0: none */
} Place;

typedef enum Beside { BESIDE_HEADERS, BESIDE_LINKS, BESIDE_EXTERNAL, N_BESIDES } Beside;

typedef struct Book {
    Ole *o;
    Extraction *x;
    CfbStream s;
    Biff in;
    /* globals */
    BoundSheet *sheets;
    size_t n_sheets;
    Format *formats;
    size_t n_formats;
    uint16_t *xf; /* number formats by cell format */
    size_t n_xf;
    bool date1904;
    Buf strings, ends; /* all of them; where each ends, uint32_t */
    Buf referred;      /* a byte a string */
    /* the sheet at hand */
    unsigned depth; /* of substreams: a chart stands in a sheet */
    bool in_sheet;
    Buf name;
    Sheet sheet;
    Place pending; /* a formula whose string follows */
    unsigned object;
    Place *notes; /* by id of the object */
    Buf texts;    /* of objects: id, length, bytes */
    Buf beside[N_BESIDES];
    Buf value; /* scratch */
    unsigned n_read;
    bool damaged, full;
} Book;

/* ---- globals ---- */

static int read_bound_sheet(Book *b) {
    BoundSheet *s;

    if (b->n_sheets == SHEETS_MAX) {
        b->full = true;
        return 0;
    }
    if ((b->n_sheets & (b->n_sheets - 1)) == 0) { /* full at every power of two */
        s = reallocarray(b->sheets, b->n_sheets ? 2 * b->n_sheets : 1, sizeof(*s));
        if (!s)
            return -ENOMEM;
        b->sheets = s;
    }
    s = &b->sheets[b->n_sheets++];
    *s = (BoundSheet){.position = biff_u32(&b->in)};
    biff_u16(&b->in); /* hidden or not, and its kind */
    biff_string(&b->in, biff_u8(&b->in), &s->name);
    return buf_error(&s->name);
}

static int read_format(Book *b) {
    unsigned id = biff_u16(&b->in);

    if (b->n_formats == FORMATS_MAX)
        return 0;
    if (!b->formats)
        b->formats = calloc(FORMATS_MAX, sizeof(*b->formats));
    if (!b->formats)
        return -ENOMEM;
    buf_clear(&b->value);
    biff_string(&b->in, b->in.wide_names ? biff_u16(&b->in) : biff_u8(&b->in), &b->value);
    b->formats[b->n_formats++] =
        (Format){.id = id, .format = cell_format_parse(buf_as_span(&b->value))};
    return buf_error(&b->value);
}

static int read_xf(Book *b) {
    if (!b->xf)
        b->xf = calloc(XF_MAX, sizeof(*b->xf));
    if (!b->xf)
        return -ENOMEM;
    biff_u16(&b->in);
    if (b->n_xf < XF_MAX)
        b->xf[b->n_xf++] = (uint16_t)biff_u16(&b->in);
    return 0;
}

static int read_strings(Book *b) {
    uint32_t n;

    biff_u32(&b->in);
    n = biff_u32(&b->in);
    b->strings.limit = STRINGS_MAX;
    while (n-- && !b->in.starved && b->ends.n / 4 < STRING_COUNT_MAX) {
        size_t length = biff_u16(&b->in);
        uint32_t end;

        if (b->in.starved)
            break;
        biff_string(&b->in, length, &b->strings);
        if (b->strings.failed) {
            b->full = b->strings.n > STRINGS_MAX / 2;
            b->strings.failed = false;
            return b->full ? 0 : -ENOMEM;
        }
        end = (uint32_t)b->strings.n;
        buf_add(&b->ends, &end, sizeof(end));
        buf_byte(&b->referred, 0);
    }
    return buf_error(&b->ends) | buf_error(&b->referred);
}

static Span string_at(const Book *b, uint32_t i) {
    uint32_t from = 0, to;

    if (i >= b->ends.n / 4)
        return span(NULL, 0);
    if (i)
        memcpy(&from, b->ends.at + 4 * ((size_t)i - 1), sizeof(from));
    memcpy(&to, b->ends.at + 4 * (size_t)i, sizeof(to));
    return span(b->strings.at + from, to - from);
}

/* ---- cells ---- */

static int give_cell(Book *b, unsigned row, unsigned column, Span text) {
    if (!b->in_sheet)
        return 0;
    return sheet_cell(&b->sheet, (uint64_t)row + 1, column + 1, text);
}

static int give_value(Book *b, unsigned row, unsigned column) {
    int r = buf_error(&b->value);

    return r ? r : give_cell(b, row, column, buf_as_span(&b->value));
}

static CellFormat format_of(const Book *b, unsigned xf) {
    unsigned id = xf < b->n_xf ? b->xf[xf] : 0;

    for (size_t i = 0; i < b->n_formats; i++) {
        if (b->formats[i].id == id)
            return b->formats[i].format;
    }
    return cell_format_builtin(id);
}

static int give_number(Book *b, unsigned row, unsigned column, unsigned xf, double v) {
    CellFormat f = format_of(b, xf);

    buf_clear(&b->value);
    cell_print(&f, v, b->date1904, &b->value);
    return give_value(b, row, column);
}

/* 30 bits of an integer or of a double, in hundredths or not (2.5.217). */
static double rk_value(uint32_t rk) {
    double v;

    if (rk & 2) {
        v = (int32_t)rk >> 2;
    } else {
        uint64_t bits = (uint64_t)(rk & ~3u) << 32;

        memcpy(&v, &bits, sizeof(v));
    }
    return rk & 1 ? v / 100 : v;
}

static int read_mulrk(Book *b) {
    unsigned row = biff_u16(&b->in), column = biff_u16(&b->in);
    int r = 0;

    while (r == 0 && biff_left(&b->in) >= 8) { /* the last column stands behind them */
        unsigned xf = biff_u16(&b->in);

        r = give_number(b, row, column++, xf, rk_value(biff_u32(&b->in)));
    }
    return r;
}

/* What the formula gave when it was saved; a string follows in a record of its own (2.5.133). */
static int read_formula(Book *b) {
    unsigned row = biff_u16(&b->in), column = biff_u16(&b->in), xf = biff_u16(&b->in);
    uint8_t v[8];

    biff_take(&b->in, v, sizeof(v));
    if (little16(v + 6) != 0xFFFF)
        return give_number(b, row, column, xf, little_double(v));
    b->pending = (Place){.row = row, .column = v[0] == 0 ? column + 1 : 0};
    return 0;
}

static int read_label(Book *b, bool pending) {
    unsigned row = b->pending.row, column = b->pending.column - 1;

    if (pending && !b->pending.column)
        return 0;
    if (!pending) {
        row = biff_u16(&b->in);
        column = biff_u16(&b->in);
        biff_u16(&b->in);
    }
    b->pending.column = 0;
    buf_clear(&b->value);
    biff_string(&b->in, biff_u16(&b->in), &b->value);
    return give_value(b, row, column);
}

static int read_label_sst(Book *b) {
    unsigned row = biff_u16(&b->in), column = biff_u16(&b->in);
    uint32_t i;

    biff_u16(&b->in);
    i = biff_u32(&b->in);
    if (i >= b->ends.n / 4) {
        b->damaged |= !b->full;
        return 0;
    }
    b->referred.at[i] = 1;
    return give_cell(b, row, column, string_at(b, i));
}

/* ---- beside the cells ---- */

static void beside(Book *b, Beside which, Span text) {
    Buf *to = &b->beside[which];

    if (!text.n)
        return;
    if (to->n + text.n > BESIDE_MAX) {
        b->full = true;
        return;
    }
    buf_span(to, text);
    buf_byte(to, '\n');
}

static int read_beside(Book *b, Beside which, size_t length) {
    buf_clear(&b->value);
    biff_string(&b->in, length, &b->value);
    beside(b, which, buf_as_span(&b->value));
    return buf_error(&b->value);
}

static int read_header(Book *b) {
    if (!biff_left(&b->in))
        return 0;
    return read_beside(b, BESIDE_HEADERS, b->in.wide_names ? biff_u16(&b->in) : biff_u8(&b->in));
}

/* A link is of several layouts: whatever in it is a run of printable characters of 16 bits. */
static int read_link(Book *b) {
    const uint8_t *at = b->in.body;
    size_t n = b->in.n, i = 0;

    while (i + 1 < n) {
        size_t end = i;

        while (end + 1 < n && at[end] >= ' ' && at[end] < 0x7F && at[end + 1] == 0)
            end += 2;
        if (end - i < 2 * RUN_LEAST) {
            i++;
            continue;
        }
        buf_clear(&b->value);
        ole_put16(&b->value, span(at + i, end - i));
        beside(b, BESIDE_LINKS, buf_as_span(&b->value));
        i = end;
    }
    return buf_error(&b->value);
}

/* Values of another workbook that are kept here (2.4.60). */
static int read_crn(Book *b) {
    unsigned last = biff_u8(&b->in), first = biff_u8(&b->in);
    int r = 0;

    biff_u16(&b->in);
    for (unsigned i = first; r == 0 && i <= last && biff_left(&b->in); i++) {
        CellFormat plain = cell_format_builtin(0);
        unsigned type = biff_u8(&b->in);

        buf_clear(&b->value);
        if (type == 2)
            biff_string(&b->in, biff_u16(&b->in), &b->value);
        else if (type == 1)
            cell_print(&plain, biff_double(&b->in), false, &b->value);
        else
            biff_skip(&b->in, 8);
        beside(b, BESIDE_EXTERNAL, buf_as_span(&b->value));
        r = buf_error(&b->value);
    }
    return r;
}

/* The object that a text follows: its id (2.4.181). */
static void read_object(Book *b) {
    biff_u16(&b->in);
    biff_u16(&b->in);
    biff_u16(&b->in);
    b->object = biff_u16(&b->in);
}

static int read_note(Book *b) {
    unsigned row = biff_u16(&b->in), column = biff_u16(&b->in), id, n;

    if (!b->in.wide_names) { /* the text itself, in pieces of which others have no place */
        n = biff_u16(&b->in);
        buf_clear(&b->value);
        biff_characters(&b->in, n < biff_left(&b->in) ? n : biff_left(&b->in), false, &b->value);
        beside(b, BESIDE_LINKS, buf_as_span(&b->value));
        return buf_error(&b->value);
    }
    biff_u16(&b->in);
    id = biff_u16(&b->in);
    if (!b->notes)
        b->notes = calloc(NOTES, sizeof(*b->notes));
    if (!b->notes)
        return -ENOMEM;
    b->notes[id] = (Place){.row = row + 1, .column = column + 1};
    return 0;
}

/* A text's length stands in its record, its characters in the continuation (2.4.329). */
static int read_text(Book *b) {
    unsigned length;
    uint32_t head[2];

    biff_skip(&b->in, 10);
    length = biff_u16(&b->in);
    buf_clear(&b->value);
    if (!length || !biff_continue(&b->in))
        return 0;
    biff_characters(&b->in, length, biff_u8(&b->in) & 1, &b->value);
    if (b->texts.n + b->value.n > BESIDE_MAX) {
        b->full = true;
        return 0;
    }
    head[0] = b->object;
    head[1] = (uint32_t)b->value.n;
    buf_add(&b->texts, head, sizeof(head));
    buf_span(&b->texts, buf_as_span(&b->value));
    return buf_error(&b->value) | buf_error(&b->texts);
}

/* ---- sheets ---- */

static int begin_section(Book *b, const char *name) {
    buf_clear(&b->value);
    buf_span(&b->value, buf_as_span(&b->name));
    buf_text(&b->value, b->name.n ? "/" : "");
    buf_text(&b->value, name);
    if (buf_error(&b->value))
        return -ENOMEM;
    return extract_part(b->x, PART_SECTION, buf_as_span(&b->value));
}

static int give_texts(Book *b) {
    uint32_t head[2];
    size_t at = 0;
    int r = b->texts.n ? begin_section(b, "comments") : 0;

    while (r == 0 && at < b->texts.n) {
        Place p = {0};

        memcpy(head, b->texts.at + at, sizeof(head));
        at += sizeof(head);
        if (b->notes)
            p = b->notes[head[0] & 0xFFFF];
        r = extract_at(b->x, p.row, p.column);
        if (r == 0)
            r = extract_text(b->x, span(b->texts.at + at, head[1]));
        if (r == 0)
            r = extract_text(b->x, span_of("\n"));
        at += head[1];
    }
    buf_clear(&b->texts);
    return r;
}

static int give_beside(Book *b) {
    static const char *const names[N_BESIDES] = {"headers", "links", "external"};
    int r = give_texts(b);

    for (size_t i = 0; r == 0 && i < N_BESIDES; i++) {
        r = buf_error(&b->beside[i]);
        if (r == 0 && b->beside[i].n)
            r = begin_section(b, names[i]);
        if (r == 0)
            r = extract_text(b->x, buf_as_span(&b->beside[i]));
        buf_clear(&b->beside[i]);
    }
    return r;
}

static int end_sheet(Book *b) {
    int r = b->in_sheet ? sheet_end(&b->sheet) : 0;

    if (r == 0)
        r = give_beside(b);
    sheet_done(&b->sheet);
    if (b->notes)
        memset(b->notes, 0, NOTES * sizeof(*b->notes));
    buf_clear(&b->name);
    b->in_sheet = false;
    b->pending.column = 0;
    return r;
}

static int begin_sheet(Book *b) {
    int r = end_sheet(b);

    b->n_read++;
    for (size_t i = 0; i < b->n_sheets && !b->name.n; i++) {
        if (b->sheets[i].position == b->in.at)
            buf_span(&b->name, buf_as_span(&b->sheets[i].name));
    }
    if (!b->name.n)
        buf_printf(&b->name, "sheet%u", b->n_read);
    if (r == 0)
        r = buf_error(&b->name);
    if (r == 0)
        r = sheet_begin(&b->sheet, b->x, PART_SHEET, buf_as_span(&b->name));
    b->in_sheet = r == 0;
    return r;
}

/* Globals, or a sheet, or what stands inside one: a chart, whose cells are copies. */
static int read_bof(Book *b) {
    unsigned version = biff_u16(&b->in), kind = biff_u16(&b->in);

    b->depth++;
    b->in.wide_names = version >= BIFF8;
    if (b->depth > 1 || kind == 0x0005)
        return 0;
    return begin_sheet(b);
}

static int read_eof(Book *b) {
    b->depth -= b->depth > 0;
    return b->depth == 0 ? end_sheet(b) : 0;
}

static int read_record(Book *b, Status *ret) {
    Biff *in = &b->in;

    switch (in->type) {
    case R_BOF:
        return read_bof(b);
    case R_EOF:
        return read_eof(b);
    case R_FILEPASS:
        *ret = status_of(STATUS_ENCRYPTED, "xls");
        return 0;
    case R_BOUNDSHEET:
        return read_bound_sheet(b);
    case R_FORMAT:
        return read_format(b);
    case R_XF:
        return read_xf(b);
    case R_SST:
        return read_strings(b);
    case R_DATE1904:
        b->date1904 = biff_u16(in) == 1;
        return 0;
    case R_WRITEACCESS:
        return in->wide_names ? read_beside(b, BESIDE_HEADERS, biff_u16(in)) : 0;
    case R_HEADER:
    case R_FOOTER:
        return read_header(b);
    case R_HLINK:
        return read_link(b);
    case R_CRN:
        return read_crn(b);
    case R_OBJ:
        read_object(b);
        return 0;
    case R_NOTE:
        return read_note(b);
    case R_TXO:
        return read_text(b);
    default:
        return 0;
    }
}

/* Cells of a chart in the sheet are copies of the sheet's. */
static int read_cell(Book *b, bool *ret_cell) {
    Biff *in = &b->in;
    unsigned row, column, xf;

    *ret_cell = true;
    switch (in->type) {
    case R_LABELSST:
        return read_label_sst(b);
    case R_LABEL:
    case R_RSTRING:
        return read_label(b, false);
    case R_STRING:
        return read_label(b, true);
    case R_MULRK:
        return read_mulrk(b);
    case R_FORMULA:
        return read_formula(b);
    case R_NUMBER:
    case R_RK:
        row = biff_u16(in);
        column = biff_u16(in);
        xf = biff_u16(in);
        return give_number(b, row, column, xf,
                           in->type == R_RK ? rk_value(biff_u32(in)) : biff_double(in));
    default:
        *ret_cell = false;
        return 0;
    }
}

static int read_records(Book *b, Status *ret) {
    int r = 0, more;

    while (r == 0 && ret->kind != STATUS_ENCRYPTED && (more = biff_next(&b->in)) > 0) {
        bool cell = false;

        if (b->depth == 1)
            r = read_cell(b, &cell);
        if (r == 0 && !cell)
            r = read_record(b, ret);
        b->damaged |= b->in.starved;
        b->in.starved = false;
    }
    if (r == 0 && (b->depth || b->n_read < b->n_sheets)) /* it ends in a sheet, or before one */
        b->damaged |= ret->kind != STATUS_ENCRYPTED;
    return r ? r : end_sheet(b);
}

/* Strings that no cell has: deleted cells', for one. */
static int give_unreferred(Book *b) {
    bool begun = false;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < b->referred.n; i++) {
        if (b->referred.at[i])
            continue;
        if (!begun)
            r = extract_part(b->x, PART_SECTION, span_of("sharedStrings"));
        begun = true;
        if (r == 0)
            r = extract_text(b->x, string_at(b, i));
        if (r == 0)
            r = extract_text(b->x, span_of("\n"));
    }
    return r;
}

/* ---- caches of pivot tables ---- */

static int read_cache(Book *b, uint32_t entry, const char *name) {
    CellFormat plain = cell_format_builtin(0);
    char part[CFB_NAME_MAX + 16];
    int r = cfb_stream_open(b->o->c, entry, &b->s), more = 0;

    b->o->c->entries[entry].used = true;
    snprintf(part, sizeof(part), "pivotCache/%s", name);
    if (r == 0)
        r = extract_part(b->x, PART_SECTION, span_of(part));
    b->in = (Biff){.f = &b->s.feed, .wide_names = true};
    while (r == 0 && (more = biff_next(&b->in)) > 0) {
        buf_clear(&b->value);
        if (b->in.type == R_SXSTRING)
            biff_string(&b->in, biff_u16(&b->in), &b->value);
        else if (b->in.type == R_SXNUM)
            cell_print(&plain, biff_double(&b->in), false, &b->value);
        else
            continue;
        buf_byte(&b->value, '\n');
        r = buf_error(&b->value);
        if (r == 0)
            r = extract_text(b->x, buf_as_span(&b->value));
    }
    cfb_stream_done(&b->s);
    return r ? r : more < 0 ? more : 0;
}

static int read_caches(Book *b) {
    const CfbEntry *all = b->o->c->entries;
    uint32_t storage = cfb_find(b->o->c, b->o->storage, "_SX_DB_CUR", CFB_STORAGE);
    int r = 0;

    for (uint32_t i = storage == CFB_NONE ? CFB_NONE : all[storage].first; r == 0 && i != CFB_NONE;
         i = all[i].next) {
        if (all[i].type == CFB_STREAM && !all[i].used)
            r = read_cache(b, i, all[i].name);
    }
    return r;
}

/* ---- the workbook ---- */

static void book_done(Book *b) {
    for (size_t i = 0; i < b->n_sheets; i++)
        buf_done(&b->sheets[i].name);
    free(b->sheets);
    free(b->formats);
    free(b->xf);
    free(b->notes);
    buf_wipe(&b->strings);
    buf_done(&b->ends);
    buf_done(&b->referred);
    buf_done(&b->name);
    sheet_done(&b->sheet);
    buf_wipe(&b->texts);
    buf_wipe(&b->value);
    for (size_t i = 0; i < N_BESIDES; i++)
        buf_wipe(&b->beside[i]);
    free(b);
}

static int read_book(Book *b, uint32_t entry, Status *ret) {
    int r = cfb_stream_open(b->o->c, entry, &b->s);

    b->o->c->entries[entry].used = true;
    b->in.f = &b->s.feed;
    if (r == 0)
        r = read_records(b, ret);
    if (r == 0)
        r = give_unreferred(b);
    if (r == 0 && ret->kind != STATUS_ENCRYPTED)
        r = ole_pictures(b->o, &b->s, "picture");
    b->damaged |= b->in.cut;
    cfb_stream_done(&b->s);
    return r;
}

int xls_read(Ole *o, Status *ret_status) {
    uint32_t entry = cfb_find(o->c, o->storage, "Workbook", CFB_STREAM);
    Book *b = calloc(1, sizeof(*b));
    int r;

    if (!b)
        return -ENOMEM;
    if (entry == CFB_NONE)
        entry = cfb_find(o->c, o->storage, "Book", CFB_STREAM);
    b->o = o;
    b->x = o->x;
    r = read_book(b, entry, ret_status);
    if (r == 0 && ret_status->kind != STATUS_ENCRYPTED)
        r = read_caches(b);
    if (ret_status->kind == STATUS_READ && b->full)
        *ret_status = status_of(STATUS_LIMIT, "memory");
    if (ret_status->kind == STATUS_READ && b->damaged)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    book_done(b);
    return r;
}
