/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hsmc/call.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/secret.h"
#include "server/metrics.h"

#define MAGIC "hufu-hsm/1"
#define LOAD_REQUEST_MAX 4096 /* a sealed service record, its statement, signature and id, and the head */
#define LOAD_REPLY_MAX 256
#define TRACE_OF_LOAD "connect"
#define HOME_LOOK_US 5000000
#define HOME_WAIT_US 200000 /* one that hangs delays no request for longer */

/* One key process. */
struct place {
    const char *path;
    int fd;    /* -1: not connected */
    bool away; /* the log knows that it is */
};

struct hsmc {
    struct place places[HSMC_PLACES_MAX];
    size_t count, home;
    struct place *at;     /* where calls go */
    bool only;            /* to this place and no other */
    struct place *before; /* where they went until then */
    uint64_t look_us;     /* not before then is it looked whether home is back */
    int timeout_ms;
    struct hsmc_keys *keys;
    struct metrics *metrics; /* may be NULL */
    uint64_t now_ms;
    const char *operation; /* of the request in hand, for the log */
    struct buf request;
    struct cursor reply;
    uint8_t request_memory[CHANNEL_MESSAGE_MAX];
    uint8_t reply_memory[CHANNEL_MESSAGE_MAX];
};

struct hsmc *hsmc_new(const struct hsmc_places *places, int timeout_ms, struct hsmc_keys *keys,
                      struct metrics *metrics)
{
    struct hsmc *hsmc = calloc(1, sizeof(*hsmc));
    if (!hsmc)
        return NULL;
    hsmc->count = places->count;
    hsmc->home = places->home;
    hsmc->timeout_ms = timeout_ms;
    hsmc->keys = keys;
    hsmc->metrics = metrics;
    for (size_t i = 0; i < hsmc->count; i++)
        hsmc->places[i] = (struct place){.path = places->paths[i], .fd = -1};
    hsmc->at = &hsmc->places[hsmc->home];
    return hsmc;
}

static void disconnect(struct place *place)
{
    if (place->fd >= 0)
        (void)close(place->fd);
    place->fd = -1;
}

void hsmc_use(struct hsmc *hsmc, size_t place)
{
    if (!hsmc->only)
        hsmc->before = hsmc->at;
    hsmc->only = true;
    hsmc->at = &hsmc->places[place];
}

void hsmc_use_any(struct hsmc *hsmc)
{
    if (hsmc->only)
        hsmc->at = hsmc->before;
    hsmc->only = false;
}

void hsmc_free(struct hsmc *hsmc)
{
    if (!hsmc)
        return;
    for (size_t i = 0; i < hsmc->count; i++)
        disconnect(&hsmc->places[i]);
    free(hsmc);
}

uint64_t hsmc_now_ms(const struct hsmc *hsmc)
{
    return hsmc->now_ms;
}

static void count(struct hsmc *hsmc, enum metrics_counter counter)
{
    if (hsmc->metrics)
        metrics_add(hsmc->metrics, counter, 1);
}

/* Counted every time, logged once until it is there again: a busy service would fill its log with one fact. */
static enum hufu_err give_up(struct hsmc *hsmc, const char *detail)
{
    disconnect(hsmc->at);
    count(hsmc, METRICS_HSM_ERRORS);
    if (!hsmc->at->away)
        log_event(LOG_ERROR, "hsm.away", "socket", hsmc->at->path, "operation", hsmc->operation, "detail",
                  detail, NULL);
    hsmc->at->away = true;
    return HUFU_ERR_AWAY;
}

static void put_head(struct buf *request, const char *operation, const char *trace)
{
    buf_put_field_text(request, MAGIC);
    buf_put_field_text(request, operation);
    buf_put_field_text(request, trace);
}

/* What a reply begins with. HUFU_ERR_AWAY: it is not of the form; else the error in it. */
static enum hufu_err take_head(struct hsmc *hsmc, struct cursor *reply)
{
    cursor_field_text(reply, MAGIC);
    uint32_t err = cursor_field_u32(reply);
    uint64_t now_ms = cursor_field_u64(reply);
    if (reply->failed || err >= HUFU_ERR_COUNT || (err && cursor_left(reply) > 0))
        return give_up(hsmc, "a reply is not of its form");
    hsmc->now_ms = now_ms;
    return (enum hufu_err)err;
}

static int left_ms(uint64_t deadline_us)
{
    uint64_t now = clock_monotonic_us();
    return now < deadline_us ? (int)((deadline_us - now) / 1000) : 0;
}

/* HUFU_ERR_AWAY: the other side closed, or the deadline passed; HUFU_ERR_LIMIT: a length that is none. */
static enum hufu_err transfer(struct hsmc *hsmc, struct bytes request, struct buf *reply,
                              uint64_t deadline_us)
{
    enum hufu_err err = channel_send(hsmc->at->fd, request, left_ms(deadline_us));
    if (err)
        return err;
    int left = left_ms(deadline_us);
    return channel_receive(hsmc->at->fd, reply, left, left);
}

static enum hufu_err load_key(struct hsmc *hsmc, const struct hsmc_service_key *key, uint64_t deadline_us)
{
    uint8_t memory[LOAD_REQUEST_MAX], reply_memory[LOAD_REPLY_MAX];
    struct buf request, reply;
    struct cursor c;
    buf_init(&request, memory, sizeof(memory));
    buf_init(&reply, reply_memory, sizeof(reply_memory));
    put_head(&request, "service/load", TRACE_OF_LOAD);
    buf_put_field(&request, key->record_id, sizeof(key->record_id));
    buf_put_field(&request, key->sealed, key->sealed_len);
    buf_put_field(&request, key->statement, sizeof(key->statement));
    buf_put_field(&request, key->signature, sizeof(key->signature));
    enum hufu_err err = buf_finish(&request);
    if (!err)
        err = transfer(hsmc, buf_bytes(&request), &reply, deadline_us);
    if (err)
        return give_up(hsmc, "loading the service keys broke off");
    cursor_init(&c, buf_bytes(&reply));
    return take_head(hsmc, &c);
}

