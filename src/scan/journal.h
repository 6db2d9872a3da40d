/*
 * Journal: which objects are in flight, in memory that outlives the scanner.
 *
 * A memory file that keeper and scanner share: one slot a worker, written before the worker
 * touches an object and emptied after its report is on its way. When the scanner dies, at any
 * instant, the keeper reads from it what may have killed it. Slots are the workers' own; the
 * keeper reads only when nobody writes any more. Entries are hostile to it: lengths are checked.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

enum {
    JOURNAL_SLOTS = 256,
    JOURNAL_PATH_MAX =
        8000, /* a longer path is noted as empty: known to be in flight, not by name */
};

typedef struct Journal Journal;

/* By the keeper: the file descriptor to hand to scanners, close-on-exec. */
int journal_create(int *ret_fd);

/* By either: maps it. */
int journal_open(int fd, Journal **ret);
Journal *journal_close(Journal *j);

/* By worker `slot`: this object is being read. Then: it is not any more. */
void journal_begin(Journal *j, unsigned slot, uint32_t root, Span path);
void journal_end(Journal *j, unsigned slot);

/* By the keeper, after the scanner's death: what slot says. False: nothing in flight. */
bool journal_read(const Journal *j, unsigned slot, uint32_t *ret_root, Span *ret_path);

/*
 * By the keeper: finish what is in flight, begin nothing new, end. The scanner's threads ask
 * between files.
 */
void journal_ask_end(Journal *j);
bool journal_end_asked(const Journal *j);

/* By the keeper, before the next scanner. */
void journal_clear(Journal *j);
