/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_shot.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/encoding.h"
#include "tests/bench/bench_service_judge.h"
#include "tests/client/randomness.h"

#define PATH_MAX_LEN 96
#define HTTP_MAX (BASE64URL_TEXT_SIZE((size_t)FRAME_MAX) + 1024)

static void json_free(json_t **json)
{
    json_decref(*json);
}

uint64_t shot_monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- Before ---- */

static void put_base64(struct buf *out, struct bytes data)
{
    char text[BASE64URL_TEXT_SIZE((size_t)FRAME_MAX)];
    base64url_encode(text, sizeof(text), data);
    buf_put(out, text, strlen(text));
}

static void put_text(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

static enum hufu_err http_make(struct shot *shot, const struct shot_sender *sender)
{
    char id[UUID_TEXT_SIZE];
    char path[PATH_MAX_LEN];
    uint8_t json_memory[HTTP_MAX];
    uint8_t http_memory[HTTP_MAX + 512];
    struct buf json;
    struct buf http;
    buf_init(&json, json_memory, sizeof(json_memory));
    buf_init(&http, http_memory, sizeof(http_memory));
    put_text(&json, "{\"frame\":\"");
    put_base64(&json, device_request_frame(&shot->request));
    put_text(&json, "\",\"signature\":\"");
    put_base64(&json, bytes_of(shot->request.signature, FRAME_SIGNATURE_SIZE));
    put_text(&json, "\"}");
    uuid_format(id, sender->binding.key_id);
    (void)snprintf(path, sizeof(path), "/v1/keys/%s/signatures", id);
    enum hufu_err err = buf_finish(&json);
    if (!err)
        err = wire_post(&http, path, sender->token, buf_bytes(&json));
    if (err)
        return err;
    shot->http = malloc(http.len);
    if (!shot->http)
        return HUFU_ERR_INTERNAL;
    memcpy(shot->http, http.data, http.len);
    shot->http_len = http.len;
    return HUFU_OK;
}

enum hufu_err shot_prepare(struct shot *shot, const struct shot_sender *sender, uint32_t batch,
                           uint64_t planned_ms)
{
    *shot = (struct shot){.planned_ms = planned_ms};
    uint8_t digests[FRAME_BATCH_MAX * COSIGN_DIGEST_SIZE];
    const struct device_options options = {.time_ms = planned_ms};
    if (batch == 0 || batch > FRAME_BATCH_MAX)
        return HUFU_ERR_LIMIT;
    randomness_fill(digests, (size_t)batch * COSIGN_DIGEST_SIZE);
    enum hufu_err err = device_request_sign(&shot->request, &sender->binding,
                                            bytes_of(digests, (size_t)batch * COSIGN_DIGEST_SIZE), &options);
    if (!err)
        err = http_make(shot, sender);
    if (err)
        shot_done(shot);
    return err;
}

/* ---- The exchange ---- */

static void exchange_begin(struct shot *shot)
{
    free(shot->answer);
    shot->answer = NULL;
    shot->answer_len = 0;
    shot->sent_ms = device_now_ms();
    shot->sent_us = shot_monotonic_us();
}

static void exchange_end(struct shot *shot, enum hufu_err err, const struct wire_answer *answer)
{
    shot->answered_us = shot_monotonic_us();
    shot->err = err;
    shot->status = answer->status;
    if (err || answer->body.len == 0)
        return;
    shot->answer = malloc(answer->body.len);
    if (!shot->answer) {
        shot->err = HUFU_ERR_INTERNAL;
        return;
    }
    memcpy(shot->answer, answer->body.data, answer->body.len);
    shot->answer_len = answer->body.len;
}

bool shot_send(struct shot *shot, struct wire *wire)
{
    const struct wire_answer none = {0};
    exchange_begin(shot);
    enum hufu_err err = wire_send(wire, bytes_of(shot->http, shot->http_len));
    if (err)
        exchange_end(shot, err, &none);
    return !err;
}

bool shot_take(struct shot *shot, struct wire *wire)
{
    struct wire_answer answer;
    bool whole = false;
    enum hufu_err err = wire_receive(wire, &answer, &whole);
    if (!err && !whole)
        return false;
    exchange_end(shot, err, &answer);
    return true;
}

void shot_give_up(struct shot *shot)
{
    const struct wire_answer none = {0};
    exchange_end(shot, HUFU_ERR_AWAY, &none);
}

void shot_fire(struct shot *shot, struct wire *wire)
{
    struct wire_answer answer;
    exchange_begin(shot);
    enum hufu_err err = wire_exchange(wire, bytes_of(shot->http, shot->http_len), &answer);
    exchange_end(shot, err, &answer);
}

/* ---- After ---- */

enum hufu_err shot_answer(const struct shot *shot, struct buf *sealed)
{
    __attribute__((cleanup(json_free))) json_t *json =
        shot->answer ? json_loadb((const char *)shot->answer, shot->answer_len, JSON_REJECT_DUPLICATES, NULL)
                     : NULL;
    const char *text = json_string_value(json_object_get(json, "answer"));
    return text ? base64url_decode(sealed, text) : HUFU_ERR_FORM;
}

static enum hufu_err judge_all(const struct shot *shot, const uint8_t P[COSIGN_POINT_SIZE],
                               uint8_t (*signatures)[COSIGN_SIGNATURE_SIZE])
{
    struct frame_head head;
    enum hufu_err err = frame_head_parse(&head, device_request_head(&shot->request));
    if (err)
        return err;
    struct judge *judge = judge_new(P);
    if (!judge)
        return HUFU_ERR_INTERNAL;
    for (uint32_t i = 0; !err && i < frame_head_count(&head); i++)
        err = judge_signature(judge, head.public_part.data + (size_t)i * COSIGN_DIGEST_SIZE, signatures[i]);
    judge_free(judge);
    return err;
}

enum hufu_err shot_verify(struct shot *shot, const uint8_t P[COSIGN_POINT_SIZE],
                          uint8_t (*signatures)[COSIGN_SIGNATURE_SIZE])
{
    uint8_t memory[FRAME_ANSWER_MAX];
    uint8_t own[FRAME_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    if (shot->err || shot->status != 200)
        return HUFU_ERR_STATE;
    if (!signatures)
        signatures = own;
    enum hufu_err err = shot_answer(shot, &sealed);
    if (!err)
        err = device_request_sign_finish(&shot->request, signatures, buf_bytes(&sealed));
    return err ? err : judge_all(shot, P, signatures);
}

void shot_done(struct shot *shot)
{
    device_request_done(&shot->request);
    free(shot->http);
    free(shot->answer);
    *shot = (struct shot){0};
}
