/* Scope: see scope.h. */
#include "schedule/scope.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "source/beneath.h"
#include "source/mount.h"
#include "source/share.h"

/* ---- covering ---- */

/* Whether `path` is `top` or lies beneath it, by their names. */
static bool is_beneath(const char *path, const char *top) {
    size_t n = strlen(top);

    while (n > 1 && top[n - 1] == '/')
        n--;
    if (n == 1 && top[0] == '/')
        return true;
    return strncmp(path, top, n) == 0 && (path[n] == 0 || path[n] == '/');
}

static bool is_same(const char *path, const char *top) {
    return is_beneath(path, top) && is_beneath(top, path);
}

static PlaceCover cover_of(PlaceKind kind, const char *path, const ScopeRoot *roots, size_t n) {
    PlaceCover cover = COVER_NONE;

    for (size_t i = 0; i < n; i++) {
        bool whole = is_same(path, roots[i].path);

        if (is_beneath(path, roots[i].path))
            whole |= kind != PLACE_MOUNT || roots[i].cross_filesystems;
        if (whole)
            return COVER_WHOLE;
        if (is_beneath(roots[i].path, path))
            cover = COVER_PART;
    }
    return cover;
}

/* ---- places ---- */

typedef struct Search {
    ScopePlace *places;
    size_t n;
    const ScopeRoot *roots;
    size_t n_roots;
} Search;

static void place_add(Search *s, PlaceKind kind, const char *path, const char *name) {
    s->places[s->n++] = (ScopePlace){.kind = kind,
                                     .path = path,
                                     .name = name,
                                     .cover = cover_of(kind, path, s->roots, s->n_roots)};
}

/* A file that is mounted on a file, as containers do it; asked of what is cached. */
static bool is_file(const char *path) {
    FileMeta m;

    return meta_cached(AT_FDCWD, path, &m) == 0 && !S_ISDIR(m.mode);
}

/* The same of a device, mounted twice, or hidden by another at the same place: once. */
static bool is_again(const MountPlace *mounts, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (strcmp(mounts[k].device, mounts[i].device) == 0 ||
            strcmp(mounts[k].point, mounts[i].point) == 0)
            return true;
    }
    return false;
}

static int place_cmp(const void *a, const void *b) {
    const ScopePlace *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return strcmp(x->path, y->path) ? strcmp(x->path, y->path) : strcmp(x->name, y->name);
}

static const char *usual(const char *given, const char *otherwise) {
    return given ? given : otherwise;
}

static int read_shares(const ScopeFiles *f, Arena *a, Error *reterr, Shares *exports,
                       Shares *shares) {
    int r = exports_read(usual(f->exports, "/etc/exports"), a, exports);

    if (r == 0)
        r = exports_read_directory(usual(f->exports_directory, "/etc/exports.d"), a, exports);
    if (r < 0)
        return error_errno(reterr, r, "cannot read what NFS exports");
    r = samba_read(usual(f->samba, "/etc/samba/smb.conf"), a, shares);
    return r < 0 ? error_errno(reterr, r, "cannot read what Samba shares") : 0;
}

int scope_find(const ScopeFiles *files, const ScopeRoot *roots, size_t n_roots, Arena *a,
               Error *reterr, ScopePlace **ret, size_t *ret_n) {
    Search s = {.roots = roots, .n_roots = n_roots};
    Shares exports = {0}, shares = {0};
    MountPlace *mounts;
    size_t n;
    int r = mount_list(files->mounts, a, &mounts, &n);

    if (r < 0)
        return error_errno(reterr, r, "cannot read the table of mounts");
    r = read_shares(files, a, reterr, &exports, &shares);
    if (r < 0)
        return r;
    s.places = arena_array(a, n + exports.n + shares.n + 1, sizeof(*s.places));
    if (!s.places)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!is_again(mounts, i) && !is_file(mounts[i].point))
            place_add(&s, PLACE_MOUNT, mounts[i].point, mounts[i].type);
    }
    for (size_t i = 0; i < exports.n; i++)
        place_add(&s, PLACE_EXPORT, exports.at[i].path, "");
    for (size_t i = 0; i < shares.n; i++)
        place_add(&s, PLACE_SHARE, shares.at[i].path, shares.at[i].name);
    qsort(s.places, s.n, sizeof(*s.places), place_cmp);
    *ret = s.places;
    *ret_n = s.n;
    return 0;
}

void scope_print_kind(const ScopePlace *p, char *ret_text, size_t n) {
    switch (p->kind) {
    case PLACE_MOUNT:
        snprintf(ret_text, n, "mount (%s)", p->name);
        break;
    case PLACE_EXPORT:
        snprintf(ret_text, n, "NFS export");
        break;
    case PLACE_SHARE:
        snprintf(ret_text, n, "Samba share [%s]", p->name);
        break;
    }
}
