/*
 * Edm-build: rows in, a table out (edm.h), in bounded memory whatever their number.
 *
 * Entries are gathered in one buffer; when it is full they are sorted and written behind those
 * before, as one more run of a file without a name. At the end the runs are merged into the
 * table, a block of each in the same buffer. Only hashes are ever written.
 */
#include "base/file.h"
#include "detect/edm-file.h"

#include <fcntl.h>

enum { RUNS_MAX = 512, FILTER_BITS = 13, OUT_BYTES = 1 << 20 };

typedef struct Run {
    uint64_t at, end;     /* entries left in the file */
    uint8_t *block;       /* of the buffer */
    size_t n, next, room; /* entries in it */
} Run;

struct EdmBuild {
    EdmHeader head;
    uint8_t key[EDM_KEY];
    uint8_t *buffer;
    size_t cap, n; /* entries */
    int runs_fd;
    Run runs[RUNS_MAX];
    size_t n_runs;
    uint64_t written; /* entries in the file of runs */
    FileDraft draft;
    uint8_t *filter;
    Buf out;
    int error;
};

EdmBuild *edm_build_free(EdmBuild *b) {
    if (!b)
        return NULL;
    fd_close(b->runs_fd);
    file_draft_done(&b->draft);
    free(b->buffer);
    free(b->filter);
    buf_done(&b->out);
    explicit_bzero(b->key, sizeof(b->key));
    free(b);
    return NULL;
}

