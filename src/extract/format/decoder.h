/*
 * Decoder: the formats that Decode knows, each a few calls of its library.
 *
 * Only decode.c uses these.
 */
#pragma once

#include "extract/format/decode.h"

extern const DecoderKind decoder_brotli, decoder_bzip2, decoder_gzip, decoder_lz4, decoder_lzip,
    decoder_lzma, decoder_xz, decoder_zstd;

Span gzip_name(const void *state);
uint32_t gzip_time(const void *state);
