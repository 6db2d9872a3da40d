/* Inside: see inside.h. */
#include "scan/inside.h"

#include "source/peek.h"

enum { ATTEMPTS = 2 };

struct Inside {
    Reader *reader;
    Outbox *outbox;
    Host *host;
    const char *const *roots;
    Intake *intake;
    /* the outermost unit at hand */
    uint32_t root;
    Span path;
    Buf object;       /* path of the unit inside that is being reported */
    bool elsewhere;   /* another process reads it, and tells how much */
    uint64_t charged; /* of what it took */
    uint64_t units;   /* reported in this attempt */
};

static void meta_of_unit(const IntakeUnit *u, FileMeta *ret) {
    *ret = (FileMeta){
        .size = u->size, .nlink = 1, .mtime = u->mtime, .ctime = INT64_MIN, .btime = INT64_MIN};
}

static uint32_t depth_of(Span path) {
    uint32_t n = 0;

    for (size_t i = 0; i < path.n; i++)
        n += path.at[i] == 0;
    return n;
}

/* IntakeTo.unit */
static int on_unit(void *of, const IntakeUnit *u, const Ending *e) {
    Inside *i = of;
    ObjectReport o = {.root = i->root,
                      .known_meta = true,
                      .members = u->members,
                      .status = e->status,
                      .bytes_read = e->bytes,
                      .hashed = u->bytes > 0,
                      .format = span_of(e->format),
                      .encoding = span_of(e->encoding)};

    i->units++;
    buf_clear(&i->object);
    buf_span(&i->object, i->path);
    buf_span(&i->object, buf_as_span(&u->path));
    if (buf_error(&i->object))
        return -ENOMEM;
    o.path = buf_as_span(&i->object);
    o.depth = depth_of(o.path);
    memcpy(o.hash, u->hash, sizeof(o.hash));
    meta_of_unit(u, &o.meta);
    if (u->harvest.no_memory)
        o.status = status_errno(ENOMEM);
    else if (u->rule_limit && o.status.kind == STATUS_READ)
        o.status = status_of(STATUS_PARTIAL, "rule-limit");
    return outbox_object(i->outbox, &o, &u->harvest, u->facts, u->n_facts);
}

/* IntakeTo.pulse: a worker has read so much. It waits for us to listen, so waiting here slows it.
 */
static int on_pulse(void *of, uint64_t taken) {
    Inside *i = of;

    if (i->elsewhere && taken > i->charged) {
        throttle_charge(i->reader->throttle, taken - i->charged);
        i->charged = taken;
    }
    return 0;
}

int inside_new(const InsideParts *parts, Inside **ret) {
    _cleanup_(inside_freep) Inside *i = calloc(1, sizeof(*i));
    int r;

    if (!i)
        return -ENOMEM;
    i->reader = parts->reader;
    i->outbox = parts->outbox;
    i->host = parts->host;
    i->roots = parts->roots;
    r = intake_new(i->reader, &(IntakeTo){.of = i, .unit = on_unit, .pulse = on_pulse}, parts->help,
                   &i->intake);
    if (r < 0)
        return r;
    *ret = TAKE(i);
    return 0;
}

Inside *inside_free(Inside *i) {
    if (i) {
        intake_free(i->intake);
        buf_done(&i->object);
        free(i);
    }
    return NULL;
}

/* Of a root that is a file, the last component of the root. */
static Span name_of(const Inside *i, const Unit *u) {
    return path_name(u->path.n ? u->path : span_of(i->roots[u->root]));
}

/* ---- the file's bytes, at the pace that is asked for ---- */

typedef struct Paced {
    Throttle *throttle;
    const Content *content;
} Paced;

static ssize_t paced_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    const Paced *p = f->of;
    size_t got = 0;
    int r = offset > INT64_MAX ? 0
                               : throttle_read_at(p->throttle, p->content->far, p->content->fd,
                                                  offset, at, n, &got);

    return r < 0 ? r : (ssize_t)got;
}

