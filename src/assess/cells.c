/* Cells: see cells.h. */
#include "assess/cells.h"

#include <jansson.h>
#include <nettle/sha1.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/show.h"
#include "classify/location.h"
#include "store/entry.h"

/* ---- the run ---- */

static int manifest_load(Store *s, Arena *a, Error *reterr, CellsOf *ret) {
    StoreManifest m;
    char hex[2 * ENTRY_DIGEST + 1];
    int r = query_manifest(s, ret->run.id, a, reterr, &m);
    json_t *tree, *system;

    if (r <= 0)
        return r;
    for (size_t i = 0; i < ENTRY_DIGEST; i++)
        snprintf(hex + 2 * i, 3, "%02x", m.digest[i]);
    ret->manifest = arena_text(a, span_of(hex));
    tree = json_loadb((const char *)m.body.at, m.body.n, 0, NULL);
    system = json_object_get(tree, "system");
    if (json_is_string(json_object_get(system, "host")))
        ret->host = arena_text(a, span_of(json_string_value(json_object_get(system, "host"))));
    json_decref(tree);
    return ret->manifest ? 0 : -ENOMEM;
}

int cells_load(Store *s, int64_t run, Arena *a, Error *reterr, CellsOf *ret) {
    int r = query_run(s, run, a, reterr, &ret->run);

    if (r == 0)
        r = query_roots(s, ret->run.id, a, reterr, &ret->roots, &ret->n_roots);
    if (r == 0)
        r = query_detectors(s, ret->run.id, a, reterr, &ret->detectors, &ret->n_detectors);
    if (r == 0)
        r = owners_load(s, ret->run.id, a, reterr, &ret->owners);
    if (r == 0)
        r = reach_init(&ret->reach, s, ret->run.id, reterr);
    return r < 0 ? r : manifest_load(s, a, reterr, ret);
}

/* ---- one row ---- */

typedef struct Row {
    const CellsOf *of;
    const Holding *h;
    Arena *arena;
    InventoryRow *to;
    Buf text; /* of the cell at hand */
} Row;

/* What is in r->text becomes the cell; nothing is no cell. */
static void cell_end(Row *r, InventoryColumn c) {
    r->to->cell[c] = r->text.n ? arena_text(r->arena, buf_as_span(&r->text)) : NULL;
    r->text.failed |= r->text.n && !r->to->cell[c];
    if (!r->text.failed)
        buf_clear(&r->text);
}

static void cell_text(Row *r, InventoryColumn c, const char *text) {
    buf_text(&r->text, text ? text : "");
    cell_end(r, c);
}

static void cell_uint(Row *r, InventoryColumn c, uint64_t v) {
    buf_printf(&r->text, "%llu", (unsigned long long)v);
    cell_end(r, c);
}

static void item(Row *r, const char *text) {
    buf_text(&r->text, r->text.n ? "; " : "");
    buf_text(&r->text, text);
}

/* ---- what people said ---- */

static void cell_list(Row *r, InventoryColumn c, const Words *w) {
    for (size_t i = 0; i < w->n; i++)
        item(r, w->at[i]);
    cell_end(r, c);
}

