/*
 * Zip: read by its directory, and by what the directory does not say.
 *
 * Two readers of one zip may see two archives: one goes by the directory at the end, another by
 * the local headers. Both views are read here: entries of the directory in the order of their
 * places; what lies between, before and behind them is looked through for local headers that
 * nobody names, and the rest of it is searched as it is. An entry that begins in what another one
 * has used up is a bomb, or a lie: it is listed, not read again. Stored and deflated entries are
 * decoded here, others by libarchive. In order only (too large to be held), libarchive reads all.
 *
 * Sizes are claims: a deflated entry ends where its stream does. Whatever differs from what is
 * said makes the entry partial(inconsistent).
 *
 * A share of an outermost zip is a range of its bytes: the entries whose headers begin there, and
 * what lies behind each up to the next one. Shares are only read of a zip that is as it should be,
 * so that nothing in one bears on another: any doubt is ZIP_E_UNSHARED, and it is read in order.
 */
#include <sys/stat.h>

#include "base/cleanup.h"
#include "extract/format/archive.h"
#include "extract/format/format.h"
#include "extract/format/gap.h"
#include "extract/format/inflate.h"
#include "extract/format/package.h"
#include "extract/format/zip-directory.h"
#include "extract/names.h"

enum {
    WINDOW = 256 << 10,
    DESCRIPTOR_MAX = 24,
    NAME_USUAL = EXTRACT_NAME_MAX - 64,
    EXTRA_USUAL = 64,
    LOCAL_MAX = ZIP_LOCAL + 2 * UINT16_MAX,
    TRIES = 1024, /* things like a local header with nothing behind, in one archive */
};

#define ZIP_E_UNSHARED 2

enum { STORED = 0, DEFLATED = 8, DEFLATE64 = 9, AES = 99 };
enum { FLAG_ENCRYPTED = 1, FLAG_DESCRIPTOR = 8, FLAG_MASKED = 1 << 13 };

typedef struct Zip {
    Extraction *x;
    Feed *from;
    ZipDirectory d;
    Inflate *inflate;
    uint8_t *bytes; /* the window: INFLATE_BACK before it, so that the decoder may step back */
    uint64_t start; /* of the window in the feed */
    size_t n;
    uint64_t at; /* everything before is read */
    bool inconsistent, overlap, damaged;
    bool shared; /* a share of it is read */
    unsigned tries;
} Zip;

/* Bytes from an offset, at least one and as many as are at hand, or at least `least` unless at the
 * end; none at the end. */
static int window_at(Zip *z, uint64_t offset, size_t least, Span *ret) {
    uint64_t from = offset > INFLATE_BACK ? offset - INFLATE_BACK : 0;
    ssize_t n;

    if (offset < z->start || offset - z->start > z->n ||
        (z->n - (size_t)(offset - z->start) < least && z->start + z->n < z->from->size)) {
        n = feed_read_at(z->from, from, z->bytes, WINDOW);
        z->start = from;
        z->n = n > 0 ? (size_t)n : 0;
        if (n < 0)
            return (int)n;
    }
    if (offset - z->start > z->n)
        *ret = span(z->bytes, 0);
    else
        *ret = span(z->bytes + (offset - z->start), z->n - (size_t)(offset - z->start));
    return 0;
}

/* ---- members that are stored or deflated ---- */

typedef struct ZipMember {
    Zip *z;
    const ZipEntry *e;
    uint64_t data, end; /* from its first byte to where something else must begin */
    uint64_t pos;
    uint64_t made;
    uint32_t crc;
    bool ended; /* the stream says so */
    bool over;  /* and the reader knows */
    bool later; /* sum and sizes stand behind the data */
} ZipMember;

/* APPNOTE 4.3.9: the sum and the sizes again, behind data of which they were not known before. */
static int check_descriptor(ZipMember *m) {
    Span s;
    int r = window_at(m->z, m->pos, 8, &s);

    if (r < 0)
        return r;
    if (s.n >= 8 && memcmp(s.at, "PK\7\10", 4) == 0)
        s = span(s.at + 4, s.n - 4);
    return s.n >= 4 && zip32(s.at) == m->crc ? 0 : -EBADMSG;
}

static ssize_t member_over(ZipMember *m, bool whole) {
    const ZipEntry *e = m->e;

    m->over = true;
    if (whole && m->later)
        return check_descriptor(m);
    if (!whole || (m->crc != e->crc && m->made == e->size))
        return -EBADMSG;
    return m->crc != e->crc || m->made != e->size || m->pos - m->data != e->packed ? -EPROTO : 0;
}

