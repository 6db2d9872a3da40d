/*
 * Card: address cards (vCard), calendars (iCalendar) and directory entries (LDIF): files of lines
 * "name: value", folded where they are long.
 *
 * All are one table: the name of a property is its column, the card, event or entry its row. A cell
 * is what stands behind the name, parameters included: they hold names and addresses as values do.
 * Values in base64 and quoted-printable are decoded; what is no text then (photographs, keys) is a
 * unit inside, named after its property.
 *
 * vCard: RFC 6350, 2.1 in part (quoted-printable, lines that end with =). iCalendar: RFC 5545.
 * LDIF: RFC 2849.
 */
#include <strings.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/charset.h"
#include "extract/text/input.h"
#include "extract/text/linereader.h"
#include "extract/text/mime.h"
#include "extract/text/reader.h"
#include "extract/text/transfer.h"

enum {
    VALUE_MAX = 4 << 20, /* bytes of one property, unfolded; what goes on is one of its own */
    FOLDS_MAX = 256,     /* lines of it that keep their place */
    COLUMNS_MAX = 512,
    SLOTS = 2048,         /* by which their names are found; a power of two */
    PARAMETERS_MAX = 512, /* bytes in which a property says how its value is coded */
    NAME_MAX_HERE = 64,
};

typedef struct Fold {
    size_t at;
    uint64_t source;
} Fold;

typedef struct Card {
    Extraction *x;
    LineReader in;
    Encoding encoding; /* of the values that are not UTF-8 */
    bool ldif;
    bool placed; /* the lines are the unit's own bytes */
    uint64_t row;
    bool begun; /* the row has a cell */
    Buf line;   /* the property at hand, unfolded */
    Fold folds[FOLDS_MAX];
    size_t n_folds;
    char names[COLUMNS_MAX][NAME_MAX_HERE];
    uint32_t n_columns;
    uint16_t slots[SLOTS]; /* columns by name; 0: empty */
} Card;

/* One property: where its parts are in the line. */
typedef struct Property {
    char name[NAME_MAX_HERE];
    size_t rest;  /* behind the name and its mark: parameters and value */
    size_t value; /* behind them */
    bool base64, quoted;
} Property;

/* ---- columns ---- */

/* Names are the same in either case: FNV-1a over the five bits that do not differ. */
static uint32_t name_slot(const char *name) {
    uint32_t h = 2166136261;

    while (*name)
        h = (h ^ (uint32_t)(*name++ & 0x1F)) * 16777619;
    return h & (SLOTS - 1);
}

static int find_column(Card *c, const char *name, uint32_t *ret) {
    uint32_t k = name_slot(name);

    for (; c->slots[k]; k = (k + 1) & (SLOTS - 1)) {
        *ret = c->slots[k];
        if (strcasecmp(c->names[*ret - 1], name) == 0)
            return 0;
    }
    *ret = 0;
    if (c->n_columns == COLUMNS_MAX)
        return 0;
    memcpy(c->names[c->n_columns++], name, NAME_MAX_HERE);
    *ret = c->n_columns;
    c->slots[k] = (uint16_t)*ret;
    return extract_column(c->x, *ret, span_of(name));
}

static int begin_cell(Card *c) {
    bool first = !c->begun;

    c->begun = true;
    return first ? 0 : extract_text(c->x, span("\t", 1));
}

static int end_row(Card *c) {
    bool begun = c->begun;

    c->begun = false;
    return begun ? extract_text(c->x, span("\n", 1)) : 0;
}

/* ---- values ---- */

static int place(Card *c, uint32_t column, uint64_t source) {
    return c->placed ? extract_from(c->x, c->row, column, source)
                     : extract_at(c->x, c->row, column);
}

static int put_bytes(Card *c, Span s) {
    _cleanup_(buf_done) Buf text = {0};

    if (utf8_valid(s))
        return extract_text(c->x, s);
    charset_append(c->encoding == ENCODING_UTF8 ? ENCODING_WINDOWS1252 : c->encoding, s, &text);
    return buf_error(&text) ? -ENOMEM : extract_text(c->x, buf_as_span(&text));
}

