/* Story: see story.h. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "extract/format/story.h"

enum {
    PARAGRAPH_MAX = 1 << 20, /* bytes; a longer one is divided */
    LIST_STEP = 1 << 20,
};

/* ---- text out ---- */

static void owe(Story *s, char separator) {
    static const char rank[] = " \t\n"; /* a later one replaces an earlier one */

    if (!s->separator || strchr(rank, separator) > strchr(rank, s->separator))
        s->separator = separator;
}

static int put(Story *s, uint64_t row, Span text) {
    int r = 0;

    if (s->separator)
        r = extract_text(s->x, span(&s->separator, 1));
    s->separator = 0;
    if (r == 0)
        r = extract_at(s->x, row, 0);
    return r ? r : extract_text(s->x, text);
}

/* ---- lists ---- */

typedef struct ListEntry {
    uint64_t row, n;
    uint32_t column;
} ListEntry;

static int list_out(Story *s, StoryList list, Span name) {
    static const char *const names[N_STORY_LISTS] = {"deleted", "comments", "shapes"};
    _cleanup_(buf_done) Buf section = {0};
    Buf *b = &s->lists[list];
    int r = buf_error(b);

    if (!b->n)
        return r;
    if (name.n) {
        buf_span(&section, name);
        buf_byte(&section, '/');
    }
    buf_text(&section, names[list]);
    if (r == 0)
        r = buf_error(&section);
    if (r == 0)
        r = extract_part(s->x, PART_SECTION, buf_as_span(&section));
    for (size_t i = 0; r == 0 && i < b->n;) {
        ListEntry e;

        memcpy(&e, b->at + i, sizeof(e));
        i += sizeof(e);
        r = extract_at(s->x, e.row, e.column);
        if (r == 0)
            r = extract_text(s->x, span(b->at + i, (size_t)e.n));
        if (r == 0)
            r = extract_text(s->x, span_of("\n"));
        i += (size_t)e.n;
    }
    buf_clear(b);
    return r ? r : extract_part(s->x, s->kind, buf_as_span(&s->name));
}

int story_lists(Story *s, Span name) {
    int r = 0;

    for (int i = 0; r == 0 && i < N_STORY_LISTS; i++)
        r = list_out(s, (StoryList)i, name);
    return r;
}

static int list_add(Story *s, StoryList list, uint64_t row, uint32_t column, const Buf *text) {
    ListEntry e = {.row = row, .n = text->n, .column = column};
    Buf *b = &s->lists[list];

    if (!text->n)
        return 0;
    buf_add(b, &e, sizeof(e));
    buf_span(b, buf_as_span(text));
    return buf_error(b);
}

/* ---- paragraphs ---- */

static bool is_repeated(Story *s, const Paragraph *p) {
    uint64_t h = XXH3_64bits(p->text.at ? p->text.at : (const uint8_t *)"", p->text.n);

    if (s->choice && s->n_choices < STORY_CHOICES_MAX)
        s->choices[s->n_choices++] = h;
    for (size_t i = 0; s->fallback && i < s->n_choices; i++) {
        if (s->choices[i] == h)
            return true;
    }
    return false;
}

static int emit(Story *s, Paragraph *p) {
    int r = 0;

    if (p->text.n) {
        r = put(s, p->row, buf_as_span(&p->text));
        owe(s, s->cells ? ' ' : '\n');
    }
    if (r == 0 && p->changed)
        r = list_add(s, STORY_DELETED, p->row, 0, &p->before);
    if (r == 0 && s->lists[STORY_DELETED].n > LIST_STEP)
        r = list_out(s, STORY_DELETED, span(NULL, 0));
    if (r == 0 && p->aside.n) {
        if (s->separator)
            owe(s, '\n');
        r = put(s, p->row, buf_as_span(&p->aside));
        owe(s, '\n');
    }
    return r;
}

static void forget(Paragraph *p) {
    buf_clear(&p->text);
    buf_clear(&p->before);
    buf_clear(&p->aside);
    p->changed = false;
}

/* The paragraph at hand, as far as it was gathered. */
static int flush(Story *s) {
    Paragraph *p = &s->paragraphs[s->at];
    int r = 0;

    if (buf_error(&p->text) || buf_error(&p->before) || buf_error(&p->aside))
        return -ENOMEM;
    if (!is_repeated(s, p))
        r = emit(s, p);
    forget(p);
    return r;
}

