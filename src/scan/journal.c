/*
 * Journal: see journal.h.
 *
 * Mapping is safe here as it is not for inputs: the file is ours, sealed against shrinking, and
 * nobody outside the two processes can reach it.
 */
#include "scan/journal.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "base/cleanup.h"

typedef struct JournalSlot {
    atomic_uint busy;
    uint32_t root;
    uint32_t n;
    uint8_t path[JOURNAL_PATH_MAX];
} JournalSlot;

struct Journal {
    atomic_uint end;
    JournalSlot slots[JOURNAL_SLOTS];
};

int journal_create(int *ret_fd) {
    _cleanup_(fd_closep) int fd = memfd_create("terrier-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    if (ftruncate(fd, sizeof(Journal)) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return -errno;
    *ret_fd = fd_take(&fd);
    return 0;
}

int journal_open(int fd, Journal **ret) {
    void *at = mmap(NULL, sizeof(Journal), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (at == MAP_FAILED)
        return -errno;
    *ret = at;
    return 0;
}

Journal *journal_close(Journal *j) {
    if (j)
        munmap(j, sizeof(*j));
    return NULL;
}

void journal_begin(Journal *j, unsigned slot, uint32_t root, Span path) {
    JournalSlot *s = &j->slots[slot % JOURNAL_SLOTS];

    s->root = root;
    s->n = path.n <= JOURNAL_PATH_MAX ? (uint32_t)path.n : 0;
    memcpy(s->path, path.at, s->n);
    atomic_store_explicit(&s->busy, 1, memory_order_release);
}

void journal_end(Journal *j, unsigned slot) {
    atomic_store_explicit(&j->slots[slot % JOURNAL_SLOTS].busy, 0, memory_order_release);
}

bool journal_read(const Journal *j, unsigned slot, uint32_t *ret_root, Span *ret_path) {
    const JournalSlot *s = &j->slots[slot];

    if (!atomic_load_explicit(&s->busy, memory_order_acquire) || s->n > JOURNAL_PATH_MAX)
        return false;
    *ret_root = s->root;
    *ret_path = span(s->path, s->n);
    return true;
}

void journal_ask_end(Journal *j) {
    atomic_store_explicit(&j->end, 1, memory_order_relaxed);
}

bool journal_end_asked(const Journal *j) {
    return atomic_load_explicit(&j->end, memory_order_relaxed);
}

void journal_clear(Journal *j) {
    atomic_store_explicit(&j->end, 0, memory_order_relaxed);
    for (unsigned i = 0; i < JOURNAL_SLOTS; i++)
        atomic_store_explicit(&j->slots[i].busy, 0, memory_order_relaxed);
}
