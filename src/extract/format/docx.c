/*
 * Docx: WordprocessingML (ECMA-376-1, 11 and 17): the body, and every header, footer, note and
 * comment in a section that is named after its member. Rows are paragraphs.
 *
 * Paragraphs, runs and tables of DrawingML (21), which slides, drawings and charts are made of,
 * have the same names, so docx_story() reads these, too.
 */
#include "base/utf8.h"
#include "extract/format/office.h"
#include "extract/format/story.h"

typedef struct Docx {
    Office *o;
    Story story;
    unsigned verbatim; /* in an element all of whose text counts, blanks too */
    unsigned field;    /* in the instruction of a field */
    unsigned ignored;  /* in an element whose text is a measure: read, but no part of any text */
} Docx;

/* What an element is to a Story. */
typedef enum Role {
    ROLE_NONE,
    ROLE_PARAGRAPH,
    ROLE_TEXT,   /* of a run */
    ROLE_REMARK, /* text of a slide's comment: no paragraph around it */
    ROLE_CELL,
    ROLE_ROW,
    ROLE_DELETION,
    ROLE_INSERTION,
    ROLE_FIELD,
    ROLE_FIELD_END,
    ROLE_MEASURE,
    ROLE_ALTERNATIVES,
    ROLE_CHOICE,
    ROLE_FALLBACK,
    ROLE_SYMBOL,
    ROLE_TAB,
    ROLE_BREAK,
    ROLE_HYPHEN,
} Role;

static const struct {
    const char *name;
    Role role;
} roles[] = {
    {"t", ROLE_TEXT},
    {"p", ROLE_PARAGRAPH},
    {"tc", ROLE_CELL},
    {"tr", ROLE_ROW},
    {"br", ROLE_BREAK},
    {"cr", ROLE_BREAK},
    {"tab", ROLE_TAB},
    {"ptab", ROLE_TAB},
    {"noBreakHyphen", ROLE_HYPHEN},
    {"sym", ROLE_SYMBOL},
    {"text", ROLE_REMARK},
    {"delText", ROLE_TEXT},
    {"del", ROLE_DELETION},
    {"moveFrom", ROLE_DELETION},
    {"ins", ROLE_INSERTION},
    {"moveTo", ROLE_INSERTION},
    {"instrText", ROLE_FIELD},
    {"delInstrText", ROLE_FIELD},
    {"fldChar", ROLE_FIELD_END}, /* an instruction goes on over runs, up to there */
    {"AlternateContent", ROLE_ALTERNATIVES},
    {"Choice", ROLE_CHOICE},
    {"Fallback", ROLE_FALLBACK},
    {"posOffset", ROLE_MEASURE},
    {"align", ROLE_MEASURE},
    {"pctWidth", ROLE_MEASURE},
    {"pctHeight", ROLE_MEASURE},
    {"pctPosHOffset", ROLE_MEASURE},
    {"pctPosVOffset", ROLE_MEASURE},
    {"formatCode", ROLE_MEASURE},
    {"col", ROLE_MEASURE},
    {"colOff", ROLE_MEASURE},
    {"row", ROLE_MEASURE},
    {"rowOff", ROLE_MEASURE},
};

static Role role_of(const char *name) {
    for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
        if (name[0] == roles[i].name[0] && strcmp(name, roles[i].name) == 0)
            return roles[i].role;
    }
    return ROLE_NONE;
}

/* ---- attributes that people fill in ---- */