static void member_made(ZipMember *m, Span bytes) {
    m->crc = inflate_crc(m->crc, bytes);
    m->made += bytes.n;
}

static ssize_t inflate_read(Feed *f, uint8_t *at, size_t n) {
    ZipMember *m = f->of;

    while (!m->over) {
        ssize_t made;
        size_t had;
        Span in;
        int r = m->ended ? 0 : window_at(m->z, m->pos, 1, &in);

        if (m->ended || r < 0)
            return m->ended ? member_over(m, true) : r;
        if (in.n > m->end - m->pos)
            in.n = (size_t)(m->end - m->pos);
        had = in.n;
        made = inflate_step(m->z->inflate, &in, at, n, &m->ended);
        if (made < 0 || (made == 0 && !m->ended && in.n == had))
            return made == -ENOMEM ? made : member_over(m, false);
        m->pos += had - in.n;
        member_made(m, span(at, (size_t)made));
        if (made)
            return made;
    }
    return 0;
}

/* What is stored can be read at any place; its sum is told to whoever reads it from end to end. */
static ssize_t stored_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    ZipMember *m = f->of;
    uint64_t size = m->end - m->data, left = offset < size ? size - offset : 0;
    ssize_t got = 0;

    if (n > left)
        n = (size_t)left;
    if (n)
        got = feed_read_at(m->z->from, m->data + offset, at, n);
    if (got > 0 && offset == m->made)
        member_made(m, span(at, (size_t)got));
    m->pos = m->data + m->made;
    return got == 0 && n == 0 && offset == m->made && !m->over
               ? member_over(m, size >= m->e->packed)
               : got;
}

static int member_unit(Zip *z, const Entry *unit, ZipMember *m) {
    static const FeedKind stored = {.read_at = stored_read_at}, deflated = {.read = inflate_read};
    bool is_stored = m->e->method == STORED;
    Feed f = feed_of(is_stored ? &stored : &deflated, m, is_stored ? m->end - m->data : unit->size);
    int r;

    inflate_start(z->inflate);
    r = extract_unit(z->x, unit, &f);
    feed_done(&f);
    z->at = is_stored ? m->end : m->pos; /* damaged: the rest is a gap */
    return r;
}

/* ---- those that libarchive decodes ---- */

typedef struct Range {
    Feed *from;
    uint64_t start, size;
} Range;

static ssize_t range_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    Range *r = f->of;
    uint64_t left = offset < r->size ? r->size - offset : 0;

    if (n > left)
        n = (size_t)left;
    return n ? feed_read_at(r->from, r->start + offset, at, n) : 0;
}

/* By libarchive, from a local header on: at most n members, before `to`. */
static int walk_range(Zip *z, uint64_t at, uint64_t to, uint64_t n, ArchiveWalk *ret) {
    static const FeedKind kind = {.read_at = range_read_at};
    Range range = {.from = z->from, .start = at, .size = to - at};
    Feed f = feed_of(&kind, &range, range.size);
    int r = archive_walk_zip(z->x, &f, n, ret);

    feed_done(&f);
    return r;
}

/* ---- entries ---- */

/* What the entry is, if it is nothing to be read. */
static bool listed(const ZipEntry *e, Status *ret) {
    if (e->flags & (FLAG_ENCRYPTED | FLAG_MASKED) || e->method == AES)
        *ret = status_of(STATUS_ENCRYPTED, "zip");
    else if (S_ISLNK(e->mode))
        *ret = status_of(STATUS_LINK, NULL);
    else if (S_ISFIFO(e->mode))
        *ret = status_of(STATUS_SPECIAL, "fifo");
    else if (S_ISCHR(e->mode))
        *ret = status_of(STATUS_SPECIAL, "char");
    else if (S_ISBLK(e->mode))
        *ret = status_of(STATUS_SPECIAL, "block");
    else if (S_ISSOCK(e->mode))
        *ret = status_of(STATUS_SPECIAL, "socket");
    else if (e->method == DEFLATE64)
        *ret = status_of(STATUS_UNSUPPORTED, "deflate64");
    else if (e->method > 0 && e->method < 8)
        *ret = status_of(STATUS_UNSUPPORTED, "zip-method");
    else
        return false;
    return true;
}

