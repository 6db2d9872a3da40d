/*
 * Journal: see journal.h. A page with the head, then the slots.
 *
 * Mapping is safe in the scanner as it is not for inputs: the file is ours, in a private directory,
 * and nobody outside the two processes can reach it.
 */
#include "scan/journal.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define JOURNAL_MAGIC UINT64_C(0x31746867696c6674) /* "tflight1" */

typedef struct JournalHead {
    uint64_t magic;
    int64_t run;
    uint8_t rest[4096 - 16];
} JournalHead;

typedef struct JournalSlot {
    atomic_uint busy;
    uint32_t root;
    uint32_t n;
    uint8_t path[JOURNAL_PATH_MAX];
} JournalSlot;

struct Journal {
    JournalHead head;
    JournalSlot slots[JOURNAL_SLOTS];
};

static off_t slot_at(unsigned slot) {
    return (off_t)(offsetof(Journal, slots) + slot * sizeof(JournalSlot));
}

int journal_create(const char *path, unsigned slots, int *ret_fd, int64_t *ret_run) {
    _cleanup_(fd_closep) int fd =
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    unsigned n = slots < JOURNAL_SLOTS ? slots : JOURNAL_SLOTS;
    uint64_t head[2] = {0};
    struct stat st;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return -EPERM;
    if (pread(fd, head, sizeof(head), 0) < 0 || ftruncate(fd, sizeof(Journal)) < 0)
        return -errno;
    r = -posix_fallocate(fd, 0, slot_at(n));
    if (r < 0)
        return r;
    *ret_run = head[0] == JOURNAL_MAGIC ? (int64_t)head[1] : 0;
    *ret_fd = fd_take(&fd);
    return 0;
}

int journal_start(int fd, int64_t run) {
    const uint64_t head[2] = {JOURNAL_MAGIC, (uint64_t)run};
    const unsigned idle = 0;

    for (unsigned i = 0; i < JOURNAL_SLOTS; i++) {
        unsigned busy = 0;

        if (pread(fd, &busy, sizeof(busy), slot_at(i)) < 0 ||
            (busy && pwrite(fd, &idle, sizeof(idle), slot_at(i)) < 0))
            return -errno;
    }
    return pwrite(fd, head, sizeof(head), 0) < 0 ? -errno : 0;
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

bool journal_read(int fd, unsigned slot, uint32_t *ret_root, Buf *path) {
    uint32_t head[3];
    size_t before = path->n;
    void *at;

    if (pread(fd, head, sizeof(head), slot_at(slot)) != sizeof(head) || !head[0] ||
        head[2] > JOURNAL_PATH_MAX)
        return false;
    at = head[2] ? buf_extend(path, head[2]) : NULL;
    if (head[2] &&
        (!at || pread(fd, at, head[2], slot_at(slot) + (off_t)sizeof(head)) != (ssize_t)head[2])) {
        path->n = before;
        return false;
    }
    *ret_root = head[1];
    return true;
}
