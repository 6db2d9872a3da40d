/*
 * Map: see map.h.
 *
 * Keys that are one text, or a list of texts, are read by one function each, which looks its place
 * up by the key; so is what is printed. A path holds what is beneath it: who names a folder means
 * what is in it.
 */
#include "rule/map.h"

#include <nettle/sha2.h>

#include "base/file.h"
#include "base/glob.h"
#include "model/group.h"
#include "rule/condition.h"

enum { COMPONENTS_MAX = 256 };

static const char *const text_keys[N_MAP_TEXTS] = {
    [MAP_NAME] = "name",
    [MAP_SYSTEM] = "system",
    [MAP_ENVIRONMENT] = "environment",
    [MAP_BUSINESS_OWNER] = "business_owner",
    [MAP_TECHNICAL_OWNER] = "technical_owner",
    [MAP_LAWFUL_BASIS] = "lawful_basis",
    [MAP_ROLE] = "role",
    [MAP_RETENTION_CLASS] = "retention_class",
    [MAP_SAFEGUARDS] = "safeguards",
    [MAP_SECURITY_MEASURES] = "security_measures",
    [MAP_BACKUP_OF] = "backup_of",
    [MAP_LAST_REVIEWED] = "last_reviewed",
    [MAP_REVIEWER] = "reviewer",
    [MAP_NEXT_REVIEW] = "next_review",
};

static const char *const list_keys[N_MAP_LISTS] = {
    [MAP_PURPOSES] = "purposes",
    [MAP_SUBJECTS] = "subjects",
    [MAP_RECIPIENTS] = "recipients",
    [MAP_TRANSFERS] = "transfers",
};

static const char *const tiers[] = {"public", "internal", "confidential", "restricted"};

const char *map_text_key(MapText t) {
    return text_keys[t];
}

const char *map_list_key(MapList l) {
    return list_keys[l];
}

void map_done(Map *m) {
    arena_done(&m->arena);
    *m = (Map){0};
}

/* ---- reading ---- */

static size_t place_of(const char *key, const char *const *keys, size_t n) {
    size_t i = 0;

    while (i < n && strcmp(keys[i], key) != 0)
        i++;
    return i;
}

static int read_text(const Node *n, Reader *r, void *into) {
    size_t i = place_of(n->key, text_keys, N_MAP_TEXTS);

    return field_text(n, MAP_TEXT_MAX, r, &((MapAsset *)into)->text[i]);
}

static int read_list(const Node *n, Reader *r, void *into) {
    Words *to = &((MapAsset *)into)->list[place_of(n->key, list_keys, N_MAP_LISTS)];

    return field_list(n, MAP_TEXT_MAX, NULL, r, &to->at, &to->n);
}

static int read_id(const Node *n, Reader *r, void *into) {
    return field_name(n, r, &((MapAsset *)into)->id);
}

static int read_paths(const Node *n, Reader *r, void *into) {
    return globs_read(n, r, &((MapAsset *)into)->paths);
}

/* A detector is known only where rules are loaded: an id that is no category is let pass. */
static int read_types(const Node *n, Reader *r, void *into) {
    MapAsset *a = into;

    a->declares = true;
    return field_list(n, MAP_TEXT_MAX, field_lower, r, &a->types.at, &a->types.n);
}

static int read_tier(const Node *n, Reader *r, void *into) {
    MapAsset *a = into;
    size_t i = 0;
    int rc = field_choice(n, tiers, N_ELEMENTS(tiers), "a tier", r, &i);

    a->has_tier = rc == 0;
    a->tier = (Tier)i;
    return rc;
}

static int read_exposure(const Node *n, Reader *r, void *into) {
    const char *const *words = fact_definition(CASE_EXPOSURE)->words;
    MapAsset *a = into;
    size_t i = 0;
    int rc = field_choice(n, words, N_EXPOSURES, "who may read it", r, &i);

    a->has_exposure = rc == 0;
    a->exposure = (CaseExposure)i;
    return rc;
}

