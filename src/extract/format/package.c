/*
 * Package: see package.h.
 *
 * 1. The end record is looked for at the end; the directory it points to gives the first list.
 * 2. Each member's local header says where its bytes begin. By place in the file, what overlaps
 *    what came before is not read a second time.
 * 3. What lies between members is walked for local headers: hidden members. What is then left, but
 *    for the records of the zip itself, is a gap.
 */
#include "extract/format/package.h"

#include <ctype.h>
#include <time.h>
#include <zlib.h>

enum {
    END_SIZE = 22, /* 4.3.16 */
    LOCATOR_SIZE = 20,
    END64_SIZE = 56,
    CENTRAL_SIZE = 46,    /* 4.3.12 */
    LOCAL_SIZE = 30,      /* 4.3.7 */
    DESCRIPTOR_SIZE = 16, /* 4.3.9, with its signature */
    DESCRIPTOR_MAX = 24,
    TAIL_MAX = END_SIZE + LOCATOR_SIZE + (64 << 10),
    CURSOR_SIZE = 64 << 10,
    PACKED_STEP = 32 << 10,
};

enum { FLAG_ENCRYPTED = 1, FLAG_DESCRIPTOR = 8 };
enum { METHOD_STORED = 0, METHOD_DEFLATED = 8 };

