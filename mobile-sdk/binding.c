/* SPDX-License-Identifier: Apache-2.0 */
/* The new device's side of a hand-over (§5): it asks for a binding, opens the half that the primary made for it, and refreshes
 * at once, so that nobody but itself knows its half. The half that was handed over is never stored. */
#include <string.h>

#include "common/box.h"
#include "common/hash.h"
#include "mobile-sdk/authorization.h"
#include "mobile-sdk/binding.h"
#include "mobile-sdk/certification.h"
#include "mobile-sdk/handover_code.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/known_pin.h"
#include "mobile-sdk/refresh.h"

#define REQUEST_MAX 128

static void joining_wipe(struct joining *joining)
{
    secret_wipe(joining, sizeof(*joining));
}

/* Joining still, or bound and without the certificate that it needs. */
static bool is_unfinished(const struct key_record *key)
{
    return key->stage == KEY_JOINING || (key_has_half(key) && !key_is_complete(key));
}

static enum hufu_result find_unfinished(const struct hufu *hufu, struct key_record *key, bool *found)
{
    *found = false;
    for (size_t i = 0; !*found && i < hufu->device.key_count; i++) {
        enum hufu_result result = key_record_load(key, hufu, &hufu->device.keys[i]);
        if (result)
            return result;
        *found = is_unfinished(key);
    }
    return HUFU_RESULT_OK;
}

bool hufu_bind_unfinished(const struct hufu *hufu)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    bool found;
    return find_unfinished(hufu, &key, &found) == HUFU_RESULT_OK && found;
}

/* ---- Asking ---- */

/* The first of the account's keys of this use that this device has no half of. */
static enum hufu_result choose_key(struct hufu *hufu, enum hufu_usage usage, struct hufu_id *key)
{
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/account/keys"};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    const char *wanted = usage == HUFU_USAGE_SIGN ? "sign" : "decrypt";
    for (size_t i = 0; i < json_count(&reader, "keys"); i++) {
        struct json_reader element = json_element(&reader, "keys", i);
        char its_usage[24];
        json_read_id(&element, "key_id", key);
        json_read_text(&element, "usage", its_usage, sizeof(its_usage));
        if (json_finish(&element))
            return HUFU_RESULT_FAULT;
        if (strcmp(its_usage, wanted) == 0)
            return HUFU_RESULT_OK;
    }
    return HUFU_RESULT_NOT_FOUND;
}

/* The authorization as it stands: whose key, and of which use. Which key it is, the answer to the asking says. */
static enum hufu_result choose_lender(struct hufu *hufu, const struct hufu_id *id, struct joining *joining)
{
    struct hufu_authorization authorization;
    enum hufu_result result = authorization_fetch(hufu, id, &authorization);
    if (!result && !authorization_usage(&authorization, &joining->usage))
        result = HUFU_RESULT_FAULT;
    if (result)
        return result;
    const struct hufu_authorization_person *holder = &authorization.people[HUFU_PARTY_HOLDER];
    joining->authorized = true;
    joining->lender.authorization = *id;
    memcpy(joining->lender.name, holder->name, sizeof(holder->name));
    memcpy(joining->lender.work_number, holder->work_number, sizeof(holder->work_number));
    return HUFU_RESULT_OK;
}

static enum hufu_result ask_binding(struct hufu *hufu, struct joining *joining)
{
    char path[REST_PATH_MAX];
    uint8_t memory[REQUEST_MAX];
    struct buf body;
    if (joining->authorized)
        authorization_path(path, &joining->lender.authorization, "/bindings");
    else
        rest_key_path(path, &joining->key, "/bindings");
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_bytes(&body, "x25519_key", bytes_of(joining->public_key, sizeof(joining->public_key)));
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_INTERNAL;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path, .body = buf_bytes(&body)};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    if (joining->authorized)
        json_read_id(&reader, "key_id", &joining->key);
    json_read_id(&reader, "binding_id", &joining->binding);
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

/* With fresh keys, for what was chosen. */
static enum hufu_result begin(struct hufu *hufu, struct joining *joining, char code_text[HUFU_BIND_CODE_MAX])
{
    uint8_t random[BOX_KEY_SIZE];
    enum hufu_result result = random_fill(hufu, random, sizeof(random));
    if (result)
        return result;
    joining->begun = true;
    box_keypair(joining->public_key, joining->private_key, random);
    secret_wipe(random, sizeof(random));
    result = ask_binding(hufu, joining);
    struct bind_code code = {.authorized = joining->authorized,
                             .authorization = joining->lender.authorization,
                             .key = joining->key,
                             .binding = joining->binding};
    frame_device_fingerprint(code.fingerprint, hufu->device.device_key, joining->public_key);
    if (!result && bind_code_encode(code_text, &code))
        result = HUFU_RESULT_INTERNAL;
    if (!result)
        hufu->joining = *joining;
    return result;
}

