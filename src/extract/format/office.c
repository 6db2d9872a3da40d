/*
 * Office: see office.h.
 *
 * First a look at the root of each member. Then properties, whose dates belong to the whole; then
 * each family's reader takes what it knows. Last, what is left: targets of links, members nobody
 * took (pictures, embedded files, themes, custom XML), bytes between members.
 */
#include "extract/format/office.h"

#include "extract/format/format.h"
#include "extract/text/charset.h"
#include "extract/text/encoding.h"

enum {
    HEAD = 4096, /* of a member, for its root */
    ASIDE_MAX = 16 << 20,
    RELS_BYTES = 64 << 20, /* relationships of one part */
    STEP = 64 << 10,
};

void office_note(Office *o, Status status) {
    if (o->status.kind == STATUS_READ)
        o->status = status;
}

/* ---- what members are ---- */

typedef struct RootKind {
    const char *name, *space; /* a part of the namespace; strict and transitional differ */
    uint8_t kind;
} RootKind;

static const RootKind roots[] = {
    {"Types", "content-types", ROOT_TYPES},
    {"Relationships", "relationships", ROOT_RELATIONSHIPS},
    {"coreProperties", "core-properties", ROOT_PROPERTIES},
    {"Properties", "xtended", ROOT_PROPERTIES},
    {"Properties", "ustom", ROOT_PROPERTIES},
    {"document", "wordprocessingml", ROOT_BODY},
    {"glossaryDocument", "wordprocessingml", ROOT_STORY},
    {"hdr", "wordprocessingml", ROOT_STORY},
    {"ftr", "wordprocessingml", ROOT_STORY},
    {"footnotes", "wordprocessingml", ROOT_STORY},
    {"endnotes", "wordprocessingml", ROOT_STORY},
    {"comments", "wordprocessingml", ROOT_STORY},
    {"workbook", "spreadsheetml", ROOT_WORKBOOK},
    {"worksheet", "spreadsheetml", ROOT_WORKSHEET},
    {"chartsheet", "spreadsheetml", ROOT_WORKSHEET},
    {"dialogsheet", "spreadsheetml", ROOT_WORKSHEET},
    {"macrosheet", "", ROOT_WORKSHEET},
    {"sst", "spreadsheetml", ROOT_STRINGS},
    {"styleSheet", "spreadsheetml", ROOT_STYLES},
    {"comments", "spreadsheetml", ROOT_CELL_COMMENTS},
    {"ThreadedComments", "", ROOT_CELL_COMMENTS},
    {"pivotCacheDefinition", "spreadsheetml", ROOT_PIVOT},
    {"pivotCacheRecords", "spreadsheetml", ROOT_PIVOT_RECORDS},
    {"presentation", "presentationml", ROOT_PRESENTATION},
    {"sld", "presentationml", ROOT_SLIDE},
    {"notes", "presentationml", ROOT_NOTES},
    {"cmLst", "", ROOT_SLIDE_COMMENTS},
    {"sldMaster", "presentationml", ROOT_SLIDE_MASTER},
    {"sldLayout", "presentationml", ROOT_SLIDE_MASTER},
    {"notesMaster", "presentationml", ROOT_SLIDE_MASTER},
    {"handoutMaster", "presentationml", ROOT_SLIDE_MASTER},
    {"wsDr", "drawing", ROOT_STORY},
    {"chartSpace", "", ROOT_STORY},
    {"userShapes", "chart", ROOT_STORY},
    {"dataModel", "diagram", ROOT_STORY},
    {"drawing", "diagram", ROOT_STORY},
    {"document-content", "opendocument", ROOT_ODF},
    {"document-styles", "opendocument", ROOT_ODF},
    {"document", "opendocument", ROOT_ODF},
    {"document-meta", "opendocument", ROOT_PROPERTIES},
    {"manifest", "opendocument", ROOT_ODF_MANIFEST},
};

static uint8_t root_kind(Span head) {
    SaxRoot root;

    if (!sax_root(head, &root))
        return ROOT_NO_XML;
    for (size_t i = 0; i < N_ELEMENTS(roots); i++) {
        if (strcmp(root.name, roots[i].name) == 0 && strstr(root.space, roots[i].space))
            return roots[i].kind;
    }
    return ROOT_OTHER;
}

