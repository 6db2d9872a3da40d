/*
 * Cfbmaker: compound files for tests, after [MS-CFB] version 3.
 *
 * Entries are added in order; the tree of siblings is a list to the right, which readers have to
 * take. Streams below 4,096 bytes go into the mini stream, as they must.
 */
#pragma once

#include <assert.h>

#include "base/buf.h"

enum {
    CFB_MAKER_MAX = 64,
    MAKER_SECTOR = 512,
    MAKER_MINI = 64,
    MAKER_CUTOFF = 4096,
};

#define MAKER_NONE UINT32_MAX
#define MAKER_END  0xFFFFFFFEu
#define MAKER_FAT  0xFFFFFFFDu

typedef struct MakerEntry {
    const char *name; /* ASCII */
    unsigned type, parent;
    Buf data;
    uint32_t start;
    uint32_t child, right;
    uint64_t filetime;
} MakerEntry;

typedef struct CfbMaker {
    MakerEntry entries[CFB_MAKER_MAX];
    unsigned n;
    Buf mini;    /* the mini stream */
    Buf minifat; /* numbers, in the file's order of bytes */
    Buf fat;
    Buf body; /* sectors behind the header */
    Buf file;
    uint32_t directory; /* the sector it begins at, for tests that damage it */
} CfbMaker;

static inline void put16(Buf *b, unsigned v) {
    buf_byte(b, v & 0xFF);
    buf_byte(b, v >> 8 & 0xFF);
}

static inline void put32(Buf *b, uint32_t v) {
    put16(b, v & 0xFFFF);
    put16(b, v >> 16);
}

static inline void put64(Buf *b, uint64_t v) {
    put32(b, (uint32_t)v);
    put32(b, (uint32_t)(v >> 32));
}

/* ASCII as UTF-16LE. */
static inline void put_wide(Buf *b, const char *text) {
    for (; *text; text++)
        put16(b, (unsigned char)*text);
}

static inline void pad(Buf *b, size_t to, uint8_t with) {
    while (b->n % to)
        buf_byte(b, with);
}

static inline void maker_begin(CfbMaker *m) {
    *m = (CfbMaker){.n = 1};
    m->entries[0] = (MakerEntry){.name = "Root Entry", .type = 5, .parent = MAKER_NONE};
}

static inline unsigned maker_add(CfbMaker *m, unsigned parent, const char *name, unsigned type) {
    assert(m->n < CFB_MAKER_MAX);
    m->entries[m->n] = (MakerEntry){.name = name, .type = type, .parent = parent};
    return m->n++;
}

static inline unsigned maker_storage(CfbMaker *m, unsigned parent, const char *name) {
    return maker_add(m, parent, name, 1);
}

static inline unsigned maker_stream(CfbMaker *m, unsigned parent, const char *name, Span data) {
    unsigned i = maker_add(m, parent, name, 2);

    buf_span(&m->entries[i].data, data);
    return i;
}

/* The data into sectors (or mini sectors) of `to`, chained in `fat`. */
static inline uint32_t maker_chain(Buf *to, Buf *fat, Span data, size_t unit) {
    uint32_t first = (uint32_t)(to->n / unit), n = (uint32_t)((data.n + unit - 1) / unit);

    if (!n)
        return MAKER_END;
    buf_span(to, data);
    pad(to, unit, 0);
    for (uint32_t i = 0; i < n; i++)
        put32(fat, i + 1 < n ? first + i + 1 : MAKER_END);
    return first;
}

static inline void maker_link(CfbMaker *m) {
    for (unsigned i = 0; i < m->n; i++)
        m->entries[i].child = m->entries[i].right = MAKER_NONE;
    for (unsigned i = m->n; i-- > 1;) {
        MakerEntry *up = &m->entries[m->entries[i].parent];

        m->entries[i].right = up->child;
        up->child = i;
    }
}

