/* Inventory: see inventory.h. */
#include "assess/inventory.h"

#include "assess/cells.h"
#include "store/factof.h"

typedef struct Pass {
    Store *store;
    const Map *map;
    Error *reterr;
    Inventory *to;
    CellsOf of; /* what cells are made from beside the holding */
    Assets assets;
    CategorySet identifiers;
    Holding *holdings; /* those of the map, then the grouped ones */
    size_t n, n_declared;
    FactOf *facts;
    int64_t object;      /* the one at hand; 0: none yet */
    Buf absolute, place; /* of it */
} Pass;

static void pass_done(Pass *p) {
    for (size_t i = 0; i < p->n; i++)
        holding_done(&p->holdings[i]);
    free(p->holdings);
    fact_of_close(p->facts);
    reach_done(&p->of.reach);
    assets_done(&p->assets);
    buf_done(&p->absolute);
    buf_done(&p->place);
}

void inventory_done(Inventory *i) {
    arena_done(&i->arena);
    *i = (Inventory){0};
}

/* ---- which asset ---- */

/* The asset of the map that holds the object; p->absolute is its path. */
static int declared_of(Pass *p, Span root, Span path, const MapAsset **ret) {
    buf_clear(&p->absolute);
    buf_span(&p->absolute, root);
    if (root.n && path.n && root.at[root.n - 1] != '/')
        buf_byte(&p->absolute, '/');
    buf_span(&p->absolute, path);
    for (size_t i = 0; i < p->absolute.n; i++) { /* what is in an archive lies beneath it */
        if (!p->absolute.at[i])
            p->absolute.at[i] = '/';
    }
    *ret = map_find(p->map, buf_as_span(&p->absolute));
    return buf_error(&p->absolute);
}

static int holding_of(Pass *p, Span root, Span path, Holding **ret) {
    const MapAsset *declared;
    int number, r = declared_of(p, root, path, &declared);

    *ret = declared ? &p->holdings[declared - p->map->assets] : NULL;
    if (r < 0 || declared)
        return r;
    r = asset_place(root, path, &p->place);
    if (r < 0)
        return r;
    number = assets_of(&p->assets, buf_as_span(&p->place));
    if (number >= 0)
        *ret = &p->holdings[p->n_declared + (size_t)number];
    return 0;
}

/* ---- first: grouping ---- */

static int finding_group(Pass *p, const FoundRow *row) {
    const MapAsset *declared;
    int category = category_place(span_of(row->category));
    Access access;
    int r = declared_of(p, row->root, row->path, &declared);

    if (r < 0 || declared)
        return r;
    r = reach_judge(&p->of.reach, row->root, row->path, &row->meta, row->acl, p->reterr, &access);
    if (r == 0)
        r = asset_place(row->root, row->path, &p->place);
    if (r == 0)
        r = assets_add(&p->assets, buf_as_span(&p->place),
                       &(AssetSample){.tier = row->tier,
                                      .exposure = access.known ? (int)access.exposure : -1,
                                      .category = category < 0 ? CATEGORY_BITS : (size_t)category,
                                      .gid = row->meta.gid});
    return r;
}

static int findings_each(Pass *p, int (*take)(Pass *p, const FoundRow *row)) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open_whole(p->store, p->to->run, p->reterr, &c);

    while (r >= 0 && (r = found_cursor_step(c, p->reterr, &row)) > 0)
        r = take(p, &row);
    return r;
}

static int holdings_make(Pass *p) {
    size_t n_grouped = p->assets.n_assets;

    p->n_declared = p->map ? p->map->n : 0;
    p->holdings = calloc(p->n_declared + n_grouped + 1, sizeof(*p->holdings));
    if (!p->holdings)
        return -ENOMEM;
    while (p->n < p->n_declared + n_grouped) {
        Holding *h = &p->holdings[p->n];

        if (holding_init(h, p->of.n_detectors) < 0)
            return -ENOMEM;
        if (p->n < p->n_declared)
            h->declared = &p->map->assets[p->n];
        else
            h->place = assets_info(&p->assets, p->n - p->n_declared).path;
        p->n++;
    }
    return 0;
}

