/* SPDX-License-Identifier: Apache-2.0 */
/* What people do with authorizations: each step is one request, whose answer is the authorization as it is afterwards. */
#include <string.h>

#include "common/encoding.h"
#include "mobile-sdk/authorization.h"
#include "mobile-sdk/key_list.h"

/* Two free texts, of which each control character takes six bytes, and the rest. */
#define REQUEST_MAX (12 * HUFU_AUTHORIZATION_TEXT_MAX + 1024)

/* The body of a step; personal, but no secret. */
struct step {
    struct buf body;
    uint8_t memory[REQUEST_MAX];
};

static void step_begin(struct step *step)
{
    buf_init(&step->body, step->memory, sizeof(step->memory));
    json_begin(&step->body);
}

static void put_time(struct buf *body, const char *name, uint64_t time_ms)
{
    char text[RFC3339_TEXT_SIZE];
    if (!time_ms)
        return;
    rfc3339_format(text, time_ms);
    json_put_text(body, name, text);
}

static void put_told(struct buf *body, const char *name, const char *text)
{
    if (text && text[0])
        json_put_text(body, name, text);
}

static void put_id_if_told(struct buf *body, const char *name, const struct hufu_id *id)
{
    char text[HUFU_ID_TEXT_SIZE];
    if (!id)
        return;
    uuid_format(text, id->bytes);
    json_put_text(body, name, text);
}

static void put_wish(struct buf *body, const struct hufu_authorization_wish *wish)
{
    const char *operation;
    json_put_array(body, "operations");
    for (size_t i = 0; (operation = authorization_operation_name(wish->operations, i)); i++)
        json_put_text(body, NULL, operation);
    json_end_array(body);
    put_time(body, "valid_from", wish->from_ms);
    put_time(body, "valid_until", wish->until_ms);
    json_put_u64(body, "uses", wish->uses);
    put_told(body, "reason", wish->reason);
    put_told(body, "remark", wish->remark);
}

/* A body without a member is none. */
static struct bytes step_body(struct step *step)
{
    bool empty = step->body.len == 1;
    json_end(&step->body);
    return empty ? bytes_of(NULL, 0) : buf_bytes(&step->body);
}

static enum hufu_result step_send(struct hufu *hufu, const char *method, const char *path, struct step *step,
                                  struct hufu_authorization *authorization)
{
    *authorization = (struct hufu_authorization){.operations = 0};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = method, .path = path, .body = step_body(step)};
    if (buf_finish(&step->body))
        return HUFU_RESULT_LIMIT;
    enum hufu_result result = rest_call(hufu, &request, &answer);
    return result ? result : authorization_read_answer(authorization, answer.json);
}

static enum hufu_result step_on(struct hufu *hufu, const char *method, const struct hufu_id *id,
                                const char *rest, struct step *step, struct hufu_authorization *authorization)
{
    char path[REST_PATH_MAX];
    authorization_path(path, id, rest);
    return step_send(hufu, method, path, step, authorization);
}

/* ---- begun ---- */

static enum hufu_result begin(struct hufu *hufu, const char *path, const char *other_name, const char *other,
                              const struct hufu_id *key, const struct hufu_authorization_wish *wish,
                              struct hufu_authorization *authorization)
{
    struct step step;
    step_begin(&step);
    put_told(&step.body, other_name, other);
    put_id_if_told(&step.body, "key_id", key);
    put_wish(&step.body, wish);
    return report_end(hufu, step_send(hufu, "POST", path, &step, authorization));
}

enum hufu_result hufu_authorization_apply(struct hufu *hufu, const char *holder,
                                          const struct hufu_authorization_wish *wish,
                                          struct hufu_authorization *authorization)
{
    return begin(hufu, "/v1/authorizations", "holder", holder, NULL, wish, authorization);
}

enum hufu_result hufu_authorization_grant(struct hufu *hufu, const char *authorized,
                                          const struct hufu_id *key,
                                          const struct hufu_authorization_wish *wish,
                                          struct hufu_authorization *authorization)
{
    return begin(hufu, "/v1/authorizations/grants", "authorized", authorized, key, wish, authorization);
}

