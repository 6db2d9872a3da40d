/*
 * Archive: the formats that libarchive reads.
 *
 * By its block interface only: archive_read_data() has crashed where archive_read_data_block() ends
 * in an error. An archive that libarchive calls done is not done yet: what it has not taken is
 * searched as it is (archive-input.h), and one that gave no member is searched whole. Encrypted
 * members are listed; of RAR5 libarchive does not tell them, so its headers are read here, too.
 */
#include "extract/format/archive.h"

#include "extract/format/archive-input.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/format/rar5.h"

#define SECOND INT64_C(1000000000)

enum {
    HOLE_LIMIT = 64 << 10, /* zeros given for a hole; more are left out */
    DAMAGE_LIMIT = 1000,   /* headers that were none, one after the other */
};

/* ---- a member ---- */

typedef struct Member {
    ArchiveInput *in;
    const uint8_t *block;
    size_t n;
    uint64_t zeros; /* before the block */
    uint64_t at;    /* of the file as it was */
    uint64_t size;  /* as declared, or unknown */
    bool over, holes;
} Member;

/* The next block is at hand, or all is over: 0, or what a feed says of it. */
static int next_block(Member *m) {
    const void *block = NULL;
    la_int64_t offset = 0;
    size_t n = 0;
    int r = archive_read_data_block(m->in->a, &block, &n, &offset);

    if (r == ARCHIVE_EOF || (r != ARCHIVE_OK && r != ARCHIVE_WARN)) {
        m->over = true;
        if (r != ARCHIVE_EOF)
            return archive_input_error(m->in);
        if (m->size != FEED_SIZE_UNKNOWN && m->at != m->size && !m->holes)
            return -EPROTO;
        return m->holes ? -EFBIG : 0;
    }
    m->block = block;
    m->n = n;
    m->zeros = offset > 0 && (uint64_t)offset > m->at ? (uint64_t)offset - m->at : 0;
    m->at += m->zeros + n;
    m->holes |= m->zeros > HOLE_LIMIT;
    if (m->zeros > HOLE_LIMIT)
        m->zeros = HOLE_LIMIT;
    return 0;
}

static ssize_t member_read(Feed *f, uint8_t *at, size_t n) {
    Member *m = f->of;

    while (!m->over && !m->n && !m->zeros) {
        int r = next_block(m);

        if (r < 0)
            return r;
    }
    if (m->over)
        return 0;
    if (m->zeros) {
        n = n < m->zeros ? n : (size_t)m->zeros;
        memset(at, 0, n);
        m->zeros -= n;
    } else {
        n = n < m->n ? n : m->n;
        memcpy(at, m->block, n);
        m->block += n;
        m->n -= n;
    }
    return (ssize_t)n;
}

/* ---- entries ---- */

typedef struct Walk {
    Extraction *x;
    ArchiveInput in;
    const char *word; /* for encrypted(...) */
    Rar5 *rar5;       /* what libarchive does not tell */
    ArchiveWalk *ret;
    bool encrypted; /* even its names */
} Walk;

static Span entry_name(struct archive_entry *e) {
    const char *name = archive_entry_pathname(e);

    if (!name)
        name = archive_entry_pathname_utf8(e);
    return span_of(name ? name : "");
}

static int64_t entry_time(struct archive_entry *e) {
    time_t t = archive_entry_mtime(e);

    if (!archive_entry_mtime_is_set(e) || t == 0 || t > INT64_MAX / SECOND ||
        t < INT64_MIN / SECOND + 1)
        return INT64_MIN;
    return (int64_t)t * SECOND;
}

