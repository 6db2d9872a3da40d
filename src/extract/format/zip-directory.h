/*
 * Zip directory: what the end of a zip says is in it (PKWARE APPNOTE 4.3.12 to 4.3.16).
 *
 * Found from the end record, which may have a comment behind it and a program before the archive.
 * Entries are sorted by the place of their local headers, which is the order to read them in. All
 * of it is hostile: places and sizes are claims. The directory is held in memory, up to a limit.
 */
#pragma once

#include "extract/feed.h"

typedef struct ZipEntry {
    uint64_t at;           /* of its local header in the feed */
    uint64_t size, packed; /* as declared */
    uint32_t crc;
    uint32_t record; /* of it in the directory's bytes, or ZIP_NO_RECORD */
    uint16_t method, flags;
    uint16_t mode; /* of Unix; 0: not known */
} ZipEntry;

typedef struct ZipDirectory {
    Buf bytes;
    uint64_t at, end; /* of the directory in the feed; behind the end record and its comment */
    uint64_t comment; /* of the archive: where it begins; it ends at `end` */
    ZipEntry *entries;
    size_t n;
    bool damaged; /* it does not hold what it says */
} ZipDirectory;

#define ZIP_NO_RECORD UINT32_MAX

enum { ZIP_LOCAL = 30, ZIP_CENTRAL = 46, ZIP_END = 22 };

/* 0; -EBADMSG: there is none; another error of the feed; -ENOMEM. */
int zip_directory_read(Feed *f, ZipDirectory *ret);
void zip_directory_done(ZipDirectory *d);

Span zip_entry_name(const ZipDirectory *d, const ZipEntry *e);
Span zip_entry_comment(const ZipDirectory *d, const ZipEntry *e);
int64_t zip_entry_time(const ZipDirectory *d, const ZipEntry *e); /* ns; INT64_MIN: none */

/* A local header and its name, for an entry that no directory names; false: it is none. */
bool zip_local_parse(Span s, uint64_t at, ZipEntry *ret, int64_t *ret_time);

static inline uint16_t zip16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t zip32(const uint8_t *at) {
    return zip16(at) | (uint32_t)zip16(at + 2) << 16;
}

static inline uint64_t zip64(const uint8_t *at) {
    return zip32(at) | (uint64_t)zip32(at + 4) << 32;
}
