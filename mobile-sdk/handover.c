/* SPDX-License-Identifier: Apache-2.0 */
/* The primary's side of a hand-over (§5). */
#include <string.h>

#include "common/box.h"
#include "mobile-sdk/authorization.h"
#include "mobile-sdk/exchange.h"
#include "mobile-sdk/handover_code.h"
#include "mobile-sdk/result.h"
#include "mobile-sdk/unlock.h"

#define PUBLIC_MAX 320

struct handing {
    struct bind_code code;
    const struct hufu_authorization *agreed; /* NULL: for another device of the holder's */
    uint8_t x25519_key[FRAME_X25519_SIZE];   /* of the new device */
    const struct cosign_device_half *half;
    struct cosign_handover split;
    uint8_t sealed_half[FRAME_SEALED_HALF_SIZE];
    struct cosign_random random;
};

static void handing_wipe(struct handing *handing)
{
    secret_wipe(handing, sizeof(*handing));
}

/* Whether the service says of the binding what the code says: whose it is. */
static bool is_same_purpose(struct json_reader *reader, const struct bind_code *code)
{
    struct hufu_id authorization = {{0}};
    bool authorized = json_has(reader, "authorization");
    if (authorized)
        json_read_id(reader, "authorization", &authorization);
    return authorized == code->authorized && id_equal(&authorization, &code->authorization);
}

/* The keys that the service has for the new binding, which must be those whose fingerprint was scanned. */
static enum hufu_result fetch_keys(struct hufu *hufu, struct handing *handing)
{
    char path[REST_PATH_MAX];
    rest_binding_path(path, &handing->code.key, &handing->code.binding);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    uint8_t device_key[HUFU_PUBLIC_KEY_SIZE], fingerprint[HUFU_HASH_SIZE];
    json_read_exact(&reader, "device_key", device_key, sizeof(device_key));
    json_read_exact(&reader, "x25519_key", handing->x25519_key, sizeof(handing->x25519_key));
    bool same = is_same_purpose(&reader, &handing->code);
    if (json_finish(&reader) || !same)
        return HUFU_RESULT_FAULT;
    frame_device_fingerprint(fingerprint, device_key, handing->x25519_key);
    return secret_equal(fingerprint, handing->code.fingerprint, sizeof(fingerprint)) ? HUFU_RESULT_OK
                                                                                     : HUFU_RESULT_FAULT;
}

static enum hufu_result split_half(struct hufu *hufu, struct handing *handing)
{
    uint8_t random[BOX_KEY_SIZE];
    enum hufu_err err = cosign_device_handover_split(&handing->split, handing->half, &handing->random);
    if (err)
        return HUFU_RESULT_INTERNAL;
    enum hufu_result result = random_fill(hufu, random, sizeof(random));
    if (!result && box_seal_half(handing->sealed_half, handing->split.a2, handing->x25519_key, random))
        result = HUFU_RESULT_FAULT; /* the new device's key is none */
    secret_wipe(random, sizeof(random));
    return result;
}

static enum hufu_err make_handover(void *context, struct buf *body, struct bytes head)
{
    const struct handing *handing = context;
    return cosign_device_handover_body(body, &handing->split, handing->half, head, &handing->random);
}

static enum hufu_err take_handover(void *context, struct bytes head, struct bytes answer)
{
    (void)context;
    (void)head;
    return exchange_empty_answer(FRAME_OP_HANDOVER, answer);
}

static enum hufu_result ask_handover(struct hufu *hufu, const struct key_record *key,
                                     const struct unlocked *unlocked, struct handing *handing)
{
    uint8_t memory[PUBLIC_MAX], policy_memory[FRAME_POLICY_SIZE];
    struct buf public_part, policy;
    buf_init(&public_part, memory, sizeof(memory));
    buf_init(&policy, policy_memory, sizeof(policy_memory));
    enum hufu_result result =
        handing->agreed ? authorization_policy(&policy, handing->agreed) : HUFU_RESULT_OK;
    if (result)
        return result;
    struct frame_handover named = {.policy = buf_bytes(&policy)};
    memcpy(named.binding_id, handing->code.binding.bytes, sizeof(named.binding_id));
    memcpy(named.fingerprint, handing->code.fingerprint, sizeof(named.fingerprint));
    memcpy(named.sealed_half, handing->sealed_half, sizeof(named.sealed_half));
    if (frame_handover_encode(&public_part, &named))
        return HUFU_RESULT_INTERNAL;
    const struct exchange exchange = {.op = FRAME_OP_HANDOVER,
                                      .key = key,
                                      .generation = unlocked->generation,
                                      .public_part = buf_bytes(&public_part),
                                      .path = "/handovers",
                                      .make = make_handover,
                                      .take = take_handover,
                                      .context = handing};
    return exchange_run(hufu, &exchange);
}

