/* Gapdiff: see gapdiff.h. */
#include "store/gapdiff.h"

typedef struct Pair {
    ObjectCursor *cursors[2]; /* of the earlier and the later run */
    ObjectRow rows[2];
    bool there[2];
} Pair;

static void pair_done(Pair *p) {
    object_cursor_close(p->cursors[0]);
    object_cursor_close(p->cursors[1]);
}

static int step(Pair *p, int side, Error *reterr) {
    int r = object_cursor_step(p->cursors[side], reterr, &p->rows[side]);

    p->there[side] = r > 0;
    return r < 0 ? r : 0;
}

static int order_of(const Pair *p) {
    int r;

    if (!p->there[0] || !p->there[1])
        return p->there[0] ? -1 : 1;
    r = span_cmp(p->rows[0].root, p->rows[1].root);
    return r ? r : span_cmp(p->rows[0].path, p->rows[1].path);
}

static bool same_status(const Pair *p) {
    return p->rows[0].status.kind == p->rows[1].status.kind &&
           strcmp(p->rows[0].status.reason, p->rows[1].status.reason) == 0;
}

static int merge_step(Pair *p, const GapSink *to, Error *reterr) {
    int order = order_of(p), r = 0;

    if (order < 0)
        r = to->gap(to->of, true, &p->rows[0], reterr);
    else if (order > 0 || !same_status(p))
        r = to->gap(to->of, false, &p->rows[1], reterr);
    if (r == 0 && order <= 0)
        r = step(p, 0, reterr);
    if (r == 0 && order >= 0)
        r = step(p, 1, reterr);
    return r;
}

int gapdiff(Store *s, int64_t before, int64_t run, const GapSink *to, Error *reterr) {
    _cleanup_(pair_done) Pair p = {0};
    int r = object_cursor_open(s, before, true, reterr, &p.cursors[0]);

    if (r == 0)
        r = object_cursor_open(s, run, true, reterr, &p.cursors[1]);
    if (r == 0)
        r = step(&p, 0, reterr);
    if (r == 0)
        r = step(&p, 1, reterr);
    while (r == 0 && (p.there[0] || p.there[1]))
        r = merge_step(&p, to, reterr);
    return r;
}