static int assets_make(Pass *p) {
    int r = 0;

    for (size_t i = 0; i < p->of.reach.n_roots && r == 0; i++)
        r = assets_root(&p->assets, p->of.reach.roots[i].path);
    if (r == 0)
        r = findings_each(p, finding_group);
    if (r == 0)
        r = assets_settle(&p->assets);
    return r < 0 ? r : holdings_make(p);
}

/* ---- then: objects, and findings ---- */

static int objects_sum(Pass *p) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(p->store, p->to->run, false, p->reterr, &c);

    while (r >= 0 && (r = object_cursor_step(c, p->reterr, &row)) > 0) {
        Holding *h;

        r = holding_of(p, row.root, row.path, &h);
        if (r < 0 || !h)
            continue;
        h->root = reach_root(&p->of.reach, row.root)->path;
        holding_object(h, &row, owner_is_orphan(&p->of.owners, row.meta.uid));
    }
    return r;
}

/* Who may read it is asked once an object. */
static int object_exposure(Pass *p, Holding *h, const FoundRow *row) {
    Access access;
    int r =
        reach_judge(&p->of.reach, row->root, row->path, &row->meta, row->acl, p->reterr, &access);

    h->with_findings++;
    if (r < 0)
        return r;
    h->unknown_access += !access.known;
    if (!access.known)
        return 0;
    if (!h->any_exposure || access.exposure > h->exposure)
        h->exposure = access.exposure;
    h->any_exposure = true;
    h->exposed += access.exposure >= EXPOSURE_ANY_USER;
    return 0;
}

/* Documents that are marked: "CONFIDENTIAL" and its like. */
static int labels_count(Pass *p, Holding *h, int64_t object) {
    FactRow row;
    int r;

    fact_of_begin(p->facts, object, "label");
    r = fact_of_step(p->facts, p->reterr, &row);
    h->labels += r > 0;
    return r < 0 ? r : 0;
}

static int finding_sum(Pass *p, const FoundRow *row) {
    Holding *h;
    int r = holding_of(p, row->root, row->path, &h);

    if (r < 0 || !h)
        return r;
    if (row->object != p->object) {
        p->object = row->object;
        r = object_exposure(p, h, row);
        if (r == 0)
            r = labels_count(p, h, row->object);
    }
    return r < 0 ? r : holding_finding(h, row, &p->identifiers);
}

/* ---- rows ---- */

static int rows_make(Pass *p) {
    Inventory *to = p->to;

    to->rows = arena_array(&to->arena, p->n + 1, sizeof(*to->rows));
    to->places = arena_array(&to->arena, p->n + 1, sizeof(*to->places));
    if (!to->rows || !to->places)
        return -ENOMEM;
    for (size_t i = 0; i < p->n; i++) {
        const Holding *h = &p->holdings[i];
        AssetKind kind =
            h->declared ? ASSET_FOLDER : assets_info(&p->assets, i - p->n_declared).kind;
        size_t row = to->n;
        int r;

        if (!h->declared && !h->files && !h->members)
            continue; /* all that it has is in assets of their own */
        to->never_scanned += h->declared && !h->files && !h->members;
        to->undeclared += !h->declared;
        to->places[row] = arena_span(&to->arena, h->place);
        if (!to->places[row].at)
            return -ENOMEM;
        r = cells_make(&p->of, h, kind, &to->arena, &to->rows[to->n++]);
        if (r < 0)
            return r;
    }
    return 0;
}

int inventory_make(Store *s, int64_t run, const Map *map, Error *reterr, Inventory *ret) {
    Inventory to = {0};
    Pass p = {.store = s, .map = map, .reterr = reterr, .to = &to, .of = {.map = map}};
    int r = cells_load(s, run, &to.arena, reterr, &p.of);

    to.run = p.of.run.id;
    if (r == 0)
        r = fact_of_open(s, reterr, &p.facts);
    if (r == 0)
        r = category_under(span_of("identifier"), &p.identifiers);
    if (r == 0)
        r = assets_make(&p);
    if (r == 0)
        r = objects_sum(&p);
    if (r == 0)
        r = findings_each(&p, finding_sum);
    if (r == 0)
        r = rows_make(&p);
    pass_done(&p);
    if (r < 0) {
        inventory_done(&to);
        return r;
    }
    *ret = to;
    return 0;
}
