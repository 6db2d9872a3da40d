/*
 * Signed: what a CMS signature is about (smime.p7m, .p7s with its content), as a unit inside.
 *
 * RFC 5652: ContentInfo { signedData, [0] { version, digests, { type, [0] content }, ... } }, in
 * DER or in BER, where the content may come in chunks. One pass; what does not look so is bytes,
 * and so is what stands behind the content: certificates have names and addresses.
 */
#include "base/cleanup.h"
#include "extract/text/reader.h"

enum {
    SEQUENCE = 0x30,
    SET = 0x31,
    OID = 0x06,
    INTEGER = 0x02,
    OCTETS = 0x04,
    CHUNKS = 0x24,
    CONTEXT = 0xA0,
    SKIP_MOST = 64 << 10
};

typedef struct Content {
    Feed *feed;
    uint64_t left; /* of the chunk at hand */
    bool chunked, ended;
} Content;

/* A tag and a length; the indefinite one is UINT64_MAX. False: the end, or none of ours. */
static bool get_header(Feed *f, uint8_t *ret_tag, uint64_t *ret_n) {
    uint8_t b[2], more[8];
    uint64_t n = 0;
    size_t k;

    if (feed_read(f, b, 2) != 2)
        return false;
    *ret_tag = b[0];
    k = b[1] & 0x7F;
    if (b[1] < 0x80)
        n = b[1];
    else if (k == 0)
        n = UINT64_MAX;
    else if (k > sizeof(more) || feed_read(f, more, k) != (ssize_t)k)
        return false;
    for (size_t i = 0; b[1] > 0x80 && i < k; i++)
        n = n << 8 | more[i];
    *ret_n = n;
    return true;
}

static bool enter(Feed *f, uint8_t tag) {
    uint8_t found;
    uint64_t n;

    return get_header(f, &found, &n) && found == tag;
}

static bool skip(Feed *f, uint8_t tag) {
    uint8_t found, bytes[256];
    uint64_t n;

    if (!get_header(f, &found, &n) || found != tag || n > SKIP_MOST)
        return false;
    while (n) {
        size_t k = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);

        if (feed_read(f, bytes, k) != (ssize_t)k)
            return false;
        n -= k;
    }
    return true;
}

/* Up to the first byte of the content. */
static bool find_content(Feed *f, Content *ret) {
    uint8_t tag;

    *ret = (Content){.feed = f};
    if (!enter(f, SEQUENCE) || !skip(f, OID) || !enter(f, CONTEXT) || !enter(f, SEQUENCE) ||
        !skip(f, INTEGER) || !skip(f, SET) || !enter(f, SEQUENCE) || !skip(f, OID) ||
        !enter(f, CONTEXT) || !get_header(f, &tag, &ret->left))
        return false;
    ret->chunked = tag == CHUNKS;
    if (ret->chunked)
        ret->left = 0;
    return tag == CHUNKS || (tag == OCTETS && ret->left != UINT64_MAX);
}

static ssize_t content_read(Feed *f, uint8_t *at, size_t n) {
    Content *c = f->of;
    uint8_t tag;
    ssize_t got;

    while (c->left == 0 && !c->ended)
        c->ended = !c->chunked || !get_header(c->feed, &tag, &c->left) || tag != OCTETS ||
                   c->left == UINT64_MAX;
    if (c->ended)
        return c->feed->error;
    got = feed_some(c->feed, at, c->left < n ? (size_t)c->left : n);
    c->left -= got > 0 ? (uint64_t)got : 0;
    c->ended = got <= 0;
    return got;
}

/* A part of a message has fewer fields than mail is known by. */
static bool is_part(Feed *f) {
    Span head;

    return feed_head(f, 8, &head) == 0 &&
           (span_starts(head, span_of("Content-")) || span_starts(head, span_of("MIME-Ver")));
}

static int signed_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status _unused_) {
    static const FeedKind kind = {.read = content_read};
    Entry entry = {.name = span_of("content"), .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    uint8_t rest[1024];
    Content c;
    Feed content;
    int r;

    if (find_content(f, &c)) {
        content = feed_of(&kind, &c, FEED_SIZE_UNKNOWN);
        r = is_part(&content) ? extract_unit_as(x, &entry, &content, "eml")
                              : extract_unit(x, &entry, &content);
        while (r == 0 && feed_some(&content, rest, sizeof(rest)) > 0)
            continue;
        feed_done(&content);
        if (r)
            return r;
    }
    return extract_rest(x, f, encoding);
}

const Extractor signed_extractor = {
    .format = "cms-signed", .place = EXTRACT_ANYWHERE, .extract = signed_extract};
