/*
 * Policy files of the API: the example in the program, and days as callers write them.
 *
 * Private to lib/. Any thread.
 */
#pragma once

#include "lib/common.h"
#include "rule/policy.h"

/* The text of rulesets/retention/example.yaml. */
extern const char policy_example[];

/* "2026-03-01"; NULL: today, in UTC. -EINVAL with a sentence. */
int policy_day(const char *as_of, Error *reterr, Day *ret);
