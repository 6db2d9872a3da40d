/*
 * Frame: what host and worker say to each other on one stream socket.
 *
 * A frame: length of the payload (4 bytes, little-endian), kind (1 byte), payload (base/wire.h).
 * The host sends jobs; the worker answers with the calls of a Receiver, one a frame, and the end of
 * the job. What the worker sends is hostile: it has parsed hostile bytes. FrameReader finds frames
 * in what the socket gives, FrameGate lets only those through that may stand where they are.
 *
 * Each object is used by one thread.
 */
#pragma once

#include "base/wire.h"
#include "extract/extract.h"

enum {
    FRAME_HEADER = 5,
    FRAME_MAX = 256 << 10,      /* bytes of a frame with its header */
    FRAME_WORD_MAX = 32,        /* of a format's name, with a NUL */
    FRAME_BYTES_MAX = 64 << 10, /* handed over at once */
    FRAME_FDS = 2,              /* descriptors with a job: the unit's, and its companion's */
};

#define FRAME_E_BAD  1 /* no frame, or not one that may come here */
#define FRAME_E_MORE 2 /* no whole frame yet */

typedef enum FrameKind {
    FRAME_JOB = 1, /* host to worker; all others the other way */
    FRAME_ENTER,
    FRAME_LEAVE,
    FRAME_PART,
    FRAME_COLUMN,
    FRAME_TEXT,
    FRAME_RUN,
    FRAME_FACT,
    FRAME_HANDOVER,
    FRAME_PULSE,
    FRAME_END,
    N_FRAME_KINDS,
} FrameKind;

/* ---- a job, which comes with a descriptor or two ---- */

typedef struct FrameJob {
    Span name;
    char format[FRAME_WORD_MAX]; /* as which it comes, whatever it looks like; "": as it looks */
    uint64_t size;               /* FEED_SIZE_UNKNOWN: of a stream */
    bool seekable;               /* to be read at any offset; else as a stream */
    bool companion;              /* a second descriptor comes, of a file beside the unit's */
    bool lacks_companion;        /* ... should, and there is none */
    uint64_t companion_size;
    ExtractShare share;   /* of it */
    ExtractLimits limits; /* all given */
} FrameJob;

/* The frame, whole, behind what `to` has. */
void frame_job_put(Buf *to, const FrameJob *job);

/* Borrows from the payload. -EBADMSG. */
int frame_job_get(Span payload, FrameJob *ret);

/* ---- the worker's end ---- */

/* Gathers frames; sends them at 384 KiB, at the end of a job, and when 50 ms have passed. */
typedef struct FrameWriter {
    int fd; /* borrowed */
    Buf out;
    int64_t sent; /* when; monotonic */
} FrameWriter;

void frame_writer_init(FrameWriter *w, int fd);
void frame_writer_done(FrameWriter *w);

/* Its functions fail with -EPIPE when the host is gone, else with -ENOMEM only. */
Receiver frame_writer_receiver(FrameWriter *w);

/* drawn: bytes of output, as extraction_drawn() has them. */
int frame_writer_end(FrameWriter *w, const Ending *e, uint64_t drawn);

/* Says that we live, unless something was sent in the last 50 ms. */
int frame_writer_alive(FrameWriter *w, uint64_t taken);

/* ---- the host's end ---- */

typedef struct FrameReader {
    uint8_t *bytes; /* of FRAME_MAX */
    size_t at, n;
} FrameReader;

int frame_reader_init(FrameReader *r);
void frame_reader_done(FrameReader *r);

/* Forgets what was received. */
void frame_reader_clear(FrameReader *r);

/* What the socket has, without waiting: 0; -EAGAIN: nothing; -ECONNRESET: it is closed. */
int frame_reader_fill(FrameReader *r, int fd);

/* The next frame, borrowed until the next fill: 0, FRAME_E_MORE or FRAME_E_BAD. */
int frame_reader_next(FrameReader *r, FrameKind *ret_kind, Span *ret_payload);

/* What has come of one job, so far as it decides what may come next. */
typedef struct FrameGate {
    ExtractPlace place;       /* of the worker */
    const Extractor *own;     /* readers beside the table's; as in ExtractOptions */
    unsigned depth;           /* units open */
    bool part;                /* of the unit at hand: text may come */
    const Extractor *handing; /* bytes of the unit at hand go to it */
    bool handed;              /* all of them: only the unit's end may come */
    bool ended;
    Ending ending; /* of the outermost unit, once it has ended */
    uint64_t drawn;
    char format[FRAME_WORD_MAX];
    Mark *marks; /* EXTRACT_MARKS_MAX of them */
} FrameGate;

int frame_gate_init(FrameGate *g, ExtractPlace place, const Extractor *own);
void frame_gate_done(FrameGate *g);

/*
 * Checks one frame and calls `to` for it: what that returns, or FRAME_E_BAD. A format in an Ending
 * is borrowed from the gate until the next call; FRAME_END calls nobody and sets `ended`.
 */
int frame_gate_pass(FrameGate *g, FrameKind kind, Span payload, const Receiver *to);