/* XML begins with '<', behind a byte order mark or not, in one byte a character or two. */
static bool may_be_xml(Span head) {
    for (size_t i = 0; i < head.n && i < 64; i++) {
        uint8_t c = head.at[i];

        if (c == '<')
            return true;
        if (c != 0 && c != ' ' && (c < '\t' || c > '\r') && c < 0xBB)
            return false;
    }
    return false;
}

static int look_at(Office *o, Member *m) {
    Stream s;
    Status barred;
    Span head;
    int r;

    m->kind = ROOT_NO_XML;
    if (package_barred(m, &barred))
        return 0;
    r = stream_open(o->package, m, &s);
    if (r < 0)
        return r;
    r = feed_head(&s.feed, HEAD, &head);
    if (r < 0)
        head = span(s.feed.head.at, s.feed.head.n);
    if (r != -ENOMEM)
        m->kind = may_be_xml(head) ? root_kind(head) : xlsb_kind(head);
    stream_close(&s);
    return r == -ENOMEM ? r : 0;
}

static int look_at_all(Office *o) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < o->package->n; i++) {
        r = look_at(o, &o->package->members[i]);
        if (r == 0)
            r = extract_spend(o->x, HEAD);
    }
    return r;
}

Member *office_next(Office *o, uint8_t kind, size_t *i) {
    while (*i < o->package->n) {
        Member *m = &o->package->members[(*i)++];

        if (m->kind == kind && !m->taken)
            return m;
    }
    return NULL;
}

Span office_stem(Span name) {
    size_t from = name.n, to = name.n;

    while (from && name.at[from - 1] != '/' && name.at[from - 1] != '\\')
        from--;
    while (to > from && name.at[to - 1] != '.')
        to--;
    return span(name.at + from, (to > from + 1 ? to - 1 : name.n) - from);
}

/* ---- parsing a part ---- */

Span office_name(Office *o, const char *name) {
    Span s = span_of(name ? name : "");

    return arena_span(&o->arena, s.n > OFFICE_NAME_MAX ? span(s.at, OFFICE_NAME_MAX) : s);
}

int office_aside(Office *o, Span text) {
    if (o->aside.n + text.n + 1 > ASIDE_MAX) {
        office_note(o, status_of(STATUS_LIMIT, "comments"));
        return 0;
    }
    buf_span(&o->aside, text);
    buf_byte(&o->aside, '\n');
    return buf_error(&o->aside);
}

int office_other(void *of, Span raw) {
    static const char declaration[] = "<?xml ";
    Office *o = *(Office **)of;

    if (raw.n < 4 || raw.at[0] != '<' || span_starts(raw, span_of(declaration)))
        return 0;
    return office_aside(o, raw);
}

/* Nine digits, or an '@'; but no decimal fraction, which measures are. */
static bool may_be_value(Span s) {
    enum { LEAST = 6, DIGITS = 9 };
    size_t digits = 0, points = 0, others = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == '@')
            return s.n >= LEAST;
        digits += s.at[i] >= '0' && s.at[i] <= '9';
        points += s.at[i] == '.';
        others += s.at[i] <= ' ' || s.at[i] == '-';
    }
    return digits >= DIGITS && (points != 1 || others);
}

int office_attribute(Office *o, const char *name, const char *value) {
    Span v = span_of(value);
    int r;

    if (!may_be_value(v))
        return 0;
    if (o->aside.n > ASIDE_MAX) {
        office_note(o, status_of(STATUS_LIMIT, "comments"));
        return 0;
    }
    buf_text(&o->aside, sax_local(name));
    buf_text(&o->aside, ": ");
    r = buf_error(&o->aside);
    return r ? r : office_aside(o, v);
}

static int text_in(Extraction *x, Span bytes, Encoding encoding, TextWindow *w) {
    int r = charset_decode(encoding, bytes, 0, w);

    return r < 0 ? r : extract_text(x, w->text);
}

