/*
 * Package: a zip whose members are read by name and in any order, as documents need it.
 *
 * Its list of members is what the central directory says and what lies between: a member that only
 * its local header tells of is in the list too (`hidden`), and without a directory, as in a file
 * that was cut, the local headers make the whole list. Bytes of the file that belong to nothing are
 * its gaps. Nothing is allocated or sought by a size that is only declared.
 *
 * Borrows the feed, which can be read at any offset. One thread; one Stream at a time reads well,
 * several are allowed. Sizes and names are hostile. PKWARE APPNOTE 6.3.9 is cited by section.
 */
#pragma once

#include "base/arena.h"
#include "extract/extract.h"

enum {
    PACKAGE_MEMBERS_MAX = 1000000,
    PACKAGE_NAMES_MAX = 64 << 20, /* bytes of all names */
};

typedef struct Member {
    Span name;       /* as in the file; the package owns it */
    uint64_t header; /* where its local header lies */
    uint64_t data;   /* ... and its bytes */
    uint64_t packed; /* how many, never beyond the end of the file */
    uint64_t size;   /* unpacked, as declared; FEED_SIZE_UNKNOWN */
    int64_t mtime;   /* ns since 1970; INT64_MIN unknown */
    uint32_t crc;
    uint16_t method, flags;
    uint8_t kind;      /* free for who reads the package; 0 at first */
    bool hidden : 1;   /* not in the directory */
    bool overlaps : 1; /* its bytes are another's: not to be read twice */
    bool cut : 1;      /* the file ends before it does, or it has no local header */
    bool taken : 1;    /* free for who reads the package */
} Member;

typedef struct Gap {
    uint64_t from, to;
} Gap;

typedef struct Package {
    Feed *feed;
    uint64_t size; /* of the feed */
    Member *members;
    size_t n;
    Gap *gaps;
    size_t n_gaps;
    bool no_directory; /* cut, or its end overwritten */
    bool too_many;     /* more than PACKAGE_MEMBERS_MAX: the rest is in gaps */
    bool sorted;
    uint32_t *by_name; /* members in order of folded name */
    Arena names;
} Package;

/* Reads the list. 0 or negative; a file with no member at all has n == 0. */
int package_open(Feed *f, Package **ret);
Package *package_free(Package *p);
DEFINE_CLEANUP(Package, package_free)

/* By name, whatever its case, with or without a leading slash; NULL: there is none. */
Member *package_find(Package *p, Span name);

/* Its bytes cannot be had, and why: encrypted, a method we have no decoder for, read already. */
bool package_barred(const Member *m, Status *ret);

/* A member's bytes. Its feed gives -EBADMSG where they are damaged, at last by their checksum. */
typedef struct Stream {
    Feed feed;
    struct Inflate *inflate;
} Stream;

int stream_open(Package *p, const Member *m, Stream *ret);
void stream_close(Stream *s);

/*
 * The word for the document that a zip is, as sniff() would give it, by its members: "docx",
 * "xlsx", "xlsb", "pptx", "ooxml" (another of that family), "odf"; NULL: none. *ret_error negative
 * when it could not be told. For readers of zip that met one which does not begin like a document.
 */
const char *package_kind(Feed *f, int *ret_error);
