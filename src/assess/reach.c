/* Reach: see reach.h. */
#include "assess/reach.h"

#include "store/query.h"
#include "store/share.h"

enum { NOBODY = 65534 };

void reach_done(Reach *r) {
    access_trail_done(&r->trail);
    buf_done(&r->directory);
    buf_done(&r->acl);
    arena_done(&r->arena);
    *r = (Reach){0};
}

/* ---- of the run ---- */

/* On another machine's disks, as far as the type tells. */
static bool is_remote(const char *type) {
    static const char *const types[] = {"nfs", "nfs4", "cifs", "smb3", "afs", "ceph", "9p"};

    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        if (strcmp(type, types[i]) == 0)
            return true;
    }
    return strncmp(type, "fuse", 4) == 0;
}

static int roots_load(Reach *r, Error *reterr) {
    RootRow *rows;
    size_t n;
    int e = query_roots(r->store, r->run, &r->arena, reterr, &rows, &n);

    r->roots = e == 0 ? arena_array(&r->arena, n + 1, sizeof(*r->roots)) : NULL;
    if (e < 0 || !r->roots)
        return e < 0 ? e : -ENOMEM;
    for (size_t i = 0; i < n; i++)
        r->roots[i] = (ReachRoot){rows[i].path, rows[i].number,
                                  access_invented(rows[i].fs_type, rows[i].mount_options),
                                  is_remote(rows[i].fs_type)};
    r->n_roots = n;
    return 0;
}

static int shares_load(Reach *r, Error *reterr) {
    StoreShare *rows;
    size_t n;
    int e = query_shares(r->store, r->run, &r->arena, reterr, &rows, &n);

    r->shares = e == 0 ? arena_array(&r->arena, n + 1, sizeof(*r->shares)) : NULL;
    if (e < 0 || !r->shares)
        return e < 0 ? e : -ENOMEM;
    for (size_t i = 0; i < n; i++)
        r->shares[i] = (AccessShare){.path = rows[i].path,
                                     .export = rows[i].nfs,
                                     .guest = rows[i].guest,
                                     .restricted = rows[i].restricted,
                                     .all_squash = rows[i].all_squash,
                                     .root_squash = rows[i].root_squash,
                                     .acts_as = rows[i].has_acts_as ? rows[i].acts_as : NOBODY};
    r->n_shares = n;
    return 0;
}

int reach_init(Reach *r, Store *s, int64_t run, Error *reterr) {
    int e;

    *r = (Reach){.store = s, .run = run};
    e = roots_load(r, reterr);
    return e < 0 ? e : shares_load(r, reterr);
}

const ReachRoot *reach_root(const Reach *r, Span path) {
    for (size_t i = 0; i < r->n_roots; i++) {
        if (span_eq(r->roots[i].path, path))
            return &r->roots[i];
    }
    return NULL;
}

/* ---- the way down ---- */

/* One directory on it, by its absolute path: what it is called below the root, or above it. */
static int enter_one(Reach *r, const ReachRoot *root, Span absolute, Error *reterr) {
    Span below = absolute;
    StoreDirectory d;
    int e;

    if (absolute.n >= root->path.n) {
        size_t n = root->path.n == 1 ? 1 : root->path.n + 1;

        below = absolute.n > n ? span(absolute.at + n, absolute.n - n) : span(absolute.at, 0);
    }
    e = query_directory(r->store, r->run, root->number, below, &r->acl, reterr, &d);
    if (e <= 0)
        return e;
    return access_enter(&r->trail, absolute, &(AccessFacts){d.mode, d.uid, d.gid, d.acl});
}

/* All directories down to r->directory; those that the trail has already are kept. */
static int enter_all(Reach *r, const ReachRoot *root, Error *reterr) {
    Span path = buf_as_span(&r->directory);
    size_t have = access_common(&r->trail, path);
    int e = have ? 0 : enter_one(r, root, span(path.at, 1), reterr);

    for (size_t i = have ? have : 1; e == 0 && i < path.n;) {
        size_t next = i + (path.at[i] == '/');

        while (next < path.n && path.at[next] != '/')
            next++;
        e = enter_one(r, root, span(path.at, next), reterr);
        i = next;
    }
    return e;
}

/* The directory of an object, absolute; false: the object has none that we could know. */
static bool directory_of(const ReachRoot *root, Span path, Buf *to) {
    const uint8_t *nul = path.n ? memchr(path.at, 0, path.n) : NULL, *slash;
    Span file = span(path.at, nul ? (size_t)(nul - path.at) : path.n);

    if (!root->path.n || root->path.at[0] != '/')
        return false;
    buf_clear(to);
    buf_span(to, root->path);
    slash = file.n ? memrchr(file.at, '/', file.n) : NULL;
    if (slash) {
        if (root->path.n > 1)
            buf_byte(to, '/');
        buf_add(to, file.at, (size_t)(slash - file.at));
    }
    if (!file.n) { /* the root is the file */
        slash = memrchr(to->at, '/', to->n);
        to->n = slash && slash != to->at ? (size_t)(slash - to->at) : 1;
    }
    return true;
}

int reach_judge(Reach *r, Span root_path, Span path, const FileMeta *meta, Span acl, Error *reterr,
                Access *ret) {
    const ReachRoot *root = reach_root(r, root_path);
    _cleanup_(buf_done) Buf directory = {0};
    int e = 0;

    *ret = (Access){0};
    if (!root || !directory_of(root, path, &directory) || !meta->mode) {
        snprintf(ret->reason, sizeof(ret->reason), "nothing is known of its permissions");
        return buf_error(&directory);
    }
    if (root->invented) {
        snprintf(ret->reason, sizeof(ret->reason), "%s", root->invented);
        return buf_error(&directory);
    }
    if (!r->entered || !span_eq(buf_as_span(&directory), buf_as_span(&r->directory))) {
        buf_clear(&r->directory);
        buf_span(&r->directory, buf_as_span(&directory));
        if (buf_error(&r->directory) < 0 || buf_error(&directory) < 0)
            return -ENOMEM;
        r->entered = true;
        e = enter_all(r, root, reterr);
    }
    if (e < 0)
        return e;
    access_judge(&r->trail, buf_as_span(&r->directory),
                 &(AccessFacts){meta->mode, meta->uid, meta->gid, acl}, r->shares, r->n_shares,
                 ret);
    return 0;
}
