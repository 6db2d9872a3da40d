/*
 * Sandbox: what a process may still do before it parses bytes that anybody may have written.
 *
 * A worker keeps its descriptors, its memory and the clock. A helper executable also reads its
 * loader, its libraries and their data. Each mechanism that the kernel lacks is left out and said:
 * SandboxState is what stands in a run's manifest and what `--require-sandbox` refuses on.
 *
 * For processes of one thread. Nothing here can be undone.
 */
#pragma once

#include "base/cleanup.h"
#include "base/span.h"

typedef enum SandboxProfile {
    SANDBOX_WORKER, /* no file at all, no new program */
    SANDBOX_START,  /* a helper executable up to its main(): may be loaded and started */
    SANDBOX_HELPER, /* and from there on: reads its data, starts nothing */
} SandboxProfile;

typedef struct SandboxOptions {
    SandboxProfile profile;
    uint64_t memory; /* bytes of address space beyond what the process has; 0: 512 MiB */
    int program;     /* SANDBOX_START: the executable, O_PATH or readable */
} SandboxOptions;

typedef struct SandboxState {
    int landlock; /* version of its interface; 0: the kernel has none */
    bool seccomp, no_new_privs;
    bool relaxed; /* built with a sanitizer: no memory limit, and calls are refused by a list */
} SandboxState;

/*
 * Shuts the process in: a negative error, when a mechanism that the kernel has could not be used.
 * *ret is what is in force. SANDBOX_HELPER builds upon SANDBOX_START.
 */
int sandbox_enter(const SandboxOptions *o, SandboxState *ret);

/*
 * For a process that reads what others own and changes nothing: it may open and read whatever its
 * user may, and neither write to a file, make, rename or remove one (Landlock), nor change modes,
 * owners, times or attributes (seccomp, EPERM). So are all that it starts from then on. Descriptors
 * that are open stay as they are. What the kernel lacks is left out; *ret says what is in force.
 * Needs PR_SET_NO_NEW_PRIVS; before there are threads.
 */
int sandbox_seal(SandboxState *ret);

/* All that the profile asks for. */
bool sandbox_whole(const SandboxState *s);

/* "landlock-7 seccomp", "no-landlock seccomp": words for people and manifests. */
void sandbox_print(const SandboxState *s, char *ret_text, size_t n);

/* Closes every descriptor from `first` on. */
void descriptors_close(int first);
