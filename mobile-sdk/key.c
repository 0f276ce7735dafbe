/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of account and keys: here, and at the service. */
#include <string.h>

#include "mobile-sdk/key_record.h"
#include "mobile-sdk/rest.h"

enum hufu_result hufu_account(struct hufu *hufu, struct hufu_account *account)
{
    *account = (struct hufu_account){.session_expires_ms = 0};
    report_begin(hufu);
    const struct device_record *device = &hufu->device;
    if (!device->session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    memcpy(account->service_url, device->url, sizeof(account->service_url));
    memcpy(account->project_name, device->project_name, sizeof(account->project_name));
    memcpy(account->name, device->account_name, sizeof(account->name));
    memcpy(account->work_number, device->work_number, sizeof(account->work_number));
    account->account = device->account;
    account->device = device->device;
    account->session_expires_ms = device->session_expires_ms;
    return report_end(hufu, HUFU_RESULT_OK);
}

size_t hufu_key_count(const struct hufu *hufu)
{
    return hufu->device.key_count;
}

static enum hufu_stage public_stage(enum key_stage stage)
{
    switch (stage) {
    case KEY_GENERATED:
        return HUFU_STAGE_GENERATED;
    case KEY_CERTIFIED:
        return HUFU_STAGE_CERTIFIED;
    case KEY_NEW:
    case KEY_FINISHING:
    case KEY_JOINING:
        break;
    }
    return HUFU_STAGE_NEW;
}

enum hufu_result hufu_key_info(struct hufu *hufu, size_t index, struct hufu_key_info *info)
{
    *info = (struct hufu_key_info){.generation = 0};
    report_begin(hufu);
    if (index >= hufu->device.key_count)
        return report_end(hufu, HUFU_RESULT_NOT_FOUND);
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[index]);
    if (result)
        return report_end(hufu, result);
    info->id = key.id;
    info->usage = key.usage;
    info->stage = public_stage(key.stage);
    info->half_stored = key.stage != KEY_NEW;
    if (key_has_half(&key))
        memcpy(info->public_key, key.P, sizeof(info->public_key));
    info->generation = key.half.generation;
    info->pin_changes = key.half.pin_epoch;
    info->refresh_unfinished = key.has_next;
    info->pin_unfinished = key.has_next && !key.next_doubted && key.next.pin_epoch != key.half.pin_epoch;
    info->is_authorized = key.authorized;
    info->authorization = key.lender.authorization;
    memcpy(info->holder, key.lender.name, sizeof(info->holder));
    memcpy(info->holder_work_number, key.lender.work_number, sizeof(info->holder_work_number));
    return report_end(hufu, HUFU_RESULT_OK);
}

static void read_certificate(struct json_reader *reader, struct hufu_key_status *status)
{
    status->has_certificate = json_has(reader, "certificate");
    if (!status->has_certificate)
        return;
    json_read_text(reader, "certificate.serial", status->certificate_serial,
                   sizeof(status->certificate_serial));
    json_read_time(reader, "certificate.not_before", &status->certificate_from_ms);
    json_read_time(reader, "certificate.not_after", &status->certificate_until_ms);
}

static enum hufu_result read_status(struct hufu_key_status *status, const struct json_t *json)
{
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "state", status->key_state, sizeof(status->key_state));
    json_read_text(&reader, "binding_state", status->binding_state, sizeof(status->binding_state));
    json_read_text(&reader, "role", status->role, sizeof(status->role));
    json_read_text(&reader, "subject", status->subject, sizeof(status->subject));
    json_read_u32(&reader, "generation", &status->generation);
    json_read_u32(&reader, "pin.failures", &status->pin_failures);
    json_read_u32(&reader, "pin.limit", &status->pin_limit);
    json_read_bool(&reader, "pin.locked", &status->pin_locked);
    status->has_uses_left = json_has(&reader, "uses_left");
    if (status->has_uses_left)
        json_read_u64(&reader, "uses_left", &status->uses_left, INT64_MAX);
    if (json_has(&reader, "valid_from"))
        json_read_time(&reader, "valid_from", &status->valid_from_ms);
    if (json_has(&reader, "valid_until"))
        json_read_time(&reader, "valid_until", &status->valid_until_ms);
    read_certificate(&reader, status);
    json_read_time(&reader, "refresh.refreshed_at", &status->refreshed_ms);
    json_read_bool(&reader, "refresh.due", &status->refresh_due);
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

enum hufu_result hufu_key_status(struct hufu *hufu, const struct hufu_id *key, struct hufu_key_status *status)
{
    *status = (struct hufu_key_status){.generation = 0};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    char path[REST_PATH_MAX];
    rest_key_path(path, key, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_status(status, answer.json);
    if (result)
        *status = (struct hufu_key_status){.generation = 0};
    return report_end(hufu, result);
}
