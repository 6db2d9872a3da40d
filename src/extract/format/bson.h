/*
 * Bson: documents as MongoDB stores and dumps them (bsonspec.org, version 1.1).
 */
#pragma once

#include "base/span.h"

/* The head of such a file: its first document, as far as it goes, is one without fault. */
bool bson_looks(Span head);
