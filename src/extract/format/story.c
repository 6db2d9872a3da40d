/*
 * Story: see story_read() in office.h; the running text of WordprocessingML (ECMA-376-1, 17) and
 * DrawingML (21), whose paragraphs, runs and tables have the same names.
 *
 * A paragraph is gathered and comes out whole, so that a value that formatting divides into runs
 * is one again. A paragraph inside another one (a text box) comes out first, on its own. Cells of a
 * table are separated by tabs, rows by line feeds. Text of elements that are nobody's here (values
 * of charts, comments of slides) is a paragraph where the element ends: no text is passed over.
 *
 * Tracked changes: a paragraph comes out as it would be with all changes accepted. If it has
 * deletions, it comes out once more, as it would be with all rejected, in the section "deleted":
 * a value that was changed in part is only there as a whole. What such a paragraph did not change
 * is therefore found twice.
 *
 * Beside the text, attributes that people fill in (alternative texts, authors, fields, list items):
 * they follow their paragraph in lines of their own.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/utf8.h"
#include "extract/format/office.h"

enum {
    NESTED_MAX = 8,          /* paragraphs in paragraphs; deeper ones join the last */
    PARAGRAPH_MAX = 1 << 20, /* bytes; a longer one is divided */
    CHOICES_MAX = 64,
    DELETED_STEP = 1 << 20,
};

typedef struct Paragraph {
    Buf text;   /* as accepted */
    Buf before; /* as rejected */
    Buf aside;
    uint64_t row;
    bool changed;
} Paragraph;

typedef struct Story {
    Office *o;
    PartKind kind;
    Span name;
    Paragraph paragraphs[NESTED_MAX + 1]; /* 0: text outside of any */
    unsigned at;                          /* the one at hand */
    unsigned over;                        /* paragraphs opened beyond NESTED_MAX */
    uint64_t row;
    char separator;     /* owed before the next text; 0: none */
    unsigned cells;     /* table cells around */
    unsigned deleting;  /* elements around whose text goes away when changes are accepted */
    unsigned inserting; /* ... when they are rejected */
    unsigned verbatim;  /* in an element all of whose text counts, blanks too */
    unsigned field;     /* in the instruction of a field */
    unsigned ignored;   /* in an element whose text is a measure */
    unsigned choice, fallback;
    uint64_t choices[CHOICES_MAX];
    size_t n_choices;
    char author[64];
    Buf deleted; /* lines for the section */
} Story;

/* ---- which element is what ---- */

