/*
 * Summary: the summaries of compound files ([MS-OLEPS]): title, author, company, dates, and
 * what people have added, sensitivity labels among it.
 *
 *   stream: header, one or two sets ─▶ set: pairs of id and offset ─▶ value: type, bytes
 *
 * A stream of at most SUMMARY_MAX is held in memory. Text goes to the part "properties", dates and
 * labels become facts.
 */
#include "extract/format/ole.h"

enum {
    SUMMARY_MAX = 1 << 20,
    SETS_MAX = 2,
    PROPERTIES_MAX = 4096,
    HEADER = 28, /* before the list of sets (2.21) */
    DICTIONARY = 0,
    VT_LPSTR = 30,
    VT_LPWSTR = 31,
    VT_FILETIME = 64,
};

/* Ids of the summary (3.1.3) and of the document's summary, which are numbered apart. */
typedef struct Known {
    uint32_t id;
    const char *name;
} Known;

static const Known summary[] = {
    {2, "title"},    {3, "subject"},  {4, "author"},     {5, "keywords"},
    {6, "comments"}, {7, "template"}, {8, "lastauthor"},
};

static const Known document[] = {{2, "category"}, {14, "manager"}, {15, "company"}};

typedef struct Set {
    Extraction *x;
    Span at; /* the set */
    const Known *known;
    size_t n_known;
    bool dates;        /* of the summary: 11 printed, 12 created, 13 saved */
    size_t dictionary; /* where the names of own properties stand; 0: none */
    bool wide_dictionary;
} Set;

static Span counted(Span s, size_t at, size_t n) {
    return at <= s.n && n <= s.n - at ? span(s.at + at, n) : span(NULL, 0);
}

/* Without what stands behind the first NUL. */
static Span trimmed8(Span s) {
    const uint8_t *end = s.n ? memchr(s.at, 0, s.n) : NULL;

    return end ? span(s.at, (size_t)(end - s.at)) : s;
}

static Span trimmed16(Span s) {
    size_t n = 0;

    while (n + 1 < s.n && (s.at[n] || s.at[n + 1]))
        n += 2;
    return span(s.at, n);
}

/* A string value at an offset, as UTF-8; empty for one of another type. */
static int string_at(Span s, size_t at, Buf *ret) {
    Span head = counted(s, at, 8);
    uint32_t type, n;

    if (!head.n)
        return 0;
    type = little32(head.at) & 0xFFFF;
    n = little32(head.at + 4);
    if (type == VT_LPSTR)
        ole_put8(ret, trimmed8(counted(s, at + 8, n)));
    else if (type == VT_LPWSTR && n < UINT32_MAX / 2)
        ole_put16(ret, trimmed16(counted(s, at + 8, 2 * (size_t)n)));
    return buf_error(ret);
}

static int give_date(Set *s, uint32_t id, size_t at) {
    static const FactKind kinds[] = {FACT_PRINTED, FACT_CREATED, FACT_MODIFIED};
    Span value = counted(s->at, at, 12);
    int64_t ns;

    if (!value.n || id < 11 || id > 13 || little32(value.at) != VT_FILETIME)
        return 0;
    ns = filetime_ns(little64(value.at + 4));
    if (ns == INT64_MIN)
        return 0;
    return extract_fact(s->x, &(Fact){.kind = kinds[id - 11], .from = ns, .to = ns});
}

/* The name that the set's dictionary gives an id (2.17). */
static int own_name(Set *s, uint32_t id, Buf *ret) {
    Span head = counted(s->at, s->dictionary, 4);
    size_t at = s->dictionary + 4;

    if (!s->dictionary || !head.n)
        return 0;
    for (uint32_t i = 0, n = little32(head.at); i < n && i < PROPERTIES_MAX; i++) {
        Span e = counted(s->at, at, 8);
        size_t length;

        if (!e.n)
            break;
        length = little32(e.at + 4);
        length = s->wide_dictionary ? length * 2 : length;
        if (little32(e.at) == id) {
            Span name = counted(s->at, at + 8, length);

            if (s->wide_dictionary)
                ole_put16(ret, trimmed16(name));
            else
                ole_put8(ret, trimmed8(name));
            break;
        }
        at += 8 + (s->wide_dictionary ? (length + 3) & ~(size_t)3 : length);
    }
    return buf_error(ret);
}

