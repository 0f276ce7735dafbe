/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/certification.h"

#include <stdlib.h>

#include "common/encoding.h"
#include "mobile-sdk/certificate.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/result.h"
#include "mobile-sdk/signing.h"

#define REQUEST_JSON_MAX (BASE64URL_TEXT_SIZE(CERTIFICATE_REQUEST_MAX) + 32)

struct memory {
    uint8_t bytes[HUFU_STORED_VALUE_MAX];
};

static void memory_free(struct memory **memory)
{
    free(*memory);
}

static void take_certificate(struct json_reader *reader, const char *path, struct buf *memory,
                             struct bytes *der)
{
    size_t begin = memory->len;
    json_read_bytes(reader, path, memory);
    *der = bytes_of(memory->data + begin, memory->len - begin);
}

/* {"certificate", "chain": [issuing, …, root]} into storage. */
static enum hufu_result keep_certificates(struct hufu *hufu, struct key_record *key,
                                          const struct json_t *json)
{
    __attribute__((cleanup(memory_free))) struct memory *memory = malloc(sizeof(*memory));
    if (!memory)
        return HUFU_RESULT_INTERNAL;
    struct buf out;
    buf_init(&out, memory->bytes, sizeof(memory->bytes));
    struct bytes der[CERTIFICATE_CHAIN_MAX];
    struct json_reader reader = json_reader_of(json);
    take_certificate(&reader, "certificate", &out, &der[0]);
    size_t count = 1, issuers = json_count(&reader, "chain");
    if (json_finish(&reader) || issuers >= CERTIFICATE_CHAIN_MAX)
        return HUFU_RESULT_FAULT;
    for (size_t i = 0; i < issuers; i++) {
        struct json_reader element = json_element(&reader, "chain", i);
        take_certificate(&element, "", &out, &der[count++]);
        if (json_finish(&element))
            return HUFU_RESULT_FAULT;
    }
    enum hufu_result result = certificates_store(der, count, hufu, key);
    if (result)
        return result;
    key->stage = KEY_CERTIFIED;
    return key_record_store(key, hufu);
}

static enum hufu_result fetch_certificates(struct hufu *hufu, struct key_record *key)
{
    char path[REST_PATH_MAX];
    rest_key_path(path, &key->id, "/certificate");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    return result ? result : keep_certificates(hufu, key, answer.json);
}

static enum hufu_result sign_request(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                                     struct bytes subject, struct buf *csr)
{
    uint8_t memory[CERTIFICATE_REQUEST_MAX];
    struct buf info;
    buf_init(&info, memory, sizeof(memory));
    uint8_t e[HUFU_DIGEST_SIZE], signature[1][HUFU_SIGNATURE_SIZE];
    if (certificate_request_info(&info, subject, key->P))
        return HUFU_RESULT_FAULT;
    if (cosign_message_digest(e, key_identity(key), key->P, buf_bytes(&info)))
        return HUFU_RESULT_INTERNAL;
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = unlock(hufu, key, pin, pin, &unlocked);
    if (!result) {
        result = signing_run(hufu, key, &unlocked, bytes_of(e, sizeof(e)), NULL, signature);
        result = unlock_settled(hufu, key, result);
    }
    if (!result && certificate_request(csr, buf_bytes(&info), signature[0]))
        result = HUFU_RESULT_INTERNAL;
    return result;
}

static enum hufu_result send_request(struct hufu *hufu, struct key_record *key, struct bytes csr)
{
    char path[REST_PATH_MAX];
    rest_key_path(path, &key->id, "/certificate-requests");
    uint8_t memory[REQUEST_JSON_MAX];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_bytes(&body, "csr", csr);
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_INTERNAL;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path, .body = buf_bytes(&body)};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    return result ? result : keep_certificates(hufu, key, answer.json);
}

enum hufu_result certification_run(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    char path[REST_PATH_MAX];
    rest_key_path(path, &key->id, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    if (json_has(&reader, "certificate"))
        return fetch_certificates(hufu, key);
    if (key->authorized) /* its certificate is the holder's to ask for */
        return HUFU_RESULT_NOT_READY;
    uint8_t subject_memory[CERTIFICATE_SUBJECT_MAX], csr_memory[CERTIFICATE_REQUEST_MAX];
    struct buf subject, csr;
    buf_init(&subject, subject_memory, sizeof(subject_memory));
    buf_init(&csr, csr_memory, sizeof(csr_memory));
    json_read_bytes(&reader, "subject_der", &subject);
    if (json_finish(&reader))
        return HUFU_RESULT_FAULT;
    /* Nobody signs a request for a certificate in somebody else's name. */
    if (!certificate_subject_names(buf_bytes(&subject), hufu->device.account_name))
        return HUFU_RESULT_CERTIFICATE;
    result = sign_request(hufu, key, pin, buf_bytes(&subject), &csr);
    return result ? result : send_request(hufu, key, buf_bytes(&csr));
}
