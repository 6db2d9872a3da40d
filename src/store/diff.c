/* Diff: see diff.h. */
#include "store/diff.h"

#include "store/handle.h"
#include "store/samples.h"
#include "store/stray.h"

typedef struct Diff {
    Store *store;
    const ChangeSink *to;
    Error *reterr;
    SideCursor *cursors[2]; /* of the earlier run (NULL: none) and of the later */
    SideRow rows[2];
    bool there[2];
    bool one_key; /* tokens of the two can be compared */
    Strays *strays;
    FateLook *fates;
    Buf root, path; /* of the object whose rights were told last */
    bool told;
} Diff;

static void diff_done(Diff *d) {
    side_close(d->cursors[0]);
    side_close(d->cursors[1]);
    strays_free(d->strays);
    fate_close(d->fates);
    buf_done(&d->root);
    buf_done(&d->path);
}

const char *change_name(ChangeKind kind) {
    static const char *const names[N_CHANGES] = {"new",     "gone",         "moved",
                                                 "changed", "tier-changed", "access-changed"};

    return kind < N_CHANGES ? names[kind] : "changed";
}

static int tell(Diff *d, const Change *change) {
    return d->to->change(d->to->of, change, d->reterr);
}

static int step(Diff *d, int side) {
    int r = d->cursors[side] ? side_step(d->cursors[side], d->reterr, &d->rows[side]) : 0;

    d->there[side] = r > 0;
    return r < 0 ? r : 0;
}

/* ---- at the same place ---- */

/* The tokens in order, without where they stand: lines that move are no change. */
static int tokens_differ(const Diff *d, bool *ret) {
    Sample samples[2][FINDING_SAMPLES_MAX];
    size_t n[2];

    for (int i = 0; i < 2; i++) {
        int r = samples_get(d->rows[i].samples, FINDING_SAMPLES_MAX, samples[i], &n[i]);

        if (r < 0)
            return handle_unread(d->store, r, d->reterr);
    }
    *ret = n[0] != n[1];
    for (size_t i = 0; !*ret && i < n[0]; i++) {
        const Sample *x = &samples[0][i], *y = &samples[1][i];

        *ret = x->has_token && y->has_token && memcmp(x->token, y->token, FINDING_TOKEN) != 0;
    }
    return 0;
}

static int values_compare(Diff *d) {
    const SideRow *x = &d->rows[0], *y = &d->rows[1];
    bool changed = x->count != y->count || x->distinct != y->distinct || x->level != y->level;
    int r = changed || !d->one_key ? 0 : tokens_differ(d, &changed);

    if (r == 0 && changed)
        r = tell(d, &(Change){.kind = CHANGE_CHANGED, .before = x, .after = y});
    if (r == 0 && x->tier != y->tier)
        r = tell(d, &(Change){.kind = CHANGE_TIER, .before = x, .after = y});
    return r;
}

static bool was_told(Diff *d, const SideRow *row) {
    if (d->told && span_eq(buf_as_span(&d->root), row->root_path) &&
        span_eq(buf_as_span(&d->path), row->path))
        return true;
    buf_clear(&d->root);
    buf_clear(&d->path);
    buf_span(&d->root, row->root_path);
    buf_span(&d->path, row->path);
    d->told = true;
    return false;
}

static int access_compare(Diff *d) {
    SideObject had, has;
    int r;

    if (was_told(d, &d->rows[1]))
        return buf_error(&d->path);
    if ((r = side_object(d->cursors[0], &d->rows[0], d->reterr, &had)) < 0 ||
        (r = side_object(d->cursors[1], &d->rows[1], d->reterr, &has)) < 0)
        return r;
    if (had.mode == has.mode && had.uid == has.uid && had.gid == has.gid)
        return 0;
    return tell(d, &(Change){.kind = CHANGE_ACCESS,
                             .before = &d->rows[0],
                             .after = &d->rows[1],
                             .had = &had,
                             .has = &has});
}

/* ---- at other places ---- */