static void cells_declared(Row *r, const MapAsset *a) {
    static const struct {
        InventoryColumn column;
        MapText text;
    } texts[] = {
        {INVENTORY_SYSTEM, MAP_SYSTEM},
        {INVENTORY_ENVIRONMENT, MAP_ENVIRONMENT},
        {INVENTORY_BUSINESS_OWNER, MAP_BUSINESS_OWNER},
        {INVENTORY_TECHNICAL_OWNER, MAP_TECHNICAL_OWNER},
        {INVENTORY_LAWFUL_BASIS, MAP_LAWFUL_BASIS},
        {INVENTORY_ROLE, MAP_ROLE},
        {INVENTORY_RETENTION_CLASS, MAP_RETENTION_CLASS},
        {INVENTORY_SAFEGUARDS, MAP_SAFEGUARDS},
        {INVENTORY_SECURITY_MEASURES, MAP_SECURITY_MEASURES},
        {INVENTORY_BACKUP_OF, MAP_BACKUP_OF},
        {INVENTORY_LAST_REVIEWED, MAP_LAST_REVIEWED},
        {INVENTORY_REVIEWER, MAP_REVIEWER},
        {INVENTORY_NEXT_REVIEW, MAP_NEXT_REVIEW},
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        cell_text(r, texts[i].column, a->text[texts[i].text]);
    cell_list(r, INVENTORY_PURPOSES, &a->list[MAP_PURPOSES]);
    cell_list(r, INVENTORY_SUBJECTS, &a->list[MAP_SUBJECTS]);
    cell_list(r, INVENTORY_RECIPIENTS, &a->list[MAP_RECIPIENTS]);
    cell_list(r, INVENTORY_TRANSFERS, &a->list[MAP_TRANSFERS]);
    if (a->has_exposure)
        cell_text(r, INVENTORY_MAX_EXPOSURE, exposure_name(a->exposure));
}

/* ---- who and where ---- */

/* RFC 9562, version 5: SHA-1 of a namespace and a name. */
static void uuid5(const uint8_t space[16], Span name, uint8_t ret[16]) {
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct sha1_ctx sha;

    sha1_init(&sha);
    sha1_update(&sha, 16, space);
    sha1_update(&sha, name.n, name.at);
    sha1_digest(&sha, sizeof(digest), digest);
    memcpy(ret, digest, 16);
    ret[6] = (uint8_t)((ret[6] & 0x0f) | 0x50);
    ret[8] = (uint8_t)((ret[8] & 0x3f) | 0x80);
}

/* Of the organisation's namespace, then of host and place, or of the map's id: the same each run.
 */
static void cell_id(Row *r) {
    static const uint8_t url[16] = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
                                    0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    const Map *m = r->of->map;
    uint8_t space[16], id[16];

    uuid5(url, span_of(m ? m->namespace : ""), space);
    if (r->h->declared) {
        buf_text(&r->text, r->h->declared->id);
    } else {
        buf_text(&r->text, r->of->host ? r->of->host : "");
        buf_byte(&r->text, 0);
        buf_span(&r->text, r->h->place);
    }
    uuid5(space, buf_as_span(&r->text), id);
    buf_clear(&r->text);
    for (size_t i = 0; i < 16; i++)
        buf_printf(&r->text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
    cell_end(r, INVENTORY_ASSET_ID);
}

/* A place, archives with "!/" behind them. */
static void place_print(Span place, Buf *to) {
    size_t from = 0;

    for (size_t i = 0; i <= place.n; i++) {
        if (i < place.n && place.at[i] != 0)
            continue;
        show_span(to, span(place.at + from, i - from));
        buf_text(to, i < place.n ? "!/" : "");
        from = i + 1;
    }
}

static const RootRow *root_row(const CellsOf *of, Span path) {
    for (size_t i = 0; i < of->n_roots; i++) {
        const RootRow *row = &of->roots[i];

        if (path.n >= row->path.n && span_starts(path, row->path))
            return row;
    }
    return NULL;
}

static void cells_place(Row *r, AssetKind kind) {
    const Holding *h = r->h;
    const RootRow *root = root_row(r->of, h->declared ? h->root : h->place);
    Location location = location_of(h->place);

    if (h->declared) {
        for (size_t i = 0; i < h->declared->paths.n; i++)
            item(r, h->declared->paths.at[i]);
        cell_end(r, INVENTORY_LOCATOR);
        cell_text(r, INVENTORY_ASSET_NAME,
                  h->declared->text[MAP_NAME] ? h->declared->text[MAP_NAME] : h->declared->id);
        cell_text(r, INVENTORY_ASSET_KIND, "declared");
    } else {
        place_print(h->place, &r->text);
        cell_end(r, INVENTORY_LOCATOR);
        place_print(path_name(h->place), &r->text);
        cell_end(r, INVENTORY_ASSET_NAME);
        cell_text(r, INVENTORY_ASSET_KIND, asset_kind_name(kind));
        cell_text(r, INVENTORY_LOCATION_TIER,
                  fact_definition(CASE_LOCATION_TIER)->words[location.tier]);
    }
    if (r->of->host)
        show_text(&r->text, r->of->host);
    cell_end(r, INVENTORY_HOST);
    if (!root || !h->root.n)
        return;
    cell_text(r, INVENTORY_FS_TYPE, root->fs_type);
    if (root->identity)
        show_text(&r->text, root->identity);
    cell_end(r, INVENTORY_MOUNT);
}

static void cells_owner(Row *r) {
    uint32_t id;
    unsigned percent;

    if (owner_bytes_top(&r->h->owners, &id, &percent)) {
        owner_print(&r->of->owners, false, id, &r->text);
        buf_printf(&r->text, " (%u %% of bytes)", percent);
    }
    cell_end(r, INVENTORY_TOP_OWNER);
    for (size_t i = 0; i < r->h->groups.n && i < 5; i++) {
        buf_text(&r->text, i ? "; " : "");
        owner_print(&r->of->owners, true, r->h->groups.id[i], &r->text);
    }
    cell_end(r, INVENTORY_TOP_GROUPS);
    cell_uint(r, INVENTORY_ORPHAN_OBJECTS, r->h->orphans);
}

/* ---- what is in it ---- */

static void cell_types(Row *r, InventoryColumn c, bool undeclared) {
    for (size_t i = 0; i < r->of->n_detectors; i++) {
        const DetectorRow *d = &r->of->detectors[i];

        if (!r->h->hits[i] ||
            (undeclared && (!r->h->declared || map_declares(r->h->declared, d->id, d->category))))
            continue;
        item(r, d->id);
        if (!undeclared)
            buf_printf(&r->text, " %llu", (unsigned long long)r->h->hits[i]);
    }
    cell_end(r, c);
}

static void cell_categories(Row *r, InventoryColumn c, const char *word) {
    const Category *all;
    size_t n = category_all(&all);
    CategorySet set = {0};
    bool every = !word || category_under(span_of(word), &set) < 0;

    for (size_t i = 0; i < n && i < CATEGORY_BITS; i++) {
        if (r->h->has[i] && (every || category_set_has(&set, i)))
            item(r, all[i].id);
    }
    cell_end(r, c);
}

static uint64_t secrets(const Row *r) {
    CategorySet set = {0};
    uint64_t n = 0;

    category_under(span_of("credential"), &set);
    for (size_t i = 0; i < r->of->n_detectors; i++) {
        int place = category_place(span_of(r->of->detectors[i].category));

        if (place >= 0 && category_set_has(&set, (size_t)place))
            n += r->h->hits[i];
    }
    return n;
}

static void cells_persons(Row *r, const Persons *p) {
    const Category *all;

    category_all(&all);
    if (p->best < 0)
        return;
    cell_uint(r, INVENTORY_PERSONS_LOW, p->low);
    cell_uint(r, INVENTORY_PERSONS_HIGH, p->high);
    buf_printf(&r->text, "%s of %s; at most the sum over kinds",
               p->exact ? "distinct values" : "estimate (+-0.8 %)", all[p->best].id);
    cell_end(r, INVENTORY_PERSONS_METHOD);
}

static void cell_time(Row *r, InventoryColumn c, int64_t t) {
    char day[DAY_TEXT_MAX];

    if (t == INT64_MIN)
        return;
    day_print(day_of_time(t), day);
    buf_printf(&r->text, "%s (T3, modified)", day);
    cell_end(r, c);
}

static void cells_content(Row *r) {
    static const char *const tiers[] = {"public", "internal", "confidential", "restricted"};
    const Holding *h = r->h;
    const Persons persons = holding_persons(h);
    const char *reason;
    Tier tier = holding_tier(h, &persons, &reason);
    uint64_t objects = h->files + h->members;

    cell_categories(r, INVENTORY_DATA_CATEGORIES, NULL);
    cell_types(r, INVENTORY_DATA_TYPES, false);
    cell_types(r, INVENTORY_UNDECLARED_TYPES, true);
    cell_categories(r, INVENTORY_SPECIAL_CATEGORIES, "special");
    cell_text(r, INVENTORY_SENSITIVITY_TIER, tiers[tier]);
    cell_text(r, INVENTORY_TIER_REASON, reason);
    cell_uint(r, INVENTORY_LABELS_FOUND, h->labels);
    cell_uint(r, INVENTORY_FILES, h->files);
    cell_uint(r, INVENTORY_BYTES, h->bytes);
    cell_uint(r, INVENTORY_MEMBERS, h->members);
    cell_uint(r, INVENTORY_OBJECTS_WITH_FINDINGS, h->with_findings);
    if (objects)
        buf_printf(&r->text, "%.1f", (double)h->with_findings * 100 / (double)objects);
    cell_end(r, INVENTORY_FINDING_DENSITY);
    cells_persons(r, &persons);
    cell_time(r, INVENTORY_OLDEST, h->oldest);
    cell_time(r, INVENTORY_NEWEST, h->newest);
    cell_uint(r, INVENTORY_SECRETS_FOUND, secrets(r));
}

/* ---- who may read it, and how much was looked at ---- */

static void cells_access(Row *r) {
    const Holding *h = r->h;
    const ReachRoot *root = reach_root(&r->of->reach, h->root);

    if (h->with_findings)
        cell_text(r, INVENTORY_EXPOSURE, h->any_exposure ? exposure_name(h->exposure) : "unknown");
    cell_uint(r, INVENTORY_EXPOSED_OBJECTS, h->exposed);
    cell_text(r, INVENTORY_ACL_PRESENT, h->acl ? "yes" : "no");
    cell_uint(r, INVENTORY_ENCRYPTED_OBJECTS, h->encrypted);
    cell_text(r, INVENTORY_SHARE_PERMISSIONS,
              root && root->remote    ? "not seen: the server's own were not read"
              : r->of->reach.n_shares ? "read from smb.conf and exports of this host"
                                      : "this host gives nothing of it out");
}

static void cells_coverage(Row *r) {
    const Holding *h = r->h;
    uint64_t objects = h->files + h->members;

    if (objects)
        buf_printf(&r->text, "%.2f", (double)(objects - h->incomplete) * 100 / (double)objects);
    else
        buf_text(&r->text, h->declared ? "never scanned" : "");
    cell_end(r, INVENTORY_COVERAGE_PCT);
    cell_uint(r, INVENTORY_UNREADABLE, h->unreadable);
    cell_uint(r, INVENTORY_UNSUPPORTED, h->unsupported);
    cell_uint(r, INVENTORY_RUN_ID, (uint64_t)r->of->run.id);
    cell_text(r, INVENTORY_MANIFEST_SHA256, r->of->manifest);
}

int cells_make(const CellsOf *of, const Holding *h, AssetKind kind, Arena *a, InventoryRow *ret) {
    Row r = {.of = of, .h = h, .arena = a, .to = ret};
    int e;

    cell_id(&r);
    cells_place(&r, kind);
    if (h->declared)
        cells_declared(&r, h->declared);
    if (h->files || h->members) {
        cells_owner(&r);
        cells_content(&r);
        cells_access(&r);
    }
    cells_coverage(&r);
    e = buf_error(&r.text);
    buf_done(&r.text);
    return e;
}
