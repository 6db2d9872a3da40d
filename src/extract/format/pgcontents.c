/* Pgcontents: see pgcontents.h. */
#include "extract/format/pgcontents.h"

enum {
    STEP = 16 << 10,
    VERSION_LEAST = 10,
    VERSION_MOST = 16,
    PLACE_UNKNOWN = 1, /* of rows; there are some, all the same */
    PLACE_KNOWN = 2,
};

/* ---- what it is made of ---- */

static int take(const PgContents *c, void *at, size_t n) {
    ssize_t got = feed_read(c->f, at, n);

    return got < 0 ? (int)got : (size_t)got < n ? -EBADMSG : 0;
}

/* A sign, then bytes of the size that the head tells, little end first. */
int pgcontents_int(const PgContents *c, int64_t *ret) {
    uint8_t b[9] = {0};
    uint64_t v = 0;
    int r = take(c, b, 1 + c->int_size);

    for (unsigned i = c->int_size; i-- > 0;)
        v = v << 8 | b[1 + i];
    if (v > INT64_MAX)
        return -EBADMSG;
    *ret = b[0] ? -(int64_t)v : (int64_t)v;
    return r;
}

/* To `ret`, emptied first; a length below zero, which *ret_none tells, is none at all. */
static int take_string(const PgContents *c, Buf *ret, bool *ret_none) {
    int64_t n = 0;
    int r = pgcontents_int(c, &n);
    size_t got = 0;

    buf_clear(ret);
    if (ret_none)
        *ret_none = n < 0;
    if (r == 0 && n > PG_STRING_MAX)
        r = -EBADMSG;
    while (r == 0 && n > 0 && got < (size_t)n) { /* memory follows what there is */
        size_t step = (size_t)n - got < STEP ? (size_t)n - got : STEP;
        uint8_t *at = buf_extend(ret, step);

        r = at ? take(c, at, step) : -ENOMEM;
        got += step;
    }
    return r;
}

static int skip_strings(const PgContents *c, unsigned n) {
    _cleanup_(buf_wipe) Buf s = {0};
    int r = 0;

    while (r == 0 && n--)
        r = take_string(c, &s, NULL);
    return r;
}

/* ---- the head ---- */

static int read_packing(PgContents *c) {
    int64_t level = 0;
    uint8_t how;
    int r;

    if (c->minor >= 15) {
        r = take(c, &how, 1);
        c->packing = how;
        return r;
    }
    r = pgcontents_int(c, &level);
    c->packing = level ? PG_PACKED_GZIP : PG_PACKED_NOT;
    return r;
}

int pgcontents_open(Feed *f, PgContents *ret) {
    PgContents c = {.f = f};
    uint8_t h[11];
    int64_t part;
    int r = take(&c, h, sizeof(h));

    if (r < 0)
        return r;
    c.minor = h[6];
    c.int_size = h[8];
    c.offset_size = h[9];
    c.format = h[10];
    if (memcmp(h, "PGDMP", 5) != 0 || h[5] != 1 || c.minor < VERSION_LEAST ||
        c.minor > VERSION_MOST || c.int_size < 1 || c.int_size > 8 || c.offset_size > 8)
        return PGCONTENTS_E_UNKNOWN;
    r = read_packing(&c);
    for (unsigned i = 0; r == 0 && i < 7; i++) /* when it was made, in local time */
        r = pgcontents_int(&c, &part);
    if (r == 0)
        r = skip_strings(&c, 3); /* the database, the versions of server and program */
    if (r == 0)
        r = pgcontents_int(&c, &c.left);
    if (r == 0)
        *ret = c;
    return r;
}

/* ---- entries ---- */

void pgentry_done(PgEntry *e) {
    buf_wipe(&e->sql);
    buf_wipe(&e->copy);
    buf_wipe(&e->file);
}

/* What the thing depends on: numbers as strings, until there is none. */
static int skip_dependencies(const PgContents *c) {
    _cleanup_(buf_wipe) Buf s = {0};
    bool none = false;
    int r = 0;

    while (r == 0 && !none)
        r = take_string(c, &s, &none);
    return r;
}

/* Where its rows begin, which nobody needs who reads in order; or the file that they are in. */
static int take_place(const PgContents *c, PgEntry *e) {
    uint8_t place[9] = {0};
    int r;

    if (c->format != PG_FORMAT_CUSTOM)
        return take_string(c, &e->file, NULL);
    r = take(c, place, 1 + c->offset_size);
    e->rows = place[0] == PLACE_KNOWN || place[0] == PLACE_UNKNOWN;
    return r;
}

static int take_entry(PgContents *c, PgEntry *e) {
    int64_t number;
    int r = pgcontents_int(c, &e->id);

    if (r == 0)
        r = pgcontents_int(c, &number); /* whether it has rows */
    if (r == 0)
        r = skip_strings(c, 4); /* two oids, name, kind */
    if (r == 0 && c->minor >= 11)
        r = pgcontents_int(c, &number);
    if (r == 0)
        r = take_string(c, &e->sql, NULL);
    if (r == 0)
        r = skip_strings(c, 1); /* how to drop it */
    if (r == 0)
        r = take_string(c, &e->copy, NULL);
    if (r == 0)
        r = skip_strings(c, c->minor >= 14 ? 3 : 2); /* schema, table space, access method */
    if (r == 0 && c->minor >= 16)
        r = pgcontents_int(c, &number);
    if (r == 0)
        r = skip_strings(c, 2); /* owner, and whether it has oids */
    if (r == 0)
        r = skip_dependencies(c);
    return r ? r : take_place(c, e);
}

int pgcontents_next(PgContents *c, PgEntry *e) {
    int r;

    e->id = 0;
    e->rows = false;
    buf_clear(&e->sql);
    buf_clear(&e->copy);
    buf_clear(&e->file);
    if (c->left <= 0)
        return 0;
    c->left--;
    r = take_entry(c, e);
    return r < 0 ? r : 1;
}
