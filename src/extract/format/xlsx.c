/*
 * Xlsx: SpreadsheetML workbooks (ECMA-376-1, 12 and 18).
 *
 * Shared strings and styles are read first and kept while sheets are read, wherever they lie in the
 * package; then the workbook's sheets in its order, hidden ones as the others, then sheets that it
 * does not name. A sheet's cells are a part of kind sheet; what else it has (headers, lists of
 * validations, formulas that carry text) are sections named after it. Shared strings that no cell
 * shows are what deleted cells left behind: they come out last. So do caches of pivot tables, whose
 * records survive the deletion of their source.
 */
#include "extract/format/book.h"
#include "extract/format/office.h"
#include "extract/format/sheet.h"

enum {
    CELL_MAX = 1 << 20, /* bytes of one; Excel's limit is 32,767 characters */
    BESIDE_MAX = 16 << 20,
    NAMES_STEP = 1 << 20, /* of names and formats that wait to come out */
    SHEETS_MAX = 1 << 14,
    COLUMNS_MAX = 1 << 20,
};

typedef struct Xlsx {
    Office *o;
    Book book;
} Xlsx;

static int emit_section(Office *o, Span of, const char *what, Span text) {
    _cleanup_(buf_done) Buf name = {0};
    int r;

    if (!text.n)
        return 0;
    buf_span(&name, of);
    buf_printf(&name, "/%s", what);
    r = buf_error(&name);
    if (r == 0)
        r = extract_part(o->x, PART_SECTION, buf_as_span(&name));
    return r ? r : extract_text(o->x, text);
}

/* ---- shared strings (18.4) ---- */

typedef struct StringsReading {
    Office *o;
    Book *book;
    Buf phonetic; /* of the string at hand: how it is read aloud, behind it */
    bool in_string, in_text, in_phonetic;
} StringsReading;

static int strings_start(void *of, const char *name, const char **attributes) {
    StringsReading *r = of;

    (void)attributes;
    if (strcmp(name, "si") == 0)
        r->in_string = true;
    else if (strcmp(name, "t") == 0)
        r->in_text = true;
    else if (strcmp(name, "rPh") == 0)
        r->in_phonetic = true;
    return 0;
}

static int strings_text(void *of, Span text) {
    StringsReading *r = of;

    if (!r->in_text && sax_blank(text))
        return 0;
    if (!r->in_phonetic)
        return book_string(r->book, text);
    if (r->phonetic.n + text.n > CELL_MAX)
        return book_string(r->book, text);
    buf_span(&r->phonetic, text);
    return buf_error(&r->phonetic);
}

static int string_end(StringsReading *r) {
    int e = 0;

    if (r->phonetic.n)
        e = book_string(r->book, span_of(" "));
    if (e == 0)
        e = book_string(r->book, buf_as_span(&r->phonetic));
    buf_clear(&r->phonetic);
    r->in_string = false;
    return e ? e : book_string_end(r->book);
}

static int strings_end(void *of, const char *name) {
    StringsReading *r = of;

    if (strcmp(name, "t") == 0)
        r->in_text = false;
    else if (strcmp(name, "rPh") == 0)
        r->in_phonetic = false;
    return strcmp(name, "si") == 0 ? string_end(r) : 0;
}

/* A string that the end of the part has cut. */
static int strings_done(void *of) {
    StringsReading *r = of;

    return r->in_string ? string_end(r) : 0;
}

static int read_strings(Xlsx *b) {
    static const SaxHandler handler = {
        .start = strings_start, .end = strings_end, .text = strings_text, .other = office_other};
    StringsReading reading = {.o = b->o, .book = &b->book};
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(b->o, ROOT_STRINGS, &at)))
        r = office_parse(b->o, m, &handler, &reading, strings_done);
    buf_wipe(&reading.phonetic);
    return r;
}

/* ---- styles (18.8): the number format of each cell style ---- */

typedef struct StylesReading {
    Office *o;
    Book *book;
    bool in_cells; /* cellXfs */
    Buf names;     /* of styles that people made, and formats: read as text */
} StylesReading;

