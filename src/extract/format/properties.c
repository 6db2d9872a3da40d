/*
 * Properties: what a document says of itself: who made and changed it, when, its title, its labels.
 *
 * The four parts of both families (core, extended and custom properties of OOXML, meta.xml of
 * OpenDocument) are one grammar here: each element with text is a line "name: value" of the section
 * that is named after the member; an element or an ancestor with a `name` is called by that.
 * Times are facts (created, modified, printed); so is the name of a sensitivity label, which MSIP
 * keeps in a custom property "MSIP_Label_<GUID>_Name" (Microsoft Purview, label metadata).
 */
#include "extract/format/office.h"

#include <time.h>

enum { VALUE_MAX = 1 << 20, NAME_MAX_HERE = 255 };

typedef struct Properties {
    Office *o;
    uint64_t row;
    char name[NAME_MAX_HERE + 1];   /* of the element at hand */
    char called[NAME_MAX_HERE + 1]; /* ... or the name given to it, or to what it is in */
    unsigned depth, called_at;
    Buf value;
} Properties;

/* ---- times ---- */

/* n digits at *at, which moves behind them; -1: not so. */
static int digits(Span text, size_t *at, size_t n) {
    int v = 0;

    if (text.n - *at < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = text.at[*at + i];

        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + (c - '0');
    }
    *at += n;
    return v;
}

static bool skip(Span text, size_t *at, char c) {
    if (*at >= text.n || text.at[*at] != (uint8_t)c)
        return false;
    (*at)++;
    return true;
}

/* W3C date and time (a profile of ISO 8601): a date, and a time with or without a zone. */
static bool parse_time(Span text, int64_t *ret) {
    struct tm t = {.tm_mday = 1};
    size_t at = 0;
    int year = digits(text, &at, 4), month, day, hour = 0, minute = 0, second = 0, zone = 0;

    if (year < 1700 || year > 2250 || !skip(text, &at, '-'))
        return false;
    month = digits(text, &at, 2);
    if (month < 1 || month > 12 || !skip(text, &at, '-'))
        return false;
    day = digits(text, &at, 2);
    if (day < 1 || day > 31)
        return false;
    if (skip(text, &at, 'T') || skip(text, &at, ' ')) {
        hour = digits(text, &at, 2);
        if (hour < 0 || hour > 24 || !skip(text, &at, ':'))
            return false;
        minute = digits(text, &at, 2);
        if (minute < 0 || minute > 59)
            return false;
        if (skip(text, &at, ':'))
            second = digits(text, &at, 2);
        if (second < 0 || second > 60)
            return false;
        if (skip(text, &at, '.')) {
            while (at < text.n && text.at[at] >= '0' && text.at[at] <= '9')
                at++;
        }
        if (at < text.n && (text.at[at] == '+' || text.at[at] == '-')) {
            int sign = text.at[at++] == '+' ? 1 : -1, h = digits(text, &at, 2), m;

            skip(text, &at, ':');
            m = digits(text, &at, 2);
            zone = h >= 0 && m >= 0 ? sign * (h * 60 + m) : 0;
        }
    }
    t.tm_year = year - 1900;
    t.tm_mon = month - 1;
    t.tm_mday = day;
    t.tm_hour = hour;
    t.tm_min = minute - zone;
    t.tm_sec = second;
    *ret = (int64_t)timegm(&t) * 1000000000;
    return true;
}

int properties_fact(Extraction *x, const char *name, Span value) {
    static const struct {
        const char *name;
        FactKind kind;
    } times[] = {
        {"created", FACT_CREATED}, {"creation-date", FACT_CREATED}, {"modified", FACT_MODIFIED},
        {"date", FACT_MODIFIED},   {"lastPrinted", FACT_PRINTED},   {"print-date", FACT_PRINTED},
    };
    size_t n = strlen(name);
    Fact f = {0};

    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        if (strcmp(name, times[i].name) == 0 && parse_time(value, &f.from)) {
            f.kind = times[i].kind;
            f.to = f.from;
            f.text = span_of("");
            return extract_fact(x, &f);
        }
    }
    if (strncmp(name, "MSIP_Label_", 11) == 0 && n > 5 && strcmp(name + n - 5, "_Name") == 0) {
        f = (Fact){.kind = FACT_LABEL, .text = value};
        return extract_fact(x, &f);
    }
    return 0;
}

/* ---- elements ---- */

static int emit_value(Properties *p) {
    const char *name = p->called_at ? p->called : p->name;
    int r;

    if (buf_error(&p->value))
        return -ENOMEM;
    if (sax_blank(buf_as_span(&p->value))) {
        buf_clear(&p->value);
        return 0;
    }
    r = extract_at(p->o->x, ++p->row, 0);
    if (r == 0)
        r = extract_text(p->o->x, span_of(name));
    if (r == 0)
        r = extract_text(p->o->x, span_of(": "));
    if (r == 0)
        r = extract_text(p->o->x, buf_as_span(&p->value));
    if (r == 0)
        r = extract_text(p->o->x, span_of("\n"));
    if (r == 0)
        r = properties_fact(p->o->x, name, buf_as_span(&p->value));
    buf_clear(&p->value);
    return r;
}

static int on_start(void *of, const char *name, const char **attributes) {
    Properties *p = of;
    const char *called = sax_attribute(attributes, "name");
    int r = emit_value(p);

    p->depth++;
    snprintf(p->name, sizeof(p->name), "%s", name);
    if (called && !p->called_at) {
        snprintf(p->called, sizeof(p->called), "%s", called);
        p->called_at = p->depth;
    }
    return r;
}

static int on_end(void *of, const char *name) {
    Properties *p = of;
    int r = emit_value(p);

    (void)name;
    if (p->called_at == p->depth)
        p->called_at = 0;
    p->depth--;
    return r;
}

static int on_text(void *of, Span text) {
    Properties *p = of;
    int r = 0;

    if (p->value.n + text.n > VALUE_MAX)
        r = emit_value(p);
    buf_span(&p->value, text);
    return r ? r : buf_error(&p->value);
}

int properties_read(Office *o) {
    static const SaxHandler handler = {
        .start = on_start, .end = on_end, .text = on_text, .other = office_other};
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_PROPERTIES, &at))) {
        Properties p = {.o = o};

        r = extract_part(o->x, PART_SECTION, m->name);
        if (r == 0)
            r = office_parse(o, m, &handler, &p, NULL);
        buf_done(&p.value);
    }
    return r;
}