/* RFC 6350 section 3.4: \n is a line end, \, and its like are what follows; what is put of it. */
static Span unescape(Span s, size_t at, size_t *ret_taken) {
    bool escape = s.at[at] == '\\' && at + 1 < s.n;

    *ret_taken = escape ? 2 : 1;
    if (!escape)
        return span(s.at + at, 1);
    return (s.at[at + 1] | 0x20) == 'n' ? span("\n", 1) : span(s.at + at + 1, 1);
}

/* The line from `from` on, in its place, fold by fold. */
static int put_plain(Card *c, uint32_t column, size_t from) {
    Span s = buf_as_span(&c->line);
    size_t fold = 0;
    int r = 0;

    while (r == 0 && from < s.n) {
        size_t end, taken;

        while (fold + 1 < c->n_folds && c->folds[fold + 1].at <= from)
            fold++;
        end = fold + 1 < c->n_folds ? c->folds[fold + 1].at : s.n;
        r = place(c, column, c->folds[fold].source + (from - c->folds[fold].at));
        if (r == 0 && !c->ldif && s.at[from] == '\\') {
            r = extract_text(c->x, unescape(s, from, &taken));
            from += taken;
            continue;
        }
        if (!c->ldif && memchr(s.at + from, '\\', end - from))
            end = (size_t)((const uint8_t *)memchr(s.at + from, '\\', end - from) - s.at);
        if (r == 0)
            r = put_bytes(c, span(s.at + from, end - from));
        from = end;
    }
    return r;
}

static int put_unit(Card *c, const Property *p, Span bytes) {
    Feed f = feed_of_span(bytes);
    Entry e = {.name = span_of(p->name), .size = bytes.n, .mtime = INT64_MIN};
    int r = extract_unit(c->x, &e, &f);

    feed_done(&f);
    return r;
}

/* "BASE64", "b", "quoted-printable", in a parameter or as one. */
static void find_codes(Span params, Property *p) {
    for (size_t i = 0; i < params.n;) {
        size_t end = i;

        while (end < params.n && params.at[end] != ';')
            end++;
        for (size_t k = i; k < end; k++) {
            Span word = span(params.at + k, end - k);

            if (k > i && params.at[k - 1] != '=')
                continue;
            p->base64 |= transfer_parse(word) == TRANSFER_BASE64 ||
                         (word.n == 1 && (word.at[0] | 0x20) == 'b' && k > i);
            p->quoted |= transfer_parse(word) == TRANSFER_QUOTED;
        }
        i = end + 1;
    }
}

/* A value in a code: text is a cell, anything else a unit inside. */
static int put_decoded(Card *c, const Property *p, uint32_t column) {
    Transfer t = {.kind = p->base64 ? TRANSFER_BASE64 : TRANSFER_QUOTED};
    _cleanup_(buf_wipe) Buf bytes = {0};
    _cleanup_(buf_wipe) Buf text = {0}, charset = {0};
    Span params = span(c->line.at + p->rest - 1, p->value - p->rest); /* from the semicolon on */
    int r;

    transfer_line(&t, span(c->line.at + p->value, c->line.n - p->value), &bytes);
    mime_param(params, "charset", &charset);
    if (p->base64 && (memchr(bytes.at ? bytes.at : (uint8_t *)"", 0, bytes.n) ||
                      !utf8_valid(buf_as_span(&bytes))))
        return buf_error(&bytes) ? -ENOMEM : put_unit(c, p, buf_as_span(&bytes));
    mime_utf8(buf_as_span(&charset), buf_as_span(&bytes), &text);
    r = buf_error(&text) || buf_error(&bytes) || buf_error(&charset) ? -ENOMEM : 0;
    if (r == 0)
        r = extract_at(c->x, c->row, column);
    return r ? r : extract_text(c->x, buf_as_span(&text));
}

/* ---- dates ---- */

/* 20200102, 20200102T101112Z, 20200102101112Z, 2020-01-02T10:11:12Z: digits in this order. */
static bool parse_time(Span s, int64_t *ret) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char digits[15], text[48];
    int month;
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < 14; i++) {
        if (s.at[i] >= '0' && s.at[i] <= '9')
            digits[n++] = (char)s.at[i];
        else if (!strchr("-:T", s.at[i]))
            break;
    }
    if (n != 8 && n != 14)
        return false;
    memset(digits + n, '0', 14 - n);
    month = (digits[4] - '0') * 10 + (digits[5] - '0');
    if (month < 1 || month > 12)
        return false;
    snprintf(text, sizeof(text), "%.2s %.3s %.4s %.2s:%.2s:%.2s", digits + 6,
             months + 3 * (month - 1), digits, digits + 8, digits + 10, digits + 12);
    return mime_date(span_of(text), ret);
}