static int emit_style_names(StylesReading *r) {
    int e = buf_error(&r->names);

    if (e == 0 && r->names.n)
        e = extract_part(r->o->x, PART_SECTION, span_of("styles"));
    if (e == 0)
        e = extract_text(r->o->x, buf_as_span(&r->names));
    buf_clear(&r->names);
    return e;
}

/* Literals of a format are seen in every cell that has it; names are what people call them. */
static int style_name(StylesReading *r, Span text) {
    buf_span(&r->names, text);
    buf_byte(&r->names, '\n');
    return r->names.n > NAMES_STEP ? emit_style_names(r) : buf_error(&r->names);
}

static int styles_start(void *of, const char *name, const char **attributes) {
    StylesReading *r = of;
    const char *id = sax_attribute(attributes, "numFmtId");

    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = true;
    else if (strcmp(name, "numFmt") == 0 && id) {
        const char *code = sax_attribute(attributes, "formatCode");
        int e = book_code(r->book, (unsigned)strtoul(id, NULL, 10), span_of(code ? code : ""));

        return e ? e : style_name(r, span_of(code ? code : ""));
    } else if (strcmp(name, "xf") == 0 && r->in_cells)
        return book_style(r->book, id ? (unsigned)strtoul(id, NULL, 10) : 0);
    else if (strcmp(name, "cellStyle") == 0 && sax_attribute(attributes, "name"))
        return style_name(r, span_of(sax_attribute(attributes, "name")));
    return 0;
}

static int styles_end(void *of, const char *name) {
    StylesReading *r = of;

    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = false;
    return 0;
}

static int styles_text(void *of, Span text) {
    StylesReading *r = of;

    return sax_blank(text) ? 0 : style_name(r, text);
}

static int read_styles(Xlsx *b) {
    static const SaxHandler handler = {
        .start = styles_start, .end = styles_end, .text = styles_text, .other = office_other};
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(b->o, ROOT_STYLES, &at))) {
        StylesReading reading = {.o = b->o, .book = &b->book};

        r = office_parse(b->o, m, &handler, &reading, NULL);
        if (r == 0)
            r = emit_style_names(&reading);
        buf_done(&reading.names);
    }
    return r;
}

/* ---- a sheet (18.3) ---- */

/* Text of a sheet that is not in its cells. */
typedef enum Beside {
    BESIDE_FORMULAS,
    BESIDE_HEADERS,
    BESIDE_OTHER,
    N_BESIDES,
} Beside;

typedef enum CellType {
    TYPE_NUMBER,
    TYPE_SHARED,
    TYPE_TEXT, /* a formula's, an inline one, an error, a date as text */
    TYPE_BOOLEAN,
} CellType;

typedef enum In {
    IN_OTHER,
    IN_VALUE,
    IN_FORMULA,
    IN_HEADER,
    IN_NOTHING, /* between cells: only blanks are there */
} In;

typedef struct SheetReading {
    Office *o;
    Book *book;
    Span name;
    Sheet sheet;
    uint64_t row;
    uint32_t column;
    CellType type;
    unsigned style;
    bool in_cell, phonetic;
    In in;
    Buf value, formula, printed;
    Buf beside[N_BESIDES];
} SheetReading;

/* A line beside the cells; a cell's reference before it, if it has one. */
static int beside_add(SheetReading *s, Beside where, Span text) {
    Buf *b = &s->beside[where];

    if (sax_blank(text))
        return 0;
    if (b->n + text.n > BESIDE_MAX) {
        office_note(s->o, status_of(STATUS_LIMIT, "formulas"));
        return 0;
    }
    buf_span(b, text);
    buf_byte(b, '\n');
    return buf_error(b);
}

static CellType cell_type(const char *t) {
    if (!t || strcmp(t, "n") == 0)
        return TYPE_NUMBER;
    if (strcmp(t, "s") == 0)
        return TYPE_SHARED;
    return strcmp(t, "b") == 0 ? TYPE_BOOLEAN : TYPE_TEXT;
}

