/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire_service {
    char host[INET_ADDRSTRLEN];
    struct sockaddr_in address;
    SSL_CTX *tls; /* NULL: plain */
};

struct wire {
    int fd;
    SSL *tls;
    bool ended;
    char transport[64];
    size_t have;
    char memory[WIRE_ANSWER_MAX + 1];
};

/* ---- The service ---- */

static bool address_parse(struct wire_service *service, const char *at)
{
    const char *colon = strrchr(at, ':');
    char *rest = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &rest, 10) : 0;
    size_t len = colon ? (size_t)(colon - at) : 0;
    if (port == 0 || port > UINT16_MAX || *rest != '\0' || len == 0 || len >= sizeof(service->host))
        return false;
    memcpy(service->host, at, len);
    service->address.sin_family = AF_INET;
    service->address.sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, service->host, &service->address.sin_addr) == 1;
}

static SSL_CTX *tls_new(const char *certificate)
{
    SSL_CTX *tls = certificate ? SSL_CTX_new(TLS_client_method()) : NULL;
    if (tls && SSL_CTX_load_verify_file(tls, certificate) == 1 &&
        SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1) {
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_read_ahead(tls, 1); /* one read for all records that are there */
        return tls;
    }
    SSL_CTX_free(tls);
    return NULL;
}

struct wire_service *wire_service_new(const char *url, const char *certificate)
{
    struct wire_service *service = calloc(1, sizeof(*service));
    const bool https = strncmp(url, "https://", 8) == 0;
    if (!service || (!https && strncmp(url, "http://", 7) != 0) ||
        !address_parse(service, url + (https ? 8 : 7)) || (https && !(service->tls = tls_new(certificate)))) {
        free(service);
        return NULL;
    }
    return service;
}

void wire_service_free(struct wire_service *service)
{
    if (!service)
        return;
    SSL_CTX_free(service->tls);
    free(service);
}

/* ---- A connection ---- */

static int tcp_open(const struct wire_service *service)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = WIRE_TIMEOUT_SECONDS};
    const int yes = 1;
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0 &&
        connect(fd, (const struct sockaddr *)&service->address, sizeof(service->address)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static bool tls_open(struct wire *wire, const struct wire_service *service)
{
    wire->tls = SSL_new(service->tls);
    return wire->tls && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(wire->tls), service->host) == 1 &&
           SSL_set_fd(wire->tls, wire->fd) == 1 && SSL_connect(wire->tls) == 1;
}

enum hufu_err wire_open(struct wire **out, const struct wire_service *service)
{
    *out = NULL;
    struct wire *wire = calloc(1, sizeof(*wire));
    if (!wire)
        return HUFU_ERR_INTERNAL;
    wire->fd = tcp_open(service);
    if (wire->fd < 0 || (service->tls && !tls_open(wire, service)) ||
        fcntl(wire->fd, F_SETFL, O_NONBLOCK) != 0) {
        wire_close(wire);
        return HUFU_ERR_AWAY;
    }
    (void)snprintf(wire->transport, sizeof(wire->transport), "%s%s%s%s", wire->tls ? "https " : "http",
                   wire->tls ? SSL_get_version(wire->tls) : "", wire->tls ? " " : "",
                   wire->tls ? SSL_get_cipher_name(wire->tls) : "");
    *out = wire;
    return HUFU_OK;
}

void wire_close(struct wire *wire)
{
    if (!wire)
        return;
    SSL_free(wire->tls);
    if (wire->fd >= 0)
        (void)close(wire->fd);
    free(wire);
}

const char *wire_transport(const struct wire *wire)
{
    return wire->transport;
}

int wire_fd(const struct wire *wire)
{
    return wire->fd;
}

bool wire_ended(const struct wire *wire)
{
    return wire->ended;
}

/* ---- Bytes ---- */

