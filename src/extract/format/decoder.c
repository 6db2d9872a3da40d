/*
 * Decoder: bzip2, brotli, lz4, zstd, and what liblzma reads; see decoder.h.
 *
 * Each frees and makes anew what its library keeps of a frame. Memory that a stream may ask for is
 * bounded here: a dictionary of up to 256 MiB.
 */
#include "extract/format/decoder.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#define MEMORY (UINT64_C(260) << 20)

enum { WINDOW_LOG = 28 }; /* 256 MiB */

static uint32_t little32(Span s) {
    return s.n < 4 ? 0
                   : s.at[0] | (uint32_t)s.at[1] << 8 | (uint32_t)s.at[2] << 16 |
                         (uint32_t)s.at[3] << 24;
}

/* ---- liblzma: xz, lzip, lzma alone ---- */

typedef struct Lzma {
    int flaw;
    lzma_stream stream;
} Lzma;

static int lzma_started(lzma_ret r) {
    return r == LZMA_OK ? 0 : -ENOMEM;
}

static int xz_start(void *state) {
    return lzma_started(lzma_stream_decoder(&((Lzma *)state)->stream, MEMORY, 0));
}

static int lzip_start(void *state) {
    return lzma_started(lzma_lzip_decoder(&((Lzma *)state)->stream, MEMORY, 0));
}

static int lzma_start(void *state) {
    return lzma_started(lzma_alone_decoder(&((Lzma *)state)->stream, MEMORY));
}

static ssize_t lzma_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    lzma_stream *s = &((Lzma *)state)->stream;
    lzma_ret r;

    s->next_in = in->at;
    s->avail_in = in->n;
    s->next_out = at;
    s->avail_out = n;
    r = lzma_code(s, LZMA_RUN);
    *in = span(s->next_in, s->avail_in);
    *ret_end = r == LZMA_STREAM_END;
    if (r == LZMA_OK || r == LZMA_STREAM_END || r == LZMA_BUF_ERROR)
        return (ssize_t)(n - s->avail_out);
    ((Lzma *)state)->flaw = r == LZMA_MEMLIMIT_ERROR || r == LZMA_MEM_ERROR ? -ENOBUFS : -EBADMSG;
    return s->avail_out < n ? (ssize_t)(n - s->avail_out) : ((Lzma *)state)->flaw;
}

static void lzma_stop(void *state) {
    lzma_end(&((Lzma *)state)->stream);
}

static bool xz_again(Span next) {
    return little32(next) == 0x587A37FD;
}

static bool lzip_again(Span next) {
    return little32(next) == 0x50495A4C;
}

const DecoderKind decoder_xz = {.format = "xz",
                                .size = sizeof(Lzma),
                                .padded = true,
                                .start = xz_start,
                                .step = lzma_step,
                                .stop = lzma_stop,
                                .again = xz_again};
const DecoderKind decoder_lzip = {.format = "lzip",
                                  .size = sizeof(Lzma),
                                  .start = lzip_start,
                                  .step = lzma_step,
                                  .stop = lzma_stop,
                                  .again = lzip_again};
const DecoderKind decoder_lzma = {.format = "lzma",
                                  .size = sizeof(Lzma),
                                  .start = lzma_start,
                                  .step = lzma_step,
                                  .stop = lzma_stop};

/* ---- zstd ---- */

typedef struct Zstd {
    int flaw;
    ZSTD_DStream *stream;
} Zstd;

static int zstd_start(void *state) {
    Zstd *z = state;

    if (!z->stream)
        z->stream = ZSTD_createDStream();
    if (!z->stream ||
        ZSTD_isError(ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG)))
        return -ENOMEM;
    ZSTD_DCtx_reset(z->stream, ZSTD_reset_session_only);
    return 0;
}

static ssize_t zstd_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    ZSTD_inBuffer from = {.src = in->at, .size = in->n};
    ZSTD_outBuffer to = {.dst = at, .size = n};
    size_t r = ZSTD_decompressStream(((Zstd *)state)->stream, &to, &from);

    *in = span(in->at + from.pos, in->n - from.pos);
    *ret_end = r == 0;
    if (!ZSTD_isError(r))
        return (ssize_t)to.pos;
    return ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge ||
                   ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation
               ? -ENOBUFS
               : -EBADMSG;
}

static void zstd_stop(void *state) {
    ZSTD_freeDStream(((Zstd *)state)->stream);
}

static bool zstd_again(Span next) {
    return little32(next) == ZSTD_MAGICNUMBER || (little32(next) & 0xFFFFFFF0) == 0x184D2A50;
}

