/*
 * Host: has units parsed by workers, and lives on whatever becomes of them.
 *
 * One Host a thread of the scanner; workers are started as places are first needed, and kept. What
 * a worker says is checked (frame.h), counted against the limits once more, and passed on to the
 * caller's Receiver. Units that belong in another place (a PDF in an archive) are gathered in a
 * sealed memory file and given to a worker of that place; what it says appears inside the unit.
 *
 * A worker that dies, stalls, burns processor time or talks nonsense costs the unit it had, not
 * more. One that a unit was handed over to is tried twice here; for the outermost unit the caller
 * decides.
 */
#pragma once

#include "base/ref.h"
#include "extract/zygote.h"

#define HOST_E_DIED   1
#define HOST_E_ABSENT 2

typedef struct HostOptions {
    Zygote *zygote;       /* shared by all hosts */
    const Extractor *own; /* for tests, as in ExtractOptions */
    const Flag *stop;     /* asked while waiting; NULL: never */
    ExtractLimits limits; /* of each unit; zeros: the defaults */
    /* 0: the default */
    int64_t stall_ns;        /* with no frame: 60 s */
    int64_t cpu_ns;          /* of processor time, and as much again a MiB taken: 20 s */
    uint64_t hold;           /* bytes of units that are handed over, in memory at once: 256 MiB */
    size_t spool;            /* bytes of what a second worker says, until it is passed on: 32 MiB */
    unsigned recycle;        /* units a format worker reads: 1000 */
    unsigned recycle_narrow; /* ... any other: 200 */
} HostOptions;

typedef struct Host Host;

/* An outermost unit; descriptors are borrowed. */
typedef struct HostFile {
    int fd;
    uint64_t size; /* FEED_SIZE_UNKNOWN of a stream */
    Span name;     /* the last component of its path */
    /* A regular file beside it that tells what is in it, as companion_name() names it. */
    bool has_companion;
    bool lacks_companion; /* its name asks for one, and there is none */
    int companion;
    uint64_t companion_size;
} HostFile;

int host_new(const HostOptions *o, Host **ret);
Host *host_free(Host *h);
DEFINE_CLEANUP(Host, host_free)

/*
 * The outermost unit, whole: the bytes of its descriptor, which is read from offset 0 if it is a
 * regular file, else as a stream. `place` is that of its reader; `limits` NULL: those of the
 * options. The words in *ret are valid until the next call.
 *
 * HOST_E_DIED: the worker did; *ret is error(parser-killed:WHICH), and what the receiver got is to
 * be forgotten. The caller calls once more (a fresh worker), then reads the bytes as they lie.
 * HOST_E_ABSENT: a helper executable that is not installed; nothing was received, *ret is
 * unsupported(PLACE).
 * A negative error is the receiver's, -ENOMEM, -ECANCELED by `stop`, or means that no worker can
 * be started at all.
 */
int host_extract(Host *h, ExtractPlace place, const HostFile *file, const ExtractLimits *limits,
                 const Receiver *to, Ending *ret);

/* What a call drew on the limits, at least: by its own count, and by that of workers. */
typedef struct HostDrawn {
    uint64_t output, entries, other;
} HostDrawn;

/* As host_extract, of one share of the unit; its reader must have `shares`. */
int host_extract_share(Host *h, ExtractPlace place, const HostFile *file, ExtractShare share,
                       const Receiver *to, Ending *ret, HostDrawn *ret_drawn);

/* Whether a unit of that size whose shares have drawn so much would have come to a limit. */
bool host_limited(const Host *h, uint64_t size, const HostDrawn *drawn);

/*
 * As host_extract, for an outermost unit whose reader may run anywhere: it is read here, on this
 * thread, and only units inside it that belong elsewhere go to workers. 0 or a negative error.
 */
int host_read(Host *h, Feed *f, Span name, const ExtractLimits *limits, const Receiver *to,
              Ending *ret);
