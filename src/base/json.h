/*
 * Json: a streaming writer of JSON (RFC 8259) into a Buf.
 *
 * Commas and nesting are kept here, so that callers only say what comes next; the caller keeps
 * begin and end in pairs and puts a key before each value of an object (asserted, never input).
 * Text may be hostile: quotes, control bytes, C1, bidirectional controls and line separators go
 * out as \u escapes, so that a line of JSON is harmless on a terminal and still means the same
 * bytes. Bytes that are not UTF-8 have no JSON form: they are shown as the four characters \xNN,
 * and json_name() puts the exact bytes beside them. Failure is the Buf's: ask buf_error() once.
 */
#pragma once

#include "base/buf.h"

#define JSON_DEPTH_MAX    60
#define JSON_DECIMALS_MAX 9

typedef struct Json {
    Buf *to;
    uint64_t filled; /* bit d: something was already written at depth d */
    unsigned depth;
    bool keyed; /* a key was written and waits for its value */
} Json;

static inline Json json_to(Buf *to) {
    return (Json){.to = to};
}

void json_object_begin(Json *j);
void json_object_end(Json *j);
void json_array_begin(Json *j);
void json_array_end(Json *j);
void json_key(Json *j, const char *key);

void json_span(Json *j, Span text);
void json_text(Json *j, const char *text); /* NULL: null */
void json_int(Json *j, int64_t v);
void json_uint(Json *j, uint64_t v);
void json_double(Json *j, double v,
                 int decimals); /* fixed point; null if not finite or above 10^15 */
void json_bool(Json *j, bool v);
void json_null(Json *j);
void json_hex(Json *j, Span bytes); /* a string of lower-case hex */

/* A value that is JSON already, written by us; it is not checked. */
void json_raw(Json *j, Span json);

/*
 * `"key": "shown"` and, when raw is not UTF-8, also `"key_b64": "<base64 of raw>"`. Where shown is
 * empty, raw itself is shown.
 */
void json_name(Json *j, const char *key, Span shown, Span raw);
