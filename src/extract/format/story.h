/*
 * Story: running text on its way out: paragraphs of joined runs, tables, changes, remarks.
 *
 * A paragraph is gathered and comes out whole, so that a value that formatting divides into runs is
 * one again. A paragraph inside another one (a text box, a note) comes out first, on its own. Cells
 * of a table are separated by tabs, rows by line feeds. Text outside of paragraphs is one where its
 * element ends: no text is passed over. Rows are paragraphs, counted as they begin.
 *
 * Tracked changes: a paragraph comes out as it would be with all changes accepted. If it has
 * deletions, it comes out once more, as it would be with all rejected, in the section "deleted": a
 * value that was changed in part is only there as a whole. What such a paragraph did not change is
 * therefore found twice.
 *
 * Beside the text, what people write into properties of it (alternative texts, authors, fields,
 * list items): asides, which follow their paragraph in lines of their own.
 *
 * Readers of formats know elements, a Story knows none. One thread; borrows the Extraction.
 */
#pragma once

#include "extract/extract.h"

enum {
    STORY_NESTED_MAX = 8, /* paragraphs in paragraphs; deeper ones join the last */
    STORY_CHOICES_MAX = 64,
};

/* Paragraphs that come out in sections of their own, at the end. */
typedef enum StoryList {
    STORY_DELETED,
    STORY_COMMENTS,
    STORY_SHAPES,
    N_STORY_LISTS,
} StoryList;

typedef struct Paragraph {
    Buf text;   /* as accepted */
    Buf before; /* as rejected */
    Buf aside;
    uint64_t row;
    uint32_t column;
    bool changed;
} Paragraph;

typedef struct Story {
    Extraction *x;
    PartKind kind;
    Buf name;
    Paragraph paragraphs[STORY_NESTED_MAX + 1]; /* 0: text outside of any */
    unsigned at;                                /* the one at hand */
    unsigned over;                              /* opened beyond STORY_NESTED_MAX */
    uint64_t row;
    char separator;     /* owed before the next text; 0: none */
    unsigned cells;     /* table cells around */
    unsigned deleting;  /* around: what goes away when changes are accepted */
    unsigned inserting; /* ... when they are rejected */
    /* the same text box twice, for programs that know its newer form and for others */
    unsigned choice, fallback;
    uint64_t choices[STORY_CHOICES_MAX];
    size_t n_choices;
    char author[64]; /* told last */
    Buf lists[N_STORY_LISTS];
} Story;

/* The first part begins. */
int story_begin(Story *s, Extraction *x, PartKind kind, Span name);
/* The part at hand ends, another begins; paragraphs are counted anew. */
int story_part(Story *s, PartKind kind, Span name);
/* The lists so far, in sections "name/comments" ...; without a name "comments". The part at hand
 * goes on afterwards. */
int story_lists(Story *s, Span name);
/* All that is open, and the lists. */
int story_finish(Story *s);
void story_done(Story *s);

int story_text(Story *s, Span text);
/* A line of its own beside the paragraph, or what goes on in the line that was begun. */
int story_aside(Story *s, const char *text);
int story_aside_more(Story *s, Span text);
void story_aside_end(Story *s);
/* Who wrote or changed it: an aside, once in a row. */
int story_author(Story *s, const char *author);

int story_open(Story *s);
int story_close(Story *s);
/* As story_close, but the paragraph goes into a list, under this row and column. */
int story_close_into(Story *s, StoryList list, uint64_t row, uint32_t column);
/* An element ends: text outside of paragraphs is one. */
int story_loose(Story *s);
void story_cell_open(Story *s);
void story_cell_close(Story *s);
void story_row_close(Story *s);
