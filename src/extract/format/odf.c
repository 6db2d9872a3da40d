/*
 * Odf: OpenDocument 1.3 (ISO/IEC 26300): text, spreadsheets, presentations and drawings, in a
 * package or flat. Content and styles (headers and footers of pages) are one grammar.
 *
 * Outside of spreadsheets all is a Story: the text, a page for each draw:page, sections for
 * headers, footers and notes. In a spreadsheet the cells are a Sheet; what lies in or over them
 * (annotations, shapes) goes into sections of the sheet. A cell that is repeated comes out once, at
 * its first place: its value is in the file once; columns and rows are counted on all the same.
 *
 * Tracked changes (5.5): deleted text stands in a list at the beginning, each with a name; where
 * one is named in a paragraph, it belongs into what was before. Deletions of more than paragraph's
 * ends, or named nowhere, come out on their own.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "extract/format/cellformat.h"
#include "extract/format/office.h"
#include "extract/format/sheet.h"
#include "extract/format/story.h"

enum {
    SPACES_MAX = 256,     /* of one text:s */
    REPEAT_MAX = 1 << 24, /* rows and columns that one element stands for */
    CHANGES_MAX = 65536,
    CHANGE_SLOTS = 4 * CHANGES_MAX,
    CHANGES_BYTES = 16 << 20,
    CELL_MAX = 1 << 20,
};

typedef struct Change {
    Span id;
    uint32_t at, n; /* of the deleted text, in `gone`; n 0: an insertion */
    bool insertion, named;
} Change;

typedef struct Odf {
    Office *o;
    Story story;
    /* pages */
    unsigned pages;
    bool presentation;
    /* changes */
    Change *changes;
    size_t n_changes, cap_changes;
    uint32_t *index; /* CHANGE_SLOTS of change + 1, by hash of the id; 0: empty */
    Buf gone;
    bool in_deletion, in_insertion, in_region;
    /* spreadsheet */
    bool spreadsheet; /* in office:spreadsheet */
    Sheet sheet;
    bool in_table;
    unsigned nested_tables;
    Buf name; /* of the table */
    uint64_t row, rows;
    uint32_t column, columns;
    bool in_cell;
    unsigned over; /* annotations and shapes around, in which text is not the cell's */
    Buf text, value, printed;
    char type[16];
    /* text */
    unsigned paragraphs; /* around: white space is one blank */
    unsigned remarks;    /* annotations around */
    bool blank;          /* the last text ended with one */
    /* of a flat document: what it says of itself */
    bool in_meta;
    char element[32];
} Odf;

