/* Queue: see queue.h. */
#include "base/queue.h"

int queue_init(Queue *q, size_t cap) {
    *q = (Queue){.cap = cap};
    q->slots = calloc(cap, sizeof(*q->slots));
    if (!q->slots)
        return -ENOMEM;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->room, NULL);
    pthread_cond_init(&q->work, NULL);
    return 0;
}

void queue_done(Queue *q) {
    if (!q->slots)
        return;
    free(q->slots);
    q->slots = NULL;
    pthread_cond_destroy(&q->work);
    pthread_cond_destroy(&q->room);
    pthread_mutex_destroy(&q->lock);
}

bool queue_put(Queue *q, void *item) {
    bool put = false;

    pthread_mutex_lock(&q->lock);
    while (q->n == q->cap && !q->closed)
        pthread_cond_wait(&q->room, &q->lock);
    if (!q->closed) {
        q->slots[(q->head + q->n++) % q->cap] = item;
        put = true;
        pthread_cond_signal(&q->work);
    }
    pthread_mutex_unlock(&q->lock);
    return put;
}

bool queue_offer(Queue *q, void *item) {
    bool put;

    pthread_mutex_lock(&q->lock);
    put = !q->closed && q->n < q->cap;
    if (put) {
        q->slots[(q->head + q->n++) % q->cap] = item;
        pthread_cond_signal(&q->work);
    }
    pthread_mutex_unlock(&q->lock);
    return put;
}

static void *queue_pop(Queue *q) {
    void *item = q->slots[q->head];

    q->head = (q->head + 1) % q->cap;
    q->n--;
    pthread_cond_signal(&q->room);
    return item;
}

void *queue_take(Queue *q) {
    void *item = NULL;

    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->closed)
        pthread_cond_wait(&q->work, &q->lock);
    if (q->n)
        item = queue_pop(q);
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_try(Queue *q) {
    void *item = NULL;

    pthread_mutex_lock(&q->lock);
    if (q->n)
        item = queue_pop(q);
    pthread_mutex_unlock(&q->lock);
    return item;
}

void queue_close(Queue *q) {
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->room);
    pthread_cond_broadcast(&q->work);
    pthread_mutex_unlock(&q->lock);
}