/* What stands behind the place where a part could not be parsed further, as it is. */
static int emit_rest(Office *o, Span name, const Sax *sax, Feed *f) {
    _cleanup_(free_p) uint8_t *bytes = malloc(STEP);
    TextWindow w = {0};
    uint64_t offset;
    unsigned bom;
    Span rest = sax_rest(sax, &offset);
    Encoding encoding = encoding_guess(rest, &bom);
    ssize_t got;
    int r;

    if (!bytes)
        return -ENOMEM;
    r = extract_part(o->x, PART_SECTION, name);
    while (r == 0 && rest.n) {
        size_t n = rest.n < STEP ? rest.n : STEP;

        r = text_in(o->x, span(rest.at, n), encoding, &w);
        rest = span(rest.at + n, rest.n - n);
    }
    while (r == 0 && (got = feed_some(f, bytes, STEP)) != 0) {
        if (got < 0) {
            r = got == -ENOMEM ? -ENOMEM : 0;
            break;
        }
        r = text_in(o->x, span(bytes, (size_t)got), encoding, &w);
    }
    text_window_done(&w);
    return r;
}

static int emit_aside(Office *o, Span name) {
    int r;

    if (!o->aside.n)
        return 0;
    r = extract_part(o->x, PART_SECTION, name);
    if (r == 0)
        r = extract_text(o->x, buf_as_span(&o->aside));
    buf_clear(&o->aside);
    return r;
}

int office_parse_feed(Office *o, Feed *f, Span name, const SaxHandler *h, void *of,
                      int (*done)(void *of)) {
    _cleanup_(sax_freep) Sax *sax = NULL;
    SaxEnd end = SAX_WHOLE;
    int r = sax_new(h, of, o->encoding, &sax);

    if (r == 0)
        r = sax_read(sax, o->x, f, &end);
    if (r == 0 && done)
        r = done(of);
    if (r == 0 && end != SAX_WHOLE) {
        office_note(o, status_of(STATUS_PARTIAL, end == SAX_MALFORMED ? "corrupt" : "limit"));
        r = emit_rest(o, name, sax, f);
    }
    return r ? r : emit_aside(o, name);
}

int office_parse(Office *o, Member *m, const SaxHandler *h, void *of, int (*done)(void *of)) {
    Status barred;
    Stream s;
    int r;

    if (package_barred(m, &barred)) /* stays for the end, where it is listed */
        return 0;
    m->taken = true;
    r = stream_open(o->package, m, &s);
    if (r == 0)
        r = office_parse_feed(o, &s.feed, m->name, h, of, done);
    if (s.feed.error)
        office_note(o, s.feed.error == -EBADMSG ? status_of(STATUS_PARTIAL, "corrupt")
                                                : status_errno(-s.feed.error));
    stream_close(&s);
    return r;
}

/* ---- relationships ---- */

/* "word/_rels/document.xml.rels" for "word/document.xml". */
static Member *rels_member(Office *o, const Member *of) {
    _cleanup_(buf_done) Buf name = {0};
    Span part = of ? of->name : span_of("");
    size_t slash = part.n;

    while (slash && part.at[slash - 1] != '/' && part.at[slash - 1] != '\\')
        slash--;
    buf_add(&name, part.at, slash);
    buf_text(&name, "_rels/");
    buf_add(&name, part.at + slash, part.n - slash);
    buf_text(&name, ".rels");
    return buf_error(&name) ? NULL : package_find(o->package, buf_as_span(&name));
}

typedef struct RelsReading {
    Office *o;
    Rels *rels;
} RelsReading;

static Span last_word(const char *type) {
    const char *slash = type ? strrchr(type, '/') : NULL;

    return span_of(slash ? slash + 1 : type ? type : "");
}

