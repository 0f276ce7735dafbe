/* SPDX-License-Identifier: Apache-2.0 */
/* Activation: an operator hands out a one-time code; whoever shows it with proof that they hold a device key gets a session
 * for that device. */
#ifndef HUFU_SERVER_CORE_ACTIVATION_H
#define HUFU_SERVER_CORE_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/activation.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/core/device.h"
#include "server/core/session.h"
#include "server/store/account_store.h"
#include "server/store/activation_store.h"
#include "server/store/project_store.h"
#include "server/worker.h"

#define ACTIVATION_TIME_MAX_MS 120000 /* how far the device's clock may be off */

enum activation_event {
    ACTIVATION_REDEEM,  /* a right proof */
    ACTIVATION_REPEAT,  /* a right proof of the device that redeemed it: its answer was lost */
    ACTIVATION_FAIL,    /* a wrong proof, and tries are left after it */
    ACTIVATION_EXHAUST, /* a wrong proof, the last one */
    ACTIVATION_REPLACE, /* a newer code was made */
    ACTIVATION_EVENT_COUNT
};
bool activation_step(enum activation_state state, enum activation_event event, enum activation_state *next);

/* The code as it is handed out. Secret until redeemed. */
struct activation_code {
    char text[SERVICE_TEXT_MAX];
    uint64_t expires_ms;
};
void activation_code_wipe(struct activation_code *code);
#define ACTIVATION_CODE_WIPED __attribute__((cleanup(activation_code_wipe)))

/* A fresh code for a locked account, in the transaction in hand; codes that were not redeemed are replaced. */
enum hufu_err activation_issue(struct worker *worker, const struct account *account,
                               const struct service_address *service,
                               struct activation_code *out) HUFU_MUST_CHECK;
/* A new code for an account, with transaction and audit event. Refusals: not found, account not active. */
enum hufu_err activation_create(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                struct activation_code *out) HUFU_MUST_CHECK;

struct activation_in {
    const uint8_t *code;                    /* ACTIVATION_CODE_SIZE */
    const uint8_t *device_key;              /* FRAME_DEVICE_KEY_SIZE */
    const uint8_t *proof;                   /* FRAME_SIGNATURE_SIZE, over activation_signed_message */
    uint64_t time_ms;                       /* the device's clock */
    const char *device_name, *device_model; /* NULL: not told */
    const char *application;                /* that the session is for; NULL: not told */
};
struct activation_out {
    uint8_t session_token[SESSION_TOKEN_SIZE];
    uint64_t session_expires_ms;
    struct project project;
    struct account account;
    struct device device;
};
void activation_out_wipe(struct activation_out *out);
#define ACTIVATION_OUT_WIPED __attribute__((cleanup(activation_out_wipe)))

/* Refusals: activation invalid (unknown, used by another device, expired, replaced, out of tries, or a wrong proof: they are
 * not told apart; a wrong proof of a known code is a try); frame time (the device's clock is off; no try); account not
 * active; binding not active (the device is known and frozen); conflict (the device key belongs to another account); device
 * limit. */
enum hufu_err activation_redeem_code(struct worker *worker, struct act *act, const struct activation_in *in,
                                     struct activation_out *out) HUFU_MUST_CHECK;

#endif
