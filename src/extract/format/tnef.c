/*
 * Tnef: "winmail.dat", the form in which Exchange puts a message into mail ([MS-OXTNEF]): one after
 * the other, attributes of the message and then of each attachment.
 *
 *     header ─▶ attribute: level, number, length, data, checksum ─▶ ...
 *               of the message: text, MAPI properties, recipients
 *               "rendering data" ─▶ an attachment begins: title, bytes, MAPI properties
 *
 * What comes out is what comes out of a message as Outlook files it (msg.c): header fields and
 * other text in the section "headers", the plain text in "body", the other forms of it and what is
 * attached as units inside; a message that is attached is a TNEF again, read by this very reader.
 * The name of an attachment stands behind its bytes, so the attributes of one are gathered, as
 * places, until the next one begins. What is not text is given as raw bytes.
 *
 * One pass over the attributes, each property looked at twice. Every attribute takes at least
 * eleven bytes and every property four, so hostile counts run into the end. Where the list cannot
 * be followed any more the rest is given as bytes, and the unit is `partial(corrupt)`.
 */
#include "extract/format/format.h"

#include "extract/format/little.h"
#include "extract/format/mapi.h"
#include "extract/text/charset.h"

enum {
    HEADER = 6,      /* signature, key */
    HEAD = 9,        /* of an attribute */
    CHECKSUM = 2,    /* behind it */
    SMALL = 4 << 10, /* of an attribute that is looked at as a whole */
    STEP = 16 << 10,
    NAMED_MAX = 512, /* bytes of a property's own name */
    OBJECT_HEAD = 16,
    DATE = 14,
};

/* A stretch of bytes is not what it should be; its direct callers note the damage and go on. */
#define TNEF_E_BAD 2

/* Attributes (2.1.3.4): number and type. */
enum {
    ATT_FROM = 0x00008000,
    ATT_SUBJECT = 0x00018004,
    ATT_SENT = 0x00038005,
    ATT_CLASS = 0x00078008,
    ATT_MESSAGE_ID = 0x00018009,
    ATT_BODY = 0x0002800C,
    ATT_DATA = 0x0006800F,
    ATT_TITLE = 0x00018010,
    ATT_TRANSPORT_NAME = 0x00069001,
    ATT_RENDERING = 0x00069002,
    ATT_PROPERTIES = 0x00069003,
    ATT_RECIPIENTS = 0x00069004,
    ATT_ATTACHMENT = 0x00069005,
    ATT_CODEPAGE = 0x00069007,
    ATT_OWNER = 0x00060000,
    ATT_SENT_FOR = 0x00060001,
    ATT_DELEGATE = 0x00060002,
};

/* A stretch of the unit's bytes. */
typedef struct Place {
    uint64_t at, n;
} Place;

typedef struct Tnef {
    Extraction *x;
    Feed *f;
    Encoding narrow; /* what 8-bit text is in */
    bool damaged;
    /* the attachment at hand */
    bool attached;
    Place data, properties;
    Buf title;
} Tnef;

/* ---- stretches ---- */

static int get(Tnef *t, Place p, uint8_t *bytes, size_t n) {
    if (p.n < n || feed_read_at(t->f, p.at, bytes, n) != (ssize_t)n)
        return t->f->error == -ENOMEM ? -ENOMEM : TNEF_E_BAD;
    return 0;
}

static Place behind(Place p, uint64_t n) {
    return (Place){.at = p.at + n, .n = p.n - n};
}

/* As they lie in the unit. */
static int give_raw(Tnef *t, Place p) {
    uint8_t bytes[STEP];
    int r = 0;

    while (r == 0 && p.n) {
        size_t n = p.n < sizeof(bytes) ? (size_t)p.n : sizeof(bytes);
        ssize_t got = feed_read_at(t->f, p.at, bytes, n);

        if (got <= 0)
            return got == -ENOMEM ? -ENOMEM : 0;
        r = extract_bytes(t->x, span(bytes, (size_t)got), p.at, ENCODING_BINARY);
        p = behind(p, (uint64_t)got);
    }
    return r;
}

static int give_unit(Tnef *t, Place p, Span name, const char *format) {
    FeedSlice slice = {.of = t->f, .from = p.at};
    Entry e = {.name = name, .size = p.n, .mtime = INT64_MIN};
    Feed f = feed_of_slice(&slice, p.n);
    int r = format ? extract_unit_as(t->x, &e, &f, format) : extract_unit(t->x, &e, &f);

    feed_done(&f);
    return r;
}