static int note_time(Card *c, const Property *p, uint32_t column) {
    static const struct {
        const char *name;
        FactKind kind;
    } times[] = {
        {"DTSTART", FACT_ROW_DATE},
        {"DTEND", FACT_ROW_DATE},
        {"DUE", FACT_ROW_DATE},
        {"CREATED", FACT_CREATED},
        {"LAST-MODIFIED", FACT_MODIFIED},
        {"REV", FACT_MODIFIED},
        {"createTimestamp", FACT_CREATED},
        {"modifyTimestamp", FACT_MODIFIED},
        {"whenCreated", FACT_CREATED},
        {"whenChanged", FACT_MODIFIED},
    };
    int64_t at;

    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        if (strcasecmp(p->name, times[i].name) == 0 &&
            parse_time(span(c->line.at + p->value, c->line.n - p->value), &at))
            return extract_fact(
                c->x, &(Fact){.kind = times[i].kind, .from = at, .to = at, .column = column});
    }
    return 0;
}

/* ---- properties ---- */

/* name *(";" parameter) ":" value; parameters may be quoted. False: the line is none. */
static bool parse(const Card *c, Property *ret) {
    Span s = buf_as_span(&c->line);
    size_t from = 0, end = 0, n;
    bool quoted = false;

    while (end < s.n && s.at[end] != ':' && s.at[end] != ';') {
        if (s.at[end] == '.' && !c->ldif)
            from = end + 1; /* item1.EMAIL */
        end++;
    }
    n = end - from < NAME_MAX_HERE - 1 ? end - from : NAME_MAX_HERE - 1;
    if (end == s.n || n == 0)
        return false;
    *ret = (Property){.rest = end + 1};
    memcpy(ret->name, s.at + from, n);
    while (end < s.n && (quoted || s.at[end] != ':'))
        quoted ^= s.at[end++] == '"';
    if (end == s.n)
        return false;
    ret->value = end + 1;
    if (c->ldif) {
        ret->base64 = ret->value < s.n && s.at[ret->value] == ':';
        ret->value += ret->base64;
        while (ret->value < s.n && s.at[ret->value] == ' ')
            ret->value++;
        ret->rest = ret->value; /* options are no data */
    }
    if (!c->ldif && ret->rest < ret->value)
        find_codes(span(s.at + ret->rest, end - ret->rest), ret);
    return true;
}

/* The line begins a card, an event or what else a row is. */
static bool begins_row(const Card *c, const Property *p) {
    static const char *const frames[] = {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT",
                                         "VALARM"};
    Span value = span(c->line.at + p->value, c->line.n - p->value);

    if (c->ldif)
        return strcasecmp(p->name, "dn") == 0;
    for (size_t i = 0; i < N_ELEMENTS(frames); i++) {
        if (span_is(value, frames[i]))
            return false;
    }
    return strcasecmp(p->name, "BEGIN") == 0;
}

static int put_line(Card *c) {
    uint32_t column = 0;
    Property p;
    int r = 0;

    if (!parse(c, &p)) { /* no property: text all the same */
        r = begin_cell(c);
        return r ? r : put_plain(c, 0, 0);
    }
    if (begins_row(c, &p)) {
        r = end_row(c);
        c->row++;
    }
    if (r || (!c->ldif && (strcasecmp(p.name, "BEGIN") == 0 || strcasecmp(p.name, "END") == 0)))
        return r;
    r = begin_cell(c);
    if (r == 0)
        r = find_column(c, p.name, &column);
    if (r)
        return r;
    if (p.base64 || p.quoted)
        return put_decoded(c, &p, column);
    r = put_plain(c, column, p.rest);
    return r ? r : note_time(c, &p, column);
}

/* ---- lines ---- */

static void add_fold(Card *c, Span text, uint64_t source) {
    if (c->n_folds < FOLDS_MAX)
        c->folds[c->n_folds++] = (Fold){.at = c->line.n, .source = source};
    buf_span(&c->line, text);
}