static enum hufu_err wait_for(const struct wire *wire, short event)
{
    struct pollfd waiting = {.fd = wire->fd, .events = event};
    int ready = 0;
    do {
        ready = poll(&waiting, 1, WIRE_TIMEOUT_SECONDS * 1000);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 ? HUFU_OK : HUFU_ERR_AWAY;
}

/* HUFU_OK and nothing put: the socket is full. */
static enum hufu_err write_some(struct wire *wire, struct bytes data, size_t *put)
{
    *put = 0;
    if (!wire->tls) {
        const ssize_t sent = send(wire->fd, data.data, data.len, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN ? HUFU_OK : HUFU_ERR_AWAY;
        *put = (size_t)sent;
        return HUFU_OK;
    }
    ERR_clear_error(); /* SSL_get_error takes what another connection left there for this one's */
    const int done = SSL_write_ex(wire->tls, data.data, data.len, put);
    return done == 1 || SSL_get_error(wire->tls, done) == SSL_ERROR_WANT_WRITE ? HUFU_OK : HUFU_ERR_AWAY;
}

static enum hufu_err receive_some(struct wire *wire, size_t room, size_t *got)
{
    char *to = wire->memory + wire->have;
    if (!wire->tls) {
        const ssize_t received = recv(wire->fd, to, room, 0);
        if (received <= 0)
            return received < 0 && errno == EAGAIN ? HUFU_OK : HUFU_ERR_AWAY;
        *got = (size_t)received;
        return HUFU_OK;
    }
    ERR_clear_error();
    const int done = SSL_read_ex(wire->tls, to, room, got);
    return done == 1 || SSL_get_error(wire->tls, done) == SSL_ERROR_WANT_READ ? HUFU_OK : HUFU_ERR_AWAY;
}

/* HUFU_OK and nothing got: there is nothing yet. */
static enum hufu_err read_some(struct wire *wire, size_t *got)
{
    const size_t room = WIRE_ANSWER_MAX - wire->have;
    *got = 0;
    enum hufu_err err = room > 0 ? receive_some(wire, room, got) : HUFU_ERR_AWAY;
    wire->have += *got;
    wire->memory[wire->have] = '\0';
    return err;
}

/* ---- HTTP ---- */

/* The value of a header in the head, which ends with an empty line; NULL when it is not there. */
static const char *header_find(const char *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line && strncmp(line, "\r\n\r\n", 4) != 0;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
            return line + 2 + len + 1 + strspn(line + 2 + len + 1, " ");
    }
    return NULL;
}

static enum hufu_err head_parse(struct wire *wire, unsigned *status, size_t *body_len)
{
    if (strncmp(wire->memory, "HTTP/1.1 ", 9) != 0)
        return HUFU_ERR_FORM;
    char *end = NULL;
    *status = (unsigned)strtoul(wire->memory + 9, &end, 10);
    const char *length = header_find(wire->memory, "Content-Length");
    const char *connection = header_find(wire->memory, "Connection");
    if (*end != ' ' || !length)
        return HUFU_ERR_FORM;
    *body_len = strtoul(length, &end, 10);
    wire->ended = connection && strncasecmp(connection, "close", 5) == 0;
    return *end == '\r' && *body_len < WIRE_ANSWER_MAX ? HUFU_OK : HUFU_ERR_FORM;
}

/* Whole or not, or never of the form. */
static enum hufu_err answer_parse(struct wire *wire, struct wire_answer *answer, bool *whole)
{
    const char *head_end = strstr(wire->memory, "\r\n\r\n");
    if (!head_end)
        return HUFU_OK;
    const size_t head_len = (size_t)(head_end - wire->memory) + 4;
    size_t body_len = 0;
    unsigned status = 0;
    if (head_parse(wire, &status, &body_len) || head_len + body_len > WIRE_ANSWER_MAX ||
        wire->have > head_len + body_len)
        return HUFU_ERR_FORM;
    *whole = wire->have == head_len + body_len;
    if (*whole)
        *answer = (struct wire_answer){.status = status, .body = bytes_of(wire->memory + head_len, body_len)};
    return HUFU_OK;
}

enum hufu_err wire_send(struct wire *wire, struct bytes request)
{
    enum hufu_err err = HUFU_OK;
    wire->have = 0;
    wire->memory[0] = '\0';
    while (!err && request.len > 0) {
        size_t put = 0;
        err = write_some(wire, request, &put);
        if (!err && put == 0)
            err = wait_for(wire, POLLOUT);
        request.data += put;
        request.len -= put;
    }
    return err;
}

/* What the socket still holds is told by poll and epoll; what TLS has taken out of it is not. */
enum hufu_err wire_receive(struct wire *wire, struct wire_answer *answer, bool *whole)
{
    enum hufu_err err = HUFU_OK;
    size_t got = 0;
    *answer = (struct wire_answer){0};
    *whole = false;
    do {
        err = read_some(wire, &got);
        if (!err && got > 0)
            err = answer_parse(wire, answer, whole);
    } while (!err && got > 0 && !*whole && wire->tls && SSL_has_pending(wire->tls));
    return err;
}

enum hufu_err wire_exchange(struct wire *wire, struct bytes request, struct wire_answer *answer)
{
    bool whole = false;
    *answer = (struct wire_answer){0};
    enum hufu_err err = wire_send(wire, request);
    while (!err && !whole) {
        err = wait_for(wire, POLLIN);
        if (!err)
            err = wire_receive(wire, answer, &whole);
    }
    return err;
}

enum hufu_err wire_post(struct buf *out, const char *path, const char *token, struct bytes json)
{
    char head[512];
    int len = snprintf(head, sizeof(head),
                       "POST %s HTTP/1.1\r\nHost: hufu\r\n%s%s%sContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       path, token ? "Authorization: DPoP " : "", token ? token : "", token ? "\r\n" : "",
                       json.len);
    if (len < 0 || (size_t)len >= sizeof(head))
        return HUFU_ERR_LIMIT;
    buf_put(out, head, (size_t)len);
    buf_put(out, json.data, json.len);
    return buf_finish(out);
}
