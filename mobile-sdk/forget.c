/* SPDX-License-Identifier: Apache-2.0 */
/* Removing the user from this device: nothing of the account stays here. */
#include "common/secret.h"
#include "mobile-sdk/account_request.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/kept_pin.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/rest.h"

/* Signs out, if the service can be asked: what is here goes in any case. */
static void end_session(struct hufu *hufu)
{
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "DELETE", .path = "/v1/sessions/current"};
    if (hufu->device.session_token[0] && rest_call(hufu, &request, &answer))
        return;
}

/* The PIN and the keys first and the record that names them last, so that a second call finds what a first one left. */
static enum hufu_result remove_all(const struct hufu *hufu)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    enum hufu_result result = kept_pin_forget(hufu);
    for (size_t i = 0; !result && i < hufu->device.key_count; i++)
        result = key_list_remove_values(hufu, &hufu->device.keys[i]);
    if (!result)
        result = remembered_remove(hufu);
    if (!result)
        result = account_request_remove(hufu);
    return result ? result : storage->remove(storage->context, DEVICE_RECORD_NAME);
}

enum hufu_result hufu_forget(struct hufu *hufu)
{
    report_begin(hufu);
    end_session(hufu);
    enum hufu_result result = remove_all(hufu);
    if (result)
        return report_end(hufu, result);
    authentication_forget(hufu);
    device_record_wipe(&hufu->device);
    secret_wipe(&hufu->statement, sizeof(hufu->statement));
    secret_wipe(&hufu->joining, sizeof(hufu->joining));
    hufu->report = (struct hufu_report){.pin_tries_left = -1, .pin_failures_before = -1};
    return report_end(hufu, HUFU_RESULT_OK);
}
