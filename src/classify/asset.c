/*
 * Asset: see asset.h.
 *
 * Nodes are made from the root down, so the one above a node has a smaller number: sums go up in
 * one pass from the last to the first, decisions down in one from the first to the last.
 */
#include "classify/asset.h"

#include <errno.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SLOTS = 1 << 17, ROOT_NONE = -1, FINDINGS_MANY = 100, SHARE_PERCENT = 1 };

/* What was found beneath a directory. Numbers of findings. */
typedef struct Tally {
    uint32_t all, tier[N_TIERS], exposure[N_EXPOSURES], type[CATEGORY_BITS];
} Tally;

struct AssetNode {
    Span path;
    int above; /* ROOT_NONE: a root */
    Tally tally;
    uint32_t gid, gid_votes; /* the most of them, by majority vote (Boyer, Moore 1981) */
    bool apart, archive;
    int asset;
};

static const char *const kinds[N_ASSET_KINDS] = {"share", "folder", "archive", "dump series"};

const char *asset_kind_name(AssetKind k) {
    return kinds[k];
}

void assets_done(Assets *a) {
    free(a->nodes);
    free(a->table);
    arena_done(&a->arena);
    *a = (Assets){0};
}

/* ---- series ---- */

static bool are_digits(Span s, size_t at, size_t n) {
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.at[i] < '0' || s.at[i] > '9')
            return false;
    }
    return true;
}

static unsigned two_digits(Span s, size_t at) {
    return (unsigned)(s.at[at] - '0') * 10 + (s.at[at + 1] - '0');
}