static Feed feed_of_paced(Paced *p, uint64_t size) {
    static const FeedKind kind = {.read_at = paced_read_at};

    return feed_of(&kind, p, size);
}

const Extractor *inside_reader(const Inside *i, const Unit *u, const Neighbour *b,
                               const Content *c) {
    Paced paced = {i->reader->throttle, c};
    Feed f = feed_of_paced(&paced, u->meta.size);
    bool told = b->fd >= 0 || (b->missing && companion_missed(u->fd, u->meta.size));
    const Extractor *e = told && c->sniff.kind == SNIFF_TEXT
                             ? companion_reader()
                             : extractor_of(&f, name_of(i, u), &c->sniff);

    feed_done(&f);
    return e;
}

/* From now on a worker reads, and tells. */
static void charge_begin(Inside *i) {
    i->charged = 0;
    i->elsewhere = true;
}

/* What it took behind its last word. */
static void charge_end(Inside *i, const Ending *e) {
    on_pulse(i, e->bytes);
    i->elsewhere = false;
}

static int extract_file(Inside *i, const Unit *u, const Neighbour *b, const Content *c,
                        const Extractor *e, Ending *ret) {
    const Receiver *to = intake_receiver(i->intake);
    Paced paced = {i->reader->throttle, c};
    Feed f = feed_of_paced(&paced, u->meta.size);
    const HostFile file = {.fd = u->fd,
                           .size = u->meta.size,
                           .name = name_of(i, u),
                           .has_companion = b->fd >= 0,
                           .lacks_companion = b->missing,
                           .companion = b->fd,
                           .companion_size = b->size};
    int r;

    if (e->place != EXTRACT_ANYWHERE) {
        charge_begin(i);
        r = host_extract(i->host, e->place, &file, NULL, to, ret);
        if (r >= 0)
            charge_end(i, ret);
        return r;
    }
    i->elsewhere = false;
    r = host_read(i->host, &f, name_of(i, u), NULL, to, ret);
    feed_done(&f);
    return r;
}

int inside_open(Inside *i, const Unit *u, const Neighbour *b, const Content *c, const Extractor *e,
                bool again, Ending *ret_ending, IntakeUnit **ret_unit) {
    int r = 0;

    i->root = u->root;
    i->path = u->path;
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        intake_begin(i->intake);
        i->units = 0;
        r = again || attempt ? outbox_forget(i->outbox, u->root, u->path) : 0;
        if (r == 0)
            r = intake_name(i->intake, u->path);
        if (r == 0)
            r = extract_file(i, u, b, c, e, ret_ending);
        if (r != HOST_E_DIED)
            break;
    }
    if (r == HOST_E_DIED || r == HOST_E_ABSENT)
        return INSIDE_E_RAW;
    return r < 0 ? r : intake_end(i->intake, ret_unit);
}

/* ---- shares ---- */

/* Only what a share in one piece with others would have said, too. */
static bool share_holds(const Ending *e) {
    return e->status.kind == STATUS_READ ||
           (e->status.kind == STATUS_PARTIAL && strcmp(e->status.reason, "member") == 0);
}

static void sum_ending(InsideSum *sum, const Ending *e) {
    uint64_t bytes = sum->ending.bytes + e->bytes;

    if (!sum->ending.format || e->status.kind != STATUS_READ)
        sum->ending = *e;
    snprintf(sum->format, sizeof(sum->format), "%s", e->format);
    sum->ending.format = sum->format;
    sum->ending.bytes = bytes;
}

static void sum_drawn(InsideSum *sum, const HostDrawn *drawn) {
    HostDrawn *d = &sum->drawn;

    sum->apart |= __builtin_add_overflow(d->output, drawn->output, &d->output) ||
                  __builtin_add_overflow(d->entries, drawn->entries, &d->entries) ||
                  __builtin_add_overflow(d->other, drawn->other, &d->other);
}