static bool is_one(const char *name, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

#define IS_ONE(name, ...)                                                                          \
    is_one(name, (const char *const[]){__VA_ARGS__},                                               \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static bool is_deletion(const char *name) {
    return IS_ONE(name, "del", "moveFrom", "cellDel");
}

static bool is_insertion(const char *name) {
    return IS_ONE(name, "ins", "moveTo", "cellIns");
}

/* Measures of drawings, and formulas of charts that only name cells. */
static bool is_measure(const char *name) {
    return IS_ONE(name, "posOffset", "align", "pctWidth", "pctHeight", "pctPosHOffset",
                  "pctPosVOffset", "formatCode", "col", "colOff", "row", "rowOff");
}

/* ---- text out ---- */

static int owe(Story *s, char separator) {
    static const char rank[] = " \t\n"; /* a later one replaces an earlier one */

    if (!s->separator || strchr(rank, separator) > strchr(rank, s->separator))
        s->separator = separator;
    return 0;
}

static int put(Story *s, uint64_t row, Span text) {
    Extraction *x = s->o->x;
    int r = 0;

    if (s->separator)
        r = extract_text(x, span(&s->separator, 1));
    s->separator = 0;
    if (r == 0)
        r = extract_at(x, row, 0);
    return r ? r : extract_text(x, text);
}

static int flush_deleted(Story *s) {
    int r;

    if (!s->deleted.n)
        return 0;
    r = buf_error(&s->deleted);
    if (r == 0)
        r = extract_part(s->o->x, PART_SECTION, span_of("deleted"));
    for (size_t i = 0; r == 0 && i < s->deleted.n;) {
        uint64_t row, n;

        memcpy(&row, s->deleted.at + i, sizeof(row));
        memcpy(&n, s->deleted.at + i + sizeof(row), sizeof(n));
        i += sizeof(row) + sizeof(n);
        r = extract_at(s->o->x, row, 0);
        if (r == 0)
            r = extract_text(s->o->x, span(s->deleted.at + i, (size_t)n));
        if (r == 0)
            r = extract_text(s->o->x, span_of("\n"));
        i += (size_t)n;
    }
    buf_clear(&s->deleted);
    return r ? r : extract_part(s->o->x, s->kind, s->name);
}

static int keep_deleted(Story *s, const Paragraph *p) {
    uint64_t n = p->before.n;

    buf_add(&s->deleted, &p->row, sizeof(p->row));
    buf_add(&s->deleted, &n, sizeof(n));
    buf_span(&s->deleted, buf_as_span(&p->before));
    return s->deleted.n > DELETED_STEP ? flush_deleted(s) : buf_error(&s->deleted);
}

/* The same text box twice, for programs that know the newer drawing and those that do not. */
static bool is_repeated(Story *s, const Paragraph *p) {
    uint64_t h = XXH3_64bits(p->text.at ? p->text.at : (const uint8_t *)"", p->text.n);

    if (s->choice && s->n_choices < CHOICES_MAX)
        s->choices[s->n_choices++] = h;
    for (size_t i = 0; s->fallback && i < s->n_choices; i++) {
        if (s->choices[i] == h)
            return true;
    }
    return false;
}

/* The paragraph at hand, as far as it was gathered. */
static int emit_paragraph(Story *s) {
    Paragraph *p = &s->paragraphs[s->at];
    int r = 0;

    if (buf_error(&p->text) || buf_error(&p->before) || buf_error(&p->aside))
        return -ENOMEM;
    if (!is_repeated(s, p)) {
        if (p->text.n) {
            r = put(s, p->row, buf_as_span(&p->text));
            owe(s, s->cells ? ' ' : '\n');
        }
        if (r == 0 && p->changed && p->before.n)
            r = keep_deleted(s, p);
        if (r == 0 && p->aside.n) {
            if (s->separator)
                owe(s, '\n');
            r = put(s, p->row, buf_as_span(&p->aside));
            owe(s, '\n');
        }
    }
    buf_clear(&p->text);
    buf_clear(&p->before);
    buf_clear(&p->aside);
    p->changed = false;
    return r;
}

/* ---- text in ---- */

static int gather(Story *s, Span text) {
    Paragraph *p = &s->paragraphs[s->at];
    int r = 0;

    if (p->text.n + text.n > PARAGRAPH_MAX || p->before.n + text.n > PARAGRAPH_MAX)
        r = emit_paragraph(s);
    if (s->deleting)
        p->changed = true;
    else
        buf_span(&p->text, text);
    if (s->deleting || !s->inserting) /* what was inserted and deleted again is there, too */
        buf_span(&p->before, text);
    return r;
}

static void end_line(Paragraph *p) {
    if (p->aside.n && p->aside.at[p->aside.n - 1] != '\n')
        buf_byte(&p->aside, '\n');
}

static int gather_aside(Story *s, const char *text) {
    Paragraph *p = &s->paragraphs[s->at];

    if (!text || !*text)
        return 0;
    end_line(p);
    buf_text(&p->aside, text);
    return p->aside.n > PARAGRAPH_MAX ? emit_paragraph(s) : buf_error(&p->aside);
}

/* Who changed or said it: once in a row, not with each of a hundred changes. */
static int gather_author(Story *s, const char *author) {
    if (!author || strncmp(author, s->author, sizeof(s->author) - 1) == 0)
        return 0;
    snprintf(s->author, sizeof(s->author), "%s", author);
    return gather_aside(s, author);
}

static int gather_attributes(Story *s, const char *name, const char **attributes) {
    static const char *const texts[] = {"instr", "descr",  "title",       "tooltip",
                                        "alt",   "string", "displayText", "fullDate"};
    int r = 0;

    for (const char **a = attributes; r == 0 && *a; a += 2) {
        const char *local = sax_local(a[0]);

        if (strcmp(local, "author") == 0)
            r = gather_author(s, a[1]);
        else if (is_one(local, texts, N_ELEMENTS(texts)))
            r = gather_aside(s, a[1]);
        else if (strcmp(local, "val") == 0 && IS_ONE(name, "alias", "tag", "default", "statusText",
                                                     "helpText", "listEntry", "docVar"))
            r = gather_aside(s, a[1]);
        else if (strcmp(local, "value") == 0 && strcmp(name, "listItem") == 0)
            r = gather_aside(s, a[1]);
    }
    return r;
}

/* 17.3.3.30: a character of a symbol font, told by its number. */
static int gather_symbol(Story *s, const char **attributes) {
    const char *c = sax_attribute(attributes, "char");
    uint8_t bytes[UTF8_MAX];
    size_t n = c ? utf8_encode((uint32_t)strtoul(c, NULL, 16), bytes) : 0;

    return n ? gather(s, span(bytes, n)) : 0;
}

static bool is_blank(Span s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] != ' ' && (s.at[i] < '\t' || s.at[i] > '\r'))
            return false;
    }
    return true;
}

static int on_text(void *of, Span text) {
    Story *s = of;
    Paragraph *p = &s->paragraphs[s->at];

    if (s->ignored)
        return 0;
    if (s->field) {
        buf_span(&p->aside, text);
        return p->aside.n > PARAGRAPH_MAX ? emit_paragraph(s) : buf_error(&p->aside);
    }
    if (!s->verbatim && is_blank(text))
        return 0;
    return gather(s, text);
}

/* ---- elements ---- */

