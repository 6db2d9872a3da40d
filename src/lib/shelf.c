/* Shelf: see shelf.h. */
#include "lib/shelf.h"

#include "base/file.h"
#include "evidence/ledger.h"
#include "evidence/stamp.h"

enum { FLUSH_BYTES = 256 << 10 };

int shelf_open(const char *store, Error *reterr, char **ret) {
    char *path;
    int r;

    if (asprintf(&path, "%s.evidence", store) < 0)
        return -ENOMEM;
    r = directory_make_private(path, reterr);
    if (r < 0) {
        free(path);
        return r;
    }
    *ret = path;
    return 0;
}

static int path_of(const char *directory, const char *name, char **ret) {
    if (asprintf(ret, "%s/%s", directory, name) < 0) {
        *ret = NULL;
        return -ENOMEM;
    }
    return 0;
}

static int put_public(const char *directory, const Seal *seal, Error *reterr) {
    _cleanup_(free_p) char *path = NULL;
    _cleanup_(buf_done) Buf pem = {0}, there = {0};
    int r = path_of(directory, "seal.pem", &path);

    seal_pem_print(seal_public(seal), &pem);
    if (r == 0)
        r = buf_error(&pem);
    if (r == 0 && file_read(path, 4096, NULL, &there) == 0 &&
        span_eq(buf_as_span(&there), buf_as_span(&pem)))
        return 0;
    return r < 0 ? r : file_replace_unsynced(path, buf_as_span(&pem), 0444, reterr);
}

int shelf_put(const char *directory, const char *name, Span bytes, const Seal *seal,
              Error *reterr) {
    _cleanup_(free_p) char *path = NULL;
    int r;

    if ((r = path_of(directory, name, &path)) < 0 ||
        (r = put_public(directory, seal, reterr)) < 0 ||
        (r = file_replace_unsynced(path, bytes, 0600, reterr)) < 0)
        return r;
    return stamp_make(path, seal, reterr);
}

static int ledger_write(Store *s, int fd, Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    _cleanup_(buf_done) Buf lines = {0};
    StoreEntry e;
    int r = entry_cursor_open(s, 1, reterr, &c);

    while (r >= 0 && (r = entry_cursor_step(c, reterr, &e)) > 0) {
        r = ledger_print(&e, &lines);
        buf_byte(&lines, '\n');
        if (r == 0 && lines.n >= FLUSH_BYTES) {
            r = file_write(fd, buf_as_span(&lines));
            buf_clear(&lines);
        }
    }
    if (r == 0)
        r = buf_error(&lines);
    return r < 0 ? r : file_write(fd, buf_as_span(&lines));
}

int shelf_put_ledger(const char *directory, Store *s, const Seal *seal, Error *reterr) {
    _cleanup_(file_draft_done) FileDraft d = FILE_DRAFT_NONE;
    _cleanup_(free_p) char *path = NULL;
    int r = path_of(directory, "ledger.jsonl", &path);

    if (r == 0)
        r = put_public(directory, seal, reterr);
    if (r == 0)
        r = file_draft_open(path, 0600, reterr, &d);
    if (r < 0)
        return r;
    d.unsynced = true;
    r = ledger_write(s, d.fd, reterr);
    if (r < 0)
        return error_errno(reterr, r, "cannot write '%s'", path);
    r = file_draft_commit(&d, reterr);
    return r < 0 ? r : stamp_make(path, seal, reterr);
}
