/* Access: see access.h. */
#include "classify/access.h"

#include <sys/stat.h>

const char *exposure_name(CaseExposure e) {
    return fact_definition(CASE_EXPOSURE)->words[e];
}

const char *access_word(const Access *a) {
    return a->known ? exposure_name(a->exposure) : "unknown";
}

/* ---- ACLs ---- */

/* Tags and layout of linux/posix_acl.h and linux/posix_acl_xattr.h: a version (2), then entries of
 * tag, permissions and id, little-endian. */
enum {
    ACL_HEADER = 4,
    ACL_ENTRY = 8,
    ACL_VERSION = 2,
    TAG_USER = 0x02,
    TAG_GROUP_OBJ = 0x04,
    TAG_GROUP = 0x08,
    TAG_MASK = 0x10,
};

typedef struct AclEntry {
    unsigned tag, permissions;
    uint32_t id;
} AclEntry;

static unsigned two_bytes(const uint8_t *at) {
    return at[0] | (unsigned)at[1] << 8;
}

static size_t acl_entries(Span acl) {
    return acl.n > ACL_HEADER && two_bytes(acl.at) == ACL_VERSION ? (acl.n - ACL_HEADER) / ACL_ENTRY
                                                                  : 0;
}

static AclEntry acl_entry(Span acl, size_t i) {
    const uint8_t *at = acl.at + ACL_HEADER + i * ACL_ENTRY;

    return (AclEntry){two_bytes(at), two_bytes(at + 2),
                      two_bytes(at + 4) | (uint32_t)two_bytes(at + 6) << 16};
}

static unsigned acl_mask(Span acl) {
    for (size_t i = 0; i < acl_entries(acl); i++) {
        AclEntry e = acl_entry(acl, i);

        if (e.tag == TAG_MASK)
            return e.permissions;
    }
    return 7;
}

/* acl(5): the mask bounds the owning group and whoever is named. */
static bool acl_admits_some(Span acl, unsigned permission) {
    unsigned mask = acl_mask(acl);

    for (size_t i = 0; i < acl_entries(acl); i++) {
        AclEntry e = acl_entry(acl, i);

        if ((e.tag == TAG_USER || e.tag == TAG_GROUP_OBJ || e.tag == TAG_GROUP) &&
            e.permissions & mask & permission)
            return true;
    }
    return false;
}

/* 1, 0: it is named and may, may not; -1: it is not named. */
static int acl_admits_user(Span acl, uint32_t uid, unsigned permission) {
    for (size_t i = 0; i < acl_entries(acl); i++) {
        AclEntry e = acl_entry(acl, i);

        if (e.tag == TAG_USER && e.id == uid)
            return (e.permissions & acl_mask(acl) & permission) != 0;
    }
    return -1;
}

/* ---- one file or directory ---- */

static bool group_admitted(const AccessFacts *f, unsigned permission) {
    /* where there is an ACL these bits are its mask */
    return acl_entries(f->acl) ? acl_admits_some(f->acl, permission)
                               : (f->mode >> 3 & permission) != 0;
}

CaseExposure access_level(const AccessFacts *f, unsigned permission) {
    if (f->mode & permission)
        return EXPOSURE_ANY_USER;
    return group_admitted(f, permission) ? EXPOSURE_GROUP : EXPOSURE_OWNER;
}

/* A user of whom no groups are known. */
static bool user_admitted(const AccessFacts *f, uint32_t uid, unsigned permission) {
    int named = acl_admits_user(f->acl, uid, permission);

    if (uid == 0)
        return true;
    if (uid == f->uid)
        return f->mode >> 6 & permission;
    return named >= 0 ? named : (f->mode & permission) != 0;
}

/* A client without Kerberos says itself who it is (RFC 5531, AUTH_SYS): any user, any groups. */
static bool claim_admitted(const AccessFacts *f, uint32_t uid, unsigned permission) {
    return user_admitted(f, uid, permission) || f->mode & permission ||
           (uid != f->uid && group_admitted(f, permission));
}

/* ---- the trail ---- */

void access_trail_done(AccessTrail *t) {
    buf_done(&t->path);
    buf_done(&t->acls);
    free(t->steps);
    *t = (AccessTrail){0};
}

static Span step_path(const AccessTrail *t, const AccessStep *s) {
    return span(t->path.at, s->path_n);
}

