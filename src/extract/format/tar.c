/*
 * Tar: every block of it is a header, a member's, or searched as it is.
 *
 * Our own reader, because nothing may be lost: libarchive stops at the end marker, skips what it
 * does not take for a header and says nothing of it. Reads v7, ustar, GNU (long names, sparse) and
 * pax, in order, in blocks of 512 bytes (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar
 * manual, "Sparse Formats").
 *
 *     block -> zeros: on, whatever follows: cat a.tar b.tar
 *           -> a header, by its checksum -> long name, pax: kept for the next one
 *                                        -> a member: a unit; links and devices are listed
 *           -> anything else: searched as it is; before an end marker the archive is damaged
 *
 * Sizes in headers are hostile: nothing is allocated by them but names up to a limit.
 */
#include "base/cleanup.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/format/pgtables.h"

enum {
    BLOCK = 512,
    NAME_LIMIT = 64 << 10,
    PAX_LIMIT = 1 << 20,
    SPARSE_LIMIT = 1 << 20, /* entries of a map */
    HOLE_LIMIT = 64 << 10,  /* zeros given for a hole; more are left out */
};

#define SECOND INT64_C(1000000000)

/* Where fields of a header are: ustar, and GNU's of sparse files. */
enum {
    AT_SIZE = 124,
    AT_MTIME = 136,
    AT_SUM = 148,
    AT_TYPE = 156,
    AT_LINK = 157,
    AT_MAGIC = 257,
    AT_PREFIX = 345,
    AT_SPARSE = 386,
    AT_MORE = 482,
    AT_REAL = 483,
};

typedef struct Piece {
    uint64_t offset, n;
} Piece;

typedef struct Tar {
    Extraction *x;
    Feed *from;
    bool damaged, holes;
    bool ended;         /* an end marker was there */
    bool begun;         /* a member was */
    Companion contents; /* of a dump of PostgreSQL, which is the first member of its archive */
    /* said ahead, for the next member */
    Buf name, link, pax;
    bool has_size, has_mtime, has_real;
    uint64_t size, real;
    int64_t mtime;
    Piece *map; /* of its data, where it is sparse; before the data itself in pax 1.0 */
    size_t n_map, map_cap;
    bool map_inside;
    uint64_t map_offset; /* pax 0.0: told before the length */
    /* the member at hand */
    uint64_t data, left; /* where it begins in the feed; bytes not taken */
    size_t piece;        /* of the map */
    uint64_t done;       /* of the piece */
    uint64_t at;         /* in the file as it was */
    uint64_t zeros;      /* of a hole, to be given */
} Tar;

/* ---- fields ---- */

/* Octal with blanks around it, or big-endian binary behind 0x80; false: neither, or negative. */
static bool number(const uint8_t *at, size_t n, uint64_t *ret) {
    uint64_t v = 0;
    size_t i = 0;

    if (at[0] & 0x80) {
        if (at[0] & 0x40)
            return false;
        for (v = at[0] & 0x3F, i = 1; i < n; i++) {
            if (v >> 55)
                return false;
            v = v << 8 | at[i];
        }
        *ret = v;
        return true;
    }
    while (i < n && (at[i] == ' ' || at[i] == 0))
        i++;
    for (; i < n && at[i] >= '0' && at[i] <= '7'; i++)
        v = v << 3 | (uint64_t)(at[i] - '0');
    *ret = v;
    return i == n || at[i] == ' ' || at[i] == 0;
}

static bool is_zero(const uint8_t *b) {
    return b[0] == 0 && memcmp(b, b + 1, BLOCK - 1) == 0;
}

/* The sum of all bytes, its own field as blanks; some old ones added them as signed. */
static bool is_header(const uint8_t *b) {
    uint64_t said;
    int64_t sum = 8 * ' ', sum_signed = 8 * ' ';

    for (size_t i = 0; i < BLOCK; i++) {
        if (i >= AT_SUM && i < AT_SUM + 8)
            continue;
        sum += b[i];
        sum_signed += (int8_t)b[i];
    }
    return number(b + AT_SUM, 8, &said) && ((int64_t)said == sum || (int64_t)said == sum_signed);
}

static Span text_field(const uint8_t *at, size_t n) {
    return span(at, strnlen((const char *)at, n));
}

static bool is_gnu(const uint8_t *b) {
    return memcmp(b + AT_MAGIC, "ustar  ", 8) == 0;
}

/* ---- what is said ahead ---- */

