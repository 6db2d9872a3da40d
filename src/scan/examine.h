/*
 * Examine: the bytes of one object, from a descriptor through decoding and detection.
 *
 * An object is read in pieces whose borders depend on its size alone, each piece in windows with
 * margins; any thread may read any piece (Reader is one thread's buffers). What a piece gives goes
 * into the thread's Harvest. The content hash is that of the pieces' hashes, so it does not depend
 * on who read what. Reading is by pread; holes are skipped; pages that the scan brought in are
 * dropped again.
 */
#pragma once

#include "extract/sniff.h"
#include "model/status.h"
#include "scan/codes.h"
#include "scan/throttle.h"

enum {
    EXAMINE_WINDOW = 256 << 10, /* bytes read at once */
    EXAMINE_WINDOW_MIN = 1 << 10,
    EXAMINE_PIECE = 4 << 20,    /* the least size of a piece */
    EXAMINE_PIECES_MAX = 65536, /* pieces of one object */
    EXAMINE_HASH = 16,
};

/* What is to be examined: immutable while its pieces are read. */
typedef struct Content {
    int fd;
    uint64_t size;  /* as it was when it was opened */
    uint64_t piece; /* bytes of a piece; a multiple of 4 */
    uint64_t n_pieces;
    Sniff sniff;
    bool cut;  /* fewer pieces than the size calls for */
    bool drop; /* no page of it was in memory before: forget those that we bring in */
    bool far;  /* on a server */
    bool hash; /* only hash the pieces: they are examined in another way */
} Content;

/* The bytes in a Reader's buffer: [at, at + n) of the content at hand. */
typedef struct Held {
    uint64_t at;
    size_t n;
} Held;

/* One thread's buffers and matcher. */
typedef struct Reader {
    const Engine *engine;
    Matcher *matcher;
    MatcherSink sink;
    Harvest harvest;
    TextWindow decoded;
    Buf name;
    Codes codes;
    uint8_t *buffer; /* of room bytes and padding */
    size_t room;     /* a window and its margins, or the head that is sniffed */
    size_t window;
    Held held;
    Span root, path;            /* of the object at hand: reader_at() */
    const uint8_t *hash_secret; /* SKETCH_KEYS_BYTES; of the store, so that hashes tell nothing */
    Throttle *throttle;         /* shared, borrowed; NULL: none */
    bool drop_small;            /* pages of small files too are forgotten */
} Reader;

/* Bytes to be examined: [at, at + bytes.n) of a content, of which [lo, hi) is owned. */
typedef struct RawWindow {
    Encoding encoding;
    Span bytes; /* MATCHER_PAD more can be read behind them */
    uint64_t at, lo, hi;
    const Columns
        *columns; /* by text position, so only where text and bytes are the same; or NULL */
} RawWindow;

/*
 * Decodes and matches one window. `where` is that of the sink's harvest and says what the window
 * belongs to: piece, newlines before it, places of columns; newlines are added to it. 0;
 * -EOVERFLOW: a rule's limit was reached, what was found stands; -ENOMEM.
 */
int reader_window(Reader *r, const RawWindow *raw, const MatcherSink *sink, HarvestWhere *where);

/* The name of a unit, examined as text of its own: part "name" of the unit. 0 or -ENOMEM. */
int reader_name(Reader *r, Harvest *h, Span name);

/* How a piece ended. */
typedef struct Piece {
    uint64_t bytes; /* read, holes included */
    uint64_t newlines;
    uint8_t hash[EXAMINE_HASH];
    int error; /* 0, or the negative error at which reading stopped */
    bool rule_limit;
    bool shrunk; /* the end came before `size` */
} Piece;

/* keep: samples of a finding; secret: SKETCH_KEYS_BYTES, borrowed. */
int reader_init(Reader *r, const Engine *engine, size_t window, Level floor, uint32_t keep,
                const uint8_t *secret);
void reader_done(Reader *r);

/*
 * Which object is read next, as reports name it: what allow lists say of it by its path. Both are
 * borrowed until the next one.
 */
int reader_at(Reader *r, Span root, Span path);

/* From now on whatever is found is, as a test of the method wants it (Harvest.plain). */
void reader_plain(Reader *r);

/*
 * Sniffs the head and lays out the pieces. far: its file system is a server's. A negative error:
 * the head could not be read.
 */
int content_open(Reader *r, int fd, uint64_t size, bool far, Content *ret);

/* After the last piece, and before the descriptor is closed: what is left of its pages goes. */
void content_close(const Content *c);

/* Before a Reader helps with a content that another has opened. */
void content_join(Reader *r);

/* Reads piece number `number` into r->harvest. */
void content_read(Reader *r, const Content *c, uint64_t number, Piece *ret);

/* The hash of the whole: of the one piece, or over those of all. */
void content_hash(const Reader *r, const Piece *pieces, size_t n, uint8_t ret[EXAMINE_HASH]);

/*
 * The hash of a content that was examined in another way, by a pass over its bytes: a reader of a
 * format takes them in an order of its own, in a process of its own. 0, or the negative error at
 * which reading stopped; -ESTALE: the end came before `size`.
 */
int content_digest(Reader *r, const Content *c, uint8_t ret[EXAMINE_HASH]);

/* The status that the kind of content alone leads to: read, read(raw), unsupported(zip) ... */
Status content_status(const Content *c);
