/*
 * Bson: one document behind the other, as mongodump writes them, and its archives, in which those
 * of many collections take turns.
 *
 *   length ─▶ element (type, name, value) ─▶ ... ─▶ 0 ─▶ the next document
 *
 * A document is a row; a column is the path of names without array indexes ("user.ssn"), as in the
 * reader of JSON. A document is in memory as a whole, DOCUMENT_MAX at most, and memory follows what
 * there is of it. One that has a fault comes out as bytes, and the next one is looked for where it
 * ends; where a length makes no sense, the rest is bytes. Depth is bounded.
 */
#include "extract/format/bson.h"

#include "base/utf8.h"
#include "extract/format/cells.h"
#include "extract/format/format.h"
#include "extract/format/little.h"

enum {
    DOCUMENT_MAX = 64 << 20, /* the server takes 16 MiB */
    DOCUMENT_LEAST = 5,
    DEPTH_MAX = 128, /* the server takes 100 */
    STEP = 64 << 10,
    TABLES_MAX = 1024, /* collections of an archive; those beyond share the first, without a name */
};

typedef enum Type {
    TYPE_DOUBLE = 1,
    TYPE_STRING,
    TYPE_DOCUMENT,
    TYPE_ARRAY,
    TYPE_BINARY,
    TYPE_UNDEFINED,
    TYPE_ID,
    TYPE_BOOL,
    TYPE_DATE,
    TYPE_NULL,
    TYPE_REGEX,
    TYPE_POINTER,
    TYPE_CODE,
    TYPE_SYMBOL,
    TYPE_SCOPE,
    TYPE_INT32,
    TYPE_TIMESTAMP,
    TYPE_INT64,
    TYPE_DECIMAL,
    TYPE_MAX_KEY = 0x7F,
    TYPE_MIN_KEY = 0xFF,
} Type;

typedef struct Element {
    uint8_t type;
    Span name, value; /* value: with its length, if it has one */
    size_t n;         /* of all of it */
} Element;

/* A collection, or all documents of a file without a name for them. */
typedef struct Table {
    Buf name;
    Cells cells;
} Table;

typedef struct Bson {
    Extraction *x;
    Feed *f;
    Buf document, path;
    uint64_t offset; /* of the document */
    Cells *cells;    /* of the table at hand: one of those below */
    Table *tables[TABLES_MAX];
    size_t n_tables;
    Index names; /* of tables */
    bool corrupt;
} Bson;

/* ---- elements ---- */

/* The bytes of a C string with its end; 0: it has none. */
static size_t cstring(Span s) {
    const uint8_t *end = s.n ? memchr(s.at, 0, s.n) : NULL;

    return end ? (size_t)(end - s.at) + 1 : 0;
}

/* A length of 32 bits that counts `more` bytes beyond itself less than the value has. */
static size_t counted(Span s, size_t more, size_t least) {
    uint32_t n = s.n >= 4 ? little32(s.at) : 0;

    return s.n >= 4 && n >= least && n <= DOCUMENT_MAX ? n + more : 0;
}

/* The bytes of a value; 0 with *ret_ok false: it is none. */
static size_t value_size(uint8_t type, Span s, bool *ret_ok) {
    size_t n = 0;

    switch ((Type)type) {
    case TYPE_UNDEFINED:
    case TYPE_NULL:
    case TYPE_MAX_KEY:
    case TYPE_MIN_KEY:
        *ret_ok = true;
        return 0;
    case TYPE_BOOL:
        n = 1;
        break;
    case TYPE_INT32:
        n = 4;
        break;
    case TYPE_DOUBLE:
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_INT64:
        n = 8;
        break;
    case TYPE_ID:
        n = 12;
        break;
    case TYPE_DECIMAL:
        n = 16;
        break;
    case TYPE_STRING:
    case TYPE_CODE:
    case TYPE_SYMBOL:
        n = counted(s, 4, 1);
        break;
    case TYPE_POINTER:
        n = counted(s, 4 + 12, 1);
        break;
    case TYPE_BINARY:
        n = counted(s, 5, 0);
        break;
    case TYPE_DOCUMENT:
    case TYPE_ARRAY:
    case TYPE_SCOPE:
        n = counted(s, 0, DOCUMENT_LEAST);
        break;
    case TYPE_REGEX:
        n = cstring(s);
        n += n ? cstring(span(s.at + n, s.n - n)) : 0;
        break;
    }
    *ret_ok = n > 0;
    return n;
}

