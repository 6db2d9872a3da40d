/*
 * Opening: one file, opened as a scan opens it, for verbs that look at a single one.
 *
 * The same reader, the same neighbour, libraries in sandboxed workers. Content and names are
 * hostile.
 */
#pragma once

#include "extract/host.h"

/*
 * What stands beside the file of that path and tells what is in it: noted in *file, its descriptor
 * in *ret_fd for the caller to close; untouched where there is nothing. Links are not followed.
 */
void opening_beside(Span path, HostFile *file, int *ret_fd);

/* The file's reader; NULL: a scan reads it as it lies. A negative error: it cannot be read. */
int opening_reader(const HostFile *file, const Extractor **ret);

/*
 * Opens it by that reader, into `to`. program: knows `role zygote`. As host_extract(): 0, HOST_E_*
 * or negative.
 */
int opening_read(const char *program, const Extractor *e, const HostFile *file, const Receiver *to,
                 Ending *ret);