static AccessFacts step_facts(const AccessTrail *t, size_t i) {
    size_t from = i ? t->steps[i - 1].acl_n : 0;
    AccessFacts f = t->steps[i].facts;

    f.acl = span(t->acls.at + from, t->steps[i].acl_n - from);
    return f;
}

static bool is_beneath(Span path, Span top) {
    if (path.n < top.n || (top.n && memcmp(path.at, top.at, top.n) != 0))
        return false;
    return path.n == top.n || (top.n == 1 && top.at[0] == '/') || path.at[top.n] == '/';
}

static bool is_child(Span path, Span top) {
    size_t from = top.n == 1 ? 1 : top.n + 1;

    return path.n > from && is_beneath(path, top) && !memchr(path.at + from, '/', path.n - from);
}

/* Leaves what the path is not beneath. */
static void trail_leave(AccessTrail *t, Span path) {
    while (t->n) {
        Span top = step_path(t, &t->steps[t->n - 1]);

        if (path.n > top.n && is_beneath(path, top))
            break;
        t->n--;
    }
}

static int trail_room(AccessTrail *t) {
    size_t cap = t->cap ? 2 * t->cap : 16;
    AccessStep *steps;

    if (t->n < t->cap)
        return 0;
    steps = reallocarray(t->steps, cap, sizeof(*steps));
    if (!steps)
        return -ENOMEM;
    t->steps = steps;
    t->cap = cap;
    return 0;
}

static bool is_root(Span path) {
    return path.n == 1 && path.at[0] == '/';
}

int access_enter(AccessTrail *t, Span path, const AccessFacts *f) {
    const AccessStep *above;
    AccessStep step = {.facts = *f, .level = access_level(f, ACCESS_SEARCH)};
    int r;

    trail_leave(t, path);
    above = t->n ? &t->steps[t->n - 1] : NULL;
    if (above ? !is_child(path, step_path(t, above)) : !is_root(path))
        return 0;
    step.narrowest = t->n;
    if (above && above->level <= step.level) {
        step.level = above->level;
        step.narrowest = above->narrowest;
    }
    step.facts.acl = span(NULL, 0);
    r = trail_room(t);
    if (r < 0)
        return r;
    t->acls.n = t->n ? t->steps[t->n - 1].acl_n : 0;
    buf_span(&t->acls, f->acl);
    buf_clear(&t->path);
    buf_span(&t->path, path);
    if (buf_error(&t->acls) < 0 || buf_error(&t->path) < 0)
        return -ENOMEM;
    step.path_n = path.n;
    step.acl_n = t->acls.n;
    t->steps[t->n++] = step;
    return 0;
}

size_t access_common(AccessTrail *t, Span path) {
    while (t->n && !is_beneath(path, step_path(t, &t->steps[t->n - 1])))
        t->n--;
    return t->n ? t->steps[t->n - 1].path_n : 0;
}

/* ---- shares ---- */

typedef bool Admits(const AccessFacts *f, uint32_t uid, unsigned permission);

/* Whether that user passes the directories from the one of path_n bytes on, and reads the object.
 */
static bool passes(const AccessTrail *t, size_t n_steps, size_t path_n, const AccessFacts *object,
                   Admits *admits, uint32_t uid) {
    for (size_t i = 0; i < n_steps; i++) {
        AccessFacts f = step_facts(t, i);

        if (t->steps[i].path_n >= path_n && !admits(&f, uid, ACCESS_SEARCH))
            return false;
    }
    return admits(object, uid, ACCESS_READ);
}

/* A server of NFS begins at the export: what lies above it bars no client. */
static const char *export_opens(const AccessTrail *t, size_t n_steps, const AccessFacts *object,
                                const AccessShare *s) {
    uint32_t uid = object->uid;

    if (s->all_squash)
        return passes(t, n_steps, s->path.n, object, user_admitted, s->acts_as)
                   ? "an export to every host, on which clients act as one user who may read it"
                   : NULL;
    if (uid == 0 && s->root_squash)
        uid = s->acts_as;
    return passes(t, n_steps, s->path.n, object, claim_admitted, uid)
               ? "an export to every host without Kerberos: a client says itself who it is"
               : NULL;
}

