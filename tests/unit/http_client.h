/* SPDX-License-Identifier: Apache-2.0 */
/* The least HTTP client that can misbehave: raw bytes out, one answer in. */
#ifndef HUFU_TESTS_UNIT_HTTP_CLIENT_H
#define HUFU_TESTS_UNIT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_answer {
    int status; /* 0: the connection ended before a whole answer */
    char head[2048];
    char body[4096];
};

/* -1 when nobody listens. */
int http_client_connect(uint16_t port);
int http_client_connect_path(const char *path);
/* False when the other side has closed. */
bool http_client_send(int fd, const void *data, size_t len);
void http_client_receive(int fd, struct http_answer *answer);
/* One request on one connection; `request` is the whole of it. */
void http_client_ask(uint16_t port, const char *request, struct http_answer *answer);

#endif
