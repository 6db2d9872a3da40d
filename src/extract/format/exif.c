/*
 * Exif: what a camera or an editor has written into a picture beside it: place, owner, serial
 * numbers, remarks, date (Exif 2.32; TIFF 6.0).
 *
 *   JPEG: segments up to the picture, APP1 "Exif" ─▶ a TIFF in it
 *   TIFF: header ─▶ directories of entries: tag, type, count, value or its place
 *
 * Only the head of the file is looked at, FEED_HEAD_MAX bytes: that is where cameras put it. Then
 * all bytes are searched as such, which finds the plain strings again and whatever else is plain
 * text (IPTC, XMP); so strings are given here only with their names, and the picture itself stays
 * `partial(no-ocr)`.
 *
 * Places and counts are hostile: nothing is read beyond the head, each directory once, at most
 * ENTRIES_MAX entries in all.
 */
#include <time.h>

#include "base/utf8.h"
#include "extract/extract.h"
#include "extract/format/format.h"
#include "extract/format/little.h"

enum {
    ENTRIES_MAX = 4096,
    DIRECTORIES_MAX = 16,
    TEXT_MAX = 4096, /* of one value */
    ASCII = 2,
    RATIONAL = 5,
    EXIF_DIRECTORY = 0x8769,
    GPS_DIRECTORY = 0x8825,
    DATE_ORIGINAL = 0x9003,
    USER_COMMENT = 0x9286,
    XP_FIRST = 0x9C9B, /* title, comment, author, keywords, subject: UTF-16LE */
    XP_LAST = 0x9C9F,
    LATITUDE = 2,
    LONGITUDE = 4,
};

typedef struct Exif {
    Extraction *x;
    Span tiff;
    bool big; /* order of bytes */
    uint32_t directories[DIRECTORIES_MAX];
    unsigned n_directories, n_entries;
    char north, east; /* the letters beside the coordinates */
    bool begun;
} Exif;

typedef struct Tag {
    unsigned id;
    const char *name;
} Tag;

static const Tag tags[] = {
    {0x010E, "Description"}, {0x010F, "Make"},    {0x0110, "Model"},   {0x013B, "Artist"},
    {0x8298, "Copyright"},   {0xA430, "Owner"},   {0xA431, "Serial"},  {0xA435, "Lens-Serial"},
    {0xA420, "Image-ID"},    {0x9C9B, "Title"},   {0x9C9C, "Comment"}, {0x9C9D, "Author"},
    {0x9C9E, "Keywords"},    {0x9C9F, "Subject"}, {0x9286, "Comment"}, {0x013C, "Host"},
};

static uint32_t number(const Exif *e, size_t at, unsigned n) {
    uint32_t v = 0;

    if (at > e->tiff.n || e->tiff.n - at < n)
        return 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint32_t)e->tiff.at[at + i] << 8 * (e->big ? n - 1 - i : i);
    return v;
}

static int begin(Exif *e) {
    if (e->begun)
        return 0;
    e->begun = true;
    return extract_part(e->x, PART_SECTION, span_of("exif"));
}

/* ---- values ---- */

static void put_wide(const Exif *e, Span s, bool big, Buf *ret) {
    (void)e;
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t c = big ? (uint32_t)s.at[i] << 8 | s.at[i + 1] : little16(s.at + i);
        uint8_t bytes[UTF8_MAX];

        if (c)
            buf_add(ret, bytes, utf8_encode(c, bytes));
    }
}

/* Text of a tag: of 8 bits, of 16 for those that Windows adds, with its kind before it in another.
 */
static int give_text(Exif *e, const Tag *t, Span s) {
    _cleanup_(buf_wipe) Buf line = {0};
    int r;

    buf_printf(&line, "%s: ", t->name);
    if (t->id == USER_COMMENT && s.n >= 8) {
        bool wide = memcmp(s.at, "UNICODE", 8) == 0;

        s = span(s.at + 8, s.n - 8);
        if (wide)
            put_wide(e, s, e->big, &line);
        else
            buf_span(&line, s);
    } else if (t->id >= XP_FIRST && t->id <= XP_LAST) {
        put_wide(e, s, false, &line);
    } else {
        buf_span(&line, s);
    }
    while (line.n && (line.at[line.n - 1] == 0 || line.at[line.n - 1] == ' '))
        line.n--;
    buf_byte(&line, '\n');
    r = buf_error(&line);
    if (r == 0)
        r = begin(e);
    return r ? r : extract_text(e->x, buf_as_span(&line));
}

/* Degrees, minutes, seconds, a fraction each, as one number of degrees. */
static int give_coordinate(Exif *e, const char *name, size_t at, bool negative) {
    double degrees = 0, unit = 1;
    char text[64];
    int r;

    for (unsigned i = 0; i < 3; i++, unit *= 60) {
        uint32_t over = number(e, at + 8 * (size_t)i, 4), under = number(e, at + 8 * i + 4, 4);

        degrees += under ? over / (double)under / unit : 0;
    }
    if (degrees > 180)
        return 0;
    snprintf(text, sizeof(text), "%s: %s%.6f\n", name, negative ? "-" : "", degrees);
    r = begin(e);
    return r ? r : extract_text(e->x, span_of(text));
}