static bool is(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static uint32_t number_of(const char *text, uint32_t least, uint32_t most) {
    unsigned long v = text ? strtoul(text, NULL, 10) : 0;

    return v < least ? least : v > most ? most : (uint32_t)v;
}

/* ---- tracked changes ---- */

/* The slot of an id: its own, or the empty one where it would be. */
static uint32_t *change_slot(Odf *d, Span id) {
    size_t k = (size_t)XXH3_64bits(id.at, id.n) & (CHANGE_SLOTS - 1);

    while (d->index[k] && !span_eq(d->changes[d->index[k] - 1].id, id))
        k = (k + 1) & (CHANGE_SLOTS - 1);
    return &d->index[k];
}

static int change_begin(Odf *d, const char **attributes) {
    const char *id = sax_attribute(attributes, "id");
    uint32_t *slot;
    Change *c;

    d->in_region = true;
    if (d->n_changes == CHANGES_MAX)
        return 0;
    if (!d->index)
        d->index = calloc(CHANGE_SLOTS, sizeof(*d->index));
    if (d->n_changes == d->cap_changes) {
        size_t cap = d->cap_changes ? 2 * d->cap_changes : 32;
        Change *more = realloc(d->changes, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        d->changes = more;
        d->cap_changes = cap;
    }
    c = &d->changes[d->n_changes++];
    *c = (Change){.id = office_name(d->o, id), .at = (uint32_t)d->gone.n};
    if (!c->id.at || !d->index)
        return -ENOMEM;
    slot = change_slot(d, c->id);
    if (!*slot)
        *slot = (uint32_t)d->n_changes;
    return 0;
}

static Change *change_of(Odf *d, const char **attributes) {
    const char *id = sax_attribute(attributes, "change-id");
    const uint32_t *slot = id && d->index ? change_slot(d, span_of(id)) : NULL;

    return slot && *slot ? &d->changes[*slot - 1] : NULL;
}

/* A deletion's place: what stood there. */
static int change_point(Odf *d, const char **attributes) {
    Change *c = change_of(d, attributes);
    int r;

    if (!c || c->insertion || !c->n)
        return 0;
    c->named = true;
    d->story.deleting++;
    r = story_text(&d->story, span(d->gone.at + c->at, c->n));
    d->story.deleting--;
    return r;
}

/* Deletions that no paragraph names: on their own. */
static int emit_changes(Odf *d) {
    bool begun = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < d->n_changes; i++) {
        Change *c = &d->changes[i];

        if (c->named || !c->n)
            continue;
        if (!begun)
            r = extract_part(d->o->x, PART_SECTION, span_of("deleted"));
        begun = true;
        if (r == 0)
            r = extract_text(d->o->x, span(d->gone.at + c->at, c->n));
        if (r == 0)
            r = extract_text(d->o->x, span_of("\n"));
    }
    return r;
}

static int gather_deleted(Odf *d, Span text) {
    if (d->gone.n + text.n > CHANGES_BYTES || !d->n_changes) { /* on its own, at once */
        return story_text(&d->story, text);
    }
    buf_span(&d->gone, text);
    d->changes[d->n_changes - 1].n += (uint32_t)text.n;
    return buf_error(&d->gone);
}

/* ---- asides ---- */

/* In a spreadsheet not into the cells. */
static int put_aside(Odf *d, const char *value) {
    int r;

    if (!d->in_table)
        return story_aside(&d->story, value);
    r = story_open(&d->story);
    if (r == 0)
        r = story_aside(&d->story, value);
    return r ? r : story_close_into(&d->story, STORY_SHAPES, d->row, d->column);
}

/* ---- cells of a spreadsheet (9.1) ---- */

static int table_begin(Odf *d, const char **attributes) {
    const char *name = sax_attribute(attributes, "name");
    int r;

    if (d->in_table) { /* a table in a cell: its text is the cell's */
        d->nested_tables++;
        return 0;
    }
    d->in_table = true;
    d->row = 1;
    d->rows = 0;
    buf_clear(&d->name);
    buf_text(&d->name, name ? name : "");
    r = story_loose(&d->story);
    if (r == 0)
        r = buf_error(&d->name);
    sheet_done(&d->sheet);
    return r ? r : sheet_begin(&d->sheet, d->o->x, PART_SHEET, buf_as_span(&d->name));
}

static int table_end(Odf *d) {
    int r;

    if (d->nested_tables) {
        d->nested_tables--;
        return 0;
    }
    d->in_table = false;
    r = sheet_end(&d->sheet);
    return r ? r : story_lists(&d->story, buf_as_span(&d->name));
}

static void row_begin(Odf *d, const char **attributes) {
    d->rows = number_of(sax_attribute(attributes, "number-rows-repeated"), 1, REPEAT_MAX);
    d->column = 1;
}

static int cell_begin(Odf *d, const char **attributes) {
    static const char *const values[] = {"date-value", "time-value", "boolean-value", "value",
                                         "string-value"};
    const char *type = sax_attribute(attributes, "value-type");
    const char *formula = sax_attribute(attributes, "formula");

    d->columns = number_of(sax_attribute(attributes, "number-columns-repeated"), 1, REPEAT_MAX);
    d->in_cell = true;
    d->over = 0;
    buf_clear(&d->text);
    buf_clear(&d->value);
    snprintf(d->type, sizeof(d->type), "%s", type ? type : "");
    for (size_t i = 0; d->value.n == 0 && i < N_ELEMENTS(values); i++) {
        const char *v = sax_attribute(attributes, values[i]);

        buf_text(&d->value, v ? v : "");
    }
    return formula && sheet_formula_carries(span_of(formula)) ? put_aside(d, formula) : 0;
}

/* What is shown is the number with signs between its digits, as 078-05-1120, and not grouped. */
static bool shows_digits(Span shown, Span number) {
    size_t k = 0;

    for (size_t i = 0; i < shown.n; i++) {
        uint8_t c = shown.at[i];

        if (c == ',' || c == '.' || c >= 0x80 || (c | 32) == 'e' || c == '%')
            return false;
        if (c < '0' || c > '9' || (k == 0 && c == '0'))
            continue;
        if (k == number.n || number.at[k++] != c)
            return false;
    }
    return k == number.n && k > 0;
}

/* A date without a time that is midnight; the T of one with a time is a blank for readers. */
static Span date_text(Odf *d) {
    for (size_t i = 0; i < d->value.n; i++) {
        if (d->value.at[i] == 'T')
            d->value.at[i] = ' ';
    }
    return buf_as_span(&d->value);
}

static Span cell_text(Odf *d) {
    static const CellFormat plain = {.kind = CELL_PLAIN};
    Span shown = buf_as_span(&d->text), value = buf_as_span(&d->value);

    if (!value.n)
        return shown;
    if (is(d->type, "date"))
        return date_text(d);
    if (is(d->type, "float") || is(d->type, "currency") || is(d->type, "percentage")) {
        buf_clear(&d->printed);
        cell_print_text(&plain, value, false, &d->printed);
        value = buf_as_span(&d->printed);
        return shows_digits(shown, value) ? shown : value;
    }
    return shown.n ? shown : value;
}

static int cell_end(Odf *d) {
    Span text = cell_text(d);
    int r = 0;

    d->in_cell = false;
    if (buf_error(&d->text) || buf_error(&d->value) || buf_error(&d->printed))
        return -ENOMEM;
    if (text.n)
        r = sheet_cell(&d->sheet, d->row, d->column, text);
    if (d->column < REPEAT_MAX)
        d->column += d->columns;
    return r;
}

static int gather_cell(Odf *d, Span text) {
    int r = 0;

    if (d->text.n + text.n > CELL_MAX) {
        r = sheet_cell(&d->sheet, d->row, d->column, buf_as_span(&d->text));
        buf_clear(&d->text);
    }
    buf_span(&d->text, text);
    return r ? r : buf_error(&d->text);
}

static bool in_cell_text(const Odf *d) {
    return d->in_cell && !d->over;
}

/* ---- text ---- */

static int put_text(Odf *d, Span text) {
    if (d->in_deletion && d->paragraphs)
        return gather_deleted(d, text);
    return in_cell_text(d) ? gather_cell(d, text) : story_text(&d->story, text);
}

/* 6.1.2: in a paragraph white space is one blank, and none at its beginning. */
static int put_collapsed(Odf *d, Span text) {
    size_t from = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i <= text.n; i++) {
        bool space = i < text.n && (text.at[i] == ' ' || text.at[i] == '\n' || text.at[i] == '\t' ||
                                    text.at[i] == '\r');

        if (i < text.n && !space)
            continue;
        if (i > from) {
            r = put_text(d, span(text.at + from, i - from));
            d->blank = false;
        }
        from = i + 1;
        if (r == 0 && space && !d->blank) {
            r = put_text(d, span_of(" "));
            d->blank = true;
        }
    }
    return r;
}