static int begin_cell(SheetReading *s, const char **attributes) {
    const char *type = NULL, *reference = NULL;
    uint32_t column = 0;
    uint64_t row = 0;
    int r = 0;

    s->style = 0;
    for (; *attributes; attributes += 2) {
        const char *a = attributes[0];

        if (a[0] == 'r' && !a[1])
            reference = attributes[1];
        else if (a[0] == 't' && !a[1])
            type = attributes[1];
        else if (a[0] == 's' && !a[1])
            s->style = (unsigned)strtoul(attributes[1], NULL, 10);
        else if (r == 0)
            r = office_attribute(s->o, a, attributes[1]);
    }
    if (reference)
        sheet_reference(reference, &column, &row);
    s->column = column ? column : s->column + 1;
    if (row)
        s->row = row;
    s->type = cell_type(type);
    s->in_cell = true;
    buf_clear(&s->value);
    buf_clear(&s->formula);
    return r;
}

/* A number that is no string's comes out as it is. */
static int shared_string(SheetReading *s, Span *ret) {
    size_t i = 0;
    int r;

    *ret = buf_as_span(&s->value);
    for (size_t k = 0; k < s->value.n; k++) {
        if (s->value.at[k] < '0' || s->value.at[k] > '9' || i > s->book->n_strings)
            return 0;
        i = i * 10 + (s->value.at[k] - '0');
    }
    if (i >= s->book->n_strings)
        return 0;
    r = book_string_at(s->book, i, ret);
    return r;
}

static int cell_text(SheetReading *s, Span *ret) {
    *ret = buf_as_span(&s->value);
    switch (s->type) {
    case TYPE_SHARED:
        return shared_string(s, ret);
    case TYPE_BOOLEAN:
        if (span_is(*ret, "1"))
            *ret = span_of("TRUE");
        else if (span_is(*ret, "0"))
            *ret = span_of("FALSE");
        return 0;
    case TYPE_NUMBER:
        buf_clear(&s->printed);
        cell_print_text(book_format(s->book, s->style), *ret, s->book->date1904, &s->printed);
        *ret = buf_as_span(&s->printed);
        return buf_error(&s->printed);
    default:
        return 0;
    }
}

static int end_cell(SheetReading *s) {
    Span text = span(NULL, 0);
    int r = 0;

    s->in_cell = false;
    if (buf_error(&s->value) || buf_error(&s->formula))
        return -ENOMEM;
    if (s->value.n)
        r = cell_text(s, &text);
    if (r == 0)
        r = sheet_cell(&s->sheet, s->row, s->column, text);
    if (r == 0 && sheet_formula_carries(buf_as_span(&s->formula)))
        r = beside_add(s, BESIDE_FORMULAS, buf_as_span(&s->formula));
    buf_clear(&s->value);
    buf_clear(&s->formula);
    return r;
}

/* 18.3.1.46: "&Lleft&Cmiddle&R&"Arial,Bold"&12right": codes are separators, or nothing. */
static int add_header(SheetReading *s) {
    _cleanup_(buf_done) Buf plain = {0};
    Span v = buf_as_span(&s->value);
    int r;

    for (size_t i = 0; i < v.n; i++) {
        if (v.at[i] != '&' || i + 1 == v.n) {
            buf_byte(&plain, v.at[i]);
            continue;
        }
        i++;
        if (v.at[i] == '&') {
            buf_byte(&plain, '&');
        } else if (v.at[i] == '"') {
            while (i + 1 < v.n && v.at[i + 1] != '"')
                i++;
            i++;
        } else if (v.at[i] >= '0' && v.at[i] <= '9') {
            while (i + 1 < v.n && v.at[i + 1] >= '0' && v.at[i + 1] <= '9')
                i++; /* a size: Word-wise it ends where the digits do */
        } else if (v.at[i] == 'K') {
            i += i + 6 < v.n ? 6 : v.n - i - 1;
        } else {
            buf_byte(&plain, strchr("LCR", v.at[i]) ? '\n' : ' ');
        }
    }
    r = buf_error(&plain);
    return r ? r : beside_add(s, BESIDE_HEADERS, buf_as_span(&plain));
}