static void forget(Tar *t) {
    buf_clear(&t->name);
    buf_clear(&t->link);
    t->has_size = t->has_mtime = t->has_real = t->map_inside = false;
    t->n_map = 0;
    t->map_offset = 0;
}

static int map_add(Tar *t, uint64_t offset, uint64_t n) {
    if (t->n_map == SPARSE_LIMIT) {
        t->damaged = true;
        return 0;
    }
    if (t->n_map == t->map_cap) {
        size_t cap = t->map_cap ? 2 * t->map_cap : 16;
        Piece *next = reallocarray(t->map, cap, sizeof(*next));

        if (!next)
            return -ENOMEM;
        t->map = next;
        t->map_cap = cap;
    }
    t->map[t->n_map++] = (Piece){offset, n};
    return 0;
}

/* Decimal digits at the head of it; the rest is left in *s. */
static bool decimal(Span *s, uint64_t *ret) {
    size_t i = 0;

    for (*ret = 0; i < s->n && s->at[i] >= '0' && s->at[i] <= '9'; i++) {
        if (__builtin_mul_overflow(*ret, 10, ret) ||
            __builtin_add_overflow(*ret, (uint64_t)(s->at[i] - '0'), ret))
            return false;
    }
    *s = span(s->at + i, s->n - i);
    return i > 0;
}

static bool key_is(Span key, const char *word) {
    return span_is(key, word);
}

/* pax 0.1: offset,length,offset,length */
static int map_of(Tar *t, Span s) {
    uint64_t offset, n;
    int r = 0;

    while (r == 0 && decimal(&s, &offset) && s.n && s.at[0] == ',') {
        s = span(s.at + 1, s.n - 1);
        if (!decimal(&s, &n))
            break;
        r = map_add(t, offset, n);
        if (s.n)
            s = span(s.at + 1, s.n - 1);
    }
    return r;
}

/* "123.456", "-1": seconds. */
static bool pax_time(Span s, int64_t *ret) {
    bool minus = s.n && s.at[0] == '-';
    uint64_t seconds;

    if (minus)
        s = span(s.at + 1, s.n - 1);
    if (!decimal(&s, &seconds) || seconds > INT64_MAX / SECOND)
        return false;
    *ret = (minus ? -1 : 1) * (int64_t)seconds * SECOND;
    return true;
}

static int pax_record(Tar *t, Span key, Span value) {
    uint64_t n = 0;
    Span left = value;

    if (key_is(key, "path") || key_is(key, "GNU.sparse.name")) {
        if (key.n == 4 && t->name.n && (t->map_inside || t->n_map))
            return 0; /* the name of a sparse file is told apart */
        buf_clear(&t->name);
        buf_add(&t->name, value.at, value.n < NAME_LIMIT ? value.n : NAME_LIMIT);
    } else if (key_is(key, "linkpath")) {
        buf_clear(&t->link);
        buf_add(&t->link, value.at, value.n < NAME_LIMIT ? value.n : NAME_LIMIT);
    } else if (key_is(key, "size")) {
        t->has_size = decimal(&left, &t->size);
    } else if (key_is(key, "mtime")) {
        t->has_mtime = pax_time(value, &t->mtime);
    } else if (key_is(key, "GNU.sparse.major")) {
        t->map_inside = decimal(&left, &n) && n == 1;
    } else if (key_is(key, "GNU.sparse.realsize") || key_is(key, "GNU.sparse.size")) {
        t->has_real = decimal(&left, &t->real);
    } else if (key_is(key, "GNU.sparse.offset")) {
        decimal(&left, &t->map_offset);
    } else if (key_is(key, "GNU.sparse.numbytes")) {
        decimal(&left, &n);
        return map_add(t, t->map_offset, n);
    } else if (key_is(key, "GNU.sparse.map")) {
        return map_of(t, value);
    }
    return buf_error(&t->name) | buf_error(&t->link);
}

/* Values that are no name, time or number may hold anything: comments, extended attributes. */
static bool pax_is_plain(Span key) {
    static const char *const plain[] = {"path", "linkpath", "size",  "mtime", "atime",     "ctime",
                                        "uid",  "gid",      "uname", "gname", "hdrcharset"};

    for (size_t i = 0; i < N_ELEMENTS(plain); i++) {
        if (span_is(key, plain[i]))
            return true;
    }
    return key.n > 11 && memcmp(key.at, "GNU.sparse.", 11) == 0;
}

