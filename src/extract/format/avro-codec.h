/*
 * Avro codec: how the blocks of an object container file are packed (Apache Avro
 * specification 1.11, "Required Codecs", "Optional Codecs").
 *
 * A block is unpacked whole, up to a limit; memory follows what there is. Content is hostile.
 */
#pragma once

#include "base/buf.h"
#include "extract/format/decode.h"
#include "extract/format/inflate.h"

typedef enum AvroCodecKind {
    AVRO_CODEC_NULL,
    AVRO_CODEC_DEFLATE,
    AVRO_CODEC_SNAPPY,
    AVRO_CODEC_STREAM, /* what a Decode reads */
    AVRO_CODEC_UNKNOWN,
} AvroCodecKind;

/* All zero: the blocks are as they are. */
typedef struct AvroCodec {
    AvroCodecKind kind;
    const DecoderKind *decoder; /* of AVRO_CODEC_STREAM */
    Inflate *inflate;           /* made when first needed */
} AvroCodec;

/* By the word in the file's metadata. */
void avro_codec_choose(AvroCodec *c, Span word);

/*
 * The block, as far as it comes, at most `limit` bytes, behind what *ret has; nothing for
 * AVRO_CODEC_NULL. 0, -EBADMSG, -EFBIG, -ENOBUFS; -ENOMEM.
 */
int avro_codec_unpack(AvroCodec *c, Span data, size_t limit, Buf *ret);

void avro_codec_done(AvroCodec *c);
