/*
 * Ole: compound files, by what is in them.
 *
 *   storage ─▶ by its streams: doc, xls, ppt, msg, encrypted; summaries; macros
 *           ─▶ storages inside that are documents too: a unit each ("ole2-storage")
 *           ─▶ any other stream: a unit, named by its path
 *   free sectors ─▶ raw bytes: what was deleted may be there
 *
 * A unit inside that is a storage has a feed of its own kind, which gives no bytes: its reader
 * looks at where the feed comes from. sniff() never says "ole2-storage", so nobody else's feed gets
 * there.
 */
#include "extract/format/ole.h"

#include <zlib.h>

#include "base/utf8.h"
#include "extract/format/format.h"
#include "extract/text/codepage.h"

enum {
    PATH_DEPTH = 32,
    RAW_STEP = 16 << 10,
    NATIVE_NAME_MAX = 512,
    INFLATED_MAX = 64 << 20,
};

/* ---- text ---- */

static void put_code(Buf *b, uint32_t c) {
    uint8_t bytes[UTF8_MAX];
    size_t n = utf8_encode(c, bytes);

    if (!n)
        n = utf8_encode(UTF8_REPLACEMENT, bytes);
    buf_add(b, bytes, n);
}

void ole_put16(Buf *b, Span s) {
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t c = little16(s.at + i), low = i + 3 < s.n ? little16(s.at + i + 2) : 0;

        if ((c & 0xFC00) == 0xD800 && (low & 0xFC00) == 0xDC00) {
            c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
            i += 2;
        }
        put_code(b, c);
    }
}

void ole_put8(Buf *b, Span s) {
    if (utf8_valid(s)) {
        buf_span(b, s);
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        put_code(b, codepage_windows1252[s.at[i]]);
}

static int give(Extraction *x, Buf *b) {
    int r = buf_error(b);

    if (r == 0)
        r = extract_text(x, buf_as_span(b));
    buf_wipe(b);
    return r;
}

int ole_text16(Extraction *x, Span s) {
    Buf b = {0};

    ole_put16(&b, s);
    return give(x, &b);
}

int ole_text8(Extraction *x, Span s) {
    Buf b = {0};

    ole_put8(&b, s);
    return give(x, &b);
}

/* ---- streams ---- */

int ole_slurp(Ole *o, uint32_t entry, size_t limit, Buf *ret) {
    CfbStream s;
    int r;

    if (entry == CFB_NONE)
        return 0;
    o->c->entries[entry].used = true;
    r = cfb_stream_open(o->c, entry, &s);
    if (r < 0)
        return r;
    r = feed_hold(&s.feed, limit, ret);
    cfb_stream_done(&s);
    return r == -ENOMEM ? r : 0;
}

/* `n` bytes of the file from an offset on, as they are. */
static int raw_run(Ole *o, uint64_t offset, uint64_t n) {
    uint8_t bytes[RAW_STEP];
    int r = 0;

    while (r == 0 && n) {
        size_t step = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);
        ssize_t got = feed_read_at(o->c->f, offset, bytes, step);

        if (got <= 0)
            return got == -ENOMEM ? -ENOMEM : 0;
        r = extract_bytes(o->x, span(bytes, (size_t)got), offset, ENCODING_BINARY);
        offset += (uint64_t)got;
        n -= (uint64_t)got;
    }
    return r;
}

int ole_raw(Ole *o, uint32_t entry) {
    CfbStream s;
    uint64_t at = 0, source;
    size_t n;
    int r;

    if (entry == CFB_NONE)
        return 0;
    o->c->entries[entry].used = true;
    r = cfb_stream_open(o->c, entry, &s);
    if (r < 0)
        return r;
    for (; r == 0 && (n = cfb_stream_locate(&s, at, &source)); at += n)
        r = raw_run(o, source, n);
    cfb_stream_done(&s);
    return r;
}

/* ---- storages as units ---- */

typedef struct StorageFeed {
    Cfb *c;
    uint32_t storage;
} StorageFeed;

static ssize_t storage_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    (void)f;
    (void)offset;
    (void)at;
    (void)n;
    return 0;
}

static const FeedKind storage_kind = {.read_at = storage_read_at};

int ole_unit(Ole *o, uint32_t storage, Span name) {
    StorageFeed of = {.c = o->c, .storage = storage};
    Feed f = feed_of(&storage_kind, &of, FEED_SIZE_UNKNOWN);
    Entry e = {.name = name, .size = FEED_SIZE_UNKNOWN, .mtime = o->c->entries[storage].mtime};
    int r;

    o->c->entries[storage].used = true;
    r = extract_unit_as(o->x, &e, &f, "ole2-storage");
    feed_done(&f);
    return r;
}

/* ---- what a storage is ---- */

typedef struct Kind {
    const char *stream;
    int (*read)(Ole *o, Status *ret_status);
} Kind;

static int read_encrypted(Ole *o, Status *ret) {
    uint32_t package = cfb_find(o->c, o->storage, "EncryptedPackage", CFB_STREAM);

    o->c->entries[package].used = true;
    *ret = status_of(STATUS_ENCRYPTED, "ooxml");
    return 0;
}

