/* Unread: see unread.h. One pass over the unread objects; the n worst are kept, printed. */
#include "report/unread.h"

#include "report/number.h"
#include "store/name.h"

typedef struct List {
    UnreadItem *items; /* most + 1: the last is being filled */
    size_t n, most;
    uint64_t total;
} List;

static void list_done(List *l) {
    for (size_t i = 0; l->items && i <= l->most; i++)
        buf_done(&l->items[i].locator);
    free(l->items);
}

static int rank_of(StatusKind kind) {
    static const StatusKind order[] = {
        STATUS_ERROR,   STATUS_CHANGED,     STATUS_LIMIT,   STATUS_ENCRYPTED,
        STATUS_OFFLINE, STATUS_UNSUPPORTED, STATUS_PARTIAL,
    };

    for (size_t i = 0; i < N_ELEMENTS(order); i++) {
        if (order[i] == kind)
            return (int)i;
    }
    return N_ELEMENTS(order);
}

static bool item_is_worse(const UnreadItem *a, const UnreadItem *b) {
    return a->rank != b->rank ? a->rank < b->rank : a->size > b->size;
}

static int item_fill(UnreadItem *item, const ObjectRow *row) {
    item->rank = rank_of(row->status.kind);
    item->size = row->meta.size;
    item->status = row->status;
    buf_clear(&item->locator);
    return name_print(&item->locator, row->root, row->path);
}

/* Moves the filled item behind its equals; what falls out is filled next. */
static void list_take(List *l) {
    UnreadItem item = l->items[l->n];
    size_t i = l->n;

    while (i > 0 && item_is_worse(&item, &l->items[i - 1]))
        i--;
    memmove(&l->items[i + 1], &l->items[i], (l->n - i) * sizeof(item));
    l->items[i] = item;
    if (l->n < l->most)
        l->n++;
    l->total++;
}

static int list_fill(List *l, Store *s, int64_t run, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, run, true, reterr, &c);

    while (r == 0 && (r = object_cursor_step(c, reterr, &row)) > 0) {
        r = item_fill(&l->items[l->n], &row);
        if (r == 0)
            list_take(l);
    }
    return r;
}

int unread_worst(Store *s, int64_t run, size_t n, UnreadTake take, void *of, Error *reterr,
                 uint64_t *ret_more) {
    _cleanup_(list_done) List l = {.most = n};
    int r;

    l.items = calloc(n + 1, sizeof(*l.items));
    if (!l.items)
        return -ENOMEM;
    r = list_fill(&l, s, run, reterr);
    for (size_t i = 0; r == 0 && i < l.n; i++)
        r = take(of, &l.items[i]);
    *ret_more = l.total - l.n;
    return r;
}

static int item_put(void *of, const UnreadItem *item) {
    char status[STATUS_REASON_MAX + 24], size[NUMBER_TEXT_MAX];
    Buf *b = of;

    status_print(&item->status, status, sizeof(status));
    number_print_size(item->size, size);
    buf_printf(b, "  %-22s %10s  ", status, size);
    buf_span(b, buf_as_span(&item->locator));
    buf_byte(b, '\n');
    return buf_error(b);
}

int unread_print(Store *s, int64_t run, size_t n, Error *reterr, Buf *b) {
    uint64_t more;
    int r = unread_worst(s, run, n, item_put, b, reterr, &more);

    if (r < 0 || more == 0)
        return r;
    buf_text(b, "  ... and ");
    number_put(b, more, "more", "more");
    buf_text(b, ": terrier report --objects unread\n");
    return buf_error(b);
}