/* Why somebody without an account may read it over this share; NULL: not that we know. */
static const char *share_opens(const AccessTrail *t, size_t n_steps, const AccessFacts *object,
                               const AccessShare *s) {
    if (!s->guest || s->restricted)
        return NULL;
    if (s->export)
        return export_opens(t, n_steps, object, s);
    return passes(t, n_steps, 0, object, user_admitted, s->acts_as)
               ? "a share that guests may use, and the guest's user may read it"
               : NULL;
}

/* ---- an object ---- */

static const char *acl_word(Span acl) {
    return acl_entries(acl) ? " with an ACL" : "";
}

static void reason_print(const AccessTrail *t, size_t n_steps, const AccessFacts *object,
                         CaseExposure own, Access *ret) {
    static const char *const who[N_EXPOSURES] = {
        [EXPOSURE_OWNER] = "only the owner",
        [EXPOSURE_GROUP] = "its group, or whom the ACL names,",
        [EXPOSURE_ANY_USER] = "everybody on the host",
    };
    const AccessStep *last = &t->steps[n_steps - 1];
    unsigned mode = object->mode & 07777;

    if (last->level < own) {
        AccessFacts f = step_facts(t, last->narrowest);

        snprintf(ret->reason, sizeof(ret->reason),
                 "mode %04o%s, but %s may search a directory above it (mode %04o%s)", mode,
                 acl_word(object->acl), who[last->level], f.mode & 07777, acl_word(f.acl));
    } else if (own == EXPOSURE_ANY_USER) {
        snprintf(ret->reason, sizeof(ret->reason),
                 "mode %04o%s, and every directory above may be searched by all", mode,
                 acl_word(object->acl));
    } else {
        snprintf(ret->reason, sizeof(ret->reason), "mode %04o%s: %s may read it", mode,
                 acl_word(object->acl), who[own]);
    }
}

/* How many steps lead to that directory; 0: not all of them were told. */
static size_t steps_to(const AccessTrail *t, Span directory) {
    for (size_t n = t->n; n; n--) {
        if (span_eq(step_path(t, &t->steps[n - 1]), directory))
            return n;
    }
    return 0;
}

void access_judge(const AccessTrail *t, Span directory, const AccessFacts *object,
                  const AccessShare *shares, size_t n_shares, Access *ret) {
    CaseExposure own = access_level(object, ACCESS_READ);
    size_t n_steps = steps_to(t, directory);

    *ret = (Access){.acl = acl_entries(object->acl) > 0};
    if (!n_steps) {
        snprintf(ret->reason, sizeof(ret->reason), "the directories above it were not seen");
        return;
    }
    ret->known = true;
    ret->exposure = t->steps[n_steps - 1].level < own ? t->steps[n_steps - 1].level : own;
    reason_print(t, n_steps, object, own, ret);
    for (size_t i = 0; i < n_shares; i++) {
        const char *why = is_beneath(directory, shares[i].path)
                              ? share_opens(t, n_steps, object, &shares[i])
                              : NULL;

        if (!why)
            continue;
        ret->exposure = EXPOSURE_WORLD;
        snprintf(ret->reason, sizeof(ret->reason), "mode %04o%s; %s", object->mode & 07777,
                 acl_word(object->acl), why);
        return;
    }
}

/* ---- mounts ---- */

static bool is_one_of(const char *word, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, list[i]) == 0)
            return true;
    }
    return false;
}

const char *access_invented(const char *type, const char *options) {
    static const char *const smb[] = {"cifs", "smb3"};
    static const char *const foreign[] = {"vfat", "exfat", "msdos",   "ntfs", "ntfs3", "fuseblk",
                                          "9p",   "afs",   "iso9660", "udf",  "hfs"};
    /* those whose servers keep modes as a disk does */
    static const char *const honest[] = {"fuse.glusterfs", "fuse.ceph",    "fuse.ceph-fuse",
                                         "fuse.juicefs",   "fuse.mfs",     "fuse.moosefs",
                                         "fuse.lizardfs",  "fuse.mergerfs"};

    if (is_one_of(type, smb, N_ELEMENTS(smb)) && !strstr(options, "posix"))
        return "the mount makes modes up: the server's permissions are not seen";
    if (is_one_of(type, foreign, N_ELEMENTS(foreign)))
        return "the file system has no modes: those of the mount mean nothing";
    if (strncmp(type, "fuse", 4) == 0 && !is_one_of(type, honest, N_ELEMENTS(honest)))
        return "a FUSE file system may make modes up";
    return NULL;
}
