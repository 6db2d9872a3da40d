/*
 * Zygote: a small process that forks workers, so that no process with threads or much memory does.
 *
 * The scanner starts it by posix_spawn of the program itself, `terrier role zygote`, asks it for
 * workers and has it bury them. It has one thread, and has loaded what workers need before they
 * are shut in. It holds no key, no store and no descriptor of what is scanned, and reads nothing
 * but the scanner's short requests. It ends with the scanner, and its workers with it.
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

/*
 * Returns when the zygote is ready. To be called on the main thread, before the process makes
 * itself undumpable: the zygote is killed when the thread that started it ends.
 */
int zygote_start(const ZygoteOptions *o, Zygote **ret);
Zygote *zygote_stop(Zygote *z);
DEFINE_CLEANUP(Zygote, zygote_stop)

/* What a worker was shut in by, tried when the zygote started. */
SandboxState zygote_sandbox(const Zygote *z);

/*
 * A new worker, and the socket to it. -ENOENT: the place wants a helper executable that is not
 * installed. A zygote that has died is started again, once a call.
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
