/*
 * Store: everything Terrier remembers, in one SQLite file.
 *
 * Which facts, and what each column means, is said in store/schema.sql; why, in
 * docs/design/store.md. There is one writer at a time, held by a kernel lock on `FILE.lock`, so
 * that a killed scan leaves no stale lock; readers need no lock and see whole objects only.
 * Found values never enter: a Sample's mask and token are stored, its value is not looked at.
 *
 * A Store is used by one thread, and one process opens the same file once (SQLite's own locks are
 * dropped when any descriptor of the file is closed). The file's content is believed only after
 * the checks of store_open(): it may have been damaged, never written by an enemy, since it stands
 * in a private directory.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define STORE_FORMAT 3 /* version of the schema that this program writes */

typedef enum StoreMode {
    STORE_READ,   /* for reports; -ENOENT when there is none */
    STORE_WRITE,  /* for a scan: created when absent, locked until closed */
    STORE_APPEND, /* for an entry of the ledger: created when absent, beside a scan that goes on */
} StoreMode;

typedef struct Store Store;

/*
 * -EBUSY     STORE_WRITE: another scan holds it; the message says which and since when
 * -EPERM     file or directory is not private
 * -EREMOTE   on a network file system: WAL needs shared memory; the message names --store
 * -EPROTO    written by a newer Terrier, and untouched
 * -EMEDIUMTYPE  not a Terrier store
 * -EUCLEAN   damaged
 * Other codes are those of the system.
 */
int store_open(const char *path, StoreMode mode, Error *reterr, Store **ret);

/* Commits what is pending and closes; a failure of that commit is lost here: store_commit() first.
 */
Store *store_close(Store *s);
DEFINE_CLEANUP(Store, store_close)

/* As given to store_open(). Borrowed. */
const char *store_path(const Store *s);

/* `$XDG_STATE_HOME/terrier/terrier.db`, or below ~/.local/state; the caller frees it. */
int store_default_path(char **ret);
