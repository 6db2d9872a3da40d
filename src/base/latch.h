/*
 * Latch: how many things are under way, and waiting until none is.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>

typedef struct Latch {
    pthread_mutex_t lock;
    pthread_cond_t none;
    size_t n;
} Latch;

void latch_init(Latch *l);
void latch_done(Latch *l);
void latch_up(Latch *l);
void latch_down(Latch *l);
void latch_wait(Latch *l);
