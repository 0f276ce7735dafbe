/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/keygen.h"

#include <string.h>

#include "mobile-sdk/exchange.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/unlock.h"

#define FINISH_BODY_MAX 256 /* T(operation, A, proofA, ρ) */

struct keygen {
    struct cosign_keygen state;
    struct cosign_device_half half;
    struct cosign_random random;
    uint8_t head_hash[COSIGN_DIGEST_SIZE]; /* of begin; the public part of finish */
    uint8_t body[FINISH_BODY_MAX];
    size_t body_len;
};

static void keygen_wipe(struct keygen *keygen)
{
    secret_wipe(keygen, sizeof(*keygen));
}

static enum hufu_err make_begin(void *context, struct buf *body, struct bytes head)
{
    struct keygen *keygen = context;
    return cosign_device_keygen_begin(&keygen->state, body, head, &keygen->random);
}

static enum hufu_err take_begin(void *context, struct bytes head, struct bytes answer)
{
    struct keygen *keygen = context;
    struct buf body;
    buf_init(&body, keygen->body, sizeof(keygen->body));
    enum hufu_err err = cosign_device_keygen_finish(&keygen->state, &body, head, answer);
    keygen->body_len = body.len;
    cosign_sm3(keygen->head_hash, head.data, head.len);
    return err;
}

static enum hufu_err make_finish(void *context, struct buf *body, struct bytes head)
{
    const struct keygen *keygen = context;
    (void)head;
    buf_put(body, keygen->body, keygen->body_len);
    return buf_finish(body);
}

static enum hufu_err take_finish(void *context, struct bytes head, struct bytes answer)
{
    struct keygen *keygen = context;
    (void)head;
    return cosign_device_keygen_done(&keygen->state, &keygen->half, answer);
}

static enum hufu_result begin(struct hufu *hufu, const struct key_record *key, struct keygen *keygen)
{
    const struct exchange exchange = {.op = FRAME_OP_KEYGEN_BEGIN,
                                      .key = key,
                                      .public_part = bytes_of(hufu->device.device_key, HUFU_PUBLIC_KEY_SIZE),
                                      .path = "/keygen/begin",
                                      .make = make_begin,
                                      .take = take_begin,
                                      .context = keygen};
    return exchange_run(hufu, &exchange);
}

static enum hufu_result finish(struct hufu *hufu, const struct key_record *key, struct keygen *keygen)
{
    const struct exchange exchange = {.op = FRAME_OP_KEYGEN_FINISH,
                                      .key = key,
                                      .public_part = bytes_of(keygen->head_hash, sizeof(keygen->head_hash)),
                                      .path = "/keygen/finish",
                                      .make = make_finish,
                                      .take = take_finish,
                                      .context = keygen};
    return exchange_run(hufu, &exchange);
}

/* From here on a lost answer leaves the question whether the service has finished: see keygen_settle. */
static enum hufu_result store_half(struct hufu *hufu, struct key_record *key, const struct keygen *keygen,
                                   const struct pin *pin, uint32_t pin_epoch)
{
    struct key_half half = {.generation = 0, .pin_epoch = pin_epoch};
    enum hufu_result result = half_hide(hufu, &half, &keygen->state.half, pin);
    if (!result) {
        key->half = half;
        memcpy(key->P, keygen->state.half.P, sizeof(key->P));
        key->stage = KEY_FINISHING;
        result = key_record_store(key, hufu);
    }
    secret_wipe(&half, sizeof(half));
    return result;
}

/* It must have finished with the P stored here. When it has not, begin replaces its pending half. */
enum hufu_result keygen_settle(struct hufu *hufu, struct key_record *key)
{
    char path[REST_PATH_MAX];
    rest_key_path(path, &key->id, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    if (!json_has(&reader, "public_key"))
        return HUFU_RESULT_OK;
    uint8_t P[COSIGN_POINT_SIZE];
    json_read_exact(&reader, "public_key", P, sizeof(P));
    if (json_finish(&reader) || !bytes_equal(bytes_of(P, sizeof(P)), bytes_of(key->P, sizeof(key->P))))
        return HUFU_RESULT_FAULT;
    key->stage = KEY_GENERATED;
    return key_record_store(key, hufu);
}

/* A finish that was on its way when we asked may have arrived since: then begin is refused, and it is done. */
static bool may_have_finished(const struct key_record *key, enum hufu_result result)
{
    return key->stage == KEY_FINISHING && (result == HUFU_RESULT_CONFLICT ||
                                           result == HUFU_RESULT_NOT_ACTIVE || result == HUFU_RESULT_REFUSED);
}

enum hufu_result keygen_run(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                            uint32_t pin_epoch)
{
    __attribute__((cleanup(keygen_wipe))) struct keygen keygen = {.random = random_source(hufu)};
    enum hufu_result result = begin(hufu, key, &keygen);
    if (may_have_finished(key, result)) {
        enum hufu_result settled = keygen_settle(hufu, key);
        return !settled && !key_has_half(key) ? result : settled;
    }
    if (!result)
        result = store_half(hufu, key, &keygen, pin, pin_epoch);
    if (!result)
        result = finish(hufu, key, &keygen);
    if (result)
        return result;
    key->stage = KEY_GENERATED;
    return key_record_store(key, hufu);
}
