/*
 * RAR5: which members of an archive are encrypted, by its headers.
 *
 * libarchive does not tell them and calls them damaged. Headers are walked by offset (RAR 5.0
 * archive format, rarlab.com); everything in them is hostile.
 */
#pragma once

#include "extract/feed.h"

typedef struct Rar5 Rar5;

int rar5_new(Feed *f, Rar5 **ret);
Rar5 *rar5_free(Rar5 *r);
DEFINE_CLEANUP(Rar5, rar5_free)

bool rar5_all_encrypted(const Rar5 *r); /* names, too */

/* Of the next member of that name: asked in the order of the archive. */
bool rar5_encrypted(Rar5 *r, Span name);
