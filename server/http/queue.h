/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue between the network threads and the workers. A place is reserved first and filled afterwards:
 * between the two, the connection is suspended, which must not happen for a request that is turned away and must have
 * happened before a worker can finish it. */
#ifndef HUFU_SERVER_HTTP_QUEUE_H
#define HUFU_SERVER_HTTP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

/* NULL without memory. limit: how many items wait at most, at least 1. */
struct queue *queue_new(size_t limit);
/* An empty queue that nobody waits on. NULL is fine. */
void queue_free(struct queue *queue);
/* False: full, or closed. */
bool queue_reserve(struct queue *queue);
/* Fills a reserved place; never fails, also not after the queue was closed. item is not NULL. */
void queue_put(struct queue *queue, void *item);
/* Whether next may be taken together with those before it, which are at least one. */
typedef bool queue_together(void *const *taken, size_t count, const void *next);
/* The oldest item, and those right behind it that go together with it, at most `most`; waits for one. Returns how many; 0: closed, and
 * nothing is left or still to be filled. together is called with the queue locked. */
size_t queue_take(struct queue *queue, void **items, size_t most, queue_together *together);
/* No more reservations; takers get what is there, then 0. */
void queue_close(struct queue *queue);
/* How many wait. */
size_t queue_depth(struct queue *queue);

#endif
