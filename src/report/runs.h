/*
 * Runs: the list of a store's runs, as a table for people or as JSON Lines.
 */
#pragma once

#include "report/outlet.h"
#include "store/runlist.h"

/* The last `most` runs (0: all), the last first. */
int runs_text(Store *s, uint64_t most, bool colour, Outlet *to, Error *reterr);
int runs_jsonl(Store *s, uint64_t most, Outlet *to, Error *reterr);
