/*
 * Place: whether a store may stand where it is asked to.
 *
 * SQLite's WAL keeps its index in memory shared between processes, which a network file system
 * does not give: two hosts would damage the store without a word. So such places are refused, and
 * so are directories that somebody else can write to.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

/* Makes the directory of a store where it is missing (if make), checks it. */
int place_check(const char *directory, bool make, Error *reterr);

/* True for a network file system: its magic number, and for FUSE its type ("fuse.sshfs"). */
bool place_is_remote(uint64_t magic, Span type);

/* The type of the file system with that device number in a text like /proc/self/mountinfo. */
Span place_type(Span mountinfo, unsigned major, unsigned minor);
