/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/phone.h"

#include <stdio.h>
#include <string.h>

#include "common/hash.h"
#include "common/secret.h"
#include "tests/client/certificate_request.h"
#include "tests/client/operator.h"

#define PATH_TEXT_MAX 128

struct web_client *phone_connect(const struct stack *stack)
{
    return web_client_new(stack_value(stack, "HUFU_URL"), stack_value(stack, "HUFU_TLS_CERTIFICATE"), NULL);
}

void phone_done(struct phone *phone)
{
    web_client_free(phone->web);
    device_key_free(phone->key);
    secret_wipe(phone, sizeof(*phone));
}

static enum hufu_err take_text(char *out, size_t size, const char *text)
{
    int len = snprintf(out, size, "%s", text ? text : "");
    return len > 0 && (size_t)len < size ? HUFU_OK : HUFU_ERR_FORM;
}

/* ---- Activation ---- */

static enum hufu_err take_exact(uint8_t *out, size_t len, const struct web_answer *answer, const char *name)
{
    struct buf b;
    buf_init(&b, out, len);
    enum hufu_err err = web_answer_bytes(answer, name, &b);
    return err || b.len == len ? err : HUFU_ERR_FORM;
}

enum hufu_err phone_read_service(struct phone *phone, const uint8_t identity_hash[32])
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t identity[FRAME_DEVICE_KEY_SIZE], encoded[FRAME_STATEMENT_SIZE], signature[FRAME_SIGNATURE_SIZE],
        hash[32];
    enum hufu_err err = web_call(phone->web, &answer, "GET", "/v1/service", NULL);
    if (!err)
        err = take_exact(identity, sizeof(identity), &answer, "identity_key");
    if (!err)
        err = take_exact(encoded, sizeof(encoded), &answer, "statement");
    if (!err)
        err = take_exact(signature, sizeof(signature), &answer, "statement_signature");
    if (err)
        return err;
    hash_sha256(hash, bytes_of(identity, sizeof(identity)));
    if (memcmp(hash, identity_hash, sizeof(hash)) != 0)
        return HUFU_ERR_SIGNATURE;
    struct frame_statement statement;
    err = device_key_verify(identity, signature, bytes_of(encoded, sizeof(encoded)));
    if (!err)
        err = frame_statement_parse(&statement, bytes_of(encoded, sizeof(encoded)));
    if (!err)
        memcpy(phone->H_k, statement.H_k, BOX_KEY_SIZE);
    return err;
}

static enum hufu_err redeem(struct phone *phone, struct web_answer *answer,
                            const struct activation *activation)
{
    uint8_t memory[128], proof[FRAME_SIGNATURE_SIZE];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    uint64_t now = device_now_ms();
    const uint8_t *public_key = device_key_public(phone->key);
    enum hufu_err err = activation_signed_message(&message, activation->code, public_key, now);
    if (!err)
        err = device_key_sign(phone->key, proof, buf_bytes(&message));
    if (err)
        return err;
    json_t *body = json_pack(
        "{s:o, s:o, s:I, s:o, s:s}", "code", web_json_bytes(bytes_of(activation->code, ACTIVATION_CODE_SIZE)),
        "device_key", web_json_bytes(bytes_of(public_key, FRAME_DEVICE_KEY_SIZE)), "time", (json_int_t)now,
        "proof", web_json_bytes(bytes_of(proof, sizeof(proof))), "device_name", "played phone");
    return web_call(phone->web, answer, "POST", "/v1/activations", body);
}

enum hufu_err phone_enrol(struct phone *phone, const struct stack *stack, const struct activation *activation)
{
    *phone = (struct phone){.web = phone_connect(stack), .key = device_key_new()};
    if (!phone->web || !phone->key)
        return HUFU_ERR_INTERNAL;
    if (activation->service.has_tls_pin)
        web_client_pin(phone->web, activation->service.tls_pin);
    WEB_ANSWER_DONE struct web_answer answer = {0};
    enum hufu_err err = redeem(phone, &answer, activation);
    if (err)
        return err;
    if (answer.status != 201)
        return HUFU_ERR_UNAUTHENTICATED;
    const json_t *device = json_object_get(answer.json, "device");
    err = take_text(phone->token, sizeof(phone->token), web_answer_text(&answer, "session_token"));
    if (!err)
        err = take_text(phone->device_id, sizeof(phone->device_id),
                        json_string_value(json_object_get(device, "id")));
    if (err)
        return err;
    web_client_authorize(phone->web, phone->token);
    web_client_prove(phone->web, phone->key);
    return phone_read_service(phone, activation->service.identity_hash);
}

/* ---- Requests ---- */

enum hufu_err phone_post_bytes(struct web_client *web, struct web_answer *answer, const struct phone_key *key,
                               const char *resource, struct bytes frame, struct bytes signature)
{
    char path[PATH_TEXT_MAX];
    (void)snprintf(path, sizeof(path), "/v1/keys/%s/%s", key->key_id, resource);
    json_t *body =
        json_pack("{s:o, s:o}", "frame", web_json_bytes(frame), "signature", web_json_bytes(signature));
    return web_call(web, answer, "POST", path, body);
}

enum hufu_err phone_post(struct web_client *web, struct web_answer *answer, const struct phone_key *key,
                         const char *resource, const struct device_request *request)
{
    return phone_post_bytes(web, answer, key, resource, device_request_frame(request),
                            bytes_of(request->signature, sizeof(request->signature)));
}

enum hufu_err phone_sealed(const struct web_answer *answer, struct buf *out)
{
    return web_answer_bytes(answer, "answer", out);
}

