/* SPDX-License-Identifier: Apache-2.0 */
/* Raw messages to a real hufu-hsm (hsm/PROTOCOL.md), as a hufu-server that obeys an attacker could send them. */
#ifndef HUFU_TESTS_HSM_LINK_H
#define HUFU_TESTS_HSM_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"

#define HSM_REPLY_FIELDS_MAX 48 /* operate's, of 16 frames */
#define HSM_LINK_TIMEOUT_MS 20000

struct hsm_link {
    int fd;
    char trace[UUID_TEXT_SIZE];
};

/* Connects as the user uid (the one hufu-hsm allows): as root, the calling thread takes that user's uid and group for the
 * moment of the connect; otherwise uid must be one's own. HUFU_ERR_AWAY. */
enum hufu_err hsm_link_open(struct hsm_link *link, const char *path, uid_t uid) HUFU_MUST_CHECK;
void hsm_link_close(struct hsm_link *link);
#define HSM_LINK_CLOSED __attribute__((cleanup(hsm_link_close)))

/* A reply: error is what hufu-hsm says, fields point into memory. Caller-owned, released by hsm_reply_done; may be
 * zero. */
struct hsm_reply {
    enum hufu_err error;
    uint64_t now_ms;
    size_t count;
    struct bytes fields[HSM_REPLY_FIELDS_MAX];
    uint8_t *memory;
};
void hsm_reply_done(struct hsm_reply *reply);
#define HSM_REPLY_DONE __attribute__((cleanup(hsm_reply_done)))

/* Reads a reply's encoding; the fields point into message. HUFU_ERR_FORM. */
enum hufu_err hsm_reply_parse(struct hsm_reply *reply, struct bytes message) HUFU_MUST_CHECK;

/* Sends one request and reads its reply; a reply given before is released first. HUFU_OK: there is a reply (look at
 * reply->error). HUFU_ERR_AWAY: the connection was closed, or nothing came in HSM_LINK_TIMEOUT_MS. HUFU_ERR_FORM: the
 * reply is not of the protocol's form. */
enum hufu_err hsm_link_call(struct hsm_link *link, struct hsm_reply *reply, const char *operation,
                            const struct bytes *fields, size_t count) HUFU_MUST_CHECK;
/* The same for a message of the caller's own making. */
enum hufu_err hsm_link_exchange(struct hsm_link *link, struct hsm_reply *reply,
                                struct bytes message) HUFU_MUST_CHECK;
/* Appends the message of a request. */
enum hufu_err hsm_link_message(struct buf *out, const char *trace, const char *operation,
                               const struct bytes *fields, size_t count) HUFU_MUST_CHECK;

#endif
