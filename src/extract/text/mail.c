/*
 * Mail: one message: its header fields, its parts, and what is attached, as units inside.
 *
 * One pass, line by line, in memory that does not depend on the message: the multiparts that are
 * open stand in a stack of boundaries, and a part is a feed that decodes the lines up to the next
 * boundary of any of them. So a part whose own end is missing ends where one around it does, as RFC
 * 2046 section 5.1.2 wants it, and nothing is read into a tree first.
 *
 *     fields -> multipart: preamble -boundary-> fields ...    -last boundary-> epilogue
 *            -> leaf: a unit inside, then as above
 *
 * Fields, of the message and of its parts, are text of the section "headers"; what stands before
 * and behind the parts is text of its own. A leaf is a unit: its own reader sees its decoded bytes,
 * in UTF-8 where the part says which charset they are in. What is encrypted is known by its bytes,
 * as it is anywhere. Attachments inside the text (uuencode, yEnc) part it: text, unit, text.
 */
#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/charset.h"
#include "extract/text/linereader.h"
#include "extract/text/mime.h"
#include "extract/text/reader.h"
#include "extract/text/transfer.h"

enum {
    STACK_MAX = 100,
    BOUNDARY_MAX = 256,   /* RFC 2046 has 70; longer ones come from those who do not read it */
    FIELD_MAX = 64 << 10, /* of one header field, unfolded */
    FOLDS_MAX = 64,       /* lines of it that keep their place */
    STAGE_MIN = 16 << 10, /* decoded at once */
    NOWHERE = -1,         /* the end of the message, where a boundary was awaited */
};

/* In Mail.boundaries. */
typedef struct Boundary {
    size_t at, n;
} Boundary;

/* What the fields of a message or a part say of what follows. */
typedef struct Entity {
    char type[64]; /* "text/plain" */
    TransferKind transfer;
    Encoding charset; /* ENCODING_BINARY: not said, or not known */
    Buf name, location;
    char boundary[BOUNDARY_MAX];
    size_t n_boundary;
} Entity;

/* A line of a field that is gathered. */
typedef struct Fold {
    size_t at;
    uint64_t row, source;
} Fold;

typedef struct Mail {
    Extraction *x;
    LineReader in;
    Boundary stack[STACK_MAX];
    Buf boundaries; /* their text, one behind the other */
    int depth;
    int hit;      /* the boundary at which the last piece ended, or NOWHERE */
    bool closing; /* it is the last one of its multipart */
    bool dated, received;
    Buf field;
    Fold folds[FOLDS_MAX];
    size_t n_folds;
    bool cut; /* the field at hand was too long: it is text, and tells nothing */
} Mail;

/* ---- pieces between boundaries ---- */

/* RFC 2046 section 5.1.1: two dashes, the boundary, two more behind the last part, white space. */
static bool is_boundary(const Mail *m, const Boundary *b, Span line, bool *ret_closing) {
    Span rest = span(line.at + 2, line.n - 2);

    if (!span_starts(rest, span(m->boundaries.at + b->at, b->n)))
        return false;
    rest = span(rest.at + b->n, rest.n - b->n);
    *ret_closing = span_starts(rest, span_of("--"));
    if (*ret_closing)
        rest = span(rest.at + 2, rest.n - 2);
    for (size_t i = 0; i < rest.n; i++) {
        if (rest.at[i] != ' ' && rest.at[i] != '\t' && rest.at[i] != '\r' && rest.at[i] != '\n')
            return false;
    }
    return true;
}

/* The next line of the piece at hand: 1; 0 at its end, which is noted; or a negative error. */
static int piece_look(Mail *m, Span *ret) {
    int r = linereader_look(&m->in, ret);

    m->hit = NOWHERE;
    if (r <= 0 || !linereader_fresh(&m->in) || !span_starts(*ret, span_of("--")))
        return r;
    for (int i = m->depth - 1; i >= 0; i--) {
        if (is_boundary(m, &m->stack[i], *ret, &m->closing)) {
            m->hit = i;
            return 0;
        }
    }
    return 1;
}

/* Behind the end of a piece: whatever the boundary closes is closed. */
static void pass_boundary(Mail *m) {
    if (m->hit == NOWHERE)
        return;
    linereader_take(&m->in);
    m->depth = m->closing ? m->hit : m->hit + 1;
}

