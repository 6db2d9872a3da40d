/*
 * FactOf: what is known of one object beside its findings, object by object.
 *
 * As fact_cursor of store/query.h, for who has the object's number already. One statement, used
 * again for each object; a row is valid until the next call. One thread.
 */
#pragma once

#include "store/query.h"

typedef struct FactOf FactOf;

int fact_of_open(Store *s, Error *reterr, FactOf **ret);
/* Begins with the facts of that object; kind NULL: of all kinds (else borrowed). */
void fact_of_begin(FactOf *f, int64_t object, const char *kind);
/* 1: a row, 0: the end. */
int fact_of_step(FactOf *f, Error *reterr, FactRow *ret);
FactOf *fact_of_close(FactOf *f);
DEFINE_CLEANUP(FactOf, fact_of_close)
