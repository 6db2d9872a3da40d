/*
 * Lock: mutual exclusion between threads, for the few places that neither a Queue nor a single
 * owner can serve. Held for moments, never over input or output to a stranger.
 */
#pragma once

#include <pthread.h>

typedef struct Lock {
    pthread_mutex_t mutex;
} Lock;

void lock_init(Lock *l);
void lock_done(Lock *l);
void lock_hold(Lock *l);
void lock_release(Lock *l);