/* What a header has room for besides: a name that will be cut, more extra fields than are usual. */
static int header_rest(Zip *z, uint64_t at, size_t n_name, size_t n_extra) {
    uint64_t extra = at + ZIP_LOCAL + n_name;
    int r = 0;

    if (n_name > NAME_USUAL)
        r = gap_range(z->x, z->from, at + ZIP_LOCAL + NAME_USUAL, extra);
    return r || n_extra <= EXTRA_USUAL ? r : gap_range(z->x, z->from, extra, extra + n_extra);
}

/* The name that the local header has, if it is another one: searched as bytes. */
static int compare_names(Zip *z, Span name, uint64_t at, size_t n) {
    Span local;
    int r = window_at(z, at, n, &local);

    if (r < 0 || local.n < n || span_eq(name, span(local.at, n)))
        return r;
    z->inconsistent = true;
    return gap_bytes(z->x, z->from, span(local.at, n), at);
}

/* APPNOTE 4.3.9: sum and sizes again, behind data whose length was not known before. */
static int skip_descriptor(Zip *z, const ZipEntry *e) {
    Span s;
    int r = window_at(z, z->at, DESCRIPTOR_MAX, &s);
    size_t sign;

    if (r < 0)
        return r;
    sign = s.n >= 4 && memcmp(s.at, "PK\7\10", 4) == 0 ? 4 : 0;
    if (s.n >= sign + 12 && zip32(s.at + sign) == e->crc &&
        zip32(s.at + sign + 4) == (uint32_t)e->packed &&
        zip32(s.at + sign + 8) == (uint32_t)e->size)
        z->at += sign + 12;
    else if (s.n >= sign + 20 && zip32(s.at + sign) == e->crc &&
             zip64(s.at + sign + 4) == e->packed && zip64(s.at + sign + 12) == e->size)
        z->at += sign + 20;
    return 0;
}

/* With its data, at `data`, and nothing of what begins at `to`. */
static int entry_data(Zip *z, const ZipEntry *e, const Entry *unit, uint64_t data, uint64_t to) {
    uint64_t end = e->packed < to - data ? data + e->packed : to;
    ZipMember m = {
        .z = z, .e = e, .data = data, .pos = data, .end = e->method == DEFLATED ? to : end};
    bool directory = unit->name.n && unit->name.at[unit->name.n - 1] == '/' && e->size == 0;
    ArchiveWalk walk = {0};
    ZipEntry said = *e;
    Status status;
    int r;

    m.later = e->record == ZIP_NO_RECORD && e->flags & FLAG_DESCRIPTOR && e->packed == 0;
    if (listed(e, &status)) {
        if (z->shared)
            return ZIP_E_UNSHARED;
        /* where a link points is searched as bytes; what is encrypted need not be */
        z->at = status.kind == STATUS_LINK ? data : end;
        return extract_listed(z->x, unit, status);
    }
    if (directory || S_ISDIR(e->mode)) {
        z->at = e->packed <= 2 ? end : data;
        return 0;
    }
    if (e->method == STORED || e->method == DEFLATED) {
        r = member_unit(z, unit, &m);
        if (m.later)
            said = (ZipEntry){.crc = m.crc, .packed = m.pos - m.data, .size = m.made};
    } else {
        r = walk_range(z, e->at, to, 1, &walk);
        z->at = e->packed < to - data ? end : to;
        if (r == 0 && walk.units == 0)
            r = extract_listed(z->x, unit, status_of(STATUS_UNSUPPORTED, "zip-method"));
    }
    return r || !(e->flags & FLAG_DESCRIPTOR) ? r : skip_descriptor(z, &said);
}

/* ---- gaps ---- */

/* Like a local header, as far as its fixed part tells; what has only that costs a try. */
static int is_local(Zip *z, uint64_t at, uint64_t to, bool *ret) {
    ZipEntry e;
    int64_t mtime;
    Span s;
    int r = window_at(z, at, ZIP_LOCAL, &s);

    *ret = false;
    if (r < 0 || s.n < ZIP_LOCAL || s.at[4] > 63 || zip16(s.at + 26) == 0)
        return r;
    r = window_at(z, at, LOCAL_MAX, &s);
    if (r < 0)
        return r;
    *ret = zip_local_parse(span(s.at, s.n < to - at ? s.n : (size_t)(to - at)), at, &e, &mtime);
    z->tries += !*ret;
    return 0;
}