static inline void maker_directory(CfbMaker *m, Buf *ret) {
    for (unsigned i = 0; i < m->n; i++) {
        const MakerEntry *e = &m->entries[i];
        size_t at = ret->n;

        put_wide(ret, e->name);
        while (ret->n < at + 64)
            buf_byte(ret, 0);
        put16(ret, 2 * (unsigned)(strlen(e->name) + 1));
        buf_byte(ret, (uint8_t)e->type);
        buf_byte(ret, 1);
        put32(ret, MAKER_NONE);
        put32(ret, e->right);
        put32(ret, e->child);
        for (unsigned k = 0; k < 28; k++)
            buf_byte(ret, 0); /* class, state, time of creation */
        put64(ret, e->filetime);
        put32(ret, e->start);
        put64(ret, i ? e->data.n : m->mini.n);
    }
    while (ret->n % MAKER_SECTOR)
        buf_byte(ret, 0);
}

static inline void maker_header(CfbMaker *m, uint32_t fat_at, uint32_t n_fat, uint32_t directory,
                                uint32_t minifat, uint32_t n_minifat) {
    Buf *h = &m->file;

    buf_add(h, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put64(h, 0);
    put64(h, 0);
    put16(h, 0x3E);
    put16(h, 3);
    put16(h, 0xFFFE);
    put16(h, 9);
    put16(h, 6);
    put16(h, 0);
    put32(h, 0);
    put32(h, 0);
    put32(h, n_fat);
    put32(h, directory);
    put32(h, 0);
    put32(h, MAKER_CUTOFF);
    put32(h, minifat);
    put32(h, n_minifat);
    put32(h, MAKER_END);
    put32(h, 0);
    for (uint32_t i = 0; i < 109; i++)
        put32(h, i < n_fat ? fat_at + i : MAKER_NONE);
}

/* The file; borrowed until maker_done(). */
static inline Span maker_end(CfbMaker *m) {
    Buf directory = {0};
    uint32_t minifat, n_minifat, fat_at, n_fat;

    for (unsigned i = 1; i < m->n; i++) {
        MakerEntry *e = &m->entries[i];

        e->start = e->data.n < MAKER_CUTOFF
                       ? maker_chain(&m->mini, &m->minifat, buf_as_span(&e->data), MAKER_MINI)
                       : maker_chain(&m->body, &m->fat, buf_as_span(&e->data), MAKER_SECTOR);
    }
    maker_link(m);
    m->entries[0].start = maker_chain(&m->body, &m->fat, buf_as_span(&m->mini), MAKER_SECTOR);
    pad(&m->minifat, MAKER_SECTOR, 0xFF);
    n_minifat = (uint32_t)(m->minifat.n / MAKER_SECTOR);
    minifat = maker_chain(&m->body, &m->fat, buf_as_span(&m->minifat), MAKER_SECTOR);
    maker_directory(m, &directory);
    m->directory = maker_chain(&m->body, &m->fat, buf_as_span(&directory), MAKER_SECTOR);
    fat_at = (uint32_t)(m->body.n / MAKER_SECTOR);
    n_fat = (uint32_t)((m->fat.n / 4 + 126) / 127); /* that many have themselves in them, too */
    for (uint32_t i = 0; i < n_fat; i++)
        put32(&m->fat, MAKER_FAT);
    pad(&m->fat, MAKER_SECTOR, 0xFF);
    assert(m->fat.n / MAKER_SECTOR <= n_fat);
    while (m->fat.n < (size_t)n_fat * MAKER_SECTOR)
        buf_byte(&m->fat, 0xFF);
    maker_header(m, fat_at, n_fat, m->directory, minifat, n_minifat);
    buf_span(&m->file, buf_as_span(&m->body));
    buf_span(&m->file, buf_as_span(&m->fat));
    buf_done(&directory);
    return buf_as_span(&m->file);
}

static inline void maker_done(CfbMaker *m) {
    for (unsigned i = 0; i < m->n; i++)
        buf_done(&m->entries[i].data);
    buf_done(&m->mini);
    buf_done(&m->minifat);
    buf_done(&m->fat);
    buf_done(&m->body);
    buf_done(&m->file);
}
