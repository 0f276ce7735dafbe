/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_firing.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LOOK_MS 500 /* between two looks for answers that do not come */

struct firing_client {
    struct crowd_client *client;
    struct wire *wire; /* NULL: it could not be opened again */
    struct shot *shot; /* the last one sent; NULL: none */
    bool waiting;      /* for its answer */
};

struct firing {
    const struct wire_service *service;
    struct firing_client *clients;
    struct epoll_event *events; /* one for each client */
    size_t count;
    int epoll;
    size_t waiting; /* clients */
    size_t ran_out; /* clients */
    uint64_t deadline_us;
    uint64_t look_us;
};

/* ---- Connections ---- */

static enum hufu_err connect_client(const struct firing *firing, struct firing_client *client)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    enum hufu_err err = wire_open(&client->wire, firing->service);
    if (!err && epoll_ctl(firing->epoll, EPOLL_CTL_ADD, wire_fd(client->wire), &event) != 0)
        err = HUFU_ERR_INTERNAL;
    return err;
}

/* A connection that broke is opened again: the request that it broke on has failed, the run goes on. */
static bool still_connected(const struct firing *firing, struct firing_client *client)
{
    if (!client->shot || (!client->shot->err && !wire_ended(client->wire)))
        return true;
    wire_close(client->wire);
    return connect_client(firing, client) == HUFU_OK;
}

/* Nobody reads there any more: what the server still says, or its end, would be told without end. */
static void disregard(const struct firing *firing, const struct firing_client *client)
{
    if (client->wire)
        (void)epoll_ctl(firing->epoll, EPOLL_CTL_DEL, wire_fd(client->wire), NULL);
}

static enum hufu_err connect_all(struct firing *firing, struct crowd *crowd)
{
    firing->service = crowd->service;
    firing->epoll = epoll_create1(EPOLL_CLOEXEC);
    firing->clients = calloc(crowd->count, sizeof(*firing->clients));
    firing->events = calloc(crowd->count, sizeof(*firing->events));
    if (firing->epoll < 0 || !firing->clients || !firing->events)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = HUFU_OK;
    firing->count = crowd->count;
    for (size_t i = 0; !err && i < firing->count; i++) {
        firing->clients[i].client = &crowd->clients[i];
        err = connect_client(firing, &firing->clients[i]);
    }
    return err;
}

enum hufu_err firing_open(struct firing **out, struct crowd *crowd)
{
    *out = NULL;
    struct firing *firing = calloc(1, sizeof(*firing));
    if (!firing)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = connect_all(firing, crowd);
    if (err) {
        firing_close(firing);
        return err;
    }
    *out = firing;
    return HUFU_OK;
}

void firing_close(struct firing *firing)
{
    if (!firing)
        return;
    for (size_t i = 0; i < firing->count; i++)
        wire_close(firing->clients[i].wire);
    if (firing->epoll >= 0)
        (void)close(firing->epoll);
    free(firing->events);
    free(firing->clients);
    free(firing);
}

/* ---- Shots ---- */

static bool may_send(struct firing *firing, const struct crowd_client *client)
{
    if (client->fired == client->count) {
        firing->ran_out++;
        return false;
    }
    return firing->ran_out == 0 && shot_monotonic_us() < firing->deadline_us;
}

/* The client's last shot has its outcome: sends its next one. One that cannot be sent has its outcome too. */
static void go_on(struct firing *firing, struct firing_client *client)
{
    bool sent = false;
    while (!sent && still_connected(firing, client) && may_send(firing, client->client)) {
        client->shot = &client->client->shots[client->client->fired++];
        sent = shot_send(client->shot, client->wire);
    }
    if (sent)
        return;
    client->waiting = false;
    firing->waiting--;
    disregard(firing, client);
}

static void start_all(struct firing *firing)
{
    firing->waiting = firing->count;
    for (size_t i = 0; i < firing->count; i++) {
        firing->clients[i].waiting = true;
        go_on(firing, &firing->clients[i]);
    }
}

static void take_answers(struct firing *firing, int ready)
{
    for (int i = 0; i < ready; i++) {
        struct firing_client *client = firing->events[i].data.ptr;
        if (shot_take(client->shot, client->wire))
            go_on(firing, client);
    }
}

static void give_up_overdue(struct firing *firing)
{
    const uint64_t now = shot_monotonic_us();
    if (now < firing->look_us)
        return;
    firing->look_us = now + LOOK_MS * UINT64_C(1000);
    for (size_t i = 0; i < firing->count; i++) {
        struct firing_client *client = &firing->clients[i];
        if (!client->waiting || now < client->shot->sent_us + WIRE_TIMEOUT_SECONDS * UINT64_C(1000000))
            continue;
        /* It may have come while another client's connection was waited for. */
        if (!shot_take(client->shot, client->wire))
            shot_give_up(client->shot);
        go_on(firing, client);
    }
}

size_t firing_run(struct firing *firing, uint64_t deadline_us)
{
    firing->deadline_us = deadline_us;
    start_all(firing);
    while (firing->waiting > 0) {
        take_answers(firing, epoll_wait(firing->epoll, firing->events, (int)firing->count, LOOK_MS));
        give_up_overdue(firing);
    }
    return firing->ran_out;
}
