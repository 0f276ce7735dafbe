/* SPDX-License-Identifier: Apache-2.0 */
#include "server/adapter/face.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "server/adapter/exchange.h"
#include "server/worker.h"

bool face_offered(const struct worker *worker)
{
    return outside_offers(exchange_outside(worker->exchange), OUTSIDE_FACE);
}

static void json_release(json_t **value)
{
    json_decref(*value);
}

/* {"reference":"…","probe":"…"}: large, and somebody's face. */
struct face_body {
    char *text;
    size_t size, len;
};

static void face_body_done(struct face_body *body)
{
    if (body->text)
        secret_wipe(body->text, body->size);
    free(body->text);
}

static void face_body_put(struct face_body *body, const char *text)
{
    for (; *text; text++)
        body->text[body->len++] = *text;
}

static void face_body_put_picture(struct face_body *body, struct bytes picture)
{
    char *at = body->text + body->len;
    base64url_encode(at, body->size - body->len, picture);
    body->len += BASE64URL_TEXT_SIZE(picture.len) - 1;
}

static enum hufu_err face_body_make(struct face_body *body, struct bytes reference, struct bytes probe)
{
    static const char begin[] = "{\"reference\":\"", middle[] = "\",\"probe\":\"", end[] = "\"}";
    body->size = sizeof(begin) + sizeof(middle) + sizeof(end) + BASE64URL_TEXT_SIZE(reference.len) +
                 BASE64URL_TEXT_SIZE(probe.len);
    body->text = malloc(body->size);
    if (!body->text)
        return HUFU_ERR_INTERNAL;
    face_body_put(body, begin);
    face_body_put_picture(body, reference);
    face_body_put(body, middle);
    face_body_put_picture(body, probe);
    face_body_put(body, end);
    return HUFU_OK;
}

static enum hufu_err face_judge(struct worker *worker, const struct exchange_answer *answer, bool *same)
{
    if (answer->status == 422)
        return HUFU_ERR_FORM;
    if (answer->status == 413)
        return HUFU_ERR_LIMIT;
    json_t *json __attribute__((cleanup(json_release))) =
        answer->status == 200 ? json_loadb(answer->body, answer->len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const json_t *said = json_object_get(json, "same");
    if (!json_is_boolean(said)) {
        exchange_refused(worker, OUTSIDE_FACE, answer->status);
        return HUFU_ERR_AWAY;
    }
    *same = json_is_true(said);
    return HUFU_OK;
}

static enum hufu_err face_ask(struct worker *worker, struct bytes reference, struct bytes probe, bool *same)
{
    struct face_body body __attribute__((cleanup(face_body_done))) = {0};
    struct exchange_answer answer;
    enum hufu_err err = face_body_make(&body, reference, probe);
    const struct exchange_call call = {.service = OUTSIDE_FACE, .body = bytes_of(body.text, body.len)};
    if (!err)
        err = exchange_post(worker, &call, &answer);
    return err ? err : face_judge(worker, &answer, same);
}

enum hufu_err face_compare(struct worker *worker, struct bytes reference, struct bytes probe, bool *same)
{
    struct outside *outside = exchange_outside(worker->exchange);
    *same = false;
    if (!face_offered(worker))
        return HUFU_ERR_STATE;
    if (reference.len > FACE_PICTURE_MAX || probe.len > FACE_PICTURE_MAX)
        return HUFU_ERR_LIMIT;
    if (reference.len == 0 || probe.len == 0)
        return HUFU_ERR_FORM;
    if (!outside_enter(outside))
        return HUFU_ERR_BUSY;
    enum hufu_err err = face_ask(worker, reference, probe, same);
    outside_leave(outside);
    return err;
}