/* A file without a name beside the table. */
static int unnamed_file(const char *path) {
    const char *slash = strrchr(path, '/');
    _cleanup_(buf_done) Buf directory = {0};
    int fd;

    if (slash)
        buf_add(&directory, path, slash == path ? 1 : (size_t)(slash - path));
    else
        buf_byte(&directory, '.');
    if (buf_error(&directory) < 0)
        return -ENOMEM;
    fd = open(buf_cstr(&directory), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : fd;
}

int edm_build_new(const char *path, const uint8_t id[EDM_ID], const uint8_t key[EDM_KEY],
                  unsigned columns, size_t memory, Error *reterr, EdmBuild **ret) {
    _cleanup_(edm_build_freep) EdmBuild *b = calloc(1, sizeof(*b));
    int r;

    if (!b)
        return -ENOMEM;
    b->runs_fd = -1;
    b->draft = FILE_DRAFT_NONE;
    b->head = (EdmHeader){
        .magic = EDM_MAGIC, .columns = columns, .entry_bytes = (uint32_t)edm_entry_bytes(columns)};
    memcpy(b->head.id, id, EDM_ID);
    memcpy(b->key, key, EDM_KEY);
    edm_hash(key, 0, span_of(EDM_MAGIC), b->head.check);
    b->cap = memory / b->head.entry_bytes;
    b->cap = b->cap > RUNS_MAX ? b->cap : RUNS_MAX;
    b->buffer = malloc(b->cap * b->head.entry_bytes);
    if (!b->buffer)
        return -ENOMEM;
    r = file_draft_open(path, 0600, reterr, &b->draft);
    if (r < 0)
        return r;
    b->runs_fd = unnamed_file(path);
    if (b->runs_fd < 0)
        return error_errno(reterr, b->runs_fd, "cannot make a file beside the table");
    *ret = TAKE(b);
    return 0;
}

/* ---- runs ---- */

static int entry_cmp(const void *a, const void *b, void *bytes) {
    return memcmp(a, b, *(const size_t *)bytes);
}

/* All of an entry decides, so that the same rows make the same table in any order. */
static void entries_sort(EdmBuild *b) {
    size_t bytes = b->head.entry_bytes;

    qsort_r(b->buffer, b->n, bytes, entry_cmp, &bytes);
}

static void run_write(EdmBuild *b) {
    if (!b->n || b->error)
        return;
    if (b->n_runs == RUNS_MAX) {
        b->error = -EFBIG;
        return;
    }
    entries_sort(b);
    b->error = file_write(b->runs_fd, span(b->buffer, b->n * b->head.entry_bytes));
    b->runs[b->n_runs++] = (Run){.at = b->written, .end = b->written + b->n};
    b->written += b->n;
    b->n = 0;
}

static void put_other(const EdmBuild *b, Span value, uint8_t *to) {
    uint8_t normal[EDM_VALUE_MAX], hash[16];
    size_t n = edm_normal(value, normal);
    uint32_t x;

    if (n < EDM_COLUMN_MIN)
        return;
    edm_hash(b->key, 2, span(normal, n), hash);
    memcpy(&x, hash, sizeof(x));
    x = x ? x : 1;
    memcpy(to, &x, sizeof(x));
    explicit_bzero(normal, n);
}

bool edm_build_row(EdmBuild *b, Span primary, const Span *others) {
    uint8_t normal[EDM_VALUE_MAX], hash[16];
    size_t n = edm_normal(primary, normal);
    uint8_t *entry;

    if (n < EDM_PRIMARY_MIN)
        return false;
    if (b->n == b->cap)
        run_write(b);
    if (b->error)
        return true; /* told at the end */
    entry = b->buffer + b->n++ * b->head.entry_bytes;
    memset(entry, 0, b->head.entry_bytes);
    edm_hash(b->key, 1, span(normal, n), hash);
    explicit_bzero(normal, n);
    memcpy(entry, hash, EDM_PRIMARY);
    for (unsigned i = 0; i < b->head.columns; i++)
        put_other(b, others[i], entry + EDM_PRIMARY + (size_t)i * EDM_OTHER);
    return true;
}

/* ---- merging ---- */

static int run_fill(EdmBuild *b, Run *r) {
    size_t bytes = b->head.entry_bytes;
    uint64_t left = r->end - r->at;
    size_t done = 0;

    r->n = left < r->room ? (size_t)left : r->room;
    r->next = 0;
    while (done < r->n * bytes) {
        ssize_t got =
            pread(b->runs_fd, r->block + done, r->n * bytes - done, (off_t)(r->at * bytes + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        done += (size_t)got;
    }
    r->at += r->n;
    return 0;
}

static const uint8_t *run_head(const EdmBuild *b, const Run *r) {
    return r->block + r->next * b->head.entry_bytes;
}

/* A heap of the runs that have something left, by the entry at hand. */
static bool run_before(const EdmBuild *b, const Run *x, const Run *y) {
    return memcmp(run_head(b, x), run_head(b, y), b->head.entry_bytes) < 0;
}

static void heap_sink(const EdmBuild *b, Run **heap, size_t n, size_t at) {
    for (;;) {
        size_t least = at, left = 2 * at + 1;
        Run *r;

        if (left < n && run_before(b, heap[left], heap[least]))
            least = left;
        if (left + 1 < n && run_before(b, heap[left + 1], heap[least]))
            least = left + 1;
        if (least == at)
            return;
        r = heap[at];
        heap[at] = heap[least];
        heap[least] = r;
        at = least;
    }
}

static int heap_make(EdmBuild *b, Run **heap) {
    size_t room = b->cap / b->n_runs;

    for (size_t i = 0; i < b->n_runs; i++) {
        Run *r = &b->runs[i];
        int e;

        r->block = b->buffer + i * room * b->head.entry_bytes;
        r->room = room;
        e = run_fill(b, r);
        if (e < 0)
            return e;
        heap[i] = r;
    }
    for (size_t i = b->n_runs / 2; i-- > 0;)
        heap_sink(b, heap, b->n_runs, i);
    return 0;
}

/* ---- the table ---- */

static void filter_add(EdmBuild *b, const uint8_t *hash) {
    uint8_t *block = b->filter + edm_block(hash, b->head.filter_bytes);
    uint16_t bits[EDM_PROBES];

    edm_bits(hash, bits);
    for (size_t i = 0; i < EDM_PROBES; i++)
        block[bits[i] >> 3] |= (uint8_t)(1u << (bits[i] & 7));
}

static int out_flush(EdmBuild *b) {
    int r = buf_error(&b->out);

    if (r == 0)
        r = file_write(b->draft.fd, buf_as_span(&b->out));
    buf_clear(&b->out);
    return r;
}

/* What is the same as the one before is left out. */
static int entry_put(EdmBuild *b, const uint8_t *entry, uint8_t *last) {
    size_t bytes = b->head.entry_bytes;

    if (b->head.rows && memcmp(entry, last, bytes) == 0)
        return 0;
    memcpy(last, entry, bytes);
    b->head.rows++;
    filter_add(b, entry);
    buf_add(&b->out, entry, bytes);
    return b->out.n >= OUT_BYTES ? out_flush(b) : 0;
}

static int merge(EdmBuild *b) {
    uint8_t last[EDM_PRIMARY + EDM_COLUMNS * EDM_OTHER] = {0};
    _cleanup_(free_p) Run **heap = calloc(b->n_runs + 1, sizeof(*heap));
    size_t n = b->n_runs;
    int r = heap ? 0 : -ENOMEM;

    if (r == 0 && n)
        r = heap_make(b, heap);
    while (r == 0 && n) {
        Run *top = heap[0];

        r = entry_put(b, run_head(b, top), last);
        if (r == 0 && ++top->next == top->n && top->at < top->end)
            r = run_fill(b, top);
        if (top->next == top->n)
            heap[0] = heap[--n];
        heap_sink(b, heap, n, 0);
    }
    return r < 0 ? r : out_flush(b);
}

static int filter_make(EdmBuild *b) {
    uint64_t bytes = b->written * FILTER_BITS / 8;

    bytes = (bytes / EDM_BLOCK + 1) * EDM_BLOCK;
    b->head.filter_bytes = bytes < EDM_FILTER_MAX ? bytes : EDM_FILTER_MAX;
    b->filter = calloc(1, b->head.filter_bytes);
    return b->filter ? 0 : -ENOMEM;
}

/* Header and filter are known last and stand first. */
static int table_write(EdmBuild *b) {
    int r = filter_make(b);

    if (r == 0 && lseek(b->draft.fd, (off_t)(EDM_HEADER + b->head.filter_bytes), SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = merge(b);
    if (r == 0 && lseek(b->draft.fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = file_write(b->draft.fd, span(&b->head, sizeof(b->head)));
    return r < 0 ? r : file_write(b->draft.fd, span(b->filter, b->head.filter_bytes));
}

int edm_build_end(EdmBuild *b, Error *reterr, uint64_t *ret_rows) {
    int r;

    run_write(b);
    r = b->error ? b->error : table_write(b);
    if (r < 0)
        return error_errno(reterr, r, "cannot write the table");
    *ret_rows = b->head.rows;
    return file_draft_commit(&b->draft, reterr);
}