/* "LENGTH KEY=VALUE\n", one after the other; `at`: where they begin in the feed. */
static int pax_records(Tar *t, Span all, uint64_t at) {
    Span s = all;
    int r = 0;

    while (r == 0 && s.n) {
        Span record = s, value;
        const uint8_t *equals;
        uint64_t n;

        if (!decimal(&record, &n) || n > s.n || n < s.n - record.n + 3 || record.at[0] != ' ' ||
            s.at[n - 1] != '\n') {
            t->damaged = true;
            return gap_bytes(t->x, t->from, s, at + (uint64_t)(s.at - all.at));
        }
        record = span(record.at + 1, (size_t)n - (size_t)(record.at - s.at) - 2);
        equals = memchr(record.at, '=', record.n);
        s = span(s.at + n, s.n - (size_t)n);
        if (!equals)
            continue;
        value = span(equals + 1, record.n - (size_t)(equals + 1 - record.at));
        record.n = (size_t)(equals - record.at);
        if (!pax_is_plain(record))
            r = gap_bytes(t->x, t->from, value, at + (uint64_t)(value.at - all.at));
        if (r == 0)
            r = pax_record(t, record, value);
    }
    return r;
}

/* ---- a member's data ---- */

/* Fewer than asked for only at the end of the feed, which is a damaged one then. */
static ssize_t data_read(Tar *t, uint8_t *at, size_t n) {
    ssize_t got;

    if (n > t->left)
        n = (size_t)t->left;
    got = n ? feed_some(t->from, at, n) : 0;
    if (got > 0)
        t->left -= (uint64_t)got;
    return got == 0 && n ? -EBADMSG : got;
}

static ssize_t member_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    Tar *t = f->of;
    uint64_t left = offset < f->size ? f->size - offset : 0;
    ssize_t got;

    if (n > left)
        n = (size_t)left;
    got = n ? feed_read_at(t->from, t->data + offset, at, n) : 0;
    return got == 0 && n ? -EBADMSG : got;
}

static ssize_t member_read(Feed *f, uint8_t *at, size_t n) {
    return data_read(f->of, at, n);
}

/* The hole before the piece; a long one is cut short. */
static void begin_piece(Tar *t) {
    const Piece *p = &t->map[t->piece];
    uint64_t hole = p->offset > t->at ? p->offset - t->at : 0;

    t->holes |= hole > HOLE_LIMIT;
    t->zeros = hole < HOLE_LIMIT ? hole : HOLE_LIMIT;
    t->at = p->offset;
}

static ssize_t sparse_read(Feed *f, uint8_t *at, size_t n) {
    Tar *t = f->of;
    ssize_t got;

    while (!t->zeros && t->piece < t->n_map && t->done == t->map[t->piece].n) {
        t->at += t->done;
        t->done = 0;
        if (++t->piece < t->n_map)
            begin_piece(t);
    }
    if (t->zeros) {
        n = n < t->zeros ? n : (size_t)t->zeros;
        memset(at, 0, n);
        t->zeros -= n;
        return (ssize_t)n;
    }
    if (t->piece < t->n_map && n > t->map[t->piece].n - t->done)
        n = (size_t)(t->map[t->piece].n - t->done);
    got = data_read(t, at, n); /* behind the map, too: it is there, so it is read */
    if (got > 0 && t->piece < t->n_map)
        t->done += (uint64_t)got;
    if (got == 0 && t->has_real && t->real > t->at && t->real - t->at > HOLE_LIMIT)
        t->holes = true;
    if (got == 0 && t->holes) {
        t->holes = false;
        return -EFBIG;
    }
    return got;
}

/* pax 1.0: the map is in the data, decimal lines padded to a block. */
static int map_line(Tar *t, uint64_t *taken, uint64_t *ret) {
    uint8_t digit = 0;

    for (*ret = 0;;) {
        ssize_t n = data_read(t, &digit, 1);

        if (n <= 0)
            return n < 0 && n != -EBADMSG ? (int)n : -EBADMSG;
        ++*taken;
        if (digit == '\n')
            return 0;
        if (digit < '0' || digit > '9' || __builtin_mul_overflow(*ret, 10, ret) ||
            __builtin_add_overflow(*ret, (uint64_t)(digit - '0'), ret))
            return -EBADMSG;
    }
}

