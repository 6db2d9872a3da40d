/* Batch, Directory: see batch.h. One allocation a batch, one a directory. */
#include "source/batch.h"

int directory_new(int fd, Span path, Directory **ret) {
    Directory *d = path.n <= UNIT_PATH_MAX ? malloc(sizeof(*d) + path.n + 1) : NULL;

    if (!d) {
        if (fd >= 0)
            fd_close(fd);
        return -ENOMEM;
    }
    *d = (Directory){.fd = fd, .path_n = path.n};
    ref_init(&d->ref);
    if (path.n)
        memcpy(d->path, path.at, path.n);
    d->path[path.n] = 0;
    *ret = d;
    return 0;
}

Directory *directory_ref(Directory *d) {
    ref_take(&d->ref);
    return d;
}

Directory *directory_unref(Directory *d) {
    if (d && ref_drop(&d->ref)) {
        if (d->fd >= 0)
            fd_close(d->fd);
        free(d);
    }
    return NULL;
}

Batch *batch_free(Batch *b) {
    if (b) {
        directory_unref(b->dir);
        free(b);
    }
    return NULL;
}

Span batch_name(const Batch *b, size_t i) {
    return span(b->names + b->at[i], b->at[i + 1] - b->at[i] - 1);
}

void batch_path(const Batch *b, size_t i, Buf *path) {
    if (b->dir->file_root)
        return;
    if (b->dir->path_n) {
        buf_add(path, b->dir->path, b->dir->path_n);
        buf_byte(path, '/');
    }
    buf_span(path, batch_name(b, i));
}

void batch_draft_done(BatchDraft *d) {
    buf_done(&d->names);
    *d = (BatchDraft){0};
}

bool batch_draft_add(BatchDraft *d, Span name) {
    buf_span(&d->names, name);
    buf_byte(&d->names, 0);
    d->at[++d->n] = (uint32_t)d->names.n;
    return d->n == BATCH_FILES_MAX;
}

int batch_draft_take(BatchDraft *d, Directory *dir, Batch **ret) {
    Batch *b = NULL;

    if (d->n) {
        b = buf_error(&d->names) < 0 ? NULL : malloc(sizeof(*b) + d->names.n);
        if (!b)
            return -ENOMEM;
        b->dir = directory_ref(dir);
        b->n = d->n;
        memcpy(b->at, d->at, (d->n + 1) * sizeof(d->at[0]));
        memcpy(b->names, d->names.at, d->names.n);
        d->n = 0;
        buf_clear(&d->names);
    }
    *ret = b;
    return 0;
}
