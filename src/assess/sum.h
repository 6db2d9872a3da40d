/*
 * Sum: what one rule says over all its cases of one kind of data in one asset, which becomes a row
 * of the table `verdict`.
 *
 * Cases come in the order of the pass, those of an object together. Of the worst its arithmetic and
 * its sentence are kept, and the SUM_PLACES worst places; the worse of two is the graver, then the
 * one with more values, then the one that came first. Memory: one Sum for each (rule, asset,
 * category) that occurs. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "classify/judge.h"

#define SUM_PLACES 5

typedef struct SumPlace {
    Severity severity;
    uint64_t count;
    char *at; /* printed locator; owned */
    const char *data_type;
} SumPlace;

typedef struct Sum {
    size_t rule; /* over all rulesets */
    int64_t asset;
    int category; /* -1: an event, or not in the list */
    CaseEvent event;
    uint64_t cases, objects, hits, persons_low, persons_high;
    int64_t object; /* the last one counted */
    Severity worst;
    uint64_t worst_count;
    char *arithmetic, *narrative; /* owned */
    SumPlace places[SUM_PLACES];
    size_t n_places;
} Sum;

typedef struct SumTable {
    Sum *at;
    size_t n, cap;
    uint32_t *index; /* number + 1 by hash; 0: empty */
    size_t n_index;  /* a power of two */
} SumTable;

void sums_free(SumTable *t);

/* A case that a rule meets, and what is counted of it. */
typedef struct SumCase {
    const Case *facts;
    int64_t asset;
    int64_t object;                        /* 0: an event */
    const char *data_type;                 /* of the detector; lives as long as the pass */
    uint64_t count, persons;               /* values; identifiers of persons */
    int (*place)(const void *of, Buf *to); /* prints where it is; NULL: nowhere */
    const void *of;
} SumCase;

/* -ENOMEM. */
int sum_add(SumTable *t, size_t number, const Rule *rule, Severity severity, const SumCase *c);

/* By rule, then asset, then category. */
void sums_sort(SumTable *t);