/* Attributes that people fill in: prompts of validations, links, names. */
static int add_attributes(SheetReading *s, const char **attributes) {
    static const char *const texts[] = {"prompt",  "promptTitle", "error", "errorTitle", "tooltip",
                                        "display", "location",    "title", "codeName",   "descr"};
    int r = 0;

    for (; r == 0 && *attributes; attributes += 2) {
        const char *name = sax_local(attributes[0]);
        bool known = false;

        for (size_t i = 0; !known && i < N_ELEMENTS(texts); i++)
            known = strcmp(name, texts[i]) == 0;
        r = known ? beside_add(s, BESIDE_OTHER, span_of(attributes[1]))
                  : office_attribute(s->o, name, attributes[1]);
    }
    return r;
}

static bool is_header(const char *name) {
    size_t n = strlen(name);

    return n > 6 && (strcmp(name + n - 6, "Header") == 0 || strcmp(name + n - 6, "Footer") == 0);
}

static int sheet_start(void *of, const char *name, const char **attributes) {
    SheetReading *s = of;
    const char *r;
    uint64_t row;

    if (name[0] == 'c' && !name[1]) {
        s->in = IN_NOTHING;
        return begin_cell(s, attributes);
    }
    if (name[0] == 'v' && !name[1]) {
        s->in = IN_VALUE;
        return 0;
    }
    if (s->in_cell) {
        s->phonetic |= strcmp(name, "rPh") == 0;
        s->in = name[0] == 'f' && !name[1]               ? IN_FORMULA
                : strcmp(name, "t") == 0 && !s->phonetic ? IN_VALUE
                                                         : IN_OTHER;
        return 0;
    }
    if (strcmp(name, "row") == 0) {
        r = sax_attribute(attributes, "r");
        row = r ? strtoull(r, NULL, 10) : 0;
        s->row = row && row < UINT32_MAX ? row : s->row + 1;
        s->column = 0;
        return 0;
    }
    buf_clear(&s->value);
    s->in = is_header(name) ? IN_HEADER : IN_OTHER;
    return add_attributes(s, attributes);
}

static int sheet_close(void *of, const char *name) {
    SheetReading *s = of;
    int r = 0;

    if (s->in_cell) {
        if (name[0] == 'c' && !name[1])
            r = end_cell(s);
        else if (strcmp(name, "rPh") == 0)
            s->phonetic = false;
        s->in = IN_OTHER;
        return r;
    }
    if (s->in == IN_HEADER)
        r = add_header(s);
    else if (s->value.n)
        r = beside_add(s, BESIDE_OTHER, buf_as_span(&s->value));
    buf_clear(&s->value);
    s->in = IN_OTHER;
    return r;
}

static int sheet_text(void *of, Span text) {
    SheetReading *s = of;
    Buf *to = s->in == IN_FORMULA ? &s->formula : &s->value;

    if (s->in != IN_VALUE && s->in != IN_HEADER && sax_blank(text))
        return 0;
    if (s->in_cell && s->in != IN_VALUE && s->in != IN_FORMULA)
        return beside_add(s, BESIDE_OTHER, text);
    if (to->n + text.n > CELL_MAX) { /* divided, but nothing is left out */
        int r = s->in_cell ? sheet_cell(&s->sheet, s->row, s->column, buf_as_span(to))
                           : beside_add(s, BESIDE_OTHER, buf_as_span(to));

        buf_clear(to);
        if (r)
            return r;
    }
    buf_span(to, text);
    return buf_error(to);
}

static int sheet_finish(void *of) {
    static const char *const names[N_BESIDES] = {"formulas", "headers", "other"};
    SheetReading *s = of;
    int r = s->in_cell ? end_cell(s) : 0;

    if (r == 0)
        r = sheet_end(&s->sheet);
    for (size_t i = 0; r == 0 && i < N_BESIDES; i++)
        r = emit_section(s->o, s->name, names[i], buf_as_span(&s->beside[i]));
    return r;
}

static void reading_done(SheetReading *s) {
    sheet_done(&s->sheet);
    buf_wipe(&s->value);
    buf_wipe(&s->formula);
    buf_wipe(&s->printed);
    for (size_t i = 0; i < N_BESIDES; i++)
        buf_wipe(&s->beside[i]);
}