static bool is_day(unsigned century, unsigned month, unsigned day) {
    return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* The length of a date at that place: 20240131, 2024-01-31, 2024_01_31; 0: none. */
static size_t date_length(Span s, size_t at) {
    if (!are_digits(s, at, 4) || (at && s.at[at - 1] >= '0' && s.at[at - 1] <= '9'))
        return 0;
    if (are_digits(s, at + 4, 4))
        return is_day(two_digits(s, at), two_digits(s, at + 4), two_digits(s, at + 6)) ? 8 : 0;
    if (at + 10 > s.n || !strchr("-_.", s.at[at + 4]) || s.at[at + 7] != s.at[at + 4] ||
        !are_digits(s, at + 5, 2) || !are_digits(s, at + 8, 2))
        return 0;
    return is_day(two_digits(s, at), two_digits(s, at + 5), two_digits(s, at + 8)) ? 10 : 0;
}

/* A time behind a date: digits, with what divides them. */
static size_t time_length(Span s, size_t at) {
    size_t n = 0;

    while (at + n < s.n && ((s.at[at + n] >= '0' && s.at[at + n] <= '9') ||
                            (at + n + 1 < s.n && strchr("-_T:", s.at[at + n]) &&
                             s.at[at + n + 1] >= '0' && s.at[at + n + 1] <= '9')))
        n++;
    return n;
}

static bool is_dump_word(Span w) {
    static const char *const words[] = {"sql",    "dump", "dmp", "bak", "backup", "bson",
                                        "pgdump", "tar",  "tgz", "zip", "rdb",    "gz",
                                        "bz2",    "xz",   "zst", "7z"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (w.n == strlen(words[i]) && strncasecmp((const char *)w.at, words[i], w.n) == 0)
            return true;
    }
    return false;
}

/* Whether one of the endings says so: db.sql.gz */
static bool is_dump(Span name) {
    for (size_t i = 0; i < name.n; i++) {
        size_t n = 0;

        if (name.at[i] != '.')
            continue;
        while (i + 1 + n < name.n && name.at[i + 1 + n] != '.')
            n++;
        if (is_dump_word(span(name.at + i + 1, n)))
            return true;
    }
    return false;
}

bool asset_series(Span name, Buf *to) {
    for (size_t i = 0; is_dump(name) && i + 8 <= name.n; i++) {
        size_t n = date_length(name, i);

        if (!n)
            continue;
        n += time_length(name, i + n);
        buf_clear(to);
        buf_add(to, name.at, i);
        buf_byte(to, '*');
        buf_add(to, name.at + i + n, name.n - i - n);
        return true;
    }
    return false;
}

/* ---- places ---- */

/* One name of a path: the last one is a file, one with a NUL behind it a container. */
static void name_put(Span name, uint8_t behind, bool last, Buf *to) {
    _cleanup_(buf_done) Buf pattern = {0};
    bool series = (last || behind == 0) && asset_series(name, &pattern);

    if (last && !series)
        return;
    if (to->n && to->at[to->n - 1] != '/' && to->at[to->n - 1] != 0)
        buf_byte(to, '/');
    buf_span(to, series ? buf_as_span(&pattern) : name);
    if (!last && behind == 0)
        buf_byte(to, 0);
    to->failed |= pattern.failed;
}

int asset_place(Span root, Span path, Buf *to) {
    size_t from = 0;

    buf_clear(to);
    buf_span(to, root);
    for (size_t i = 0; i <= path.n && path.n; i++) {
        if (i < path.n && path.at[i] != '/' && path.at[i] != 0)
            continue;
        name_put(span(path.at + from, i - from), i < path.n ? path.at[i] : 1, i == path.n, to);
        from = i + 1;
    }
    return buf_error(to);
}

/* ---- nodes ---- */

static uint32_t *slot_of(const Assets *a, Span path) {
    size_t i = (size_t)XXH3_64bits(path.at, path.n) & (SLOTS - 1);

    while (a->table[i] && !span_eq(a->nodes[a->table[i] - 1].path, path))
        i = (i + 1) & (SLOTS - 1);
    return &a->table[i];
}

static int node_find(const Assets *a, Span path) {
    return a->table ? (int)*slot_of(a, path) - 1 : -1;
}

static int node_new(Assets *a, Span path, int above) {
    if (!a->table)
        a->table = calloc(SLOTS, sizeof(*a->table));
    if (!a->table)
        return -ENOMEM;
    if (a->n == a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 64;
        AssetNode *nodes = reallocarray(a->nodes, cap, sizeof(*nodes));

        if (!nodes)
            return -ENOMEM;
        a->nodes = nodes;
        a->cap = cap;
    }
    path = arena_span(&a->arena, path);
    if (!path.at)
        return -ENOMEM;
    a->nodes[a->n] = (AssetNode){.path = path, .above = above, .asset = ASSET_NONE};
    *slot_of(a, path) = (uint32_t)++a->n;
    return (int)a->n - 1;
}

int assets_root(Assets *a, Span path) {
    int r = node_find(a, path);

    if (r < 0)
        r = node_new(a, path, ROOT_NONE);
    return r < 0 ? r : 0;
}

/* The place above; empty: there is none. */
static Span above(Span place) {
    size_t n = place.n;

    while (n && place.at[n - 1] != '/' && place.at[n - 1] != 0)
        n--;
    if (n > 1)
        n--;
    return span(place.at, n == place.n ? 0 : n);
}

/* The node of the place, made with those above it; where there are too many, the nearest above. */
static int node_make(Assets *a, Span place) {
    Span at = place;
    int node;

    while (at.n && (node = node_find(a, at)) < 0)
        at = above(at);
    if (!at.n)
        return -ENOENT;
    while (at.n < place.n && a->n < ASSET_NODES_MAX) {
        size_t n = at.n + (at.n > 1 || at.at[0] != '/');

        while (n < place.n && place.at[n] != '/' && place.at[n] != 0)
            n++;
        at = span(place.at, n);
        a->nodes[node].archive |= at.at[a->nodes[node].path.n] == 0;
        node = node_new(a, at, node);
        if (node < 0)
            return node;
    }
    return node;
}

static void vote(AssetNode *n, uint32_t gid, uint32_t votes) {
    if (n->gid == gid || !n->gid_votes) {
        n->gid = gid;
        n->gid_votes += votes;
    } else if (n->gid_votes >= votes) {
        n->gid_votes -= votes;
    } else {
        n->gid = gid;
        n->gid_votes = votes - n->gid_votes;
    }
}

/* Without the NUL behind an archive in which something lies. */
static Span trimmed(Span place) {
    while (place.n && place.at[place.n - 1] == 0)
        place.n--;
    return place;
}

int assets_add(Assets *a, Span place, const AssetSample *s) {
    Span at = trimmed(place);
    int node = node_make(a, at);
    Tally *t;

    if (node < 0)
        return node;
    a->nodes[node].archive |= at.n < place.n && a->nodes[node].path.n == at.n;
    t = &a->nodes[node].tally;
    t->all++;
    t->tier[s->tier]++;
    if (s->exposure >= 0)
        t->exposure[s->exposure]++;
    if (s->category < CATEGORY_BITS)
        t->type[s->category]++;
    vote(&a->nodes[node], s->gid, 1);
    return 0;
}

/* ---- grouping ---- */

static void tally_add(Tally *to, const Tally *t) {
    to->all += t->all;
    for (size_t i = 0; i < N_TIERS; i++)
        to->tier[i] += t->tier[i];
    for (size_t i = 0; i < N_EXPOSURES; i++)
        to->exposure[i] += t->exposure[i];
    for (size_t i = 0; i < CATEGORY_BITS; i++)
        to->type[i] += t->type[i];
}

/* The highest with more in `t` than in `without` (NULL: nothing); -1: none. */
static int highest(const uint32_t *t, const uint32_t *without, size_t n) {
    while (n && t[n - 1] == (without ? without[n - 1] : 0))
        n--;
    return (int)n - 1;
}

/* Less than half of the kinds of data are in both. */
static bool types_differ(const Tally *t, const Tally *whole) {
    size_t both = 0, any = 0;

    for (size_t i = 0; i < CATEGORY_BITS; i++) {
        bool here = t->type[i] > 0, there = whole->type[i] > t->type[i];

        both += here && there;
        any += here || there;
    }
    return 2 * both < any;
}

/* From the rest of the one above it. */
static bool differs(const AssetNode *n, const AssetNode *above) {
    const Tally *t = &n->tally, *whole = &above->tally;

    if (t->all == whole->all)
        return false;
    return highest(t->tier, NULL, N_TIERS) != highest(whole->tier, t->tier, N_TIERS) ||
           highest(t->exposure, NULL, N_EXPOSURES) !=
               highest(whole->exposure, t->exposure, N_EXPOSURES) ||
           n->gid != above->gid || types_differ(t, whole);
}

static bool is_apart(const Assets *a, const AssetNode *n) {
    const AssetNode *up = n->above < 0 ? NULL : &a->nodes[n->above];

    if (!up)
        return true;
    return n->tally.all &&
           (n->tally.all >= FINDINGS_MANY ||
            100 * (uint64_t)n->tally.all >= SHARE_PERCENT * (uint64_t)up->tally.all) &&
           differs(n, up);
}

static int compare_down(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? 1 : x > y ? -1 : 0;
}

static int root_of(const Assets *a, int node) {
    while (a->nodes[node].above >= 0)
        node = a->nodes[node].above;
    return node;
}

/* Beneath one root only those with most findings stay; of equals the first. */
static int root_cut(Assets *a, int root) {
    _cleanup_(free_p) uint64_t *order = calloc(a->n + 1, sizeof(*order));
    size_t n = 0;

    if (!order)
        return -ENOMEM;
    for (size_t i = 0; i < a->n; i++) {
        if (a->nodes[i].apart && a->nodes[i].above >= 0 && root_of(a, (int)i) == root)
            order[n++] = (uint64_t)a->nodes[i].tally.all << 32 | (UINT32_MAX - i);
    }
    qsort(order, n, sizeof(*order), compare_down);
    for (size_t i = ASSETS_MAX - 1; i < n; i++)
        a->nodes[UINT32_MAX - (uint32_t)order[i]].apart = false;
    return 0;
}

int assets_settle(Assets *a) {
    int r = 0;

    for (size_t i = a->n; i-- > 0;) {
        AssetNode *n = &a->nodes[i];

        if (n->above < 0)
            continue;
        tally_add(&a->nodes[n->above].tally, &n->tally);
        vote(&a->nodes[n->above], n->gid, n->gid_votes);
    }
    for (size_t i = 0; i < a->n; i++)
        a->nodes[i].apart = is_apart(a, &a->nodes[i]);
    for (size_t i = 0; i < a->n && r == 0; i++) {
        if (a->nodes[i].above < 0)
            r = root_cut(a, (int)i);
    }
    for (size_t i = 0; i < a->n; i++) {
        AssetNode *n = &a->nodes[i];

        n->asset = n->apart ? (int)a->n_assets++ : a->nodes[n->above].asset;
    }
    return r;
}

int assets_of(const Assets *a, Span place) {
    int node = -1;

    place = trimmed(place);
    while (place.n && (node = node_find(a, place)) < 0)
        place = above(place);
    return node < 0 ? ASSET_NONE : a->nodes[node].asset;
}

static AssetKind kind_of(const AssetNode *n) {
    Span up = above(n->path), name = span(n->path.at + up.n, n->path.n - up.n);

    if (n->above < 0)
        return ASSET_SHARE;
    if (n->archive || memchr(n->path.at, 0, n->path.n))
        return ASSET_ARCHIVE;
    return name.n && memchr(name.at, '*', name.n) && is_dump(name) ? ASSET_SERIES : ASSET_FOLDER;
}

AssetInfo assets_info(const Assets *a, size_t number) {
    for (size_t i = 0; i < a->n; i++) {
        if (a->nodes[i].apart && a->nodes[i].asset == (int)number)
            return (AssetInfo){a->nodes[i].path, kind_of(&a->nodes[i])};
    }
    return (AssetInfo){0};
}
