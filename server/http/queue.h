/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue between the network threads and the workers. A place is reserved first and filled afterwards:
 * between the two, the connection is suspended, which must not happen for a request that is turned away and must have
 * happened before a worker can finish it.
 *
 * Items that go together are taken together, and many at once cost much less than each alone. So a taker that finds another one at
 * work waits for company: until as many wait as those at work have in hand, and no fewer than its share of all that have lately been
 * there at once. Nobody waits for company while nobody is at work, nor, once first in line, longer than gather_ms. */
#ifndef HUFU_SERVER_HTTP_QUEUE_H
#define HUFU_SERVER_HTTP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* Whether next may be taken together with those before it, which are at least one. Called with the queue locked. */
typedef bool queue_together(void *const *taken, size_t count, const void *next);

struct queue_settings {
    size_t limit;             /* how many items wait at most, at least 1 */
    size_t most;              /* how many are taken at once, at least 1 */
    queue_together *together; /* may be NULL when most is 1 */
    size_t takers;            /* how many threads take, at least 1 */
    uint32_t gather_ms;       /* how long the first in line waits for company */
};

/* NULL without memory. */
struct queue *queue_new(const struct queue_settings *settings);
/* An empty queue that nobody waits on. NULL is fine. */
void queue_free(struct queue *queue);
/* False: full, or closed. */
bool queue_reserve(struct queue *queue);
/* Fills a reserved place; never fails, also not after the queue was closed. item is not NULL. */
void queue_put(struct queue *queue, void *item);
/* The oldest item, and those right behind it that go together with it, at most `most`; waits for one. held: how many the same taker got
 * the last time, and is done with; 0 at first. Returns how many; 0: closed, and nothing is left or still to be filled. */
size_t queue_take(struct queue *queue, void **items, size_t held);
/* No more reservations; takers get what is there, then 0. */
void queue_close(struct queue *queue);
/* How many wait. */
size_t queue_depth(struct queue *queue);

#endif
