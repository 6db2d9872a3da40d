/*
 * Dbf: the tables of dBase, FoxPro and Clipper, known by a header whose lengths add up.
 */
#pragma once

#include "base/span.h"

bool dbf_looks(Span head);
