/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/destruction.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/condition.h"
#include "common/encoding.h"
#include "common/log.h"
#include "hsm/destruction_table.h"
#include "hsm/disk.h"

struct destruction {
    struct token *token;
    const char *token_directory;
    pthread_mutex_t order;        /* held by whoever looks at the token, or takes orders: one at a time */
    struct destruction_head head; /* the token's, under `order` */
    bool forked;                  /* the token has two heads, under `order` */
    uint64_t on_disk;     /* the token's head goes so far on disk, as this process saw to; under `order` */
    pthread_mutex_t lock; /* of what follows: read by every request, written for a moment */
    struct destruction_table table;
    struct destruction_head own;
    bool behind;
    /* The thread that looks. */
    pthread_t thread;
    bool watched, stopping;
    pthread_mutex_t wait_lock;
    pthread_cond_t wait;
};

static void log_position(enum log_level level, const char *event, const struct destruction *destruction)
{
    char own[24], token[24];
    (void)snprintf(own, sizeof(own), "%" PRIu64, destruction->own.number);
    (void)snprintf(token, sizeof(token), "%" PRIu64, destruction->head.number);
    log_event(level, event, "known", own, "token", token, NULL);
}

/* With `order` held: says anew whether we are behind. */
static void judge(struct destruction *destruction)
{
    bool was = destruction->behind;
    bool behind = destruction->forked || destruction->own.number < destruction->head.number ||
                  (destruction->own.number == destruction->head.number &&
                   !destruction_same(&destruction->own, &destruction->head));
    (void)pthread_mutex_lock(&destruction->lock);
    destruction->behind = behind;
    (void)pthread_mutex_unlock(&destruction->lock);
    if (behind != was)
        log_position(behind ? LOG_ERROR : LOG_INFO, behind ? "destruction.behind" : "destruction.caught_up",
                     destruction);
}

/* With `order` held. A token that is away changes nothing: what it said last holds. */
static enum hufu_err look(struct destruction *destruction)
{
    struct destruction_head head;
    enum hufu_err err = token_read_head(destruction->token, &head);
    destruction->forked = err == HUFU_ERR_CONFLICT || (destruction->forked && err);
    if (!err)
        destruction->head = head;
    /* A token that was put back has an older one: what it lost is not on disk any more. */
    if (destruction->on_disk > destruction->head.number)
        destruction->on_disk = destruction->head.number;
    judge(destruction);
    return err;
}

/* With `order` held: a head that is in the token is on disk before those behind it are gone. */
static enum hufu_err keep_head(struct destruction *destruction, const struct destruction_head *head)
{
    if (disk_sync_tree(destruction->token_directory))
        return HUFU_ERR_AWAY;
    destruction->head = *head;
    destruction->on_disk = head->number;
    return token_sweep_heads(destruction->token, head);
}

/* With `order` held, after a look: the token's head is not behind us, and on disk. The one that is there comes first: whoever made
 * it may have died before it was on disk, and while the disk takes nothing the token is not filled with heads. */
static enum hufu_err move_head(struct destruction *destruction)
{
    enum hufu_err err = HUFU_OK;
    if (destruction->on_disk < destruction->head.number)
        err = keep_head(destruction, &destruction->head);
    if (err || destruction->head.number >= destruction->own.number)
        return err;
    if (token_write_head(destruction->token, &destruction->own))
        return HUFU_ERR_AWAY;
    return keep_head(destruction, &destruction->own);
}

/* False: the walk is where `known` is, with another hash. */
static bool agrees(const struct destruction_head *at, const struct destruction_head *known)
{
    return at->number != known->number || destruction_same(at, known);
}

/* Walks the chain. *at gets its end, *known how many of the orders were known before. */
static enum hufu_err verify(const struct destruction *destruction, const struct destruction_head *before,
                            const uint8_t *orders, size_t count, struct destruction_head *at, size_t *known)
{
    const struct destruction_head *own = &destruction->own;
    *at = *before;
    *known = 0;
    if (before->number > own->number || own->number - before->number > count)
        return HUFU_ERR_STATE;
    *known = (size_t)(own->number - before->number);
    bool same = agrees(at, own) && agrees(at, &destruction->head);
    for (size_t i = 0; i < count; i++) {
        destruction_advance(at, orders + i * DESTRUCTION_ORDER_SIZE);
        same = same && agrees(at, own) && agrees(at, &destruction->head);
    }
    return same ? HUFU_OK : HUFU_ERR_CONFLICT;
}

