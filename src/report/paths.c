/*
 * Paths: see paths.h. In the order of raw locators the members of a file follow it at once (a NUL
 * is the lowest byte), so a file is new when its path up to the NUL is not that of the one before.
 */
#include "report/paths.h"

#include "store/name.h"
#include "store/query.h"

typedef struct Paths {
    Store *store;
    int64_t run;
    bool null;
    Buf last; /* raw name of the file before */
    Outlet *to;
} Paths;

static Span file_of(Span path) {
    const uint8_t *end = path.n ? memchr(path.at, 0, path.n) : NULL;

    return end ? span(path.at, (size_t)(end - path.at)) : path;
}

static int name_put(Paths *p, Span root, Span path, Error *reterr) {
    Buf *b = &p->to->buf;
    size_t before = b->n;

    name_raw(b, root, file_of(path));
    if (b->failed)
        return -ENOMEM;
    if (!p->null && memchr(b->at + before, '\n', b->n - before)) {
        b->n = before;
        return error_set(reterr, -EILSEQ, "a name has a newline in it; use --null (-0)");
    }
    buf_byte(b, p->null ? 0 : '\n');
    return outlet_flush(p->to);
}

/* Whether it is the file of the row before; if not, from now on it is. */
static bool is_same(Paths *p, const FoundRow *row) {
    _cleanup_(buf_done) Buf name = {0};
    bool same;

    name_raw(&name, row->root, file_of(row->path));
    same = span_eq(buf_as_span(&name), buf_as_span(&p->last));
    if (!same) {
        buf_clear(&p->last);
        buf_span(&p->last, buf_as_span(&name));
    }
    return same;
}

static int row_put(Paths *p, const FoundRow *row, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names;
    size_t n = 0;
    int r;

    if (is_same(p, row))
        return 0;
    r = name_put(p, row->root, row->path, reterr);
    if (r == 0 && row->nlink > 1)
        r = query_names(p->store, p->run, row->dev, row->ino, &a, reterr, &names, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = name_put(p, names[i].root, names[i].path, reterr);
    return r;
}

int paths_report(Store *s, int64_t run, const FoundFilter *filter, bool null, Outlet *to,
                 Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Paths p = {.store = s, .null = null, .to = to};
    FoundRow row;
    RunRow of;
    int r = query_run(s, run, &a, reterr, &of);

    if (r == 0)
        r = found_cursor_open(s, of.id, filter, true, reterr, &c);
    p.run = r < 0 ? 0 : of.id;
    while (r == 0 && (r = found_cursor_step(c, reterr, &row)) > 0)
        r = row_put(&p, &row, reterr);
    buf_done(&p.last);
    return r;
}
