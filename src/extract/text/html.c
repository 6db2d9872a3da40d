/*
 * Html: the text of a page, whatever state its markup is in.
 *
 * A step machine over bytes of UTF-8. Nothing but names of elements and the signs of the markup is
 * left out: attributes, scripts, styles and comments hold values as often as the text does. What is
 * only dress does not part a value: <b>536</b>-90-4399 is one. So text that stands inside a tag or
 * a comment goes into `later`, and comes out at the next place where a line ends anyway; if it is
 * too long for that it comes at once.
 *
 *     text  -<-> open -letter-> name -> tag -"-> quoted      open -!-> bang -> comment, declaration
 *       ^---------------------------------'                  open -?-> instruction
 *     raw: script and its like, up to its own end tag        &: a reference, held until it is whole
 *
 * What begins like markup and is none is text: it is held (a name, a reference: few bytes) until
 * that is known. White space is what a browser makes of it: one blank, but not in <pre>.
 *
 * Marks: the row is the line of the source; the place is exact at the first byte of each stretch,
 * and byte by byte where the source has the text as it is.
 */
#include "base/cleanup.h"
#include "base/utf8.h"
#include "extract/text/entity.h"
#include "extract/text/input.h"
#include "extract/text/reader.h"

enum {
    HELD_MAX = 32,
    LATER_MAX = 16 << 10, /* bytes */
    PIECES_MAX = 512,
    DECLARED_WITHIN = 4096, /* where a page says its charset */
};

typedef enum State {
    IN_TEXT,
    IN_OPEN, /* behind < */
    IN_NAME,
    IN_TAG,
    IN_QUOTED,
    IN_BANG,
    IN_COMMENT,
    IN_DECLARATION,
    IN_INSTRUCTION,
    IN_RAW,
    IN_RAW_END, /* what may be the end tag of it */
    IN_REFERENCE,
} State;

/* What an element does to the text around it. */
typedef enum Role {
    ROLE_BREAK, /* a line ends */
    ROLE_DRESS, /* nothing */
    ROLE_CELL,
    ROLE_PRE,
    ROLE_RAW,
} Role;

typedef struct Piece {
    uint32_t at; /* in `later` */
    uint64_t row, source;
} Piece;

typedef struct Html {
    Extraction *x;
    Input in;
    State state, back; /* back: where a reference stands */
    uint64_t row;
    /* what the text put last stood under, and goes on at */
    bool marked;
    uint64_t marked_row, next;
    uint8_t last; /* the byte put last */
    bool blank;   /* white space waits for what follows it */
    unsigned pre;
    uint8_t quote;
    unsigned run;           /* of - right before, in a comment; of ? in an instruction */
    uint8_t held[HELD_MAX]; /* a name, a reference */
    size_t n_held;
    uint64_t held_row, held_at;
    bool end_tag;
    Role role;
    char raw[12]; /* the element whose end is awaited */
    Buf later;
    Piece pieces[PIECES_MAX];
    size_t n_pieces;
} Html;

/* ---- what comes out ---- */

static int put_at(Html *h, Span s, uint64_t row, uint64_t source) {
    int r = 0;

    if (!h->marked || h->marked_row != row || h->next != source)
        r = source == MARK_NOWHERE ? extract_at(h->x, row, 0) : extract_from(h->x, row, 0, source);
    h->marked = true;
    h->marked_row = row;
    h->next = source == MARK_NOWHERE ? source : source + s.n;
    if (s.n)
        h->last = s.at[s.n - 1];
    return r ? r : extract_text(h->x, s);
}

/* A character of ours, under the mark there is. */
static int put_made(Html *h, char c) {
    h->last = (uint8_t)c;
    h->marked = h->marked && h->next == MARK_NOWHERE;
    return extract_text(h->x, span(&c, 1));
}

static int end_line(Html *h) {
    h->blank = false;
    return h->last == '\n' ? 0 : put_made(h, '\n');
}

static int put_later(Html *h) {
    int r = h->n_pieces ? end_line(h) : 0;

    for (size_t i = 0; r == 0 && i < h->n_pieces; i++) {
        const Piece *p = &h->pieces[i];
        size_t end = i + 1 < h->n_pieces ? p[1].at : h->later.n;

        r = put_at(h, span(h->later.at + p->at, end - p->at), p->row, p->source);
    }
    if (r == 0 && h->n_pieces)
        r = end_line(h);
    h->n_pieces = 0;
    buf_clear(&h->later);
    return r;
}

