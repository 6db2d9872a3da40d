/*
 * AvroSchema: a schema of Avro (specification 1.11), as a flat program that reads its values.
 *
 *     {"type": "record", "fields": [{"name": "ssn", "type": ["null", "string"]}]}
 *
 *     step 0: record, links 0 to 1:  "ssn" ─▶ step 1
 *     step 1: union,  links 1 to 3:  ─▶ step 2: null    ─▶ step 3: string
 *
 * A type that has a name is one step however often it is used, so a program is never longer than
 * its schema, and a record may lead back to itself. Frozen once made; names borrow from it.
 */
#pragma once

#include "base/arena.h"

enum { AVRO_SCHEMA_MAX = 2 << 20 }; /* bytes of its JSON */

typedef enum AvroKind {
    AVRO_NULL,
    AVRO_BOOLEAN,
    AVRO_INT,
    AVRO_LONG,
    AVRO_FLOAT,
    AVRO_DOUBLE,
    AVRO_BYTES,
    AVRO_STRING,
    AVRO_FIXED,
    AVRO_ENUM,
    AVRO_ARRAY,
    AVRO_MAP,
    AVRO_UNION,
    AVRO_RECORD,
    N_AVRO_KINDS,
} AvroKind;

/* Logical types, where they suit the type that they are of. */
typedef enum AvroMeaning {
    AVRO_PLAIN,
    AVRO_DECIMAL,
    AVRO_UUID,
    AVRO_DATE,
    AVRO_TIME_MILLIS,
    AVRO_TIME_MICROS,
    AVRO_STAMP_MILLIS,
    AVRO_STAMP_MICROS,
    AVRO_STAMP_NANOS,
    AVRO_DURATION,
} AvroMeaning;

typedef struct AvroStep {
    AvroKind kind;
    AvroMeaning meaning;
    bool empty;        /* its values take no bytes */
    uint32_t first, n; /* links: fields, branches, the one item, symbols */
    uint32_t size;     /* of a fixed */
    uint32_t scale;    /* of a decimal */
} AvroStep;

/* Fields of a record have a name, symbols of an enum nothing else. */
typedef struct AvroLink {
    Span name;
    uint32_t step;
} AvroLink;

typedef struct AvroSchema {
    AvroStep *steps; /* [0]: that of the whole */
    AvroLink *links;
    size_t n_steps, n_links, steps_cap, links_cap;
    Arena names;
} AvroSchema;

/* -EBADMSG: it is no schema that can be read; -ENOMEM. */
int avro_schema_parse(Span json, AvroSchema *ret);
void avro_schema_done(AvroSchema *s);