static int map_read(Tar *t) {
    uint64_t taken = 0, n = 0, offset, length;
    uint8_t padding[BLOCK];
    int r = map_line(t, &taken, &n);

    for (uint64_t i = 0; r == 0 && i < n && i < SPARSE_LIMIT; i++) {
        r = map_line(t, &taken, &offset);
        if (r == 0)
            r = map_line(t, &taken, &length);
        if (r == 0)
            r = map_add(t, offset, length);
    }
    for (size_t left = (BLOCK - taken % BLOCK) % BLOCK; r == 0 && left;) {
        ssize_t got = data_read(t, padding, left);

        if (got <= 0)
            return got < 0 ? (int)got : -EBADMSG;
        left -= (size_t)got;
    }
    return r;
}

/* Old GNU: four pieces in the header, 21 in each block behind it. */
static int map_old(Tar *t, const uint8_t *header) {
    uint8_t b[BLOCK];
    const uint8_t *at = header + AT_SPARSE;
    size_t n = 4;
    bool more = header[AT_MORE];
    int r = 0;

    t->has_real = number(header + AT_REAL, 12, &t->real);
    for (;;) {
        for (size_t i = 0; r == 0 && i < n; i++) {
            uint64_t offset, length;

            if (number(at + 24 * i, 12, &offset) && number(at + 24 * i + 12, 12, &length) && length)
                r = map_add(t, offset, length);
        }
        if (r || !more)
            return r;
        if (feed_read(t->from, b, BLOCK) < BLOCK)
            return -EBADMSG;
        at = b;
        n = 21;
        more = b[504];
    }
}

/* ---- members ---- */

/* To the block behind the member; what is left of the last one should be zeros. */
static int member_end(Tar *t, uint64_t size) {
    uint8_t padding[BLOCK];
    size_t n = (size_t)((BLOCK - size % BLOCK) % BLOCK);
    uint64_t at;
    ssize_t got;

    if (t->from->at < t->data + size) {
        int64_t skipped = feed_skip(t->from, t->data + size - t->from->at);

        if (skipped == -ENOMEM)
            return -ENOMEM;
    }
    if (t->from->at < t->data + size) {
        t->damaged = true; /* cut off */
        return 0;
    }
    at = t->from->at;
    got = feed_read(t->from, padding, n);
    if (got > 0)
        return gap_bytes(t->x, t->from, span(padding, (size_t)got), at);
    return got == -ENOMEM ? -ENOMEM : 0;
}

/* pg_dump -Ft: toc.dat comes first, and tells of 3456.dat. NULL: a member like any other. */
static Companion *contents_for(Tar *t, Span name) {
    if (!t->begun && span_is(name, "toc.dat"))
        return &t->contents;
    return t->contents.read && pgtables_find(t->contents.read, name).n ? &t->contents : NULL;
}

static int member_unit(Tar *t, const Entry *e) {
    static const FeedKind whole = {.read = member_read}, anywhere = {.read_at = member_read_at},
                          sparse = {.read = sparse_read};
    bool is_sparse = t->n_map || t->map_inside;
    uint64_t size = t->left;
    Feed f;
    int r = t->map_inside ? map_read(t) : 0;

    if (r == -ENOMEM)
        return r;
    t->damaged |= r < 0;
    if (t->n_map)
        begin_piece(t);
    f = feed_of(is_sparse                ? &sparse
                : feed_seekable(t->from) ? &anywhere
                                         : &whole,
                t, is_sparse ? e->size : size);
    r = extract_unit_beside(t->x, e, &f, contents_for(t, e->name));
    t->begun = true;
    feed_done(&f);
    return r ? r : member_end(t, size);
}

/* A hard link has no data, though some give it the size of what it links to. */
static bool link_has_data(Tar *t) {
    Span next;

    if (!t->left || feed_head(t->from, BLOCK, &next) < 0 || next.n < BLOCK)
        return t->left > 0;
    return !is_header(next.at) && !is_zero(next.at);
}

static Status special_of(uint8_t type) {
    switch (type) {
    case '1':
    case '2':
        return status_of(STATUS_LINK, NULL);
    case '3':
        return status_of(STATUS_SPECIAL, "char");
    case '4':
        return status_of(STATUS_SPECIAL, "block");
    default:
        return status_of(STATUS_SPECIAL, "fifo");
    }
}

