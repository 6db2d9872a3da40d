/* Message: see message.h. */
#include "scan/message.h"

#include <sys/socket.h>

enum { HEADER = 5, ACL_MAX = 65536 };

void channel_init(Channel *c, int fd) {
    *c = (Channel){.fd = fd, .in = {.limit = MESSAGE_MAX + 1}};
    lock_init(&c->lock);
}

void channel_done(Channel *c) {
    buf_wipe(&c->in);
    lock_done(&c->lock);
    c->fd = fd_close(c->fd);
}

static int send_all(int fd, const uint8_t *at, size_t n) {
    while (n) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -errno;
        at += sent;
        n -= (size_t)sent;
    }
    return 0;
}

int channel_send(Channel *c, MessageKind kind, Span payload) {
    uint8_t header[HEADER] = {(uint8_t)payload.n, (uint8_t)(payload.n >> 8),
                              (uint8_t)(payload.n >> 16), (uint8_t)(payload.n >> 24),
                              (uint8_t)kind};
    int r;

    if (payload.n > MESSAGE_MAX)
        return -EMSGSIZE;
    lock_hold(&c->lock);
    r = send_all(c->fd, header, sizeof(header));
    if (r == 0)
        r = send_all(c->fd, payload.at, payload.n);
    lock_release(&c->lock);
    return r;
}