/* What the entry is, if it is nothing to be read. */
static bool listed(const Walk *w, struct archive_entry *e, Status *ret) {
    bool is_link = archive_entry_hardlink(e) && archive_entry_size(e) <= 0;

    if (archive_entry_is_encrypted(e) || (w->rar5 && rar5_encrypted(w->rar5, entry_name(e))))
        *ret = status_of(STATUS_ENCRYPTED, w->word);
    else if (is_link || archive_entry_filetype(e) == AE_IFLNK)
        *ret = status_of(STATUS_LINK, NULL);
    else if (archive_entry_filetype(e) == AE_IFIFO)
        *ret = status_of(STATUS_SPECIAL, "fifo");
    else if (archive_entry_filetype(e) == AE_IFCHR)
        *ret = status_of(STATUS_SPECIAL, "char");
    else if (archive_entry_filetype(e) == AE_IFBLK)
        *ret = status_of(STATUS_SPECIAL, "block");
    else if (archive_entry_filetype(e) == AE_IFSOCK)
        *ret = status_of(STATUS_SPECIAL, "socket");
    else
        return false;
    return true;
}

static int entry(Walk *w, struct archive_entry *e) {
    static const FeedKind kind = {.read = member_read};
    Member m = {.in = &w->in, .size = FEED_SIZE_UNKNOWN};
    Entry unit = {.name = entry_name(e), .size = FEED_SIZE_UNKNOWN, .mtime = entry_time(e)};
    Status status;
    Feed f;
    int r;

    if (archive_entry_filetype(e) == AE_IFDIR)
        return 0;
    if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0)
        unit.size = m.size = (uint64_t)archive_entry_size(e);
    w->ret->units++;
    if (listed(w, e, &status))
        return extract_listed(w->x, &unit, status);
    f = feed_of(&kind, &m, unit.size);
    r = extract_unit(w->x, &unit, &f);
    feed_done(&f);
    return r;
}

static int entries(Walk *w, uint64_t n) {
    struct archive_entry *e;
    unsigned damages = 0;

    while (n && damages < DAMAGE_LIMIT) {
        int r = archive_read_next_header(w->in.a, &e);

        if (r == ARCHIVE_EOF)
            return 0;
        if (r == ARCHIVE_RETRY) {
            w->ret->damaged = true;
            damages++;
            continue;
        }
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            break;
        n--;
        r = entry(w, e);
        if (r)
            return r;
    }
    if (n == 0)
        return 0;
    w->encrypted = archive_read_has_encrypted_entries(w->in.a) == 1;
    w->ret->damaged = true;
    return 0;
}

int archive_walk_zip(Extraction *x, Feed *f, uint64_t n, ArchiveWalk *ret) {
    Walk w = {.x = x, .word = "zip", .ret = ret};
    int r = archive_input_new(&w.in, f, false);
    int64_t taken;

    if (r < 0)
        return r;
    archive_read_support_format_zip_streamable(w.in.a);
    if (archive_input_open(&w.in) < 0)
        ret->damaged = true;
    else
        r = entries(&w, n);
    taken = archive_filter_bytes(w.in.a, -1);
    ret->taken = taken > 0 ? (uint64_t)taken : 0;
    archive_input_done(&w.in);
    return r;
}

/* ---- formats ---- */

typedef struct Format {
    const char *word;
    int (*format)(struct archive *);
    int (*filters[8])(struct archive *);
    bool seeks; /* it must be read by offset */
    bool skips; /* it can be, and passes over what belongs to no member: that is known then */
    uint64_t (*end)(Feed *f); /* where it says that it ends, of one that is read by offset */
} Format;

static uint64_t little64(const uint8_t *at) {
    uint64_t v = 0;

    for (unsigned i = 8; i--;)
        v = v << 8 | at[i];
    return v;
}

/* 7zFormat.txt: the start header has the place and size of the header, which comes last. */
static uint64_t sevenzip_end(Feed *f) {
    enum { START = 32, OFFSET = 12, SIZE = 20 };
    uint8_t b[START];
    uint64_t end;

    if (feed_read_at(f, 0, b, START) != START ||
        __builtin_add_overflow(little64(b + OFFSET), little64(b + SIZE), &end) ||
        __builtin_add_overflow(end, START, &end))
        return UINT64_MAX;
    return end;
}

