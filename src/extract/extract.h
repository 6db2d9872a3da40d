/*
 * Extract: from one unit to the units inside it, and to their text.
 *
 * An Extraction opens one outermost unit, a file or a stream, as deep as it goes. Extractors, one a
 * format, read a Feed and call back: here is a unit inside (extract_unit), here is a part of this
 * one (extract_part), here is text of it (extract_text, extract_bytes). What comes out goes to a
 * Receiver, in order: units open and close like brackets, text belongs to the unit and part at
 * hand. The budget is joint: everything inside the outermost unit draws on it.
 *
 * Runs in a sandboxed worker for every parser that is not ours, and in the scanner for our own text
 * readers. One thread. Bytes, names and sizes are hostile; strange input is a Status, never an
 * error.
 *
 * All calls return 0; a negative error, when all must stop (no memory, the receiver has gone); or
 * EXTRACT_E_SPENT, when the budget is. An extractor passes anything but 0 up unchanged, at once.
 */
#pragma once

#include "extract/feed.h"
#include "extract/sniff.h"
#include "model/evidence.h"
#include "model/part.h"
#include "model/status.h"

#define EXTRACT_E_SPENT 1

enum {
    EXTRACT_TEXT_MAX = 64 << 10, /* bytes of text a receiver gets at once */
    EXTRACT_MARKS_MAX = 4096,    /* marks on them */
    EXTRACT_NAME_MAX = 4096,     /* bytes of a unit's name; a longer one is cut */
    EXTRACT_DEPTH_MAX = 31,      /* whatever the limits say: the length of a locator */
};

/* One unit inside another. */
typedef struct Entry {
    Span name;     /* raw, as the container has it; a second one of the same name gets ";2" */
    uint64_t size; /* as declared, FEED_SIZE_UNKNOWN if it is not */
    int64_t mtime; /* ns since 1970, INT64_MIN if unknown */
} Entry;

/* How a unit ended; what it turned out to be. */
typedef struct Ending {
    Status status;
    uint64_t bytes;                /* of it that were taken */
    const char *format, *encoding; /* "" unknown */
} Ending;

/* A piece of text of the part at hand; the next one of the part goes on where it ends. */
typedef struct Text {
    Span text;
    const Mark *marks; /* sorted; the first at 0 unless it goes on under the last mark before */
    size_t n_marks;
} Text;

/* Where a reader may run: the less we trust its library, the narrower the place. */
typedef enum ExtractPlace {
    EXTRACT_ANYWHERE, /* own code, also in the scanner itself, on files as they lie */
    EXTRACT_FORMAT,   /* a format worker: libraries with a good record */
    EXTRACT_RISKY,    /* a risky worker: recycled often */
    EXTRACT_PDF,      /* helper executables: libraries under another licence, or that need files */
    EXTRACT_DOC,
    EXTRACT_PST,
    EXTRACT_PGDUMP,
    N_EXTRACT_PLACES,
} ExtractPlace;

typedef struct Extraction Extraction;

/*
 * What stands beside a unit and tells what is in it: the contents of a dump whose rows are in files
 * of their own. For a unit that is text, as it lies or behind compression. With neither of the two
 * it is given to the contents themselves, whose reader fills in `read` for the units that follow.
 */
typedef struct Companion {
    Feed *feed;            /* its bytes; borrowed */
    struct PgTables *read; /* what they say (format/pgtables.h); owned by whose Companion it is */
    bool missing;          /* its name asks for one, and there is none */
} Companion;

/* A format's reader. */
typedef struct Extractor {
    const char *format; /* the word of sniff() */
    ExtractPlace place;
    bool seeks;   /* needs a feed that can be read at any offset; the core sees to it */
    bool streams; /* ... but reads in order what is too large to be held in memory */
    bool filter;  /* of a compressed stream: few of these are opened inside each other */
    bool shares;  /* can read a share of an outermost unit */
    /*
     * Reads the feed and says in *ret_status how that ended, `read` unless it says otherwise.
     * Members that are not complete are noted by extract_unit; the core makes `partial(member)`
     * of a container's `read` then. NULL: the reader is in a helper executable.
     */
    int (*extract)(Extraction *x, Feed *f, Encoding encoding, Status *ret_status);
} Extractor;

