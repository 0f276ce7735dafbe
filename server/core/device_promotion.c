/* SPDX-License-Identifier: Apache-2.0 */
/* Another device takes the place of a primary that was lost (device.h). */
#include <string.h>

#include "server/core/contact.h"
#include "server/core/device.h"
#include "server/core/device_hold.h"
#include "server/core/device_removal.h"
#include "server/core/methods.h"
#include "server/store/project_store.h"

static const char another_primary[] =
    "another device than the one named as lost is the account's primary, or none is";

/* Whether the account's devices and its project let the device, which is locked, become the primary. */
static enum hufu_err device_check_promotion(struct worker *worker, struct act *act,
                                            const struct device *device)
{
    struct project project;
    bool has_half = false;
    enum hufu_err err = project_read(worker->store, device->project_id, &project);
    if (err == HUFU_OK)
        err = binding_has_role(worker->store, device->device_id, BINDING_SECONDARY, &has_half);
    if (err != HUFU_OK)
        return err;
    if (device->role == DEVICE_PRIMARY)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device is the account's primary");
    if (project.rules.device_mode == PROJECT_DEVICES_SINGLE)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project has no secondary devices");
    if (!has_half)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the device has no half of a key of its holder's");
    return HUFU_OK;
}

/* The primary that was named as lost ends as by its removal. Of two devices that take the place of one, the second finds
 * another there. */
static enum hufu_err device_end_primary(struct worker *worker, struct act *act, const uint8_t *lost_id,
                                        struct device_promotion *out)
{
    struct device_removal removal = {0};
    enum hufu_err err = device_read_primary(worker->store, out->device.account_id, &removal.device);
    out->has_lost = err == HUFU_OK;
    if (err != HUFU_OK && err != HUFU_ERR_NOT_FOUND)
        return err;
    bool as_named = out->has_lost
                        ? lost_id != NULL && memcmp(lost_id, removal.device.device_id, UUID_SIZE) == 0
                        : lost_id == NULL;
    if (!as_named)
        return act_refuse_reason(act, REFUSAL_CONFLICT, another_primary);
    if (!out->has_lost)
        return HUFU_OK;
    struct act event = *act;
    event.action = "device.remove";
    err = device_end(worker, &event, &removal);
    out->lost = removal;
    return err;
}

static enum hufu_err device_take_place(struct worker *worker, const struct act *act,
                                       struct device_promotion *out)
{
    struct device *device = &out->device;
    enum hufu_err err = device_set_primary(worker->store, device);
    device->role = DEVICE_PRIMARY;
    if (err == HUFU_OK)
        err = act_record(worker, act, device_role_names[DEVICE_PRIMARY]);
    if (err == HUFU_OK)
        err = contact_tell(worker, device->project_id, device->account_id, NOTICE_TEXT_DEVICE_PROMOTED);
    return err;
}

enum hufu_err device_promote(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                             const uint8_t *lost_id, const uint8_t *token, struct device_promotion *out)
{
    *out = (struct device_promotion){0};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = device_confirm(worker, act, token,
                             METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS));
    if (err == HUFU_OK)
        err = device_hold_all(worker, device_id);
    if (err == HUFU_OK || err == HUFU_ERR_NOT_FOUND)
        err = device_hold(worker, act, device_id, DEVICE_BY_ITSELF, &out->device);
    if (err == HUFU_OK)
        err = device_check_promotion(worker, act, &out->device);
    if (err == HUFU_OK)
        err = device_end_primary(worker, act, lost_id, out);
    if (err == HUFU_OK)
        err = device_take_place(worker, act, out);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err == HUFU_OK && out->has_lost)
        device_carry_out(worker, &out->lost.device);
    return err;
}
