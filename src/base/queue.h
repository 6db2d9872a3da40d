/*
 * Queue: a bounded passage of pointers between threads.
 *
 * queue_put() waits while the queue is full, queue_take() while it is empty; queue_close() wakes
 * both: puts are refused, takes drain what is left and then return NULL. The queue never owns what
 * it carries: after a successful put the taker does.
 */
#pragma once

#include <pthread.h>

#include "base/cleanup.h"
#include "base/span.h"

typedef struct Queue {
    pthread_mutex_t lock;
    pthread_cond_t room, work;
    void **slots;
    size_t n, cap, head;
    bool closed;
} Queue;

int queue_init(Queue *q, size_t cap);
void queue_done(Queue *q);
bool queue_put(Queue *q, void *item);   /* false: closed, the caller still owns item */
bool queue_offer(Queue *q, void *item); /* as queue_put, false also when there is no room now */
void *queue_take(Queue *q);             /* NULL: closed and empty */
void *queue_try(Queue *q);              /* as queue_take, NULL also when empty now */
void queue_close(Queue *q);
