/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/sign_in.h"

#include <string.h>

#include "common/clock.h"
#include "common/secret.h"
#include "server/core/authentication.h"
#include "server/core/contact.h"
#include "server/core/device_key.h"
#include "server/core/session.h"

static bool sign_in_proof_holds(const struct sign_in *in)
{
    uint8_t memory[192];
    struct buf message;
    buf_init(&message, memory, sizeof memory);
    bool holds =
        sign_in_signed_message(&message, in->authentication, in->device_key, in->time_ms) == HUFU_OK &&
        device_key_verify_var(in->device_key, buf_bytes(&message), in->proof) == HUFU_OK;
    secret_wipe(memory, sizeof memory);
    return holds;
}

static enum hufu_err sign_in_check(struct act *act, const struct sign_in *in)
{
    uint64_t now = clock_wall_ms();
    if (in->time_ms > now + SESSION_PROOF_TIME_MAX_MS || in->time_ms + SESSION_PROOF_TIME_MAX_MS < now) {
        act->service_time_ms = now;
        return act_refuse(act, REFUSAL_FRAME_TIME);
    }
    return sign_in_proof_holds(in) ? HUFU_OK : act_refuse(act, REFUSAL_DEVICE_SIGNATURE_INVALID);
}

static enum hufu_err sign_in_spend(struct worker *worker, struct act *act, const struct sign_in *in,
                                   struct authentication_grant *grant)
{
    enum hufu_err err =
        authentication_spend(worker, act, in->authentication,
                             in->bind ? AUTHENTICATION_BIND_DEVICE : AUTHENTICATION_SIGN_IN, 0, grant);
    if (err != HUFU_OK)
        return err;
    act_set_account(act, grant->project_id, grant->account_id);
    bool others =
        grant->has_device_key && memcmp(grant->device_key, in->device_key, sizeof grant->device_key) != 0;
    return others ? act_refuse_reason(act, REFUSAL_AUTHENTICATION_NEEDED, "it is for another device")
                  : HUFU_OK;
}

/* With the account locked: the device by its rules (device.h), and its holder is told. */
static enum hufu_err sign_in_bind(struct worker *worker, struct act *act, const struct sign_in *in,
                                  struct activation_out *out)
{
    const struct device_in device = {
        .device_key = in->device_key, .name = in->device_name, .model = in->device_model};
    enum hufu_err err = device_enrol(worker, act, &out->account, &device, &out->device);
    if (err != HUFU_OK)
        return err;
    act_set_device(act, out->device.device_id);
    return contact_tell(worker, out->account.project_id, out->account.account_id, NOTICE_TEXT_DEVICE_BOUND);
}

/* With the account locked: its device. */
static enum hufu_err sign_in_find(struct worker *worker, struct act *act, const struct sign_in *in,
                                  struct activation_out *out)
{
    struct device *device = &out->device;
    if (out->account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[out->account.state]);
    if (in->bind)
        return sign_in_bind(worker, act, in, out);
    enum hufu_err err = device_read_keyed(worker->store, in->device_key, device);
    if (err == HUFU_ERR_NOT_FOUND ||
        (err == HUFU_OK && memcmp(device->account_id, out->account.account_id, UUID_SIZE) != 0))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the device is not bound to this account");
    if (err != HUFU_OK)
        return err;
    act_set_device(act, device->device_id);
    if (device->state != DEVICE_ACTIVE && device->state != DEVICE_WAITING)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[device->state]);
    return HUFU_OK;
}

static enum hufu_err sign_in_open(struct worker *worker, struct act *act, const struct sign_in *in,
                                  const struct authentication_grant *grant, struct activation_out *out)
{
    const char *application = in->application != NULL ? in->application : SESSION_APPLICATION_DEFAULT;
    enum hufu_err err = session_open(worker, act, &out->account, out->device.device_id, application,
                                     out->session_token, &out->session_expires_ms);
    if (err == HUFU_OK)
        err = authentication_attach(worker, grant, act->session_id);
    if (err == HUFU_OK)
        err = project_read(worker->store, grant->project_id, &out->project);
    return err == HUFU_OK ? act_record(worker, act, application) : err;
}

static enum hufu_err sign_in_decide(struct worker *worker, struct act *act, const struct sign_in *in,
                                    struct activation_out *out)
{
    struct authentication_grant grant;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = sign_in_spend(worker, act, in, &grant);
    if (err == HUFU_OK)
        err = account_lock(worker->store, grant.account_id, &out->account);
    if (err == HUFU_OK)
        err = sign_in_find(worker, act, in, out);
    if (err == HUFU_OK)
        err = sign_in_open(worker, act, in, &grant, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err sign_in_run(struct worker *worker, struct act *act, const struct sign_in *in,
                          struct activation_out *out)
{
    *out = (struct activation_out){0};
    enum hufu_err err = sign_in_check(act, in);
    if (err == HUFU_OK)
        err = sign_in_decide(worker, act, in, out);
    if (err != HUFU_OK)
        activation_out_wipe(out);
    return err;
}
