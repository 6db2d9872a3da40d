/*
 * Stream: one compressed stream, and the one file inside it.
 *
 * What is inside a stream is sniffed like anything else: a tar or cpio is read at once, so that
 * its members are `a.tar.gz!/dir/file`; anything else is one unit, `dump.sql.gz!/dump.sql`, named
 * as gzip stored it, or after the stream without its suffix. libarchive is asked for the filter
 * alone: with its formats it takes a stream that begins with zeros for an empty tar and is done.
 * Bytes behind the stream are searched as they are.
 */
#include <brotli/decode.h>

#include <strings.h>

#include "extract/format/archive-input.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/format/gzip.h"

#define SECOND INT64_C(1000000000)

/* ---- the name inside ---- */

static const struct {
    const char *suffix, *instead;
} suffixes[] = {
    {".tgz", ".tar"}, {".taz", ".tar"}, {".tbz", ".tar"},  {".tbz2", ".tar"},  {".tz2", ".tar"},
    {".txz", ".tar"}, {".tlz", ".tar"}, {".tzst", ".tar"}, {".cpgz", ".cpio"}, {".svgz", ".svg"},
    {".emz", ".emf"}, {".wmz", ".wmf"}, {".gz", ""},       {".bz2", ""},       {".xz", ""},
    {".lzma", ""},    {".zst", ""},     {".lz4", ""},      {".lz", ""},        {".Z", ""},
    {".br", ""},
};

static bool ends_with(Span name, const char *suffix) {
    size_t n = strlen(suffix);

    return name.n > n && strncasecmp((const char *)name.at + name.n - n, suffix, n) == 0;
}

static void name_inside(Span name, Buf *ret) {
    for (size_t i = 0; i < N_ELEMENTS(suffixes); i++) {
        if (ends_with(name, suffixes[i].suffix)) {
            buf_add(ret, name.at, name.n - strlen(suffixes[i].suffix));
            buf_text(ret, suffixes[i].instead);
            return;
        }
    }
    buf_span(ret, name);
}

/* ---- what is inside ---- */

static int read_inside(Extraction *x, Feed *f, Span stored, int64_t mtime, Status *ret) {
    _cleanup_(buf_done) Buf name = {0};
    Span head;
    Sniff s;
    int r = feed_head(f, SNIFF_HEAD_MAX, &head);

    if (r == -ENOMEM)
        return r;
    s = sniff(r < 0 ? span(f->head.at, f->head.n) : head, 0);
    if (strcmp(s.format, "tar") == 0)
        return tar_reader.extract(x, f, ENCODING_BINARY, ret);
    if (strcmp(s.format, "cpio") == 0)
        return archive_cpio.extract(x, f, ENCODING_BINARY, ret);
    if (stored.n)
        buf_span(&name, stored);
    else
        name_inside(extract_name(x), &name);
    if (buf_error(&name))
        return -ENOMEM;
    return extract_unit(
        x, &(Entry){.name = buf_as_span(&name), .size = FEED_SIZE_UNKNOWN, .mtime = mtime}, f);
}

/* The stream's own flaw is the unit's, whatever was made of what came. */
static void note_flaw(const Feed *f, Status *ret) {
    if (f->error)
        *ret = extract_flaw(f);
}

/* ---- gzip ---- */

static int gzip_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    _cleanup_(gzip_freep) Gzip *g = NULL;
    int64_t mtime = INT64_MIN;
    uint64_t offset;
    Span rest;
    int r = gzip_new(f, &g);

    (void)encoding;
    if (r < 0)
        return r;
    if (gzip_time(g))
        mtime = gzip_time(g) * SECOND;
    r = read_inside(x, gzip_feed(g), gzip_name(g), mtime, ret);
    note_flaw(gzip_feed(g), ret);
    rest = gzip_rest(g, &offset);
    if (r == 0)
        r = gap_bytes(x, f, rest, offset);
    return r ? r : gap_rest(x, f);
}

/* ---- by a filter of libarchive ---- */

typedef struct Filtered {
    ArchiveInput in;
    Span out;
    bool over;
} Filtered;

static ssize_t filtered_read(Feed *f, uint8_t *at, size_t n) {
    Filtered *s = f->of;
    la_int64_t offset;
    int r = ARCHIVE_OK;

    while (!s->out.n && !s->over) {
        const void *block = NULL;
        size_t size = 0;

        r = archive_read_data_block(s->in.a, &block, &size, &offset);
        s->over = r != ARCHIVE_OK && r != ARCHIVE_WARN;
        s->out = span(block, s->over ? 0 : size);
    }
    if (s->over)
        return r == ARCHIVE_OK || r == ARCHIVE_EOF ? 0 : archive_input_error(&s->in);
    n = n < s->out.n ? n : s->out.n;
    memcpy(at, s->out.at, n);
    s->out = span(s->out.at + n, s->out.n - n);
    return (ssize_t)n;
}

