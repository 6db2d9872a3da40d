/*
 * Scanner: the process that walks, reads and detects.
 *
 * It holds no key and no store, and may be killed at any moment: what it has reported is in the
 * keeper's hands, what it was reading is in the journal. It ends with its keeper.
 */
#pragma once

enum {
    SCANNER_SOCKET_FD = 3, /* to the keeper */
    SCANNER_JOURNAL_FD = 4,
};

/* The whole life of the process, on its main thread; the exit code. */
int scanner_main(void);
