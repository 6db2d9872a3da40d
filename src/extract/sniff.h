/*
 * Sniff: what a file is, from its first bytes.
 *
 * A table of signatures first, then the encoding ladder, then the look of the bytes. Names and
 * extensions are not asked: they lie more often than content does. Pure; input is hostile; nothing
 * is read beyond the head.
 */
#pragma once

#include "extract/text/encoding.h"

#define SNIFF_HEAD_MAX (64u << 10) /* more than that is not looked at */

typedef enum SniffKind {
    SNIFF_BINARY,    /* known or not, nothing inside to open: raw bytes are scanned */
    SNIFF_TEXT,      /* encoding says how to read it */
    SNIFF_CONTAINER, /* archives, compressed streams, documents, databases, disk images */
    SNIFF_CIPHER,    /* encrypted, or indistinguishable from it */
    SNIFF_IMAGE,
    SNIFF_MEDIA, /* sound, film */
    N_SNIFF_KINDS,
} SniffKind;

typedef struct Sniff {
    SniffKind kind;
    const char *format; /* short word, static: "zip", "pdf", "text", "high-entropy", "unknown" */
    Encoding encoding;  /* of text, else ENCODING_BINARY */
    unsigned bom;       /* bytes of a byte order mark before the text */
} Sniff;

const char *sniff_kind_name(SniffKind k);

/* size: of the whole file, which tells whether the head is a part; 0 if unknown (a stream). */
Sniff sniff(Span head, uint64_t size);