/* A line ends here, and what waited for that comes out. */
static int break_line(Html *h) {
    int r = end_line(h);

    return r ? r : put_later(h);
}

static int keep(Html *h, Span s, uint64_t row, uint64_t source) {
    int r = 0;

    if (h->n_pieces == PIECES_MAX || h->later.n + s.n > LATER_MAX)
        r = put_later(h);
    if (r == 0 && s.n > LATER_MAX)
        return put_at(h, s, row, source);
    h->pieces[h->n_pieces++] = (Piece){.at = (uint32_t)h->later.n, .row = row, .source = source};
    buf_span(&h->later, s);
    return r ? r : buf_error(&h->later);
}

/* What waits already is another tag's. */
static int part_later(Html *h) {
    h->n_held = 0;
    if (h->later.n == 0 || h->later.at[h->later.n - 1] == '\n')
        return 0;
    return keep(h, span("\n", 1), h->row, MARK_NOWHERE);
}

/* Text of the page, or of a tag or comment of it. */
static int put(Html *h, Span s, uint64_t row, uint64_t source) {
    bool aside = h->state != IN_TEXT && h->state != IN_RAW && h->state != IN_RAW_END;
    int r = 0;

    if (h->state == IN_REFERENCE)
        aside = h->back != IN_TEXT && h->back != IN_RAW;
    if (aside)
        return keep(h, s, row, source);
    if (h->blank && h->last != '\n' && h->last != '\t')
        r = put_made(h, ' ');
    h->blank = false;
    return r ? r : put_at(h, s, row, source);
}

/* Bytes of the window. */
static int put_run(Html *h, size_t from, size_t to) {
    int r = 0;

    while (r == 0 && from < to) {
        uint64_t source;
        size_t n = input_stretch(&h->in, from, &source);

        if (n > to - from)
            n = to - from;
        r = put(h, span(h->in.text.at + from, n), h->row, source);
        from += n;
    }
    return r;
}

/* ---- what is held until it is known ---- */

static void hold_first(Html *h, size_t at) {
    input_stretch(&h->in, at, &h->held_at);
    h->held_row = h->row;
    h->held[0] = h->in.text.at[at];
    h->n_held = 1;
}

static bool hold(Html *h, uint8_t c) {
    if (h->n_held == HELD_MAX)
        return false;
    h->held[h->n_held++] = c;
    return true;
}

/* It was what it looks like. */
static int put_held(Html *h) {
    Span s = span(h->held, h->n_held);

    h->n_held = 0;
    return put(h, s, h->held_row, h->held_at);
}

static bool is_name(uint8_t c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
           c == ':' || c == '_';
}