/* The element that s begins with; *ret_cut: it goes on beyond s. */
static bool take_element(Span s, Element *ret, bool *ret_cut) {
    size_t name = s.n ? cstring(span(s.at + 1, s.n - 1)) : 0, n;
    bool ok = false;

    *ret_cut = !name;
    if (!name)
        return false;
    n = value_size(s.at[0], span(s.at + 1 + name, s.n - 1 - name), &ok);
    *ret_cut = ok ? n > s.n - 1 - name : s.n - 1 - name < 4;
    *ret = (Element){.type = s.at[0],
                     .name = span(s.at + 1, name - 1),
                     .value = span(s.at + 1 + name, *ret_cut ? 0 : n),
                     .n = 1 + name + n};
    return ok && !*ret_cut;
}

bool bson_looks(Span head) {
    enum { NAME_LIKELY = 128 };
    size_t n = head.n >= DOCUMENT_LEAST ? little32(head.at) : 0, at = 4, elements = 0;
    bool cut = false;
    Element e;

    if (n <= DOCUMENT_LEAST || n > DOCUMENT_MAX)
        return false;
    if (n <= head.n && head.at[n - 1])
        return false;
    while (at < head.n && at < n - 1) {
        size_t end = n - 1 < head.n ? n - 1 : head.n;

        if (!take_element(span(head.at + at, end - at), &e, &cut))
            break;
        if (e.name.n > NAME_LIKELY || !utf8_displayable(e.name) || (elements == 0 && !e.name.n))
            return false;
        at += e.n;
        elements++;
    }
    return n <= head.n ? at == n - 1 : cut && elements > 0;
}

/* ---- cells ---- */

/* Of the path at hand. */
static int find_column(Bson *b, uint32_t *ret) {
    Span path = buf_as_span(&b->path);
    uint64_t hash = index_hash(1, path);

    *ret = cells_find(b->cells, hash);
    return *ret ? 0 : cells_name(b->cells, hash, path, ret);
}

/* Where something in the document stands in the file as such. */
static uint64_t source_of(const Bson *b, const uint8_t *at) {
    return b->f->derived ? MARK_NOWHERE : b->offset + (uint64_t)(at - b->document.at);
}

/* from: where it stands in the document; NULL: not as such. */
static int emit_cell(Bson *b, Span text, const uint8_t *from) {
    uint32_t column = 0;
    int r = text.n ? find_column(b, &column) : 0;

    return r ? r : cells_text(b->cells, column, text, from ? source_of(b, from) : MARK_NOWHERE);
}

static int emit_hex(Bson *b, Span bytes) {
    uint32_t column;
    int r = find_column(b, &column);

    return r ? r : cells_hex(b->cells, column, bytes);
}

static int emit_double(Bson *b, double v) {
    uint32_t column;
    int r = find_column(b, &column);

    return r ? r : cells_double(b->cells, column, v);
}

static int emit_integer(Bson *b, int64_t v) {
    uint32_t column;
    int r = find_column(b, &column);

    return r ? r : cells_integer(b->cells, column, v);
}

/* Milliseconds since 1970. */
static int emit_date(Bson *b, int64_t ms) {
    uint32_t column;
    int r = find_column(b, &column);

    return r ? r : cells_time(b->cells, column, ms);
}

