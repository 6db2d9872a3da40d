/*
 * Asset: directories of a run, grouped into the data assets that an inventory lists.
 *
 * Findings are counted by directory, then one walk from each root down decides: a directory is an
 * asset of its own where it holds at least a hundredth of what is found in the one above it, or 100
 * findings, and differs from the rest of that one in tier, exposure, group, or kinds of data (less
 * than half in common). At most ASSETS_MAX beneath a root, those with most findings; what is left
 * belongs to the one above. An archive is a directory; dumps that differ by their date alone are
 * one, by the name with a `*` for the date.
 *
 * Memory: a node a directory with findings, at most NODES_MAX; what is deeper then counts for the
 * directory above it. The result depends on the findings only, not on their order. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "model/group.h"
#include "rule/fact.h"

enum {
    ASSETS_MAX = 500,
    ASSET_NODES_MAX = 50000,
    ASSET_NONE = -1,
};

typedef enum AssetKind {
    ASSET_SHARE,
    ASSET_FOLDER,
    ASSET_ARCHIVE,
    ASSET_SERIES,
    N_ASSET_KINDS,
} AssetKind;

const char *asset_kind_name(AssetKind k);

/* One finding, as far as grouping looks at it. */
typedef struct AssetSample {
    Tier tier;
    int exposure;    /* a CaseExposure; -1: unknown */
    size_t category; /* category_place() */
    uint32_t gid;
} AssetSample;

typedef struct AssetNode AssetNode;

typedef struct Assets {
    Arena arena; /* of paths */
    AssetNode *nodes;
    size_t n, cap;
    uint32_t *table; /* by hash of the path: node + 1 */
    size_t n_assets;
} Assets;

void assets_done(Assets *a);

/* A root, by its absolute path: always an asset. Before anything beneath it is counted. */
int assets_root(Assets *a, Span path);

/*
 * The place of an object for grouping: its directory, archives as such with a NUL behind each, a
 * series by its pattern. root: absolute; path: below it, members behind a NUL. Replaces what is in
 * *to.
 */
int asset_place(Span root, Span path, Buf *to);

/* Counts a finding at a place; -ENOENT: it is beneath no root. */
int assets_add(Assets *a, Span place, const AssetSample *s);

/* Groups what was counted. */
int assets_settle(Assets *a);

/* After that: the number of the asset that holds the place, from 0; ASSET_NONE. */
int assets_of(const Assets *a, Span place);

typedef struct AssetInfo {
    Span path; /* a place, as asset_place() makes it; lives as long as Assets */
    AssetKind kind;
} AssetInfo;

AssetInfo assets_info(const Assets *a, size_t number);

/*
 * The pattern of a name that has a date in it and is one of a dump or a backup: "db-*.sql". False:
 * it is none.
 */
bool asset_series(Span name, Buf *to);
