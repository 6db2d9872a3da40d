/*
 * Xml: any XML as a table: a column is an element path, a row a record.
 *
 * Column "/people/person/ssn", and "/people/person/@id" for an attribute. Which elements are
 * records, repetition says: the shallowest depth at which an element with children or attributes
 * (or any child of the root) follows one of its own name. Each element at that depth begins a row;
 * before that is known there is one row. Text is joined over inline elements of mixed content
 * (an element that has had text of its own); elements that only hold elements separate theirs, a
 * tab between leaves, a line feed behind what has children.
 *
 * All that is in the file comes out: declarations of entities, comments and instructions as they
 * are written, and, from where the XML is not well-formed, too deep or expands too much, the bytes
 * themselves. The table is a view of the text, so such a file is still `read`. Text carries its
 * place in the bytes as long as they are the same.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/utf8.h"
#include "extract/format/format.h"
#include "extract/format/office.h"
#include "extract/format/sax.h"

enum { SLOTS = 16384 }; /* a power of two, well above PART_COLUMNS_MAX */

typedef struct Level {
    uint64_t hash;   /* of the path so far */
    size_t path;     /* bytes of it */
    uint32_t column; /* of its text; NOT_ASKED */
    bool mixed;      /* has had text of its own */
    bool complex;    /* has had children or attributes */
    /* of its children */
    uint64_t last;     /* hash of the last one */
    bool last_complex; /* ... which had children or attributes */
    uint64_t run;      /* how many of that name followed each other */
} Level;

enum { NOT_ASKED = UINT32_MAX };

typedef struct Xml {
    Extraction *x;
    Sax *sax;
    Level levels[SAX_DEPTH_MAX + 1]; /* 0: the document */
    unsigned depth;
    unsigned record_depth; /* 0: not known */
    uint64_t row;
    Buf path;
    uint64_t *slots; /* hashes of paths that are columns; 0: empty */
    uint32_t *numbers;
    uint32_t n_columns;
    char separator; /* owed before the next text; 0: none */
    bool any;       /* text came out */
    /* the text at hand goes on at */
    uint64_t at_row, next;
    uint32_t at_column;
} Xml;

/* ---- text ---- */

static void owe(Xml *s, char separator) {
    if (s->any && s->separator != '\n')
        s->separator = separator;
}

static int put_separator(Xml *s) {
    char c = s->separator;

    if (!c)
        return 0;
    s->separator = 0;
    s->next = MARK_NOWHERE;
    return extract_text(s->x, span(&c, 1));
}

static int put(Xml *s, uint32_t column, uint64_t source, Span text) {
    int r = put_separator(s);

    if (r == 0 && (!s->any || s->at_row != s->row || s->at_column != column ||
                   source == MARK_NOWHERE || s->next != source)) {
        r = source == MARK_NOWHERE ? extract_at(s->x, s->row, column)
                                   : extract_from(s->x, s->row, column, source);
        s->at_row = s->row;
        s->at_column = column;
    }
    s->any = true;
    s->next = source == MARK_NOWHERE ? MARK_NOWHERE : source + text.n;
    return r ? r : extract_text(s->x, text);
}

/* Where a piece of text stands: a character that is written as a reference, where that begins. */
static uint64_t place_of(const Xml *s, Span text) {
    uint32_t c;

    return sax_verbatim(s->sax, text.n) || utf8_decode(text, &c) == text.n ? sax_offset(s->sax)
                                                                           : MARK_NOWHERE;
}

/* ---- columns ---- */

static uint64_t path_hash(uint64_t above, const char *name) {
    return XXH3_64bits_withSeed(name, strlen(name), above) | 1;
}

/* The number of the path that is in `path`; a new one is announced. 0: there are too many. */
static int column_of(Xml *s, uint64_t hash, uint32_t *ret) {
    size_t k = (size_t)hash & (SLOTS - 1);
    int r;

    while (s->slots[k] && s->slots[k] != hash)
        k = (k + 1) & (SLOTS - 1);
    *ret = s->numbers[k];
    if (s->slots[k] || s->n_columns == PART_COLUMNS_MAX)
        return 0;
    if (buf_error(&s->path))
        return -ENOMEM;
    s->slots[k] = hash;
    s->numbers[k] = *ret = ++s->n_columns;
    r = put_separator(s);
    return r ? r : extract_column(s->x, *ret, buf_as_span(&s->path));
}

static int level_column(Xml *s, Level *l, uint32_t *ret) {
    int r = 0;

    if (l->column == NOT_ASKED && s->depth)
        r = column_of(s, l->hash, &l->column);
    *ret = s->depth ? l->column : 0;
    return r;
}

static int on_text(void *of, Span text) {
    Xml *s = of;
    Level *l = &s->levels[s->depth];
    uint32_t column;
    int r;

    if (!l->mixed && sax_blank(text))
        return 0;
    l->mixed = true;
    r = level_column(s, l, &column);
    return r ? r : put(s, column, place_of(s, text), text);
}

/* Pieces of one declaration follow each other without a gap; all others stand alone. */
static int on_other(void *of, Span raw) {
    Xml *s = of;
    uint64_t source = place_of(s, raw);
    bool goes_on = s->any && !s->separator && source != MARK_NOWHERE && source == s->next;
    int r;

    if (!goes_on && (sax_blank(raw) || (raw.n > 6 && memcmp(raw.at, "<?xml ", 6) == 0)))
        return 0;
    if (!goes_on)
        owe(s, '\n');
    r = put(s, 0, source, raw);
    return r;
}