static int push(Mail *m, const Entity *e) {
    Boundary *b = &m->stack[m->depth];

    *b = (Boundary){.n = e->n_boundary};
    if (m->depth)
        b->at = b[-1].at + b[-1].n;
    m->depth++;
    m->boundaries.n = b->at;
    buf_add(&m->boundaries, e->boundary, e->n_boundary);
    return buf_error(&m->boundaries);
}

/* ---- header fields ---- */

/* Text of no known encoding: 8-bit fields are forbidden, and sent all the same. */
static int put_text(Mail *m, Span text) {
    _cleanup_(buf_done) Buf utf8 = {0};

    if (utf8_valid(text))
        return extract_text(m->x, text);
    charset_append(ENCODING_WINDOWS1252, text, &utf8);
    return buf_error(&utf8) ? -ENOMEM : extract_text(m->x, buf_as_span(&utf8));
}

static int put_line_end(Mail *m) {
    return extract_text(m->x, span("\n", 1));
}

/* The field at hand, as text: decoded if there is something to decode. */
static int put_field(Mail *m) {
    Span field = buf_as_span(&m->field);
    int r = 0;

    if (memmem(field.at, field.n, "=?", 2) || !utf8_valid(field)) {
        _cleanup_(buf_done) Buf text = {0};

        mime_words(field, &text);
        r = buf_error(&text);
        if (r == 0)
            r = extract_at(m->x, m->folds[0].row, 0);
        if (r == 0)
            r = extract_text(m->x, buf_as_span(&text));
        return r ? r : put_line_end(m);
    }
    for (size_t i = 0; r == 0 && i < m->n_folds; i++) {
        const Fold *f = &m->folds[i];
        size_t end = i + 1 < m->n_folds ? f[1].at : field.n;

        r = extract_from(m->x, f->row, 0, f->source);
        if (r == 0)
            r = extract_text(m->x, span(field.at + f->at, end - f->at));
    }
    return r ? r : put_line_end(m);
}

static void add_fold(Mail *m, Span line) {
    if (m->n_folds < FOLDS_MAX)
        m->folds[m->n_folds++] = (Fold){.at = m->field.n, .row = m->in.row, .source = m->in.at};
    buf_span(&m->field, line);
}

static void field_begin(Mail *m) {
    buf_clear(&m->field);
    m->n_folds = 0;
}

static bool is_field(Span field, const char *name, Span *ret_value) {
    size_t n = strlen(name);

    if (field.n <= n || field.at[n] != ':')
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((field.at[i] | 0x20) != (uint8_t)name[i])
            return false;
    }
    *ret_value = span(field.at + n + 1, field.n - n - 1);
    return true;
}

static int note_date(Mail *m, Span value) {
    int64_t at;

    if (m->dated || !mime_date(value, &at))
        return 0;
    m->dated = true;
    return extract_fact(m->x, &(Fact){.kind = FACT_SENT, .from = at, .to = at});
}

/* The first of its kind is that of the last hop; its time is behind the last semicolon. */
static int note_received(Mail *m, Span value) {
    const uint8_t *semicolon = value.n ? memrchr(value.at, ';', value.n) : NULL;
    int64_t at;

    if (m->received || !semicolon)
        return 0;
    value = span(semicolon + 1, value.n - (size_t)(semicolon + 1 - value.at));
    if (!mime_date(value, &at))
        return 0;
    m->received = true;
    return extract_fact(m->x, &(Fact){.kind = FACT_RECEIVED, .from = at, .to = at});
}

static int note_type(Entity *e, Span value) {
    _cleanup_(buf_done) Buf word = {0};

    mime_value(value, e->type, sizeof(e->type));
    if (mime_param(value, "boundary", &word) && word.n && word.n < BOUNDARY_MAX) {
        while (word.n && (word.at[word.n - 1] == ' ' || word.at[word.n - 1] == '\t'))
            word.n--;
        memcpy(e->boundary, word.at, word.n);
        e->n_boundary = word.n;
    }
    buf_clear(&word);
    if (mime_param(value, "charset", &word) &&
        encoding_of_label(buf_as_span(&word), &e->charset) < 0)
        e->charset = ENCODING_BINARY;
    if (e->name.n == 0)
        mime_param(value, "name", &e->name);
    return buf_error(&word);
}

