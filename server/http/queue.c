/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/queue.h"

#include <pthread.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t limit, first, count, reserved;
    bool closed;
    void *items[];
};

struct queue *queue_new(size_t limit)
{
    struct queue *queue = calloc(1, sizeof(*queue) + limit * sizeof(queue->items[0]));
    if (!queue)
        return NULL;
    queue->limit = limit;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->changed, NULL);
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}

bool queue_reserve(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool room = !queue->closed && queue->count + queue->reserved < queue->limit;
    if (room)
        queue->reserved++;
    (void)pthread_mutex_unlock(&queue->lock);
    return room;
}

void queue_put(struct queue *queue, void *item)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->items[(queue->first + queue->count) % queue->limit] = item;
    queue->count++;
    queue->reserved--;
    /* After the close every taker waits for the last reserved place, and all must see that it was the last. */
    if (queue->closed)
        (void)pthread_cond_broadcast(&queue->changed);
    else
        (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

static void *queue_remove_first(struct queue *queue)
{
    void *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->limit;
    queue->count--;
    return item;
}

size_t queue_take(struct queue *queue, void **items, size_t most, queue_together *together)
{
    size_t taken = 0;
    (void)pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !(queue->closed && queue->reserved == 0))
        (void)pthread_cond_wait(&queue->changed, &queue->lock);
    while (queue->count > 0 && taken < most &&
           (taken == 0 || together(items, taken, queue->items[queue->first])))
        items[taken++] = queue_remove_first(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return taken;
}

void queue_close(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

size_t queue_depth(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    size_t depth = queue->count;
    (void)pthread_mutex_unlock(&queue->lock);
    return depth;
}