static int on_text(void *of, Span text) {
    Odf *d = of;

    if (d->in_meta && !sax_blank(text)) {
        int r = properties_fact(d->o->x, d->element, text);

        if (r)
            return r;
    }
    if (d->paragraphs)
        return put_collapsed(d, text);
    return sax_blank(text) ? 0 : put_text(d, text);
}

static int put_spaces(Odf *d, const char **attributes) {
    uint32_t n = number_of(sax_attribute(attributes, "c"), 1, SPACES_MAX);
    int r = 0;

    while (r == 0 && n--)
        r = put_text(d, span_of(" "));
    return r;
}

static int paragraph_begin(Odf *d) {
    d->paragraphs++;
    d->blank = true;
    if (d->in_deletion)
        return d->n_changes && d->changes[d->n_changes - 1].n ? gather_deleted(d, span_of("\n"))
                                                              : 0;
    if (in_cell_text(d))
        return d->text.n ? gather_cell(d, span_of(" ")) : 0;
    return story_open(&d->story);
}

/* What waits to come out apart is not gathered without end. */
static int bound_lists(Odf *d) {
    enum { WAITING_MAX = 1 << 20 };
    int r;

    if (d->story.lists[STORY_COMMENTS].n + d->story.lists[STORY_SHAPES].n < WAITING_MAX)
        return 0;
    r = story_lists(&d->story, d->in_table ? buf_as_span(&d->name) : span(NULL, 0));
    if (r == 0 && d->in_table)
        r = extract_part(d->o->x, PART_SHEET, buf_as_span(&d->name));
    return r;
}

