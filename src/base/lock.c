/* Lock: see lock.h. */
#include "base/lock.h"

void lock_init(Lock *l) {
    pthread_mutex_init(&l->mutex, NULL);
}

void lock_done(Lock *l) {
    pthread_mutex_destroy(&l->mutex);
}

void lock_hold(Lock *l) {
    pthread_mutex_lock(&l->mutex);
}

void lock_release(Lock *l) {
    pthread_mutex_unlock(&l->mutex);
}
