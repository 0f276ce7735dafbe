/* SPDX-License-Identifier: Apache-2.0 */
/* The played service's authorization: the holder's side of it, or the authorized user's, each in a service of its own. */
#include <stdio.h>

#include "common/encoding.h"
#include "common/frame.h"
#include "mobile-sdk/json.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

static void get_binding(const struct sdk_lending *lending, struct hufu_http_answer *answer)
{
    char told[64] = "", half[192] = "";
    SDK_TEXT(public_key, lending->public_key, sizeof(lending->public_key));
    SDK_TEXT(device_key, lending->device_key, sizeof(lending->device_key));
    SDK_TEXT(x25519_key, lending->x25519_key, sizeof(lending->x25519_key));
    SDK_TEXT(sealed_half, lending->sealed_half, sizeof(lending->sealed_half));
    if (lending->told)
        (void)snprintf(told, sizeof(told), ",\"authorization\":\"%s\"", lending->told);
    if (lending->handed_over)
        (void)snprintf(half, sizeof(half), ",\"sealed_half\":\"%.107s\"", sealed_half);
    (void)sdk_reply(answer, 200, "{\"public_key\":\"%s\",\"device_key\":\"%s\",\"x25519_key\":\"%s\"%s%s}",
                    public_key, device_key, x25519_key, told, half);
}

static void post_binding(struct sdk_service *service, const struct json_t *json,
                         struct hufu_http_answer *answer)
{
    struct sdk_lending *lending = &service->lending;
    char key[UUID_TEXT_SIZE], binding[UUID_TEXT_SIZE];
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "x25519_key", lending->x25519_key, sizeof(lending->x25519_key));
    assert_ok(json_finish(&reader));
    memcpy(lending->device_key, service->device_key, sizeof(lending->device_key));
    uuid_format(key, lending->key);
    uuid_format(binding, lending->binding);
    (void)sdk_reply(answer, 201, "{\"key_id\":\"%s\",\"binding_id\":\"%s\"}", key, binding);
}

bool sdk_lending_request(struct sdk_service *service, const char *path, const struct json_t *json,
                         struct hufu_http_answer *answer)
{
    const struct sdk_lending *lending = &service->lending;
    bool about = strncmp(path, "/v1/authorizations", 18) == 0;
    const char *last = strrchr(path, '/');
    if (about && lending->answer)
        (void)sdk_reply(answer, lending->status ? lending->status : 200, "%s", lending->answer);
    else if (about && json && strcmp(last, "/bindings") == 0)
        post_binding(service, json, answer);
    else if (about)
        (void)sdk_reply(answer, 200, "{\"authorization\":%s}", lending->json);
    else if (strstr(path, "/bindings/"))
        get_binding(lending, answer);
    else
        return false;
    return true;
}

static void keep_policy(struct sdk_lending *lending, struct bytes policy)
{
    assert_true(policy.len <= sizeof(lending->policy));
    if (policy.len)
        memcpy(lending->policy, policy.data, policy.len);
    lending->policy_len = policy.len;
}

enum hufu_err sdk_lending_handover(struct sdk_service *service, const struct cosign_service_half *half,
                                   const struct frame *frame, struct bytes body, struct buf *answer)
{
    struct sdk_lending *lending = &service->lending;
    struct frame_handover named;
    assert_ok(frame_handover_parse(&named, frame->head.public_part));
    enum hufu_err err = cosign_service_handover(&lending->other, answer, half, frame->head_encoded, body);
    if (err)
        return err;
    assert_memory_equal(named.binding_id, lending->binding, sizeof(named.binding_id));
    memcpy(lending->sealed_half, named.sealed_half, sizeof(lending->sealed_half));
    memcpy(lending->public_key, half->P, sizeof(lending->public_key));
    lending->handed_over = true;
    lending->handovers++;
    keep_policy(lending, named.policy);
    return HUFU_OK;
}

enum hufu_err sdk_lending_policy(struct sdk_service *service, const struct frame *frame, struct bytes body,
                                 struct buf *answer)
{
    struct sdk_lending *lending = &service->lending;
    struct frame_policy_for named;
    struct cursor in;
    cursor_init(&in, body);
    cursor_field_text(&in, frame_op_name(FRAME_OP_POLICY));
    assert_ok(cursor_finish(&in));
    assert_ok(frame_policy_for_parse(&named, frame->head.public_part));
    assert_memory_equal(named.binding_id, lending->binding, sizeof(named.binding_id));
    lending->policies++;
    keep_policy(lending, named.policy);
    buf_put_field_text(answer, frame_op_name(FRAME_OP_POLICY));
    return buf_finish(answer);
}
