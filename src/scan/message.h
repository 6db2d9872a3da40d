/*
 * Message: what keeper and scanner say to each other, as frames on one stream socket.
 *
 * A frame: length (4 bytes, little-endian), kind (1 byte), payload. The keeper reads the scanner's
 * as hostile: the scanner has read hostile bytes. Channel is one end; several threads may send on
 * it, one receives.
 */
#pragma once

#include "base/buf.h"
#include "base/lock.h"
#include "base/sketch.h"
#include "base/wire.h"
#include "model/evidence.h"
#include "model/finding.h"
#include "model/status.h"
#include "model/unit.h"

enum { MESSAGE_MAX = 64 << 20 };

typedef enum MessageKind {
    /* keeper to scanner */
    MESSAGE_PLAN = 1,
    MESSAGE_ANSWER, /* to CLAIM, KNOWN and SAME one byte a question, to TOKEN a number */
    /* scanner to keeper */
    MESSAGE_READY,    /* rule digest, name of the bitmap form, version of Hyperscan */
    MESSAGE_FAILED,   /* nothing was scanned: code, sentence */
    MESSAGE_ROOT,     /* RootReport */
    MESSAGE_OBJECTS,  /* any number of ObjectReports */
    MESSAGE_NOTE,     /* NoteReport */
    MESSAGE_FORGET,   /* root, path: units inside it that were reported do not count */
    MESSAGE_CLAIM,    /* dev, ino, root, path: is this inode's content mine to read? */
    MESSAGE_KNOWN,    /* root, n, KnownReports: which need not be read? KnownAnswer */
    MESSAGE_SAME,     /* ObjectReport, hashed; 1: its content is known, and it was put */
    MESSAGE_TOKEN,    /* detector, canonical value: which token of the lists is it? 4 bytes */
    MESSAGE_AHEAD,    /* objects counted so far by the walk ahead, and whether it is at its end */
    MESSAGE_DONE,     /* code */
    MESSAGE_SELFTEST, /* scan/selftest.h */
    MESSAGE_DIRECTORIES, /* any number of DirectoryReports */
    MESSAGE_END,
} MessageKind;

typedef struct Channel {
    int fd;
    Lock lock;
    Buf in; /* the frame received last */
} Channel;

void channel_init(Channel *c, int fd);
void channel_done(Channel *c);

/* Whole or not at all, seen by the other side in the order of the calls. -EPIPE: it is gone. */
int channel_send(Channel *c, MessageKind kind, Span payload);

/* The next frame, valid until the next call. -ECONNRESET at the end, -EBADMSG if it is no frame. */
int channel_receive(Channel *c, MessageKind *ret_kind, Span *ret_payload);

typedef struct ObjectReport {
    uint32_t root;
    Span path;
    uint32_t depth;   /* 0: a file; n: a unit in n containers */
    uint64_t members; /* units inside, at any depth */
    bool known_meta;
    FileMeta meta;
    Status status;
    uint64_t bytes_read;
    bool hashed;
    uint8_t hash[16];
    Span format, encoding;
    Span acl; /* as source/acl.h has it; empty: none */
} ObjectReport;

/* What a walk passes: path as in store/directory.h. */
typedef struct DirectoryReport {
    uint32_t root;
    Span path;
    uint32_t mode, uid, gid;
    Span acl;
} DirectoryReport;

typedef struct FactReport {
    FactKind kind;
    int64_t from, to;
    Span part, text;
} FactReport;

typedef struct RootReport {
    uint32_t number;
    Span path, identity, type, options, atime;
    Status status;
    uint64_t found, directories;
    bool final;
} RootReport;

typedef struct NoteReport {
    Span kind, subject, detail;
    uint64_t count;
} NoteReport;

/* A file as the walk finds it; mode 0: it is to be read. */
typedef struct KnownReport {
    Span path;
    uint64_t ino, size;
    int64_t mtime, ctime;
    uint32_t mode, nlink;
} KnownReport;

/* What is to be done with it. */
typedef enum KnownAnswer {
    KNOWN_READ,
    KNOWN_HELD, /* nothing: what is known of it holds */
    KNOWN_HASH, /* its content may be known: hash it, ask SAME, and only then read it */
} KnownAnswer;

void known_put(Buf *b, const KnownReport *k);
int known_get(Wire *w, KnownReport *ret);

/* Followed by that many findings, then facts. */
void object_put(Buf *b, const ObjectReport *o, size_t n_findings, size_t n_facts);
void fact_put(Buf *b, const FactReport *f);
void directory_put(Buf *b, const DirectoryReport *d);
void root_put(Buf *b, const RootReport *r);
void note_put(Buf *b, const NoteReport *n);
void finding_put(Buf *b, const Finding *f);

/* Borrow from the frame. */
int object_get(Wire *w, ObjectReport *ret, uint64_t *ret_findings, uint64_t *ret_facts);
int fact_get(Wire *w, FactReport *ret);
int directory_get(Wire *w, DirectoryReport *ret);
int root_get(Wire *w, RootReport *ret);
int note_get(Wire *w, NoteReport *ret);

/* samples: room for FINDING_SAMPLES_MAX. Detector numbers are checked against n_detectors. */
int finding_get(Wire *w, size_t n_detectors, Sample *samples, Finding *ret);
