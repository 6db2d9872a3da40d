/*
 * Name: how a stored object is called: its root's path, its own below it, the members after it.
 *
 * In the store a member's path is its container's, a NUL, and its own name; no file name holds a
 * NUL, and extractors give none. Nothing is copied but the outermost path, into a Buf of the
 * caller's that the Locator then borrows from, as it does from path.
 */
#pragma once

#include "model/locator.h"

/* -ENOMEM only. Names beyond LOCATOR_DEPTH_MAX stay together in the last one. */
int name_locator(Buf *join, Span root, Span path, Locator *ret);

/* Appends the raw bytes, members after "!/": the locator before any escape. */
void name_raw(Buf *b, Span root, Span path);

/* Appends the printed locator. */
int name_print(Buf *b, Span root, Span path);
