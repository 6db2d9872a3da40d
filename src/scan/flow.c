/* Flow: see flow.h. */
#include "scan/flow.h"

#include "base/latch.h"
#include "base/lock.h"
#include "base/queue.h"
#include "base/ref.h"

struct Flow {
    Ref ref;
    const Harvest *of;
    Queue idle;      /* windows that are empty */
    Queue filled;    /* ... that wait to be examined; either queue has room for all there are */
    size_t unmade;   /* windows that may still be allocated; the reading thread's */
    Latch under_way; /* windows that wait or are being examined */
    Lock lock;       /* of what follows */
    Harvest total;
    bool rule_limit;
    int error;
};

static void windows_free(Queue *q) {
    FlowWindow *w;

    while ((w = queue_try(q))) {
        buf_done(&w->text);
        buf_done(&w->marks);
        free(w);
    }
    queue_done(q);
}

int flow_new(const Harvest *of, size_t n_windows, Flow **ret) {
    Flow *f = calloc(1, sizeof(*f));
    int r;

    if (!f)
        return -ENOMEM;
    r = queue_init(&f->idle, n_windows);
    if (r == 0)
        r = queue_init(&f->filled, n_windows);
    if (r == 0)
        r = harvest_init(&f->total, of->engine, of->floor, of->keep);
    if (r < 0) {
        queue_done(&f->filled);
        queue_done(&f->idle);
        free(f);
        return r;
    }
    f->of = of;
    f->unmade = n_windows;
    ref_init(&f->ref);
    latch_init(&f->under_way);
    lock_init(&f->lock);
    *ret = f;
    return 0;
}

Flow *flow_ref(Flow *f) {
    ref_take(&f->ref);
    return f;
}

Flow *flow_unref(Flow *f) {
    if (!f || !ref_drop(&f->ref))
        return NULL;
    windows_free(&f->filled);
    windows_free(&f->idle);
    latch_done(&f->under_way);
    lock_done(&f->lock);
    harvest_done(&f->total);
    free(f);
    return NULL;
}

FlowWindow *flow_take(Flow *f) {
    FlowWindow *w = queue_try(&f->idle);

    if (!w && f->unmade && (w = calloc(1, sizeof(*w))))
        f->unmade--;
    return w;
}

void flow_put(Flow *f, FlowWindow *w) {
    latch_up(&f->under_way);
    queue_put(&f->filled, w);
}

/* Forgets what was found where, and the text of it. */
void flow_return(Flow *f, FlowWindow *w) {
    if (w->text.at)
        explicit_bzero(w->text.at, w->text.n);
    buf_clear(&w->text);
    buf_clear(&w->marks);
    queue_put(&f->idle, w);
}

/* The window's columns as places of another harvest. */
static int places_here(Harvest *h, const Flow *f, const FlowWindow *w, uint32_t **ret) {
    uint32_t *places = calloc(w->n_places + 1, sizeof(*places));

    if (!places)
        return -ENOMEM;
    for (size_t i = 0; i < w->n_places; i++)
        places[i] = harvest_place_of(h, f->of, w->places[i]);
    *ret = places;
    return 0;
}

static int examine(const Flow *f, FlowWindow *w, Reader *r) {
    Columns columns = {.marks = (const Mark *)w->marks.at,
                       .n_marks = w->marks.n / sizeof(Mark),
                       .hints = w->hints,
                       .n_hints = w->n_hints};
    Harvest *h = &r->harvest;
    const AllowView allow = h->allow; /* of the object that the thread itself is at */
    uint32_t *places = NULL;
    int e = places_here(h, f, w, &places);

    w->raw.bytes = span(w->text.at, w->text.n);
    w->raw.columns = w->table ? &columns : NULL;
    h->allow = f->of->allow;
    h->cursor = 0;
    h->where = w->where;
    h->where.places = places;
    h->where.n_places = w->n_places;
    if (e == 0)
        e = reader_window(r, &w->raw, &r->sink, &h->where);
    h->where = (HarvestWhere){0};
    h->allow = allow;
    free(places);
    return e;
}

static void work(Flow *f, FlowWindow *w, Reader *r) {
    int e = examine(f, w, r);

    lock_hold(&f->lock);
    harvest_merge(&f->total, &r->harvest);
    f->rule_limit |= e == -EOVERFLOW;
    if (e < 0 && e != -EOVERFLOW && !f->error)
        f->error = e;
    lock_release(&f->lock);
    harvest_clear(&r->harvest);
    flow_return(f, w);
    latch_down(&f->under_way);
}

void flow_help(Flow *f, Reader *r) {
    FlowWindow *w = queue_try(&f->filled);

    if (w)
        work(f, w, r);
}

int flow_settle(Flow *f, Reader *r, Harvest *into, bool *ret_rule_limit) {
    FlowWindow *w;
    int error;

    while ((w = queue_try(&f->filled)))
        work(f, w, r);
    latch_wait(&f->under_way);
    lock_hold(&f->lock);
    harvest_merge(into, &f->total);
    harvest_clear(&f->total);
    *ret_rule_limit |= f->rule_limit;
    f->rule_limit = false;
    error = f->error;
    f->error = 0;
    lock_release(&f->lock);
    return error;
}