static int read_sheet(Xlsx *b, Member *m, Span name) {
    static const SaxHandler handler = {
        .start = sheet_start, .end = sheet_close, .text = sheet_text, .other = office_other};
    _cleanup_(reading_done) SheetReading s = {.o = b->o, .book = &b->book, .name = name};
    int r = sheet_begin(&s.sheet, b->o->x, PART_SHEET, name);

    return r ? r : office_parse(b->o, m, &handler, &s, sheet_finish);
}

/* ---- comments of cells (18.7), threaded ones too: in the row and column of their cell ---- */

typedef struct CommentReading {
    Office *o;
    uint32_t column;
    uint64_t row;
    bool in_text; /* all of an element's text counts, blanks too */
    Buf text;
} CommentReading;

static int comment_emit(CommentReading *c) {
    int r = buf_error(&c->text);

    if (r == 0 && !sax_blank(buf_as_span(&c->text))) {
        r = extract_at(c->o->x, c->row, c->column);
        if (r == 0)
            r = extract_text(c->o->x, buf_as_span(&c->text));
        if (r == 0)
            r = extract_text(c->o->x, span_of("\n"));
    }
    buf_clear(&c->text);
    return r;
}

static int comment_start(void *of, const char *name, const char **attributes) {
    CommentReading *c = of;
    const char *ref;

    if (strcmp(name, "comment") == 0 || strcmp(name, "threadedComment") == 0) {
        ref = sax_attribute(attributes, "ref");
        sheet_reference(ref ? ref : "", &c->column, &c->row);
    }
    c->in_text |= strcmp(name, "t") == 0 || strcmp(name, "text") == 0;
    return 0;
}

static int comment_end(void *of, const char *name) {
    CommentReading *c = of;

    if (strcmp(name, "t") == 0 || strcmp(name, "text") == 0)
        c->in_text = false;
    if (strcmp(name, "author") == 0 || strcmp(name, "comment") == 0 ||
        strcmp(name, "threadedComment") == 0) {
        int r = comment_emit(c);

        c->row = c->column = 0;
        return r;
    }
    return 0;
}

static int comment_text(void *of, Span text) {
    CommentReading *c = of;
    int r = 0;

    if (!c->in_text && sax_blank(text))
        return 0;
    if (c->text.n + text.n > CELL_MAX)
        r = comment_emit(c);
    buf_span(&c->text, text);
    return r ? r : buf_error(&c->text);
}

static int comment_done(void *of) {
    return comment_emit(of);
}

static int read_comments(Xlsx *b, Member *m, Span sheet) {
    static const SaxHandler handler = {
        .start = comment_start, .end = comment_end, .text = comment_text, .other = office_other};
    CommentReading c = {.o = b->o};
    _cleanup_(buf_done) Buf name = {0};
    int r;

    buf_span(&name, sheet);
    buf_text(&name, sheet.n ? "/comments" : "comments");
    r = buf_error(&name);
    if (r == 0)
        r = extract_part(b->o->x, PART_SECTION, buf_as_span(&name));
    if (r == 0)
        r = office_parse(b->o, m, &handler, &c, comment_done);
    buf_wipe(&c.text);
    return r;
}

/* The comments that a sheet's relationships lead to. */
static int read_sheet_comments(Xlsx *b, Member *m, Span name) {
    static const char *const types[] = {"comments", "threadedComment"};
    Rels rels = {0};
    int r = office_rels(b->o, m, &rels);

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(types); i++) {
        Member *c = rels_by_type(b->o, &rels, types[i]);

        if (c && !c->taken && c->kind == ROOT_CELL_COMMENTS)
            r = read_comments(b, c, name);
    }
    rels_done(&rels);
    return r;
}

/* ---- the workbook (18.2): names of sheets and their order, defined names ---- */

typedef struct SheetName {
    Span name, id;
} SheetName;

typedef struct BookReading {
    Office *o;
    Book *book;
    SheetName *sheets;
    size_t n, cap;
    Buf names, value; /* defined names with what they stand for */
} BookReading;

