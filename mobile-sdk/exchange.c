/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/box.h"
#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/result.h"
#include "mobile-sdk/service.h"

#define REQUEST_MAX (BASE64URL_TEXT_SIZE(FRAME_MAX) + BASE64URL_TEXT_SIZE(FRAME_SIGNATURE_SIZE) + 64)

/* All that one exchange needs, on the heap and wiped with it. */
struct room {
    uint8_t head[FRAME_HEAD_MAX];
    size_t head_len;
    uint8_t body[COSIGN_BODY_MAX];
    uint8_t frame[FRAME_MAX];
    uint8_t message[FRAME_MAX + 32];
    uint8_t request[REQUEST_MAX];
    size_t request_len;
    uint8_t sealed[FRAME_ANSWER_MAX];
    uint8_t answer[FRAME_ANSWER_MAX];
    struct box_session session;
};

static void room_free(struct room **room)
{
    if (*room)
        secret_wipe(*room, sizeof(**room));
    free(*room);
}

static enum hufu_result make_head(struct hufu *hufu, const struct exchange *exchange, struct room *room)
{
    struct frame_head head = {.op = exchange->op,
                              .generation = exchange->generation,
                              .time_ms = clock_now(hufu),
                              .purpose = exchange->purpose,
                              .public_part = exchange->public_part};
    memcpy(head.key_id, exchange->key->id.bytes, FRAME_ID_SIZE);
    memcpy(head.binding_id, exchange->key->binding.bytes, FRAME_ID_SIZE);
    enum hufu_result result = random_fill(hufu, head.request_id, sizeof(head.request_id));
    if (result)
        return result;
    struct buf out;
    buf_init(&out, room->head, sizeof(room->head));
    enum hufu_err err = frame_head_encode(&out, &head);
    room->head_len = out.len;
    return err ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static enum hufu_result make_frame(struct hufu *hufu, const struct exchange *exchange, struct room *room,
                                   struct buf *frame)
{
    struct bytes head = bytes_of(room->head, room->head_len);
    struct buf body;
    buf_init(&body, room->body, sizeof(room->body));
    enum hufu_err err = exchange->make(exchange->context, &body, head);
    if (err)
        return err == HUFU_ERR_FORM ? HUFU_RESULT_FORM : HUFU_RESULT_INTERNAL;
    uint8_t H_k[FRAME_X25519_SIZE], random[BOX_RANDOM_SIZE];
    enum hufu_result result = service_box_key(hufu, H_k);
    if (!result)
        result = random_fill(hufu, random, sizeof(random));
    /* The box key was signed by the service's identity key: one that cannot be used is its fault. */
    if (!result && box_seal_frame(frame, &room->session, head, buf_bytes(&body), H_k, random))
        result = HUFU_RESULT_FAULT;
    secret_wipe(random, sizeof(random));
    return result;
}

static enum hufu_result make_request(struct hufu *hufu, const struct exchange *exchange, struct room *room)
{
    struct buf frame, message, request;
    buf_init(&frame, room->frame, sizeof(room->frame));
    enum hufu_result result = make_head(hufu, exchange, room);
    if (!result)
        result = make_frame(hufu, exchange, room, &frame);
    if (result)
        return result;
    buf_init(&message, room->message, sizeof(room->message));
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    if (frame_signed_message(&message, buf_bytes(&frame)))
        return HUFU_RESULT_INTERNAL;
    result = device_sign(hufu, buf_bytes(&message), signature);
    if (result)
        return result;
    buf_init(&request, room->request, sizeof(room->request));
    json_begin(&request);
    json_put_bytes(&request, "frame", buf_bytes(&frame));
    json_put_bytes(&request, "signature", bytes_of(signature, sizeof(signature)));
    json_end(&request);
    room->request_len = request.len;
    return buf_finish(&request) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

/* What is left to an authorized user, as the service tells it beside the answer. */
static void read_limits(struct hufu_report *report, struct json_reader *reader)
{
    report->has_uses_left = json_has(reader, "uses_left");
    if (report->has_uses_left)
        json_read_u64(reader, "uses_left", &report->uses_left, INT64_MAX);
    if (json_has(reader, "valid_until"))
        json_read_time(reader, "valid_until", &report->valid_until_ms);
}

/* Opens the sealed answer out of the JSON. One that does not open counts as lost: the right one may still come. */
static enum hufu_result open_answer(struct hufu *hufu, struct room *room, const struct json_t *json,
                                    size_t *len)
{
    struct json_reader reader = json_reader_of(json);
    struct buf sealed, opened;
    buf_init(&sealed, room->sealed, sizeof(room->sealed));
    buf_init(&opened, room->answer, sizeof(room->answer));
    json_read_bytes(&reader, "answer", &sealed);
    uint32_t failures = 0;
    if (json_has(&reader, "pin_failures_before")) {
        json_read_u32(&reader, "pin_failures_before", &failures);
        hufu->report.pin_failures_before = failures <= INT32_MAX ? (int32_t)failures : INT32_MAX;
    }
    read_limits(&hufu->report, &reader);
    if (json_finish(&reader) || box_open_answer(&opened, &room->session, buf_bytes(&sealed)))
        return HUFU_RESULT_FAULT;
    *len = opened.len;
    return HUFU_RESULT_OK;
}

/* Sends the same bytes again while no answer opens. A refusal is an answer. */
static enum hufu_result send_request(struct hufu *hufu, const struct exchange *exchange, struct room *room,
                                     struct rest_answer *answer, size_t *len)
{
    char path[REST_PATH_MAX];
    rest_key_path(path, &exchange->key->id, exchange->path);
    const struct rest_request request = {
        .path = path, .body = bytes_of(room->request, room->request_len), .frame = true};
    enum hufu_result result = HUFU_RESULT_AWAY;
    for (uint32_t attempt = 0; attempt < REST_ATTEMPTS; attempt++) {
        if (attempt && !rest_pause(hufu, answer, attempt))
            break;
        result = rest_call(hufu, &request, answer);
        if (!result)
            result = open_answer(hufu, room, answer->json, len);
        if (!rest_answer_lost(result) && result != HUFU_RESULT_FAULT)
            break;
    }
    return result;
}

static enum hufu_result run_once(struct hufu *hufu, const struct exchange *exchange, struct room *room,
                                 struct rest_answer *answer)
{
    size_t len = 0;
    enum hufu_result result = make_request(hufu, exchange, room);
    if (!result)
        result = send_request(hufu, exchange, room, answer, &len);
    box_session_wipe(&room->session);
    if (result)
        return result;
    enum hufu_err err =
        exchange->take(exchange->context, bytes_of(room->head, room->head_len), bytes_of(room->answer, len));
    return err == HUFU_ERR_INTERNAL ? HUFU_RESULT_INTERNAL : (err ? HUFU_RESULT_FAULT : HUFU_RESULT_OK);
}

enum hufu_result exchange_run(struct hufu *hufu, const struct exchange *exchange)
{
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    __attribute__((cleanup(room_free))) struct room *room = calloc(1, sizeof(*room));
    if (!room)
        return HUFU_RESULT_INTERNAL;
    REST_ANSWER_DONE struct rest_answer answer = {0};
    enum hufu_result result = run_once(hufu, exchange, room, &answer);
    if (result != HUFU_RESULT_CLOCK || !answer.service_time_ms)
        return result;
    result = rest_take_time(hufu, &answer);
    return result ? result : run_once(hufu, exchange, room, &answer);
}

enum hufu_err exchange_empty_answer(enum frame_op op, struct bytes answer)
{
    struct cursor in;
    cursor_init(&in, answer);
    cursor_field_text(&in, frame_op_name(op));
    return cursor_finish(&in) ? HUFU_ERR_PEER : HUFU_OK;
}
