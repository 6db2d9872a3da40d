/*
 * Trail: the directories from the root to where a walk stands, with few of them open.
 *
 * A stack of Levels on the heap. The innermost TRAIL_SLOTS levels have a Slot: an open directory, a
 * buffer of names just read from it, and a draft of a batch. Going deeper takes the slot of the
 * outermost level that has one; that level then is no more than (dev, ino, cookie): who it was and
 * where its reading stopped.
 *
 *     levels   0 1 2 ... open_from ... n-1
 *              closed    | open; read at n-1 only
 *
 * On the way back a closed level is opened again as ".." of the child that is left, and believed
 * only if (dev, ino) are as recorded; else its path is walked again from the root, one component at
 * a time. What can not be reached again is delivered as an object with its error. So neither depth
 * nor the number of names costs descriptors, and memory is 56 bytes a level and the path.
 *
 * Internal to the walk (tree.c); one thread. Directories are shared with batches that travel
 * (refcounted), which never move their position.
 */
#pragma once

#include "base/error.h"
#include "source/batch.h"

#define TRAIL_SLOTS  32
#define SLOT_BYTES   (32u << 10)
#define SLOT_ENTRIES (SLOT_BYTES / 24) /* the shortest record of getdents64 is 24 bytes */

typedef struct Slot {
    Directory *dir; /* NULL: closed */
    BatchDraft draft;
    size_t n, next;               /* entries in order[], and the next one to take */
    uint16_t order[SLOT_ENTRIES]; /* offsets into bytes, divided by 8 */
    _Alignas(16) uint8_t bytes[SLOT_BYTES];
} Slot;

typedef struct Level {
    uint64_t dev, ino, mount;
    int64_t cookie;     /* where reading goes on */
    size_t path_before; /* length of the path of the level above */
    Slot *slot;
} Level;

typedef struct Trail {
    const Sink *sink; /* borrowed */
    Error *reterr;    /* borrowed, may be NULL */
    uint32_t root;
    uint64_t resolve; /* for what lies in the directories */
    bool keep_slots;  /* a closed level keeps its names: cookies do not follow a shuffled order */
    int root_fd;      /* O_PATH; owned */
    Buf path;         /* of the innermost level, relative to the root; limit UNIT_PATH_MAX */
    Level *levels;
    size_t n, cap, open_from;
    Slot *spare[TRAIL_SLOTS];
    size_t n_spare;
    int failed; /* the first error of the sink, or of memory, met on the way of an open */
} Trail;

void trail_done(Trail *t);

static inline Level *trail_top(const Trail *t) {
    return &t->levels[t->n - 1];
}

/* Adds a component to the path, to be cut off again; false if it would be too long. */
bool trail_path_push(Trail *t, const char *name);
void trail_path_cut(Trail *t, size_t n);

/* Sets the message, for errors that end the walk; returns r. */
int trail_fail(Trail *t, int r);

/* -EMFILE, -ENFILE, -ENOMEM: about us, not about a file. */
bool trail_shortage(int r);

/*
 * Opens a directory, closing outer levels while descriptors are short. A negative error, with
 * `failed` set if it is none of the name's.
 */
int trail_open(Trail *t, int dir, const char *name, int flags, uint64_t resolve);

/* Makes the directory fd, whose path trail.path is already, the innermost level. Takes fd. */
int trail_push(Trail *t, int fd, const FileMeta *m, size_t path_before);

/* Delivers the files drafted in level l, which is open. */
int trail_flush(Trail *t, Level *l);

/* Opens the innermost level anew, from the root, its reading going on where it stopped. */
int trail_renew(Trail *t);

/* Leaves the innermost level, and those above it that can not be reached again. */
int trail_leave(Trail *t);