/* The text that the line before goes on with, if it does. */
static bool goes_on(const Card *c, Span *text, uint64_t *source) {
    size_t head = c->line.n < PARAMETERS_MAX ? c->line.n : PARAMETERS_MAX;
    bool soft = !c->ldif && c->line.n && c->line.at[c->line.n - 1] == '=' &&
                memmem(c->line.at, head, "QUOTED-PRINTABLE", 16);

    if (!linereader_fresh(&c->in))
        return true;
    if (text->n && (text->at[0] == ' ' || (text->at[0] == '\t' && !c->ldif))) {
        *text = span(text->at + 1, text->n - 1);
        ++*source;
        return true;
    }
    return soft;
}

static int read_lines(Card *c) {
    Span line;
    int r = 0;

    while (r == 0 && (r = linereader_look(&c->in, &line)) > 0) {
        Span text = line_trim(line);
        uint64_t source = c->in.at;
        bool on = c->n_folds && c->line.n + text.n <= VALUE_MAX && goes_on(c, &text, &source);

        r = 0;
        if (on && c->line.n && c->line.at[c->line.n - 1] == '=' && linereader_fresh(&c->in) &&
            source == c->in.at)
            c->line.n--; /* the soft end of a quoted-printable line */
        if (!on && c->n_folds) {
            r = buf_error(&c->line);
            if (r == 0 && c->line.n && !(c->ldif && c->line.at[0] == '#' && c->row == 0))
                r = put_line(c);
            buf_clear(&c->line);
            c->n_folds = 0;
        }
        add_fold(c, text, source);
        linereader_take(&c->in);
    }
    if (r == 0 && c->line.n)
        r = buf_error(&c->line) ? -ENOMEM : put_line(c);
    return r ? r : end_row(c);
}

/* Text of wide units, as bytes of UTF-8. */
typedef struct Narrow {
    Input in;
    size_t given;
} Narrow;

static ssize_t narrow_read(Feed *f, uint8_t *at, size_t n) {
    Narrow *w = f->of;
    int r = 1;

    while (r > 0 && w->given == w->in.text.n) {
        r = input_next(&w->in);
        w->given = 0;
        if (r == 0)
            w->in.text.n = 0;
    }
    if (r <= 0)
        return r < 0 ? r : w->in.feed->error;
    if (n > w->in.text.n - w->given)
        n = w->in.text.n - w->given;
    memcpy(at, w->in.text.at + w->given, n);
    w->given += n;
    return (ssize_t)n;
}

static int card_read(Extraction *x, Feed *f, Encoding encoding, bool ldif, bool placed) {
    _cleanup_(free_p) Card *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->x = x;
    c->ldif = ldif;
    c->placed = placed;
    c->encoding = encoding_is_converted(encoding) ? encoding : ENCODING_WINDOWS1252;
    c->line.limit = 2 * VALUE_MAX;
    r = linereader_init(&c->in, f);
    if (r == 0)
        r = extract_part(x, PART_TABLE, span(NULL, 0));
    if (r == 0)
        r = read_lines(c);
    linereader_done(&c->in);
    buf_wipe(&c->line);
    return r;
}

static int card_extract(Extraction *x, Feed *f, Encoding encoding, bool ldif) {
    static const FeedKind kind = {.read = narrow_read};
    Narrow w = {0};
    Feed narrow;
    int r;

    if (encoding_unit(encoding) == 1)
        return card_read(x, f, encoding, ldif, true);
    r = input_init(&w.in, f, encoding);
    narrow = feed_of(&kind, &w, FEED_SIZE_UNKNOWN);
    if (r == 0)
        r = card_read(x, &narrow, ENCODING_UTF8, ldif, false);
    feed_done(&narrow);
    input_done(&w.in);
    return r;
}

static int vcard_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status _unused_) {
    return card_extract(x, f, encoding, false);
}

static int ldif_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status _unused_) {
    return card_extract(x, f, encoding, true);
}

const Extractor vcard_extractor = {
    .format = "vcard", .place = EXTRACT_ANYWHERE, .extract = vcard_extract};
const Extractor ics_extractor = {
    .format = "ics", .place = EXTRACT_ANYWHERE, .extract = vcard_extract};
const Extractor ldif_extractor = {
    .format = "ldif", .place = EXTRACT_ANYWHERE, .extract = ldif_extract};