/* The next local header in [from, to), or `to`. */
static int find_local(Zip *z, uint64_t from, uint64_t to, uint64_t *ret) {
    *ret = to;
    while (from + ZIP_LOCAL < to && z->tries < TRIES) {
        const uint8_t *hit;
        bool is;
        Span s = {0};
        int r = window_at(z, from, ZIP_LOCAL, &s);

        if (r < 0)
            return r;
        if (s.n > to - from)
            s.n = (size_t)(to - from);
        hit = s.n < 4 ? NULL : memmem(s.at, s.n, "PK\3\4", 4);
        if (!hit) {
            from += s.n > 3 ? s.n - 3 : ZIP_LOCAL;
            continue;
        }
        from += (uint64_t)(hit - s.at);
        r = is_local(z, from, to, &is);
        if (r < 0)
            return r;
        if (is) {
            *ret = from;
            return 0;
        }
        from += 4;
    }
    return 0;
}

/* Stored, of a length that is told behind it only: where that holds. */
static int find_descriptor(Zip *z, ZipEntry *e, uint64_t data, uint64_t to) {
    uint64_t at = data;

    while (at + 16 <= to) {
        const uint8_t *hit;
        Span s;
        int r = window_at(z, at, 16, &s);

        if (r < 0)
            return r;
        hit = s.n < 16 ? NULL : memmem(s.at, s.n - 12, "PK\7\10", 4);
        if (!hit) {
            at += s.n > 15 ? s.n - 15 : 16;
            continue;
        }
        at += (uint64_t)(hit - s.at);
        if (zip32(hit + 8) == at - data && zip32(hit + 12) == at - data) {
            e->crc = zip32(hit + 4);
            e->packed = e->size = at - data;
            return 0;
        }
        at += 4;
    }
    return 0;
}

/* An entry that the directory does not name, by its local header. */
static int local_entry(Zip *z, uint64_t at, uint64_t to) {
    _cleanup_(buf_done) Buf name = {0};
    Entry unit = {0};
    uint64_t data;
    ZipEntry e;
    Span s;
    int r = window_at(z, at, LOCAL_MAX, &s);

    if (r < 0 || !zip_local_parse(s, at, &e, &unit.mtime))
        return r;
    buf_add(&name, s.at + ZIP_LOCAL, zip16(s.at + 26));
    data = at + ZIP_LOCAL + name.n + zip16(s.at + 28);
    if (buf_error(&name))
        return -ENOMEM;
    if (e.method == STORED && e.flags & FLAG_DESCRIPTOR && !e.packed && data < to)
        r = find_descriptor(z, &e, data, to);
    unit.name = buf_as_span(&name);
    unit.size = e.flags & FLAG_DESCRIPTOR ? FEED_SIZE_UNKNOWN : e.size;
    z->at = data;
    if (r == 0)
        r = header_rest(z, at, name.n, (size_t)(data - at) - ZIP_LOCAL - name.n);
    if (r == 0 && data <= to)
        r = entry_data(z, &e, &unit, data, to);
    z->tries += z->at == data && (e.packed || e.method); /* nothing was there */
    return r;
}

/* What no entry has used: other entries, if there are, and bytes. */
static int gap(Zip *z, uint64_t to) {
    int r = 0;

    while (r == 0 && z->at < to) {
        uint64_t local = to;

        r = find_local(z, z->at, to, &local);
        if (r == 0)
            r = gap_range(z->x, z->from, z->at, local);
        z->at = local;
        if (r == 0 && z->shared && (local < to || z->tries))
            r = ZIP_E_UNSHARED;
        if (r == 0 && local < to)
            r = local_entry(z, local, to);
    }
    return r;
}

/* ---- the directory ---- */

/* Its place stays a gap. */
static int not_there(Zip *z, const Entry *unit) {
    z->damaged = true;
    return extract_listed(z->x, unit, status_of(STATUS_PARTIAL, "corrupt"));
}

