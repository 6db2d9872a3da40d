/*
 * Examine: see examine.h.
 *
 * The buffer holds [at - margin, at + window + margin) of the object, less at its ends. From window
 * to window the part that is still needed is moved to the front, so that every byte is read once.
 * All content is hostile; sizes come from the file system and are used as hints only.
 */
#include "scan/examine.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "source/file.h"

enum { BOM_MAX = 4 };

int reader_init(Reader *r, const Engine *engine, size_t window, Level floor, uint32_t keep,
                const uint8_t *secret) {
    int e;

    *r = (Reader){.engine = engine, .window = window, .hash_secret = secret};
    e = harvest_init(&r->harvest, engine, floor, keep);
    if (e == 0)
        e = matcher_new(engine, &r->matcher);
    r->room =
        window + 2 * MATCHER_MARGIN > SNIFF_HEAD_MAX ? window + 2 * MATCHER_MARGIN : SNIFF_HEAD_MAX;
    r->buffer = calloc(1, r->room + MATCHER_PAD);
    if (e == 0 && !r->buffer)
        e = -ENOMEM;
    if (e < 0) {
        reader_done(r);
        return e;
    }
    r->sink = (MatcherSink){.floor = floor, .secret = secret};
    harvest_sink(&r->harvest, &r->sink);
    return 0;
}

void reader_done(Reader *r) {
    harvest_done(&r->harvest);
    matcher_free(r->matcher);
    text_window_done(&r->decoded);
    buf_done(&r->name);
    codes_done(&r->codes);
    if (r->buffer) {
        explicit_bzero(r->buffer, r->room + MATCHER_PAD);
        free(r->buffer);
    }
    *r = (Reader){0};
}

int reader_at(Reader *r, Span root, Span path) {
    AllowView ask = {.of = r->harvest.allow.of, .token = r->harvest.allow.token};

    r->root = root;
    r->path = path;
    return harvest_allow(&r->harvest, &ask, root, path);
}

void reader_plain(Reader *r) {
    r->harvest.plain = true;
    harvest_sink(&r->harvest, &r->sink);
}

int content_open(Reader *r, int fd, uint64_t size, bool far, Content *ret) {
    /* no more than there is: a small file is read by one call, and its end is not asked for */
    size_t n = size && size < SNIFF_HEAD_MAX ? (size_t)size : SNIFF_HEAD_MAX;
    Content c = {.fd = fd,
                 .size = size,
                 .piece = EXAMINE_PIECE,
                 .drop = (size > EXAMINE_WINDOW || r->drop_small) && file_uncached(fd, size),
                 .far = far};
    int e = throttle_read_at(r->throttle, far, fd, 0, r->buffer, n, &n);

    if (e < 0)
        return e;
    r->held = (Held){.n = n};
    c.sniff = sniff(span(r->buffer, n), size);
    while (size / c.piece >= EXAMINE_PIECES_MAX)
        c.piece *= 2;
    c.n_pieces = size ? (size - 1) / c.piece + 1 : 1;
    *ret = c;
    return 0;
}

void content_close(const Content *c) {
    if (c->drop)
        file_drop(c->fd, 0, 0);
}

void content_join(Reader *r) {
    r->held = (Held){0};
}

int reader_window(Reader *r, const RawWindow *raw, const MatcherSink *sink, HarvestWhere *where) {
    Window w;
    Span bytes = raw->bytes;
    uint64_t at = raw->at, newlines;
    int e;

    if (at > BOM_MAX && at < raw->lo && !raw->columns) { /* the cut may be within a character */
        size_t skip = charset_sync(raw->encoding, span(bytes.at, (size_t)(raw->lo - at)));

        bytes = span(bytes.at + skip, bytes.n - skip);
        at += skip;
    }
    e = charset_decode(raw->encoding, bytes, at, &r->decoded);

    if (e < 0)
        return e;
    if (r->decoded.text.at != bytes.at && !buf_extend(&r->decoded.own, MATCHER_PAD))
        return -ENOMEM;
    w = (Window){.text = r->decoded.runs.n ? r->decoded.own.at : r->decoded.text.at,
                 .n = r->decoded.text.n,
                 .lo = text_window_find(&r->decoded, raw->lo),
                 .hi = text_window_find(&r->decoded, raw->hi),
                 .columns = raw->columns};
    r->decoded.text.at = w.text;
    where->window = &r->decoded;
    where->position = at;
    where->columns = raw->columns;
    where->lo = w.lo;
    e = matcher_scan(r->matcher, &w, sink);
    newlines = matcher_newlines(r->matcher);
    if (sink->hit == harvest_hit && e != -ENOMEM) {
        int coded = codes_scan(&r->codes, r->matcher, &w, sink);

        e = coded < 0 ? coded : e;
    }
    where->line += newlines;
    return e;
}

int reader_name(Reader *r, Harvest *h, Span name) {
    static const Mark whole = {.source = MARK_NOWHERE};
    const Columns columns = {.marks = &whole, .n_marks = 1};
    MatcherSink sink = r->sink;
    uint32_t place;
    RawWindow w;
    int e;

    buf_clear(&r->name);
    buf_span(&r->name, name);
    if (!name.n || !buf_extend(&r->name, MATCHER_PAD))
        return buf_error(&r->name);
    memset(r->name.at + name.n, 0, MATCHER_PAD);
    place = harvest_place(h, PART_SECTION, span_of("(name)"), 0, span(NULL, 0));
    w = (RawWindow){.encoding = ENCODING_UTF8,
                    .bytes = span(r->name.at, name.n),
                    .hi = name.n,
                    .columns = &columns};
    harvest_sink(h, &sink);
    h->where = (HarvestWhere){.places = &place, .n_places = 1};
    e = reader_window(r, &w, &sink, &h->where);
    return e == -EOVERFLOW ? 0 : e;
}