/* In the order of what is asked first: a document may hold another kind's stream, too. */
static const Kind kinds[] = {
    {"EncryptedPackage", read_encrypted},
    {"WordDocument", doc_read},
    {"Workbook", xls_read},
    {"Book", xls_read},
    {"PowerPoint Document", ppt_read},
    {"__properties_version1.0", msg_read},
};

static const Kind *find_kind(const Cfb *c, uint32_t storage) {
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (cfb_find(c, storage, kinds[i].stream, CFB_STREAM) != CFB_NONE)
            return &kinds[i];
    }
    return NULL;
}

/* ---- a file that was put in as it was ([MS-OLEDS] 2.3.6) ---- */

/* A string that ends with NUL, in the head of the stream. */
static Span take_string(Span *s) {
    const uint8_t *end = s->n ? memchr(s->at, 0, s->n) : NULL;
    Span text = span(s->at, end ? (size_t)(end - s->at) : s->n);

    *s = end ? span(end + 1, s->n - text.n - 1) : span(NULL, 0);
    return text;
}

/* A piece of a stream as a unit. */
int ole_slice(Extraction *x, Feed *of, uint64_t from, uint64_t size, Span name) {
    FeedSlice slice = {.of = of, .from = from};
    Entry e = {.name = name, .size = size, .mtime = INT64_MIN};
    Feed f = feed_of_slice(&slice, size);
    int r = extract_unit(x, &e, &f);

    feed_done(&f);
    return r;
}

/* zlib's or deflate's bytes, up to the end, damage or `limit`; -EFBIG beyond it. */
static int inflate_all(Extraction *x, Feed *of, size_t limit, Buf *ret) {
    uint8_t in[RAW_STEP], out[RAW_STEP];
    z_stream z = {0};
    int r = inflateInit(&z) == Z_OK ? 0 : -ENOMEM, step = Z_OK;

    while (r == 0 && step == Z_OK) {
        ssize_t got = z.avail_in ? 0 : feed_some(of, in, sizeof(in));

        if (got < 0 || (got == 0 && !z.avail_in)) {
            r = got == -ENOMEM ? -ENOMEM : -EBADMSG;
            break;
        }
        if (got > 0) {
            z.next_in = in;
            z.avail_in = (uInt)got;
        }
        z.next_out = out;
        z.avail_out = sizeof(out);
        step = inflate(&z, Z_NO_FLUSH);
        r = extract_spend(x, sizeof(out) - z.avail_out);
        if (ret->n > limit)
            r = -EFBIG;
        buf_add(ret, out, sizeof(out) - z.avail_out);
    }
    inflateEnd(&z);
    explicit_bzero(out, sizeof(out));
    if (r == 0 && step != Z_STREAM_END)
        r = -EBADMSG;
    return buf_error(ret) ? -ENOMEM : r;
}

