/*
 * Wrap: a text in lines of a width, broken at blanks, each line after an indent.
 *
 * Widths count code points. A word that is longer than the line stays whole: a path is not broken.
 */
#pragma once

#include "base/buf.h"

/* at: the column at which the first line begins; ends without a newline. Text is safe to show. */
void wrap_put(Buf *b, Span text, unsigned at, unsigned indent, unsigned width);