static int receive_all(int fd, uint8_t *at, size_t n) {
    while (n) {
        ssize_t got = recv(fd, at, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -ECONNRESET;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

int channel_receive(Channel *c, MessageKind *ret_kind, Span *ret_payload) {
    uint8_t header[HEADER];
    size_t n;
    void *at;
    int r = receive_all(c->fd, header, sizeof(header));

    if (r < 0)
        return r;
    n = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
    if (n > MESSAGE_MAX || header[4] == 0 || header[4] >= MESSAGE_END)
        return -EBADMSG;
    if (c->in.at)
        explicit_bzero(c->in.at, c->in.n); /* values may have been in it */
    buf_clear(&c->in);
    at = buf_extend(&c->in, n);
    if (!at)
        return -ENOMEM;
    r = receive_all(c->fd, at, n);
    *ret_kind = (MessageKind)header[4];
    *ret_payload = buf_as_span(&c->in);
    return r;
}

static void status_put(Buf *b, const Status *s) {
    wire_put_u64(b, s->kind);
    wire_put_span(b, span_of(s->reason));
}

static Status status_get(Wire *w) {
    uint64_t kind = wire_u64(w);
    Span reason = wire_span(w);
    Status s = {.kind = STATUS_ERROR};

    if (kind >= N_STATUSES || reason.n >= STATUS_REASON_MAX) {
        w->failed = true;
        return s;
    }
    s.kind = (StatusKind)kind;
    for (size_t i = 0; i < reason.n; i++) {
        uint8_t c = reason.at[i];

        s.reason[i] = c > 0x20 && c < 0x7f ? (char)c : '?';
    }
    return s;
}

static void meta_put(Buf *b, const FileMeta *m) {
    const uint64_t numbers[] = {m->dev,  m->ino, m->size, m->blocks, m->mount,
                                m->mode, m->uid, m->gid,  m->nlink};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
        wire_put_u64(b, numbers[i]);
    wire_put_i64(b, m->mtime);
    wire_put_i64(b, m->ctime);
    wire_put_i64(b, m->btime);
}

static FileMeta meta_get(Wire *w) {
    FileMeta m = {0};

    m.dev = wire_u64(w);
    m.ino = wire_u64(w);
    m.size = wire_u64(w);
    m.blocks = wire_u64(w);
    m.mount = wire_u64(w);
    m.mode = (uint32_t)wire_u64(w);
    m.uid = (uint32_t)wire_u64(w);
    m.gid = (uint32_t)wire_u64(w);
    m.nlink = (uint32_t)wire_u64(w);
    m.mtime = wire_i64(w);
    m.ctime = wire_i64(w);
    m.btime = wire_i64(w);
    return m;
}

void object_put(Buf *b, const ObjectReport *o, size_t n_findings, size_t n_facts) {
    wire_put_u64(b, o->root);
    wire_put_span(b, o->path);
    wire_put_u64(b, o->depth);
    wire_put_u64(b, o->members);
    wire_put_u64(b, o->known_meta);
    if (o->known_meta)
        meta_put(b, &o->meta);
    status_put(b, &o->status);
    wire_put_u64(b, o->bytes_read);
    wire_put_span(b, span(o->hash, o->hashed ? sizeof(o->hash) : 0));
    wire_put_span(b, o->format);
    wire_put_span(b, o->encoding);
    wire_put_span(b, o->acl);
    wire_put_u64(b, n_findings);
    wire_put_u64(b, n_facts);
}

/* A unit in n containers has n NUL bytes in its path, and a file none. */
static bool depth_holds(const ObjectReport *o) {
    size_t n = 0;

    for (size_t i = 0; i < o->path.n; i++)
        n += o->path.at[i] == 0;
    return n == o->depth;
}

int object_get(Wire *w, ObjectReport *ret, uint64_t *ret_findings, uint64_t *ret_facts) {
    ObjectReport o = {0};
    Span hash;

    o.root = (uint32_t)wire_u64(w);
    o.path = wire_span(w);
    o.depth = (uint32_t)wire_u64(w);
    o.members = wire_u64(w);
    o.known_meta = wire_u64(w);
    if (o.known_meta)
        o.meta = meta_get(w);
    else
        o.meta.mtime = o.meta.ctime = o.meta.btime = INT64_MIN;
    o.status = status_get(w);
    o.bytes_read = wire_u64(w);
    hash = wire_span(w);
    o.hashed = hash.n == sizeof(o.hash);
    if (o.hashed)
        memcpy(o.hash, hash.at, sizeof(o.hash));
    o.format = wire_span(w);
    o.encoding = wire_span(w);
    o.acl = wire_span(w);
    *ret_findings = wire_u64(w);
    *ret_facts = wire_u64(w);
    if (w->failed || (hash.n && !o.hashed) || o.path.n > UNIT_PATH_MAX || o.format.n > 31 ||
        o.encoding.n > 31 || o.acl.n > ACL_MAX || !depth_holds(&o))
        return -EBADMSG;
    *ret = o;
    return 0;
}

void directory_put(Buf *b, const DirectoryReport *d) {
    wire_put_u64(b, d->root);
    wire_put_span(b, d->path);
    wire_put_u64(b, d->mode);
    wire_put_u64(b, d->uid);
    wire_put_u64(b, d->gid);
    wire_put_span(b, d->acl);
}

int directory_get(Wire *w, DirectoryReport *ret) {
    DirectoryReport d = {.root = (uint32_t)wire_u64(w), .path = wire_span(w)};

    d.mode = (uint32_t)wire_u64(w);
    d.uid = (uint32_t)wire_u64(w);
    d.gid = (uint32_t)wire_u64(w);
    d.acl = wire_span(w);
    if (w->failed || d.path.n > UNIT_PATH_MAX || d.acl.n > ACL_MAX ||
        (d.path.n && memchr(d.path.at, 0, d.path.n)))
        return -EBADMSG;
    *ret = d;
    return 0;
}

void fact_put(Buf *b, const FactReport *f) {
    wire_put_u64(b, f->kind);
    wire_put_i64(b, f->from);
    wire_put_i64(b, f->to);
    wire_put_span(b, f->part);
    wire_put_span(b, f->text);
}

int fact_get(Wire *w, FactReport *ret) {
    FactReport f = {0};
    uint64_t kind = wire_u64(w);

    f.from = wire_i64(w);
    f.to = wire_i64(w);
    f.part = wire_span(w);
    f.text = wire_span(w);
    if (w->failed || kind >= N_FACT_KINDS || f.text.n > FACT_TEXT_MAX)
        return -EBADMSG;
    f.kind = (FactKind)kind;
    *ret = f;
    return 0;
}

void root_put(Buf *b, const RootReport *r) {
    wire_put_u64(b, r->number);
    wire_put_span(b, r->path);
    wire_put_span(b, r->identity);
    wire_put_span(b, r->type);
    wire_put_span(b, r->options);
    wire_put_span(b, r->atime);
    status_put(b, &r->status);
    wire_put_u64(b, r->found);
    wire_put_u64(b, r->directories);
    wire_put_u64(b, r->final);
}

int root_get(Wire *w, RootReport *ret) {
    RootReport r = {0};

    r.number = (uint32_t)wire_u64(w);
    r.path = wire_span(w);
    r.identity = wire_span(w);
    r.type = wire_span(w);
    r.options = wire_span(w);
    r.atime = wire_span(w);
    r.status = status_get(w);
    r.found = wire_u64(w);
    r.directories = wire_u64(w);
    r.final = wire_u64(w);
    if (w->failed)
        return -EBADMSG;
    *ret = r;
    return 0;
}

void note_put(Buf *b, const NoteReport *n) {
    wire_put_span(b, n->kind);
    wire_put_span(b, n->subject);
    wire_put_span(b, n->detail);
    wire_put_u64(b, n->count);
}

int note_get(Wire *w, NoteReport *ret) {
    NoteReport n = {0};

    n.kind = wire_span(w);
    n.subject = wire_span(w);
    n.detail = wire_span(w);
    n.count = wire_u64(w);
    if (w->failed || n.kind.n > 63 || n.detail.n > 1023)
        return -EBADMSG;
    *ret = n;
    return 0;
}

void known_put(Buf *b, const KnownReport *k) {
    wire_put_span(b, k->path);
    wire_put_u64(b, k->mode);
    if (!k->mode)
        return;
    wire_put_u64(b, k->nlink);
    wire_put_u64(b, k->ino);
    wire_put_u64(b, k->size);
    wire_put_i64(b, k->mtime);
    wire_put_i64(b, k->ctime);
}

int known_get(Wire *w, KnownReport *ret) {
    KnownReport k = {.path = wire_span(w), .mode = (uint32_t)wire_u64(w)};

    if (k.mode) {
        k.nlink = (uint32_t)wire_u64(w);
        k.ino = wire_u64(w);
        k.size = wire_u64(w);
        k.mtime = wire_i64(w);
        k.ctime = wire_i64(w);
    }
    if (w->failed || k.path.n > UNIT_PATH_MAX)
        return -EBADMSG;
    *ret = k;
    return 0;
}

static void sample_put(Buf *b, const Sample *s) {
    wire_put_u64(b, s->line);
    wire_put_u64(b, s->offset);
    wire_put_u64(b, s->length);
    wire_put_double(b, (double)s->score);
    wire_put_u64(b, s->test_value);
    wire_put_span(b, span_of(s->mask));
    wire_put_span(b, s->value);
}

void finding_put(Buf *b, const Finding *f) {
    wire_put_u64(b, f->detector);
    wire_put_u64(b, f->kind);
    wire_put_span(b, f->part);
    wire_put_span(b, f->heading);
    for (size_t l = 0; l < N_LEVELS; l++)
        wire_put_u64(b, f->count[l]);
    wire_put_u64(b, f->tested);
    wire_put_u64(b, f->valid);
    wire_put_u64(b, f->test_values);
    wire_put_u64(b, f->distinct);
    wire_put_u64(b, f->distinct_exact);
    wire_put_double(b, (double)f->score);
    wire_put_span(b, f->values);
    wire_put_u64(b, f->n_samples);
    for (size_t i = 0; i < f->n_samples; i++)
        sample_put(b, &f->samples[i]);
}

static int sample_get(Wire *w, Sample *ret) {
    Sample s = {0};
    Span mask;

    s.line = wire_u64(w);
    s.offset = wire_u64(w);
    s.length = (uint32_t)wire_u64(w);
    s.score = (float)wire_double(w);
    s.test_value = wire_u64(w);
    mask = wire_span(w);
    s.value = wire_span(w);
    if (w->failed || mask.n >= sizeof(s.mask) || s.value.n > FINDING_VALUE_MAX)
        return -EBADMSG;
    memcpy(s.mask, mask.at, mask.n);
    *ret = s;
    return 0;
}

int finding_get(Wire *w, size_t n_detectors, Sample *samples, Finding *ret) {
    Finding f = {.samples = samples};
    uint64_t n, kind;

    f.detector = (uint32_t)wire_u64(w);
    kind = wire_u64(w);
    f.part = wire_span(w);
    f.heading = wire_span(w);
    for (size_t l = 0; l < N_LEVELS; l++)
        f.count[l] = wire_u64(w);
    f.tested = wire_u64(w);
    f.valid = wire_u64(w);
    f.test_values = wire_u64(w);
    f.distinct = wire_u64(w);
    f.distinct_exact = wire_u64(w);
    f.score = (float)wire_double(w);
    f.values = wire_span(w);
    n = wire_u64(w);
    if (w->failed || n > FINDING_SAMPLES_MAX || f.detector >= n_detectors || kind >= N_PART_KINDS ||
        f.values.n > SKETCH_BYTES_MAX)
        return -EBADMSG;
    f.kind = (PartKind)kind;
    for (f.n_samples = 0; f.n_samples < n; f.n_samples++) {
        if (sample_get(w, &samples[f.n_samples]) < 0)
            return -EBADMSG;
    }
    *ret = f;
    return 0;
}