/* IEEE 754-2008 decimal128, integer coefficient: 113 bits of digits, an exponent biased by 6176. */
static int emit_decimal(Bson *b, const uint8_t *at) {
    enum { BIAS = 6176, DIGITS = 40 };
    uint64_t high = little64(at + 8);
    unsigned __int128 v =
        (unsigned __int128)(high & ((UINT64_C(1) << 49) - 1)) << 64 | little64(at);
    int exponent = (int)(high >> 49 & 0x3FFF) - BIAS;
    char digits[DIGITS], text[2 * DIGITS];
    size_t i = sizeof(digits), n, point;

    if ((high >> 61 & 3) == 3) /* infinite, no number, or no canonical one */
        return 0;
    do {
        digits[--i] = (char)('0' + (int)(v % 10));
        v /= 10;
    } while (v);
    n = sizeof(digits) - i;
    point = exponent < 0 && (size_t)-exponent < n ? n - (size_t)-exponent : n;
    snprintf(text, sizeof(text), "%s%.*s%s%.*s", high >> 63 ? "-" : "", (int)point, digits + i,
             point < n ? "." : "", (int)(n - point), digits + i + point);
    if (exponent > 0 || (exponent < 0 && point == n))
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "E%d", exponent);
    return emit_cell(b, span_of(text), NULL);
}

static int emit_binary(Bson *b, Span bytes) {
    uint32_t column = 0;
    int r = bytes.n ? find_column(b, &column) : 0;

    return r ? r
             : cells_binary(b->cells, column, buf_as_span(&b->path), bytes, source_of(b, bytes.at));
}

static int emit_string(Bson *b, Span value) {
    return emit_cell(b, span(value.at + 4, little32(value.at) - 1), value.at + 4);
}

static int emit_value(Bson *b, const Element *e) {
    const uint8_t *at = e->value.at;

    switch ((Type)e->type) {
    case TYPE_DOUBLE:
        return emit_double(b, little_double(at));
    case TYPE_STRING:
    case TYPE_CODE:
    case TYPE_SYMBOL:
    case TYPE_POINTER:
        return emit_string(b, e->value);
    case TYPE_BINARY:
        return emit_binary(b, span(at + 5, e->value.n - 5));
    case TYPE_ID:
        return emit_hex(b, e->value);
    case TYPE_BOOL:
        return emit_cell(b, span_of(at[0] ? "true" : "false"), NULL);
    case TYPE_DATE:
        return emit_date(b, (int64_t)little64(at));
    case TYPE_REGEX:
        return emit_cell(b, span(at, cstring(e->value) - 1), at);
    case TYPE_INT32:
        return emit_integer(b, (int32_t)little32(at));
    case TYPE_TIMESTAMP:
        return emit_date(b, (int64_t)(little64(at) >> 32) * 1000);
    case TYPE_INT64:
        return emit_integer(b, (int64_t)little64(at));
    case TYPE_DECIMAL:
        return emit_decimal(b, at);
    case TYPE_SCOPE: { /* length, code, variables that nobody uses */
        size_t n = e->value.n >= 8 ? little32(at + 4) : 0;

        return n && n <= e->value.n - 8 ? emit_cell(b, span(at + 8, n - 1), at + 8) : 0;
    }
    default:
        return 0;
    }
}

/* ---- documents ---- */

/* Every byte of it belongs to an element, and so on inside. */
static bool document_holds(Span s, unsigned depth) {
    size_t at = 4;
    bool cut;
    Element e;

    if (depth > DEPTH_MAX || s.n < DOCUMENT_LEAST || little32(s.at) != s.n || s.at[s.n - 1])
        return false;
    while (at < s.n - 1) {
        if (!take_element(span(s.at + at, s.n - 1 - at), &e, &cut))
            return false;
        if ((e.type == TYPE_DOCUMENT || e.type == TYPE_ARRAY) &&
            !document_holds(e.value, depth + 1))
            return false;
        at += e.n;
    }
    return true;
}

