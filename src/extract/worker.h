/*
 * Worker: a process that parses what it is given, one unit after the other, shut in a sandbox.
 *
 * Forked by the zygote, or a helper executable started by it. It gets jobs with a descriptor each,
 * and answers with frames (frame.h). It may be killed at any moment and may be taken over by what
 * it reads: it has nothing that is worth it.
 */
#pragma once

#include "extract/extract.h"

enum {
    WORKER_SOCKET_FD = 3, /* to the host; of a helper executable too */
    WORKER_EXIT_MEMORY = 71,
    WORKER_EXIT_SANDBOX = 72,
};

#define WORKER_MEMORY "TERRIER_MEMORY" /* bytes, in the environment of a helper executable */

/*
 * The whole life of the process: shuts itself in as its place wants, then serves jobs until the
 * host is gone. `own`: readers beside the table's, one with format NULL behind the last, or NULL.
 * A helper executable's main() does nothing else: what its library loads lazily it touches before.
 * It may use so much memory as WORKER_MEMORY says.
 */
_Noreturn void worker_serve(int socket, ExtractPlace place, const Extractor *own);

/* As worker_serve, with `memory` bytes beyond what the process has; 0: 512 MiB. */
_Noreturn void worker_serve_within(int socket, ExtractPlace place, const Extractor *own,
                                   uint64_t memory);
