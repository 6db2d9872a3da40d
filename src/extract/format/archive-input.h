/*
 * Archive input: libarchive over a Feed, and what it left behind.
 *
 * libarchive says "done" long before the end of what it was given, so this remembers what it has
 * taken: archive_input_rest() searches the bytes that it did not. Filters and formats are
 * registered one by one by the caller: those of libarchive's "all" start programs they find in
 * $PATH. Names are UTF-8 while it is open, whatever the process's locale. One thread.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "extract/extract.h"

/* By offset in small steps: what was not asked for is known by what was not read. */
enum { ARCHIVE_BLOCK = 128 << 10, ARCHIVE_STEP = 8 << 10 };

/* [from, to), read by offset. */
typedef struct ArchiveExtent {
    uint64_t from, to;
} ArchiveExtent;

typedef struct ArchiveInput {
    Feed *from;
    struct archive *a;
    bool seeks;      /* read by offset, at `at`; else in order */
    uint64_t at;     /* next to be read */
    uint64_t base;   /* of the feed, when it was opened */
    uint64_t end;    /* where the archive says that it ends; what is behind was not taken */
    uint8_t *blocks; /* two: the one at hand and the one before */
    size_t n[2];
    uint64_t start[2];
    unsigned last;          /* of the two */
    ArchiveExtent *extents; /* what was read by offset, sorted, apart; the last may grow */
    size_t n_extents, cap;
    locale_t utf8, before;
} ArchiveInput;

/* The caller registers filters and formats on `a` between the two. -ENOMEM */
int archive_input_new(ArchiveInput *in, Feed *from, bool seeks);
/* 0, or -EBADMSG: nothing of what was registered. */
int archive_input_open(ArchiveInput *in);
void archive_input_done(ArchiveInput *in);

/* What libarchive's last error says, as a feed would: -EBADMSG, -ENOBUFS. */
int archive_input_error(const ArchiveInput *in);

/*
 * Searches, as they are, the bytes of the feed that libarchive has not taken. *ret_lost: some are
 * gone, which cannot be read again.
 */
int archive_input_rest(Extraction *x, ArchiveInput *in, bool *ret_lost);
