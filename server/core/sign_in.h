/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in, after an authentication: a session of a device that is bound already, or of one that is bound by it. */
#ifndef HUFU_SERVER_CORE_SIGN_IN_H
#define HUFU_SERVER_CORE_SIGN_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/sign_in.h"
#include "server/core/act.h"
#include "server/core/activation.h"
#include "server/worker.h"

struct sign_in {
    const uint8_t *authentication; /* SIGN_IN_TOKEN_SIZE */
    const uint8_t *device_key;     /* FRAME_DEVICE_KEY_SIZE */
    const uint8_t *proof;          /* FRAME_SIGNATURE_SIZE, over sign_in_signed_message */
    uint64_t time_ms;              /* the device's clock */
    const char *application;       /* NULL: not told */
    /* The device is bound to the account first, unless it is already: purpose bind-device. */
    bool bind;
    const char *device_name, *device_model; /* of a device that is bound; NULL: not told */
};

/* Spends the authentication (purpose sign-in, or bind-device), and gives what an activation gives. Refusals: frame time (the device's clock is
 * off); device signature invalid; authentication needed (there is none, it is spent, too little was passed, or it is for another
 * device); account not active; not allowed (the device is not this account's); binding not active (it is frozen or removed). Of a
 * binding also conflict (the device key is another account's) and device limit. */
enum hufu_err sign_in_run(struct worker *worker, struct act *act, const struct sign_in *in,
                          struct activation_out *out) HUFU_MUST_CHECK;

#endif
