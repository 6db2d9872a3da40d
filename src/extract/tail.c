/* Tail: see tail.h. */
#include "extract/tail.h"

#include "base/cleanup.h"

enum {
    END = 22, /* the end record of a zip: PKWARE APPNOTE 4.3.16 */
    LOOK = 64 << 10,
};

static uint32_t little32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_at(Feed *f, uint64_t offset, const char *signature) {
    uint8_t b[4];

    return feed_read_at(f, offset, b, 4) == 4 && memcmp(b, signature, 4) == 0;
}

/* An end record whose directory is right before it, and whose comment ends where the file does. */
static bool is_end(Feed *f, const uint8_t *b, uint64_t at) {
    uint32_t size = little32(b + 12), offset = little32(b + 16);
    uint32_t n = b[10] | (uint32_t)b[11] << 8;
    uint64_t end = at + END + (b[20] | (uint32_t)b[21] << 8);

    if (n == 0 || end > f->size)
        return false;
    if (size == UINT32_MAX || offset == UINT32_MAX || n == UINT16_MAX)
        return at >= 20 && is_at(f, at - 20, "PK\6\7");
    return size <= at && (is_at(f, at - size, "PK\1\2") || is_at(f, offset, "PK\1\2"));
}

static bool ends_as_zip(Feed *f) {
    _cleanup_(free_p) uint8_t *tail = malloc(LOOK);
    uint64_t base = f->size > LOOK ? f->size - LOOK : 0;
    ssize_t n = tail ? feed_read_at(f, base, tail, LOOK) : 0;
    Span s = span(tail, n > 0 ? (size_t)n : 0);

    while (s.n >= END) {
        const uint8_t *hit = memmem(s.at, s.n - (END - 4), "PK\5\6", 4);

        if (!hit)
            return false;
        if (is_end(f, hit, base + (uint64_t)(hit - tail)))
            return true;
        s = span(hit + 4, s.n - (size_t)(hit + 4 - s.at));
    }
    return false;
}

const char *tail_sniff(Feed *f, const char *known) {
    static const char *const zips[] = {"zip",  "jar",  "epub", "ooxml", "docx",
                                       "xlsx", "xlsb", "pptx", "odf"};

    for (size_t i = 0; i < N_ELEMENTS(zips); i++) {
        if (strcmp(known, zips[i]) == 0)
            return NULL;
    }
    if (f->size == FEED_SIZE_UNKNOWN || f->size < END || !ends_as_zip(f))
        return NULL;
    return "zip-tail";
}