/* ---- elements ---- */

static int put_attributes(Xml *s, Level *l, const char **attributes) {
    size_t at = 0;
    int r = 0;

    for (; r == 0 && *attributes; attributes += 2) {
        const char *name = sax_local(attributes[0]);
        Span value = span_of(attributes[1]);
        uint64_t source = sax_value_offset(s->sax, value, &at);
        uint32_t column;

        l->complex = true;
        if (sax_blank(value))
            continue;
        buf_text(&s->path, "/@");
        buf_text(&s->path, name);
        owe(s, '\t');
        r = column_of(s, path_hash(l->hash + 1, name), &column);
        s->path.n = l->path;
        if (r == 0)
            r = put(s, column, source, value);
        owe(s, '\t');
    }
    return r;
}

/* A child of `parent` begins: is it a record? */
static void count_row(Xml *s, Level *parent, uint64_t hash) {
    unsigned depth = s->depth;
    bool repeats = parent->last == hash && depth > 1 && (parent->last_complex || depth == 2);

    parent->run = parent->last == hash ? parent->run + 1 : 1;
    parent->last = hash;
    if (depth == s->record_depth) {
        s->row++;
        owe(s, '\n');
    } else if (repeats && (!s->record_depth || depth < s->record_depth)) {
        s->record_depth = depth;
        s->row = parent->run;
        owe(s, '\n');
    }
}

static int on_start(void *of, const char *name, const char **attributes) {
    Xml *s = of;
    Level *parent = &s->levels[s->depth], *l = &s->levels[s->depth + 1];
    uint64_t hash = path_hash(parent->hash, name);

    if (!parent->mixed)
        owe(s, '\t');
    s->depth++;
    count_row(s, parent, hash);
    parent->complex = true;
    s->path.n = parent->path;
    buf_byte(&s->path, '/');
    buf_text(&s->path, name);
    *l = (Level){.hash = hash, .path = s->path.n, .column = NOT_ASKED};
    return put_attributes(s, l, attributes);
}

static int on_end(void *of, const char *name) {
    Xml *s = of;
    Level *l = &s->levels[s->depth], *parent = &s->levels[s->depth - 1];

    (void)name;
    if (!parent->mixed)
        owe(s, l->complex ? '\n' : '\t');
    else if (!l->mixed && !l->complex)
        owe(s, '\n'); /* an empty element in text: a break, an image */
    parent->last_complex = l->complex;
    s->depth--;
    s->path.n = parent->path;
    return 0;
}

/* ---- the document ---- */

static int read_rest(Xml *s, Feed *f, Encoding encoding) {
    uint64_t offset;
    Span rest = sax_rest(s->sax, &offset);
    int r = 0;

    if (rest.n)
        r = extract_bytes(s->x, rest, offset, encoding);
    return r ? r : extract_rest(s->x, f, encoding);
}

typedef int Reader(Extraction *x, Feed *f, Encoding encoding, Status *ret_status);

/* Formats of their own, whose text is not in the shape of their elements; NULL: none of these. */
static Reader *find_reader(Feed *f) {
    enum { HEAD = 4096 };
    static const struct {
        const char *root, *space;
        Reader *read;
    } readers[] = {
        {"document", "opendocument", odf_flat},
        {"wordDocument", "wordml", docx_flat},
        {"package", "xmlPackage", docx_flat},
    };
    SaxRoot root;
    Span head;

    if (feed_head(f, HEAD, &head) < 0 || !sax_root(head, &root))
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(readers); i++) {
        if (strcmp(root.name, readers[i].root) == 0 && strstr(root.space, readers[i].space))
            return readers[i].read;
    }
    return NULL;
}

static int xml_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    static const SaxHandler handler = {
        .start = on_start, .end = on_end, .text = on_text, .other = on_other};
    _cleanup_(free_p) Xml *s = calloc(1, sizeof(*s));
    _cleanup_(free_p) uint64_t *slots = calloc(SLOTS, sizeof(*slots));
    _cleanup_(free_p) uint32_t *numbers = calloc(SLOTS, sizeof(*numbers));
    _cleanup_(sax_freep) Sax *sax = NULL;
    SaxEnd end = SAX_WHOLE;
    Reader *reader = find_reader(f);
    int r;

    if (reader)
        return reader(x, f, encoding, ret_status);
    if (!s || !slots || !numbers)
        return -ENOMEM;
    *s = (Xml){.x = x, .row = 1, .slots = slots, .numbers = numbers};
    s->levels[0].hash = 1;
    r = sax_new(&handler, s, encoding, &sax);
    s->sax = sax;
    if (r == 0)
        r = extract_part(x, PART_TABLE, span_of(""));
    if (r == 0)
        r = sax_read(sax, x, f, &end);
    if (r == 0 && s->any)
        r = extract_text(x, span_of("\n"));
    if (r == 0 && end != SAX_WHOLE)
        r = read_rest(s, f, encoding);
    buf_done(&s->path);
    return r;
}

const Extractor xml_extractor = {.format = "xml", .place = EXTRACT_FORMAT, .extract = xml_extract};
