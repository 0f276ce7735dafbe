/* SPDX-License-Identifier: Apache-2.0 */
/* A remembered password: a token in storage that the device key signs with. */
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

#define RECORD_NAME "remembered-password" /* in storage */
#define TOKEN_SIZE 32

/* Secret. */
struct token {
    uint8_t bytes[TOKEN_SIZE];
};

static void token_wipe(struct token *token)
{
    secret_wipe(token, sizeof(*token));
}
#define TOKEN_WIPED __attribute__((cleanup(token_wipe)))

/* What the proof is made of, and the proof. Secret. */
struct proof {
    uint8_t challenge[TOKEN_SIZE]; /* the service's fresh one is the token of the authentication */
    uint8_t message[128];
    uint8_t signature[HUFU_SIGNATURE_SIZE];
};

static void proof_wipe(struct proof *proof)
{
    secret_wipe(proof, sizeof(*proof));
}

static enum hufu_result load(struct hufu *hufu, struct token *token)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    size_t len = 0;
    enum hufu_result result =
        storage->get(storage->context, RECORD_NAME, token->bytes, sizeof(token->bytes), &len);
    return result || len == sizeof(token->bytes) ? result : HUFU_RESULT_DAMAGED;
}

enum hufu_result remembered_remove(const struct hufu *hufu)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    return storage->remove(storage->context, RECORD_NAME);
}

bool hufu_password_remembered(struct hufu *hufu)
{
    TOKEN_WIPED struct token token = {{0}};
    return load(hufu, &token) == HUFU_RESULT_OK;
}

enum hufu_result hufu_password_remember(struct hufu *hufu)
{
    TOKEN_WIPED struct token token = {{0}};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "POST", .path = "/v1/account/remembered-password"};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    if (result)
        return report_end(hufu, result);
    struct json_reader reader = json_reader_of(answer.json);
    json_read_exact(&reader, "remembered", token.bytes, sizeof(token.bytes));
    if (json_finish(&reader))
        return report_end(hufu, HUFU_RESULT_FAULT);
    const struct hufu_storage *storage = &hufu->platform.storage;
    return report_end(hufu, storage->put(storage->context, RECORD_NAME, token.bytes, sizeof(token.bytes)));
}

enum hufu_result hufu_password_forget(struct hufu *hufu)
{
    report_begin(hufu);
    enum hufu_result forgotten = remembered_remove(hufu);
    if (forgotten || !hufu->device.session_token[0])
        return report_end(hufu, forgotten);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "DELETE", .path = "/v1/account/remembered-password"};
    return report_end(hufu, rest_call(hufu, &request, &answer));
}

static enum hufu_result put_proof(struct hufu *hufu, struct buf *body, const struct token *token)
{
    __attribute__((cleanup(proof_wipe))) struct proof proof;
    struct buf message, challenge;
    buf_init(&challenge, proof.challenge, sizeof(proof.challenge));
    buf_init(&message, proof.message, sizeof(proof.message));
    if (base64url_decode(&challenge, hufu->authentication) || challenge.len != TOKEN_SIZE)
        return HUFU_RESULT_AUTHENTICATION;
    buf_put_field_text(&message, "hufu/remembered-password");
    buf_put_field(&message, proof.challenge, sizeof(proof.challenge));
    buf_put_field(&message, token->bytes, sizeof(token->bytes));
    enum hufu_result result =
        buf_finish(&message) ? HUFU_RESULT_INTERNAL : device_sign(hufu, buf_bytes(&message), proof.signature);
    if (result)
        return result;
    json_put_bytes(body, "remembered", bytes_of(token->bytes, sizeof(token->bytes)));
    json_put_bytes(body, "proof", bytes_of(proof.signature, sizeof(proof.signature)));
    return HUFU_RESULT_OK;
}

static enum hufu_result give(struct hufu *hufu, struct hufu_authentication *state)
{
    TOKEN_WIPED struct token token = {{0}};
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    enum hufu_result result = load(hufu, &token);
    if (!result)
        result = authentication_body_begin(hufu, &body);
    if (!result)
        result = put_proof(hufu, &body.json, &token);
    if (!result)
        result = authentication_send(hufu, "/v1/authentications/remembered", &body.json, state);
    return result;
}

enum hufu_result hufu_authenticate_remembered(struct hufu *hufu, struct hufu_authentication *state)
{
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    enum hufu_result result = give(hufu, state);
    enum hufu_result forgotten = result == HUFU_RESULT_AUTHENTICATION && hufu->authentication[0]
                                     ? remembered_remove(hufu)
                                     : HUFU_RESULT_OK;
    return report_end(hufu, forgotten ? forgotten : result);
}
