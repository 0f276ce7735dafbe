/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment, and the keys of an enrolled device: each step looks at what is stored and does what is missing. */
#include <string.h>

#include "mobile-sdk/activation.h"
#include "mobile-sdk/certification.h"
#include "mobile-sdk/device_session.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/keygen.h"
#include "mobile-sdk/known_pin.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/unlock.h"

static bool is_known(const struct hufu *hufu, const struct hufu_id *id)
{
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        if (id_equal(&hufu->device.keys[i], id))
            return true;
    }
    return false;
}

static const char *usage_name(enum hufu_usage usage)
{
    return usage == HUFU_USAGE_SIGN ? "sign" : "decrypt";
}

/* A key without halves that the service has for this device and that is not stored here: the answer that told of it was
 * lost. */
static bool find_lost_key(const struct hufu *hufu, const struct json_t *json, enum hufu_usage usage,
                          struct key_record *key)
{
    struct json_reader reader = json_reader_of(json);
    for (size_t i = 0; i < json_count(&reader, "keys"); i++) {
        struct json_reader element = json_element(&reader, "keys", i);
        struct hufu_id id, binding;
        char state[24], its_usage[24];
        json_read_id(&element, "key_id", &id);
        json_read_id(&element, "binding_id", &binding);
        json_read_text(&element, "state", state, sizeof(state));
        json_read_text(&element, "usage", its_usage, sizeof(its_usage));
        if (json_finish(&element) || strcmp(its_usage, usage_name(usage)) != 0 || is_known(hufu, &id))
            continue;
        if (strcmp(state, "new") == 0 || strcmp(state, "pending") == 0) {
            *key = key_record_new(&id, &binding, usage);
            return true;
        }
    }
    return false;
}

static enum hufu_result order_key(struct hufu *hufu, enum hufu_usage usage, struct key_record *key)
{
    uint8_t memory[64];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_text(&body, "algorithm", "sm2");
    json_put_text(&body, "usage", usage_name(usage));
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_INTERNAL;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/keys", .body = buf_bytes(&body)};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    struct hufu_id id, binding;
    json_read_id(&reader, "key_id", &id);
    json_read_id(&reader, "binding_id", &binding);
    if (json_finish(&reader))
        return HUFU_RESULT_FAULT;
    *key = key_record_new(&id, &binding, usage);
    return HUFU_RESULT_OK;
}

static enum hufu_result obtain_key(struct hufu *hufu, enum hufu_usage usage, struct key_record *key)
{
    if (hufu->device.key_count >= HUFU_KEYS_MAX)
        return HUFU_RESULT_LIMIT;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/keys"};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result && !find_lost_key(hufu, answer.json, usage, key))
        result = order_key(hufu, usage, key);
    return result ? result : key_list_add(hufu, key);
}

static enum hufu_result generate(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    struct known_pin known_pin = {.known = false};
    if (key_has_half(key))
        return HUFU_RESULT_OK;
    enum hufu_result result = known_pin_check(hufu, pin, &known_pin);
    return result ? result : keygen_run(hufu, key, pin, known_pin.epoch);
}

static enum hufu_result complete_key(struct hufu *hufu, const struct hufu_enrolment *enrolment,
                                     enum hufu_usage usage, const struct key_survey *found,
                                     struct hufu_id *id)
{
    const struct pin pin = {.text = enrolment->pin, .len = enrolment->pin_len};
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enrolment_tell(enrolment, HUFU_STEP_KEY);
    enum hufu_result result = pin_check_form(&pin);
    if (!result)
        result = known_pin_settle(hufu);
    if (!result)
        result = found->has_incomplete ? key_record_load(&key, hufu, &found->incomplete)
                                       : obtain_key(hufu, usage, &key);
    if (result)
        return result;
    enrolment_tell(enrolment, HUFU_STEP_GENERATION);
    result = generate(hufu, &key, &pin);
    if (!result && !key_is_complete(&key)) {
        enrolment_tell(enrolment, HUFU_STEP_CERTIFICATE);
        result = certification_run(hufu, &key, &pin);
    }
    if (!result)
        *id = key.id;
    return result;
}

/* A PIN that is none must not cost the code, so its form is looked at before anything is sent. */
static enum hufu_result check_pin_form(const struct hufu_enrolment *enrolment, const struct key_survey *found)
{
    const struct pin pin = {.text = enrolment->pin, .len = enrolment->pin_len};
    return found->has_complete ? HUFU_RESULT_OK : pin_check_form(&pin);
}

enum hufu_result hufu_enrol(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    report_begin(hufu);
    struct key_survey found;
    struct hufu_id id;
    enum hufu_result result = key_list_survey(hufu, HUFU_USAGE_SIGN, &found);
    if (!result && enrolment->code)
        result = activation_take(hufu, enrolment->code);
    if (!result)
        result = check_pin_form(enrolment, &found);
    if (!result)
        result = activation_run(hufu, enrolment);
    if (!result && !found.has_complete)
        result = complete_key(hufu, enrolment, HUFU_USAGE_SIGN, &found, &id);
    if (!result)
        enrolment_tell(enrolment, HUFU_STEP_DONE);
    return report_end(hufu, result);
}

enum hufu_result hufu_join(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    report_begin(hufu);
    enum hufu_result result = enrolment->code ? activation_take(hufu, enrolment->code) : HUFU_RESULT_OK;
    if (!result)
        result = activation_run(hufu, enrolment);
    return report_end(hufu, result);
}

enum hufu_result hufu_key_create(struct hufu *hufu, enum hufu_usage usage, const char *pin, size_t pin_len,
                                 struct hufu_id *key)
{
    *key = (struct hufu_id){{0}};
    report_begin(hufu);
    if (usage != HUFU_USAGE_SIGN && usage != HUFU_USAGE_DECRYPT)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    const struct hufu_enrolment enrolment = {.pin = pin, .pin_len = pin_len};
    struct key_survey found;
    enum hufu_result result = key_list_survey(hufu, usage, &found);
    if (!result)
        result = complete_key(hufu, &enrolment, usage, &found, key);
    return report_end(hufu, result);
}
