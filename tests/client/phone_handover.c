/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/phone_handover.h"

#include <stdio.h>
#include <string.h>

#include "tests/client/randomness.h"

static enum hufu_err refused(const char *what, const struct web_answer *answer)
{
    fprintf(stderr, "%s: %ld %s\n", what, answer->status, answer->body ? answer->body : "");
    return HUFU_ERR_STATE;
}

enum hufu_err phone_exchange(struct phone *phone, const struct phone_key *key, const char *resource,
                             const struct device_request *request, struct buf *sealed)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    enum hufu_err err = phone_post(phone->web, &answer, key, resource, request);
    if (err)
        return err;
    return answer.status == 200 ? phone_sealed(&answer, sealed) : refused(resource, &answer);
}

static enum hufu_err take_id(char text[UUID_TEXT_SIZE], uint8_t id[UUID_SIZE],
                             const struct web_answer *answer, const char *name)
{
    const char *value = web_answer_text(answer, name);
    if (strlen(value) != UUID_TEXT_SIZE - 1)
        return HUFU_ERR_FORM;
    memcpy(text, value, UUID_TEXT_SIZE);
    return uuid_parse(id, text);
}

static enum hufu_err ask(struct phone *phone, struct phone_key *key, const char *path,
                         const uint8_t x25519_public[FRAME_X25519_SIZE])
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    *key = (struct phone_key){.binding = {.key = phone->key}};
    memcpy(key->binding.H_k, phone->H_k, BOX_KEY_SIZE);
    json_t *body =
        json_pack("{s:o}", "x25519_key", web_json_bytes(bytes_of(x25519_public, FRAME_X25519_SIZE)));
    enum hufu_err err = web_call(phone->web, &answer, "POST", path, body);
    if (!err && answer.status != 201)
        err = refused(path, &answer);
    if (!err)
        err = take_id(key->key_id, key->binding.key_id, &answer, "key_id");
    return err ? err : take_id(key->binding_id, key->binding.binding_id, &answer, "binding_id");
}

static enum hufu_err hand_over(const struct phone *phone, struct phone_key *key,
                               const struct phone_giver *giver,
                               const uint8_t x25519_public[FRAME_X25519_SIZE])
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    struct device_successor successor = {.key = phone->key, .policy = giver->policy};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {{0}, {0}, {0}};
    buf_init(&sealed, memory, sizeof(memory));
    memcpy(successor.binding_id, key->binding.binding_id, FRAME_ID_SIZE);
    memcpy(successor.x25519_public, x25519_public, FRAME_X25519_SIZE);
    enum hufu_err err = device_request_handover(&request, &handover, &giver->key->binding, &successor, NULL);
    if (!err)
        err = phone_exchange(giver->phone, giver->key, "handovers", &request, &sealed);
    if (err)
        return err;
    key->binding.half = giver->key->binding.half;
    memcpy(key->binding.half.a, handover.a2, sizeof(key->binding.half.a));
    return HUFU_OK;
}

enum hufu_err phone_take_over(struct phone *phone, struct phone_key *key,
                              struct cosign_device_half *handed_over, const char *path,
                              const struct phone_giver *giver)
{
    uint8_t random[BOX_KEY_SIZE], x25519_public[FRAME_X25519_SIZE], x25519_private[FRAME_X25519_SIZE];
    randomness_fill(random, sizeof(random));
    box_keypair(x25519_public, x25519_private, random);
    enum hufu_err err = ask(phone, key, path, x25519_public);
    if (!err)
        err = hand_over(phone, key, giver, x25519_public);
    *handed_over = key->binding.half;
    return err ? err : phone_key_refresh(phone, key);
}

enum hufu_err phone_key_refresh(struct phone *phone, struct phone_key *key)
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {{0}, {0}};
    DEVICE_REQUEST_DONE struct device_request refresh = {0};
    DEVICE_REQUEST_DONE struct device_request check = {0};
    struct device_binding *binding = &key->binding;
    buf_init(&sealed, memory, sizeof(memory));
    enum hufu_err err = device_request_refresh(&refresh, &next, binding, NULL);
    if (!err)
        err = phone_exchange(phone, key, "refreshes", &refresh, &sealed);
    if (!err)
        err = device_request_refresh_finish(&refresh, &next, binding, buf_bytes(&sealed));
    if (err)
        return err;
    binding->half = next;
    binding->generation++;
    sealed.len = 0;
    err = device_request_pin_check(&check, binding, NULL);
    return err ? err : phone_exchange(phone, key, "pin-checks", &check, &sealed);
}
