/*
 * Throttle: what all threads of a scanner wait at before they read.
 *
 * So many bytes and so many operations a second (Bucket), no reading while the machine's load is
 * above a ceiling, and room for others while a remote server answers slowly (Latency). Reads that
 * another process makes for us (a format worker) are charged when it tells of them: it then has to
 * wait for us to listen.
 *
 * One a scanner, shared by its threads. Every function takes NULL, which is no limit at all, and
 * costs nothing then. Waiting ends at once when `stop` is set. No lock is held while waiting.
 */
#pragma once

#include "base/ref.h"
#include "scan/plan.h"

typedef struct Throttle Throttle;

/* *ret is NULL where the plan asks for nothing. */
int throttle_new(const PlanPace *pace, const Flag *stop, Throttle **ret);
Throttle *throttle_free(Throttle *t);
DEFINE_CLEANUP(Throttle, throttle_free)

/* Before an operation that moves so many bytes; 0 of a directory or a file that is opened. */
void throttle_wait(Throttle *t, size_t bytes);

/* After bytes were read for us by somebody else. */
void throttle_charge(Throttle *t, uint64_t bytes);

/* file_read_at(), waited for and timed. far: on a server. */
int throttle_read_at(Throttle *t, bool far, int fd, uint64_t offset, void *at, size_t n,
                     size_t *ret_n);