/* Where it all goes. Functions return 0 or a negative error, which ends the extraction. */
typedef struct Receiver {
    void *of;
    int (*enter)(void *of, const Entry *e);
    int (*leave)(void *of, const Ending *e);
    /* The text that follows belongs to it; `encoding` says what PART_BYTES are. */
    int (*part)(void *of, PartKind kind, Span name, Encoding encoding);
    int (*column)(void *of, uint32_t number, Span name);
    int (*text)(void *of, const Text *t);
    /* As text of n times one byte, going on under the mark before. NULL: such text is spelled. */
    int (*run)(void *of, uint8_t byte, uint64_t n);
    int (*fact)(void *of, const Fact *f);
    /*
     * The next bytes of the unit at hand, for its reader in another place; empty: that was all. The
     * unit is then left with whatever status; its true ending comes from there. NULL: nobody is.
     */
    int (*handover)(void *of, const Extractor *e, Span bytes);
    /* Bytes of the outermost unit read so far, those read twice counted twice: called now and
     * then, so that the living are known. */
    int (*pulse)(void *of, uint64_t taken);
} Receiver;

/* A run for a receiver that may not want one: spelled out then. */
int receiver_run(const Receiver *to, uint8_t byte, uint64_t n);

/* Joint over the outermost unit. Zero: the default of the limit. */
typedef struct ExtractLimits {
    unsigned depth;   /* units in units: 16 */
    unsigned filters; /* compressed streams among them: 8 */
    uint64_t entries; /* 1,000,000 */
    uint64_t output;  /* bytes: 10,000 times the input, from 1 GiB to 64 GiB */
    uint64_t hold;    /* bytes of one unit held in memory to be read at any place: 64 MiB; twice
                         that for all that are open at a time */
} ExtractLimits;

/* With every default put in, for an outermost unit of that size. */
ExtractLimits extract_limits(const ExtractLimits *given, uint64_t size);

/* By the word of sniff(), or NULL: no reader. */
const Extractor *extractor_find(const char *format);

/*
 * The name of the file beside one of that name that tells what is in it, or NULL: toc.dat beside
 * 3456.dat.gz. Static.
 */
const char *companion_name(Span name);

/* Whether the regular file is a companion, by its magic. */
bool companion_looks(int fd);

/* Whether a text ends like one that has a companion: it is missed where there is none. */
bool companion_missed(int fd, uint64_t size);

/* The reader of a unit that is text and has a companion, or misses one. */
const Extractor *companion_reader(void);

/*
 * The reader that an outermost unit goes to, or NULL: by its look, but by what stands at its end if
 * something does, and by its name where nothing else tells. The feed does not move.
 */
const Extractor *extractor_of(Feed *f, Span name, const Sniff *s);

/*
 * Whether outermost units of the same content and format come out the same under both names, beside
 * whatever they stand: names decide by their endings, name what is in a compressed stream, and have
 * companions.
 */
bool extract_alike(const char *format, Span name, Span other);

/*
 * One of several shares of an outermost unit that are read apart, by several processes at once.
 * Together they give what the unit read in one piece gives, or one of them says extract_unshared():
 * then nothing of any counts, and it must be read in one piece.
 */
typedef struct ExtractShare {
    unsigned number, of; /* of < 2: all of it */
} ExtractShare;

/* What this process can read: what belongs in its place, what may run anywhere, and own readers. */
typedef struct ExtractOptions {
    const Receiver *to; /* copied */
    ExtractPlace place;
    const Extractor *own; /* a helper executable's readers, one with format NULL behind the last */
    ExtractLimits limits;
    uint64_t size;        /* of the outermost unit, FEED_SIZE_UNKNOWN for a stream */
    Companion *companion; /* ... or NULL */
    ExtractShare share;   /* of it; its reader must have `shares` */
} ExtractOptions;