static int read_all(Walk *w, Feed *f, const Format *format, Status *ret) {
    bool lost = false;
    int r;

    format->format(w->in.a);
    for (size_t i = 0; format->filters[i]; i++)
        format->filters[i](w->in.a);
    if (format->end)
        w->in.end = format->end(f);
    if (archive_input_open(&w->in) < 0)
        w->ret->damaged = true;
    r = w->ret->damaged ? 0 : entries(w, UINT64_MAX);
    if (r)
        return r;
    if (w->encrypted) {
        *ret = status_of(STATUS_ENCRYPTED, w->word);
        return 0;
    }
    if (w->ret->units == 0 && feed_seekable(f))
        r = gap_range(w->x, f, 0, f->size);
    else
        r = archive_input_rest(w->x, &w->in, &lost);
    if (w->ret->damaged || w->ret->units == 0)
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    else if (lost)
        *ret = status_of(STATUS_PARTIAL, "inconsistent");
    return r;
}

static int archive_extract(Extraction *x, Feed *f, const Format *format, Rar5 *rar5, Status *ret) {
    ArchiveWalk walk = {0};
    Walk w = {.x = x, .word = format->word, .rar5 = rar5, .ret = &walk};
    int r = archive_input_new(&w.in, f, format->seeks || (format->skips && feed_seekable(f)));

    if (r < 0)
        return r;
    r = read_all(&w, f, format, ret);
    archive_input_done(&w.in);
    return r;
}

static int rar5_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    static const Format format = {.word = "rar", .format = archive_read_support_format_rar5};
    _cleanup_(rar5_freep) Rar5 *rar5 = NULL;
    int r = rar5_new(f, &rar5);

    (void)encoding;
    if (r < 0)
        return r;
    if (rar5_all_encrypted(rar5)) {
        *ret = status_of(STATUS_ENCRYPTED, "rar");
        return 0;
    }
    return archive_extract(x, f, &format, rar5, ret);
}

#define FORMAT(word, ...)                                                                          \
    static int word##_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {            \
        static const Format format = {__VA_ARGS__};                                                \
                                                                                                   \
        (void)encoding;                                                                            \
        return archive_extract(x, f, &format, NULL, ret);                                          \
    }
#define READER(word, name, at_any)                                                                 \
    const Extractor archive_##word = {                                                             \
        .format = name, .place = EXTRACT_FORMAT, .seeks = at_any, .extract = word##_extract}

FORMAT(sevenzip, .word = "7z", .format = archive_read_support_format_7zip, .seeks = true,
       .end = sevenzip_end)
FORMAT(ar, .word = "ar", .format = archive_read_support_format_ar)
FORMAT(cab, .word = "cab", .format = archive_read_support_format_cab)
FORMAT(cpio, .word = "cpio", .format = archive_read_support_format_cpio)
FORMAT(iso, .word = "iso", .format = archive_read_support_format_iso9660, .skips = true)
FORMAT(lha, .word = "lha", .format = archive_read_support_format_lha)
FORMAT(rar4, .word = "rar", .format = archive_read_support_format_rar)
FORMAT(rpm, .word = "rpm", .format = archive_read_support_format_cpio,
       .filters = {archive_read_support_filter_rpm, archive_read_support_filter_gzip,
                   archive_read_support_filter_bzip2, archive_read_support_filter_xz,
                   archive_read_support_filter_lzma, archive_read_support_filter_zstd})
FORMAT(warc, .word = "warc", .format = archive_read_support_format_warc)
FORMAT(xar, .word = "xar", .format = archive_read_support_format_xar)

READER(sevenzip, "7z", true);
READER(ar, "ar", false);
READER(cab, "cab", false);
READER(cpio, "cpio", false);
READER(iso, "iso9660", false);
READER(lha, "lha", false);
READER(rar4, "rar4", false);
READER(rar5, "rar5", true);
READER(rpm, "rpm", false);
READER(warc, "warc", false);
READER(xar, "xar", false);
const Extractor archive_deb = {.format = "deb", .place = EXTRACT_FORMAT, .extract = ar_extract};
