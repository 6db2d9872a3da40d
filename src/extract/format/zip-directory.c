/* Zip directory: see zip-directory.h. */
#include "extract/format/zip-directory.h"

#include <time.h>

enum {
    COMMENT_MAX = 65535,
    LOCATOR = 20, /* of the zip64 end record, right before the end record */
    END64 = 56,
    TAIL = ZIP_END + COMMENT_MAX + LOCATOR + END64,
    DIRECTORY_LIMIT = 128 << 20,
};

#define SECOND     INT64_C(1000000000)
#define NTFS_EPOCH INT64_C(11644473600) /* seconds from 1601 to 1970 */

static bool is(const uint8_t *at, const char *signature) {
    return memcmp(at, signature, 4) == 0;
}

/* ---- the end record ---- */

typedef struct End {
    uint64_t at;      /* of what the directory stands before */
    uint64_t comment; /* behind the end record */
    uint64_t end;
    uint64_t n, size, offset; /* as said */
} End;

/* The zip64 end record says what does not fit; its place is told, and is wrong behind a program. */
static void end64(Feed *f, uint64_t locator, End *e) {
    uint8_t b[END64];
    uint64_t at = locator - END64;
    uint8_t l[LOCATOR];

    if (feed_read_at(f, locator, l, LOCATOR) != LOCATOR || !is(l, "PK\6\7"))
        return;
    if (locator < END64 || feed_read_at(f, at, b, END64) != END64 || !is(b, "PK\6\6")) {
        at = zip64(l + 8);
        if (at >= locator || feed_read_at(f, at, b, END64) != END64 || !is(b, "PK\6\6"))
            return;
    }
    e->at = at;
    e->n = zip64(b + 32);
    e->size = zip64(b + 40);
    e->offset = zip64(b + 48);
}

/* The directory stands right before the end record, or where it says. */
static bool find_directory(Feed *f, const End *e, uint64_t *ret) {
    const uint64_t places[] = {e->at - e->size, e->offset};
    uint8_t b[4];

    for (size_t i = 0; i < N_ELEMENTS(places); i++) {
        if (e->size > e->at || places[i] > e->at - e->size)
            continue;
        if (e->n == 0 && e->size == 0) {
            *ret = e->at;
            return true;
        }
        if (feed_read_at(f, places[i], b, 4) == 4 && is(b, "PK\1\2")) {
            *ret = places[i];
            return true;
        }
    }
    return false;
}

/* From the end of the feed towards its start. */
static int find_end(Feed *f, End *ret, uint64_t *ret_directory) {
    _cleanup_(free_p) uint8_t *tail = malloc(TAIL);
    uint64_t base = f->size > TAIL ? f->size - TAIL : 0;
    ssize_t n;

    if (!tail)
        return -ENOMEM;
    n = feed_read_at(f, base, tail, TAIL);
    if (n < 0)
        return (int)n;
    for (ssize_t i = n - ZIP_END; i >= 0; i--) {
        const uint8_t *b = tail + i;

        if (b[0] != 'P' || !is(b, "PK\5\6") || ZIP_END + zip16(b + 20) > n - i)
            continue;
        *ret = (End){.at = base + (uint64_t)i,
                     .comment = base + (uint64_t)i + ZIP_END,
                     .end = base + (uint64_t)i + ZIP_END + zip16(b + 20),
                     .n = zip16(b + 10),
                     .size = zip32(b + 12),
                     .offset = zip32(b + 16)};
        if (ret->at >= LOCATOR)
            end64(f, ret->at - LOCATOR, ret);
        if (find_directory(f, ret, ret_directory))
            return 0;
    }
    return -EBADMSG;
}

/* ---- entries ---- */

/* APPNOTE 4.5.3: 64 bits for those fields that are full, in this order. */
static void widen(Span extra, ZipEntry *e, uint64_t *offset) {
    uint64_t *fields[] = {&e->size, &e->packed, offset};

    while (extra.n >= 4) {
        size_t n = zip16(extra.at + 2), used = 0;

        if (n > extra.n - 4)
            return;
        for (size_t i = 0; zip16(extra.at) == 1 && i < N_ELEMENTS(fields); i++) {
            if (*fields[i] == UINT32_MAX && used + 8 <= n) {
                *fields[i] = zip64(extra.at + 4 + used);
                used += 8;
            }
        }
        extra = span(extra.at + 4 + n, extra.n - 4 - n);
    }
}

static size_t record_size(const uint8_t *b) {
    return (size_t)ZIP_CENTRAL + zip16(b + 28) + zip16(b + 30) + zip16(b + 32);
}

static bool parse(Span s, uint32_t record, ZipEntry *e, uint64_t *offset) {
    const uint8_t *b = s.at;
    uint8_t made_by;

    if (s.n < ZIP_CENTRAL || !is(b, "PK\1\2") || record_size(b) > s.n)
        return false;
    made_by = b[5];
    *e = (ZipEntry){.record = record,
                    .flags = zip16(b + 8),
                    .method = zip16(b + 10),
                    .crc = zip32(b + 16),
                    .packed = zip32(b + 20),
                    .size = zip32(b + 24),
                    .mode = made_by == 3 || made_by == 19 ? zip16(b + 40) : 0};
    *offset = zip32(b + 42);
    widen(span(b + ZIP_CENTRAL + zip16(b + 28), zip16(b + 30)), e, offset);
    return true;
}

static int by_place(const void *a, const void *b) {
    const ZipEntry *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->record < y->record ? -1 : x->record > y->record;
}

/* A program before the archive shifts all places, unless whoever put it there has told so. */
static uint64_t shift(Feed *f, const ZipDirectory *d, const End *end) {
    uint64_t by = d->at > end->offset ? d->at - end->offset : 0;
    uint8_t b[4];

    for (size_t i = 0; by && i < d->n && i < 16; i++) {
        if (feed_read_at(f, d->entries[i].at + by, b, 4) == 4 && is(b, "PK\3\4"))
            return by;
    }
    return 0;
}