static int remark_end(Odf *d) {
    int r = bound_lists(d);

    return r ? r
             : story_close_into(&d->story, STORY_COMMENTS, d->in_table ? d->row : d->story.row,
                                d->in_table ? d->column : 0);
}

static int paragraph_end(Odf *d) {
    if (d->paragraphs)
        d->paragraphs--;
    if (d->in_deletion || in_cell_text(d))
        return 0;
    if (d->remarks)
        return remark_end(d);
    if (d->in_table) {
        int r = bound_lists(d);

        return r ? r : story_close_into(&d->story, STORY_SHAPES, d->row, d->column);
    }
    return story_close(&d->story);
}

/* ---- parts ---- */

static int page_begin(Odf *d) {
    char name[32];

    snprintf(name, sizeof(name), "%s%u", d->presentation ? "slide" : "page", ++d->pages);
    return story_part(&d->story, PART_PAGE, span_of(name));
}

/* A section beside the page or text at hand. */
static int section_begin(Odf *d, const char *what) {
    char name[64];

    if (d->pages && is(what, "notes"))
        snprintf(name, sizeof(name), "%s%u/%s", d->presentation ? "slide" : "page", d->pages, what);
    else
        snprintf(name, sizeof(name), "%s", what);
    return story_part(&d->story, PART_SECTION, span_of(name));
}

static int part_begin(Odf *d, const char *name, const char **attributes) {
    if (is(name, "spreadsheet")) {
        d->spreadsheet = true;
        return 0;
    }
    if (is(name, "presentation"))
        d->presentation = true;
    if (is(name, "page") && sax_attribute(attributes, "master-page-name"))
        return page_begin(d);
    if (is(name, "notes"))
        return section_begin(d, "notes");
    if (is(name, "header") || is(name, "header-left") || is(name, "header-first"))
        return section_begin(d, "header");
    if (is(name, "footer") || is(name, "footer-left") || is(name, "footer-first"))
        return section_begin(d, "footer");
    if (is(name, "body")) /* of a flat document, behind its styles */
        return story_part(&d->story, PART_TEXT, span_of(""));
    return 0;
}

/* ---- elements ---- */