static enum hufu_result make_back(const struct key_record *key, const struct handing *handing,
                                  char back[HUFU_BIND_CODE_MAX])
{
    struct bound_code code = {.binding = handing->code.binding};
    memcpy(code.A2, handing->split.A2, sizeof(code.A2));
    frame_handover_back(code.hash, key->id.bytes, key->P, handing->split.A2, handing->sealed_half);
    return bound_code_encode(back, &code) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static enum hufu_result hand_over(struct hufu *hufu, struct handing *handing, const struct pin *pin,
                                  char back[HUFU_BIND_CODE_MAX])
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = key_record_load(&key, hufu, &handing->code.key);
    if (!result)
        result = fetch_keys(hufu, handing);
    if (!result)
        result = unlock(hufu, &key, pin, pin, &unlocked);
    if (result)
        return result;
    handing->half = &unlocked.half;
    handing->random = random_source(hufu);
    result = split_half(hufu, handing);
    if (!result)
        result = unlock_settled(hufu, &key, ask_handover(hufu, &key, &unlocked, handing));
    return result ? result : make_back(&key, handing, back);
}

static enum hufu_result take_code(const struct hufu *hufu, struct handing *handing, const char *code)
{
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    return bind_code_parse(&handing->code, code) ? HUFU_RESULT_CODE_FORM : HUFU_RESULT_OK;
}

enum hufu_result hufu_handover(struct hufu *hufu, const char *code, const char *pin_text, size_t pin_len,
                               char back[HUFU_BIND_CODE_MAX])
{
    report_begin(hufu);
    memset(back, 0, HUFU_BIND_CODE_MAX);
    __attribute__((cleanup(handing_wipe))) struct handing handing = {.half = NULL};
    const struct pin pin = {.text = pin_text, .len = pin_len};
    enum hufu_result result = take_code(hufu, &handing, code);
    if (!result && handing.code.authorized)
        result = HUFU_RESULT_NOT_ALLOWED;
    return report_end(hufu, result ? result : hand_over(hufu, &handing, &pin, back));
}

enum hufu_result hufu_handover_scan(struct hufu *hufu, const char *code,
                                    struct hufu_handover_request *request)
{
    *request = (struct hufu_handover_request){.is_authorized = false};
    report_begin(hufu);
    __attribute__((cleanup(handing_wipe))) struct handing handing = {.half = NULL};
    enum hufu_result result = take_code(hufu, &handing, code);
    if (!result)
        result = fetch_keys(hufu, &handing);
    if (!result && handing.code.authorized)
        result = authorization_fetch(hufu, &handing.code.authorization, &request->authorization);
    if (!result) {
        request->key = handing.code.key;
        request->is_authorized = handing.code.authorized;
    }
    return report_end(hufu, result);
}

static bool is_agreed(const struct bind_code *code, const struct hufu_authorization *agreed)
{
    return code->authorized && id_equal(&code->authorization, &agreed->id) && agreed->has_key &&
           id_equal(&code->key, &agreed->key);
}

enum hufu_result hufu_authorization_handover(struct hufu *hufu, const char *code,
                                             const struct hufu_authorization *agreed, const char *pin_text,
                                             size_t pin_len, char back[HUFU_BIND_CODE_MAX])
{
    report_begin(hufu);
    memset(back, 0, HUFU_BIND_CODE_MAX);
    __attribute__((cleanup(handing_wipe))) struct handing handing = {.agreed = agreed};
    const struct pin pin = {.text = pin_text, .len = pin_len};
    enum hufu_result result = take_code(hufu, &handing, code);
    if (!result && !is_agreed(&handing.code, agreed))
        result = HUFU_RESULT_ARGUMENT;
    return report_end(hufu, result ? result : hand_over(hufu, &handing, &pin, back));
}