/* "2020:01:02 03:04:05", in a zone that is not told. */
static int give_date(Exif *e, Span s) {
    struct tm t = {0};
    char text[20];
    int64_t ns;

    if (s.n < 19)
        return 0;
    memcpy(text, s.at, 19);
    text[19] = 0;
    if (sscanf(text, "%4d:%2d:%2d %2d:%2d:%2d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
               &t.tm_min, &t.tm_sec) != 6 ||
        t.tm_year < 1900 || t.tm_mon < 1 || t.tm_mon > 12)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon--;
    ns = (int64_t)timegm(&t) * 1000000000;
    return extract_fact(e->x, &(Fact){.kind = FACT_CREATED, .from = ns, .to = ns});
}

/* ---- directories ---- */

static void note_directory(Exif *e, uint32_t at) {
    for (unsigned i = 0; i < e->n_directories; i++) {
        if (e->directories[i] == at)
            return;
    }
    if (at && e->n_directories < DIRECTORIES_MAX)
        e->directories[e->n_directories++] = at;
}

static int give_gps(Exif *e, unsigned id, unsigned type, size_t value) {
    if (id == LATITUDE - 1 && type == ASCII)
        e->north = (char)number(e, value, 1);
    if (id == LONGITUDE - 1 && type == ASCII)
        e->east = (char)number(e, value, 1);
    if (id == LATITUDE && type == RATIONAL)
        return give_coordinate(e, "Latitude", value, e->north == 'S');
    if (id == LONGITUDE && type == RATIONAL)
        return give_coordinate(e, "Longitude", value, e->east == 'W');
    return 0;
}

/* An entry of twelve bytes: a value of more than four stands elsewhere. */
static int read_entry(Exif *e, size_t at, bool gps) {
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8};
    unsigned id = number(e, at, 2), type = number(e, at + 2, 2);
    uint32_t count = number(e, at + 4, 4);
    uint64_t n = (uint64_t)count * (type < sizeof(sizes) ? sizes[type] : 0);
    size_t value = n > 4 ? number(e, at + 8, 4) : at + 8;
    Span text;

    if (!n || value > e->tiff.n || n > e->tiff.n - value)
        return 0;
    text = span(e->tiff.at + value, n < TEXT_MAX ? (size_t)n : TEXT_MAX);
    if (gps)
        return give_gps(e, id, type, value);
    if (id == EXIF_DIRECTORY || id == GPS_DIRECTORY)
        note_directory(e, number(e, value, 4));
    if (id == DATE_ORIGINAL)
        return give_date(e, text);
    for (size_t i = 0; i < N_ELEMENTS(tags); i++) {
        if (tags[i].id == id)
            return give_text(e, &tags[i], text);
    }
    return 0;
}

static int read_directories(Exif *e) {
    uint32_t gps = 0;
    int r = 0;

    note_directory(e, number(e, 4, 4));
    for (unsigned d = 0; r == 0 && d < e->n_directories; d++) {
        size_t at = e->directories[d];
        unsigned n = number(e, at, 2);

        for (unsigned i = 0; r == 0 && i < n && e->n_entries++ < ENTRIES_MAX; i++) {
            size_t entry = at + 2 + 12 * (size_t)i;

            if (entry + 12 > e->tiff.n)
                break;
            if (number(e, entry, 2) == GPS_DIRECTORY)
                gps = number(e, entry + 8, 4);
            r = read_entry(e, entry, gps && gps == at);
        }
        note_directory(e, number(e, at + 2 + 12 * (size_t)n, 4)); /* the next picture's */
    }
    return r;
}

static int read_tiff(Extraction *x, Span tiff) {
    Exif e = {.x = x, .tiff = tiff};

    if (tiff.n < 8)
        return 0;
    e.big = tiff.at[0] == 'M';
    return read_directories(&e);
}

/* ---- files ---- */

/* Segments: FF, a letter, a length that counts itself (ITU-T T.81, B.1.1.4). */
static Span find_exif(Span s) {
    size_t at = 2;

    while (s.n - at >= 10 && s.at[at] == 0xFF && s.at[at + 1] != 0xDA) {
        size_t n = (size_t)s.at[at + 2] << 8 | s.at[at + 3];

        if (s.at[at + 1] == 0xE1 && n > 8 && memcmp(s.at + at + 4, "Exif\0\0", 6) == 0)
            return span(s.at + at + 10, n - 8 < s.n - at - 10 ? n - 8 : s.n - at - 10);
        if (n < 2 || n + 2 > s.n - at)
            break;
        at += n + 2;
    }
    return span(NULL, 0);
}

static int picture_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret) {
    Span head;
    int r = feed_head(f, FEED_HEAD_MAX, &head);

    *ret = status_of(STATUS_PARTIAL, "no-ocr");
    if (r < 0)
        head = span(f->head.at, 0);
    r = r == -ENOMEM ? r : 0;
    if (r == 0 && head.n >= 4)
        r = read_tiff(x, head.at[0] == 0xFF ? find_exif(head) : head);
    return r ? r : extract_rest(x, f, ENCODING_BINARY);
}

const Extractor jpeg_extractor = {
    .format = "jpeg", .place = EXTRACT_ANYWHERE, .extract = picture_extract};
const Extractor tiff_extractor = {
    .format = "tiff", .place = EXTRACT_ANYWHERE, .extract = picture_extract};
