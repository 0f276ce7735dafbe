/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/device_session.h"

#include <string.h>

#include "common/hash.h"
#include "common/secret.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/kept_pin.h"

#define DEVICE_TEXT_MAX 100

void enrolment_tell(const struct hufu_enrolment *enrolment, enum hufu_step step)
{
    if (enrolment->progress)
        enrolment->progress(enrolment->progress_context, step);
}

/* A PIN that is kept was one of the device that this was before: a key chain outlives the app's storage. */
static enum hufu_result create_key(struct hufu *hufu)
{
    struct device_record *device = &hufu->device;
    const struct hufu_device_key *key = &hufu->platform.device_key;
    size_t len = 0;
    enum hufu_result result = kept_pin_forget(hufu);
    if (!result)
        result = key->create(key->context, device->device_handle, sizeof(device->device_handle), &len,
                             device->device_key);
    if (!result && (len == 0 || len > sizeof(device->device_handle)))
        result = HUFU_RESULT_PLATFORM;
    if (!result)
        device->device_handle_len = len;
    return result;
}

enum hufu_result device_session_make_key(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    struct device_record *device = &hufu->device;
    enum hufu_result result = HUFU_RESULT_OK;
    if (!device->device_handle_len) {
        enrolment_tell(enrolment, HUFU_STEP_DEVICE_KEY);
        result = create_key(hufu);
    }
    return result ? result : device_record_store(device, &hufu->platform.storage);
}

static bool is_device_text(const char *text)
{
    return !text || strlen(text) <= DEVICE_TEXT_MAX;
}

enum hufu_result device_session_check(const struct hufu_enrolment *enrolment)
{
    bool fits = is_device_text(enrolment->device_name) && is_device_text(enrolment->device_model);
    return fits ? HUFU_RESULT_OK : HUFU_RESULT_ARGUMENT;
}

void device_session_put(struct buf *body, const struct hufu_enrolment *enrolment)
{
    if (enrolment->device_name)
        json_put_text(body, "device_name", enrolment->device_name);
    if (enrolment->device_model)
        json_put_text(body, "device_model", enrolment->device_model);
    if (enrolment->application)
        json_put_text(body, "application", enrolment->application);
}

static void end_code(struct device_record *device)
{
    if (!device->has_code)
        return;
    hash_sha256(device->redeemed, bytes_of(device->code, sizeof(device->code)));
    secret_wipe(device->code, sizeof(device->code));
    device->has_code = false;
}

enum hufu_result device_session_keep(struct hufu *hufu, const struct json_t *json)
{
    struct device_record next = hufu->device;
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "session_token", next.session_token, sizeof(next.session_token));
    json_read_time(&reader, "session_expires_at", &next.session_expires_ms);
    json_read_id(&reader, "project.id", &next.project);
    json_read_text(&reader, "project.name", next.project_name, sizeof(next.project_name));
    json_read_id(&reader, "account.id", &next.account);
    json_read_text(&reader, "account.name", next.account_name, sizeof(next.account_name));
    json_read_text(&reader, "account.work_number", next.work_number, sizeof(next.work_number));
    json_read_id(&reader, "device.id", &next.device);
    enum hufu_result result = HUFU_RESULT_FAULT;
    if (!json_finish(&reader) && next.session_token[0]) {
        end_code(&next);
        hufu->device = next;
        result = device_record_store(&hufu->device, &hufu->platform.storage);
    }
    device_record_wipe(&next);
    return result;
}
