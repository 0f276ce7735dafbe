/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/hsm_peer.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/channel.h"

#define REQUESTS_MAX 16
#define STOP_TIMEOUT_MS 20000

struct hsm_peer {
    const struct peer_step *steps;
    size_t step_count;
    char folder[32], path[64];
    int listener, stop[2];
    pthread_t thread;
    size_t request_count;
    struct bytes requests[REQUESTS_MAX];
    char operations[REQUESTS_MAX][32];
    uint8_t memory[CHANNEL_MESSAGE_MAX];
};

/* False: asked to stop. */
static bool wait_readable(const struct hsm_peer *peer, int fd)
{
    struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = peer->stop[0], .events = POLLIN}};
    return poll(p, 2, -1) > 0 && p[1].revents == 0;
}

static void remember(struct hsm_peer *peer, struct bytes request)
{
    size_t index = peer->request_count++;
    uint8_t *copy = malloc(request.len);
    struct cursor c;
    if (!copy || index >= REQUESTS_MAX)
        abort();
    memcpy(copy, request.data, request.len);
    peer->requests[index] = bytes_of(copy, request.len);
    cursor_init(&c, request);
    cursor_field_text(&c, "hufu-hsm/1");
    struct bytes operation = cursor_field(&c, sizeof(peer->operations[0]) - 1);
    memcpy(peer->operations[index], operation.data, operation.len);
}

/* False: the connection is done with. */
static bool act(int fd, const struct peer_step *step)
{
    switch (step->act) {
    case PEER_REPLY:
        return channel_send(fd, step->reply, STOP_TIMEOUT_MS) == HUFU_OK;
    case PEER_RAW:
        return send(fd, step->reply.data, step->reply.len, MSG_NOSIGNAL) > 0;
    case PEER_REPLY_CLOSE:
        return channel_send(fd, step->reply, STOP_TIMEOUT_MS) != HUFU_OK;
    case PEER_SILENT:
        return true;
    case PEER_CLOSE:
        return false;
    }
    return false;
}

static void serve_connection(struct hsm_peer *peer, int fd)
{
    while (wait_readable(peer, fd)) {
        struct buf request;
        buf_init(&request, peer->memory, sizeof(peer->memory));
        if (channel_receive(fd, &request, STOP_TIMEOUT_MS, STOP_TIMEOUT_MS) != HUFU_OK)
            return;
        size_t index = peer->request_count;
        remember(peer, buf_bytes(&request));
        if (index >= peer->step_count || !act(fd, &peer->steps[index]))
            return;
    }
}

static void *serve(void *argument)
{
    struct hsm_peer *peer = argument;
    while (wait_readable(peer, peer->listener)) {
        int fd = accept(peer->listener, NULL, NULL);
        if (fd < 0)
            break;
        serve_connection(peer, fd);
        (void)close(fd);
    }
    return NULL;
}

struct hsm_peer *hsm_peer_start(const struct peer_step *steps, size_t count)
{
    struct hsm_peer *peer = calloc(1, sizeof(*peer));
    if (!peer)
        abort();
    peer->steps = steps;
    peer->step_count = count;
    (void)snprintf(peer->folder, sizeof(peer->folder), "/tmp/hufu-peer.XXXXXX");
    if (!mkdtemp(peer->folder) || pipe(peer->stop) != 0)
        abort();
    (void)snprintf(peer->path, sizeof(peer->path), "%s/hsm.sock", peer->folder);
    if (channel_listen(&peer->listener, peer->path, (gid_t)-1) != HUFU_OK ||
        pthread_create(&peer->thread, NULL, serve, peer) != 0)
        abort();
    return peer;
}

const char *hsm_peer_path(const struct hsm_peer *peer)
{
    return peer->path;
}

const char *hsm_peer_operation(struct hsm_peer *peer, size_t index)
{
    return peer->operations[index];
}

struct bytes hsm_peer_request(struct hsm_peer *peer, size_t index)
{
    return peer->requests[index];
}

size_t hsm_peer_stop(struct hsm_peer *peer)
{
    size_t count;
    if (write(peer->stop[1], "x", 1) != 1 || pthread_join(peer->thread, NULL) != 0)
        abort();
    (void)unlink(peer->path);
    (void)rmdir(peer->folder);
    (void)close(peer->listener);
    (void)close(peer->stop[0]);
    (void)close(peer->stop[1]);
    count = peer->request_count;
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)peer->requests[i].data);
    free(peer);
    return count;
}