static int book_start(void *of, const char *name, const char **attributes) {
    BookReading *b = of;
    const char *s;

    buf_clear(&b->value);
    if (strcmp(name, "workbookPr") == 0) {
        s = sax_attribute(attributes, "date1904");
        b->book->date1904 = s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0);
    } else if (strcmp(name, "definedName") == 0 && (s = sax_attribute(attributes, "name"))) {
        buf_text(&b->names, s);
        buf_text(&b->names, ": ");
        if ((s = sax_attribute(attributes, "comment")))
            buf_printf(&b->names, "%s ", s);
    } else if (strcmp(name, "sheet") == 0 && b->n < SHEETS_MAX) {
        const char *id = sax_attribute(attributes, "id");

        if (b->n == b->cap) {
            size_t cap = b->cap ? 2 * b->cap : 16;
            SheetName *more = realloc(b->sheets, cap * sizeof(*more));

            if (!more)
                return -ENOMEM;
            b->sheets = more;
            b->cap = cap;
        }
        s = sax_attribute(attributes, "name");
        b->sheets[b->n++] = (SheetName){.name = office_name(b->o, s), .id = office_name(b->o, id)};
        if (!b->sheets[b->n - 1].name.at || !b->sheets[b->n - 1].id.at)
            return -ENOMEM;
    }
    return buf_error(&b->names);
}

static int emit_names(BookReading *b) {
    int r = buf_error(&b->names);

    if (r == 0 && b->names.n)
        r = extract_part(b->o->x, PART_SECTION, span_of("defined names"));
    if (r == 0)
        r = extract_text(b->o->x, buf_as_span(&b->names));
    buf_clear(&b->names);
    return r;
}

static int book_end(void *of, const char *name) {
    BookReading *b = of;

    if (b->value.n || strcmp(name, "definedName") == 0) {
        buf_span(&b->names, buf_as_span(&b->value));
        buf_byte(&b->names, '\n');
    }
    buf_clear(&b->value);
    return b->names.n > NAMES_STEP ? emit_names(b) : buf_error(&b->names);
}

static int book_text(void *of, Span text) {
    BookReading *b = of;
    int r = 0;

    if (sax_blank(text))
        return 0;
    if (b->value.n > NAMES_STEP)
        r = book_end(b, "");
    buf_span(&b->value, text);
    return r ? r : buf_error(&b->value);
}

static int read_named_sheets(Xlsx *b, Member *workbook, const BookReading *reading) {
    Rels rels = {0};
    int r = office_rels(b->o, workbook, &rels);

    for (size_t i = 0; r == 0 && i < reading->n; i++) {
        Span name = reading->sheets[i].name;
        Member *m = rels_by_id(b->o, &rels, (const char *)reading->sheets[i].id.at);

        if (!m || m->taken || m->kind != ROOT_WORKSHEET)
            continue;
        r = read_sheet(b, m, name.n ? name : office_stem(m->name));
        if (r == 0)
            r = read_sheet_comments(b, m, name.n ? name : office_stem(m->name));
    }
    rels_done(&rels);
    return r;
}

static int read_workbook(Xlsx *b, Member *m) {
    static const SaxHandler handler = {
        .start = book_start, .end = book_end, .text = book_text, .other = office_other};
    BookReading reading = {.o = b->o, .book = &b->book};
    int r = office_parse(b->o, m, &handler, &reading, NULL);

    if (r == 0)
        r = read_named_sheets(b, m, &reading);
    if (r == 0)
        r = emit_names(&reading);
    free(reading.sheets);
    buf_done(&reading.names);
    buf_done(&reading.value);
    return r;
}

/* ---- caches of pivot tables (18.10): shared items by field, then records ---- */

typedef struct PivotReading {
    Office *o;
    Sheet sheet;
    bool records;
    uint32_t field; /* the field at hand, from 1 */
    uint64_t item, record;
    bool in_items;
    Buf printed;
} PivotReading;

