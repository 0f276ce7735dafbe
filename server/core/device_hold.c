/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/device_hold.h"

#include <string.h>

#include "server/core/authentication.h"

void device_set_act(struct act *act, const struct device *device)
{
    act_set_account(act, device->project_id, device->account_id);
    act_set_device(act, device->device_id);
}

/* Who has it, and how that device must stand: active, unless it says otherwise. */
static const struct {
    bool primary, other, itself; /* the primary with others, any other device, each with itself */
    bool waiting;                /* with itself, also one that waits */
    bool unlocked;               /* its own PIN must not be locked */
} device_rights[DEVICE_RIGHT_COUNT] = {
    [DEVICE_BY_PRIMARY] = {.primary = true},
    [DEVICE_BY_PRIMARY_OR_ITSELF] = {.primary = true, .itself = true, .waiting = true},
    [DEVICE_BY_ANOTHER] = {.primary = true, .other = true, .unlocked = true},
    [DEVICE_BY_ITSELF] = {.itself = true, .unlocked = true},
};

static enum hufu_err device_check_own(struct act *act, const struct device *own, bool may_wait, bool unlocked)
{
    if (own->state != DEVICE_ACTIVE && !(may_wait && own->state == DEVICE_WAITING))
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[own->state]);
    return own->locked && unlocked ? act_refuse(act, REFUSAL_PIN_LOCKED) : HUFU_OK;
}

enum hufu_err device_check_asking(struct worker *worker, struct act *act)
{
    struct device own;
    enum hufu_err err = device_read(worker->store, act->principal.device_id, &own);
    return err == HUFU_OK ? device_check_own(act, &own, false, true) : err;
}

static const char *device_right_reason(enum device_right right, bool is_own)
{
    if (is_own)
        return "a device does not do this with itself";
    return device_rights[right].primary ? "the account's primary device alone may do this"
                                        : "a device does this with itself alone";
}

/* Whether the device that asks has the right. Its account is locked. */
static enum hufu_err device_permit(struct worker *worker, struct act *act, const struct device *device,
                                   enum device_right right)
{
    struct device own;
    if (act->principal.kind == PRINCIPAL_OPERATOR)
        return HUFU_OK;
    if (memcmp(act->principal.account_id, device->account_id, UUID_SIZE) != 0)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    enum hufu_err err = device_read(worker->store, act->principal.device_id, &own);
    if (err != HUFU_OK)
        return err;
    bool is_own = memcmp(own.device_id, device->device_id, UUID_SIZE) == 0;
    err = device_check_own(act, &own, is_own && device_rights[right].waiting, device_rights[right].unlocked);
    if (err != HUFU_OK)
        return err;
    bool with_other =
        device_rights[right].other || (device_rights[right].primary && own.role == DEVICE_PRIMARY);
    if (is_own ? device_rights[right].itself : with_other)
        return HUFU_OK;
    return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, device_right_reason(right, is_own));
}

enum hufu_err device_hold(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                          enum device_right right, struct device *out)
{
    struct account account;
    enum hufu_err err = device_read(worker->store, device_id, out);
    if (err == HUFU_OK)
        err = account_lock(worker->store, out->account_id, &account);
    if (err == HUFU_OK)
        err = device_lock(worker->store, device_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    err = device_permit(worker, act, out, right);
    if (err == HUFU_OK && act->principal.kind != PRINCIPAL_OPERATOR && account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (err == HUFU_OK)
        device_set_act(act, out);
    return err;
}

enum hufu_err device_hold_all(struct worker *worker, const uint8_t device_id[UUID_SIZE])
{
    struct account account;
    struct device device;
    enum hufu_err err = device_read(worker->store, device_id, &device);
    if (err == HUFU_OK)
        err = account_lock(worker->store, device.account_id, &account);
    if (err == HUFU_OK)
        err = device_lock_all(worker->store, device.account_id);
    return err;
}

enum hufu_err device_confirm(struct worker *worker, struct act *act, const uint8_t *token, unsigned methods)
{
    struct authentication_grant grant;
    if (act->principal.kind == PRINCIPAL_OPERATOR)
        return HUFU_OK;
    if (token == NULL)
        return act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED);
    enum hufu_err err = authentication_spend(worker, act, token, AUTHENTICATION_CONFIRM, methods, &grant);
    bool own = err == HUFU_OK && memcmp(grant.account_id, act->principal.account_id, UUID_SIZE) == 0 &&
               grant.has_session && memcmp(grant.session_id, act->principal.session_id, UUID_SIZE) == 0;
    return err == HUFU_OK && !own ? act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED) : err;
}