/* What the field at hand says of the entity. */
static int note_field(Mail *m, Entity *e) {
    Span field = buf_as_span(&m->field), value;
    char word[32];

    if (is_field(field, "content-type", &value))
        return note_type(e, value);
    if (is_field(field, "content-transfer-encoding", &value)) {
        mime_value(value, word, sizeof(word));
        e->transfer = transfer_parse(span_of(word));
    } else if (is_field(field, "content-disposition", &value)) {
        _cleanup_(buf_done) Buf name = {0};

        if (mime_param(value, "filename", &name) && name.n) {
            buf_clear(&e->name);
            buf_span(&e->name, buf_as_span(&name));
        }
        return buf_error(&name);
    } else if (is_field(field, "content-location", &value)) {
        while (value.n && value.at[0] == ' ')
            value = span(value.at + 1, value.n - 1);
        mime_words(value, &e->location);
    } else if (is_field(field, "date", &value) && m->depth == 0) {
        return note_date(m, value);
    } else if (is_field(field, "received", &value) && m->depth == 0) {
        return note_received(m, value);
    }
    return 0;
}

static int end_field(Mail *m, Entity *e) {
    int r = buf_error(&m->field);

    if (m->field.n == 0)
        return r;
    if (r == 0)
        r = put_field(m);
    if (r == 0 && !m->cut)
        r = note_field(m, e);
    field_begin(m);
    return r;
}

/*
 * Fields, up to the empty line, the end of the piece, or a line that is none of them: whoever
 * forgot the empty line meant it for the body.
 */
static int read_fields(Mail *m, Entity *e) {
    int r = extract_part(m->x, PART_SECTION, span_of("headers"));
    Span line;

    field_begin(m);
    m->cut = false;
    while (r == 0 && (r = piece_look(m, &line)) > 0) {
        Span text = line_trim(line);
        bool fresh = linereader_fresh(&m->in);
        bool folded = !fresh || (text.n && (text.at[0] == ' ' || text.at[0] == '\t'));

        r = 0;
        if (fresh && text.n == 0) {
            linereader_take(&m->in);
            break;
        }
        if (!folded && !memchr(text.at, ':', text.n))
            break;
        if (!folded) {
            r = end_field(m, e);
            m->cut = false;
        } else if (m->field.n + text.n > FIELD_MAX) {
            m->cut = true;
            r = end_field(m, e);
        }
        add_fold(m, text);
        linereader_take(&m->in);
    }
    if (r == 0)
        r = end_field(m, e);
    return r;
}

static void entity_done(Entity *e) {
    buf_done(&e->name);
    buf_done(&e->location);
}

/* ---- a leaf: the feed of its decoded bytes ---- */

typedef enum Attached { ATTACHED_NONE, ATTACHED_UU, ATTACHED_YENC } Attached;

typedef struct Part {
    Mail *m;
    Transfer transfer;
    Encoding charset; /* to be made UTF-8 of; ENCODING_BINARY: not */
    Span end;         /* the line end before the line at hand: a boundary takes it away */
    Attached inside;  /* what this part is, inside a text */
    Attached follows; /* what begins behind it */
    bool looks;       /* for that */
    bool ended;
    Buf bytes;    /* decoded, not in UTF-8 yet */
    Buf stage;    /* ready */
    size_t given; /* of it */
    TextWindow decoded;
    Buf name; /* of what follows */
} Part;

/* begin 644 name / =ybegin line=128 size=123 name=name */
static Attached attached_begin(Span line, Buf *name) {
    Span s = line_trim(line);
    const uint8_t *at;
    size_t i = 6;

    buf_clear(name);
    if (span_starts(s, span_of("begin "))) {
        while (i < s.n && s.at[i] >= '0' && s.at[i] <= '7')
            i++;
        if (i < 9 || i > 10 || i + 1 >= s.n || s.at[i] != ' ')
            return ATTACHED_NONE;
        buf_add(name, s.at + i + 1, s.n - i - 1);
        return ATTACHED_UU;
    }
    if (!span_starts(s, span_of("=ybegin ")))
        return ATTACHED_NONE;
    at = memmem(s.at, s.n, " name=", 6);
    if (at)
        buf_add(name, at + 6, (size_t)(s.at + s.n - at) - 6);
    return ATTACHED_YENC;
}

/* Whether the attachment in the text ends before the line; its own last line goes with it. */
static bool attached_ends(Part *p, Span line) {
    Span s = line_trim(line);
    bool last = p->inside == ATTACHED_UU ? span_is(s, "end") : span_starts(s, span_of("=yend"));

    if (p->inside == ATTACHED_NONE)
        return false;
    if (last)
        linereader_take(&p->m->in);
    return last || (p->inside == ATTACHED_UU && !transfer_is_uu(line));
}