static bool is_one(const char *name, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static int gather_attributes(Docx *d, const char *name, const char **attributes) {
    static const char *const texts[] = {"instr", "descr",  "title",       "tooltip",
                                        "alt",   "string", "displayText", "fullDate"};
    static const char *const valued[] = {"alias",    "tag",       "default", "statusText",
                                         "helpText", "listEntry", "docVar"};
    int r = 0;

    for (; r == 0 && *attributes; attributes += 2) {
        const char *local = sax_local(attributes[0]);

        if (strcmp(local, "author") == 0)
            r = story_author(&d->story, attributes[1]);
        else if (is_one(local, texts, N_ELEMENTS(texts)) ||
                 (strcmp(local, "val") == 0 && is_one(name, valued, N_ELEMENTS(valued))) ||
                 (strcmp(local, "value") == 0 && strcmp(name, "listItem") == 0))
            r = story_aside(&d->story, attributes[1]);
        else
            r = office_attribute(d->o, attributes[0], attributes[1]);
    }
    return r;
}

/* 17.3.3.30: a character of a symbol font, told by its number. */
static int gather_symbol(Docx *d, const char **attributes) {
    const char *c = sax_attribute(attributes, "char");
    uint8_t bytes[UTF8_MAX];
    size_t n = c ? utf8_encode((uint32_t)strtoul(c, NULL, 16), bytes) : 0;

    return n ? story_text(&d->story, span(bytes, n)) : 0;
}

/* ---- elements ---- */

static int in_paragraph(Docx *d, const char *text) {
    return d->story.at ? story_text(&d->story, span_of(text)) : 0;
}

static int on_start(void *of, const char *name, const char **attributes) {
    Docx *d = of;
    Story *s = &d->story;
    int r = 0;

    switch (role_of(name)) {
    case ROLE_TEXT:
    case ROLE_REMARK:
        d->verbatim++;
        return 0;
    case ROLE_PARAGRAPH:
        return story_open(s);
    case ROLE_CELL:
        story_cell_open(s);
        break;
    case ROLE_DELETION:
        s->deleting++;
        break;
    case ROLE_INSERTION:
        s->inserting++;
        break;
    case ROLE_FIELD:
        d->field++;
        break;
    case ROLE_FIELD_END:
        story_aside_end(s);
        break;
    case ROLE_MEASURE:
        d->ignored++;
        break;
    case ROLE_ALTERNATIVES:
        if (!s->choice && !s->fallback)
            s->n_choices = 0;
        break;
    case ROLE_CHOICE:
        s->choice++;
        break;
    case ROLE_FALLBACK:
        s->fallback++;
        break;
    case ROLE_SYMBOL:
        return gather_symbol(d, attributes);
    case ROLE_TAB: /* one with attributes is a tab stop of the style, not one of the text */
        r = attributes[0] && name[0] == 't' ? 0 : in_paragraph(d, "\t");
        break;
    case ROLE_BREAK:
        r = in_paragraph(d, "\n");
        break;
    case ROLE_HYPHEN:
        r = in_paragraph(d, "-");
        break;
    default:
        break;
    }
    return r ? r : gather_attributes(d, name, attributes);
}

static int on_end(void *of, const char *name) {
    Docx *d = of;
    Story *s = &d->story;

    switch (role_of(name)) {
    case ROLE_TEXT:
    case ROLE_REMARK:
        d->verbatim--;
        break;
    case ROLE_PARAGRAPH:
        return story_close(s);
    case ROLE_CELL:
        story_cell_close(s);
        break;
    case ROLE_ROW:
        story_row_close(s);
        break;
    case ROLE_DELETION:
        s->deleting--;
        break;
    case ROLE_INSERTION:
        s->inserting--;
        break;
    case ROLE_FIELD:
        d->field--;
        return 0;
    case ROLE_MEASURE:
        d->ignored--;
        break;
    case ROLE_CHOICE:
        s->choice--;
        break;
    case ROLE_FALLBACK:
        s->fallback--;
        break;
    default:
        break;
    }
    return story_loose(s);
}

static int on_text(void *of, Span text) {
    Docx *d = of;

    if (d->ignored) /* not into the paragraph around */
        return sax_blank(text) ? 0 : office_aside(d->o, text);
    if (d->field)
        return story_aside_more(&d->story, text);
    if (!d->verbatim && sax_blank(text))
        return 0;
    return story_text(&d->story, text);
}

/* ---- parts ---- */

static int on_done(void *of) {
    Docx *d = of;

    return story_finish(&d->story);
}

static const SaxHandler handler = {
    .start = on_start, .end = on_end, .text = on_text, .other = office_other};

int docx_story(Office *o, Member *m, PartKind kind, Span name) {
    Docx d = {.o = o};
    int r = story_begin(&d.story, o->x, kind, name);

    if (r == 0)
        r = office_parse(o, m, &handler, &d, on_done);
    story_done(&d.story);
    return r;
}

int docx_flat(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    Office o = {.x = x, .status = *ret_status, .encoding = encoding};
    Docx d = {.o = &o};
    int r = story_begin(&d.story, x, PART_TEXT, span_of(""));

    if (r == 0)
        r = office_parse_feed(&o, f, span_of("xml"), &handler, &d, on_done);
    *ret_status = o.status;
    story_done(&d.story);
    buf_done(&o.aside);
    return r;
}

int docx_read(Office *o) {
    size_t at = 0;
    Member *m;
    int r = 0;

    while (r == 0 && (m = office_next(o, ROOT_BODY, &at)))
        r = docx_story(o, m, PART_TEXT, span_of(""));
    for (at = 0; r == 0 && (m = office_next(o, ROOT_STORY, &at));)
        r = docx_story(o, m, PART_SECTION, office_stem(m->name));
    return r;
}
