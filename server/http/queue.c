/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/condition.h"

#define CROWD_FADES 16

struct queue {
    struct queue_settings settings;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t first, count, reserved;
    size_t takers_at_work, in_hand; /* who has taken something, and how much all of them */
    size_t crowd;                   /* how many have lately been in hand or waiting at once */
    struct timespec gathered; /* until when those that are here wait for company; of no meaning without any */
    bool closed;
    void *items[];
};

struct queue *queue_new(const struct queue_settings *settings)
{
    struct queue *queue = calloc(1, sizeof(*queue) + settings->limit * sizeof(queue->items[0]));
    if (!queue)
        return NULL;
    queue->settings = *settings;
    (void)pthread_mutex_init(&queue->lock, NULL);
    condition_init(&queue->changed);
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
    bool room = !queue->closed && queue->count + queue->reserved < queue->settings.limit;
    if (room)
        queue->reserved++;
    (void)pthread_mutex_unlock(&queue->lock);
    return room;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How many are worth taking: a taker's share of all that have lately been there, or as many as those at work have on average. */
static size_t queue_wanted(const struct queue *queue)
{
    if (queue->takers_at_work == 0)
        return 1;
    size_t wanted = larger(queue->crowd / queue->settings.takers, queue->in_hand / queue->takers_at_work);
    return wanted < queue->settings.most ? wanted : queue->settings.most;
}

/* Rises at once, and falls by a part of the difference each time that somebody takes. */
static void queue_see_crowd(struct queue *queue)
{
    size_t there = queue->in_hand + queue->count;
    if (there >= queue->crowd)
        queue->crowd = there;
    else
        queue->crowd -= (queue->crowd - there + CROWD_FADES - 1) / CROWD_FADES;
}

void queue_put(struct queue *queue, void *item)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->items[(queue->first + queue->count) % queue->settings.limit] = item;
    queue->count++;
    queue->reserved--;
    if (queue->count == 1)
        queue->gathered = condition_deadline(queue->settings.gather_ms);
    /* After the close every taker waits for the last reserved place, and all must see that it was the last. */
    if (queue->closed)
        (void)pthread_cond_broadcast(&queue->changed);
    else if (queue->count == 1 || queue->count >= queue_wanted(queue))
        (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

static void *queue_remove_first(struct queue *queue)
{
    void *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->settings.limit;
    queue->count--;
    return item;
}

/* Until there is something, and enough of it or its time is over, or nothing more can come. The deadline is copied: it is read while
 * the lock is free, and may be moved then. */
static void queue_wait(struct queue *queue)
{
    bool over = false;
    for (;;) {
        struct timespec gathered = queue->gathered;
        if (queue->count == 0) {
            if (queue->closed && queue->reserved == 0)
                return;
            over = false;
            (void)pthread_cond_wait(&queue->changed, &queue->lock);
        } else if (over || queue->closed || queue->count >= queue_wanted(queue)) {
            return;
        } else {
            over = pthread_cond_timedwait(&queue->changed, &queue->lock, &gathered) != 0;
        }
    }
}

size_t queue_take(struct queue *queue, void **items, size_t held)
{
    size_t taken = 0;
    (void)pthread_mutex_lock(&queue->lock);
    queue->in_hand -= held;
    queue->takers_at_work -= held > 0;
    queue_wait(queue);
    while (queue->count > 0 && taken < queue->settings.most &&
           (taken == 0 || queue->settings.together(items, taken, queue->items[queue->first])))
        items[taken++] = queue_remove_first(queue);
    queue->in_hand += taken;
    queue->takers_at_work += taken > 0;
    queue_see_crowd(queue);
    if (queue->count > 0) {
        queue->gathered = condition_deadline(queue->settings.gather_ms);
        (void)pthread_cond_signal(&queue->changed);
    }
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
