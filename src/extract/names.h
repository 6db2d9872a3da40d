/*
 * Names: the names that the units in one container have had, so that each stands for one of them.
 *
 * Hashes only, in a table that is made when it is first needed. Names are hostile, and may be as
 * many as the budget has entries.
 */
#pragma once

#include "base/buf.h"

/* All zero is a fresh one. */
typedef struct Names {
    uint64_t *slots; /* 0: empty */
    uint32_t *times;
    size_t n, cap; /* a power of two */
} Names;

/*
 * Appends the name as it shall stand: never empty, no NUL, not too long, and with ";2" ";3" ...
 * where it was met before. 0 or -ENOMEM.
 */
int names_take(Names *s, Span name, Buf *ret);
void names_done(Names *s);