static int pivot_value(PivotReading *p, const char *name, const char **attributes) {
    static const CellFormat plain = {.kind = CELL_PLAIN};
    const char *v = sax_attribute(attributes, "v");

    if (!v || !*v || name[1] || !strchr("sndeb", name[0]))
        return 0;
    buf_clear(&p->printed);
    if (name[0] == 'n')
        cell_print_text(&plain, span_of(v), false, &p->printed);
    else
        buf_text(&p->printed, v);
    if (buf_error(&p->printed))
        return -ENOMEM;
    return sheet_cell(&p->sheet, p->records ? p->record : p->item, p->field,
                      buf_as_span(&p->printed));
}

static int pivot_start(void *of, const char *name, const char **attributes) {
    PivotReading *p = of;
    const char *s;

    if (p->records) {
        if (strcmp(name, "r") == 0) {
            p->record++;
            p->field = 0;
            return 0;
        }
        p->field += name[0] && !name[1];
        return pivot_value(p, name, attributes);
    }
    if (strcmp(name, "cacheField") == 0) {
        int r = sheet_end(&p->sheet);

        p->field++;
        p->item = 0;
        if (r)
            return r;
        if (p->field < COLUMNS_MAX && (s = sax_attribute(attributes, "name")))
            return extract_column(p->o->x, p->field, span_of(s));
    } else if (strcmp(name, "sharedItems") == 0) {
        p->in_items = true;
    } else if (p->in_items && name[0] && !name[1]) {
        p->item++;
        return pivot_value(p, name, attributes);
    }
    return 0;
}

static int pivot_end(void *of, const char *name) {
    PivotReading *p = of;

    if (strcmp(name, "sharedItems") == 0)
        p->in_items = false;
    return 0;
}

static int pivot_text(void *of, Span text) {
    PivotReading *p = of;

    return sax_blank(text) ? 0 : extract_text(p->o->x, text);
}

static int pivot_done(void *of) {
    PivotReading *p = of;

    return sheet_end(&p->sheet);
}

static int read_pivots(Xlsx *b, uint8_t kind) {
    static const SaxHandler handler = {
        .start = pivot_start, .end = pivot_end, .text = pivot_text, .other = office_other};
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(b->o, kind, &at))) {
        PivotReading p = {.o = b->o, .records = kind == ROOT_PIVOT_RECORDS};

        r = sheet_begin(&p.sheet, b->o->x, PART_SHEET, office_stem(m->name));
        p.sheet.settled = true; /* fields have names already, or none */
        if (r == 0)
            r = office_parse(b->o, m, &handler, &p, pivot_done);
        sheet_done(&p.sheet);
        buf_done(&p.printed);
    }
    return r;
}

/* ---- all of it ---- */

static bool has_any(Office *o) {
    static const uint8_t kinds[] = {ROOT_WORKBOOK,      ROOT_WORKSHEET, ROOT_STRINGS,
                                    ROOT_CELL_COMMENTS, ROOT_PIVOT,     ROOT_PIVOT_RECORDS};

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        size_t at = 0;

        if (office_next(o, kinds[i], &at))
            return true;
    }
    return false;
}

/* Sheets and comments that no workbook and no sheet leads to. */
static int read_stray(Xlsx *b) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(b->o, ROOT_WORKSHEET, &at))) {
        r = read_sheet(b, m, office_stem(m->name));
        if (r == 0)
            r = read_sheet_comments(b, m, office_stem(m->name));
    }
    for (at = 0; r == 0 && (m = office_next(b->o, ROOT_CELL_COMMENTS, &at));)
        r = read_comments(b, m, span_of(""));
    return r;
}

int xlsx_read(Office *o) {
    Xlsx b = {.o = o, .book = {.x = o->x}};
    size_t at = 0;
    Member *m;
    int r;

    if (!has_any(o))
        return 0;
    r = read_strings(&b);
    if (r == 0)
        r = read_styles(&b);
    while (r == 0 && (m = office_next(o, ROOT_WORKBOOK, &at)))
        r = read_workbook(&b, m);
    if (r == 0)
        r = read_stray(&b);
    if (r == 0)
        r = read_pivots(&b, ROOT_PIVOT);
    if (r == 0)
        r = read_pivots(&b, ROOT_PIVOT_RECORDS);
    if (r == 0)
        r = book_unused(&b.book);
    book_done(&b.book);
    return r;
}
