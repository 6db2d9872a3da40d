/*
 * Workbook: see workbook.h.
 *
 * Two parts of the zip archive are read: the table of shared strings, and the sheet, whose cells
 * point into it. A cell says where it stands ("B3"); rows and cells that were left out are blank.
 */
#include "lib/workbook.h"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>

#include "base/arena.h"
#include "base/cleanup.h"

enum { PART_MAX = 64 << 20, COLUMNS_MAX = 256, ROWS_MAX = 1 << 20 };

typedef struct Parser {
    XML_Parser xml;
    Buf *to;    /* CSV; of the strings: all of them, each with a NUL behind it */
    Buf text;   /* of the cell or string at hand */
    size_t *at; /* where each shared string begins in `strings` */
    size_t n_at, cap_at;
    const Buf *strings;
    unsigned column, at_column; /* of the cell at hand; of the next field to write */
    bool in_text, shared, failed;
    unsigned rows;
} Parser;

bool workbook_looks(Span bytes) {
    return span_starts(bytes, span("PK\3\4", 4));
}

static void fail(Parser *p) {
    p->failed = true;
    XML_StopParser(p->xml, XML_FALSE);
}

/* Entities are for those who want to harm. */
static void on_doctype(void *of, const XML_Char *name _unused_, const XML_Char *system _unused_,
                       const XML_Char *public _unused_, int internal _unused_) {
    fail(of);
}

static void on_text(void *of, const XML_Char *text, int n) {
    Parser *p = of;

    if (p->in_text)
        buf_add(&p->text, text, (size_t)n);
    if (p->text.n > PART_MAX || p->text.failed)
        fail(p);
}

static const char *attribute(const XML_Char **attributes, const char *name) {
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    return "";
}

