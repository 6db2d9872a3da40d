/*
 * Sax: XML (1.0, fifth edition) as a stream of events, and nothing that XML could reach.
 *
 * Nothing outside the document is ever opened: external entities and DTDs are skipped. Internal
 * entities are expanded up to a limit, elements nest up to a depth, a token has a largest size;
 * beyond any of them, and where the document is not well-formed, reading ends and sax_rest() gives
 * what the parser had taken and not told of. The parser behind it (expat) is known to sax.c only.
 *
 * Names come without their namespace prefix. One thread; a Sax reads one document.
 */
#pragma once

#include "extract/extract.h"

enum {
    SAX_DEPTH_MAX = 256,
    SAX_TOKEN_MAX = 8 << 20, /* bytes of one tag, comment or declaration */
};

typedef enum SaxEnd {
    SAX_WHOLE,
    SAX_MALFORMED, /* or cut */
    SAX_LIMIT,     /* expands too much, or takes too much memory */
    SAX_DEEP,      /* too deep, or a token too long */
    SAX_STOPPED,   /* a handler returned SAX_E_STOP */
} SaxEnd;

/* From a handler: enough was seen. */
#define SAX_E_STOP 2

/*
 * Handlers return 0 to go on; SAX_E_STOP; anything else ends sax_read with it. Attributes are name,
 * value, name, value ..., NULL. Text comes in pieces of any length, line ends as \n.
 */
typedef struct SaxHandler {
    int (*start)(void *of, const char *name, const char **attributes);
    int (*end)(void *of, const char *name);
    int (*text)(void *of, Span text);
    int (*other)(void *of, Span raw); /* comments, instructions, declarations as written; NULL */
} SaxHandler;

typedef struct Sax Sax;

/* `encoding`: what the bytes look like; holds where the document says nothing that fits. */
int sax_new(const SaxHandler *h, void *of, Encoding encoding, Sax **ret);
Sax *sax_free(Sax *s);
DEFINE_CLEANUP(Sax, sax_free)

/* To the end of the feed or of what can be read; draws on the budget for the bytes. */
int sax_read(Sax *s, Extraction *x, Feed *f, SaxEnd *ret);

/* Inside a handler: where the event begins in the document, and in which line (from 1). */
uint64_t sax_offset(const Sax *s);
uint64_t sax_line(const Sax *s);
/* Inside `text`: the n bytes of text are the document's own bytes. */
bool sax_verbatim(const Sax *s, size_t n);

/*
 * Inside `start`: where an attribute's value stands in the document as it is, looked for behind
 * *at, which moves behind it (0 before the first attribute); MARK_NOWHERE: it is written otherwise.
 */
uint64_t sax_value_offset(const Sax *s, Span value, size_t *at);

/* After sax_read: bytes taken from the feed behind the last event; borrowed. */
Span sax_rest(const Sax *s, uint64_t *ret_offset);

/* What follows the prefix of a qualified name. */
const char *sax_local(const char *name);
/* The value of an attribute, by its name without prefix; NULL: none. */
const char *sax_attribute(const char **attributes, const char *name);

/* Only white space (2.3), or nothing. */
bool sax_blank(Span text);

/* The root element of the document that begins so, and its namespace; cut if too long. */
typedef struct SaxRoot {
    char name[48], space[96];
} SaxRoot;

/* False: no root element in the head. */
bool sax_root(Span head, SaxRoot *ret);
