/* Archive input: see archive-input.h. */
#include "extract/format/archive-input.h"

#include "extract/format/gap.h"

static uint8_t *block(const ArchiveInput *in, unsigned k) {
    return in->blocks + (size_t)k * ARCHIVE_BLOCK;
}

/* Sorted and apart, so that the rest is what is between; reads go forward, but for a few. */
static int note_extent(ArchiveInput *in, uint64_t from, uint64_t to) {
    size_t i = in->n_extents, k;

    if (i && in->extents[i - 1].from <= from && from <= in->extents[i - 1].to) {
        if (to > in->extents[i - 1].to)
            in->extents[i - 1].to = to;
        return 0;
    }
    if (i == in->cap) {
        size_t cap = in->cap ? 2 * in->cap : 64;
        ArchiveExtent *next = reallocarray(in->extents, cap, sizeof(*next));

        if (!next)
            return -ENOMEM;
        in->extents = next;
        in->cap = cap;
    }
    while (i && in->extents[i - 1].from > from)
        i--;
    memmove(in->extents + i + 1, in->extents + i, (in->n_extents - i) * sizeof(*in->extents));
    in->extents[i] = (ArchiveExtent){from, to};
    in->n_extents++;
    for (k = i ? i - 1 : i;
         k + 1 < in->n_extents && in->extents[k + 1].from <= in->extents[k].to;) {
        if (in->extents[k + 1].to > in->extents[k].to)
            in->extents[k].to = in->extents[k + 1].to;
        memmove(in->extents + k + 1, in->extents + k + 2,
                (in->n_extents - k - 2) * sizeof(*in->extents));
        in->n_extents--;
    }
    return 0;
}

static la_ssize_t input_read(struct archive *a, void *of, const void **ret) {
    ArchiveInput *in = of;
    ssize_t n;

    in->last ^= 1;
    in->start[in->last] = in->seeks ? in->at : in->from->at;
    in->n[in->last] = 0;
    *ret = block(in, in->last);
    if (in->seeks)
        n = feed_read_at(in->from, in->at, block(in, in->last), ARCHIVE_STEP);
    else
        n = feed_some(in->from, block(in, in->last), ARCHIVE_BLOCK);
    if (n >= 0 && in->seeks && note_extent(in, in->at, in->at + (uint64_t)n) < 0)
        n = -ENOMEM;
    if (n < 0) {
        archive_set_error(a, (int)-n, "the feed failed");
        return -1;
    }
    in->n[in->last] = (size_t)n;
    in->at += (uint64_t)n;
    return n;
}

static la_int64_t input_skip(struct archive *a, void *of, la_int64_t n) {
    ArchiveInput *in = of;
    uint64_t left = in->from->size > in->at ? in->from->size - in->at : 0;

    (void)a;
    if (n < 0 || in->from->size == FEED_SIZE_UNKNOWN)
        return 0;
    if ((uint64_t)n > left)
        n = (la_int64_t)left;
    in->at += (uint64_t)n;
    return n;
}

static la_int64_t input_seek(struct archive *a, void *of, la_int64_t offset, int whence) {
    ArchiveInput *in = of;
    la_int64_t size = (la_int64_t)(in->from->size > INT64_MAX ? INT64_MAX : in->from->size);
    la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (la_int64_t)in->at : size;

    (void)a;
    if (__builtin_add_overflow(from, offset, &offset) || offset < 0 || offset > size)
        return ARCHIVE_FATAL;
    in->at = (uint64_t)offset;
    return offset;
}

int archive_input_new(ArchiveInput *in, Feed *from, bool seeks) {
    *in = (ArchiveInput){.from = from, .seeks = seeks, .base = from->at, .end = UINT64_MAX};
    in->blocks = malloc(2 * (size_t)ARCHIVE_BLOCK);
    in->a = archive_read_new();
    in->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    in->before = in->utf8 ? uselocale(in->utf8) : (locale_t)0;
    if (!in->blocks || !in->a) {
        archive_input_done(in);
        return -ENOMEM;
    }
    return 0;
}

int archive_input_open(ArchiveInput *in) {
    int r;

    archive_read_set_read_callback(in->a, input_read);
    if (in->seeks) {
        archive_read_set_skip_callback(in->a, input_skip);
        archive_read_set_seek_callback(in->a, input_seek);
    }
    archive_read_set_callback_data(in->a, in);
    r = archive_read_open1(in->a);
    return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : archive_input_error(in);
}

void archive_input_done(ArchiveInput *in) {
    if (in->a)
        archive_read_free(in->a);
    if (in->utf8) {
        uselocale(in->before);
        freelocale(in->utf8);
    }
    if (in->blocks)
        explicit_bzero(in->blocks, 2 * (size_t)ARCHIVE_BLOCK);
    free(in->blocks);
    free(in->extents);
    *in = (ArchiveInput){.from = in->from};
}

int archive_input_error(const ArchiveInput *in) {
    return archive_errno(in->a) == ENOMEM ? -ENOBUFS : -EBADMSG;
}

/* Between what was read by offset, and behind it. */
static int rest_by_offset(Extraction *x, ArchiveInput *in) {
    uint64_t at = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < in->n_extents && in->extents[i].from < in->end; i++) {
        r = gap_range(x, in->from, at, in->extents[i].from);
        at = in->extents[i].to < in->end ? in->extents[i].to : in->end;
    }
    return r ? r : gap_range(x, in->from, at, in->from->size);
}

int archive_input_rest(Extraction *x, ArchiveInput *in, bool *ret_lost) {
    int64_t taken = archive_filter_bytes(in->a, -1);
    uint64_t at = in->base + (taken > 0 ? (uint64_t)taken : 0);
    int r = 0;

    *ret_lost = false;
    if (in->seeks)
        return rest_by_offset(x, in);
    for (unsigned k = in->last ^ 1, i = 0; r == 0 && i < 2; i++, k ^= 1) {
        uint64_t end = in->start[k] + in->n[k];

        if (!in->n[k] || at >= end)
            continue;
        *ret_lost |= at < in->start[k];
        if (at < in->start[k])
            at = in->start[k];
        r = gap_bytes(x, in->from, span(block(in, k) + (at - in->start[k]), (size_t)(end - at)),
                      at);
        at = end;
    }
    return r ? r : gap_rest(x, in->from);
}
