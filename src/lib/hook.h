/*
 * Hook: a program of the user's that is given a text on standard input.
 *
 * Started by posix_spawn without a shell, with PATH, HOME and LC_ALL=C as its environment and
 * standard error of ours. It has HOOK_SECONDS, then it is killed.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define HOOK_SECONDS 60

/* 0: it ended with 0. A sentence otherwise: -ECHILD it failed, -ETIME it took too long. */
int hook_run(const char *program, Span input, Error *reterr);
