/*
 * Zygote: a small process that forks workers, so that no process with threads or much memory does.
 *
 * The scanner starts it by posix_spawn of the program itself, `terrier role zygote`, when it wants
 * the first worker: most scans of small trees never do. It asks it for workers and has it bury
 * them. The zygote has one thread, and has loaded what workers need before they are shut in. It
 * holds no key, no store and no descriptor of what is scanned, and reads nothing but the scanner's
 * short requests. It ends with the scanner, and its workers with it.
 *
 * The handle may be used by all threads of the scanner.
 */
#pragma once

#include "extract/extract.h"
#include "extract/sandbox.h"

#include <sys/types.h>

enum { ZYGOTE_SOCKET_FD = 3 };

typedef struct ZygoteOptions {
    const char *program; /* that knows `role zygote`; NULL: this program */
    const char
        *helpers;    /* directory of helper executables; NULL: beside the program, or installed */
    uint64_t memory; /* of a worker beyond what it has at its start; 0: 512 MiB */
} ZygoteOptions;

typedef struct Zygote Zygote;

/* Starts nothing yet. */
int zygote_new(const ZygoteOptions *o, Zygote **ret);
Zygote *zygote_free(Zygote *z);
DEFINE_CLEANUP(Zygote, zygote_free)

/*
 * What a worker would be shut in by, tried in one that does nothing else. Negative: it could not
 * shut itself in, by a mechanism that the kernel has.
 */
int zygote_sandbox(Zygote *z, SandboxState *ret);

/*
 * A new worker, and the socket to it. -ENOENT: the place wants a helper executable that is not
 * installed. The zygote is started if there is none, or if it has died: once a call.
 */
int zygote_spawn(Zygote *z, ExtractPlace place, pid_t *ret_pid, int *ret_fd);

typedef struct ZygoteDeath {
    int status;  /* as waitpid() has it */
    bool killed; /* by us: it lived still */
} ZygoteDeath;

/*
 * Ends a worker; `grace`: it seems to be ending by itself and gets a moment for that. Negative: it
 * is none of the zygote's (any more), or does not die.
 */
int zygote_reap(Zygote *z, pid_t pid, bool grace, ZygoteDeath *ret);

/* The word of a place: the helper executable is terrier-helper-WORD. */
const char *place_name(ExtractPlace place);

/* The whole life of the process. `own`: for tests, as in ExtractOptions. */
_Noreturn void zygote_main(const Extractor *own);