const DecoderKind decoder_zstd = {.format = "zstd",
                                  .size = sizeof(Zstd),
                                  .start = zstd_start,
                                  .step = zstd_step,
                                  .stop = zstd_stop,
                                  .again = zstd_again};

/* ---- lz4 ---- */

typedef struct Lz4 {
    int flaw;
    LZ4F_dctx *context;
} Lz4;

static int lz4_start(void *state) {
    Lz4 *z = state;

    if (z->context) {
        LZ4F_resetDecompressionContext(z->context);
        return 0;
    }
    return LZ4F_isError(LZ4F_createDecompressionContext(&z->context, LZ4F_VERSION)) ? -ENOMEM : 0;
}

static ssize_t lz4_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    size_t taken = in->n, made = n;
    size_t r = LZ4F_decompress(((Lz4 *)state)->context, at, &made, in->at, &taken, NULL);

    if (LZ4F_isError(r))
        return -EBADMSG;
    *in = span(in->at + taken, in->n - taken);
    *ret_end = r == 0;
    return (ssize_t)made;
}

static void lz4_stop(void *state) {
    LZ4F_freeDecompressionContext(((Lz4 *)state)->context);
}

static bool lz4_again(Span next) {
    return little32(next) == 0x184D2204 || (little32(next) & 0xFFFFFFF0) == 0x184D2A50;
}

const DecoderKind decoder_lz4 = {.format = "lz4",
                                 .size = sizeof(Lz4),
                                 .start = lz4_start,
                                 .step = lz4_step,
                                 .stop = lz4_stop,
                                 .again = lz4_again};

/* ---- bzip2 ---- */

typedef struct Bzip2 {
    int flaw;
    bool open;
    bz_stream stream;
} Bzip2;

static void bzip2_stop(void *state) {
    Bzip2 *b = state;

    if (b->open)
        BZ2_bzDecompressEnd(&b->stream);
    b->open = false;
}

static int bzip2_start(void *state) {
    Bzip2 *b = state;

    bzip2_stop(b);
    b->stream = (bz_stream){0};
    b->open = BZ2_bzDecompressInit(&b->stream, 0, 0) == BZ_OK;
    return b->open ? 0 : -ENOMEM;
}

static ssize_t bzip2_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    bz_stream *s = &((Bzip2 *)state)->stream;
    size_t made;
    int r;

    s->next_in = (char *)(uintptr_t)in->at; /* it does not write there */
    s->avail_in = (unsigned)in->n;
    s->next_out = (char *)at;
    s->avail_out = (unsigned)n;
    r = BZ2_bzDecompress(s);
    *in = span(s->next_in, s->avail_in);
    *ret_end = r == BZ_STREAM_END;
    made = n - s->avail_out;
    if (r == BZ_OK || r == BZ_STREAM_END)
        return (ssize_t)made;
    ((Bzip2 *)state)->flaw = r == BZ_MEM_ERROR ? -ENOBUFS : -EBADMSG;
    return made ? (ssize_t)made : ((Bzip2 *)state)->flaw;
}

static bool bzip2_again(Span next) {
    return next.n >= 4 && memcmp(next.at, "BZh", 3) == 0 && next.at[3] >= '1' && next.at[3] <= '9';
}

const DecoderKind decoder_bzip2 = {.format = "bzip2",
                                   .size = sizeof(Bzip2),
                                   .start = bzip2_start,
                                   .step = bzip2_step,
                                   .stop = bzip2_stop,
                                   .again = bzip2_again};

/* ---- brotli ---- */

typedef struct Brotli {
    int flaw;
    BrotliDecoderState *decoder;
} Brotli;

static int brotli_start(void *state) {
    Brotli *b = state;

    b->decoder = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    return b->decoder ? 0 : -ENOMEM;
}

static ssize_t brotli_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    Brotli *b = state;
    size_t left = n;
    BrotliDecoderResult r =
        BrotliDecoderDecompressStream(b->decoder, &in->n, &in->at, &left, &at, NULL);

    *ret_end = r == BROTLI_DECODER_RESULT_SUCCESS;
    if (r != BROTLI_DECODER_RESULT_ERROR)
        return (ssize_t)(n - left);
    b->flaw = -EBADMSG;
    return left < n ? (ssize_t)(n - left) : -EBADMSG;
}

static void brotli_stop(void *state) {
    BrotliDecoderDestroyInstance(((Brotli *)state)->decoder);
}

const DecoderKind decoder_brotli = {.format = "brotli",
                                    .size = sizeof(Brotli),
                                    .start = brotli_start,
                                    .step = brotli_step,
                                    .stop = brotli_stop};
