/*
 * Snappy: one block of the raw format (google/snappy, format_description.txt), as Avro has it.
 *
 * In memory; input is hostile. Nothing is allocated by the length that the block declares.
 */
#pragma once

#include "base/buf.h"

/*
 * Appends what is in the block. -EBADMSG: it is damaged, what came before is in `to`; -EFBIG: it is
 * more than `most` bytes, the first of which are there; -ENOMEM.
 */
int snappy_decode(Span block, size_t most, Buf *to);