/* ---- steps ---- */

static enum hufu_result plain_step(struct hufu *hufu, const char *method, const struct hufu_id *id,
                                   const char *rest, struct hufu_authorization *authorization)
{
    struct step step;
    step_begin(&step);
    return report_end(hufu, step_on(hufu, method, id, rest, &step, authorization));
}

enum hufu_result hufu_authorization_confirm(struct hufu *hufu, const struct hufu_id *id,
                                            const struct hufu_id *key,
                                            struct hufu_authorization *authorization)
{
    struct step step;
    step_begin(&step);
    put_id_if_told(&step.body, "key_id", key);
    return report_end(hufu, step_on(hufu, "POST", id, "/confirm", &step, authorization));
}

enum hufu_result hufu_authorization_refuse(struct hufu *hufu, const struct hufu_id *id, const char *why,
                                           struct hufu_authorization *authorization)
{
    struct step step;
    report_begin(hufu);
    *authorization = (struct hufu_authorization){.operations = 0};
    if (why && strlen(why) > HUFU_AUTHORIZATION_WHY_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    step_begin(&step);
    put_told(&step.body, "reason", why);
    return report_end(hufu, step_on(hufu, "POST", id, "/refuse", &step, authorization));
}

enum hufu_result hufu_authorization_freeze(struct hufu *hufu, const struct hufu_id *id,
                                           struct hufu_authorization *authorization)
{
    return plain_step(hufu, "POST", id, "/freeze", authorization);
}

enum hufu_result hufu_authorization_unfreeze(struct hufu *hufu, const struct hufu_id *id,
                                             struct hufu_authorization *authorization)
{
    return plain_step(hufu, "POST", id, "/unfreeze", authorization);
}

enum hufu_result hufu_authorization_reset_password(struct hufu *hufu, const struct hufu_id *id,
                                                   struct hufu_authorization *authorization)
{
    return plain_step(hufu, "POST", id, "/password-reset", authorization);
}

static enum hufu_result change(struct hufu *hufu, const char *method, const struct hufu_id *id,
                               const char *rest, const struct hufu_authorization_change *change,
                               struct hufu_authorization *authorization)
{
    struct step step;
    step_begin(&step);
    put_time(&step.body, "valid_from", change->from_ms);
    put_time(&step.body, "valid_until", change->until_ms);
    if (change->has_uses)
        json_put_u64(&step.body, "uses", change->uses);
    return report_end(hufu, step_on(hufu, method, id, rest, &step, authorization));
}

enum hufu_result hufu_authorization_modify(struct hufu *hufu, const struct hufu_id *id,
                                           const struct hufu_authorization_change *wanted,
                                           struct hufu_authorization *authorization)
{
    return change(hufu, "PATCH", id, "", wanted, authorization);
}

enum hufu_result hufu_authorization_renew(struct hufu *hufu, const struct hufu_id *id,
                                          const struct hufu_authorization_change *wanted,
                                          struct hufu_authorization *authorization)
{
    return change(hufu, "POST", id, "/renew", wanted, authorization);
}

/* ---- deleted ---- */

/* What this device has by it is worth nothing any more. */
static enum hufu_result drop_half(struct hufu *hufu, const struct hufu_id *id)
{
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (result)
            return result;
        if (!key.authorized || !id_equal(&key.lender.authorization, id))
            continue;
        return key_list_drop(hufu, &key.id);
    }
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_authorization_delete(struct hufu *hufu, const struct hufu_id *id,
                                           struct hufu_authorization *authorization)
{
    enum hufu_result result = plain_step(hufu, "DELETE", id, "", authorization);
    /* By the other of the two, or by this device, which did not hear of it. */
    bool deleted = !result || (result == HUFU_RESULT_CONFLICT && strcmp(hufu->report.state, "deleted") == 0);
    enum hufu_result dropped = deleted ? drop_half(hufu, id) : HUFU_RESULT_OK;
    return report_end(hufu, dropped ? dropped : result);
}