/* Names may have a prefix: x:c. */
static const char *local(const XML_Char *name) {
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

/* ---- shared strings ---- */

static void strings_begin(void *of, const XML_Char *name, const XML_Char **attributes _unused_) {
    Parser *p = of;

    if (strcmp(local(name), "t") == 0)
        p->in_text = true;
    if (strcmp(local(name), "si") == 0)
        buf_clear(&p->text);
    if (strcmp(local(name), "rPh") == 0) /* how it is spoken: no part of it */
        p->shared = true;
    p->in_text &= !p->shared;
}

static int string_end(Parser *p) {
    if (p->n_at == p->cap_at) {
        size_t cap = p->cap_at ? 2 * p->cap_at : 256, *at = reallocarray(p->at, cap, sizeof(*at));

        if (!at)
            return -ENOMEM;
        p->at = at;
        p->cap_at = cap;
    }
    p->at[p->n_at++] = p->to->n;
    buf_span(p->to, buf_as_span(&p->text));
    buf_byte(p->to, 0);
    return buf_error(p->to);
}

static void strings_end(void *of, const XML_Char *name) {
    Parser *p = of;

    if (strcmp(local(name), "t") == 0)
        p->in_text = false;
    if (strcmp(local(name), "rPh") == 0)
        p->shared = false;
    if (strcmp(local(name), "si") == 0 && string_end(p) < 0)
        fail(p);
}

/* ---- the sheet ---- */

/* "AB12": 27. */
static unsigned column_of(const char *reference) {
    unsigned column = 0;

    for (; *reference >= 'A' && *reference <= 'Z' && column < 1000; reference++)
        column = column * 26 + (unsigned)(*reference - 'A' + 1);
    return column ? column - 1 : 0;
}

static void sheet_begin(void *of, const XML_Char *name, const XML_Char **attributes) {
    Parser *p = of;
    const char *word = local(name);

    if (strcmp(word, "row") == 0) {
        p->column = p->at_column = 0;
        if (++p->rows > ROWS_MAX)
            fail(p);
    } else if (strcmp(word, "c") == 0) {
        const char *reference = attribute(attributes, "r");

        p->column = *reference ? column_of(reference) : p->column + (p->at_column > 0);
        p->shared = strcmp(attribute(attributes, "t"), "s") == 0;
        buf_clear(&p->text);
    } else if (strcmp(word, "v") == 0 || strcmp(word, "t") == 0) {
        p->in_text = true;
    }
}

static const char *shared_string(const Parser *p) {
    size_t i = strtoul(buf_cstr(&p->text), NULL, 10);

    return i < p->n_at ? (const char *)p->strings->at + p->at[i] : "";
}

static void field_put(Buf *to, const char *text) {
    buf_byte(to, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_byte(to, '"');
        buf_byte(to, (uint8_t)*text);
    }
    buf_byte(to, '"');
}

static void cell_end(Parser *p) {
    if (p->column >= COLUMNS_MAX || p->column < p->at_column || !p->text.n)
        return;
    for (; p->at_column < p->column; p->at_column++)
        buf_byte(p->to, ',');
    field_put(p->to, p->shared ? shared_string(p) : buf_cstr(&p->text));
}

static void sheet_end(void *of, const XML_Char *name) {
    Parser *p = of;
    const char *word = local(name);

    if (strcmp(word, "v") == 0 || strcmp(word, "t") == 0)
        p->in_text = false;
    else if (strcmp(word, "c") == 0)
        cell_end(p);
    else if (strcmp(word, "row") == 0)
        buf_byte(p->to, '\n');
    if (p->to->n > PART_MAX || p->to->failed)
        fail(p);
}

/* ---- parts ---- */

static int parse(Parser *p, const Buf *part, XML_StartElementHandler begin,
                 XML_EndElementHandler end) {
    bool good;

    p->xml = XML_ParserCreate(NULL);
    if (!p->xml)
        return -ENOMEM;
    XML_SetUserData(p->xml, p);
    XML_SetElementHandler(p->xml, begin, end);
    XML_SetCharacterDataHandler(p->xml, on_text);
    XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
    good = XML_Parse(p->xml, (const char *)part->at, (int)part->n, 1) == XML_STATUS_OK;
    XML_ParserFree(p->xml);
    return good && !p->failed ? 0 : -EINVAL;
}

static int entry_read(struct archive *a, Buf *to) {
    char piece[1 << 16];
    la_ssize_t n;

    buf_clear(to);
    while ((n = archive_read_data(a, piece, sizeof(piece))) > 0) {
        buf_add(to, piece, (size_t)n);
        if (to->n > PART_MAX)
            return -EINVAL;
    }
    return n < 0 ? -EINVAL : buf_error(to);
}

/* The two parts, whatever their order. */
static int parts_read(struct archive *a, Buf *strings, Buf *sheet) {
    struct archive_entry *entry;
    int r = 0;

    while (r == 0 && archive_read_next_header(a, &entry) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);

        if (name && strcmp(name, "xl/sharedStrings.xml") == 0)
            r = entry_read(a, strings);
        else if (name && strcmp(name, "xl/worksheets/sheet1.xml") == 0)
            r = entry_read(a, sheet);
    }
    return r < 0 ? r : sheet->n ? 0 : -EINVAL;
}

static int archive_open(Span bytes, Buf *strings, Buf *sheet) {
    struct archive *a = archive_read_new();
    int r = a ? -EINVAL : -ENOMEM;

    if (a && archive_read_support_format_zip(a) == ARCHIVE_OK &&
        archive_read_open_memory(a, bytes.at, bytes.n) == ARCHIVE_OK)
        r = parts_read(a, strings, sheet);
    archive_read_free(a);
    return r;
}

int workbook_read(Span bytes, Error *reterr, Buf *to) {
    _cleanup_(buf_done) Buf strings_part = {0}, sheet_part = {0}, strings = {0};
    Parser s = {.to = &strings}, p = {.to = to, .strings = &strings};
    int r = archive_open(bytes, &strings_part, &sheet_part);

    if (r == 0 && strings_part.n)
        r = parse(&s, &strings_part, strings_begin, strings_end);
    p.at = s.at;
    p.n_at = s.n_at;
    if (r == 0)
        r = parse(&p, &sheet_part, sheet_begin, sheet_end);
    if (r == 0)
        r = buf_error(to);
    free(s.at);
    buf_done(&s.text);
    buf_done(&p.text);
    return r == -EINVAL ? error_set(reterr, r,
                                    "it is no spreadsheet that can be read: save it as "
                                    "CSV and give that")
                        : r;
}