/* With `order` held. While nobody may use a record anyway, a wrong beginning is forgotten, so that a right one can follow. */
static void forget(struct destruction *destruction)
{
    struct destruction_table empty;
    if (!destruction->behind || destruction_table_init(&empty, destruction->table.max))
        return;
    (void)pthread_mutex_lock(&destruction->lock);
    destruction_table_done(&destruction->table);
    destruction->table = empty;
    destruction->own = (struct destruction_head){0};
    (void)pthread_mutex_unlock(&destruction->lock);
}

/* With `order` held: nobody else writes, and a larger table is made while requests go on. */
static enum hufu_err take(struct destruction *destruction, const uint8_t *orders, size_t count,
                          const struct destruction_head *end)
{
    struct destruction_table grown = {0};
    bool full = destruction_table_is_full(&destruction->table, count);
    enum hufu_err err = full ? destruction_table_grow(&grown, &destruction->table, count) : HUFU_OK;
    if (err)
        return err;
    (void)pthread_mutex_lock(&destruction->lock);
    if (full) {
        destruction_table_done(&destruction->table);
        destruction->table = grown;
    }
    for (size_t i = 0; i < count; i++)
        destruction_table_put(&destruction->table, orders + i * DESTRUCTION_ORDER_SIZE);
    destruction->own = *end;
    (void)pthread_mutex_unlock(&destruction->lock);
    return HUFU_OK;
}

static enum hufu_err add(struct destruction *destruction, const struct destruction_head *before,
                         const uint8_t *orders, size_t count)
{
    struct destruction_head end;
    size_t known;
    enum hufu_err err = verify(destruction, before, orders, count, &end, &known);
    if (err == HUFU_ERR_CONFLICT) {
        log_position(LOG_ERROR, "destruction.other_log", destruction);
        forget(destruction);
    }
    if (!err && known < count)
        err = take(destruction, orders + known * DESTRUCTION_ORDER_SIZE, count - known, &end);
    if (!err)
        err = move_head(destruction);
    judge(destruction);
    return err;
}

enum hufu_err destruction_add(struct destruction *destruction, const struct destruction_head *before,
                              const uint8_t *orders, size_t count)
{
    (void)pthread_mutex_lock(&destruction->order);
    enum hufu_err err = look(destruction);
    if (!err)
        err = add(destruction, before, orders, count);
    (void)pthread_mutex_unlock(&destruction->order);
    return err;
}

static void log_destroyed(const uint8_t binding[FRAME_ID_SIZE], const char *what, uint32_t number)
{
    char id[UUID_TEXT_SIZE], text[16];
    uuid_format(id, binding);
    (void)snprintf(text, sizeof(text), "%" PRIu32, number);
    log_event(LOG_WARNING, "record.destroyed", "binding", id, what, text, NULL);
}

/* id: what an order names. */
static enum hufu_err check(struct destruction *destruction, const uint8_t id[DESTRUCTION_ID_SIZE],
                           uint32_t number)
{
    (void)pthread_mutex_lock(&destruction->lock);
    bool behind = destruction->behind;
    uint32_t least = destruction_table_least(&destruction->table, id);
    (void)pthread_mutex_unlock(&destruction->lock);
    if (behind)
        return HUFU_ERR_BEHIND;
    return number >= least && least != DESTRUCTION_WHOLE ? HUFU_OK : HUFU_ERR_DESTROYED;
}

enum hufu_err destruction_check(struct destruction *destruction, const uint8_t binding[FRAME_ID_SIZE],
                                uint32_t generation)
{
    enum hufu_err err = check(destruction, binding, generation);
    if (err == HUFU_ERR_DESTROYED)
        log_destroyed(binding, "generation", generation);
    return err;
}