int ole_inflated(Extraction *x, Feed *of, uint64_t from, uint64_t size, Span name) {
    _cleanup_(buf_wipe) Buf bytes = {0};
    FeedSlice slice = {.of = of, .from = from};
    Feed f = feed_of_slice(&slice, size), memory;
    Entry e = {.name = name, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    int damage = inflate_all(x, &f, INFLATED_MAX, &bytes), r;

    feed_done(&f);
    if (damage == -ENOMEM || damage == EXTRACT_E_SPENT)
        return damage;
    memory = feed_of_span(buf_as_span(&bytes));
    memory.error = damage == -EBADMSG ? damage : 0;
    r = extract_unit(x, &e, &memory);
    feed_done(&memory);
    if (r == 0 && damage == -EFBIG)
        r = extract_listed(x, &e, status_of(STATUS_LIMIT, "hold"));
    return r;
}

/* Size, flags, label, name, two numbers, path, size, data. False where it is not so. */
static bool native_parse(Span head, uint64_t size, uint64_t *ret_at, uint64_t *ret_size,
                         Span *ret_name) {
    Span s = head;
    size_t path;

    if (s.n < 8 || little16(s.at + 4) != 2)
        return false;
    s = span(s.at + 6, s.n - 6);
    take_string(&s);
    *ret_name = take_string(&s);
    if (s.n < 8)
        return false;
    path = little32(s.at + 4);
    if (path > s.n - 8 || s.n - 8 - path < 4)
        return false;
    s = span(s.at + 8 + path, s.n - 8 - path);
    *ret_size = little32(s.at);
    *ret_at = (uint64_t)(s.at + 4 - head.at);
    return *ret_size <= size - *ret_at;
}

static int read_native(Ole *o, uint32_t entry, Span path) {
    _cleanup_(buf_done) Buf name = {0};
    uint8_t bytes[4 * NATIVE_NAME_MAX];
    uint64_t at, size;
    CfbStream s;
    Span inner;
    ssize_t n;
    int r = cfb_stream_open(o->c, entry, &s);

    if (r < 0)
        return r;
    o->c->entries[entry].used = true;
    n = feed_read_at(&s.feed, 0, bytes, sizeof(bytes));
    buf_span(&name, path);
    if (n > 0 && native_parse(span(bytes, (size_t)n), s.size, &at, &size, &inner)) {
        buf_byte(&name, '/');
        ole_put8(&name, inner);
        r = buf_error(&name);
        if (r == 0)
            r = ole_slice(o->x, &s.feed, at, size, buf_as_span(&name));
    } else {
        r = ole_slice(o->x, &s.feed, 0, s.size, path);
    }
    cfb_stream_done(&s);
    return r;
}

/* ---- what is left ---- */

static int read_stream(Ole *o, uint32_t entry, Span path) {
    CfbEntry *e = &o->c->entries[entry];
    CfbStream s;
    int r;

    if (strcmp(e->name, "\1Ole10Native") == 0)
        return read_native(o, entry, path);
    if ((unsigned char)e->name[0] < ' ') /* what Office notes for itself */
        return ole_raw(o, entry);
    e->used = true;
    r = cfb_stream_open(o->c, entry, &s);
    if (r < 0)
        return r;
    if (s.size)
        r = extract_unit(o->x, &(Entry){.name = path, .size = s.size, .mtime = INT64_MIN}, &s.feed);
    cfb_stream_done(&s);
    return r;
}

static int read_children(Ole *o, uint32_t storage, Span path, unsigned depth);

static int read_child(Ole *o, uint32_t entry, Span path, unsigned depth) {
    const CfbEntry *e = &o->c->entries[entry];

    if (e->type == CFB_STREAM)
        return read_stream(o, entry, path);
    if (e->type != CFB_STORAGE)
        return 0;
    if (find_kind(o->c, entry))
        return ole_unit(o, entry, path);
    if (depth >= PATH_DEPTH)
        return extract_listed(o->x,
                              &(Entry){.name = path, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN},
                              status_of(STATUS_LIMIT, "depth"));
    return read_children(o, entry, path, depth + 1);
}

/* Whatever no reader has marked, with its path from the unit at hand. */
static int read_children(Ole *o, uint32_t storage, Span path, unsigned depth) {
    const CfbEntry *all = o->c->entries;
    int r = 0;

    if (cfb_find(o->c, storage, "dir", CFB_STREAM) != CFB_NONE &&
        cfb_find(o->c, storage, "_VBA_PROJECT", CFB_STREAM) != CFB_NONE) {
        _cleanup_(buf_done) Buf name = {0};

        buf_span(&name, path);
        r = buf_error(&name);
        if (r == 0)
            r = vba_read(o, storage, buf_cstr(&name));
    }
    for (uint32_t i = all[storage].first; r == 0 && i != CFB_NONE; i = all[i].next) {
        _cleanup_(buf_done) Buf name = {0};

        if (all[i].used)
            continue;
        buf_span(&name, path);
        if (path.n)
            buf_byte(&name, '/');
        buf_text(&name, all[i].name);
        r = buf_error(&name);
        if (r == 0)
            r = read_child(o, i, buf_as_span(&name), depth);
    }
    return r;
}

static int read_storage(Ole *o, Status *ret) {
    const Kind *k = find_kind(o->c, o->storage);
    int r = k ? k->read(o, ret) : 0;

    if (r == 0)
        r = summary_read(o);
    return r ? r : read_children(o, o->storage, span(NULL, 0), 0);
}

static int storage_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    const StorageFeed *of = f->of;
    Ole o = {.x = x, .c = of->c, .storage = of->storage};

    (void)encoding;
    if (f->kind != &storage_kind)
        return extract_rest(x, f, ENCODING_BINARY);
    return read_storage(&o, ret);
}

/* ---- the file ---- */

static int read_free(Ole *o) {
    uint64_t offset, size;
    uint32_t sector = 0;
    int r = 0;

    while (r == 0 && cfb_next_free(o->c, &sector, &offset, &size))
        r = raw_run(o, offset, size);
    return r;
}

static int read_raw(Extraction *x, Feed *f) {
    Cfb whole = {.f = f};
    Ole o = {.x = x, .c = &whole};

    return raw_run(&o, 0, f->size);
}

static int ole_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret) {
    _cleanup_(cfb_closep) Cfb *c = NULL;
    Ole o = {.x = x, .storage = CFB_ROOT};
    int r = cfb_open(f, &c);

    (void)encoding;
    if (r == CFB_E_LARGE || r == CFB_E_BAD) {
        *ret = r == CFB_E_LARGE ? status_of(STATUS_LIMIT, "sectors")
                                : status_of(STATUS_PARTIAL, "corrupt");
        return read_raw(x, f);
    }
    if (r < 0)
        return r;
    o.c = c;
    r = read_storage(&o, ret);
    if (r == 0)
        r = read_free(&o);
    if (c->damaged && ret->kind == STATUS_READ)
        *ret = status_of(STATUS_PARTIAL, "corrupt");
    return r;
}

const Extractor ole_extractor = {
    .format = "ole2",
    .place = EXTRACT_RISKY,
    .seeks = true,
    .extract = ole_extract,
};

const Extractor ole_storage_extractor = {
    .format = "ole2-storage",
    .place = EXTRACT_RISKY,
    .seeks = true,
    .extract = storage_extract,
};
