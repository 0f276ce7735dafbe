/* SPDX-License-Identifier: Apache-2.0 */
/* A remembered password: a token in storage that the device key signs with. */
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

#define RECORD_NAME "remembered-password" /* in storage */
#define TOKEN_SIZE 32
#define REQUEST_MAX 512

/* Secret. */
struct token {
    uint8_t bytes[TOKEN_SIZE];
};

static void token_wipe(struct token *token)
{
    secret_wipe(token, sizeof(*token));
}
#define TOKEN_WIPED __attribute__((cleanup(token_wipe)))

/* Signed: the service's fresh challenge is the token of the authentication. */
struct message {
    uint8_t bytes[128];
};

static void message_wipe(struct message *message)
{
    secret_wipe(message, sizeof(*message));
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
    __attribute__((cleanup(message_wipe))) struct message memory;
    uint8_t challenge[TOKEN_SIZE], proof[HUFU_SIGNATURE_SIZE];
    struct buf message, decoded;
    buf_init(&decoded, challenge, sizeof(challenge));
    buf_init(&message, memory.bytes, sizeof(memory.bytes));
    if (base64url_decode(&decoded, hufu->authentication) || decoded.len != TOKEN_SIZE)
        return HUFU_RESULT_AUTHENTICATION;
    buf_put_field_text(&message, "hufu/remembered-password");
    buf_put_field(&message, challenge, sizeof(challenge));
    buf_put_field(&message, token->bytes, sizeof(token->bytes));
    secret_wipe(challenge, sizeof(challenge));
    enum hufu_result result =
        buf_finish(&message) ? HUFU_RESULT_INTERNAL : device_sign(hufu, buf_bytes(&message), proof);
    if (result)
        return result;
    json_put_bytes(body, "remembered", bytes_of(token->bytes, sizeof(token->bytes)));
    json_put_bytes(body, "proof", bytes_of(proof, sizeof(proof)));
    return HUFU_RESULT_OK;
}

static enum hufu_result give(struct hufu *hufu, struct hufu_authentication *state)
{
    TOKEN_WIPED struct token token = {{0}};
    uint8_t memory[REQUEST_MAX];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    enum hufu_result result = load(hufu, &token);
    if (!result)
        result = authentication_put(hufu, &body);
    if (!result)
        result = put_proof(hufu, &body, &token);
    if (!result)
        result = authentication_send(hufu, "/v1/authentications/remembered", &body, state);
    secret_wipe(memory, sizeof(memory));
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
