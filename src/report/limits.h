/*
 * Limits: what a report cannot tell, in the rows of its Preamble: what was not read and why, with
 * numbers, what was left out on purpose, what no scanner of files sees, and what went wrong.
 *
 * The kinds that an auditor asks for stand there with 0 too: a limit that is not named looks like
 * one that nobody thought of. Where something only looks at the surface it says so.
 */
#pragma once

#include "report/preamble.h"

int limits_put(Preamble *p, Store *s, Error *reterr);
