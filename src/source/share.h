/*
 * Share: what this host gives to others: NFS exports and Samba shares, from their files.
 *
 * exports(5) and smb.conf(5) are read tolerantly, since the servers are: what cannot be understood
 * is passed over, never a reason to fail. Nothing is asked of a server. Files are bounded; a path
 * with a variable of Samba (%U) is cut before the component that has it, and counts as all that is
 * beneath. What an export says to several clients is told of the widest of them. Any thread;
 * strings live in the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum { SHARES_MAX = 4096, SHARE_WHO_MAX = 512 };

typedef struct Share {
    const char *name; /* of Samba; "" of an export */
    const char *path; /* absolute */
    bool nfs;
    bool guest; /* no account is asked for; of an export: to every host, without Kerberos */
    bool read_only;
    bool restricted; /* to valid users (Samba), to some hosts (NFS) */
    bool root_squash, all_squash;
    const char *who; /* the users or clients as they stand there, cut at SHARE_WHO_MAX; "" all */
    const char *acts_as; /* the account of a guest, by its name; "": see anonymous */
    uint32_t anonymous;  /* uid of who is squashed: 65534 where nothing else is said */
} Share;

typedef struct Shares {
    Share *at; /* SHARES_MAX of them; NULL before the first */
    size_t n;
} Shares;

/* What is read is added. A file that is not there has none; other failures are errors. */
int exports_read(const char *file, Arena *a, Shares *to);
int exports_read_directory(const char *directory, Arena *a, Shares *to); /* *.exports in it */
int samba_read(const char *file, Arena *a, Shares *to);