static int sum_add(Inside *i, const Ending *e, const HostDrawn *drawn, InsideSum *sum) {
    int r = share_holds(e) ? intake_give(i->intake, &sum->unit) : 1;

    if (r < 0)
        return r;
    sum->apart |= r > 0;
    sum->units += i->units;
    sum_drawn(sum, drawn);
    if (r == 0)
        sum_ending(sum, e);
    return 0;
}

int inside_share(Inside *i, const Unit *u, const Extractor *e, ExtractShare share, Lock *lock,
                 InsideSum *sum) {
    const HostFile file = {.fd = u->fd, .size = u->meta.size, .name = name_of(i, u)};
    Ending ending = {.status = status_of(STATUS_READ, NULL), .format = "", .encoding = ""};
    HostDrawn drawn = {0};
    int r;

    i->root = u->root;
    i->path = u->path;
    i->units = 0;
    intake_begin(i->intake);
    charge_begin(i);
    r = share.number == 0 ? intake_name(i->intake, u->path) : 0;
    if (r == 0)
        r = host_extract_share(i->host, e->place, &file, share, intake_receiver(i->intake), &ending,
                               &drawn);
    if (r < 0)
        return r;
    charge_end(i, &ending);
    lock_hold(lock);
    if (r == 0)
        r = sum_add(i, &ending, &drawn, sum);
    else
        sum->apart = true; /* its worker died */
    lock_release(lock);
    return r < 0 ? r : outbox_flush(i->outbox);
}

void inside_settle(const Inside *i, uint64_t size, InsideSum *sum) {
    sum->apart |= host_limited(i->host, size, &sum->drawn);
    if (!sum->apart)
        intake_settle(&sum->unit);
}

uint64_t inside_units(const Inside *i) {
    return i->units;
}

/* ---- a pipe ---- */

/*
 * The reader of a pipe whose format a worker can read in order, from the pipe itself: nothing is
 * taken from it to find that out. NULL: it is read here, and what belongs to a worker is held.
 */
static const Extractor *stream_reader(Inside *i, int fd, Span name) {
    const Extractor *e;
    size_t n = 0;
    Sniff s;
    Feed f;

    if (peek_pipe(fd, i->reader->buffer, SNIFF_HEAD_MAX, &n) < 0)
        return NULL;
    s = sniff(span(i->reader->buffer, n), 0);
    f = feed_of_span(span(i->reader->buffer, n));
    f.size = FEED_SIZE_UNKNOWN;
    e = s.kind == SNIFF_CONTAINER ? extractor_of(&f, name, &s) : NULL;
    feed_done(&f);
    content_join(i->reader); /* its buffer holds no file's bytes now */
    return e && e->place != EXTRACT_ANYWHERE && !e->seeks ? e : NULL;
}

/* What a worker took from the pipe before it died is gone: there is no second attempt. */
static int stream_extract(Inside *i, const Extractor *e, int fd, Span name, Ending *ret) {
    const HostFile file = {.fd = fd, .size = FEED_SIZE_UNKNOWN, .name = name, .companion = -1};
    int r = host_extract(i->host, e->place, &file, NULL, intake_receiver(i->intake), ret);

    if (r == HOST_E_DIED)
        intake_begin(i->intake);
    return r < 0 ? r : 0;
}

int inside_stream(Inside *i, int fd, Span name, Ending *ret_ending, IntakeUnit **ret_unit) {
    const Extractor *e = stream_reader(i, fd, name);
    Feed f = feed_of_pipe(fd);
    int r;

    i->root = 0;
    i->path = span_of("");
    intake_begin(i->intake);
    if (e)
        r = stream_extract(i, e, fd, name, ret_ending);
    else
        r = host_read(i->host, &f, name, NULL, intake_receiver(i->intake), ret_ending);
    feed_done(&f);
    return r < 0 ? r : intake_end(i->intake, ret_unit);
}