static int give_rtf(Tnef *t, Place p) {
    FeedSlice slice = {.of = t->f, .from = p.at};
    Feed f = feed_of_slice(&slice, p.n);
    int r = mapi_rtf(t->x, &f);

    feed_done(&f);
    return r;
}

static int give_body(Tnef *t, Place p, Encoding e) {
    FeedSlice slice = {.of = t->f, .from = p.at};
    Feed f = feed_of_slice(&slice, p.n);
    int r = mapi_body(t->x, &f, e);

    feed_done(&f);
    return r;
}

static int give_line(Tnef *t, const char *name, Place p, Encoding e) {
    FeedSlice slice = {.of = t->f, .from = p.at};
    Feed f = feed_of_slice(&slice, p.n);
    int r = p.n ? mapi_line(t->x, name, &f, e) : 0;

    feed_done(&f);
    return r;
}

static int begin(Tnef *t, const char *section) {
    return extract_part(t->x, PART_SECTION, span_of(section));
}

/* ---- properties (2.1.3.1) ---- */

/* A list of them, and one value of one. */
typedef struct Props {
    Tnef *t;
    Place rest;
    uint32_t left;   /* properties */
    uint32_t values; /* left of the one at hand */
    bool apart;      /* each value has a length of its own */
    unsigned id, type;
    Buf name; /* its own, if it has one */
    Place value;
} Props;

/* Bytes of one value of a type that has always as many; 0: it says how many itself. */
static size_t width(unsigned type) {
    switch (type) {
    case PT_SHORT:
    case PT_BOOLEAN:
        return 2;
    case PT_LONG:
    case PT_FLOAT:
    case PT_ERROR:
        return 4;
    case PT_DOUBLE:
    case PT_CURRENCY:
    case PT_APPTIME:
    case PT_I8:
    case PT_TIME:
        return 8;
    case PT_CLSID:
        return 16;
    default:
        return 0;
    }
}

static bool has_length(unsigned type) {
    return type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY || type == PT_OBJECT;
}

/* Takes n bytes, and what fills them up to a multiple of four. */
static int props_take(Props *p, uint64_t n, Place *ret) {
    uint64_t padded = (n + 3) & ~UINT64_C(3);

    if (n > p->rest.n)
        return TNEF_E_BAD;
    *ret = (Place){.at = p->rest.at, .n = n};
    p->rest = behind(p->rest, padded < p->rest.n ? padded : p->rest.n);
    return 0;
}

static int props_number(Props *p, uint32_t *ret) {
    uint8_t bytes[4];
    Place place;
    int r = props_take(p, sizeof(bytes), &place);

    if (r == 0)
        r = get(p->t, place, bytes, sizeof(bytes));
    if (r == 0)
        *ret = little32(bytes);
    return r;
}

/* Behind a number from 0x8000 on: whose it is, and its number or name there. */
static int props_named(Props *p) {
    uint8_t bytes[NAMED_MAX];
    uint32_t kind, n;
    Place place;
    int r = props_take(p, 16, &place);

    if (r == 0)
        r = props_number(p, &kind);
    if (r == 0)
        r = props_number(p, &n);
    if (r || kind != 1)
        return r;
    r = props_take(p, n, &place);
    if (r || place.n > sizeof(bytes))
        return r;
    r = get(p->t, place, bytes, (size_t)place.n);
    if (r)
        return r;
    charset_append(ENCODING_UTF16LE, span(bytes, (size_t)place.n), &p->name);
    while (p->name.n && p->name.at[p->name.n - 1] == 0)
        p->name.n--;
    return buf_error(&p->name);
}

static int props_open(Tnef *t, Place where, Props *ret) {
    *ret = (Props){.t = t, .rest = where};
    return props_number(ret, &ret->left);
}

/* The next property: its head. */
static int props_head(Props *p) {
    uint32_t tag;
    int r = props_number(p, &tag);

    buf_clear(&p->name);
    if (r)
        return r;
    p->left--;
    p->id = tag >> 16;
    p->type = tag & 0xFFFF & ~(unsigned)PT_MULTIPLE;
    if (p->id >= PR_NAMED)
        r = props_named(p);
    p->apart = has_length(p->type);
    if (!p->apart && width(p->type) == 0)
        return r ? r : TNEF_E_BAD;
    p->values = 1;
    if (r == 0 && (p->apart || tag & PT_MULTIPLE))
        r = props_number(p, &p->values);
    return r;
}