static const Field asset_fields[] = {
    {"id", read_id, true},
    {"name", read_text, false},
    {"paths", read_paths, true},
    {"system", read_text, false},
    {"environment", read_text, false},
    {"business_owner", read_text, false},
    {"technical_owner", read_text, false},
    {"purposes", read_list, false},
    {"lawful_basis", read_text, false},
    {"role", read_text, false},
    {"subjects", read_list, false},
    {"declared_types", read_types, false},
    {"declared_tier", read_tier, false},
    {"max_exposure", read_exposure, false},
    {"retention_class", read_text, false},
    {"recipients", read_list, false},
    {"transfers", read_list, false},
    {"safeguards", read_text, false},
    {"security_measures", read_text, false},
    {"backup_of", read_text, false},
    {"last_reviewed", read_text, false},
    {"reviewer", read_text, false},
    {"next_review", read_text, false},
};

static int asset_read(const Node *n, Reader *r, Map *m) {
    MapAsset *a = &m->assets[m->n];
    int rc;

    *a = (MapAsset){.mark = n->mark};
    rc = fields_read(n, asset_fields, N_ELEMENTS(asset_fields), r, a);
    if (rc == 0 && map_by_id(m, span_of(a->id)))
        return node_complain(n, r->reterr, "the id '%s' stands here twice", a->id);
    m->n += rc == 0;
    return rc;
}

static int read_assets(const Node *n, Reader *r, void *into) {
    Map *m = into;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc == 0 && n->n > MAP_ASSETS_MAX)
        return node_complain(n, r->reterr, "%u assets, expected at most %d", n->n, MAP_ASSETS_MAX);
    m->assets = rc == 0 ? arena_array(r->arena, n->n + 1, sizeof(*m->assets)) : NULL;
    if (rc == 0 && !m->assets)
        return -ENOMEM;
    for (const Node *c = rc == 0 ? n->first : NULL; c && rc == 0; c = c->next)
        rc = asset_read(c, r, m);
    return rc;
}

static int read_org_name(const Node *n, Reader *r, void *into) {
    return field_text(n, MAP_TEXT_MAX, r, &((Map *)into)->org);
}

static int read_namespace(const Node *n, Reader *r, void *into) {
    return field_text(n, MAP_TEXT_MAX, r, &((Map *)into)->namespace);
}

static const Field org_fields[] = {
    {"name", read_org_name, false},
    {"namespace", read_namespace, false},
};

static int read_org(const Node *n, Reader *r, void *into) {
    return fields_read(n, org_fields, N_ELEMENTS(org_fields), r, into);
}

static int read_format(const Node *n, Reader *r, void *into _unused_) {
    int rc = field_kind(n, NODE_TEXT, r);

    if (rc == 0 && strcmp(n->text, MAP_FORMAT) != 0)
        return node_complain(n, r->reterr, "'%s', expected " MAP_FORMAT,
                             quote(span_of(n->text)).text);
    return rc;
}

static const Field map_fields[] = {
    {"format", read_format, true},
    {"org", read_org, false},
    {"assets", read_assets, true},
};

int map_read_bytes(Span bytes, const char *name, Error *reterr, Map *ret) {
    _cleanup_(map_done) Map m = {.org = "", .namespace = ""};
    _cleanup_(arena_done) Arena tree = {0};
    Reader reader = {.arena = &m.arena, .reterr = reterr};
    struct sha256_ctx sha;
    const Node *root = NULL;
    int r;

    m.file = file_label(name, &m.arena);
    r = m.file ? yaml_read(bytes, m.file, &tree, reterr, &root) : -ENOMEM;
    if (r == 0)
        r = fields_read(root, map_fields, N_ELEMENTS(map_fields), &reader, &m);
    if (r < 0)
        return r;
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(m.digest), m.digest);
    *ret = m;
    m.arena = (Arena){0};
    return 0;
}

int map_read(const char *path, Error *reterr, Map *ret) {
    _cleanup_(buf_done) Buf bytes = {0};
    int r = file_read(path, YAML_BYTES_MAX, reterr, &bytes);

    return r < 0 ? r : map_read_bytes(buf_as_span(&bytes), path, reterr, ret);
}