static uint16_t u16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t u32(const uint8_t *at) {
    return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static uint64_t u64(const uint8_t *at) {
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static bool signed_as(const uint8_t *at, char third, char fourth) {
    return at[0] == 'P' && at[1] == 'K' && at[2] == (uint8_t)third && at[3] == (uint8_t)fourth;
}

/* ---- bytes at a place ---- */

/* A window over the feed that moves forward; look() gives n bytes at a place, if they are there. */
typedef struct Cursor {
    Feed *feed;
    uint64_t at; /* of the window */
    size_t n;
    uint8_t window[CURSOR_SIZE];
} Cursor;

/* 1: there; 0: not in the file; negative. n up to CURSOR_SIZE. */
static int look(Cursor *c, uint64_t at, size_t n, const uint8_t **ret) {
    ssize_t got;

    if (at < c->at || at - c->at + n > c->n) {
        got = feed_read_at(c->feed, at, c->window, CURSOR_SIZE);
        if (got < 0) {
            c->n = 0;
            return got == -ENOMEM ? -ENOMEM : 0; /* the feed has noted it */
        }
        c->at = at;
        c->n = (size_t)got;
        if (c->n < n)
            return 0;
    }
    *ret = c->window + (at - c->at);
    return 1;
}

/* ---- the list ---- */

typedef struct Listing {
    Package *p;
    Cursor *cursor;
    size_t cap, gap_cap;
    bool names_only; /* the directory will do */
} Listing;

static int member_add(Listing *l, Member m) {
    Package *p = l->p;

    if (p->n >= PACKAGE_MEMBERS_MAX) {
        p->too_many = true;
        return 0;
    }
    if (p->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 32;
        Member *more = realloc(p->members, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        p->members = more;
        l->cap = cap;
    }
    p->members[p->n++] = m;
    return 0;
}

/* 1: kept; 0: no room for more names. */
static int name_keep(Listing *l, Span name, Span *ret) {
    Package *p = l->p;

    *ret = arena_span(&p->names, name);
    if (ret->at)
        return 1;
    p->too_many = true;
    return p->names.total > PACKAGE_NAMES_MAX / 2 ? 0 : -ENOMEM;
}

static int gap_add(Listing *l, uint64_t from, uint64_t to) {
    Package *p = l->p;

    if (to <= from)
        return 0;
    if (p->n_gaps && p->gaps[p->n_gaps - 1].to == from) {
        p->gaps[p->n_gaps - 1].to = to;
        return 0;
    }
    if (p->n_gaps == l->gap_cap) {
        size_t cap = l->gap_cap ? 2 * l->gap_cap : 8;
        Gap *more = realloc(p->gaps, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        p->gaps = more;
        l->gap_cap = cap;
    }
    p->gaps[p->n_gaps++] = (Gap){from, to};
    return 0;
}

/* 4.4.6: MS-DOS date and time, of no zone; taken as UTC. */
static int64_t dos_time(uint32_t stamp) {
    struct tm t = {.tm_sec = (int)(stamp & 31) * 2,
                   .tm_min = (int)(stamp >> 5 & 63),
                   .tm_hour = (int)(stamp >> 11 & 31),
                   .tm_mday = (int)(stamp >> 16 & 31),
                   .tm_mon = (int)(stamp >> 21 & 15) - 1,
                   .tm_year = (int)(stamp >> 25) + 80};

    if (t.tm_mon < 0 || t.tm_mon > 11 || t.tm_mday == 0 || (stamp >> 16) == 0x21) /* 1980-01-01 */
        return INT64_MIN;
    return (int64_t)timegm(&t) * 1000000000;
}

/* 4.5.3: sizes and place of 64 bits, in this order, those whose short field is all ones. */
static void read_zip64(Span extra, uint64_t *size, uint64_t *packed, uint64_t *header) {
    uint64_t *fields[] = {size, packed, header};
    size_t at = 0;

    while (extra.n - at >= 4) {
        uint16_t id = u16(extra.at + at), n = u16(extra.at + at + 2);
        size_t value = at + 4;

        if (n > extra.n - value)
            return;
        for (size_t i = 0; id == 1 && i < N_ELEMENTS(fields); i++) {
            if (!fields[i] || *fields[i] != UINT32_MAX)
                continue;
            if (value + 8 > at + 4 + n)
                return;
            *fields[i] = u64(extra.at + value);
            value += 8;
        }
        at += 4 + (size_t)n;
    }
}

/* ---- the directory ---- */

typedef struct Directory {
    uint64_t at, end; /* in the file */
    uint64_t base;    /* what stands before the zip: offsets count from there */
    uint64_t records; /* where the end records begin */
    uint64_t tail;    /* where the last record ends and a comment begins */
} Directory;

/* 4.3.14: the end record of zip64, by its locator before the other one. */
static int find_end64(Listing *l, uint64_t end, Directory *d, uint64_t *size, uint64_t *offset) {
    const uint8_t *at;
    uint64_t place;
    int r;

    if (end < LOCATOR_SIZE + END64_SIZE)
        return 0;
    r = look(l->cursor, end - LOCATOR_SIZE, LOCATOR_SIZE, &at);
    if (r <= 0 || !signed_as(at, 6, 7))
        return r < 0 ? r : 0;
    place = u64(at + 8);
    d->records = end - LOCATOR_SIZE;
    if (place > end - LOCATOR_SIZE - END64_SIZE)
        return 0;
    r = look(l->cursor, place, END64_SIZE, &at);
    if (r <= 0 || !signed_as(at, 6, 6))
        return r < 0 ? r : 0;
    *size = u64(at + 40);
    *offset = u64(at + 48);
    d->records = place;
    return 0;
}

/* 1: there is one. */
static int find_directory(Listing *l, Directory *d) {
    uint64_t file = l->p->size;
    size_t n = file < TAIL_MAX ? (size_t)file : TAIL_MAX;
    _cleanup_(free_p) uint8_t *tail = malloc(n ? n : 1);
    ssize_t got;

    if (!tail)
        return -ENOMEM;
    got = feed_read_at(l->p->feed, file - n, tail, n);
    if (got < (ssize_t)n)
        return got == -ENOMEM ? -ENOMEM : 0;
    for (size_t i = n; i >= END_SIZE; i--) {
        const uint8_t *at = tail + i - END_SIZE;
        uint64_t end = file - n + (i - END_SIZE), size, offset;
        int r;

        if (!signed_as(at, 5, 6) || u16(at + 20) > n - i)
            continue;
        size = u32(at + 12);
        offset = u32(at + 16);
        *d = (Directory){.records = end, .tail = end + END_SIZE};
        r = find_end64(l, end, d, &size, &offset);
        if (r < 0)
            return r;
        if (size > d->records || offset > d->records - size)
            continue;
        d->at = d->records - size;
        d->end = d->records;
        d->base = d->at - offset;
        return 1;
    }
    return 0;
}

/* One record of the directory; *at moves behind it. 1: there was one. */
static int read_central(Listing *l, const Directory *d, uint64_t *at) {
    const uint8_t *h;
    size_t name, extra, n;
    Member m;
    Span kept;
    int r = look(l->cursor, *at, CENTRAL_SIZE, &h);

    if (r <= 0 || !signed_as(h, 1, 2))
        return r < 0 ? r : 0;
    name = u16(h + 28);
    extra = u16(h + 30);
    n = CENTRAL_SIZE + name + extra;
    if (n > CURSOR_SIZE) /* names and fields of such a length are no document's */
        extra = 0, n = CENTRAL_SIZE + name;
    if (n > CURSOR_SIZE)
        return 0;
    r = look(l->cursor, *at, n, &h);
    if (r <= 0)
        return r;
    r = name_keep(l, span(h + CENTRAL_SIZE, name), &kept);
    if (r <= 0)
        return r;
    m = (Member){.name = kept,
                 .flags = u16(h + 8),
                 .method = u16(h + 10),
                 .mtime = dos_time(u32(h + 12)),
                 .crc = u32(h + 16),
                 .packed = u32(h + 20),
                 .size = u32(h + 24),
                 .header = u32(h + 42)};
    read_zip64(span(h + CENTRAL_SIZE + name, extra), &m.size, &m.packed, &m.header);
    m.header = m.header > UINT64_MAX - d->base ? UINT64_MAX : m.header + d->base;
    *at += CENTRAL_SIZE + name + u16(h + 30);
    r = gap_add(l, *at, *at + u16(h + 32)); /* a comment */
    *at += u16(h + 32);
    if (r == 0)
        r = member_add(l, m);
    return r < 0 ? r : 1;
}

static int read_directory(Listing *l, Directory *d) {
    uint64_t at = d->at;
    int r = 1;

    while (r > 0 && at < d->end)
        r = read_central(l, d, &at);
    if (r >= 0 && l->p->n == 0 && at < d->end)
        l->p->no_directory = true;
    d->end = at;
    return r < 0 ? r : 0;
}

/* ---- local headers ---- */

/* Where the stream that begins at `from` ends, by inflating it; the end of the file if it is cut.
 */
static int find_stream_end(Package *p, uint64_t from, uint64_t *ret) {
    uint8_t in[PACKED_STEP], out[PACKED_STEP];
    z_stream z = {0};
    int r = Z_OK;

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return -ENOMEM;
    while (r == Z_OK) {
        ssize_t got = feed_read_at(p->feed, from, in, sizeof(in));

        if (got <= 0)
            break;
        z.next_in = in;
        z.avail_in = (uInt)got;
        while (r == Z_OK && (z.avail_in || z.avail_out == 0)) {
            z.next_out = out;
            z.avail_out = sizeof(out);
            r = inflate(&z, Z_NO_FLUSH);
        }
        if (r == Z_BUF_ERROR)
            r = Z_OK;
        from += (uint64_t)got - z.avail_in;
    }
    inflateEnd(&z);
    *ret = from;
    return r == Z_MEM_ERROR ? -ENOMEM : 0;
}

static int find_signature(Cursor *c, uint64_t from, uint64_t to, uint64_t *ret);

/* Fills in what a member's local header says. 1: it has one. */
static int read_local(Listing *l, Member *m) {
    const uint8_t *h;
    uint64_t room;
    int r = look(l->cursor, m->header, LOCAL_SIZE, &h);

    if (r <= 0 || !signed_as(h, 3, 4))
        return r < 0 ? r : 0;
    m->data = m->header + LOCAL_SIZE + u16(h + 26) + u16(h + 28);
    if (m->data > l->p->size)
        m->data = l->p->size;
    room = l->p->size - m->data;
    if (m->packed > room) {
        m->packed = room;
        m->cut = true;
    }
    return 1;
}

/* A member that only its local header at `at` tells of. 1: there is one; *ret_end behind it. */
static int read_hidden(Listing *l, uint64_t at, uint64_t limit, uint64_t *ret_end) {
    const uint8_t *h;
    size_t n, extra;
    Member m;
    Span name;
    int r = look(l->cursor, at, LOCAL_SIZE, &h);

    if (r <= 0 || !signed_as(h, 3, 4))
        return r < 0 ? r : 0;
    n = u16(h + 26);
    extra = u16(h + 28);
    if (n == 0 || LOCAL_SIZE + n + extra > CURSOR_SIZE)
        return 0;
    r = look(l->cursor, at, LOCAL_SIZE + n + extra, &h);
    if (r <= 0)
        return r;
    r = name_keep(l, span(h + LOCAL_SIZE, n), &name);
    if (r <= 0)
        return r;
    m = (Member){.name = name,
                 .header = at,
                 .data = at + LOCAL_SIZE + n + extra,
                 .flags = u16(h + 6),
                 .method = u16(h + 8),
                 .mtime = dos_time(u32(h + 10)),
                 .crc = u32(h + 14),
                 .packed = u32(h + 18),
                 .size = u32(h + 22),
                 .hidden = true};
    read_zip64(span(h + LOCAL_SIZE + n, extra), &m.size, &m.packed, NULL);
    if (m.flags & FLAG_DESCRIPTOR && m.packed == 0) { /* 4.4.4: sizes come behind the data */
        uint64_t end = limit;

        m.size = FEED_SIZE_UNKNOWN;
        r = m.method == METHOD_DEFLATED ? find_stream_end(l->p, m.data, &end)
                                        : find_signature(l->cursor, m.data, limit, &end);
        if (r < 0)
            return r;
        m.packed = end - m.data;
    }
    if (m.packed > l->p->size - m.data) {
        m.packed = l->p->size - m.data;
        m.cut = true;
    }
    *ret_end = m.data + m.packed;
    r = look(l->cursor, *ret_end, 4, &h);
    if (r > 0 && m.flags & FLAG_DESCRIPTOR && signed_as(h, 7, 8))
        *ret_end += DESCRIPTOR_SIZE;
    if (r >= 0)
        r = member_add(l, m);
    return r < 0 ? r : 1;
}

/* ---- what lies between ---- */

/* The next "PK" signature of any record in [from, to), or `to`. */
static int find_signature(Cursor *c, uint64_t from, uint64_t to, uint64_t *ret) {
    *ret = to;
    while (from < to && to - from >= 4) {
        const uint8_t *at, *end;
        int r = look(c, from, 4, &at);

        if (r <= 0)
            return r;
        end = c->window + c->n;
        for (const uint8_t *p = at; p + 4 <= end; p++) {
            p = memchr(p, 'P', (size_t)(end - p) - 3);
            if (!p)
                break;
            if (signed_as(p, 3, 4) || signed_as(p, 1, 2) || signed_as(p, 7, 8) ||
                signed_as(p, 5, 6)) {
                uint64_t place = c->at + (uint64_t)(p - c->window);

                *ret = place < to ? place : to;
                return 0;
            }
        }
        from = c->at + c->n - 3;
    }
    return 0;
}

/* [from, to) belongs to no member of the directory: hidden members, records, gaps. */
static int walk_between(Listing *l, uint64_t from, uint64_t to) {
    uint64_t gap = from;
    int r = 0;

    while (r >= 0 && from < to) {
        uint64_t end = from;

        r = find_signature(l->cursor, from, to, &from);
        if (r < 0 || from >= to)
            break;
        r = l->p->n < PACKAGE_MEMBERS_MAX ? read_hidden(l, from, to, &end) : 0;
        if (r > 0) {
            r = gap_add(l, gap, from);
            if (end > to) /* into what the directory names: its own bytes end there */
                end = to > from ? to : from + 4;
            gap = from = end;
        } else {
            from += 4;
        }
    }
    return r < 0 ? r : gap_add(l, gap, to);
}

static int by_place(const void *a, const void *b, void *of) {
    const Member *members = of, *x = &members[*(const uint32_t *)a],
                 *y = &members[*(const uint32_t *)b];

    if (x->header != y->header)
        return x->header < y->header ? -1 : 1;
    return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

/* 4.3.9: behind the data of such a member, sizes and checksum. */
static uint64_t behind(const Member *m, uint64_t next) {
    uint64_t end = m->data + m->packed;

    if (m->flags & FLAG_DESCRIPTOR && next > end)
        end = next - end <= DESCRIPTOR_MAX ? next : end + DESCRIPTOR_SIZE;
    return end;
}

/* The members of the directory by place: local headers, overlaps, and what lies between. */
static int settle_places(Listing *l, const Directory *d) {
    Package *p = l->p;
    size_t n = p->n;
    _cleanup_(free_p) uint32_t *order = calloc(n ? n : 1, sizeof(*order));
    uint64_t at = 0;

    if (!order)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, n, sizeof(*order), by_place, p->members);
    for (size_t i = 0; i < n; i++) {
        Member *m = &p->members[order[i]];
        uint64_t header = m->header;
        uint64_t next = i + 1 < n ? p->members[order[i + 1]].header : d->at;
        int r;

        if (header < at) {
            m->overlaps = true;
            continue;
        }
        r = read_local(l, m);
        if (r < 0)
            return r;
        if (r == 0) { /* nothing there: its bytes, if any, are found on the way */
            m->cut = true;
            m->data = m->packed = 0;
            continue;
        }
        next = behind(m, next);
        r = walk_between(l, at, header); /* may move the members */
        if (r < 0)
            return r;
        at = next;
    }
    if (at < d->at) {
        int r = walk_between(l, at, d->at);

        if (r < 0)
            return r;
        at = d->at;
    }
    /* behind the directory: a signature, the end records, a comment (which is text) */
    if (at < d->end)
        at = d->end;
    if (d->records > at) {
        int r = walk_between(l, at, d->records);

        if (r < 0)
            return r;
    }
    return 0;
}

static int list(Listing *l) {
    Directory d = {0};
    int r = find_directory(l, &d);

    if (r < 0)
        return r;
    if (r > 0) {
        r = read_directory(l, &d);
        if (r < 0 || l->names_only)
            return r;
        if (!l->p->no_directory) {
            r = settle_places(l, &d);
            return r < 0 ? r : gap_add(l, d.tail, l->p->size);
        }
    }
    l->p->no_directory = true;
    if (l->names_only)
        return 0;
    return walk_between(l, 0, l->p->size);
}

static int open_as(Feed *f, bool names_only, Package **ret) {
    _cleanup_(package_freep) Package *p = calloc(1, sizeof(*p));
    _cleanup_(free_p) Cursor *cursor = malloc(sizeof(*cursor));
    Listing l = {.p = p, .cursor = cursor, .names_only = names_only};
    int r;

    if (!p || !cursor)
        return -ENOMEM;
    p->feed = f;
    p->size = f->size == FEED_SIZE_UNKNOWN ? 0 : f->size;
    p->names.limit = PACKAGE_NAMES_MAX;
    cursor->feed = f;
    cursor->at = cursor->n = 0;
    r = list(&l);
    if (r < 0)
        return r;
    *ret = TAKE(p);
    return 0;
}

int package_open(Feed *f, Package **ret) {
    return open_as(f, false, ret);
}

Package *package_free(Package *p) {
    if (!p)
        return NULL;
    free(p->members);
    free(p->gaps);
    free(p->by_name);
    arena_done(&p->names);
    free(p);
    return NULL;
}

/* ---- by name ---- */

static Span without_slash(Span name) {
    while (name.n && (name.at[0] == '/' || name.at[0] == '\\'))
        name = span(name.at + 1, name.n - 1);
    return name;
}

static int folded(uint8_t byte) {
    return byte == '\\' ? '/' : tolower(byte);
}

/* Names of parts are compared without case (ECMA-376 part 2, 6.2.2.3). */
static int name_cmp(Span a, Span b) {
    a = without_slash(a);
    b = without_slash(b);
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int x = folded(a.at[i]), y = folded(b.at[i]);

        if (x != y)
            return x - y;
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

static int by_name(const void *a, const void *b, void *of) {
    const Member *members = of;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int r = name_cmp(members[x].name, members[y].name);

    return r ? r : x < y ? -1 : x > y;
}

static bool sort_names(Package *p) {
    if (p->sorted)
        return p->by_name != NULL;
    p->sorted = true;
    p->by_name = calloc(p->n ? p->n : 1, sizeof(*p->by_name));
    if (!p->by_name)
        return false;
    for (size_t i = 0; i < p->n; i++)
        p->by_name[i] = (uint32_t)i;
    qsort_r(p->by_name, p->n, sizeof(*p->by_name), by_name, p->members);
    return true;
}

Member *package_find(Package *p, Span name) {
    size_t low = 0, high = p->n;
    Member *m;

    if (!sort_names(p))
        return NULL;
    while (low < high) { /* the first that is not smaller */
        size_t middle = low + (high - low) / 2;

        if (name_cmp(p->members[p->by_name[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == p->n)
        return NULL;
    m = &p->members[p->by_name[low]];
    return name_cmp(m->name, name) == 0 ? m : NULL;
}

bool package_barred(const Member *m, Status *ret) {
    char method[STATUS_REASON_MAX];

    if (m->overlaps) {
        *ret = status_of(STATUS_LIMIT, "overlap");
    } else if (m->flags & FLAG_ENCRYPTED) {
        *ret = status_of(STATUS_ENCRYPTED, "zip");
    } else if (m->cut && m->packed == 0) {
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    } else if (m->method != METHOD_STORED && m->method != METHOD_DEFLATED) {
        snprintf(method, sizeof(method), "zip-method-%u", m->method);
        *ret = status_of(STATUS_UNSUPPORTED, method);
    } else {
        return false;
    }
    return true;
}

/* ---- a member's bytes ---- */

struct Inflate {
    Package *package;
    const Member *member;
    z_stream z;
    bool deflated, ended;
    uint64_t at; /* of the packed bytes that were read */
    uint64_t made;
    uint32_t crc;
    uint8_t in[PACKED_STEP];
};

/* At the end: is it what the directory says? */
static ssize_t settle_end(struct Inflate *i) {
    const Member *m = i->member;

    i->ended = true;
    if (m->cut || i->at < m->packed || i->z.avail_in) /* or bytes behind the stream's end */
        return -EBADMSG;
    if (m->size == FEED_SIZE_UNKNOWN)
        return 0;
    return i->made == m->size && i->crc == m->crc ? 0 : -EBADMSG;
}

static ssize_t read_packed(struct Inflate *i, uint8_t *at, size_t n) {
    uint64_t left = i->member->packed - i->at;
    ssize_t got;

    if (n > left)
        n = (size_t)left;
    if (n == 0)
        return 0;
    got = feed_read_at(i->package->feed, i->member->data + i->at, at, n);
    if (got > 0)
        i->at += (uint64_t)got;
    return got == 0 ? -EBADMSG : got;
}

static ssize_t stored_read(struct Inflate *i, uint8_t *at, size_t n) {
    ssize_t got = read_packed(i, at, n);

    if (got > 0) {
        i->made += (uint64_t)got;
        i->crc = (uint32_t)crc32(i->crc, at, (uInt)got);
    }
    return got ? got : settle_end(i);
}

static ssize_t deflated_read(struct Inflate *i, uint8_t *at, size_t n) {
    i->z.next_out = at;
    i->z.avail_out = n < 1 << 30 ? (uInt)n : 1 << 30;
    n = i->z.avail_out;
    while (i->z.avail_out == n) {
        int r;

        if (i->z.avail_in == 0) {
            ssize_t got = read_packed(i, i->in, sizeof(i->in));

            if (got < 0)
                return got;
            i->z.next_in = i->in;
            i->z.avail_in = (uInt)got;
        }
        r = inflate(&i->z, Z_NO_FLUSH);
        if (r == Z_STREAM_END && i->z.avail_out == n)
            return settle_end(i);
        if (r == Z_STREAM_END) {
            i->ended = true; /* told with the next read */
            break;
        }
        if (r == Z_MEM_ERROR)
            return -ENOMEM;
        if (r != Z_OK && i->z.avail_out == n)
            return -EBADMSG;
    }
    n -= i->z.avail_out;
    i->made += n;
    i->crc = (uint32_t)crc32(i->crc, at, (uInt)n);
    return (ssize_t)n;
}

static ssize_t stream_read(Feed *f, uint8_t *at, size_t n) {
    struct Inflate *i = f->of;

    if (n == 0)
        return 0;
    if (i->ended) {
        ssize_t r = settle_end(i);

        return f->error ? 0 : r; /* damage is told once */
    }
    return i->deflated ? deflated_read(i, at, n) : stored_read(i, at, n);
}

int stream_open(Package *p, const Member *m, Stream *ret) {
    static const FeedKind kind = {.read = stream_read};
    struct Inflate *i = calloc(1, sizeof(*i));

    if (!i)
        return -ENOMEM;
    i->package = p;
    i->member = m;
    i->deflated = m->method == METHOD_DEFLATED;
    if (i->deflated && inflateInit2(&i->z, -MAX_WBITS) != Z_OK) {
        free(i);
        return -ENOMEM;
    }
    *ret = (Stream){.feed = feed_of(&kind, i, m->size), .inflate = i};
    return 0;
}

void stream_close(Stream *s) {
    if (s->inflate) {
        if (s->inflate->deflated)
            inflateEnd(&s->inflate->z);
        explicit_bzero(s->inflate->in, sizeof(s->inflate->in));
        free(s->inflate);
    }
    s->inflate = NULL;
    feed_done(&s->feed);
}

/* ---- what document it is ---- */

const char *package_kind(Feed *f, int *ret_error) {
    static const struct {
        const char *name, *format;
    } marks[] = {
        {"xl/workbook.bin", "xlsb"},   {"xl/workbook.xml", "xlsx"},
        {"word/document.xml", "docx"}, {"ppt/presentation.xml", "pptx"},
        {"META-INF/manifest.xml", ""}, {"[Content_Types].xml", "ooxml"},
    };
    _cleanup_(package_freep) Package *p = NULL;

    *ret_error = open_as(f, true, &p);
    if (*ret_error < 0)
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(marks); i++) {
        if (!package_find(p, span_of(marks[i].name)))
            continue;
        if (marks[i].format[0])
            return marks[i].format;
        if (package_find(p, span_of("content.xml")))
            return "odf";
    }
    return NULL;
}