static int read_entries(Feed *f, ZipDirectory *d, const End *end) {
    size_t cap = d->bytes.n / ZIP_CENTRAL, i = 0;
    Span s = buf_as_span(&d->bytes);
    uint64_t by;

    d->entries = calloc(cap + 1, sizeof(*d->entries));
    if (!d->entries)
        return -ENOMEM;
    while (d->n < cap &&
           parse(span(s.at + i, s.n - i), (uint32_t)i, &d->entries[d->n], &d->entries[d->n].at)) {
        i += record_size(s.at + i);
        d->n++;
    }
    /* how many there are is a claim, too, and 16 bits of it are often all that was kept */
    d->damaged = i != s.n || (d->n & 0xFFFF) != (end->n & 0xFFFF);
    by = shift(f, d, end);
    for (i = 0; i < d->n; i++) {
        if (__builtin_add_overflow(d->entries[i].at, by, &d->entries[i].at))
            d->entries[i].at = UINT64_MAX;
    }
    qsort(d->entries, d->n, sizeof(*d->entries), by_place);
    return 0;
}

int zip_directory_read(Feed *f, ZipDirectory *ret) {
    End end = {0};
    int r = f->size == FEED_SIZE_UNKNOWN ? -EBADMSG : find_end(f, &end, &ret->at);
    uint8_t *bytes;
    ssize_t n;

    if (r < 0)
        return r;
    ret->end = end.end;
    ret->comment = end.comment;
    if (end.size > DIRECTORY_LIMIT)
        return -EBADMSG;
    bytes = buf_extend(&ret->bytes, (size_t)end.size);
    if (end.size && !bytes)
        return -ENOMEM;
    n = feed_read_at(f, ret->at, bytes, (size_t)end.size);
    if (n < 0)
        return (int)n;
    ret->bytes.n = (size_t)n;
    return read_entries(f, ret, &end);
}

void zip_directory_done(ZipDirectory *d) {
    free(d->entries);
    buf_done(&d->bytes);
}

/* ---- what a record says ---- */

Span zip_entry_name(const ZipDirectory *d, const ZipEntry *e) {
    const uint8_t *b = d->bytes.at + e->record;

    return span(b + ZIP_CENTRAL, zip16(b + 28));
}

Span zip_entry_comment(const ZipDirectory *d, const ZipEntry *e) {
    const uint8_t *b = d->bytes.at + e->record;

    return span(b + ZIP_CENTRAL + zip16(b + 28) + zip16(b + 30), zip16(b + 32));
}

/* MS-DOS: two-second steps of a local time that is not told; 1980-01-01 00:00 where none was. */
static int64_t dos_time(uint16_t date, uint16_t time) {
    struct tm tm = {.tm_year = (date >> 9) + 80,
                    .tm_mon = (date >> 5 & 15) - 1,
                    .tm_mday = date & 31,
                    .tm_hour = time >> 11,
                    .tm_min = time >> 5 & 63,
                    .tm_sec = (time & 31) * 2};

    if (date <= 0x21 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday == 0)
        return INT64_MIN;
    return timegm(&tm) * SECOND;
}

/* Steps of 100 ns since 1601. */
static int64_t ntfs_time(uint64_t steps) {
    int64_t seconds = (int64_t)(steps / 10000000) - NTFS_EPOCH;

    return seconds > INT64_MAX / SECOND ? INT64_MIN : seconds * SECOND;
}

/* Of the extra fields, if they have one: better than that of MS-DOS. */
static int64_t time_of(Span extra, uint16_t date, uint16_t time) {
    while (extra.n >= 4) {
        const uint8_t *at = extra.at + 4;
        size_t n = zip16(extra.at + 2);

        if (n > extra.n - 4)
            break;
        if (zip16(extra.at) == 0x5455 && n >= 5 && at[0] & 1) /* Unix seconds */
            return (int32_t)zip32(at + 1) * SECOND;
        if (zip16(extra.at) == 0x000A && n >= 16 && zip16(at + 4) == 1) /* NTFS */
            return ntfs_time(zip64(at + 8));
        extra = span(at + n, extra.n - 4 - n);
    }
    return dos_time(date, time);
}

int64_t zip_entry_time(const ZipDirectory *d, const ZipEntry *e) {
    const uint8_t *b = d->bytes.at + e->record;

    return time_of(span(b + ZIP_CENTRAL + zip16(b + 28), zip16(b + 30)), zip16(b + 14),
                   zip16(b + 12));
}

bool zip_local_parse(Span s, uint64_t at, ZipEntry *ret, int64_t *ret_time) {
    const uint8_t *b = s.at;
    uint64_t none = 0;
    Span extra;

    if (s.n < ZIP_LOCAL || !is(b, "PK\3\4") || b[4] > 63 || zip16(b + 26) == 0 ||
        (zip16(b + 8) > 20 && zip16(b + 8) < 90) || zip16(b + 8) > 99 ||
        (size_t)ZIP_LOCAL + zip16(b + 26) + zip16(b + 28) > s.n)
        return false;
    *ret = (ZipEntry){.at = at,
                      .record = ZIP_NO_RECORD,
                      .flags = zip16(b + 6),
                      .method = zip16(b + 8),
                      .crc = zip32(b + 14),
                      .packed = zip32(b + 18),
                      .size = zip32(b + 22)};
    extra = span(b + ZIP_LOCAL + zip16(b + 26), zip16(b + 28));
    widen(extra, ret, &none);
    *ret_time = time_of(extra, zip16(b + 12), zip16(b + 10));
    return true;
}
