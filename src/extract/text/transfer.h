/*
 * Transfer: the encodings that carry bytes through mail: base64, quoted-printable, uuencode, yEnc.
 *
 * Decoding goes line by line, or any piece of a line in base64; what is no code is passed over.
 * Output is never longer than input. Input is hostile.
 */
#pragma once

#include "base/buf.h"

typedef enum TransferKind {
    TRANSFER_NONE,
    TRANSFER_BASE64,
    TRANSFER_QUOTED,
    TRANSFER_UU,
    TRANSFER_YENC,
} TransferKind;

typedef struct Transfer {
    TransferKind kind;
    uint32_t bits; /* of base64, not given out yet */
    unsigned n_bits;
    bool escaped; /* of yEnc, at the end of a piece */
} Transfer;

/* "base64" and its like, in any case; TRANSFER_NONE for 7bit and all that is not known. */
TransferKind transfer_parse(Span word);

/* A line, its end included, or a piece of one: what it stands for goes to out. */
void transfer_line(Transfer *t, Span line, Buf *out);

/* A line of uuencoded bytes: as long as its first character says. */
bool transfer_is_uu(Span line);

/* The value of a hexadecimal digit, -1 if it is none. */
int transfer_hex(uint8_t c);

/* The value of each digit of base64, of either alphabet; -1 where it is none. */
extern const int8_t transfer_base64[256];
