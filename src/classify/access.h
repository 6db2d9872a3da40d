/*
 * Access: who may read an object: from modes, ACLs and the search permission of all directories
 * above it.
 *
 * Owner < group < any_user < world, or unknown. `group`: the owning group, or a user or a group
 * that an ACL names; `any_user`: every user of the host, by the last three bits of the mode;
 * `world`: without an account, by a guest's share or an export to every host, which is known only
 * where smb.conf and exports of the filer were read. The level is that of the narrowest of the
 * object and the directories above, up to `/`, so it is an upper bound: two groups in a row may
 * have no member in common. Root reads everything, which no level says.
 *
 * Where a mount invents modes (cifs, vfat, most of FUSE) the answer is unknown: no guess from bits
 * that nobody set. ACLs are POSIX ones in the kernel's own form (linux/posix_acl_xattr.h); those of
 * NFSv4 and of SMB are not seen. Pure functions; a trail belongs to one thread.
 */
#pragma once

#include "base/buf.h"
#include "rule/fact.h"

/* "owner", "group", "any_user", "world": as in files and reports. */
const char *exposure_name(CaseExposure e);

/* What the file system says of a file or directory. */
typedef struct AccessFacts {
    uint32_t mode, uid, gid;
    Span acl; /* system.posix_acl_access; empty: none, or none that differs from the mode */
} AccessFacts;

enum { ACCESS_READ = 4, ACCESS_SEARCH = 1 };

/* Who has the permission, by this one alone: never the world. */
CaseExposure access_level(const AccessFacts *f, unsigned permission);

/* What a server of this very host gives out. */
typedef struct AccessShare {
    Span path;        /* absolute */
    bool export;      /* by NFS, else by Samba */
    bool guest;       /* Samba: without an account; NFS: to every host, without Kerberos */
    bool restricted;  /* Samba: valid users; then a guest does not pass */
    bool all_squash;  /* NFS: whoever it is becomes acts_as */
    bool root_squash; /* NFS: root becomes acts_as */
    uint32_t acts_as; /* uid of the guest, or of who is squashed */
} AccessShare;

/* A directory on the way down. Internal to the trail. */
typedef struct AccessStep {
    AccessFacts facts; /* acl: empty; its bytes are those before acl_n in the trail */
    size_t path_n, acl_n;
    CaseExposure level; /* of this directory and all above */
    size_t narrowest;
} AccessStep;

/* The directories from `/` down to where objects are judged; {0} is empty. */
typedef struct AccessTrail {
    Buf path, acls;
    AccessStep *steps;
    size_t n, cap;
} AccessTrail;

void access_trail_done(AccessTrail *t);

/*
 * The next directory, by its absolute path. What it does not lie beneath is left; the one right
 * above it must have been entered before, else it is kept out, and what lies in it is unknown.
 */
int access_enter(AccessTrail *t, Span path, const AccessFacts *f);

/*
 * How many bytes of that absolute path the trail leads along already; what it does not lie beneath
 * is left. 0: the trail is empty, and "/" comes first.
 */
size_t access_common(AccessTrail *t, Span path);

typedef struct Access {
    bool known;
    CaseExposure exposure; /* if known */
    char reason[160];      /* words of ours and numbers: no name of anything */
    bool acl;              /* the object itself has one */
} Access;

/* The name of its exposure, or "unknown". */
const char *access_word(const Access *a);

/* An object in the directory of that absolute path. */
void access_judge(const AccessTrail *t, Span directory, const AccessFacts *object,
                  const AccessShare *shares, size_t n_shares, Access *ret);

/* Whether the mount of that type makes its modes up; NULL where it does not, else why. */
const char *access_invented(const char *fs_type, const char *mount_options);
