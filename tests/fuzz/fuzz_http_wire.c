/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_http_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 10000
#define PATIENCE_MS 250

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int connect_to(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close_fd(&fd);
    return -1;
}

struct pump {
    int fd;
    struct bytes request;
    size_t sent;
    bool ended; /* one's own direction */
    struct wire_reply *reply;
};

static void end_sending(struct pump *pump)
{
    (void)shutdown(pump->fd, SHUT_WR);
    pump->ended = true;
}

/* A peer that refuses to read more has an answer, or has closed: reading tells. */
static void send_some(struct pump *pump)
{
    ssize_t n = send(pump->fd, pump->request.data + pump->sent, pump->request.len - pump->sent,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0)
        pump->sent += (size_t)n;
    else if (errno != EAGAIN)
        pump->sent = pump->request.len;
}

/* False: nothing more will come. */
static bool receive_some(struct pump *pump)
{
    struct wire_reply *reply = pump->reply;
    ssize_t n = recv(pump->fd, reply->text + reply->len, WIRE_REPLY_MAX - reply->len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return true;
    if (n <= 0)
        return false;
    reply->len += (size_t)n;
    return reply->len < WIRE_REPLY_MAX;
}

/* Sends while reading, so that neither side waits for the other. */
static enum hufu_err pump_all(struct pump *pump)
{
    int64_t deadline = now_ms() + DEADLINE_MS;
    for (;;) {
        bool sending = pump->sent < pump->request.len;
        struct pollfd p = {.fd = pump->fd, .events = (short)(POLLIN | (sending ? POLLOUT : 0))};
        int ready = poll(&p, 1, PATIENCE_MS);
        if (now_ms() > deadline)
            return HUFU_ERR_BUSY;
        if (ready == 0 && !sending && !pump->ended)
            end_sending(pump);
        if (p.revents & POLLOUT)
            send_some(pump);
        if ((p.revents & (POLLIN | POLLERR | POLLHUP)) && !receive_some(pump))
            return HUFU_OK;
    }
}

static void copy_header(char *out, size_t size, const char *text, const char *name)
{
    const char *end = strstr(text, "\r\n\r\n"), *at = strcasestr(text, name);
    if (!at || !end || at > end)
        return;
    at += strlen(name);
    size_t len = strcspn(at, "\r\n");
    if (len >= size)
        len = size - 1;
    memcpy(out, at, len);
    out[len] = 0;
}

static void judge(struct wire_reply *reply)
{
    char type[64] = "";
    reply->text[reply->len] = 0;
    if (reply->len > 12 && strncmp(reply->text, "HTTP/1.", 7) == 0)
        reply->status = (int)strtol(reply->text + 9, NULL, 10);
    copy_header(reply->request_id, sizeof(reply->request_id), reply->text, "X-Request-Id: ");
    copy_header(type, sizeof(type), reply->text, "Content-Type: ");
    reply->problem = strncmp(type, "application/problem+json", 24) == 0;
}

enum hufu_err wire_exchange(uint16_t port, struct bytes request, struct wire_reply *reply)
{
    reply->status = 0;
    reply->request_id[0] = 0;
    reply->problem = false;
    reply->len = 0;
    __attribute__((cleanup(close_fd))) int fd = connect_to(port);
    if (fd < 0)
        return HUFU_ERR_AWAY;
    struct pump pump = {.fd = fd, .request = request, .reply = reply};
    enum hufu_err err = pump_all(&pump);
    judge(reply);
    return err;
}
