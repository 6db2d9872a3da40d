/* Latch: see latch.h. */
#include "base/latch.h"

void latch_init(Latch *l) {
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->none, NULL);
    l->n = 0;
}

void latch_done(Latch *l) {
    pthread_cond_destroy(&l->none);
    pthread_mutex_destroy(&l->lock);
}

void latch_up(Latch *l) {
    pthread_mutex_lock(&l->lock);
    l->n++;
    pthread_mutex_unlock(&l->lock);
}

void latch_down(Latch *l) {
    pthread_mutex_lock(&l->lock);
    if (--l->n == 0)
        pthread_cond_broadcast(&l->none);
    pthread_mutex_unlock(&l->lock);
}

void latch_wait(Latch *l) {
    pthread_mutex_lock(&l->lock);
    while (l->n)
        pthread_cond_wait(&l->none, &l->lock);
    pthread_mutex_unlock(&l->lock);
}
