/*
 * Inside: one worker's way into units that have a reader.
 *
 * Our own readers run here, on this thread; libraries run in sandboxed processes (extract/host.h).
 * Units inside are reported through the outbox as they end; what was found in the outermost unit
 * itself is left to the caller. Content is hostile.
 */
#pragma once

#include "extract/host.h"
#include "scan/outbox.h"
#include "source/file.h"

typedef struct Inside Inside;

/* What an Inside works with, all borrowed: the thread's own, and the run's roots. */
typedef struct InsideParts {
    Reader *reader;
    Outbox *outbox;
    Host *host;
    const char *const *roots; /* by number: their names are those of files that are roots */
    const IntakeHelp *help;   /* NULL: nobody else examines windows */
} InsideParts;

int inside_new(const InsideParts *parts, Inside **ret);
Inside *inside_free(Inside *i);
DEFINE_CLEANUP(Inside, inside_free)

/* What stands beside a file and tells what is in it (companion_name()). */
typedef struct Neighbour {
    int fd; /* -1: nothing does */
    uint64_t size;
    bool missing; /* something should */
} Neighbour;

/* The reader of that file, or NULL: it is read as it lies. */
const Extractor *inside_reader(const Inside *i, const Unit *u, const Neighbour *b,
                               const Content *c);

/*
 * Opens the file u, as deep as it goes.
 * *ret_unit is settled and valid until the next call. INSIDE_E_RAW: its reader died twice or is not
 * installed, *ret_ending says which, and the bytes are to be read as they lie; nothing that was
 * found in the unit itself counts, units inside that were whole do. Negative: the scan cannot go
 * on.
 */
#define INSIDE_E_RAW 1
int inside_open(Inside *i, const Unit *u, const Neighbour *b, const Extractor *e,
                Ending *ret_ending, IntakeUnit **ret_unit);

/* Units inside the last one that were reported, at any depth. */
uint64_t inside_units(const Inside *i);

/* A pipe, to its end; root 0, path "". */
int inside_stream(Inside *i, int fd, Span name, Ending *ret_ending, IntakeUnit **ret_unit);