static int stray_take(Diff *d, int side) {
    Sample samples[FINDING_SAMPLES_MAX];
    const SideRow *row = &d->rows[side];
    SideObject object;
    size_t n;
    int r;

    if (!d->strays)
        return tell(d, &(Change){.kind = CHANGE_NEW, .after = row});
    r = side_object(d->cursors[side], row, d->reterr, &object);
    if (r < 0)
        return r;
    r = samples_get(row->samples, FINDING_SAMPLES_MAX, samples, &n);
    if (r == 0)
        r = strays_add(d->strays, side == 1, row, &object, samples, n);
    return r < 0 ? handle_unread(d->store, r, d->reterr) : 0;
}

static int later_tell(Diff *d) {
    StrayRow row;
    int r;

    while ((r = strays_next_later(d->strays, &row)) > 0) {
        r = tell(d, &(Change){.kind = row.mated ? CHANGE_MOVED : CHANGE_NEW,
                              .before = row.mated ? &row.mate : NULL,
                              .after = &row.row});
        if (r != 0)
            return r;
    }
    return r < 0 ? handle_unread(d->store, r, d->reterr) : 0;
}

static int gone_tell(Diff *d) {
    StrayRow row;
    int r;

    while ((r = strays_next_gone(d->strays, &row)) > 0) {
        Change change = {.kind = CHANGE_GONE, .before = &row.row};

        r = fate_find(d->fates, row.row.root_path, row.row.path, &row.object,
                      side_has_detector(d->cursors[1], row.row.detector), &change.fate);
        if (r < 0)
            break;
        r = tell(d, &change);
        if (r != 0)
            return r;
    }
    return r < 0 ? handle_unread(d->store, r, d->reterr) : 0;
}

/* ---- the pass ---- */

static int merge_step(Diff *d) {
    int order = !d->there[0] ? 1 : !d->there[1] ? -1 : side_cmp(&d->rows[0], &d->rows[1]);
    int r = 0;

    if (order != 0)
        r = stray_take(d, order > 0);
    if (order == 0)
        r = values_compare(d);
    if (r == 0 && order == 0)
        r = access_compare(d);
    if (r == 0 && order <= 0)
        r = step(d, 0);
    if (r == 0 && order >= 0)
        r = step(d, 1);
    return r;
}

static int keys_compare(Store *s, int64_t before, int64_t run, bool *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(
        s->db, "SELECT (SELECT key FROM run WHERE id = ?1) = key FROM run WHERE id = ?2", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, before);
    sql_bind_int(row, 2, run);
    r = sql_step(row);
    *ret = r > 0 && sqlite3_column_int(row, 0);
    return r < 0 ? r : 0;
}

static int diff_open(Diff *d, int64_t before, int64_t run) {
    int r = side_open(d->store, run, before, d->reterr, &d->cursors[1]);

    if (r < 0 || !before)
        return r;
    if ((r = side_open(d->store, before, run, d->reterr, &d->cursors[0])) < 0)
        return r;
    if ((r = keys_compare(d->store, before, run, &d->one_key)) < 0 ||
        (r = strays_new(&d->strays)) < 0 || (r = fate_open(d->store, before, run, &d->fates)) < 0)
        return handle_unread(d->store, r, d->reterr);
    return 0;
}

int diff_findings(Store *s, int64_t before, int64_t run, const ChangeSink *to, Error *reterr) {
    _cleanup_(diff_done) Diff d = {.store = s, .to = to, .reterr = reterr};
    int r = diff_open(&d, before, run);

    if (r == 0)
        r = step(&d, 0);
    if (r == 0)
        r = step(&d, 1);
    while (r == 0 && (d.there[0] || d.there[1]))
        r = merge_step(&d);
    if (r != 0 || !d.strays)
        return r;
    r = strays_mate(d.strays);
    if (r < 0)
        return handle_unread(s, r, reterr);
    r = later_tell(&d);
    return r ? r : gone_tell(&d);
}