/* Sorted by place; `next`: where the one behind begins. */
static int entry(Zip *z, ZipEntry e, uint64_t next) {
    Entry unit = {
        .name = zip_entry_name(&z->d, &e), .size = e.size, .mtime = zip_entry_time(&z->d, &e)};
    uint64_t limit = e.at < z->d.at ? z->d.at : z->from->size, data;
    Span local = {0};
    size_t n;
    int r;

    if (e.at < z->at) {
        if (z->shared)
            return ZIP_E_UNSHARED;
        z->overlap = true;
        return extract_listed(z->x, &unit, status_of(STATUS_LIMIT, "overlap"));
    }
    r = e.at < limit ? gap(z, e.at) : 0;
    if (r == 0 && e.at < limit)
        r = window_at(z, e.at, ZIP_LOCAL, &local);
    if (r)
        return r;
    if (local.n < ZIP_LOCAL || memcmp(local.at, "PK\3\4", 4) != 0)
        return not_there(z, &unit);
    e.flags |= zip16(local.at + 6) & FLAG_ENCRYPTED;
    n = zip16(local.at + 26);
    data = e.at + ZIP_LOCAL + n + zip16(local.at + 28);
    if (data > limit)
        return not_there(z, &unit);
    r = compare_names(z, unit.name, e.at + ZIP_LOCAL, n);
    if (r == 0)
        r = header_rest(z, e.at, n, (size_t)(data - e.at) - ZIP_LOCAL - n);
    /* what is deflated says itself where it ends; anything else does where another begins */
    if ((e.method != DEFLATED || e.flags & FLAG_ENCRYPTED) && next > data && next < limit)
        limit = next;
    return r ? r : entry_data(z, &e, &unit, data, limit);
}

/* Comments are text that people wrote. */
static int comments(Zip *z) {
    int r = gap_range(z->x, z->from, z->d.comment, z->d.end);

    for (size_t i = 0; r == 0 && i < z->d.n; i++) {
        Span s = zip_entry_comment(&z->d, &z->d.entries[i]);

        if (s.n)
            r = gap_bytes(z->x, z->from, s, z->d.at + (uint64_t)(s.at - z->d.bytes.at));
    }
    return r;
}

static int entries(Zip *z, size_t from, size_t to) {
    int r = 0;

    for (size_t i = from; r == 0 && i < to; i++)
        r = entry(z, z->d.entries[i], i + 1 < z->d.n ? z->d.entries[i + 1].at : UINT64_MAX);
    return r;
}

/* What is behind the last one. */
static int behind_entries(Zip *z) {
    int r = gap(z, z->d.at);

    if (r == 0)
        r = comments(z);
    if (z->at < z->d.end)
        z->at = z->d.end;
    return r ? r : gap(z, z->from->size);
}

static int all_entries(Zip *z) {
    int r = entries(z, 0, z->d.n);

    return r ? r : behind_entries(z);
}

static void say(const Zip *z, Status *ret) {
    if (z->overlap)
        *ret = status_of(STATUS_LIMIT, "overlap");
    else if (z->damaged)
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    else if (z->inconsistent)
        *ret = status_of(STATUS_PARTIAL, "inconsistent");
}

/* With no directory all is a gap: what can be read is, and it is not whole. */
static int read_anywhere(Zip *z, bool tail, Status *ret) {
    int r = zip_directory_read(z->from, &z->d);

    z->damaged = r < 0 || z->d.damaged;
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        r = gap(z, z->from->size);
    else {
        if (tail && z->d.n) /* what is before it is read by another */
            z->at = z->d.entries[0].at;
        r = all_entries(z);
    }
    say(z, ret);
    return r;
}

/* ---- shares ---- */

/* Nothing but files and directories, stored or deflated, each in a place of its own. */
static bool entry_ordinary(const ZipDirectory *d, size_t i) {
    const ZipEntry *e = &d->entries[i];
    Status ignored;

    return e->at < d->at && (i == 0 || e->at > d->entries[i - 1].at) && !listed(e, &ignored) &&
           (e->method == STORED || e->method == DEFLATED);
}

/* 1: no name comes again, or has to be changed; 0; -ENOMEM. */
static int names_plain(const ZipDirectory *d) {
    _cleanup_(buf_done) Buf taken = {0};
    Names names = {0};
    int r = 1;

    for (size_t i = 0; r == 1 && i < d->n; i++) {
        Span name = zip_entry_name(d, &d->entries[i]);

        buf_clear(&taken);
        r = names_take(&names, name, &taken);
        r = r < 0 ? r : span_eq(name, buf_as_span(&taken));
    }
    names_done(&names);
    return r;
}

static int directory_ordinary(const ZipDirectory *d) {
    if (d->damaged || !d->n)
        return 0;
    for (size_t i = 0; i < d->n; i++) {
        if (!entry_ordinary(d, i))
            return 0;
    }
    return names_plain(d);
}