/* Of one that holds. */
static int emit_document(Bson *b, Span s, bool array) {
    size_t at = 4, path = b->path.n;
    bool cut;
    Element e;
    int r = 0;

    while (r == 0 && at < s.n - 1 && take_element(span(s.at + at, s.n - 1 - at), &e, &cut)) {
        if (!array && b->path.n + e.name.n < PART_NAME_MAX) {
            buf_text(&b->path, path ? "." : "");
            buf_span(&b->path, e.name);
        }
        if (buf_error(&b->path))
            return -ENOMEM;
        if (e.type == TYPE_DOCUMENT || e.type == TYPE_ARRAY)
            r = emit_document(b, e.value, e.type == TYPE_ARRAY);
        else
            r = emit_value(b, &e);
        b->path.n = path;
        at += e.n;
    }
    return r;
}

static int emit_damaged(Bson *b) {
    uint64_t at = b->f->derived ? MARK_NOWHERE : b->offset;
    int r = extract_bytes(b->x, buf_as_span(&b->document), at, ENCODING_BINARY);

    b->corrupt = true;
    return r ? r : cells_part(b->cells);
}

/* The next document into memory: its size, 0 at the end; what is cut is there as far as it goes. */
static ssize_t take_document(Bson *b) {
    uint8_t length[4];
    ssize_t got = feed_read(b->f, length, 4);
    size_t n, have = 4;

    buf_clear(&b->document);
    if (got <= 0)
        return got;
    buf_add(&b->document, length, (size_t)got);
    n = got == 4 ? little32(length) : 0;
    if (n < DOCUMENT_LEAST || n > DOCUMENT_MAX)
        return buf_error(&b->document) ? -ENOMEM : got;
    while (have < n) { /* memory follows what there is */
        size_t step = n - have < STEP ? n - have : STEP;
        uint8_t *at = buf_extend(&b->document, step);

        got = at ? feed_read(b->f, at, step) : -ENOMEM;
        if (got < 0)
            return got;
        b->document.n = have + (size_t)got;
        if ((size_t)got < step)
            break;
        have += step;
    }
    return (ssize_t)b->document.n;
}

static int read_document(Bson *b) {
    b->cells->row++;
    return document_holds(buf_as_span(&b->document), 0)
               ? emit_document(b, buf_as_span(&b->document), false)
               : emit_damaged(b);
}

static int read_documents(Bson *b) {
    for (;;) {
        ssize_t got;
        int r;

        b->offset = b->f->at;
        got = take_document(b);
        if (got <= 0)
            return (int)got;
        r = read_document(b);
        if (r || b->document.n < DOCUMENT_LEAST)
            return r ? r : extract_rest(b->x, b->f, ENCODING_BINARY);
    }
}

/* ---- tables ---- */

static int new_table(Bson *b, Span name, Table **ret) {
    Table *t = calloc(1, sizeof(*t));

    if (!t)
        return -ENOMEM;
    b->tables[b->n_tables++] = t;
    buf_span(&t->name, name);
    t->cells.x = b->x;
    t->cells.table = buf_as_span(&t->name);
    *ret = t;
    return buf_error(&t->name);
}

/* The table of that name is the one at hand. */
static int go_table(Bson *b, Span name) {
    uint64_t hash = index_hash(0, name);
    uint32_t number = index_find(&b->names, hash);
    Table *t = number ? b->tables[number - 1] : b->tables[0];
    int r = 0;

    if (!number && b->n_tables < TABLES_MAX) {
        r = new_table(b, name, &t);
        if (r == 0)
            r = index_add(&b->names, hash, (uint32_t)b->n_tables);
    }
    if (r || &t->cells == b->cells)
        return r;
    if (b->cells)
        r = cells_end(b->cells);
    b->cells = &t->cells;
    return r ? r : cells_part(b->cells);
}

