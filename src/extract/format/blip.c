/*
 * Blip: pictures that Office keeps in its streams ([MS-ODRAW] 2.2.23), whichever stream and record
 * they are in.
 *
 * A record of eight bytes goes before each: version and instance, type, length; they are found by
 * it, and held against the bounds of the stream. Bitmaps are files as they are; metafiles are
 * deflated.
 */
#include "extract/format/ole.h"

enum {
    WINDOW = 16 << 10,
    HEADER = 8,
    TYPE_FIRST = 0xF01A,
    TYPE_LAST = 0xF02A,
    ID = 16, /* of the picture; some have two */
    METAFILE_HEADER = 34,
    DEFLATED = 0, /* at 32 in it */
    PICTURES_MAX = 100000,
};

typedef struct Blip {
    uint16_t type, instance; /* with one id; with two it is one more */
    bool metafile;
} Blip;

static const Blip blips[] = {
    {0xF01A, 0x3D4, true},  {0xF01B, 0x216, true},  {0xF01C, 0x542, true},  {0xF01D, 0x46A, false},
    {0xF01D, 0x6E2, false}, {0xF01E, 0x6E0, false}, {0xF01F, 0x7A8, false}, {0xF029, 0x6E4, false},
    {0xF02A, 0x46A, false}, {0xF02A, 0x6E2, false},
};

static const Blip *find_blip(const uint8_t *at, bool *ret_second) {
    unsigned type = little16(at + 2), instance = little16(at) >> 4;

    for (size_t i = 0; i < N_ELEMENTS(blips); i++) {
        if (blips[i].type == type && (blips[i].instance | 1u) == (instance | 1u)) {
            *ret_second = instance & 1;
            return &blips[i];
        }
    }
    return NULL;
}

/* The record at `at`; its length goes to *ret_n, 0 when it is none. */
static int read_blip(Ole *o, CfbStream *s, uint64_t at, const uint8_t *header, const char *prefix,
                     uint64_t *ret_n) {
    bool second;
    const Blip *b = find_blip(header, &second);
    uint64_t n = little32(header + 4), skip;
    uint8_t how;

    *ret_n = 0;
    if (!b || n > s->size - at - HEADER)
        return 0;
    skip = (second ? 2 * ID : ID) + (b->metafile ? METAFILE_HEADER : 1);
    if (n <= skip)
        return 0;
    *ret_n = n;
    at += HEADER + skip;
    if (b->metafile && feed_read_at(&s->feed, at - 2, &how, 1) == 1 && how == DEFLATED)
        return ole_inflated(o->x, &s->feed, at, n - skip, span_of(prefix));
    return ole_slice(o->x, &s->feed, at, n - skip, span_of(prefix));
}

int ole_pictures(Ole *o, CfbStream *s, const char *prefix) {
    uint8_t window[WINDOW];
    uint64_t offset = 0;
    unsigned pictures = 0;
    int r = 0;

    while (r == 0 && offset + HEADER < s->size && pictures < PICTURES_MAX) {
        ssize_t n = feed_read_at(&s->feed, offset, window, sizeof(window));
        size_t i = 0, last = n > HEADER ? (size_t)n - HEADER : 0;
        uint64_t record = 0;

        if (n <= HEADER)
            return n == -ENOMEM ? -ENOMEM : 0;
        while (r == 0 && i <= last) {
            const uint8_t *f0 = memchr(window + i + 3, 0xF0, last - i + 1);

            i = f0 ? (size_t)(f0 - window) - 3 : last + 1;
            if (!f0)
                break;
            r = read_blip(o, s, offset + i, window + i, prefix, &record);
            if (record)
                break;
            i++;
        }
        pictures += record > 0;
        offset += i + (record ? HEADER + record : 0);
    }
    return r;
}