/* The next value; *ret_more: there is one. */
static int props_next(Props *p, bool *ret_more) {
    uint32_t n;
    int r = 0;

    *ret_more = false;
    while (r == 0 && !p->values) {
        if (!p->left)
            return 0;
        r = props_head(p);
    }
    if (r)
        return r;
    p->values--;
    n = (uint32_t)width(p->type);
    if (p->apart)
        r = props_number(p, &n);
    if (r == 0)
        r = props_take(p, n, &p->value);
    *ret_more = r == 0;
    return r;
}

static void props_done(Props *p) {
    buf_done(&p->name);
}

static Encoding encoding_of(const Props *p) {
    return p->type == PT_UNICODE ? ENCODING_UTF16LE : p->t->narrow;
}

static int read_number(Props *p) {
    uint8_t bytes[8] = {0};
    int r = get(p->t, p->value, bytes, (size_t)(p->value.n < 8 ? p->value.n : 8));

    if (r == 0 && p->type == PT_TIME)
        r = mapi_time(p->t->x, p->id, little64(bytes));
    if (r == 0 && p->type == PT_LONG && p->id == PR_INTERNET_CODEPAGE)
        p->t->narrow = mapi_codepage(little32(bytes));
    return r;
}

static int read_field(Props *p) {
    Tnef *t = p->t;

    if (mapi_is_body(p->id))
        return 0;
    if (mapi_is_text(p->type))
        return give_line(t, p->name.n ? buf_cstr(&p->name) : mapi_field(p->id), p->value,
                         encoding_of(p));
    return has_length(p->type) ? 0 : read_number(p);
}

/* The same of an attachment: its times say nothing of the message. */
static int read_detail(Props *p) {
    return p->type == PT_TIME ? 0 : read_field(p);
}

/* What is neither text nor number; the forms of the body come later. */
static int read_binary(Props *p) {
    bool attached = p->id == PR_ATTACH_DATA;

    if (p->type != PT_BINARY || attached || mapi_is_body(p->id))
        return 0;
    return give_raw(p->t, p->value);
}

static int read_body(Props *p) {
    Tnef *t = p->t;

    if (!mapi_is_body(p->id) || !has_length(p->type) || !p->value.n)
        return 0;
    if (p->id == PR_RTF)
        return give_rtf(t, p->value);
    if (p->id == PR_HTML)
        return give_unit(t, p->value, span_of("body.html"), "html");
    return give_body(t, p->value, encoding_of(p));
}

/* Every value of a list; where the list ends early that is noted. Moves `where` behind it. */
static int each(Tnef *t, Place *where, int (*read)(Props *)) {
    _cleanup_(props_done) Props p = {0};
    bool more = true;
    int r = props_open(t, *where, &p);

    while (r == 0 && more) {
        r = props_next(&p, &more);
        if (more)
            r = read(&p);
    }
    *where = r == 0 ? p.rest : (Place){.at = where->at + where->n};
    if (r != TNEF_E_BAD)
        return r;
    t->damaged = true;
    return 0;
}

/* As each(), of the one list that the place holds. */
static int each_of(Tnef *t, Place where, int (*read)(Props *)) {
    return each(t, &where, read);
}

static int read_properties(Tnef *t, Place p) {
    int r = begin(t, "headers");

    if (r == 0)
        r = each_of(t, p, read_field);
    if (r == 0)
        r = each_of(t, p, read_body);
    return r ? r : each_of(t, p, read_binary);
}

/* A table: a list of properties for each row (2.1.3.5.1). */
static int read_recipients(Tnef *t, Place p) {
    uint8_t bytes[4];
    uint32_t rows;
    int r = get(t, p, bytes, sizeof(bytes));

    if (r)
        return r;
    rows = little32(bytes);
    p = behind(p, sizeof(bytes));
    r = begin(t, "recipients");
    while (r == 0 && rows-- && p.n)
        r = each(t, &p, read_field);
    return r;
}

/* ---- an attachment ---- */

static int read_name(Props *p) {
    uint8_t bytes[SMALL];
    Buf *title = &p->t->title;
    bool known = p->id == PR_ATTACH_NAME || (p->id == PR_DISPLAY_NAME && !title->n);
    size_t n = p->value.n < sizeof(bytes) ? (size_t)p->value.n : sizeof(bytes);
    int r = 0;

    if (!known || !mapi_is_text(p->type) || !n)
        return 0;
    r = get(p->t, p->value, bytes, n);
    if (r)
        return r;
    buf_clear(title);
    charset_append(encoding_of(p), span(bytes, n), title);
    while (title->n && title->at[title->n - 1] == 0)
        title->n--;
    return buf_error(title);
}

