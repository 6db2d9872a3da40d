/*
 * Samples: the samples of a finding as the bytes of one column.
 *
 * The form is described at finding.samples in schema.sql. Positions, mask and token are kept;
 * the value of a Sample is not looked at. What is read may come from a damaged store: bytes that
 * are no samples give -EUCLEAN.
 */
#pragma once

#include "base/buf.h"
#include "model/finding.h"

/* Appends the first FINDING_SAMPLES_MAX of them; failure is noted in the Buf. */
void samples_put(Buf *b, const Sample *samples, size_t n);

/* The first of them, at most `most` and at most FINDING_SAMPLES_MAX. */
int samples_get(Span bytes, size_t most, Sample *ret, size_t *ret_n);