static int name_of(Set *s, uint32_t id, Buf *ret) {
    for (size_t i = 0; i < s->n_known; i++) {
        if (s->known[i].id == id)
            buf_text(ret, s->known[i].name);
    }
    return ret->n ? buf_error(ret) : own_name(s, id, ret);
}

static bool is_label(const Buf *name) {
    static const char start[] = "MSIP_Label_", end[] = "_Name";
    Span s = buf_as_span(name);

    return span_starts(s, span_of(start)) && s.n > sizeof(end) &&
           memcmp(s.at + s.n - (sizeof(end) - 1), end, sizeof(end) - 1) == 0;
}

static int give_property(Set *s, uint32_t id, size_t at) {
    _cleanup_(buf_wipe) Buf value = {0};
    _cleanup_(buf_wipe) Buf name = {0};
    int r = string_at(s->at, at, &value);

    if (r < 0 || !value.n)
        return r < 0 ? r : s->dates ? give_date(s, id, at) : 0;
    r = name_of(s, id, &name);
    if (r < 0 || (!name.n && s->known))
        return r;
    if (is_label(&name))
        r = extract_fact(s->x, &(Fact){.kind = FACT_LABEL, .text = buf_as_span(&value)});
    buf_text(&name, name.n ? ": " : "");
    buf_span(&name, buf_as_span(&value));
    buf_byte(&name, '\n');
    if (r == 0)
        r = buf_error(&name);
    return r ? r : extract_text(s->x, buf_as_span(&name));
}

static int read_set(Set *s) {
    Span head = counted(s->at, 0, 8);
    uint32_t n = head.n ? little32(head.at + 4) : 0;
    int r = 0;

    for (uint32_t i = 0; i < n && i < PROPERTIES_MAX; i++) {
        Span pair = counted(s->at, 8 + 8 * (size_t)i, 8);

        if (pair.n && !s->known && little32(pair.at) == DICTIONARY)
            s->dictionary = little32(pair.at + 4);
        if (pair.n && little32(pair.at) == 1) { /* the code page: 1200 is UTF-16 */
            Span value = counted(s->at, little32(pair.at + 4), 6);

            s->wide_dictionary = value.n && little16(value.at + 4) == 1200;
        }
    }
    for (uint32_t i = 0; r == 0 && i < n && i < PROPERTIES_MAX; i++) {
        Span pair = counted(s->at, 8 + 8 * (size_t)i, 8);

        if (!pair.n)
            break;
        if (little32(pair.at) != DICTIONARY)
            r = give_property(s, little32(pair.at), little32(pair.at + 4));
    }
    return r;
}

static int read_stream(Ole *o, const char *name, const Known *known, size_t n_known, bool dates) {
    _cleanup_(buf_wipe) Buf bytes = {0};
    Span all;
    uint32_t n;
    int r = ole_slurp(o, cfb_find(o->c, o->storage, name, CFB_STREAM), SUMMARY_MAX, &bytes);

    all = buf_as_span(&bytes);
    if (r < 0 || all.n < HEADER || little16(all.at) != 0xFFFE)
        return r;
    r = extract_part(o->x, PART_SECTION, span_of("properties"));
    n = little32(all.at + 24);
    for (uint32_t i = 0; r == 0 && i < n && i < SETS_MAX; i++) {
        Span pair = counted(all, HEADER + 20 * (size_t)i, 20);
        size_t at = pair.n ? little32(pair.at + 16) : all.n;
        Set s = {.x = o->x, .dates = dates && i == 0};

        if (at >= all.n)
            break;
        s.at = span(all.at + at, all.n - at);
        s.known = i ? NULL : known; /* the second is what people have added */
        s.n_known = i ? 0 : n_known;
        r = read_set(&s);
    }
    return r;
}

int summary_read(Ole *o) {
    int r = read_stream(o, "\5SummaryInformation", summary, N_ELEMENTS(summary), true);

    return r ? r
             : read_stream(o, "\5DocumentSummaryInformation", document, N_ELEMENTS(document),
                           false);
}