/* ---- looking up ---- */

/* The path, or a directory above it. */
static bool glob_holds(const char *glob, Span path) {
    unsigned n = 0;

    for (size_t i = 1; i <= path.n && n < COMPONENTS_MAX; i++) {
        if (i < path.n && path.at[i] != '/')
            continue;
        n++;
        if (glob_match(span_of(glob), span(path.at, i), i < path.n))
            return true;
    }
    return false;
}

const MapAsset *map_find(const Map *m, Span path) {
    while (path.n && path.at[0] == '/')
        path = span(path.at + 1, path.n - 1);
    for (size_t i = 0; m && i < m->n; i++) {
        for (size_t k = 0; k < m->assets[i].paths.n; k++) {
            if (glob_holds(m->assets[i].paths.at[k], path))
                return &m->assets[i];
        }
    }
    return NULL;
}

const MapAsset *map_by_id(const Map *m, Span id) {
    for (size_t i = 0; i < m->n; i++) {
        if (span_is(id, m->assets[i].id))
            return &m->assets[i];
    }
    return NULL;
}

bool map_declares(const MapAsset *a, const char *detector, const char *category) {
    int place = category_place(span_of(category));

    for (size_t i = 0; a->declares && i < a->types.n; i++) {
        CategorySet under = {0};

        if (strcmp(a->types.at[i], detector) == 0)
            return true;
        if (category_under(span_of(a->types.at[i]), &under) == 0 && place >= 0 &&
            category_set_has(&under, (size_t)place))
            return true;
    }
    return !a->declares;
}

/* ---- printing ---- */

/* In double quotes, as YAML 1.2 escapes there: nothing in it means anything. */
static void quoted(Buf *to, const char *text) {
    buf_byte(to, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_byte(to, '\\');
        if ((uint8_t)*c < 0x20 || *c == 0x7f)
            buf_printf(to, "\\x%02x", (uint8_t)*c);
        else
            buf_byte(to, (uint8_t)*c);
    }
    buf_byte(to, '"');
}

static void pair(Buf *to, const char *indent, const char *key, const char *text) {
    buf_printf(to, "%s%s: ", indent, key);
    quoted(to, text);
    buf_byte(to, '\n');
}

static void pair_list(Buf *to, const char *key, const Words *w) {
    buf_printf(to, "    %s: [", key);
    for (size_t i = 0; i < w->n; i++) {
        buf_text(to, i ? ", " : "");
        quoted(to, w->at[i]);
    }
    buf_text(to, "]\n");
}

static void asset_print(const MapAsset *a, Buf *to) {
    buf_text(to, "  - id: ");
    quoted(to, a->id);
    buf_byte(to, '\n');
    if (a->text[MAP_NAME])
        pair(to, "    ", "name", a->text[MAP_NAME]);
    pair_list(to, "paths", &a->paths);
    for (size_t i = MAP_NAME + 1; i < N_MAP_TEXTS; i++) {
        if (a->text[i])
            pair(to, "    ", text_keys[i], a->text[i]);
    }
    for (size_t i = 0; i < N_MAP_LISTS; i++) {
        if (a->list[i].n)
            pair_list(to, list_keys[i], &a->list[i]);
    }
    if (a->declares)
        pair_list(to, "declared_types", &a->types);
    if (a->has_tier)
        pair(to, "    ", "declared_tier", tiers[a->tier]);
    if (a->has_exposure)
        pair(to, "    ", "max_exposure", fact_definition(CASE_EXPOSURE)->words[a->exposure]);
}

void map_print(const Map *m, Buf *to) {
    buf_text(to, "format: " MAP_FORMAT "\n");
    if (*m->org || *m->namespace) {
        buf_text(to, "org:\n");
        if (*m->org)
            pair(to, "  ", "name", m->org);
        if (*m->namespace)
            pair(to, "  ", "namespace", m->namespace);
    }
    buf_text(to, m->n ? "assets:\n" : "assets: []\n");
    for (size_t i = 0; i < m->n; i++)
        asset_print(&m->assets[i], to);
}