static int member(Tar *t, const uint8_t *b, Span name, uint8_t type, int64_t mtime) {
    Entry e = {.name = name, .size = t->has_real ? t->real : t->left, .mtime = mtime};
    Span link = t->link.n ? buf_as_span(&t->link) : text_field(b + AT_LINK, 100);
    int r = 0;

    switch (type) {
    case '1':
        if (link_has_data(t))
            return member_unit(t, &e);
        /* fall through */
    case '2':
    case '3':
    case '4':
    case '6':
        r = extract_listed(t->x, &e, special_of(type));
        if (r == 0 && link.n) /* where it points may say something, too */
            r = extract_bytes(t->x, link, MARK_NOWHERE, ENCODING_BINARY);
        return r;
    case '5':
        return 0;
    default:
        /* a directory of old, by its name */
        if (!t->left && name.n && name.at[name.n - 1] == '/')
            return 0;
        return member_unit(t, &e);
    }
}

/* A long name or pax records, which are the data of a member of their own. */
static int ahead(Tar *t, uint8_t type) {
    uint64_t size = t->left, at = t->from->at;
    size_t n = (size_t)(size < PAX_LIMIT ? size : PAX_LIMIT);
    Buf *into = type == 'L' ? &t->name : type == 'K' ? &t->link : &t->pax;
    ssize_t got;
    uint8_t *bytes;
    int r = 0;

    buf_clear(into);
    bytes = buf_extend(into, n);
    if (!bytes)
        return -ENOMEM;
    got = feed_read(t->from, bytes, n);
    if (got < 0)
        return got == -ENOMEM ? -ENOMEM : 0;
    into->n = (size_t)got;
    if (type == 'L' || type == 'K')
        into->n = strnlen((const char *)into->at, into->n);
    else
        r = pax_records(t, buf_as_span(into), at);
    t->damaged |= n < size;
    return r ? r : member_end(t, size);
}

static int header(Tar *t, const uint8_t *b) {
    _cleanup_(buf_done) Buf name = {0};
    uint8_t type = b[AT_TYPE];
    uint64_t size, seconds;
    int64_t mtime = INT64_MIN;
    int r = 0;

    if (!number(b + AT_SIZE, 12, &size)) {
        t->damaged = true;
        size = 0;
    }
    if (type && strchr("23456", type))
        size = 0; /* whatever it says: there is no data */
    t->data = t->from->at;
    t->left = size;
    if (type && strchr("LKxgX", type))
        return ahead(t, type);
    if (t->has_size)
        t->left = t->size;
    if (number(b + AT_MTIME, 12, &seconds) && seconds && seconds < INT64_MAX / SECOND)
        mtime = (int64_t)seconds * SECOND;
    if (t->has_mtime)
        mtime = t->mtime;
    if (t->name.n) {
        buf_span(&name, buf_as_span(&t->name));
    } else {
        if (memcmp(b + AT_MAGIC, "ustar", 5) == 0 && !is_gnu(b) && b[AT_PREFIX]) {
            buf_span(&name, text_field(b + AT_PREFIX, 155));
            buf_byte(&name, '/');
        }
        buf_span(&name, text_field(b, 100));
    }
    if (type == 'S')
        r = map_old(t, b);
    t->data = t->from->at;
    t->piece = 0;
    t->done = t->at = t->zeros = 0;
    t->holes = false;
    t->damaged |= r == -EBADMSG;
    if (r == -ENOMEM || buf_error(&name))
        return -ENOMEM;
    r = member(t, b, buf_as_span(&name), type, mtime);
    forget(t);
    return r;
}

static int blocks(Tar *t) {
    uint8_t b[BLOCK];

    for (;;) {
        uint64_t at = t->from->at;
        ssize_t n = feed_read(t->from, b, BLOCK);
        int r;

        if (n <= 0)
            return n == -ENOMEM ? -ENOMEM : 0;
        if (n == BLOCK && is_zero(b)) {
            t->ended = true;
            r = extract_spend(t->x, BLOCK);
        } else if (n == BLOCK && is_header(b)) {
            t->ended = false;
            r = header(t, b);
        } else {
            t->damaged |= !t->ended;
            r = gap_bytes(t->x, t->from, span(b, (size_t)n), at);
        }
        if (r)
            return r;
    }
}

static int tar_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    Tar t = {.x = x, .from = f};
    int r = blocks(&t);

    (void)encoding;
    if (t.damaged)
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    buf_done(&t.name);
    buf_done(&t.link);
    buf_done(&t.pax);
    pgtables_free(t.contents.read);
    free(t.map);
    return r;
}

const Extractor tar_reader = {.format = "tar", .place = EXTRACT_FORMAT, .extract = tar_extract};