/* At the one entry that the raw format makes of a stream: 0, or what a feed would say. */
static int filtered_open(Filtered *s, int (*filter)(struct archive *)) {
    struct archive_entry *entry;
    int r;

    if (filter(s->in.a) != ARCHIVE_OK || archive_read_support_format_raw(s->in.a) != ARCHIVE_OK)
        return -ENOBUFS;
    archive_read_support_format_empty(s->in.a);
    r = archive_input_open(&s->in);
    if (r < 0)
        return r;
    if (archive_filter_count(s->in.a) < 2)
        return -EBADMSG; /* none but ours: it is not what it looked like */
    r = archive_read_next_header(s->in.a, &entry);
    s->over = r == ARCHIVE_EOF;
    return r == ARCHIVE_OK || r == ARCHIVE_WARN || s->over ? 0 : archive_input_error(&s->in);
}

static int filter_extract(Extraction *x, Feed *f, int (*filter)(struct archive *), Status *ret) {
    static const FeedKind kind = {.read = filtered_read};
    Filtered s = {0};
    Feed out = feed_of(&kind, &s, FEED_SIZE_UNKNOWN);
    bool lost = false;
    int r = archive_input_new(&s.in, f, false);

    if (r < 0)
        return r;
    out.derived = true;
    out.error = filtered_open(&s, filter);
    s.over |= out.error != 0;
    r = read_inside(x, &out, span(NULL, 0), INT64_MIN, ret);
    note_flaw(&out, ret);
    if (r == 0)
        r = archive_input_rest(x, &s.in, &lost);
    if (lost && ret->kind == STATUS_READ)
        *ret = status_of(STATUS_PARTIAL, "inconsistent");
    feed_done(&out);
    archive_input_done(&s.in);
    return r;
}

#define FILTER(word)                                                                               \
    static int word##_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {            \
        (void)encoding;                                                                            \
        return filter_extract(x, f, archive_read_support_filter_##word, ret);                      \
    }

FILTER(bzip2)
FILTER(compress)
FILTER(lz4)
FILTER(lzip)
FILTER(lzma)
FILTER(xz)
FILTER(zstd)

/* ---- brotli ---- */

typedef struct Brotli {
    Feed *from;
    BrotliDecoderState *state;
    uint8_t bytes[ARCHIVE_BLOCK];
    Span in;
    bool over;
    int flaw; /* told at the end */
} Brotli;

static ssize_t brotli_read(Feed *f, uint8_t *at, size_t n) {
    Brotli *b = f->of;

    while (!b->over) {
        size_t in = b->in.n, left = n;
        const uint8_t *next = b->in.at;
        uint8_t *out = at;
        BrotliDecoderResult r =
            BrotliDecoderDecompressStream(b->state, &in, &next, &left, &out, NULL);
        ssize_t got;

        b->in = span(next, in);
        b->over = r == BROTLI_DECODER_RESULT_SUCCESS || r == BROTLI_DECODER_RESULT_ERROR;
        if (r == BROTLI_DECODER_RESULT_ERROR)
            b->flaw = -EBADMSG;
        if (left < n)
            return (ssize_t)(n - left);
        if (r != BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT)
            continue;
        got = feed_some(b->from, b->bytes, sizeof(b->bytes));
        b->over = got <= 0;
        if (got <= 0)
            return got < 0 ? got : -EBADMSG;
        b->in = span(b->bytes, (size_t)got);
    }
    return b->flaw;
}

static int brotli_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    static const FeedKind kind = {.read = brotli_read};
    _cleanup_(free_p) Brotli *b = calloc(1, sizeof(*b));
    Feed out = feed_of(&kind, b, FEED_SIZE_UNKNOWN);
    int r;

    (void)encoding;
    if (!b)
        return -ENOMEM;
    b->from = f;
    b->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (!b->state)
        return -ENOMEM;
    out.derived = true;
    r = read_inside(x, &out, span(NULL, 0), INT64_MIN, ret);
    note_flaw(&out, ret);
    if (r == 0)
        r = gap_bytes(x, f, b->in, f->at - b->in.n);
    if (r == 0)
        r = gap_rest(x, f);
    feed_done(&out);
    BrotliDecoderDestroyInstance(b->state);
    return r;
}

bool brotli_looks(Span name, const Sniff *s, Span head) {
    _uninitialized_ uint8_t made[4096];
    const uint8_t *next = head.at;
    BrotliDecoderState *state;
    BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    size_t in = head.n;

    if (!ends_with(name, ".br") ||
        (strcmp(s->format, "unknown") != 0 && strcmp(s->format, "high-entropy") != 0))
        return false;
    state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    for (size_t n = 0; state && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && n < (1 << 20);
         n += sizeof(made)) {
        size_t left = sizeof(made);
        uint8_t *out = made;

        r = BrotliDecoderDecompressStream(state, &in, &next, &left, &out, NULL);
    }
    BrotliDecoderDestroyInstance(state);
    return state && r != BROTLI_DECODER_RESULT_ERROR;
}

#define STREAM(word, name)                                                                         \
    const Extractor stream_##word = {                                                              \
        .format = name, .place = EXTRACT_FORMAT, .filter = true, .extract = word##_extract}

STREAM(brotli, "brotli");
STREAM(bzip2, "bzip2");
STREAM(compress, "compress");
STREAM(gzip, "gzip");
STREAM(lz4, "lz4");
STREAM(lzip, "lzip");
STREAM(lzma, "lzma");
STREAM(xz, "xz");
STREAM(zstd, "zstd");