int extraction_new(const ExtractOptions *o, Extraction **ret);
Extraction *extraction_free(Extraction *x);
DEFINE_CLEANUP(Extraction, extraction_free)

/*
 * The outermost unit, whole: sniffed and read. `name`: the last component of its path, for what
 * names its content after itself. Never EXTRACT_E_SPENT: that is in ret_ending.
 */
int extraction_run(Extraction *x, Span name, Feed *f, Ending *ret_ending);

/* As extraction_run, for bytes that come as `format` whatever they look like; NULL: as they look.
 */
int extraction_run_as(Extraction *x, Span name, Feed *f, const char *format, Ending *ret_ending);

/* Bytes of output that were drawn on the budget. */
uint64_t extraction_drawn(const Extraction *x);

/* ---- for extractors ---- */

/*
 * A unit inside the one at hand: entered, sniffed, read by its own extractor, left. Its time is
 * told as FACT_MEMBER_TIME. A feed's error becomes its status: those that feed.h names are
 * `partial(corrupt)` and the like, another is one of the outside: error(EIO).
 */
int extract_unit(Extraction *x, const Entry *e, Feed *f);

/* As extract_unit, for bytes that come as `format` whatever they look like. */
int extract_unit_as(Extraction *x, const Entry *e, Feed *f, const char *format);

/* As extract_unit, for one with a companion. */
int extract_unit_beside(Extraction *x, const Entry *e, Feed *f, Companion *c);

/* That of the unit at hand, or NULL. */
Companion *extract_companion(const Extraction *x);

/* A unit inside whose bytes cannot be had: encrypted(zip), unsupported(...) ... */
int extract_listed(Extraction *x, const Entry *e, Status status);

/* Which share of the unit at hand is to be read: of one inside another all of it. */
ExtractShare extract_share(const Extraction *x);

/* How a share ends of a unit that is not so that shares would do. */
Status extract_unshared(void);
bool extract_is_unshared(const Status *s);

/* The name of the unit at hand. */
Span extract_name(const Extraction *x);

/* Some unit inside the one at hand was not complete. */
bool extract_incomplete(const Extraction *x);

/* A part of the unit at hand begins; a name too long is cut. */
int extract_part(Extraction *x, PartKind kind, Span name);

/* The name of a column of the part at hand, from 1. A part that comes again keeps its names. */
int extract_column(Extraction *x, uint32_t number, Span name);

/* What follows stands in this row and column (0: none), and nowhere in the unit's bytes as such. */
int extract_at(Extraction *x, uint64_t row, uint32_t column);

/* As extract_at; it stands in the unit's bytes from `source` on, byte by byte. */
int extract_from(Extraction *x, uint64_t row, uint32_t column, uint64_t source);

/* Text, UTF-8, of any length; gathered and handed on in pieces. */
int extract_text(Extraction *x, Span text);

/*
 * A piece of text with its marks, at most EXTRACT_TEXT_MAX and EXTRACT_MARKS_MAX of them: for
 * readers that have many marks at once. A large one goes to the receiver without being copied.
 */
int extract_piece(Extraction *x, const Text *t);

/* The unit's own bytes from `offset` on, in `encoding`: a part of kind PART_BYTES. */
int extract_bytes(Extraction *x, Span bytes, uint64_t offset, Encoding encoding);

/* All that is left of the feed, as extract_bytes: the reading of last resort. */
int extract_rest(Extraction *x, Feed *f, Encoding encoding);

/* What the feed's error says of the unit that it is of: partial(corrupt), ...; none: `read`. */
Status extract_flaw(const Feed *f);

int extract_fact(Extraction *x, const Fact *f);

/* Draws on the budget for bytes that were made and come out later, or not at all. */
int extract_spend(Extraction *x, uint64_t bytes);
