/*
 * Archives: made for tests, right and wrong ones, byte by byte, for the tests of their readers.
 *
 * A zip and a tar are written here, so that every field can lie; what libarchive writes is asked of
 * it. Deflated data are stored blocks of deflate: whoever reads them cannot tell.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "extract/format/inflate.h"
#include "recorder.h"

#define CANARY "card 4111 1111 1111 1111, mail a@example.org\n"

static inline void put16(Buf *b, uint32_t v) {
    buf_byte(b, (uint8_t)v);
    buf_byte(b, (uint8_t)(v >> 8));
}

static inline void put32(Buf *b, uint32_t v) {
    put16(b, v);
    put16(b, v >> 16);
}

static inline void put64(Buf *b, uint64_t v) {
    put32(b, (uint32_t)v);
    put32(b, (uint32_t)(v >> 32));
}

static inline void deflate_stored(Buf *b, Span s) {
    do {
        size_t n = s.n < 60000 ? s.n : 60000;

        buf_byte(b, n == s.n);
        put16(b, (uint32_t)n);
        put16(b, (uint32_t)~n);
        buf_add(b, s.at, n);
        s = span(s.at + n, s.n - n);
    } while (s.n);
}

static inline void build_gzip(Buf *b, const char *name, uint32_t time, Span s) {
    buf_add(b, "\x1F\x8B\x08", 3);
    buf_byte(b, name ? 8 : 0);
    put32(b, time);
    put16(b, 0);
    if (name)
        buf_add(b, name, strlen(name) + 1);
    deflate_stored(b, s);
    put32(b, inflate_crc(0, s));
    put32(b, (uint32_t)s.n);
}

/* ---- zip ---- */

/* One entry; what is 0 or NULL is as it should be. */
typedef struct ZipMake {
    const char *name, *text;
    Span bytes;             /* instead of text */
    const char *local_name; /* another one */
    uint16_t method;        /* 0 stored, 8 deflated */
    uint16_t flags;
    uint32_t wrong_crc, wrong_size, wrong_packed; /* xored */
    uint32_t attributes;
    bool hidden;     /* not in the directory */
    bool descriptor; /* sum and sizes behind the data */
    bool wide;       /* zip64 fields in the directory */
    uint32_t at;     /* said, if not 0: plus one */
} ZipMake;

static inline void zip_header(Buf *b, const ZipMake *m, const char *name, uint32_t crc,
                              size_t packed, size_t size) {
    put16(b, 20);
    put16(b, m->flags | (m->descriptor ? 8 : 0));
    put16(b, m->method);
    put16(b, 0x6000); /* 12:00 */
    put16(b, 0x5821); /* 2024-01-01 */
    put32(b, crc);
    put32(b, (uint32_t)packed);
    put32(b, (uint32_t)size);
    put16(b, (uint32_t)strlen(name));
}

/* Entries, and the directory if `n_directory` says so; appended to what is there. */
static inline void build_zip(Buf *b, const ZipMake *makes, size_t n, const char *comment) {
    _cleanup_(buf_done) Buf directory = {0};
    size_t base = b->n, named = 0, at;

    for (size_t i = 0; i < n; i++) {
        const ZipMake *m = &makes[i];
        _cleanup_(buf_done) Buf packed = {0};
        Span s = m->bytes.n ? m->bytes : span_of(m->text);
        uint32_t crc = inflate_crc(0, s) ^ m->wrong_crc;
        uint32_t size = (uint32_t)s.n ^ m->wrong_size, n_packed;

        at = b->n - base;
        if (m->method == 8)
            deflate_stored(&packed, s);
        else
            buf_span(&packed, s);
        n_packed = (uint32_t)packed.n ^ m->wrong_packed;
        buf_add(b, "PK\3\4", 4);
        if (m->descriptor)
            zip_header(b, m, m->local_name ? m->local_name : m->name, 0, 0, 0);
        else
            zip_header(b, m, m->local_name ? m->local_name : m->name, crc, n_packed, size);
        put16(b, 0);
        buf_text(b, m->local_name ? m->local_name : m->name);
        buf_span(b, buf_as_span(&packed));
        if (m->descriptor) {
            buf_add(b, "PK\7\10", 4);
            put32(b, crc);
            put32(b, n_packed);
            put32(b, size);
        }
        if (m->hidden)
            continue;
        named++;
        buf_add(&directory, "PK\1\2\24\3", 6);
        zip_header(&directory, m, m->name, crc, m->wide ? UINT32_MAX : n_packed,
                   m->wide ? UINT32_MAX : size);
        put16(&directory, m->wide ? 28 : 0);
        put16(&directory, 0);
        put32(&directory, 0);
        put32(&directory, m->attributes);
        put32(&directory, m->wide ? UINT32_MAX : m->at ? m->at - 1 : (uint32_t)at);
        buf_text(&directory, m->name);
        if (m->wide) {
            put16(&directory, 1);
            put16(&directory, 24);
            put64(&directory, size);
            put64(&directory, n_packed);
            put64(&directory, at);
        }
    }
    at = b->n - base;
    buf_span(b, buf_as_span(&directory));
    buf_add(b, "PK\5\6\0\0\0\0", 8);
    put16(b, (uint32_t)named);
    put16(b, (uint32_t)named);
    put32(b, (uint32_t)directory.n);
    put32(b, (uint32_t)at);
    put16(b, comment ? (uint32_t)strlen(comment) : 0);
    buf_text(b, comment ? comment : "");
}