/* What stands in a property: bytes, or an object, whose class goes before it. */
static int read_attached(Props *p) {
    static const uint8_t message[OBJECT_HEAD] = {7,    3, 2, 0, 0, 0, 0, 0,
                                                 0xC0, 0, 0, 0, 0, 0, 0, 0x46}; /* IID_IMessage */
    Span name = buf_as_span(&p->t->title);
    uint8_t class[OBJECT_HEAD];
    int r;

    if (p->id != PR_ATTACH_DATA || !has_length(p->type))
        return 0;
    if (p->type != PT_OBJECT)
        return give_unit(p->t, p->value, name, NULL);
    r = get(p->t, p->value, class, sizeof(class));
    if (r)
        return r;
    return give_unit(p->t, behind(p->value, sizeof(class)), name,
                     memcmp(class, message, sizeof(class)) == 0 ? "tnef" : NULL);
}

/* The attachment at hand is complete: all of it is known now. */
static int end_attachment(Tnef *t) {
    Place p = t->properties;
    int r = 0;

    if (!t->attached)
        return 0;
    t->attached = false;
    if (p.n)
        r = each_of(t, p, read_name);
    if (r == 0 && !t->title.n)
        buf_text(&t->title, "attachment");
    if (r == 0)
        r = buf_error(&t->title);
    if (r == 0 && t->data.n)
        r = give_unit(t, t->data, buf_as_span(&t->title), NULL);
    if (r == 0 && p.n)
        r = each_of(t, p, read_attached);
    if (r == 0 && p.n)
        r = begin(t, "attachments");
    if (r == 0 && p.n)
        r = each_of(t, p, read_detail);
    if (r == 0 && p.n)
        r = each_of(t, p, read_binary);
    t->data = t->properties = (Place){0};
    buf_clear(&t->title);
    return r;
}

static int begin_attachment(Tnef *t) {
    int r = t->attached ? end_attachment(t) : 0;

    t->attached = true;
    return r;
}

static int note_title(Tnef *t, Place p) {
    uint8_t bytes[SMALL];
    size_t n = p.n < sizeof(bytes) ? (size_t)p.n : sizeof(bytes);
    int r = get(t, p, bytes, n);

    while (n && bytes[n - 1] == 0)
        n--;
    if (r || !n)
        return r;
    buf_clear(&t->title);
    charset_append(t->narrow, span(bytes, n), &t->title);
    return buf_error(&t->title);
}

/* ---- attributes of the message ---- */

static int read_codepage(Tnef *t, Place p) {
    uint8_t bytes[4];
    int r = get(t, p, bytes, sizeof(bytes));

    if (r == 0)
        t->narrow = mapi_codepage(little32(bytes));
    return r;
}

static int64_t days_of(int64_t y, int64_t m, int64_t d) {
    int64_t month = m > 2 ? m - 3 : m + 9, year = y - (m <= 2);

    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d - 1 - 719468;
}

/* 2.1.3.3.11: year, month, day, hour, minute, second, day of the week. */
static int read_sent(Tnef *t, Place p) {
    uint8_t b[DATE];
    int64_t s;
    int r = get(t, p, b, sizeof(b));

    if (r)
        return r;
    if (little16(b) < 1970 || little16(b) > 2261 || !little16(b + 2) || little16(b + 2) > 12 ||
        !little16(b + 4) || little16(b + 4) > 31 || little16(b + 6) > 23 || little16(b + 8) > 59 ||
        little16(b + 10) > 60)
        return 0;
    s = days_of(little16(b), little16(b + 2), little16(b + 4)) * 86400 +
        little16(b + 6) * INT64_C(3600) + little16(b + 8) * INT64_C(60) + little16(b + 10);
    s *= 1000000000;
    return extract_fact(t->x, &(Fact){.kind = FACT_SENT, .from = s, .to = s});
}

/* Four numbers, then the name and the address, as long as two of them say (2.1.3.3.3). */
static int read_from(Tnef *t, Place p) {
    uint8_t b[8];
    uint64_t name, address;
    int r = get(t, p, b, sizeof(b));

    if (r)
        return r;
    name = little16(b + 4);
    address = little16(b + 6);
    if (name + address > p.n - sizeof(b))
        return TNEF_E_BAD;
    p = behind(p, sizeof(b));
    r = give_line(t, "From", (Place){.at = p.at, .n = name}, t->narrow);
    return r ? r : give_line(t, "From", (Place){.at = p.at + name, .n = address}, t->narrow);
}

