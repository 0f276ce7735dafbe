/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(int family, const void *address, socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval timeout = {.tv_sec = 20};
    if (fd < 0)
        abort();
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    if (connect(fd, address, len) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

int http_client_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect_to(AF_INET, &address, sizeof(address));
}

int http_client_connect_path(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return connect_to(AF_UNIX, &address, sizeof(address));
}

bool http_client_send(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive_head(int fd, struct http_answer *answer)
{
    size_t len = 0;
    while (len < sizeof(answer->head) - 1) {
        if (recv(fd, answer->head + len, 1, 0) != 1)
            return false;
        answer->head[++len] = '\0';
        if (len >= 4 && strcmp(answer->head + len - 4, "\r\n\r\n") == 0)
            return true;
    }
    return false;
}

void http_client_receive(int fd, struct http_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    if (!receive_head(fd, answer))
        return;
    const char *length = strcasestr(answer->head, "\r\nContent-Length: ");
    size_t left = length ? strtoul(length + strlen("\r\nContent-Length: "), NULL, 10) : 0;
    size_t at = 0;
    while (left > 0 && at < sizeof(answer->body) - 1) {
        ssize_t got = recv(fd, answer->body + at, left < sizeof(answer->body) - 1 - at ? left : 1, 0);
        if (got <= 0)
            return;
        at += (size_t)got;
        left -= (size_t)got;
    }
    answer->status = (int)strtol(answer->head + strlen("HTTP/1.1 "), NULL, 10);
}

void http_client_ask(uint16_t port, const char *request, struct http_answer *answer)
{
    int fd = http_client_connect(port);
    memset(answer, 0, sizeof(*answer));
    if (fd < 0)
        return;
    if (http_client_send(fd, request, strlen(request)))
        http_client_receive(fd, answer);
    (void)close(fd);
}
