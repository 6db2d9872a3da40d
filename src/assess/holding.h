/*
 * Holding: what one data asset holds: sums over its objects and findings, and its tier.
 *
 * Filled object by object and finding by finding (assess/inventory.c). Sketches are kept for kinds
 * of data of which a person has one, so that a person in many files counts once; they must all be
 * of one key, that of the run. One thread.
 */
#pragma once

#include "base/sketch.h"
#include "model/group.h"
#include "rule/map.h"
#include "store/found.h"
#include "store/query.h"

enum { HOLDING_OWNERS = 16, HOLDING_VALUES = 10000 };

/* Bytes by owner or by group; what does not fit counts for nobody. */
typedef struct OwnerBytes {
    uint32_t id[HOLDING_OWNERS];
    uint64_t bytes[HOLDING_OWNERS];
    size_t n;
} OwnerBytes;

typedef struct Holding {
    const MapAsset *declared; /* NULL: it was found, and nobody has said a word about it */
    Span root, place;         /* root's path; where it is, as classify/asset.h makes places */
    uint64_t files, bytes, members, incomplete, unsupported, unreadable, encrypted;
    uint64_t with_findings, findings, exposed, orphans, unknown_access, labels;
    int64_t oldest, newest; /* modification times; INT64_MIN: none */
    OwnerBytes owners, groups;
    bool acl, any_exposure;
    CaseExposure exposure; /* the widest of objects with findings */
    Tier tier;             /* of what was found */
    uint64_t *hits;        /* by detector number */
    Sketch *values[CATEGORY_BITS];
    bool has[CATEGORY_BITS];
} Holding;

int holding_init(Holding *h, size_t n_detectors);
void holding_done(Holding *h);

void holding_object(Holding *h, const ObjectRow *o, bool orphan);
int holding_finding(Holding *h, const FoundRow *row, const CategorySet *identifiers);

/* The one with most bytes, and how many per cent of all they are; false: there are none. */
bool owner_bytes_top(const OwnerBytes *o, uint32_t *ret_id, unsigned *ret_percent);

typedef struct Persons {
    uint64_t low, high;
    int best; /* category_place() of what gives `low`; -1: nothing of the kind was found */
    bool exact;
} Persons;

/* Between the most of one kind of identifier and the sum over kinds. */
Persons holding_persons(const Holding *h);

/* The tier, and why: ret_reason is a sentence of ours. */
Tier holding_tier(const Holding *h, const Persons *p, const char **ret_reason);