/* The first entry of a share. */
static size_t share_begins(const Zip *z, ExtractShare share) {
    uint64_t at = z->from->size / share.of * share.number;
    size_t i = 0;

    if (share.number == share.of)
        return z->d.n;
    while (i < z->d.n && z->d.entries[i].at < at)
        i++;
    return share.number ? i : 0;
}

static int share_entries(Zip *z, ExtractShare share) {
    bool last = share.number + 1 == share.of;
    size_t from = share_begins(z, share),
           to = share_begins(z, (ExtractShare){share.number + 1, share.of});
    uint64_t end = to < z->d.n ? z->d.entries[to].at : z->d.at, got = z->from->got;
    int r;

    if (from == z->d.n && !last)
        return 0;
    z->at = share.number == 0 ? 0 : from < z->d.n ? z->d.entries[from].at : z->d.at;
    if (z->at >= end && !last)
        return 0;
    got -= z->at; /* so much more as is read of it */
    r = entries(z, from, to);
    if (r == 0 && z->at > end)
        r = ZIP_E_UNSHARED;
    if (r == 0)
        r = last ? behind_entries(z) : gap(z, end);
    /* how much was read is told of the whole: all, or it is counted in one piece */
    return r == 0 && z->from->got - got < end ? ZIP_E_UNSHARED : r;
}

static int read_share(Zip *z, ExtractShare share, Status *ret) {
    int r = zip_directory_read(z->from, &z->d);

    if (r == -ENOMEM)
        return r;
    r = r < 0 ? 0 : directory_ordinary(&z->d);
    if (r < 0)
        return r;
    z->shared = true;
    r = r ? share_entries(z, share) : ZIP_E_UNSHARED;
    if (r == ZIP_E_UNSHARED || (r == 0 && (z->damaged || z->inconsistent))) {
        *ret = extract_unshared();
        r = 0;
    }
    return r;
}

static int read_in_order(Extraction *x, Feed *f, Status *ret) {
    ArchiveWalk walk = {0};
    int r = archive_walk_zip(x, f, UINT64_MAX, &walk);

    if (walk.damaged || walk.units == 0)
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    return r ? r : gap_rest(x, f);
}

static int zip_read(Extraction *x, Feed *f, bool tail, Status *ret) {
    Zip z = {.x = x, .from = f};
    ExtractShare share;
    uint8_t *bytes;
    int r;

    if (!feed_seekable(f) || f->size == FEED_SIZE_UNKNOWN)
        return read_in_order(x, f, ret);
    bytes = malloc(INFLATE_BACK + WINDOW);
    if (!bytes || inflate_new(&z.inflate) < 0) {
        free(bytes);
        return -ENOMEM;
    }
    z.bytes = bytes + INFLATE_BACK;
    share = extract_share(x);
    r = share.of > 1 ? read_share(&z, share, ret) : read_anywhere(&z, tail, ret);
    inflate_free(z.inflate);
    zip_directory_done(&z.d);
    explicit_bzero(bytes, INFLATE_BACK + WINDOW);
    free(bytes);
    return r;
}

/* A document, if what the list of entries names makes it one: its head need not tell. */
static const Extractor *package_reader(Feed *f) {
    int error;
    const char *kind =
        feed_seekable(f) && f->size != FEED_SIZE_UNKNOWN ? package_kind(f, &error) : NULL;

    return kind ? extractor_find(kind) : NULL;
}

static int zip_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    const Extractor *document = package_reader(f);

    if (document && extract_share(x).of > 1) { /* whose parts belong together */
        *ret = extract_unshared();
        return 0;
    }
    return document ? document->extract(x, f, encoding, ret) : zip_read(x, f, false, ret);
}

static int tail_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    (void)encoding;
    return zip_read(x, f, true, ret);
}

/* What stands behind something else is not read in shares: that is another's, and once. */
#define ZIP(word, name, function, may_share)                                                       \
    const Extractor zip_##word = {.format = name,                                                  \
                                  .place = EXTRACT_FORMAT,                                         \
                                  .seeks = true,                                                   \
                                  .streams = true,                                                 \
                                  .shares = may_share,                                             \
                                  .extract = function}

ZIP(epub, "epub", zip_extract, true);
ZIP(jar, "jar", zip_extract, true);
ZIP(reader, "zip", zip_extract, true);
ZIP(tail, "zip-tail", tail_extract, false);
