/*
 * Paths: the files in which something was found, one a line, for other tools: nothing else.
 *
 * Each file once, by its path as the file system has it (not escaped, absolute), under its first
 * name and each further one; what was found inside a container stands for the container. There is
 * no Preamble: `xargs` would take it for names. With `null` each ends in a NUL instead of a
 * newline, as `xargs -0`, `rsync --from0` and `tar --null` want it; without it a name that has a
 * newline is refused, since one line would be taken for two names.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

/* -EILSEQ, with a sentence: a name with a newline, and not `null`. */
int paths_report(Store *s, int64_t run, const FoundFilter *filter, bool null, Outlet *to,
                 Error *reterr);
