/* Inside: see inside.h. */
#include "scan/inside.h"

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
    Buf object;     /* path of the unit inside that is being reported */
    uint64_t units; /* reported in this attempt */
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

int inside_new(const InsideParts *parts, Inside **ret) {
    _cleanup_(inside_freep) Inside *i = calloc(1, sizeof(*i));
    int r;

    if (!i)
        return -ENOMEM;
    i->reader = parts->reader;
    i->outbox = parts->outbox;
    i->host = parts->host;
    i->roots = parts->roots;
    r = intake_new(i->reader, &(IntakeTo){.of = i, .unit = on_unit}, parts->help, &i->intake);
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

const Extractor *inside_reader(const Inside *i, const Unit *u, const Neighbour *b,
                               const Content *c) {
    Feed f = feed_of_fd(u->fd, u->meta.size);
    bool told = b->fd >= 0 || (b->missing && companion_missed(u->fd, u->meta.size));
    const Extractor *e = told && c->sniff.kind == SNIFF_TEXT
                             ? companion_reader()
                             : extractor_of(&f, name_of(i, u), &c->sniff);

    feed_done(&f);
    return e;
}

static int extract_file(Inside *i, const Unit *u, const Neighbour *b, const Extractor *e,
                        Ending *ret) {
    const Receiver *to = intake_receiver(i->intake);
    Feed f = feed_of_fd(u->fd, u->meta.size);
    const HostFile file = {.fd = u->fd,
                           .size = u->meta.size,
                           .name = name_of(i, u),
                           .has_companion = b->fd >= 0,
                           .lacks_companion = b->missing,
                           .companion = b->fd,
                           .companion_size = b->size};
    int r;

    if (e->place != EXTRACT_ANYWHERE)
        return host_extract(i->host, e->place, &file, NULL, to, ret);
    r = host_read(i->host, &f, name_of(i, u), NULL, to, ret);
    feed_done(&f);
    return r;
}

int inside_open(Inside *i, const Unit *u, const Neighbour *b, const Extractor *e,
                Ending *ret_ending, IntakeUnit **ret_unit) {
    int r = 0;

    i->root = u->root;
    i->path = u->path;
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        intake_begin(i->intake);
        i->units = 0;
        r = attempt ? outbox_forget(i->outbox, u->root, u->path) : 0;
        if (r == 0)
            r = intake_name(i->intake, u->path);
        if (r == 0)
            r = extract_file(i, u, b, e, ret_ending);
        if (r != HOST_E_DIED)
            break;
    }
    if (r == HOST_E_DIED || r == HOST_E_ABSENT)
        return INSIDE_E_RAW;
    return r < 0 ? r : intake_end(i->intake, ret_unit);
}

uint64_t inside_units(const Inside *i) {
    return i->units;
}

int inside_stream(Inside *i, int fd, Span name, Ending *ret_ending, IntakeUnit **ret_unit) {
    Feed f = feed_of_pipe(fd);
    int r;

    i->root = 0;
    i->path = span_of("");
    intake_begin(i->intake);
    r = host_read(i->host, &f, name, NULL, intake_receiver(i->intake), ret_ending);
    feed_done(&f);
    return r < 0 ? r : intake_end(i->intake, ret_unit);
}