static void part_line(Part *p, Span line) {
    Span text = line_trim(line);

    if (p->transfer.kind != TRANSFER_NONE) {
        transfer_line(&p->transfer, line, &p->bytes);
        return;
    }
    buf_span(&p->bytes, p->end);
    buf_span(&p->bytes, text);
    p->end = span_of(line.n == text.n ? "" : line.n - text.n == 1 ? "\n" : "\r\n");
    if (line.n - text.n > 2) { /* a line end of several CRs is none of ours */
        buf_add(&p->bytes, line.at + text.n, line.n - text.n - 1);
        p->end = span_of("\n");
    }
}

/* The next line, or the end. */
static int part_pull(Part *p) {
    Span line;
    int r = piece_look(p->m, &line);

    if (r <= 0 || attached_ends(p, line)) {
        p->ended = true;
        if (r == 0 && p->m->hit == NOWHERE)
            buf_span(&p->bytes, p->end);
        return r < 0 ? r : 0;
    }
    if (p->looks && linereader_fresh(&p->m->in)) {
        p->follows = attached_begin(line, &p->name);
        p->ended = p->follows != ATTACHED_NONE;
    }
    part_line(p, line);
    linereader_take(&p->m->in);
    return buf_error(&p->bytes);
}

/* Bytes that are decoded become UTF-8, where they are to; what the cut divides stays. */
static int part_convert(Part *p) {
    Span raw = buf_as_span(&p->bytes);
    size_t whole = p->ended ? raw.n : charset_whole(p->charset, raw);
    int r = charset_decode(p->charset, span(raw.at, whole), 0, &p->decoded);

    if (r < 0)
        return r;
    buf_span(&p->stage, p->decoded.text);
    memmove(p->bytes.at, p->bytes.at + whole, raw.n - whole);
    p->bytes.n -= whole;
    return buf_error(&p->stage);
}

static int part_stage(Part *p) {
    int r = 0;

    buf_clear(&p->stage);
    p->given = 0;
    while (r == 0 && p->bytes.n < STAGE_MIN && !p->ended)
        r = part_pull(p);
    if (r < 0 || p->bytes.n == 0)
        return r;
    if (p->charset != ENCODING_BINARY)
        return part_convert(p);
    buf_span(&p->stage, buf_as_span(&p->bytes));
    buf_clear(&p->bytes);
    return buf_error(&p->stage);
}

static ssize_t part_read(Feed *f, uint8_t *at, size_t n) {
    Part *p = f->of;
    int r = 0;

    while (r == 0 && p->given == p->stage.n && !(p->ended && p->bytes.n == 0))
        r = part_stage(p);
    if (r < 0)
        return r;
    if (n > p->stage.n - p->given)
        n = p->stage.n - p->given;
    if (n)
        memcpy(at, p->stage.at + p->given, n);
    p->given += n;
    if (n == 0 && p->m->in.feed->error) /* the end is that of what could be read */
        return p->m->in.feed->error;
    return (ssize_t)n;
}

static void part_done(Part *p) {
    buf_wipe(&p->bytes);
    buf_wipe(&p->stage);
    buf_done(&p->name);
    text_window_done(&p->decoded);
}

/* What the unit's reader has left of it. */
static int part_drain(Part *p) {
    int r = 0;

    while (r == 0 && !p->ended) {
        r = part_pull(p);
        buf_clear(&p->bytes);
    }
    return r;
}

/* What a part without a name is called. */
static void name_by_type(const Entity *e, Buf *name) {
    const char *slash = strchr(e->type, '/');

    if (e->location.n) {
        buf_span(name, buf_as_span(&e->location));
        return;
    }
    if (!slash || strcmp(e->type, "text/plain") == 0)
        buf_text(name, "body.txt");
    else if (strcmp(e->type, "text/html") == 0)
        buf_text(name, "body.html");
    else if (strcmp(e->type, "message/rfc822") == 0)
        buf_text(name, "message.eml");
    else
        buf_printf(name, "part.%s", slash + 1);
}