/* A key that is refused is one that no device can use; the others, and every operation without one, still work. */
static enum hufu_err load_keys(struct hsmc *hsmc, uint64_t deadline_us)
{
    struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX];
    size_t n = hsmc_keys_get(hsmc->keys, list);
    for (size_t i = 0; i < n; i++) {
        enum hufu_err err = load_key(hsmc, &list[i], deadline_us);
        if (hsmc->at->fd < 0)
            return HUFU_ERR_AWAY;
        if (err)
            log_event(LOG_ERROR, "hsm.service_key_refused", "detail", hufu_err_name(err), NULL);
    }
    return HUFU_OK;
}

static enum hufu_err open_connection(struct hsmc *hsmc, uint64_t deadline_us)
{
    if (channel_connect(&hsmc->at->fd, hsmc->at->path))
        return give_up(hsmc, "nobody answers at its socket");
    count(hsmc, METRICS_HSM_CONNECTS);
    return load_keys(hsmc, deadline_us);
}

static void go_elsewhere(struct hsmc *hsmc)
{
    if (hsmc->only)
        return;
    hsmc->at = &hsmc->places[(size_t)(hsmc->at - hsmc->places + 1) % hsmc->count];
    hsmc->look_us = clock_monotonic_us() + HOME_LOOK_US;
}

/* Where somebody answers: here, or at the next place. One that took the connection and then failed has had its chance: what
 * broke it there may break the others. */
static enum hufu_err open_somewhere(struct hsmc *hsmc, uint64_t deadline_us)
{
    size_t tries = hsmc->only ? 1 : hsmc->count;
    for (size_t i = 0; i < tries && left_ms(deadline_us) > 0; i++) {
        disconnect(hsmc->at);
        if (open_connection(hsmc, deadline_us) == HUFU_OK)
            return HUFU_OK;
        go_elsewhere(hsmc);
    }
    return HUFU_ERR_AWAY;
}

/* Who went elsewhere looks now and then whether home is back, so that the processes share the work again. */
static void look_home(struct hsmc *hsmc)
{
    struct place *home = &hsmc->places[hsmc->home], *elsewhere = hsmc->at;
    if (hsmc->only || elsewhere == home || clock_monotonic_us() < hsmc->look_us)
        return;
    hsmc->look_us = clock_monotonic_us() + HOME_LOOK_US;
    hsmc->at = home;
    if (home->fd < 0 && open_connection(hsmc, clock_monotonic_us() + HOME_WAIT_US))
        hsmc->at = elsewhere;
}

struct buf *call_begin(struct hsmc *hsmc, const char *operation, const char *trace)
{
    hsmc->operation = operation;
    buf_init(&hsmc->request, hsmc->request_memory, sizeof(hsmc->request_memory));
    put_head(&hsmc->request, operation, trace);
    return &hsmc->request;
}

/* Sends the request on the open connection, or on a fresh one; once more when the open one turns out to be dead. */
static enum hufu_err exchange(struct hsmc *hsmc, struct buf *reply)
{
    uint64_t deadline_us = clock_monotonic_us() + (uint64_t)hsmc->timeout_ms * 1000;
    look_home(hsmc);
    bool reused = hsmc->at->fd >= 0;
    enum hufu_err err =
        reused ? transfer(hsmc, buf_bytes(&hsmc->request), reply, deadline_us) : HUFU_ERR_AWAY;
    if (err == HUFU_ERR_AWAY && left_ms(deadline_us) > 0) {
        err = open_somewhere(hsmc, deadline_us);
        if (err)
            return err;
        err = transfer(hsmc, buf_bytes(&hsmc->request), reply, deadline_us);
    }
    if (err == HUFU_ERR_LIMIT)
        return give_up(hsmc, "a reply has a length that none has");
    if (err) {
        err = give_up(hsmc, left_ms(deadline_us) > 0 ? "it closed the connection" : "no reply in time");
        go_elsewhere(hsmc); /* with the next request */
    }
    return err;
}

enum hufu_err call_send(struct hsmc *hsmc, struct cursor **reply)
{
    struct buf received;
    buf_init(&received, hsmc->reply_memory, sizeof(hsmc->reply_memory));
    cursor_init(&hsmc->reply, bytes_of(NULL, 0));
    *reply = &hsmc->reply;
    enum hufu_err err = buf_finish(&hsmc->request);
    if (err)
        return err;
    err = exchange(hsmc, &received);
    if (err)
        return err;
    cursor_init(&hsmc->reply, buf_bytes(&received));
    err = take_head(hsmc, &hsmc->reply);
    if (hsmc->at->fd >= 0 && hsmc->at->away) {
        log_event(LOG_INFO, "hsm.back", "socket", hsmc->at->path, NULL);
        hsmc->at->away = false;
    }
    return err;
}

enum hufu_err call_end(struct hsmc *hsmc)
{
    if (cursor_finish(&hsmc->reply))
        return give_up(hsmc, "a reply is not of its form");
    return HUFU_OK;
}

void call_forget(struct hsmc *hsmc)
{
    secret_wipe(hsmc->reply_memory, hsmc->reply.len);
    cursor_init(&hsmc->reply, bytes_of(NULL, 0));
}
