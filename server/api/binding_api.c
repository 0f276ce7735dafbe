/* SPDX-License-Identifier: Apache-2.0 */
/* Another device's way to a key, its holder's or an authorized user's: which there are, asking for a binding, and looking
 * whether it was handed over. */
#include <stddef.h>
#include <string.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/authorization_policy.h"
#include "server/core/handover.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct binding_body {
    struct bytes x25519_key;
};

static const struct field binding_fields[] = {
    {.name = "x25519_key",
     .type = FIELD_BYTES,
     .offset = offsetof(struct binding_body, x25519_key),
     .min = FRAME_X25519_SIZE,
     .max = FRAME_X25519_SIZE},
    {.name = NULL},
};

typedef enum hufu_err binding_call(struct worker *worker, struct act *act, const uint8_t id[UUID_SIZE],
                                   const uint8_t x25519_key[FRAME_X25519_SIZE], uint8_t key_id[UUID_SIZE],
                                   struct handover_offer *out);

/* The path's id is the key's, or the authorization's that it is by. */
static void binding_post_by(struct http_request *request, struct worker *worker, const char *action,
                            binding_call *call)
{
    struct act act = answer_begin(request, action);
    struct binding_body body = {0};
    struct handover_offer offer;
    uint8_t id[UUID_SIZE], key_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", id) || !field_read_body(request, binding_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = call(worker, &act, id, body.x25519_key.data, key_id, &offer);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, so, so}", "key_id", json_uuid(key_id), "binding_id",
                             json_uuid(offer.binding_id), "expires_at", json_time(offer.expires_ms)));
}

static enum hufu_err binding_ask(struct worker *worker, struct act *act, const uint8_t id[UUID_SIZE],
                                 const uint8_t x25519_key[FRAME_X25519_SIZE], uint8_t key_id[UUID_SIZE],
                                 struct handover_offer *out)
{
    memcpy(key_id, id, UUID_SIZE);
    return handover_ask(worker, act, id, x25519_key, out);
}

void binding_post(struct http_request *request, struct worker *worker)
{
    binding_post_by(request, worker, "binding.ask", binding_ask);
}

void binding_post_authorized(struct http_request *request, struct worker *worker)
{
    binding_post_by(request, worker, "authorization.bind", authorization_ask_binding);
}

/* The sealed half is for the device that asked alone; its keys are for the one that hands over to it. */
static json_t *binding_json(const struct handover *handover, bool own)
{
    json_t *view =
        json_pack("{so, so, so, so, so, so, so, sb}", "key_id", json_uuid(handover->key_id), "binding_id",
                  json_uuid(handover->binding_id), "device_id", json_uuid(handover->device_id), "public_key",
                  json_bytes(bytes_of(handover->public_key, sizeof handover->public_key)), "device_key",
                  json_bytes(bytes_of(handover->device_key, sizeof handover->device_key)), "x25519_key",
                  json_bytes(bytes_of(handover->x25519_key, sizeof handover->x25519_key)), "expires_at",
                  json_time(handover->expires_ms), "handed_over", (int)handover->handed_over);
    if (view != NULL && handover->authorized)
        json_object_set_new(view, "authorization", json_uuid(handover->authorization_id));
    if (view != NULL && own && handover->handed_over)
        json_object_set_new(view, "sealed_half",
                            json_bytes(bytes_of(handover->sealed_half, sizeof handover->sealed_half)));
    return view;
}

void binding_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "binding.read");
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE];
    struct handover handover;
    bool own;
    if (!field_read_path_uuid(request, 0, "id", key_id) ||
        !field_read_path_uuid(request, 1, "binding", binding_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = handover_view(worker, &act, key_id, binding_id, &handover, &own);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, binding_json(&handover, own));
}

void binding_key_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "binding.keys");
    struct handover_key keys[HANDOVER_KEYS_MAX];
    size_t count;
    enum hufu_err err = handover_keys(worker, &act, keys, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{so, so, so, so}", "key_id", json_uuid(keys[i].key_id), "usage",
                                        json_text(key_usage_names[keys[i].usage]), "public_key",
                                        json_bytes(bytes_of(keys[i].public_key, sizeof keys[i].public_key)),
                                        "created_at", json_time(keys[i].created_ms)));
    reply_json(request, 200, json_pack("{so}", "keys", list));
}
