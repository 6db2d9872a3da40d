/*
 * Pgmaker: the contents of PostgreSQL's own dumps, put together by hand, for tests.
 */
#pragma once

#include "base/buf.h"

static inline void pg_int(Buf *b, int64_t v) {
    uint64_t n = v < 0 ? (uint64_t)-v : (uint64_t)v;

    buf_byte(b, v < 0);
    for (unsigned i = 0; i < 4; i++)
        buf_byte(b, (uint8_t)(n >> 8 * i));
}

static inline void pg_string(Buf *b, const char *s) {
    pg_int(b, s ? (int64_t)strlen(s) : -1);
    buf_text(b, s ? s : "");
}

/* packing: as 1.15 has it; format: 1 custom, 3 tar, 5 directory. */
static inline void pg_head(Buf *b, unsigned minor, unsigned packing, unsigned format, int entries) {
    buf_text(b, "PGDMP");
    buf_byte(b, 1), buf_byte(b, (uint8_t)minor), buf_byte(b, 0);
    buf_byte(b, 4), buf_byte(b, 8), buf_byte(b, (uint8_t)format);
    if (minor >= 15)
        buf_byte(b, (uint8_t)packing);
    else
        pg_int(b, packing ? -1 : 0);
    for (unsigned i = 0; i < 7; i++)
        pg_int(b, 1);
    pg_string(b, "db"), pg_string(b, "15.1"), pg_string(b, "15.2");
    pg_int(b, entries);
}

/* file NULL: of the custom format, whose rows are there. */
static inline void pg_entry(Buf *b, unsigned minor, int id, const char *sql, const char *copy,
                            const char *file) {
    pg_int(b, id);
    pg_int(b, copy != NULL);
    pg_string(b, "1259"), pg_string(b, "16384"), pg_string(b, "name"), pg_string(b, "TABLE");
    pg_int(b, 2);
    pg_string(b, sql), pg_string(b, "DROP"), pg_string(b, copy);
    pg_string(b, "public"), pg_string(b, "");
    if (minor >= 14)
        pg_string(b, "heap");
    if (minor >= 16)
        pg_int(b, 'r');
    pg_string(b, "owner"), pg_string(b, "false");
    pg_string(b, "7"), pg_string(b, NULL);
    if (file) {
        pg_string(b, file);
        return;
    }
    buf_byte(b, 2); /* it has rows, and where is known */
    for (unsigned i = 0; i < 8; i++)
        buf_byte(b, 0);
}
