/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP(S) server in a process of its own, for the transport's tests. */
#ifndef HUFU_TESTS_SDK_WEB_H
#define HUFU_TESTS_SDK_WEB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct sdk_web {
    pid_t pid;
    int port;
    uint8_t key_hash[32]; /* SHA-256 of its SubjectPublicKeyInfo */
};

/* By path: "/echo" gives the request back, "/redirect" a redirect to "/echo", "/large" 10000 bytes, "/cut" half of what it
 * announces, "/busy" 503 with Retry-After 7,
 * "/refuse" a problem with status 403. */
struct sdk_web sdk_web_start(bool tls);
void sdk_web_stop(struct sdk_web *web);

#endif
