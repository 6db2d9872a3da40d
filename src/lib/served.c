/* Served: see served.h. */
#include "lib/served.h"

#include "lib/principals.h"
#include "source/share.h"

static bool is_beneath(const char *path, const char *top) {
    size_t n = strlen(top);

    return strcmp(top, "/") == 0 ||
           (strncmp(path, top, n) == 0 && (path[n] == 0 || path[n] == '/'));
}

/* A root by its whole name; what cannot be looked up is not read either. */
static bool touches(const char *path, const char *const *roots, size_t n) {
    for (size_t i = 0; i < n; i++) {
        _cleanup_(free_p) char *root = realpath(roots[i], NULL);

        if (root && (is_beneath(path, root) || is_beneath(root, path)))
            return true;
    }
    return false;
}

static StoreShare share_of(const Share *s) {
    StoreShare to = {.nfs = s->nfs,
                     .name = s->name,
                     .path = span_of(s->path),
                     .guest = s->guest,
                     .read_only = s->read_only,
                     .restricted = s->restricted,
                     .who = s->who,
                     .root_squash = s->root_squash,
                     .all_squash = s->all_squash,
                     .has_acts_as = true,
                     .acts_as = s->anonymous};

    if (s->acts_as[0])
        to.has_acts_as = principals_uid(s->acts_as, &to.acts_as);
    return to;
}

static void take(const Shares *from, const char *const *roots, size_t n_roots, Served *to) {
    for (size_t i = 0; i < from->n; i++) {
        if (touches(from->at[i].path, roots, n_roots))
            to->shares[to->n++] = share_of(&from->at[i]);
    }
}

static StoreNote note_of(const char *what, int r, size_t n) {
    return (StoreNote){.kind = "shares",
                       .subject = span_of(what),
                       .count = n,
                       .detail = r < 0 ? "could not be read"
                                 : n   ? "read"
                                       : "nothing is given out"};
}

static const char *usual(const char *given, const char *otherwise) {
    return given ? given : otherwise;
}

int served_find(const ServedFiles *f, const char *const *roots, size_t n_roots, Arena *a,
                Served *ret) {
    Shares samba = {0}, exports = {0};
    int rs = samba_read(usual(f->samba, "/etc/samba/smb.conf"), a, &samba);
    int re = exports_read(usual(f->exports, "/etc/exports"), a, &exports);

    if (re == 0)
        re = exports_read_directory(usual(f->exports_directory, "/etc/exports.d"), a, &exports);
    *ret = (Served){.shares = arena_array(a, samba.n + exports.n + 1, sizeof(*ret->shares))};
    if (!ret->shares || rs == -ENOMEM || re == -ENOMEM)
        return -ENOMEM;
    take(&samba, roots, n_roots, ret);
    take(&exports, roots, n_roots, ret);
    ret->notes[0] = note_of("samba", rs, samba.n);
    ret->notes[1] = note_of("nfs", re, exports.n);
    return 0;
}
