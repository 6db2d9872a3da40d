/*
 * Journal: which objects are in flight, in a file that outlives the scanner, and the keeper.
 *
 * The file stands beside the store. The scanner maps it: one slot a worker, written before the
 * worker touches an object and emptied after its report is on its way. When the scanner dies, at
 * any instant, the keeper reads from it what may have killed it; when both die, the next keeper
 * reads what was in flight. The keeper never maps it, since the scanner could cut it short, and
 * reads only when nobody writes any more. Entries are hostile to it: lengths are checked. Its
 * blocks are there from the start, so that a full disk is met by the keeper and not by a fault.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"

enum {
    JOURNAL_SLOTS = 256,
    JOURNAL_PATH_MAX =
        8000, /* a longer path is noted as empty: known to be in flight, not by name */
};

typedef struct Journal Journal;

/*
 * By the keeper: opens or makes the file, 0600, with that many slots; the descriptor, to be handed
 * to scanners, is close-on-exec. What stands in it stays. *ret_run: the run that it was of, 0 if
 * none.
 */
int journal_create(const char *path, unsigned slots, int *ret_fd, int64_t *ret_run);

/* By the keeper: it is of that run now, and empty. */
int journal_start(int fd, int64_t run);

/* By the scanner: maps it. */
int journal_open(int fd, Journal **ret);
Journal *journal_close(Journal *j);

/* By worker `slot`: this object is being read. Then: it is not any more. */
void journal_begin(Journal *j, unsigned slot, uint32_t root, Span path);
void journal_end(Journal *j, unsigned slot);

/* By the keeper, after the scanner's death: what slot says. False: nothing in flight. The path is
 * appended. */
bool journal_read(int fd, unsigned slot, uint32_t *ret_root, Buf *path);
