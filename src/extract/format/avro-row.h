/*
 * Avro rows: the values of a block, read by a schema (avro-schema.h), become cells.
 *
 * An object is a row; a column is the path of names without array indexes ("user.ssn"), as in the
 * readers of JSON and BSON. A record inside itself has the columns of the outer one. Keys of maps
 * are columns, so many and no more, and stand in the row without one.
 *
 * Values are hostile: every one takes bytes, those that take none are not read, so nothing is
 * repeated more often than the block has bytes. In a worker; one thread.
 */
#pragma once

#include "extract/format/avro-schema.h"
#include "extract/format/cells.h"

enum {
    AVRO_DEPTH_MAX = 512, /* records in arrays in records ... */
    AVRO_LONG_MAX = 10,   /* bytes of a number */
};

typedef struct AvroFrame {
    uint32_t step;
    uint32_t next; /* of its links */
    uint64_t left; /* items of a block of an array or map */
    Span name;     /* in what is around it; empty: it has the path of that */
    uint64_t hash; /* of its path */
    uint32_t path; /* the frame whose path it has: itself, or the record that it is again */
} AvroFrame;

/* cells.x is set by who makes it, all else is zero. */
typedef struct AvroRow {
    Cells cells;
    AvroSchema schema; /* its own */
    /* the block at hand */
    Span data;       /* its values; borrowed */
    size_t done;     /* of `data` */
    size_t value;    /* where the last one that was begun begins */
    uint64_t source; /* of data.at[0]; MARK_NOWHERE */
    bool dry;        /* only looked at, nothing comes out */
    /* the row at hand */
    AvroFrame frames[AVRO_DEPTH_MAX];
    size_t depth;
    uint32_t *open; /* by step: the outermost frame of that record, from 1 */
    size_t n_keys;
    Buf path; /* scratch */
} AvroRow;

/* Takes the schema over, also on failure; -ENOMEM. */
int avro_rows_schema(AvroRow *a, const AvroSchema *schema);

/* Up to `count` rows of data; -EBADMSG at the first fault, else what a Receiver says. */
int avro_rows_read(AvroRow *a, uint64_t count);

void avro_rows_done(AvroRow *a);

/* Zigzag, seven bits a byte, the lowest first: its bytes, or 0. */
size_t avro_decode_long(Span s, int64_t *ret);
