/*
 * Escape: any bytes as text that a terminal shows and does not obey.
 *
 * Control characters (C0, DEL, C1), characters that change direction or cannot be seen, bytes that
 * are no UTF-8, and the backslash itself become \xNN, one a byte: the bytes can be had back. For
 * names inside locators use locator_print(), which escapes a little more.
 */
#pragma once

#include "base/buf.h"

void escape_put(Buf *b, Span text);