static int begin_paragraph(Story *s) {
    int r = 0;

    if (s->at == 0)
        r = emit_paragraph(s); /* text that stood outside of any */
    if (s->at == NESTED_MAX) {
        s->over++;
        return r ? r : emit_paragraph(s);
    }
    s->at++;
    s->paragraphs[s->at].row = ++s->row;
    s->paragraphs[0].row = s->row;
    return r;
}

static int end_paragraph(Story *s) {
    int r = emit_paragraph(s);

    if (s->over)
        s->over--;
    else if (s->at)
        s->at--;
    return r;
}

/* What an element that holds no text stands for; NULL: nothing. */
static const char *stands_for(const char *name) {
    static const struct {
        const char *name, *text;
    } signs[] = {
        {"tab", "\t"}, {"br", "\n"}, {"cr", "\n"}, {"noBreakHyphen", "-"}, {"ptab", "\t"},
    };

    for (size_t i = 0; i < N_ELEMENTS(signs); i++) {
        if (strcmp(name, signs[i].name) == 0)
            return signs[i].text;
    }
    return NULL;
}

static int on_start(void *of, const char *name, const char **attributes) {
    Story *s = of;
    const char *sign;
    int r;

    if (strcmp(name, "t") == 0 || strcmp(name, "delText") == 0 || strcmp(name, "text") == 0) {
        s->verbatim++;
        return 0;
    }
    if (strcmp(name, "p") == 0)
        return begin_paragraph(s);
    if (strcmp(name, "tc") == 0)
        s->cells++;
    else if (is_deletion(name))
        s->deleting++;
    else if (is_insertion(name))
        s->inserting++;
    else if (strcmp(name, "instrText") == 0 || strcmp(name, "delInstrText") == 0)
        s->field++;
    else if (is_measure(name))
        s->ignored++;
    else if (strcmp(name, "AlternateContent") == 0 && !s->choice && !s->fallback)
        s->n_choices = 0;
    else if (strcmp(name, "Choice") == 0)
        s->choice++;
    else if (strcmp(name, "Fallback") == 0)
        s->fallback++;
    else if (strcmp(name, "fldChar") == 0) /* an instruction goes on over runs, up to there */
        end_line(&s->paragraphs[s->at]);
    else if (strcmp(name, "sym") == 0)
        return gather_symbol(s, attributes);
    /* a `tab` with attributes is a tab stop of the style, not one of the text */
    sign = attributes[0] && strcmp(name, "tab") == 0 ? NULL : stands_for(name);
    if (sign && s->at) {
        r = gather(s, span_of(sign));
        if (r)
            return r;
    }
    return gather_attributes(s, name, attributes);
}

static int on_end(void *of, const char *name) {
    Story *s = of;

    if (strcmp(name, "t") == 0 || strcmp(name, "delText") == 0) {
        s->verbatim--;
        return s->at ? 0 : emit_paragraph(s);
    }
    if (strcmp(name, "p") == 0)
        return end_paragraph(s);
    if (strcmp(name, "text") == 0)
        s->verbatim--;
    else if (strcmp(name, "tc") == 0) {
        s->cells--;
        if (s->separator)
            return owe(s, '\t');
    } else if (strcmp(name, "tr") == 0) {
        if (s->separator)
            return owe(s, '\n');
    } else if (is_deletion(name))
        s->deleting--;
    else if (is_insertion(name))
        s->inserting--;
    else if (strcmp(name, "instrText") == 0 || strcmp(name, "delInstrText") == 0)
        s->field--;
    else if (is_measure(name))
        s->ignored--;
    else if (strcmp(name, "Choice") == 0)
        s->choice--;
    else if (strcmp(name, "Fallback") == 0)
        s->fallback--;
    return s->at ? 0 : emit_paragraph(s);
}

/* ---- a part ---- */

static void story_done(Story *s) {
    for (size_t i = 0; i < N_ELEMENTS(s->paragraphs); i++) {
        buf_wipe(&s->paragraphs[i].text);
        buf_wipe(&s->paragraphs[i].before);
        buf_wipe(&s->paragraphs[i].aside);
    }
    buf_wipe(&s->deleted);
}

/* What was open when the part ended, or was cut. */
static int finish(void *of) {
    Story *s = of;
    int r = 0;

    for (;;) {
        r = emit_paragraph(s);
        if (r || s->at == 0)
            break;
        s->at--;
    }
    if (r == 0 && s->separator)
        r = extract_text(s->o->x, span_of("\n"));
    s->separator = 0;
    return r ? r : flush_deleted(s);
}

int story_read(Office *o, Member *m, PartKind kind, Span name) {
    static const SaxHandler handler = {
        .start = on_start, .end = on_end, .text = on_text, .other = office_other};
    _cleanup_(story_done) Story s = {.o = o, .kind = kind, .name = name};
    int r = extract_part(o->x, kind, name);

    return r ? r : office_parse(o, m, &handler, &s, finish);
}
