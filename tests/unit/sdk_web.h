/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP(S) server in a process of its own, for the tests of what asks one: the phone's transport, the server's
 * adapters. It answers one connection after the other. */
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
 * "/slow" nothing for ten seconds, "/say/STATUS/BODY" just that,
 * "/refuse" a problem with status 403. */
struct sdk_web sdk_web_start(bool tls);
/* With TLS, for 127.0.0.1; the certificate, which signs itself, is written to that file. */
struct sdk_web sdk_web_start_named(const char *certificate_file);
void sdk_web_stop(struct sdk_web *web);

#endif