/* ---- tar ---- */

typedef struct TarMake {
    const char *name, *text, *link, *prefix;
    Span bytes; /* instead of text */
    char type;  /* '0' unless told */
    const char *magic;
    const char *size; /* the field, 12 bytes, as it is */
    bool wrong_sum;
    uint32_t mtime;
} TarMake;

static inline void tar_sum(uint8_t *h) {
    unsigned sum = 0;

    memset(h + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += h[i];
    snprintf((char *)h + 148, 8, "%06o", sum);
}

static inline void pad512(Buf *b) {
    while (b->n % 512)
        buf_byte(b, 0);
}

static inline void build_tar(Buf *b, const TarMake *m) {
    Span s = m->bytes.n ? m->bytes : span_of(m->text);
    uint8_t h[512] = {0};

    memcpy(h, m->name, strlen(m->name) < 100 ? strlen(m->name) : 100);
    snprintf((char *)h + 100, 8, "%07o", 0644);
    snprintf((char *)h + 124, 12, "%011o", (unsigned)s.n);
    if (m->size)
        memcpy(h + 124, m->size, 12);
    snprintf((char *)h + 136, 12, "%011o", m->mtime);
    h[156] = (uint8_t)(m->type ? m->type : '0');
    if (m->link)
        memcpy(h + 157, m->link, strlen(m->link));
    memcpy(h + 257, m->magic ? m->magic : "ustar\00000", 8);
    if (m->prefix)
        memcpy(h + 345, m->prefix, strlen(m->prefix));
    tar_sum(h);
    if (m->wrong_sum)
        h[148] ^= 1;
    buf_add(b, h, 512);
    buf_span(b, s);
    pad512(b);
}

static inline void tar_end(Buf *b) {
    uint8_t zeros[1024] = {0};

    buf_add(b, zeros, sizeof(zeros));
}

/* ---- by libarchive ---- */

static inline la_ssize_t build_write(struct archive *a, void *of, const void *bytes, size_t n) {
    (void)a;
    buf_add(of, bytes, n);
    return (la_ssize_t)n;
}

/* One file in a format, through a filter; either may be NULL: raw, none. */
static inline void build_archive(Buf *b, int (*format)(struct archive *),
                                 int (*filter)(struct archive *), const char *name, Span s) {
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();

    assert_true((format ? format : archive_write_set_format_raw)(a) >= ARCHIVE_WARN);
    if (filter)
        assert_true(filter(a) >= ARCHIVE_WARN);
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_open(a, b, NULL, build_write, NULL), ARCHIVE_OK);
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)s.n);
    archive_entry_set_mtime(e, 1000000000, 0);
    assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
    assert_int_equal(archive_write_data(a, s.at, s.n), (int)s.n);
    assert_true(archive_write_close(a) >= ARCHIVE_WARN);
    archive_entry_free(e);
    archive_write_free(a);
}

/* ---- asking ---- */

static inline Recorder recorder_format(void) {
    return (Recorder){.place = EXTRACT_FORMAT};
}

static inline bool log_has(const Recorder *r, const char *part) {
    return memmem(r->log.at, r->log.n, part, strlen(part)) != NULL;
}

/* What came last contains it, or the test fails with all of it. */
static inline void assert_has(const Recorder *r, const char *part) {
    if (!log_has(r, part)) {
        fwrite(r->log.at, 1, r->log.n, stderr);
        fail_msg("no '%s' in that", part);
    }
}

static inline void assert_lacks(const Recorder *r, const char *part) {
    if (log_has(r, part)) {
        fwrite(r->log.at, 1, r->log.n, stderr);
        fail_msg("'%s' in that", part);
    }
}

/* Each way that bytes may be cut, and bits flipped: read to an end without a crash; never `read` of
 * what is cut before `whole`. */
static inline void survive_damage(Span s, size_t whole, const char *name) {
    Recorder r = recorder_format();
    uint8_t *copy = malloc(s.n);

    assert_non_null(copy);
    for (size_t n = 0; n < s.n; n++) {
        uint8_t *cut = malloc(n ? n : 1); /* exact, so that a read past it is seen */

        memcpy(cut, s.at, n);
        record_bytes(&r, span(cut, n), name);
        if (n > 600 && n < whole && strcmp(buf_cstr(&r.log) + r.log.n - 7, "< read\n") == 0)
            fail_msg("%zu of %zu bytes are `read`", n, s.n);
        free(cut);
    }
    for (size_t i = 0; i < s.n * 8; i += 3) {
        memcpy(copy, s.at, s.n);
        copy[i / 8] ^= (uint8_t)(1 << i % 8);
        record_bytes(&r, span(copy, s.n), name);
    }
    free(copy);
    buf_done(&r.log);
}