/* Posts, and gives the sealed answer of a 2xx. */
static enum hufu_err exchange(struct phone *phone, struct web_answer *answer, const struct phone_key *key,
                              const char *resource, const struct device_request *request, struct buf *sealed)
{
    enum hufu_err err = phone_post(phone->web, answer, key, resource, request);
    if (err)
        return err;
    if (answer->status != 200)
        return HUFU_ERR_STATE;
    return phone_sealed(answer, sealed);
}

enum hufu_err phone_sign(struct phone *phone, struct web_answer *answer, const struct phone_key *key,
                         struct bytes digests, uint8_t signatures[][COSIGN_SIGNATURE_SIZE])
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    enum hufu_err err = device_request_sign(&request, &key->binding, digests, NULL);
    if (!err)
        err = exchange(phone, answer, key, "signatures", &request, &sealed);
    return err ? err : device_request_sign_finish(&request, signatures, buf_bytes(&sealed));
}

/* ---- Keys ---- */

static enum hufu_err take_id(char text[UUID_TEXT_SIZE], uint8_t id[UUID_SIZE],
                             const struct web_answer *answer, const char *name)
{
    enum hufu_err err = take_text(text, UUID_TEXT_SIZE, web_answer_text(answer, name));
    return err ? err : uuid_parse(id, text);
}

static enum hufu_err generate(struct phone *phone, struct phone_key *key)
{
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    enum hufu_err err = device_new_key_begin(&keygen, &key->binding, NULL);
    if (!err)
        err = exchange(phone, &answer, key, "keygen/begin", &keygen.begin, &sealed);
    if (!err)
        err = device_new_key_continue(&keygen, &key->binding, buf_bytes(&sealed), NULL);
    sealed.len = 0;
    if (!err)
        err = exchange(phone, &answer, key, "keygen/finish", &keygen.finish, &sealed);
    return err ? err : device_new_key_complete(&keygen, &key->binding, buf_bytes(&sealed));
}

enum hufu_err phone_key_create(struct phone *phone, struct phone_key *key, const char *usage)
{
    *key = (struct phone_key){.binding = {.key = phone->key}};
    memcpy(key->binding.H_k, phone->H_k, BOX_KEY_SIZE);
    WEB_ANSWER_DONE struct web_answer answer = {0};
    enum hufu_err err = web_call(phone->web, &answer, "POST", "/v1/keys",
                                 json_pack("{s:s, s:s}", "algorithm", "sm2", "usage", usage));
    if (!err)
        err = take_id(key->key_id, key->binding.key_id, &answer, "key_id");
    return err ? err : take_id(key->binding_id, key->binding.binding_id, &answer, "binding_id");
}

enum hufu_err phone_key_generate(struct phone *phone, struct phone_key *key, const char *usage)
{
    enum hufu_err err = phone_key_create(phone, key, usage);
    return err ? err : generate(phone, key);
}

static enum hufu_err approved_subject(struct phone *phone, const struct phone_key *key, struct buf *subject)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[PATH_TEXT_MAX];
    (void)snprintf(path, sizeof(path), "/v1/keys/%s", key->key_id);
    enum hufu_err err = web_call(phone->web, &answer, "GET", path, NULL);
    return err ? err : web_answer_bytes(&answer, "subject_der", subject);
}

static enum hufu_err sign_request(struct phone *phone, const struct phone_key *key, struct bytes info,
                                  struct buf *request)
{
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[1][COSIGN_SIGNATURE_SIZE];
    WEB_ANSWER_DONE struct web_answer answer = {0};
    enum hufu_err err =
        cosign_message_digest(digest, bytes_of_text(COSIGN_GM_IDENTITY), key->binding.half.P, info);
    if (!err)
        err = phone_sign(phone, &answer, key, bytes_of(digest, sizeof(digest)), signature);
    return err ? err : certificate_request_finish(request, info, signature[0]);
}

enum hufu_err phone_key_certify(struct phone *phone, struct phone_key *key)
{
    uint8_t subject_memory[1024], info_memory[CERTIFICATE_REQUEST_MAX], memory[CERTIFICATE_REQUEST_MAX];
    struct buf subject, info, request;
    buf_init(&subject, subject_memory, sizeof(subject_memory));
    buf_init(&info, info_memory, sizeof(info_memory));
    buf_init(&request, memory, sizeof(memory));
    enum hufu_err err = approved_subject(phone, key, &subject);
    if (!err)
        err = certificate_request_begin(&info, key->binding.half.P, buf_bytes(&subject));
    if (!err)
        err = sign_request(phone, key, buf_bytes(&info), &request);
    if (err)
        return err;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[PATH_TEXT_MAX];
    (void)snprintf(path, sizeof(path), "/v1/keys/%s/certificate-requests", key->key_id);
    err = web_call(phone->web, &answer, "POST", path,
                   json_pack("{s:o}", "csr", web_json_bytes(buf_bytes(&request))));
    return err || answer.status == 201 ? err : HUFU_ERR_STATE;
}

enum hufu_err phone_ready(struct phone *phone, struct phone_key *key, const struct stack *stack,
                          const char *name, char account_id[UUID_TEXT_SIZE])
{
    char project_id[UUID_TEXT_SIZE];
    struct activation activation;
    struct web_client *web = operator_connect(stack);
    if (!web)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = operator_project_add(web, name, project_id);
    if (!err)
        err = operator_user_add(web, project_id, name, name, account_id, &activation);
    web_client_free(web);
    if (!err)
        err = phone_enrol(phone, stack, &activation);
    if (!err)
        err = phone_key_generate(phone, key, "sign");
    return err ? err : phone_key_certify(phone, key);
}
