/*
 * Office: a document that is a package of XML parts, being read: Office Open XML (ECMA-376) and
 * OpenDocument (ISO/IEC 26300), by one reader.
 *
 * What a member is, its root element says; names, relationships and content types only say how
 * parts belong together. So a package whose names or relationships are wrong is still read, and one
 * that is both is read as both. Members that no reader takes are units of their own.
 *
 * An Office lives as long as its package is read; one thread. Readers of parts call office_parse()
 * with a struct of theirs that begins with its `Office *`.
 */
#pragma once

#include "extract/format/package.h"
#include "extract/format/sax.h"

enum { OFFICE_NAME_MAX = PART_NAME_MAX };

enum OfficeRoot {
    ROOT_UNSEEN,
    ROOT_NO_XML,
    ROOT_OTHER, /* XML of no kind that is named here */
    ROOT_TYPES,
    ROOT_RELATIONSHIPS,
    ROOT_PROPERTIES, /* of a document, in any of their four parts */
    ROOT_BODY,       /* WordprocessingML: the document itself */
    ROOT_STORY, /* ... headers, footers, notes, comments; drawings and charts of any document */
    ROOT_WORKBOOK,
    ROOT_WORKSHEET,
    ROOT_STRINGS,
    ROOT_STYLES,
    ROOT_CELL_COMMENTS,
    ROOT_PIVOT,
    ROOT_PIVOT_RECORDS,
    ROOT_PRESENTATION,
    ROOT_SLIDE,
    ROOT_NOTES,
    ROOT_SLIDE_COMMENTS,
    ROOT_SLIDE_MASTER,
    ROOT_ODF, /* content, styles, or a flat document */
    ROOT_ODF_MANIFEST,
    ROOT_ODF_ENCRYPTED, /* by the manifest */
    ROOT_BIN_BOOK,      /* parts of an xlsb: no XML, but records */
    ROOT_BIN_SHEET,
    ROOT_BIN_STRINGS,
    ROOT_BIN_STYLES,
    ROOT_BIN_COMMENTS,
    N_OFFICE_ROOTS,
};

typedef struct Office {
    Extraction *x;
    Package *package;
    Status status;     /* the first that was not `read` */
    Arena arena;       /* names of sheets and the like, each cut to OFFICE_NAME_MAX */
    Buf aside;         /* comments and instructions of the part at hand */
    Encoding encoding; /* of a document that is not in a package, by its look */
} Office;

/* The package says more than its status so far: the first thing that is not `read` stays. */
void office_note(Office *o, Status status);

/*
 * Parses a part; `of` points to a struct that begins with `Office *`. At its end, or where it could
 * not be parsed further, `done` (NULL: none) is called; then what the parser could not take, and
 * XML comments, come out in a section named after the member. The member is then taken.
 */
int office_parse(Office *o, Member *m, const SaxHandler *h, void *of, int (*done)(void *of));

/* The same for a document that is not in a package: `name` for the section, "" for none. */
int office_parse_feed(Office *o, Feed *f, Span name, const SaxHandler *h, void *of,
                      int (*done)(void *of));

/* For SaxHandler.other: keeps comments and instructions for the end of the part. */
int office_other(void *of, Span raw);

/* A copy of a name or an id, cut if it is too long; NULL in .at: no memory. */
Span office_name(Office *o, const char *name);

/* Text of the part that has no place in its reading: kept for the same place. */
int office_aside(Office *o, Span text);

/*
 * An attribute that a reader does not know: kept so if it may be a value (nine digits, or an '@'),
 * as hardly any of the measures, colours and names that markup is full of.
 */
int office_attribute(Office *o, const char *name, const char *value);

/* "header1" of "word/header1.xml". */
Span office_stem(Span name);

/* The first member of a kind from *i on that nobody has taken, *i behind it; NULL: none. */
Member *office_next(Office *o, uint8_t kind, size_t *i);

/* ---- relationships ---- */

typedef struct Rel {
    Span id, type, target; /* type: its last word; target as written */
    bool external;
} Rel;

typedef struct Rels {
    Rel *rels; /* by id */
    size_t n, cap;
    Arena arena; /* owns them */
    Member *of;  /* the part they are of; NULL: of the package */
} Rels;

/* Of a part (NULL: of the package); none is no error. Whatever it returns, rels_done() *ret. */
int office_rels(Office *o, Member *of, Rels *ret);
void rels_done(Rels *r);

/* The member that a relationship leads to, by id or by type; NULL: none. */
Member *rels_by_id(Office *o, const Rels *r, const char *id);
Member *rels_by_type(Office *o, const Rels *r, const char *type);

/* ---- readers of parts ---- */

int properties_read(Office *o);
/* A property that is a time or a label is a fact; others are none. */
int properties_fact(Extraction *x, const char *name, Span value);
int docx_read(Office *o);
/* A document of Word in one XML file: that of 2003, and a package written flat. */
int docx_flat(Extraction *x, Feed *f, Encoding encoding, Status *ret_status);
int xlsx_read(Office *o);
int xlsb_read(Office *o);
/* ROOT_BIN_... of a member that begins so; ROOT_NO_XML: another. */
uint8_t xlsb_kind(Span head);
int pptx_read(Office *o);
int odf_manifest(Office *o); /* first: what it says is encrypted is not to be looked at */
int odf_read(Office *o);

/* A flat OpenDocument file. */
int odf_flat(Extraction *x, Feed *f, Encoding encoding, Status *ret_status);

/* A part of paragraphs and runs, WordprocessingML or DrawingML, as a part of this kind and name. */
int docx_story(Office *o, Member *m, PartKind kind, Span name);
