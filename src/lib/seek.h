/*
 * Seek: the text around a place inside a unit that has to be opened: a member, a page, a cell.
 *
 * Opens the file as a scan does, libraries in sandboxed workers, and stops as soon as the place is
 * behind. Content is hostile.
 */
#pragma once

#include "base/error.h"
#include "extract/host.h"
#include "model/locator.h"

/* The text, of at most 64 KiB; the place is [at, at + n) of it, n 0 where its length is not known.
 */
typedef struct Sought {
    Buf text;
    size_t at, n;
    Buf column; /* the name of the column that the place is in; empty: none */
} Sought;

void sought_done(Sought *s);

/*
 * program: knows `role zygote`. -ESRCH with a sentence: there is no such place now; -ENOTSUP: the
 * file cannot be opened that deep.
 */
int seek_inside(const char *program, const HostFile *file, const Locator *l, Error *reterr,
                Sought *ret);
