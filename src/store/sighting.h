/*
 * Sighting: the objects of a run, each with when it, or the same content, was seen first; and what
 * was there in the run before and is gone.
 *
 * First seen: when the earliest run began that has the same content at the same path, by its
 * content hash. A copy: the earliest time of last change of the same content at another path, in
 * any run. Hashes are of one store and key, so what was read under another key is not recognised.
 * Content of less than 64 bytes is not compared: it comes up everywhere.
 *
 * The order is that of reports. One row is held at a time. A temporary table stands behind it, on
 * disk, made when it is opened. One thread.
 */
#pragma once

#include "model/status.h"
#include "store/store.h"

typedef struct Sighting {
    int64_t id; /* of its findings and facts; 0: none */
    Span root, path;
    uint32_t depth;
    uint64_t size, members;
    int64_t mtime, btime; /* ns; INT64_MIN unknown. mtime of a member: what its archive says */
    uint32_t uid, mode;
    Status status;
    const char *format;
    int64_t first_seen; /* ns; INT64_MIN: by this run */
    int64_t copy_mtime; /* ns, of an older copy elsewhere; INT64_MIN: there is none */
} Sighting;

typedef struct SightingCursor SightingCursor;

int sighting_cursor_open(Store *s, int64_t run, Error *reterr, SightingCursor **ret);
int sighting_cursor_step(SightingCursor *c, Error *reterr, Sighting *ret);
SightingCursor *sighting_cursor_close(SightingCursor *c);
DEFINE_CLEANUP(SightingCursor, sighting_cursor_close)

/* The outermost files only, without sightings: path, times, size. */
int sighting_cursor_open_files(Store *s, int64_t run, Error *reterr, SightingCursor **ret);

/*
 * Files of the last ended run before that had the same root, which are not in this one, neither by
 * path nor by content, though their root was read, and nothing above them was left unread.
 * *ret_run: that run; 0: there is none, and no cursor. To be opened beside a sighting cursor that
 * is open.
 */
int sighting_cursor_open_gone(Store *s, int64_t run, Error *reterr, int64_t *ret_run,
                              SightingCursor **ret);

/* Whether a directory above that path was not looked into by the run: then nothing has gone. */
int sighting_hidden(Store *s, int64_t run, Span root, Span path, Error *reterr, bool *ret);
