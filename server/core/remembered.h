/* SPDX-License-Identifier: Apache-2.0 */
/* "Remember password": a token that stands for the password on one device, together with a signature by that device's key of
 * each use. The password itself is never kept. It ends with any change of the password, with the session's end, with the
 * device, and after the project's remember_days. */
#ifndef HUFU_SERVER_CORE_REMEMBERED_H
#define HUFU_SERVER_CORE_REMEMBERED_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/worker.h"

#define REMEMBERED_TOKEN_SIZE 32

/* The token is secret. */
struct remembered_out {
    uint8_t token[REMEMBERED_TOKEN_SIZE];
    uint64_t expires_ms;
};
void remembered_out_wipe(struct remembered_out *out);
#define REMEMBERED_OUT_WIPED __attribute__((cleanup(remembered_out_wipe)))

/* For this session's device, in place of one before. Refusals: account not active; not allowed (the project does not want it), authentication needed
 * (by password, given and not remembered, within the project's hold_seconds). */
enum hufu_err remembered_create(struct worker *worker, struct act *act,
                                struct remembered_out *out) HUFU_MUST_CHECK;
/* What this session's device has is revoked. */
enum hufu_err remembered_forget(struct worker *worker, struct act *act) HUFU_MUST_CHECK;

/* T("hufu/remembered-password", token of the authentication, remembered token): the first is the service's fresh challenge. */
enum hufu_err remembered_signed_message(struct buf *message, const uint8_t *authentication,
                                        const uint8_t *remembered) HUFU_MUST_CHECK;

#endif
