/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/captcha.h"

#include <string.h>

#include "common/hash.h"
#include "mobile-sdk/rest.h"

#define REQUEST_MAX (2 * HUFU_NAME_MAX + 64)

void captcha_solve(struct bytes challenge, unsigned bits, uint8_t answer[CAPTCHA_ANSWER_SIZE])
{
    uint8_t text[HASH_SIZE + CAPTCHA_ANSWER_SIZE], hash[HASH_SIZE];
    hash_sha256(text, challenge);
    for (uint64_t number = 0;; number++) {
        for (size_t i = 0; i < CAPTCHA_ANSWER_SIZE; i++)
            text[HASH_SIZE + i] = (uint8_t)(number >> (56 - 8 * i));
        hash_sha256(hash, bytes_of(text, sizeof(text)));
        if (hash_zero_bits(hash) >= bits)
            break;
    }
    memcpy(answer, text + HASH_SIZE, CAPTCHA_ANSWER_SIZE);
}

static enum hufu_result fetch(struct hufu *hufu, const char *project, uint8_t challenge[CAPTCHA_SIZE],
                              uint32_t *bits)
{
    uint8_t memory[REQUEST_MAX];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_text(&body, "project", project);
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_ARGUMENT;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/captchas", .body = buf_bytes(&body), .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    json_read_exact(&reader, "challenge", challenge, CAPTCHA_SIZE);
    json_read_u32(&reader, "bits", bits);
    return json_finish(&reader) || *bits > CAPTCHA_BITS_MAX ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

enum hufu_result captcha_put(struct hufu *hufu, struct buf *body, const char *project)
{
    uint8_t challenge[CAPTCHA_SIZE], answer[CAPTCHA_ANSWER_SIZE];
    uint32_t bits = 0;
    enum hufu_result result = fetch(hufu, project, challenge, &bits);
    if (result)
        return result;
    captcha_solve(bytes_of(challenge, sizeof(challenge)), bits, answer);
    json_put_object(body, "captcha");
    json_put_bytes(body, "challenge", bytes_of(challenge, sizeof(challenge)));
    json_put_bytes(body, "answer", bytes_of(answer, sizeof(answer)));
    json_end(body);
    return HUFU_RESULT_OK;
}