static bool is_letter(uint8_t c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_white(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int put_reference(Html *h) {
    uint8_t text[UTF8_MAX];
    Span held = span(h->held, h->n_held);
    uint32_t c;
    size_t taken = entity_decode(held, &c), n;
    int r = 0;

    if (taken == 0) {
        r = put_held(h);
    } else if (c != 0xAD) {                         /* a soft hyphen is not seen */
        n = utf8_encode(c == 0xA0 ? ' ' : c, text); /* one that does not break is a blank */
        r = put(h, span(text, n), h->held_row, h->held_at);
        h->marked = false; /* what follows stands elsewhere */
    }
    if (r == 0 && taken && taken < held.n) { /* behind a number without its end */
        r = put(h, span(held.at + taken, held.n - taken), h->held_row,
                h->held_at == MARK_NOWHERE ? MARK_NOWHERE : h->held_at + taken);
    }
    h->n_held = 0;
    h->state = h->back;
    return r;
}

/* ---- elements ---- */

static const struct {
    char name[11];
    uint8_t role;
} elements[] = {
    {"a", ROLE_DRESS},     {"abbr", ROLE_DRESS},   {"acronym", ROLE_DRESS}, {"b", ROLE_DRESS},
    {"bdi", ROLE_DRESS},   {"bdo", ROLE_DRESS},    {"big", ROLE_DRESS},     {"cite", ROLE_DRESS},
    {"code", ROLE_DRESS},  {"data", ROLE_DRESS},   {"del", ROLE_DRESS},     {"dfn", ROLE_DRESS},
    {"em", ROLE_DRESS},    {"font", ROLE_DRESS},   {"i", ROLE_DRESS},       {"ins", ROLE_DRESS},
    {"kbd", ROLE_DRESS},   {"mark", ROLE_DRESS},   {"nobr", ROLE_DRESS},    {"o:p", ROLE_DRESS},
    {"q", ROLE_DRESS},     {"rb", ROLE_DRESS},     {"s", ROLE_DRESS},       {"samp", ROLE_DRESS},
    {"small", ROLE_DRESS}, {"span", ROLE_DRESS},   {"strike", ROLE_DRESS},  {"strong", ROLE_DRESS},
    {"sub", ROLE_DRESS},   {"sup", ROLE_DRESS},    {"time", ROLE_DRESS},    {"tt", ROLE_DRESS},
    {"u", ROLE_DRESS},     {"var", ROLE_DRESS},    {"wbr", ROLE_DRESS},     {"td", ROLE_CELL},
    {"th", ROLE_CELL},     {"pre", ROLE_PRE},      {"listing", ROLE_PRE},   {"script", ROLE_RAW},
    {"style", ROLE_RAW},   {"textarea", ROLE_RAW}, {"title", ROLE_RAW},     {"xmp", ROLE_RAW},
    {"iframe", ROLE_RAW},  {"noembed", ROLE_RAW},  {"noframes", ROLE_RAW},  {"plaintext", ROLE_RAW},
};

/* The element of the tag at hand, whose name is held behind < or </. */
static Role find_role(Html *h) {
    size_t skip = h->end_tag ? 2 : 1, n = h->n_held - skip;
    char name[HELD_MAX + 1];

    for (size_t i = 0; i < n; i++)
        name[i] = (char)(h->held[skip + i] | (h->held[skip + i] >= 'A' ? 0x20 : 0));
    name[n] = 0;
    for (size_t i = 0; i < N_ELEMENTS(elements); i++) {
        if (elements[i].name[0] != name[0] || strcmp(elements[i].name, name) != 0)
            continue;
        if (elements[i].role == ROLE_RAW)
            memcpy(h->raw, elements[i].name, sizeof(elements[i].name));
        return elements[i].role;
    }
    return ROLE_BREAK;
}

/* Behind the > of a tag. */
static int tag_end(Html *h) {
    int r = 0;

    h->state = IN_TEXT;
    switch (h->role) {
    case ROLE_DRESS:
        return 0;
    case ROLE_CELL: /* its attributes wait for the end of the row */
        h->blank = false;
        return h->end_tag || h->last == '\n' || h->last == '\t' ? 0 : put_made(h, '\t');
    case ROLE_PRE:
        h->pre = h->end_tag ? 0 : 1;
        return break_line(h);
    case ROLE_RAW:
        r = break_line(h);
        if (!h->end_tag)
            h->state = IN_RAW;
        return r;
    default:
        return break_line(h);
    }
}

/* ---- steps: each takes bytes of the window from *i on, and leaves *i where it stopped ---- */

enum { MARKUP = 1, WHITE = 2 };

static const uint8_t special[256] = {
    ['<'] = MARKUP, ['&'] = MARKUP, [' '] = WHITE,  ['\t'] = WHITE,
    ['\n'] = WHITE, ['\v'] = WHITE, ['\f'] = WHITE, ['\r'] = WHITE,
};

/* The end of a run of text: markup, or white space that is more than a blank between words. */
static size_t text_end(const Html *h, Span s, size_t i) {
    for (; i < s.n; i++) {
        uint8_t c = s.at[i];

        if (_likely_(!special[c]))
            continue;
        if (special[c] == MARKUP || c == '\n')
            return i;
        if (!h->pre && (c != ' ' || i + 1 == s.n || special[s.at[i + 1]]))
            return i;
    }
    return i;
}

static int step_text(Html *h, Span s, size_t *i) {
    size_t from = *i;
    uint8_t c = s.at[from];

    if (special[c] == MARKUP) {
        hold_first(h, from);
        h->back = IN_TEXT;
        h->state = c == '<' ? IN_OPEN : IN_REFERENCE;
        ++*i;
        return 0;
    }
    if (c == '\n' || (special[c] && !h->pre)) {
        h->row += c == '\n';
        h->blank = !h->pre;
        ++*i;
        return h->pre ? end_line(h) : 0;
    }
    *i = text_end(h, s, from + 1);
    return put_run(h, from, *i);
}

static int step_open(Html *h, Span s, size_t *i) {
    uint8_t c = s.at[*i];
    bool first = h->n_held == 1;

    if (is_letter(c)) {
        h->end_tag = !first;
        h->state = IN_NAME;
        return 0;
    }
    if (first && (c == '/' || c == '!' || c == '?')) {
        hold(h, c);
        h->run = 0;
        if (c != '/')
            h->state = c == '!' ? IN_BANG : IN_INSTRUCTION;
        ++*i;
        return 0;
    }
    h->state = IN_TEXT; /* a < b */
    return put_held(h);
}

static int step_name(Html *h, Span s, size_t *i) {
    uint8_t c = s.at[*i];

    if (is_name(c) && hold(h, c)) {
        ++*i;
        return 0;
    }
    if (is_white(c) || c == '/' || c == '>') {
        h->role = find_role(h);
        h->state = IN_TAG;
        return 0;
    }
    h->state = IN_TEXT; /* <jane@example.org> */
    return put_held(h);
}

/* Only the white space and the stroke of <br />: worth nothing. */
static bool is_idle(const Html *h, Span s, size_t from, size_t to) {
    if (h->later.n && to < s.n && s.at[to] != '>')
        return false; /* it parts two attributes */
    while (from < to && (is_white(s.at[from]) || s.at[from] == '/'))
        from++;
    return from == to;
}

/* Attributes, as they stand there. */
static int step_tag(Html *h, Span s, size_t *i) {
    size_t from = *i, to = from;
    int r = 0;

    while (to < s.n && s.at[to] != '>' && s.at[to] != '&' && s.at[to] != '\n' && s.at[to] != '"' &&
           s.at[to] != '\'')
        to++;
    *i = to < s.n ? to + 1 : to;
    if (to < s.n && s.at[to] != '>' && s.at[to] != '&')
        to++; /* a quote, a line end: put too */
    if (!is_idle(h, s, from, to))
        r = put_run(h, from, to);
    if (r || *i == from)
        return r;
    switch (s.at[*i - 1]) {
    case '>':
        return tag_end(h);
    case '&':
        hold_first(h, *i - 1);
        h->back = IN_TAG;
        h->state = IN_REFERENCE;
        break;
    case '"':
    case '\'':
        h->quote = s.at[*i - 1];
        h->state = IN_QUOTED;
        break;
    case '\n':
        h->row++;
        break;
    }
    return 0;
}

static int step_quoted(Html *h, Span s, size_t *i) {
    size_t from = *i, to = from;
    int r;

    while (to < s.n && s.at[to] != h->quote && s.at[to] != '&' && s.at[to] != '\n')
        to++;
    *i = to < s.n ? to + 1 : to;
    r = put_run(h, from, to < s.n && s.at[to] == '&' ? to : *i);
    if (r || to == s.n)
        return r;
    if (s.at[to] == '&') {
        hold_first(h, to);
        h->back = IN_QUOTED;
        h->state = IN_REFERENCE;
    } else if (s.at[to] == '\n') {
        h->row++;
    } else {
        h->state = IN_TAG;
    }
    return 0;
}

static int step_bang(Html *h, Span s, size_t *i) {
    static const char cdata[] = "<![CDATA[", comment[] = "<!--";
    uint8_t c = s.at[*i];
    int r = 0;

    if ((h->n_held < 3 || h->held[2] == '-') && c == (uint8_t)comment[h->n_held]) {
        hold(h, c);
        ++*i;
        if (h->n_held == sizeof(comment) - 1) {
            h->state = IN_COMMENT;
            r = part_later(h);
        }
    } else if ((h->n_held < 3 || h->held[2] == '[') && c == (uint8_t)cdata[h->n_held]) {
        hold(h, c);
        ++*i;
        if (h->n_held == sizeof(cdata) - 1)
            h->state = IN_TEXT;
    } else {
        h->state = IN_DECLARATION;
        h->n_held = 0;
        r = part_later(h);
    }
    return r;
}

/* Up to >, which must have `least` of the byte `before` in front of it. */
static int step_aside(Html *h, Span s, size_t *i, uint8_t before, unsigned least) {
    size_t from = *i, to = from;
    bool ends = false;
    int r;

    while (to < s.n && !ends) {
        uint8_t c = s.at[to++];

        ends = c == '\n' || (c == '>' && h->run >= least);
        if (c != '>' || !ends)
            h->run = c == before ? h->run + 1 : 0;
    }
    *i = to;
    ends = ends && s.at[to - 1] == '>';
    r = put_run(h, from, ends ? to - 1 : to);
    if (!ends && s.at[to - 1] == '\n')
        h->row++;
    if (ends)
        h->state = IN_TEXT;
    return r;
}

/* Script and its like, as it lies; in a title or a text area references count. */
static int step_raw(Html *h, Span s, size_t *i) {
    bool references = h->raw[0] == 't';
    size_t from = *i, to = from;
    int r;

    while (to < s.n && s.at[to] != '<' && s.at[to] != '\n' && !(references && s.at[to] == '&'))
        to++;
    r = put_run(h, from, to);
    *i = to < s.n ? to + 1 : to;
    if (r || to == s.n)
        return r;
    if (s.at[to] == '\n') {
        h->row++;
        return end_line(h);
    }
    hold_first(h, to);
    h->back = IN_RAW;
    h->state = s.at[to] == '<' ? IN_RAW_END : IN_REFERENCE;
    return 0;
}

static int step_raw_end(Html *h, Span s, size_t *i) {
    uint8_t c = s.at[*i];
    size_t n = strlen(h->raw);

    if (h->n_held == n + 2 && (is_white(c) || c == '/' || c == '>')) {
        h->end_tag = true;
        h->role = ROLE_BREAK;
        h->state = IN_TAG;
        return 0;
    }
    if (h->n_held < n + 2 &&
        (h->n_held == 1 ? c == '/' : (c | 0x20) == (uint8_t)h->raw[h->n_held - 2])) {
        hold(h, c);
        ++*i;
        return 0;
    }
    h->state = IN_RAW;
    return put_held(h);
}

static int step_reference(Html *h, Span s, size_t *i) {
    uint8_t c = s.at[*i];
    bool more = h->n_held < ENTITY_MAX && (is_letter(c) || (c >= '0' && c <= '9') || c == '#');

    if (more || c == ';') {
        hold(h, c);
        ++*i;
    }
    return more ? 0 : put_reference(h);
}

static int step(Html *h, Span s, size_t *i) {
    switch (h->state) {
    case IN_TEXT:
        return step_text(h, s, i);
    case IN_OPEN:
        return step_open(h, s, i);
    case IN_NAME:
        return step_name(h, s, i);
    case IN_TAG:
        return step_tag(h, s, i);
    case IN_QUOTED:
        return step_quoted(h, s, i);
    case IN_BANG:
        return step_bang(h, s, i);
    case IN_COMMENT:
        return step_aside(h, s, i, '-', 2);
    case IN_DECLARATION:
        return step_aside(h, s, i, 0, 0);
    case IN_INSTRUCTION:
        return step_aside(h, s, i, '?', 1);
    case IN_RAW:
        return step_raw(h, s, i);
    case IN_RAW_END:
        return step_raw_end(h, s, i);
    default:
        return step_reference(h, s, i);
    }
}

static int finish(Html *h) {
    int r = 0;

    if (h->state == IN_REFERENCE) {
        r = put_reference(h);
    } else if (h->state == IN_OPEN || h->state == IN_NAME || h->state == IN_BANG ||
               h->state == IN_RAW_END) {
        h->state = IN_TEXT;
        r = put_held(h);
    }
    return r ? r : put_later(h);
}

/* ---- the page ---- */

/* What <meta> says, where the bytes themselves do not tell: <meta charset=x>, content="...x". */
static Encoding declared(Feed *f, Encoding guessed) {
    static const char key[] = "charset=";
    Encoding e = guessed;
    Span head, word;
    const uint8_t *at;

    if (!encoding_is_doubtful(guessed) || feed_head(f, DECLARED_WITHIN, &head) < 0)
        return guessed;
    at = memmem(head.at, head.n, key, sizeof(key) - 1);
    if (!at)
        return guessed;
    at += sizeof(key) - 1;
    if (at < head.at + head.n && (*at == '"' || *at == '\''))
        at++;
    word = span(at, 0);
    while (at + word.n < head.at + head.n && (is_name(at[word.n]) || at[word.n] == '.'))
        word.n++;
    if (encoding_of_label(word, &e) < 0 || !encoding_is_doubtful(e))
        return guessed;
    return e;
}

static int html_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status _unused_) {
    _cleanup_(free_p) Html *h = calloc(1, sizeof(*h));
    int r = h ? extract_part(x, PART_TEXT, span(NULL, 0)) : -ENOMEM;

    if (r)
        return r;
    h->x = x;
    h->row = 1;
    h->last = '\n';
    r = input_init(&h->in, f, declared(f, encoding));
    while (r == 0 && (r = input_next(&h->in)) > 0) {
        Span s = h->in.text;

        r = 0;
        for (size_t i = 0; r == 0 && i < s.n;)
            r = step(h, s, &i);
    }
    if (r == 0)
        r = finish(h);
    input_done(&h->in);
    buf_wipe(&h->later);
    return r;
}

const Extractor html_extractor = {
    .format = "html", .place = EXTRACT_ANYWHERE, .extract = html_extract};