/* A unit of the lines up to the end of the piece, or to what is attached within it. */
static int read_unit(Mail *m, Part *p, Span name, const char *format) {
    static const FeedKind kind = {.read = part_read};
    Feed f = feed_of(&kind, p, FEED_SIZE_UNKNOWN);
    Entry entry = {.name = name, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    int r = format ? extract_unit_as(m->x, &entry, &f, format) : extract_unit(m->x, &entry, &f);

    feed_done(&f);
    return r ? r : part_drain(p);
}

/* A text with what is attached in it, by turns. */
static int read_leaf(Mail *m, const Entity *e) {
    bool text = strncmp(e->type, "text/", 5) == 0;
    Encoding charset = text && encoding_is_converted(e->charset) ? e->charset : ENCODING_BINARY;
    const char *format = strcmp(e->type, "message/rfc822") == 0 ? "eml"
                         : strcmp(e->type, "text/html") == 0    ? "html"
                                                                : NULL;
    _cleanup_(buf_done) Buf own = {0}, name = {0};
    Attached next = ATTACHED_NONE;
    int r;

    if (e->name.n)
        buf_span(&own, buf_as_span(&e->name));
    else
        name_by_type(e, &own);
    r = buf_error(&own);
    while (r == 0) {
        Part p = {.m = m, .inside = next, .charset = ENCODING_BINARY};

        if (next == ATTACHED_NONE) {
            p.transfer.kind = e->transfer;
            p.charset = charset;
            p.looks = text && e->transfer == TRANSFER_NONE;
            r = read_unit(m, &p, buf_as_span(&own), format);
        } else {
            p.transfer.kind = next == ATTACHED_UU ? TRANSFER_UU : TRANSFER_YENC;
            r = read_unit(m, &p, name.n ? buf_as_span(&name) : span_of("attachment"), NULL);
        }
        if (r == 0 && p.follows == ATTACHED_NONE && next == ATTACHED_NONE) {
            part_done(&p);
            break;
        }
        next = p.follows;
        buf_clear(&name);
        buf_span(&name, buf_as_span(&p.name));
        part_done(&p);
        if (next == ATTACHED_NONE && r == 0) { /* behind what was attached: nothing, often */
            Span line;

            while ((r = piece_look(m, &line)) > 0 && line_trim(line).n == 0)
                linereader_take(&m->in);
            if (r <= 0)
                break;
            r = 0;
        }
    }
    return r;
}

/* ---- multiparts ---- */

/* What stands outside of the parts: seldom more than a word to old programs. */
static int read_outside(Mail *m, const char *section) {
    bool begun = false;
    Span line;
    int r;

    while ((r = piece_look(m, &line)) > 0) {
        r = 0;
        if (!begun && line_trim(line).n)
            r = extract_part(m->x, PART_SECTION, span_of(section));
        begun |= line_trim(line).n != 0;
        if (begun && r == 0)
            r = extract_from(m->x, m->in.row, 0, m->in.at);
        if (begun && r == 0)
            r = put_text(m, line);
        if (r)
            return r;
        linereader_take(&m->in);
    }
    return r;
}

/* Fields and what they announce, up to the boundary behind it. */
static int read_entity(Mail *m) {
    _cleanup_(entity_done) Entity e = {.type = "text/plain"};
    int r = read_fields(m, &e);
    bool multipart = strncmp(e.type, "multipart/", 10) == 0 && e.n_boundary;

    if (r)
        return r;
    if (multipart && m->depth < STACK_MAX) {
        r = push(m, &e);
        return r ? r : read_outside(m, "preamble");
    }
    return read_leaf(m, &e); /* nested deeper than anybody nests: as text, boundaries and all */
}

static int mail_read(Mail *m) {
    int r;

    do {
        r = read_entity(m);
        pass_boundary(m);
        while (r == 0 && m->hit != NOWHERE && m->closing) {
            r = read_outside(m, "epilogue");
            pass_boundary(m);
        }
    } while (r == 0 && m->hit != NOWHERE);
    return r;
}

static int eml_extract(Extraction *x, Feed *f, Encoding encoding _unused_,
                       Status *ret_status _unused_) {
    _cleanup_(free_p) Mail *m = calloc(1, sizeof(*m));
    int r;

    if (!m)
        return -ENOMEM;
    m->x = x;
    r = linereader_init(&m->in, f);
    if (r == 0)
        r = mail_read(m);

    linereader_done(&m->in);
    buf_wipe(&m->field);
    buf_done(&m->boundaries);
    return r;
}

const Extractor eml_extractor = {
    .format = "eml", .place = EXTRACT_ANYWHERE, .extract = eml_extract};