static int bson_new(Extraction *x, Feed *f, Bson **ret) {
    Bson *b = calloc(1, sizeof(*b));

    if (!b)
        return -ENOMEM;
    b->x = x;
    b->f = f;
    *ret = b;
    return go_table(b, span(NULL, 0));
}

/* 0, or what the reading returned. */
static int bson_end(Bson *b, int r, Status *ret_status) {
    if (!b)
        return r;
    if (r == 0)
        r = cells_end(b->cells);
    if (b->corrupt)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    for (size_t i = 0; i < b->n_tables; i++) {
        buf_done(&b->tables[i]->name);
        cells_done(&b->tables[i]->cells);
        free(b->tables[i]);
    }
    index_done(&b->names);
    buf_wipe(&b->document);
    buf_wipe(&b->path);
    free(b);
    return r;
}

static int bson_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    Bson *b = NULL;
    int r = bson_new(x, f, &b);

    if (r == 0)
        r = read_documents(b);
    return bson_end(b, r, ret_status);
}

/* ---- archives ---- */

/*
 * mongodump --archive (mongo-tools, common/archive): a magic; documents that tell of the dump and
 * of each collection; then pieces of collections, as they came. The head of a piece names its
 * collection.
 *
 *     magic ─▶ prelude ... ─▶ end ─▶ head ─▶ document ─▶ ... ─▶ end ─▶ head ─▶ ...
 */
typedef enum Stage { STAGE_PRELUDE, STAGE_HEAD, STAGE_DOCUMENTS } Stage;

/* The text of an element of a document that holds, or empty. */
static Span find_text(Span s, const char *name) {
    size_t at = 4;
    bool cut;
    Element e;

    while (at < s.n - 1 && take_element(span(s.at + at, s.n - 1 - at), &e, &cut)) {
        if (e.type == TYPE_STRING && span_is(e.name, name))
            return span(e.value.at + 4, little32(e.value.at) - 1);
        at += e.n;
    }
    return span(NULL, 0);
}

/* The head of a piece: what follows is of its collection. */
static int enter_piece(Bson *b) {
    _cleanup_(buf_done) Buf name = {.limit = PART_NAME_MAX};
    Span head = buf_as_span(&b->document);

    if (!document_holds(head, 0))
        return emit_damaged(b);
    buf_span(&name, find_text(head, "db"));
    buf_byte(&name, '.');
    buf_span(&name, find_text(head, "collection"));
    return go_table(b, name.failed ? span(NULL, 0) : buf_as_span(&name));
}

static bool is_end(const Bson *b) {
    return b->document.n == 4 && little32(b->document.at) == UINT32_MAX;
}

static int read_archive(Bson *b) {
    Stage stage = STAGE_PRELUDE;

    for (;;) {
        ssize_t got;
        int r = 0;

        b->offset = b->f->at;
        got = take_document(b);
        if (got <= 0) {
            b->corrupt |= got == 0 && stage != STAGE_HEAD;
            return (int)got;
        }
        if (is_end(b)) {
            b->corrupt |= stage == STAGE_HEAD;
            stage = STAGE_HEAD;
            continue;
        }
        if (stage == STAGE_HEAD) {
            r = enter_piece(b);
            stage = STAGE_DOCUMENTS;
        } else {
            r = read_document(b);
        }
        if (r || b->document.n < DOCUMENT_LEAST)
            return r ? r : extract_rest(b->x, b->f, ENCODING_BINARY);
    }
}

static int archive_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    uint8_t magic[4];
    Bson *b = NULL;
    int r = feed_read(f, magic, sizeof(magic)) == -ENOMEM ? -ENOMEM : bson_new(x, f, &b);

    if (r == 0)
        r = read_archive(b);
    return bson_end(b, r, ret_status);
}

const Extractor bson_extractor = {
    .format = "bson",
    .place = EXTRACT_FORMAT,
    .extract = bson_extract,
};

const Extractor mongodump_extractor = {
    .format = "mongodump",
    .place = EXTRACT_FORMAT,
    .extract = archive_extract,
};
