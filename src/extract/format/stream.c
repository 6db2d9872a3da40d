/*
 * Stream: one compressed stream, and the one file inside it.
 *
 * What is inside a stream is sniffed like anything else: a tar or cpio is read at once, so that
 * its members are `a.tar.gz!/dir/file`; anything else is one unit, `dump.sql.gz!/dump.sql`, named
 * as gzip stored it, or after the stream without its suffix. Bytes behind the stream are searched
 * as they are. Where libarchive decodes, it is asked for the filter alone: with its formats it
 * takes a stream that begins with zeros for an empty tar, and is done.
 */
#include <brotli/decode.h>

#include <strings.h>

#include "extract/format/archive-input.h"
#include "extract/format/decode.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"

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

/* The last part of it: in a container, a name may be a path. */
static void name_inside(Span name, Buf *ret) {
    const uint8_t *slash = name.n ? memrchr(name.at, '/', name.n - 1) : NULL;

    if (slash)
        name = span(slash + 1, name.n - (size_t)(slash + 1 - name.at));
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

/* `d`: for the name and the time that gzip keeps; NULL: none are. */
static int read_inside(Extraction *x, Feed *f, const Decode *d, Status *ret) {
    _cleanup_(buf_done) Buf name = {0};
    Entry unit = {.size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    Span head;
    Sniff s;
    int r = feed_head(f, SNIFF_HEAD_MAX, &head);

    if (r == -ENOMEM)
        return r;
    s = sniff(r < 0 ? span(f->head.at, f->head.n) : head, 0);
    f->derived = strcmp(s.format, "tar") == 0 || strcmp(s.format, "cpio") == 0;
    if (strcmp(s.format, "tar") == 0)
        return tar_reader.extract(x, f, ENCODING_BINARY, ret);
    if (strcmp(s.format, "cpio") == 0)
        return archive_cpio.extract(x, f, ENCODING_BINARY, ret);
    if (d && decode_name(d).n)
        buf_span(&name, decode_name(d));
    else
        name_inside(extract_name(x), &name);
    if (buf_error(&name))
        return -ENOMEM;
    unit.name = buf_as_span(&name);
    if (d && decode_time(d))
        unit.mtime = decode_time(d) * SECOND;
    return extract_unit(x, &unit, f);
}

/* The stream's own flaw is the unit's, whatever was made of what came. */
static void note_flaw(const Feed *f, Status *ret) {
    if (f->error)
        *ret = extract_flaw(f);
}

/* ---- by a decoder of ours ---- */

static int decode_extract(Extraction *x, Feed *f, const char *format, Status *ret) {
    _cleanup_(decode_freep) Decode *d = NULL;
    uint64_t offset;
    Span rest;
    int r = decode_new(f, decoder_find(format), &d);

    if (r < 0)
        return r;
    r = read_inside(x, decode_feed(d), d, ret);
    note_flaw(decode_feed(d), ret);
    rest = decode_rest(d, &offset);
    if (r == 0)
        r = gap_bytes(x, f, rest, offset);
    return r ? r : gap_rest(x, f);
}

#define DECODER(word)                                                                              \
    static int word##_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {            \
        (void)encoding;                                                                            \
        return decode_extract(x, f, #word, ret);                                                   \
    }

DECODER(brotli)
DECODER(bzip2)
DECODER(gzip)
DECODER(lzip)
DECODER(lzma)
DECODER(xz)
DECODER(zstd)

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
    out.error = filtered_open(&s, filter);
    s.over |= out.error != 0;
    r = read_inside(x, &out, NULL, ret);
    note_flaw(&out, ret);
    if (r == 0)
        r = archive_input_rest(x, &s.in, &lost);
    if (lost && ret->kind == STATUS_READ)
        *ret = status_of(STATUS_PARTIAL, "inconsistent");
    feed_done(&out);
    archive_input_done(&s.in);
    return r;
}

static int compress_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    (void)encoding;
    return filter_extract(x, f, archive_read_support_filter_compress, ret);
}

/* The frames of old have another layout, which only libarchive reads. */
static int lz4_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    Span head;

    (void)encoding;
    if (feed_head(f, 4, &head) == 0 && head.n == 4 && memcmp(head.at, "\2\x21\x4C\x18", 4) == 0)
        return filter_extract(x, f, archive_read_support_filter_lz4, ret);
    return decode_extract(x, f, "lz4", ret);
}

bool brotli_named(Span name) {
    return ends_with(name, ".br");
}

bool brotli_looks(const Sniff *s, Span head) {
    _uninitialized_ uint8_t made[4096];
    const uint8_t *next = head.at;
    BrotliDecoderState *state;
    BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    size_t in = head.n;

    if (strcmp(s->format, "unknown") != 0 && strcmp(s->format, "high-entropy") != 0)
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
