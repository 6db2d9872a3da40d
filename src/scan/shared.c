/* Shared: see shared.h. */
#include "scan/shared.h"

enum {
    SHARE_BYTES = 1 << 20, /* of a share at least */
    SHARES_MAX = 32,       /* each reads the list of what is in it anew */
};

unsigned shared_shares(const Extractor *e, uint64_t size) {
    uint64_t n = size / SHARE_BYTES;

    return !e->shares || n < 2 ? 1 : n > SHARES_MAX ? SHARES_MAX : (unsigned)n;
}

Shared *shared_free(Shared *s) {
    if (!s)
        return NULL;
    s->unit.fd = fd_close(s->unit.fd);
    harvest_done(&s->sum.unit.harvest);
    lock_done(&s->lock);
    buf_done(&s->path);
    free(s);
    return NULL;
}

int shared_new(Unit *u, const Content *c, const Extractor *e, const Harvest *like, Shared **ret) {
    Shared *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    lock_init(&s->lock);
    ref_init(&s->ref);
    s->unit = *u;
    s->content = *c;
    s->reader = e;
    s->n = shared_shares(e, u->meta.size);
    u->fd = -1;
    buf_span(&s->path, u->path);
    s->unit.path = buf_as_span(&s->path);
    if (buf_error(&s->path) ||
        harvest_init(&s->sum.unit.harvest, like->engine, like->floor, like->keep) < 0) {
        shared_free(s);
        return -ENOMEM;
    }
    *ret = s;
    return 0;
}

static bool is_apart(Shared *s) {
    bool apart;

    lock_hold(&s->lock);
    apart = s->sum.apart;
    lock_release(&s->lock);
    return apart;
}

int shared_work(Shared *s, Inside *i, const Flag *stop) {
    uint64_t number;
    int r = 0;

    while (r == 0 && !is_apart(s) && !flag_get(stop) && (number = counter_next(&s->next)) < s->n)
        r = inside_share(i, &s->unit, s->reader, (ExtractShare){(unsigned)number, s->n}, &s->lock,
                         &s->sum);
    return r;
}