/* Detection over raw[0..n) at raw_offset, of which [lo, hi) is owned. */
static void scan_window(Reader *r, const Content *c, Span raw, uint64_t raw_offset, uint64_t lo,
                        uint64_t hi, Piece *p) {
    const RawWindow w = {
        .encoding = c->sniff.encoding, .bytes = raw, .at = raw_offset, .lo = lo, .hi = hi};
    int e = reader_window(r, &w, &r->sink, &r->harvest.where);

    if (e == -EOVERFLOW)
        p->rule_limit = true;
    else if (e < 0)
        p->error = e;
}

/* Makes the buffer hold [from, to) as far as the object goes, moving what it has already. */
static int hold(Reader *r, const Content *c, uint64_t from, uint64_t to) {
    Held *h = &r->held;
    size_t keep = 0, n;
    int e;

    if (from >= h->at && from < h->at + h->n) {
        keep = (size_t)(h->at + h->n - from);
        memmove(r->buffer, r->buffer + (from - h->at), keep);
    }
    h->at = from;
    h->n = keep;
    if (from + keep >= to)
        return 0;
    e = throttle_read_at(r->throttle, c->far, c->fd, from + keep, r->buffer + keep,
                         (size_t)(to - from) - keep, &n);
    if (e < 0)
        return e;
    h->n = keep + n;
    return 0;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* The data [from, to) of a piece, window by window. */
static void read_extent(Reader *r, const Content *c, uint64_t from, uint64_t to, XXH3_state_t *hash,
                        Piece *p) {
    for (uint64_t at = from; at < to && !p->error && !p->shrunk; at += r->window) {
        uint64_t end = least(at + r->window, to),
                 first = at > MATCHER_MARGIN ? at - MATCHER_MARGIN : 0;
        uint64_t have;
        int e;

        first += (at - first) % encoding_unit(c->sniff.encoding);
        if (first < c->sniff.bom && at >= c->sniff.bom)
            first = c->sniff.bom;
        e = hold(r, c, first, least(end + MATCHER_MARGIN, c->size));
        if (e < 0) {
            p->error = e;
            return;
        }
        have = r->held.at + r->held.n;
        p->shrunk = have < end;
        if (have <= at)
            return;
        end = least(end, have);
        if (at == 0 && c->sniff.bom && end > c->sniff.bom)
            scan_window(r, c, span(r->buffer + c->sniff.bom, r->held.n - c->sniff.bom),
                        c->sniff.bom, c->sniff.bom, end, p);
        else
            scan_window(r, c, span(r->buffer, r->held.n), r->held.at, at, end, p);
        XXH3_128bits_update(hash, r->buffer + (at - r->held.at), (size_t)(end - at));
        p->bytes += end - at;
        if (c->drop)
            file_drop(c->fd, at, end - at);
    }
}

void content_read(Reader *r, const Content *c, uint64_t number, Piece *ret) {
    uint64_t at = number * c->piece, end = least(at + c->piece, c->size);
    XXH3_state_t hash;
    XXH128_canonical_t digest;

    *ret = (Piece){0};
    r->harvest.where = (HarvestWhere){.piece = number};
    XXH3_128bits_reset_withSecret(&hash, r->hash_secret, SKETCH_SECRET_BYTES);
    while (at < end && !ret->error && !ret->shrunk) {
        uint64_t data = at, stop = end;

        /* a small file is read whole: asking for its holes costs more than reading them */
        if (c->n_pieces > 1)
            ret->error = file_next_data(c->fd, at, end, &data, &stop);
        if (ret->error)
            break;
        data -= data % 4;
        if (data < at)
            data = at;
        if (data > at) { /* a hole: zeros, which hold nothing; its length goes into the hash */
            uint64_t hole = data - at;

            XXH3_128bits_update(&hash, &hole, sizeof(hole));
            ret->bytes += hole;
        }
        read_extent(r, c, data, least(stop, end), &hash, ret);
        at = stop > at ? stop : end;
    }
    ret->newlines = r->harvest.where.line;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&hash));
    memcpy(ret->hash, &digest, EXAMINE_HASH);
}

void content_hash(const Reader *r, const Piece *pieces, size_t n, uint8_t ret[EXAMINE_HASH]) {
    XXH128_canonical_t digest;
    XXH3_state_t hash;

    if (n == 1) {
        memcpy(ret, pieces[0].hash, EXAMINE_HASH);
        return;
    }
    XXH3_128bits_reset_withSecret(&hash, r->hash_secret, SKETCH_SECRET_BYTES);
    for (size_t i = 0; i < n; i++)
        XXH3_128bits_update(&hash, pieces[i].hash, EXAMINE_HASH);
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&hash));
    memcpy(ret, &digest, EXAMINE_HASH);
}

Status content_status(const Content *c) {
    switch (c->sniff.kind) {
    case SNIFF_TEXT:
        return status_of(STATUS_READ, NULL);
    case SNIFF_CONTAINER:
        return status_of(STATUS_UNSUPPORTED, c->sniff.format);
    case SNIFF_CIPHER:
        return status_of(STATUS_ENCRYPTED, c->sniff.format);
    case SNIFF_IMAGE:
        return status_of(STATUS_PARTIAL, "no-ocr");
    case SNIFF_MEDIA:
        return status_of(STATUS_UNSUPPORTED, c->sniff.format);
    default:
        return status_of(STATUS_READ, "raw");
    }
}
