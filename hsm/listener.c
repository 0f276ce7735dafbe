/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/listener.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/log.h"
#include "common/secret.h"
#include "hsm/request.h"

#define STACK_SIZE ((size_t)2 << 20)
#define ACCEPT_PAUSE_NS 50000000L /* when accept fails for want of something */

/* One connection at a time, with its thread and its buffers. */
struct slot {
    struct listener *listener;
    pthread_t thread;
    bool started;
    int fd; /* -1: free. Under the listener's mutex */
    pthread_cond_t given;
    uint8_t *message, *reply; /* CHANNEL_MESSAGE_MAX each */
};

struct listener {
    int fd;
    uid_t allowed;
    struct worker_pool *pool;
    pthread_mutex_t mutex;
    bool stopping;
    struct slot slots[LISTENER_CONNECTIONS_MAX];
};

/* One request and its reply; false when the connection is at its end. */
static bool serve_one(struct slot *slot, int fd)
{
    struct buf message, reply;
    buf_init(&message, slot->message, CHANNEL_MESSAGE_MAX);
    buf_init(&reply, slot->reply, CHANNEL_MESSAGE_MAX);
    bool well_formed = false;
    enum hufu_err err = channel_receive(fd, &message, -1, LISTENER_MESSAGE_MS);
    if (err == HUFU_ERR_LIMIT)
        request_refuse(&reply, HUFU_ERR_FORM);
    else if (err)
        return false;
    else
        well_formed = request_handle(slot->listener->pool, buf_bytes(&message), &reply);
    bool sent = !channel_send(fd, buf_bytes(&reply), LISTENER_MESSAGE_MS);
    secret_wipe(slot->reply, reply.len); /* one of them is a data key */
    return sent && well_formed;
}

static void *run_slot(void *argument)
{
    struct slot *slot = argument;
    struct listener *listener = slot->listener;
    (void)pthread_mutex_lock(&listener->mutex);
    for (;;) {
        while (slot->fd < 0 && !listener->stopping)
            (void)pthread_cond_wait(&slot->given, &listener->mutex);
        if (slot->fd < 0)
            break;
        int fd = slot->fd;
        (void)pthread_mutex_unlock(&listener->mutex);
        while (serve_one(slot, fd))
            ;
        (void)pthread_mutex_lock(&listener->mutex);
        (void)close(fd);
        slot->fd = -1;
    }
    (void)pthread_mutex_unlock(&listener->mutex);
    return NULL;
}

static enum hufu_err start_slot(struct listener *listener, struct slot *slot)
{
    pthread_attr_t attributes;
    slot->listener = listener;
    slot->fd = -1;
    (void)pthread_cond_init(&slot->given, NULL);
    /* Pages are taken when a connection first uses them. */
    slot->message = malloc(CHANNEL_MESSAGE_MAX);
    slot->reply = malloc(CHANNEL_MESSAGE_MAX);
    if (!slot->message || !slot->reply)
        return HUFU_ERR_INTERNAL;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
    slot->started = pthread_create(&slot->thread, &attributes, run_slot, slot) == 0;
    (void)pthread_attr_destroy(&attributes);
    return slot->started ? HUFU_OK : HUFU_ERR_INTERNAL;
}

enum hufu_err listener_new(struct listener **listener, int fd, uid_t allowed, struct worker_pool *pool)
{
    struct listener *made = calloc(1, sizeof(*made));
    *listener = NULL;
    if (!made) {
        (void)close(fd);
        return HUFU_ERR_INTERNAL;
    }
    made->fd = fd;
    made->allowed = allowed;
    made->pool = pool;
    (void)pthread_mutex_init(&made->mutex, NULL);
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; !err && i < LISTENER_CONNECTIONS_MAX; i++)
        err = start_slot(made, &made->slots[i]);
    if (err) {
        listener_free(made);
        return err;
    }
    *listener = made;
    return HUFU_OK;
}

static bool give_to_slot(struct listener *listener, int fd)
{
    bool given = false;
    (void)pthread_mutex_lock(&listener->mutex);
    for (size_t i = 0; !given && i < LISTENER_CONNECTIONS_MAX; i++) {
        struct slot *slot = &listener->slots[i];
        if (slot->fd >= 0)
            continue;
        slot->fd = fd;
        (void)pthread_cond_signal(&slot->given);
        given = true;
    }
    (void)pthread_mutex_unlock(&listener->mutex);
    return given;
}

static void refuse_busy(int fd)
{
    uint8_t memory[64];
    struct buf reply;
    buf_init(&reply, memory, sizeof(memory));
    request_refuse(&reply, HUFU_ERR_BUSY);
    log_event(LOG_ERROR, "connection.busy", NULL);
    (void)!channel_send(fd, buf_bytes(&reply), 0);
    (void)close(fd);
}

static void accept_one(struct listener *listener)
{
    uid_t peer = (uid_t)-1;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        const struct timespec pause = {.tv_nsec = ACCEPT_PAUSE_NS};
        (void)nanosleep(&pause, NULL);
        return;
    }
    if (channel_peer(&peer, fd) || peer != listener->allowed) {
        log_event(LOG_WARNING, "connection.stranger", NULL);
        (void)close(fd);
    } else if (!give_to_slot(listener, fd)) {
        refuse_busy(fd);
    }
}

void listener_run(struct listener *listener, int stop_fd)
{
    for (;;) {
        struct pollfd watched[] = {{.fd = listener->fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
        if (poll(watched, 2, -1) <= 0)
            continue;
        if (watched[1].revents)
            return;
        if (watched[0].revents)
            accept_one(listener);
    }
}

static void join_slot(struct slot *slot)
{
    if (slot->started)
        (void)pthread_join(slot->thread, NULL);
    if (slot->listener)
        (void)pthread_cond_destroy(&slot->given);
    free(slot->message);
    free(slot->reply);
}

void listener_free(struct listener *listener)
{
    if (!listener)
        return;
    (void)close(listener->fd);
    (void)pthread_mutex_lock(&listener->mutex);
    listener->stopping = true;
    for (size_t i = 0; i < LISTENER_CONNECTIONS_MAX; i++) {
        struct slot *slot = &listener->slots[i];
        /* Ends the wait for a next request; a reply still leaves. */
        if (slot->started && slot->fd >= 0)
            (void)shutdown(slot->fd, SHUT_RD);
        if (slot->started)
            (void)pthread_cond_signal(&slot->given);
    }
    (void)pthread_mutex_unlock(&listener->mutex);
    for (size_t i = 0; i < LISTENER_CONNECTIONS_MAX; i++)
        join_slot(&listener->slots[i]);
    (void)pthread_mutex_destroy(&listener->mutex);
    free(listener);
}
