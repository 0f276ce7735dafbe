/* SPDX-License-Identifier: Apache-2.0 */
#include "server/adapter/message.h"

#include <jansson.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "server/adapter/exchange.h"
#include "server/worker.h"

#define MESSAGE_BODY_MAX 16384 /* what a service must take */

bool sms_offered(const struct worker *worker)
{
    return outside_offers(exchange_outside(worker->exchange), OUTSIDE_SMS);
}

bool email_offered(const struct worker *worker)
{
    return outside_offers(exchange_outside(worker->exchange), OUTSIDE_EMAIL);
}

static void json_release(json_t **value)
{
    json_decref(*value);
}

static json_t *message_json(const struct message *message)
{
    char valid_until[RFC3339_TEXT_SIZE];
    rfc3339_format(valid_until, message->valid_until_ms);
    json_t *values = json_array();
    for (size_t i = 0; i < message->value_count; i++)
        (void)json_array_append_new(values, json_string(message->values[i]));
    return json_pack("{ss, ss*, ss, ss, so, ss, ss}", "to", message->to, "subject", message->subject, "text",
                     message->text, "template", message->template_name, "values", values, "language",
                     message->language, "valid_until", valid_until);
}

/* The statuses after which the same bytes can never succeed. */
static bool is_final(int status)
{
    return status == 400 || status == 409 || status == 413 || status == 415 || status == 422;
}

static enum hufu_err message_judge(struct worker *worker, enum outside_service service, int status)
{
    if (status >= 200 && status <= 299)
        return HUFU_OK;
    exchange_refused(worker, service, status);
    return is_final(status) ? HUFU_ERR_FORM : HUFU_ERR_AWAY;
}

struct message_body {
    char text[MESSAGE_BODY_MAX];
};

static void message_body_wipe(struct message_body *body)
{
    secret_wipe(body, sizeof(*body)); /* a code may be in it */
}

static enum hufu_err message_send(struct worker *worker, enum outside_service service,
                                  const struct message *message, struct message_answer *answer)
{
    struct message_body body __attribute__((cleanup(message_body_wipe)));
    struct exchange_answer got;
    *answer = (struct message_answer){0};
    json_t *json __attribute__((cleanup(json_release))) = message_json(message);
    size_t len = json ? json_dumpb(json, body.text, sizeof(body.text), JSON_COMPACT) : 0;
    if (len == 0)
        return HUFU_ERR_INTERNAL;
    if (len > sizeof(body.text))
        return HUFU_ERR_FORM;
    const struct exchange_call call = {
        .service = service, .key = message->key, .body = bytes_of(body.text, len)};
    enum hufu_err err = exchange_post(worker, &call, &got);
    if (err)
        return err;
    answer->status = got.status;
    answer->retry_after_s = got.retry_after_s;
    return message_judge(worker, service, got.status);
}

enum hufu_err sms_send(struct worker *worker, const struct message *message, struct message_answer *answer)
{
    return message_send(worker, OUTSIDE_SMS, message, answer);
}

enum hufu_err email_send(struct worker *worker, const struct message *message, struct message_answer *answer)
{
    return message_send(worker, OUTSIDE_EMAIL, message, answer);
}