enum hufu_err destruction_check_policy(struct destruction *destruction, const uint8_t binding[FRAME_ID_SIZE],
                                       uint32_t number)
{
    uint8_t id[DESTRUCTION_ID_SIZE];
    destruction_policy_id(id, binding);
    enum hufu_err err = check(destruction, id, number);
    if (err == HUFU_ERR_DESTROYED)
        log_destroyed(binding, "policy", number);
    return err;
}

/* With `order` held: what the token could not take when it came, it takes now. */
static enum hufu_err settle(struct destruction *destruction)
{
    if (destruction->on_disk >= destruction->own.number)
        return HUFU_OK;
    enum hufu_err err = look(destruction);
    if (!err)
        err = move_head(destruction);
    return destruction->forked ? HUFU_OK : err; /* the state says that it is behind */
}

enum hufu_err destruction_state(struct destruction *destruction, struct destruction_state *out)
{
    (void)pthread_mutex_lock(&destruction->order);
    enum hufu_err err = settle(destruction);
    *out = (struct destruction_state){
        .own = destruction->own, .token = destruction->head, .behind = destruction->behind};
    (void)pthread_mutex_unlock(&destruction->order);
    return err;
}

void destruction_look(struct destruction *destruction)
{
    (void)pthread_mutex_lock(&destruction->order);
    (void)!look(destruction);
    (void)pthread_mutex_unlock(&destruction->order);
}

/* False: it is to end. */
static bool wait_for_next(struct destruction *destruction)
{
    const struct timespec until = condition_deadline(DESTRUCTION_LOOK_MS);
    int waited = 0;
    (void)pthread_mutex_lock(&destruction->wait_lock);
    while (!destruction->stopping && waited == 0)
        waited = pthread_cond_timedwait(&destruction->wait, &destruction->wait_lock, &until);
    bool go_on = !destruction->stopping;
    (void)pthread_mutex_unlock(&destruction->wait_lock);
    return go_on;
}

static void *watch(void *argument)
{
    struct destruction *destruction = argument;
    while (wait_for_next(destruction))
        destruction_look(destruction);
    return NULL;
}

enum hufu_err destruction_watch(struct destruction *destruction)
{
    destruction->watched = pthread_create(&destruction->thread, NULL, watch, destruction) == 0;
    return destruction->watched ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static void init_locks(struct destruction *destruction)
{
    (void)pthread_mutex_init(&destruction->order, NULL);
    (void)pthread_mutex_init(&destruction->lock, NULL);
    (void)pthread_mutex_init(&destruction->wait_lock, NULL);
    condition_init(&destruction->wait);
}

enum hufu_err destruction_new(struct destruction **destruction, struct token *token,
                              const char *token_directory, size_t entries_max)
{
    *destruction = NULL;
    struct destruction *made = calloc(1, sizeof(*made));
    if (!made)
        return HUFU_ERR_INTERNAL;
    made->token = token;
    made->token_directory = token_directory;
    init_locks(made);
    enum hufu_err err = destruction_table_init(&made->table, entries_max);
    if (!err)
        err = look(made);
    if (err) {
        destruction_free(made);
        return err;
    }
    *destruction = made;
    return HUFU_OK;
}

void destruction_free(struct destruction *destruction)
{
    if (!destruction)
        return;
    (void)pthread_mutex_lock(&destruction->wait_lock);
    destruction->stopping = true;
    (void)pthread_cond_signal(&destruction->wait);
    (void)pthread_mutex_unlock(&destruction->wait_lock);
    if (destruction->watched)
        (void)pthread_join(destruction->thread, NULL);
    destruction_table_done(&destruction->table);
    (void)pthread_cond_destroy(&destruction->wait);
    (void)pthread_mutex_destroy(&destruction->wait_lock);
    (void)pthread_mutex_destroy(&destruction->lock);
    (void)pthread_mutex_destroy(&destruction->order);
    free(destruction);
}

enum hufu_err destruction_init(struct token *token, bool *made)
{
    struct destruction_head head = {0};
    enum hufu_err err = token_read_head(token, &head);
    *made = err == HUFU_ERR_NOT_FOUND;
    return *made ? token_write_head(token, &head) : err;
}