/* Attributes that people fill in, and any other that may be a value. */
static int gather_attribute(Odf *d, const char *name, const char *value) {
    static const char *const texts[] = {"title",       "label",         "current-value",
                                        "description", "text-contents", "help-message",
                                        "author",      "custom1"};
    static const char *const values[] = {"value", "date-value", "time-value", "string-value",
                                         "formula"}; /* of cells */

    if (is(name, "href")) /* links inside the package are members of it, and come as such */
        return strchr(value, ':') ? put_aside(d, value) : 0;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        if (is(name, texts[i]))
            return put_aside(d, value);
    }
    for (size_t i = 0; d->in_cell && i < N_ELEMENTS(values); i++) {
        if (is(name, values[i]))
            return 0;
    }
    return office_attribute(d->o, name, value);
}

static int gather_attributes(Odf *d, const char **attributes) {
    int r = 0;

    for (; r == 0 && *attributes; attributes += 2)
        r = gather_attribute(d, sax_local(attributes[0]), attributes[1]);
    return r;
}

static int cells_start(Odf *d, const char *name, const char **attributes) {
    if (is(name, "table"))
        return table_begin(d, attributes);
    if (!d->in_table || d->nested_tables)
        return 0;
    if (is(name, "table-row"))
        row_begin(d, attributes);
    else if (is(name, "table-cell") || is(name, "covered-table-cell"))
        return cell_begin(d, attributes);
    else if (d->in_cell && (d->over || is(name, "annotation") || is(name, "frame") ||
                            is(name, "custom-shape") || is(name, "g") || is(name, "control")))
        d->over++;
    return 0;
}

static int cells_end(Odf *d, const char *name) {
    if (is(name, "table"))
        return d->in_table ? table_end(d) : 0;
    if (!d->in_table || d->nested_tables)
        return 0;
    if (d->over) {
        d->over--;
        return 0;
    }
    if (is(name, "table-row"))
        d->row += d->rows;
    else if (d->in_cell && (is(name, "table-cell") || is(name, "covered-table-cell")))
        return cell_end(d);
    return 0;
}

static int text_start(Odf *d, const char *name, const char **attributes) {
    if (is(name, "p") || is(name, "h"))
        return paragraph_begin(d);
    if (is(name, "s"))
        return put_spaces(d, attributes);
    if (is(name, "tab"))
        return put_text(d, span_of("\t"));
    if (is(name, "line-break"))
        return put_text(d, span_of("\n"));
    if (is(name, "note-citation") || is(name, "ruby-text")) /* not a part of the word before it */
        return put_text(d, span_of(" "));
    if (is(name, "annotation")) {
        d->remarks++;
        return story_open(&d->story); /* for its author and date */
    }
    if (is(name, "changed-region"))
        return change_begin(d, attributes);
    else if (is(name, "deletion") && d->in_region)
        d->in_deletion = true;
    else if (is(name, "insertion") && d->in_region && d->n_changes)
        d->changes[d->n_changes - 1].insertion = true;
    else if (is(name, "change"))
        return change_point(d, attributes);
    else if (is(name, "change-start") || is(name, "change-end")) {
        Change *c = change_of(d, attributes);

        if (c && c->insertion && is(name, "change-start"))
            d->story.inserting++;
        else if (c && c->insertion && d->story.inserting)
            d->story.inserting--;
    } else if (!d->spreadsheet && is(name, "table-cell"))
        story_cell_open(&d->story);
    return 0;
}

static int on_start(void *of, const char *name, const char **attributes) {
    Odf *d = of;
    int r = part_begin(d, name, attributes);

    d->in_meta |= is(name, "meta");
    if (d->in_meta)
        snprintf(d->element, sizeof(d->element), "%s", name);
    if (r == 0 && d->spreadsheet)
        r = cells_start(d, name, attributes);
    if (r == 0)
        r = text_start(d, name, attributes);
    return r ? r : gather_attributes(d, attributes);
}

