/*
 * Cells: the row of one data asset, each cell as people read it.
 *
 * Texts of strangers (paths, names of owners) are made harmless for a terminal (base/show.h); a
 * spreadsheet's own dangers are the matter of whoever writes one. A cell is NULL where nothing is
 * known: blank is not zero. One thread.
 */
#pragma once

#include "assess/holding.h"
#include "assess/owner.h"
#include "assess/reach.h"
#include "classify/asset.h"
#include "model/inventory.h"

/* What is the same for all assets of a run. Strings live in the arena that it was loaded into. */
typedef struct CellsOf {
    const Map *map;
    RunRow run;
    RootRow *roots;
    size_t n_roots;
    DetectorRow *detectors;
    size_t n_detectors;
    Owners owners;
    Reach reach;                 /* reach_done() is the caller's */
    const char *host, *manifest; /* NULL: not known */
} CellsOf;

int cells_load(Store *s, int64_t run, Arena *a, Error *reterr, CellsOf *ret);

int cells_make(const CellsOf *of, const Holding *h, AssetKind kind, Arena *a, InventoryRow *ret);
