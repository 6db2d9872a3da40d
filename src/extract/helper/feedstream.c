/* Feedstream: see feedstream.h. */
#include "extract/helper/feedstream.h"

typedef struct FeedStream {
    GInputStream parent;
    Feed *feed;
    uint64_t at;
} FeedStream;

typedef struct FeedStreamClass {
    GInputStreamClass parent;
} FeedStreamClass;

static void seekable_init(GSeekableIface *i);
static GType feed_stream_get_type(void);

G_DEFINE_TYPE_WITH_CODE(FeedStream, feed_stream, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_SEEKABLE, seekable_init))

static gssize stream_read(GInputStream *s, void *at, gsize n, GCancellable *c, GError **error) {
    FeedStream *f = (FeedStream *)s;
    ssize_t got = feed_read_at(f->feed, f->at, at, n);

    (void)c;
    if (got < 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot be read");
        return -1;
    }
    f->at += (uint64_t)got;
    return got;
}

static goffset stream_tell(GSeekable *s) {
    return (goffset)((FeedStream *)s)->at;
}

static gboolean stream_can_seek(GSeekable *s) {
    (void)s;
    return TRUE;
}

static gboolean stream_seek(GSeekable *s, goffset offset, GSeekType from, GCancellable *c,
                            GError **error) {
    FeedStream *f = (FeedStream *)s;
    goffset base = from == G_SEEK_SET   ? 0
                   : from == G_SEEK_CUR ? (goffset)f->at
                                        : (goffset)f->feed->size;

    (void)c;
    if (offset < -base || offset > G_MAXOFFSET - base) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no such place");
        return FALSE;
    }
    f->at = (uint64_t)(base + offset);
    return TRUE;
}

static gboolean stream_can_truncate(GSeekable *s) {
    (void)s;
    return FALSE;
}

static gboolean stream_truncate(GSeekable *s, goffset offset, GCancellable *c, GError **error) {
    (void)s;
    (void)offset;
    (void)c;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "read only");
    return FALSE;
}

static void seekable_init(GSeekableIface *i) {
    i->tell = stream_tell;
    i->can_seek = stream_can_seek;
    i->seek = stream_seek;
    i->can_truncate = stream_can_truncate;
    i->truncate_fn = stream_truncate;
}

static void feed_stream_class_init(FeedStreamClass *class) {
    G_INPUT_STREAM_CLASS(class)->read_fn = stream_read;
}

static void feed_stream_init(FeedStream *f) {
    f->at = 0;
}

GInputStream *feed_stream_new(Feed *f) {
    FeedStream *s = g_object_new(feed_stream_get_type(), NULL);

    s->feed = f;
    return G_INPUT_STREAM(s);
}