static int on_relationship(void *of, const char *name, const char **attributes) {
    RelsReading *reading = of;
    Rels *rels = reading->rels;
    Arena *a = &rels->arena;
    const char *mode = sax_attribute(attributes, "TargetMode");
    Rel *rel;

    if (strcmp(name, "Relationship") != 0)
        return 0;
    if (a->total > RELS_BYTES) {
        office_note(reading->o, status_of(STATUS_LIMIT, "relationships"));
        return 0;
    }
    if (rels->n == rels->cap) {
        size_t cap = rels->cap ? 2 * rels->cap : 16;
        Rel *more = arena_array(a, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        if (rels->n)
            memcpy(more, rels->rels, rels->n * sizeof(*more));
        rels->rels = more;
        rels->cap = cap;
    }
    rel = &rels->rels[rels->n++];
    *rel = (Rel){.id = arena_span(a, span_of(sax_attribute(attributes, "Id"))),
                 .type = arena_span(a, last_word(sax_attribute(attributes, "Type"))),
                 .target = arena_span(a, span_of(sax_attribute(attributes, "Target"))),
                 .external = mode && strcmp(mode, "External") == 0};
    return rel->id.at && rel->type.at && rel->target.at ? 0 : -ENOMEM;
}

static int by_id(const void *a, const void *b) {
    const Rel *x = a, *y = b;

    return span_cmp(x->id, y->id);
}

static int on_nothing(void *of, const char *name) {
    (void)of;
    (void)name;
    return 0;
}

static int on_no_text(void *of, Span text) {
    (void)of;
    (void)text;
    return 0;
}

/* There should be none. */
static int on_stray_text(void *of, Span text) {
    RelsReading *reading = of;

    return sax_blank(text) ? 0 : office_aside(reading->o, text);
}

static const SaxHandler rels_handler = {
    .start = on_relationship, .end = on_nothing, .text = on_stray_text, .other = office_other};

/* Parsed here without being taken: the links come out at the end. */
int office_rels(Office *o, Member *of, Rels *ret) {
    static const SaxHandler quiet = {
        .start = on_relationship, .end = on_nothing, .text = on_no_text};
    Member *m = rels_member(o, of);
    RelsReading reading = {o, ret};
    _cleanup_(sax_freep) Sax *sax = NULL;
    Status barred;
    SaxEnd end;
    Stream s;
    int r;

    *ret = (Rels){.of = of};
    if (!m || package_barred(m, &barred))
        return 0;
    r = stream_open(o->package, m, &s);
    if (r == 0)
        r = sax_new(&quiet, &reading, ENCODING_UTF8, &sax);
    if (r == 0)
        r = sax_read(sax, o->x, &s.feed, &end);
    stream_close(&s);
    if (ret->n)
        qsort(ret->rels, ret->n, sizeof(*ret->rels), by_id);
    return r;
}

/* A target beside the part, or from the root: "../media/a.png", "/word/a.xml". */
static Member *resolve(Office *o, const Member *of, Span target) {
    _cleanup_(buf_done) Buf name = {0};
    size_t i = 0;

    if (target.n && target.at[0] != '/' && of) {
        size_t slash = of->name.n;

        while (slash && of->name.at[slash - 1] != '/')
            slash--;
        buf_add(&name, of->name.at, slash);
    }
    while (i < target.n) {
        size_t from = i;

        while (i < target.n && target.at[i] != '/')
            i++;
        if (i - from == 2 && memcmp(target.at + from, "..", 2) == 0) {
            if (name.n)
                name.n--;
            while (name.n && name.at[name.n - 1] != '/')
                name.n--;
        } else if (i > from && !(i - from == 1 && target.at[from] == '.')) {
            buf_add(&name, target.at + from, i - from);
            if (i < target.n)
                buf_byte(&name, '/');
        }
        i++;
    }
    return buf_error(&name) || !name.n ? NULL : package_find(o->package, buf_as_span(&name));
}

void rels_done(Rels *r) {
    arena_done(&r->arena);
    *r = (Rels){0};
}

Member *rels_by_id(Office *o, const Rels *r, const char *id) {
    Rel key = {.id = span_of(id ? id : "")};
    const Rel *rel = r->n ? bsearch(&key, r->rels, r->n, sizeof(*r->rels), by_id) : NULL;

    return rel && !rel->external ? resolve(o, r->of, rel->target) : NULL;
}

Member *rels_by_type(Office *o, const Rels *r, const char *type) {
    for (size_t i = 0; i < r->n; i++) {
        if (!r->rels[i].external && span_is(r->rels[i].type, type))
            return resolve(o, r->of, r->rels[i].target);
    }
    return NULL;
}

/* The part that a member of relationships is of: its name without "_rels/" and ".rels". */
static Member *owner_of(Office *o, const Member *rels) {
    static const char folder[] = "_rels/";
    _cleanup_(buf_done) Buf name = {0};
    size_t n = rels->name.n, slash = n;

    while (slash && rels->name.at[slash - 1] != '/')
        slash--;
    if (n < 5 || slash < sizeof(folder) - 1)
        return NULL;
    buf_add(&name, rels->name.at, slash - (sizeof(folder) - 1));
    buf_add(&name, rels->name.at + slash, n - slash - 5);
    return buf_error(&name) ? NULL : package_find(o->package, buf_as_span(&name));
}

/* Targets outside the package, which links of the text lead to, and those that are not there. */
static int emit_links(Office *o) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_RELATIONSHIPS, &at))) {
        Rels rels = {.of = owner_of(o, m)};
        RelsReading reading = {o, &rels};
        bool begun = false;

        r = office_parse(o, m, &rels_handler, &reading, NULL);
        for (size_t i = 0; r == 0 && i < rels.n; i++) {
            if (!rels.rels[i].external && resolve(o, rels.of, rels.rels[i].target))
                continue;
            if (!begun)
                r = extract_part(o->x, PART_SECTION, m->name);
            begun = true;
            if (r == 0)
                r = extract_at(o->x, i + 1, 0);
            if (r == 0)
                r = extract_text(o->x, rels.rels[i].target);
            if (r == 0)
                r = extract_text(o->x, span_of("\n"));
        }
        rels_done(&rels);
    }
    return r;
}