static int text_end(Odf *d, const char *name) {
    if (is(name, "p") || is(name, "h"))
        return paragraph_end(d);
    if (is(name, "annotation") && d->remarks) {
        int r = remark_end(d);

        d->remarks--;
        return r;
    }
    if (d->remarks && (is(name, "creator") || is(name, "date")))
        return put_text(d, span_of("\n"));
    if (is(name, "deletion"))
        d->in_deletion = false;
    else if (is(name, "changed-region"))
        d->in_region = false;
    else if (is(name, "note-citation"))
        return put_text(d, span_of(" "));
    else if (!d->spreadsheet && is(name, "table-cell"))
        story_cell_close(&d->story);
    else if (!d->spreadsheet && is(name, "table-row"))
        story_row_close(&d->story);
    else if (!d->paragraphs && !d->in_table)
        return story_loose(&d->story);
    return 0;
}

static int on_end(void *of, const char *name) {
    Odf *d = of;
    int r = text_end(d, name);

    if (r == 0 && d->spreadsheet)
        r = cells_end(d, name);
    if (is(name, "spreadsheet"))
        d->spreadsheet = false;
    d->in_meta &= !is(name, "meta");
    return r;
}

/* ---- documents ---- */

static const SaxHandler handler = {
    .start = on_start, .end = on_end, .text = on_text, .other = office_other};

static int on_done(void *of) {
    Odf *d = of;
    int r = d->in_cell ? cell_end(d) : 0;

    if (r == 0 && d->in_table)
        r = table_end(d);
    if (r == 0)
        r = story_finish(&d->story);
    return r ? r : emit_changes(d);
}

static void odf_done(Odf *d) {
    story_done(&d->story);
    sheet_done(&d->sheet);
    free(d->changes);
    free(d->index);
    buf_wipe(&d->gone);
    buf_done(&d->name);
    buf_wipe(&d->text);
    buf_wipe(&d->value);
    buf_wipe(&d->printed);
}

/* "Object 1/content.xml" is a part of its own; its sections are named so. */
static int read_part(Office *o, Member *m) {
    _cleanup_(odf_done) Odf d = {.o = o};
    bool content = span_is(m->name, "content.xml");
    int r = story_begin(&d.story, o->x, content ? PART_TEXT : PART_SECTION,
                        content ? span_of("") : m->name);

    return r ? r : office_parse(o, m, &handler, &d, on_done);
}

int odf_read(Office *o) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_ODF, &at)))
        r = read_part(o, m);
    return r;
}

int odf_flat(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    Office o = {.x = x, .status = *ret_status, .encoding = encoding};
    _cleanup_(odf_done) Odf d = {.o = &o};
    int r = story_begin(&d.story, x, PART_SECTION, span_of("meta"));

    if (r == 0)
        r = office_parse_feed(&o, f, span_of("xml"), &handler, &d, on_done);
    *ret_status = o.status;
    arena_done(&o.arena);
    buf_done(&o.aside);
    return r;
}

/* ---- the manifest (part 2, 4): what is encrypted ---- */

typedef struct Manifest {
    Office *o;
    Member *entry; /* the one at hand */
} Manifest;

static int manifest_start(void *of, const char *name, const char **attributes) {
    Manifest *m = of;
    const char *path;

    if (is(name, "file-entry")) {
        path = sax_attribute(attributes, "full-path");
        m->entry = path ? package_find(m->o->package, span_of(path)) : NULL;
    } else if (is(name, "encryption-data")) {
        office_note(m->o, status_of(STATUS_ENCRYPTED, "odf"));
        if (m->entry)
            m->entry->kind = ROOT_ODF_ENCRYPTED;
    }
    return 0;
}

static int manifest_end(void *of, const char *name) {
    (void)of;
    (void)name;
    return 0;
}

static int manifest_text(void *of, Span text) {
    Manifest *m = of;

    return sax_blank(text) ? 0 : office_aside(m->o, text);
}

int odf_manifest(Office *o) {
    static const SaxHandler reader = {
        .start = manifest_start, .end = manifest_end, .text = manifest_text, .other = office_other};
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_ODF_MANIFEST, &at))) {
        Manifest reading = {.o = o};

        r = office_parse(o, m, &reader, &reading, NULL);
    }
    return r;
}