int story_loose(Story *s) {
    return s->at ? 0 : flush(s);
}

int story_open(Story *s) {
    int r = 0;

    if (s->at == 0)
        r = flush(s); /* text that stood outside of any */
    if (s->at == STORY_NESTED_MAX) {
        s->over++;
        return r ? r : flush(s);
    }
    s->at++;
    s->paragraphs[s->at].row = ++s->row;
    s->paragraphs[0].row = s->row;
    return r;
}

static void leave(Story *s) {
    if (s->over)
        s->over--;
    else if (s->at)
        s->at--;
}

int story_close(Story *s) {
    int r = flush(s);

    leave(s);
    return r;
}

int story_close_into(Story *s, StoryList list, uint64_t row, uint32_t column) {
    Paragraph *p = &s->paragraphs[s->at];
    int r = list_add(s, list, row, column, &p->text);

    if (r == 0 && p->changed)
        r = list_add(s, STORY_DELETED, row, column, &p->before);
    if (r == 0)
        r = list_add(s, list, row, column, &p->aside);
    forget(p);
    leave(s);
    return r;
}

/* ---- text in ---- */

int story_text(Story *s, Span text) {
    Paragraph *p = &s->paragraphs[s->at];
    int r = 0;

    if (p->text.n + text.n > PARAGRAPH_MAX || p->before.n + text.n > PARAGRAPH_MAX)
        r = flush(s);
    if (s->deleting)
        p->changed = true;
    else
        buf_span(&p->text, text);
    if (s->deleting || !s->inserting) /* what was inserted and deleted again is there, too */
        buf_span(&p->before, text);
    return r;
}

void story_aside_end(Story *s) {
    Buf *aside = &s->paragraphs[s->at].aside;

    if (aside->n && aside->at[aside->n - 1] != '\n')
        buf_byte(aside, '\n');
}

int story_aside_more(Story *s, Span text) {
    Paragraph *p = &s->paragraphs[s->at];

    buf_span(&p->aside, text);
    return p->aside.n > PARAGRAPH_MAX ? flush(s) : buf_error(&p->aside);
}

int story_aside(Story *s, const char *text) {
    if (!text || !*text)
        return 0;
    story_aside_end(s);
    return story_aside_more(s, span_of(text));
}

int story_author(Story *s, const char *author) {
    if (!author || strncmp(author, s->author, sizeof(s->author) - 1) == 0)
        return 0;
    snprintf(s->author, sizeof(s->author), "%s", author);
    return story_aside(s, author);
}

/* ---- tables ---- */

void story_cell_open(Story *s) {
    s->cells++;
}

void story_cell_close(Story *s) {
    if (s->cells)
        s->cells--;
    if (s->separator)
        owe(s, '\t');
}

void story_row_close(Story *s) {
    if (s->separator)
        owe(s, '\n');
}

/* ---- parts ---- */

/* What was open when the part ended, or was cut. */
static int close_all(Story *s) {
    int r;

    for (;;) {
        r = flush(s);
        if (r || s->at == 0)
            break;
        s->at--;
    }
    s->over = s->cells = 0;
    if (r == 0 && s->separator)
        r = extract_text(s->x, span_of("\n"));
    s->separator = 0;
    return r;
}

int story_begin(Story *s, Extraction *x, PartKind kind, Span name) {
    s->x = x;
    return story_part(s, kind, name);
}

int story_part(Story *s, PartKind kind, Span name) {
    int r = close_all(s);

    s->kind = kind;
    s->row = 0;
    buf_clear(&s->name);
    buf_span(&s->name, name);
    if (r == 0)
        r = buf_error(&s->name);
    return r ? r : extract_part(s->x, kind, name);
}

int story_finish(Story *s) {
    int r = close_all(s);

    return r ? r : story_lists(s, span(NULL, 0));
}

void story_done(Story *s) {
    for (size_t i = 0; i < N_ELEMENTS(s->paragraphs); i++) {
        buf_wipe(&s->paragraphs[i].text);
        buf_wipe(&s->paragraphs[i].before);
        buf_wipe(&s->paragraphs[i].aside);
    }
    for (size_t i = 0; i < N_STORY_LISTS; i++)
        buf_wipe(&s->lists[i]);
    buf_done(&s->name);
}