/* What was begun in this handle before is over; what was interrupted goes first. */
static enum hufu_result begin_anew(struct hufu *hufu, char code[HUFU_BIND_CODE_MAX])
{
    KEY_RECORD_WIPED struct key_record unfinished = {.stage = KEY_NEW};
    bool found;
    memset(code, 0, HUFU_BIND_CODE_MAX);
    report_begin(hufu);
    joining_wipe(&hufu->joining);
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    enum hufu_result result = find_unfinished(hufu, &unfinished, &found);
    return !result && found ? HUFU_RESULT_NOT_READY : result;
}

enum hufu_result hufu_bind_begin(struct hufu *hufu, enum hufu_usage usage, char code[HUFU_BIND_CODE_MAX])
{
    __attribute__((cleanup(joining_wipe))) struct joining joining = {.usage = usage};
    enum hufu_result result = begin_anew(hufu, code);
    if (usage != HUFU_USAGE_SIGN && usage != HUFU_USAGE_DECRYPT)
        result = HUFU_RESULT_ARGUMENT;
    if (!result)
        result = choose_key(hufu, usage, &joining.key);
    return report_end(hufu, result ? result : begin(hufu, &joining, code));
}

enum hufu_result hufu_authorization_bind(struct hufu *hufu, const struct hufu_id *id,
                                         char code[HUFU_BIND_CODE_MAX])
{
    __attribute__((cleanup(joining_wipe))) struct joining joining = {.authorized = true};
    enum hufu_result result = begin_anew(hufu, code);
    if (!result)
        result = choose_lender(hufu, id, &joining);
    return report_end(hufu, result ? result : begin(hufu, &joining, code));
}

/* ---- Taking ---- */

/* What the primary made, as the service kept it; HUFU_RESULT_FAULT unless it is what the primary's code names. */
static enum hufu_result take_half(struct hufu *hufu, const struct joining *joining,
                                  const struct bound_code *code, struct cosign_device_half *half)
{
    char path[REST_PATH_MAX];
    rest_binding_path(path, &joining->key, &joining->binding);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    uint8_t sealed[FRAME_SEALED_HALF_SIZE], hash[HUFU_HASH_SIZE];
    if (!json_has(&reader, "sealed_half"))
        return HUFU_RESULT_NOT_READY;
    json_read_exact(&reader, "sealed_half", sealed, sizeof(sealed));
    json_read_exact(&reader, "public_key", half->P, sizeof(half->P));
    if (json_finish(&reader) || cosign_point_check_var(half->P))
        return HUFU_RESULT_FAULT;
    frame_handover_back(hash, joining->key.bytes, half->P, code->A2, sealed);
    bool good = secret_equal(hash, code->hash, sizeof(hash)) &&
                !box_open_half(half->a, sealed, joining->public_key, joining->private_key) &&
                !cosign_device_handover_accept(half->a, code->A2);
    return good ? HUFU_RESULT_OK : HUFU_RESULT_FAULT;
}

/* The first valid proof at generation 1 makes the binding active. */
static enum hufu_result activate(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half half = {.a = {0}};
    SECRET_WIPED struct secret32 pin_key = {{0}};
    enum hufu_result result = half_open(&half, &pin_key, key, &key->half, pin);
    if (!result)
        result = half_check(hufu, key, &half, key->half.generation);
    if (result)
        return result;
    key->stage = KEY_GENERATED;
    return key_record_store(key, hufu);
}

static enum hufu_result confirm(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    enum hufu_result result = activate(hufu, key, pin);
    return !result && !key_is_complete(key) ? certification_run(hufu, key, pin) : result;
}

