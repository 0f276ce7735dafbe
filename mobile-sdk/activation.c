/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/activation.h"

#include <string.h>

#include "common/hash.h"
#include "common/secret.h"
#include "mobile-sdk/device_session.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/service.h"

#define REQUEST_MAX 2048

struct request_text {
    uint8_t bytes[REQUEST_MAX];
};

static void request_text_wipe(struct request_text *text)
{
    secret_wipe(text, sizeof(*text));
}

static void activation_wipe(struct activation *activation)
{
    secret_wipe(activation, sizeof(*activation));
}

enum hufu_result activation_take(struct hufu *hufu, const char *code)
{
    struct device_record *device = &hufu->device;
    __attribute__((cleanup(activation_wipe))) struct activation activation;
    if (activation_parse(&activation, code))
        return HUFU_RESULT_CODE_FORM;
    if (!hufu_address_allowed(activation.service.url))
        return HUFU_RESULT_ADDRESS;
    uint8_t hash[HUFU_HASH_SIZE];
    hash_sha256(hash, bytes_of(activation.code, sizeof(activation.code)));
    bool active = device->session_token[0];
    if (active && !service_is_same(device, &activation.service))
        return HUFU_RESULT_ALREADY;
    if (active && secret_equal(device->redeemed, hash, sizeof(hash)))
        return HUFU_RESULT_OK;
    if (device->has_code && secret_equal(device->code, activation.code, sizeof(device->code)))
        return HUFU_RESULT_OK;
    if (!active)
        device_record_wipe(
            device); /* a device key made for another code is not reused: the service may know it */
    service_take_address(hufu, &activation.service);
    memcpy(device->code, activation.code, sizeof(device->code));
    device->has_code = true;
    return HUFU_RESULT_OK;
}

static enum hufu_result make_proof(struct hufu *hufu, uint64_t time_ms, uint8_t proof[HUFU_SIGNATURE_SIZE])
{
    uint8_t memory[128];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    enum hufu_result result = HUFU_RESULT_INTERNAL;
    if (!activation_signed_message(&message, hufu->device.code, hufu->device.device_key, time_ms))
        result = device_sign(hufu, buf_bytes(&message), proof);
    secret_wipe(memory, sizeof(memory));
    return result;
}

static enum hufu_result make_request(struct hufu *hufu, const struct hufu_enrolment *enrolment,
                                     struct buf *body)
{
    const struct device_record *device = &hufu->device;
    uint64_t now = clock_now(hufu);
    uint8_t proof[HUFU_SIGNATURE_SIZE];
    enum hufu_result result = make_proof(hufu, now, proof);
    if (result)
        return result;
    json_begin(body);
    json_put_bytes(body, "code", bytes_of(device->code, sizeof(device->code)));
    json_put_bytes(body, "device_key", bytes_of(device->device_key, sizeof(device->device_key)));
    json_put_u64(body, "time", now);
    json_put_bytes(body, "proof", bytes_of(proof, sizeof(proof)));
    device_session_put(body, enrolment);
    json_end(body);
    return buf_finish(body) ? HUFU_RESULT_ARGUMENT : HUFU_RESULT_OK;
}

static enum hufu_result forget_code(struct hufu *hufu)
{
    struct device_record *device = &hufu->device;
    const struct hufu_storage *storage = &hufu->platform.storage;
    if (!device->session_token[0]) {
        device_record_wipe(device);
        return storage->remove(storage->context, DEVICE_RECORD_NAME);
    }
    secret_wipe(device->code, sizeof(device->code));
    device->has_code = false;
    return device_record_store(device, storage);
}

static enum hufu_result redeem(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    __attribute__((cleanup(request_text_wipe))) struct request_text text;
    struct buf body;
    buf_init(&body, text.bytes, sizeof(text.bytes));
    enum hufu_result result = make_request(hufu, enrolment, &body);
    if (result)
        return result;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = "/v1/activations", .body = buf_bytes(&body), .anonymous = true};
    result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        return device_session_keep(hufu, answer.json);
    enum hufu_result forgotten = result == HUFU_RESULT_ACTIVATION ? forget_code(hufu) : HUFU_RESULT_OK;
    return forgotten ? forgotten : result;
}

enum hufu_result activation_run(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    enum hufu_result result = device_session_check(enrolment);
    if (result)
        return result;
    if (!hufu->device.has_code)
        return hufu->device.session_token[0] ? HUFU_RESULT_OK : HUFU_RESULT_NOT_ENROLLED;
    enrolment_tell(enrolment, HUFU_STEP_SERVICE);
    result = service_fetch(hufu, NULL);
    if (result)
        return result;
    result = device_session_make_key(hufu, enrolment);
    if (result)
        return result;
    enrolment_tell(enrolment, HUFU_STEP_ACTIVATION);
    return redeem(hufu, enrolment);
}