/* ---- what is left ---- */

static int read_member(Office *o, Member *m) {
    Entry e = {.name = m->name, .size = m->size, .mtime = m->mtime};
    Status barred;
    Stream s;
    int r;

    m->taken = true;
    if (m->kind == ROOT_ODF_ENCRYPTED)
        return extract_listed(o->x, &e, status_of(STATUS_ENCRYPTED, "odf"));
    if (package_barred(m, &barred))
        return extract_listed(o->x, &e, barred);
    r = stream_open(o->package, m, &s);
    if (r < 0)
        return r;
    r = extract_unit(o->x, &e, &s.feed);
    stream_close(&s);
    return r;
}

static bool is_folder(const Member *m) {
    return m->size == 0 && m->packed <= 2 && m->name.n && m->name.at[m->name.n - 1] == '/';
}

static int read_left(Office *o) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < o->package->n; i++) {
        Member *m = &o->package->members[i];

        if (!m->taken && !is_folder(m))
            r = read_member(o, m);
    }
    return r;
}

static int read_gaps(Office *o) {
    _cleanup_(free_p) uint8_t *bytes = malloc(STEP);
    int r = 0;

    if (!bytes)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < o->package->n_gaps; i++) {
        Gap g = o->package->gaps[i];

        while (r == 0 && g.from < g.to) {
            size_t n = g.to - g.from < STEP ? (size_t)(g.to - g.from) : STEP;
            ssize_t got = feed_read_at(o->package->feed, g.from, bytes, n);

            if (got <= 0)
                return got == -ENOMEM ? -ENOMEM : 0;
            r = extract_bytes(o->x, span(bytes, (size_t)got), g.from, ENCODING_BINARY);
            g.from += (uint64_t)got;
        }
    }
    return r;
}

/* ---- the reader ---- */

static int read_all(Office *o) {
    static int (*const steps[])(Office *) = {
        look_at_all, odf_manifest, properties_read, docx_read, xlsx_read, xlsb_read,
        pptx_read,   odf_read,     emit_links,      read_left, read_gaps,
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(steps); i++)
        r = steps[i](o);
    return r;
}

static int office_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    _cleanup_(package_freep) Package *p = NULL;
    Office o = {.x = x, .encoding = ENCODING_UTF8};
    int r = package_open(f, &p);

    (void)encoding;
    if (r < 0)
        return r;
    o.package = p;
    o.status = *ret_status;
    if (p->n == 0 || p->no_directory)
        office_note(&o, status_of(STATUS_PARTIAL, "corrupt"));
    if (p->too_many)
        office_note(&o, status_of(STATUS_LIMIT, "entries"));
    r = read_all(&o);
    *ret_status = o.status;
    arena_done(&o.arena);
    buf_done(&o.aside);
    return r;
}

#define READER(word)                                                                               \
    const Extractor word##_extractor = {                                                           \
        .format = #word, .place = EXTRACT_FORMAT, .seeks = true, .extract = office_extract}

READER(docx);
READER(xlsx);
READER(pptx);
READER(ooxml);
READER(odf);
READER(xlsb);
