/*
 * Map: what people declare of their data assets: a file of format asset-map/1.
 *
 * An asset is a set of paths with an owner, a purpose and whatever else an inventory asks for that
 * no scan can see. terrier-asset-map(5) has every key. A person may write the file by hand, or fill
 * in the sheet of `terrier inventory` and have it read back, so a map can be printed, too.
 *
 * Strings live in the map's arena. Frozen once read; any thread.
 */
#pragma once

#include "base/buf.h"
#include "model/tier.h"
#include "rule/detector.h"
#include "rule/fact.h"
#include "rule/field.h"

#define MAP_FORMAT "asset-map/1"

enum {
    MAP_ASSETS_MAX = 4096,
    MAP_TEXT_MAX = 512,
    MAP_DIGEST = 32,
};

/* What is one line of text; map_text_key() has the keys. */
typedef enum MapText {
    MAP_NAME,
    MAP_SYSTEM,
    MAP_ENVIRONMENT,
    MAP_BUSINESS_OWNER,
    MAP_TECHNICAL_OWNER,
    MAP_LAWFUL_BASIS,
    MAP_ROLE,
    MAP_RETENTION_CLASS,
    MAP_SAFEGUARDS,
    MAP_SECURITY_MEASURES,
    MAP_BACKUP_OF,
    MAP_LAST_REVIEWED,
    MAP_REVIEWER,
    MAP_NEXT_REVIEW,
    N_MAP_TEXTS,
} MapText;

typedef enum MapList {
    MAP_PURPOSES,
    MAP_SUBJECTS,
    MAP_RECIPIENTS,
    MAP_TRANSFERS,
    N_MAP_LISTS,
} MapList;

const char *map_text_key(MapText t);
const char *map_list_key(MapList l);

typedef struct MapAsset {
    const char *id;
    Words paths;                   /* globs of absolute paths, or a path with all beneath it */
    const char *text[N_MAP_TEXTS]; /* NULL: not said */
    Words list[N_MAP_LISTS];
    bool declares; /* declared_types stands there: whatever else is found was not declared */
    Words types;   /* ids of detectors, categories, groups */
    bool has_tier, has_exposure;
    Tier tier;
    CaseExposure exposure; /* at most so many may read it */
    RuleMark mark;
} MapAsset;

typedef struct Map {
    Arena arena;
    uint8_t digest[MAP_DIGEST];  /* SHA-256 of the file */
    const char *file;            /* as messages show it */
    const char *org, *namespace; /* ids of assets are made of the namespace; "" */
    MapAsset *assets;
    size_t n;
} Map;

/* -EINVAL with `file:line:col: path: message, expected ...`, -ENOMEM, or those of the file. */
int map_read(const char *path, Error *reterr, Map *ret);

/* The same from bytes; label: what messages call it. */
int map_read_bytes(Span bytes, const char *label, Error *reterr, Map *ret);

void map_done(Map *m);

/* The first asset with a path that holds this one, absolute; or NULL. */
const MapAsset *map_find(const Map *m, Span path);
const MapAsset *map_by_id(const Map *m, Span id);

/* Whether a kind of data is declared for it; true where nothing was declared at all. */
bool map_declares(const MapAsset *a, const char *detector, const char *category);

/* The file again: what was read comes out the same. */
void map_print(const Map *m, Buf *to);
