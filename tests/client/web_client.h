/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as a phone, an operator or an attacker speaks it: libcurl and jansson over TCP, TLS or a Unix socket. */
#ifndef HUFU_TESTS_WEB_CLIENT_H
#define HUFU_TESTS_WEB_CLIENT_H

#include <jansson.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "tests/client/device_key.h"

struct web_client;

/* One connection, kept alive, for one thread at a time. url: "https://127.0.0.1:8443"; certificate: a PEM file that
 * the server's must chain to, or NULL or "" where there is no TLS; unix_socket: its path, or NULL for TCP. NULL
 * without memory. */
struct web_client *web_client_new(const char *url, const char *certificate, const char *unix_socket);
void web_client_free(struct web_client *client);
/* The token of the later calls' Authorization header, copied; NULL for none. */
void web_client_authorize(struct web_client *client, const char *token);
/* The device key by which later calls prove that they may use it, borrowed; NULL: they do not (frames need no proof). */
void web_client_prove(struct web_client *client, const struct device_key *key);
const char *web_client_url(const struct web_client *client);
/* SHA-256 of the server's SubjectPublicKeyInfo that alone is accepted, besides the certificate. NULL: any. */
void web_client_pin(struct web_client *client, const uint8_t pin[32]);

/* An answer, caller-owned, released by web_answer_done; may be zero. A call releases the one given before. */
struct web_answer {
    long status;
    char content_type[96];
    char request_id[64];
    long retry_after; /* -1: the header is absent */
    char *body;       /* with a final NUL that is not counted */
    size_t len;
    json_t *json; /* of the body when it is JSON, else NULL */
};
void web_answer_done(struct web_answer *answer);
#define WEB_ANSWER_DONE __attribute__((cleanup(web_answer_done)))

/* body: a JSON object, whose reference is taken over, or NULL for none. HUFU_OK: there is an answer, whatever its
 * status. HUFU_ERR_AWAY: there is none. */
enum hufu_err web_call(struct web_client *client, struct web_answer *answer, const char *method,
                       const char *path, json_t *body) HUFU_MUST_CHECK;
/* Any bytes as the body, any content type (NULL: no such header). */
enum hufu_err web_call_raw(struct web_client *client, struct web_answer *answer, const char *method,
                           const char *path, const char *content_type, struct bytes body) HUFU_MUST_CHECK;

/* The slug of a problem document ("pin-wrong"), or "" when the answer is none. */
const char *web_answer_problem(const struct web_answer *answer);
/* A text member of the answer's object, or "". */
const char *web_answer_text(const struct web_answer *answer, const char *name);
/* An integer member of the answer's object, or -1. */
json_int_t web_answer_integer(const struct web_answer *answer, const char *name);
/* A base64url member of the answer's object, decoded and appended to out. HUFU_ERR_FORM. */
enum hufu_err web_answer_bytes(const struct web_answer *answer, const char *name,
                               struct buf *out) HUFU_MUST_CHECK;
/* A base64url text. */
json_t *web_json_bytes(struct bytes value);

#endif
