/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication that this handle has on its way. */
#ifndef HUFU_SDK_AUTHENTICATION_H
#define HUFU_SDK_AUTHENTICATION_H

#include "common/buf.h"
#include "mobile-sdk/hufu.h"

#define AUTHENTICATION_TOKEN_TEXT_MAX 64

struct hufu;

/* The body of a request with an authentication's token, a password, or a code. Secret; declare it with
 * AUTHENTICATION_BODY_WIPED. */
struct authentication_body {
    struct buf json;
    uint8_t memory[4096];
};
void authentication_body_wipe(struct authentication_body *body);
#define AUTHENTICATION_BODY_WIPED __attribute__((cleanup(authentication_body_wipe)))

/* As the service names it; NULL: none of those in hufu.h. */
const char *authentication_purpose_name(enum hufu_authentication_purpose purpose);

/* Begins a body, with "authentication": the token, in it; HUFU_RESULT_AUTHENTICATION when there is none. */
enum hufu_result authentication_body_begin(struct hufu *hufu, struct authentication_body *body) HUFU_CHECKED;
/* Adds "authentication": its token, to a body; HUFU_RESULT_AUTHENTICATION when there is none. */
enum hufu_result authentication_put(struct hufu *hufu, struct buf *body) HUFU_CHECKED;
/* Closes the body, sends it, and reads how far the authentication has come (state may be NULL). [network] */
enum hufu_result authentication_send(struct hufu *hufu, const char *path, struct buf *body,
                                     struct hufu_authentication *state) HUFU_CHECKED;
/* A remembered password, out of storage; one that is not there is no error. */
enum hufu_result remembered_remove(const struct hufu *hufu) HUFU_CHECKED;
/* It was spent, or is of no more use. */
void authentication_forget(struct hufu *hufu);

#endif
