/*
 * Remark: what is known of objects beside findings and status, and a reader should hear: labels
 * that documents carry, macros, what was not looked at beside a file.
 */
#pragma once

#include "base/buf.h"
#include "store/query.h"

/* A heading and a line for each; nothing where there is nothing to say. */
int remarks_print(Store *s, int64_t run, bool colour, Error *reterr, Buf *b);