static enum hufu_result take(struct hufu *hufu, const struct bound_code *code, const struct pin *pin)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half half = {.a = {0}};
    KEY_RECORD_WIPED struct key_record key =
        key_record_new(&hufu->joining.key, &hufu->joining.binding, hufu->joining.usage);
    struct known_pin known_pin;
    key.authorized = hufu->joining.authorized;
    key.lender = hufu->joining.lender;
    enum hufu_result result = take_half(hufu, &hufu->joining, code, &half);
    if (!result)
        result = known_pin_settle(hufu);
    if (!result)
        result = known_pin_check(hufu, pin, &known_pin);
    if (!result)
        result = refresh_handed_over(hufu, &key, &half, pin, known_pin.epoch);
    if (result)
        return result;
    key.stage = KEY_JOINING;
    result = key_list_add(hufu, &key);
    joining_wipe(&hufu->joining);
    return result ? result : confirm(hufu, &key, pin);
}

/* Whether the service says that this binding still waits, and so never became active. */
static bool is_waiting(struct hufu *hufu, const struct key_record *key)
{
    const struct hufu_report kept = hufu->report;
    char path[REST_PATH_MAX], state[24] = "";
    rest_key_path(path, &key->id, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    bool told = rest_call(hufu, &request, &answer) == HUFU_RESULT_OK;
    struct json_reader reader = json_reader_of(answer.json);
    if (told)
        json_read_text(&reader, "binding_state", state, sizeof(state));
    hufu->report = kept;
    return told && !json_finish(&reader) && strcmp(state, "waiting") == 0;
}

/* The binding's state, or that of a device which never became active: from neither there is a way back. */
static bool is_over(const char *state)
{
    return strcmp(state, "removed") == 0 || strcmp(state, "waiting") == 0;
}

/* Whether a refusal says for good that the hand-over did not take place. Any other may pass, while the check was answered before
 * and its answer lost: then what is stored here is the only half of a binding that is active. */
static bool did_not_take_place(struct hufu *hufu, const struct key_record *key, enum hufu_result result)
{
    const char *reason = hufu->report.message_key;
    if (result == HUFU_RESULT_GENERATION)
        return true;
    if (result != HUFU_RESULT_NOT_ACTIVE)
        return false;
    if (strcmp(reason, "binding-not-active") == 0)
        return is_over(hufu->report.state);
    return strcmp(reason, "window-closed") == 0 && is_waiting(hufu, key);
}

enum hufu_result binding_settle(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    enum hufu_result result = activate(hufu, key, pin);
    bool ended =
        did_not_take_place(hufu, key, result) || (result == HUFU_RESULT_NOT_ACTIVE && is_waiting(hufu, key));
    return ended ? key_list_drop(hufu, &key->id) : result;
}

/* Of a key of somebody else's that is not to be found, the half says whether its authorization was deleted. */
static enum hufu_result fetch_lent_certificate(struct hufu *hufu, struct key_record *key,
                                               const struct pin *pin)
{
    enum hufu_result result = certification_run(hufu, key, pin);
    if (result != HUFU_RESULT_NOT_FOUND)
        return result;
    enum hufu_result checked = unlock_check(hufu, key, pin, pin);
    enum hufu_result dropped = key_list_drop_deleted(hufu, key, checked);
    return dropped ? dropped : checked ? checked : result;
}

static enum hufu_result resume(struct hufu *hufu, const struct pin *pin)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    bool found;
    enum hufu_result result = find_unfinished(hufu, &key, &found);
    if (!result && !found)
        result = HUFU_RESULT_NOT_FOUND;
    if (result)
        return result;
    if (key.stage != KEY_JOINING)
        return key.authorized ? fetch_lent_certificate(hufu, &key, pin) : certification_run(hufu, &key, pin);
    result = confirm(hufu, &key, pin);
    enum hufu_result dropped = key.stage == KEY_JOINING && did_not_take_place(hufu, &key, result)
                                   ? key_list_drop(hufu, &key.id)
                                   : HUFU_RESULT_OK;
    return dropped ? dropped : result;
}

enum hufu_result hufu_bind_finish(struct hufu *hufu, const char *back, const char *pin_text, size_t pin_len)
{
    report_begin(hufu);
    struct bound_code code;
    const struct pin pin = {.text = pin_text, .len = pin_len};
    enum hufu_result result = pin_check_form(&pin);
    if (result || !back)
        return report_end(hufu, result ? result : resume(hufu, &pin));
    if (bound_code_parse(&code, back))
        return report_end(hufu, HUFU_RESULT_CODE_FORM);
    if (!hufu->joining.begun || !id_equal(&code.binding, &hufu->joining.binding))
        return report_end(hufu, HUFU_RESULT_NOT_FOUND);
    return report_end(hufu, take(hufu, &code, &pin));
}