/* Each with its length before it: name, address (2.1.3.3.4). */
static int read_person(Tnef *t, Place p) {
    int r = 0;

    for (unsigned i = 0; r == 0 && i < 2 && p.n; i++) {
        uint8_t b[2];

        r = get(t, p, b, sizeof(b));
        if (r || little16(b) > p.n - sizeof(b))
            return r ? r : TNEF_E_BAD;
        p = behind(p, sizeof(b));
        r = give_line(t, NULL, (Place){.at = p.at, .n = little16(b)}, t->narrow);
        p = behind(p, little16(b));
    }
    return r;
}

static int read_text(Tnef *t, Place p) {
    return give_body(t, p, t->narrow);
}

static int in_headers(Tnef *t, Place p, int (*read)(Tnef *, Place)) {
    int r = begin(t, "headers");

    return r ? r : read(t, p);
}

static int read_subject(Tnef *t, Place p) {
    return give_line(t, "Subject", p, t->narrow);
}

static int read_line(Tnef *t, Place p) {
    return give_line(t, NULL, p, t->narrow);
}

static int read_attribute(Tnef *t, uint32_t attribute, Place p) {
    switch (attribute) {
    case ATT_CODEPAGE:
        return read_codepage(t, p);
    case ATT_SENT:
        return read_sent(t, p);
    case ATT_FROM:
        return in_headers(t, p, read_from);
    case ATT_OWNER:
    case ATT_SENT_FOR:
        return in_headers(t, p, read_person);
    case ATT_SUBJECT:
        return in_headers(t, p, read_subject);
    case ATT_CLASS:
    case ATT_MESSAGE_ID:
        return in_headers(t, p, read_line);
    case ATT_BODY:
        return read_text(t, p);
    case ATT_PROPERTIES:
        return read_properties(t, p);
    case ATT_RECIPIENTS:
        return read_recipients(t, p);
    case ATT_RENDERING:
        return begin_attachment(t);
    case ATT_TITLE:
    case ATT_TRANSPORT_NAME:
        return t->title.n ? 0 : note_title(t, p);
    case ATT_DATA:
        t->attached = true;
        t->data = p;
        return 0;
    case ATT_ATTACHMENT:
        t->attached = true;
        t->properties = p;
        return 0;
    default:
        return give_raw(t, p);
    }
}

/* ---- the file ---- */

/* The attribute at `at`: how long it is, all in all, 0 at the end, or an error. */
static int64_t next_attribute(Tnef *t, uint64_t at, uint32_t *ret, Place *ret_data) {
    uint8_t head[HEAD];
    ssize_t n = feed_read_at(t->f, at, head, sizeof(head));
    uint64_t size;

    if (n == 0)
        return 0;
    if (n < (ssize_t)sizeof(head) || (head[0] != 1 && head[0] != 2))
        return n == -ENOMEM ? -ENOMEM : -EBADMSG;
    size = little32(head + 5);
    if (t->f->size != FEED_SIZE_UNKNOWN && size + HEAD + CHECKSUM > t->f->size - at)
        return -EBADMSG;
    *ret = little32(head + 1);
    *ret_data = (Place){.at = at + HEAD, .n = size};
    return (int64_t)(HEAD + size + CHECKSUM);
}

/* Every attribute; what cannot be followed, as bytes: *ret_at is where that begins. */
static int read_attributes(Tnef *t, uint64_t *ret_at) {
    uint64_t at = HEADER;
    int64_t n = 1;
    int r = 0;

    while (r == 0 && n > 0) {
        uint32_t attribute;
        Place data;

        n = next_attribute(t, at, &attribute, &data);
        if (n > 0)
            r = read_attribute(t, attribute, data);
        if (r == TNEF_E_BAD) { /* this one is not what it should be */
            t->damaged = true;
            r = give_raw(t, data);
        }
        at += n > 0 ? (uint64_t)n : 0;
    }
    *ret_at = at;
    t->damaged |= n == -EBADMSG;
    if (r == 0)
        r = end_attachment(t);
    return n == -ENOMEM ? -ENOMEM : r;
}

static int tnef_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    Tnef t = {.x = x, .f = f, .narrow = ENCODING_WINDOWS1252};
    uint64_t at;
    int r = read_attributes(&t, &at);

    (void)encoding;
    buf_wipe(&t.title);
    if (t.damaged)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    return r ? r
             : give_raw(&t, (Place){.at = at,
                                    .n = f->size == FEED_SIZE_UNKNOWN ? INT64_MAX : f->size - at});
}

const Extractor tnef_extractor = {
    .format = "tnef",
    .place = EXTRACT_RISKY,
    .seeks = true,
    .extract = tnef_extract,
};
