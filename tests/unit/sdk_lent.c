/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_lent.h"

#include <stdio.h>

#include "common/encoding.h"
#include "tests/unit/unit.h"

/* As the service answers it: of which key, with which operations, end, and further members. */
#define AUTHORIZATION_JSON                                                                                \
    "{\"id\":\"" SDK_LENT "\",\"project_id\":\"" SDK_NOT_LENT                                             \
    "\",\"state\":\"awaiting_device\",\"begun_by\":"                                                      \
    "\"authorized\",\"as\":\"%s\",\"holder\":{\"id\":\"" SDK_NOT_LENT                                     \
    "\",\"name\":\"张三\",\"work_number\":\"H-1\"},"                                                    \
    "\"authorized\":{\"name\":\"李四\",\"work_number\":\"A-17\",\"mobile\":\"138****0001\"},"           \
    "\"operations\":%s,\"valid_from\":\"2026-02-01T00:00:00.000Z\",\"valid_until\":\"%s\",\"uses\":10,"   \
    "\"uses_left\":9,\"policy_due\":true,\"possible\":[\"freeze\",\"fly\",\"delete\"],\"key_id\":\"%s\"," \
    "\"binding_id\":\"%s\",\"created_at\":\"2026-01-02T03:04:05.678Z\",\"state_changed_at\":"             \
    "\"2026-01-02T03:04:05.678Z\"%s}"

void sdk_lent_tell(struct sdk_lent *x, const char *operations, const char *end, const char *more)
{
    char key[HUFU_ID_TEXT_SIZE], binding[UUID_TEXT_SIZE];
    hufu_id_format(key, &x->holder.key);
    uuid_format(binding, x->holder.service->lending.binding);
    static const char *const parties[] = {"holder", "authorized"};
    for (int i = 0; i < 2; i++)
        (void)snprintf(x->json[i], sizeof(x->json[i]), AUTHORIZATION_JSON, parties[i], operations, end, key,
                       binding, more);
    x->holder.service->lending.json = x->json[0];
    x->user.service->lending.json = x->json[1];
}

static void set_up_binding(struct sdk_lent *x)
{
    struct sdk_lending *of_holder = &x->holder.service->lending, *of_user = &x->user.service->lending;
    memset(of_holder->binding, 0x42, sizeof(of_holder->binding));
    of_holder->told = SDK_LENT;
    memcpy(of_holder->key, x->holder.key.bytes, sizeof(of_holder->key));
    *of_user = *of_holder;
    assert_int_equal(hufu_id_parse(&x->authorization, SDK_LENT), HUFU_RESULT_OK);
    sdk_lent_tell(x, "[\"sign\",\"login\"]", SDK_LENT_END, "");
}

void sdk_lent_ask(struct sdk_lent *x)
{
    struct sdk_lending *of_holder = &x->holder.service->lending;
    const struct sdk_lending *of_user = &x->user.service->lending;
    assert_int_equal(hufu_authorization_bind(x->user.device->hufu, &x->authorization, x->code),
                     HUFU_RESULT_OK);
    memcpy(of_holder->device_key, of_user->device_key, sizeof(of_holder->device_key));
    memcpy(of_holder->x25519_key, of_user->x25519_key, sizeof(of_holder->x25519_key));
}

int sdk_lent_set_up(void **state)
{
    static struct sdk_lent x;
    x = (struct sdk_lent){.holder = sdk_enrolled_new(), .user = sdk_enrolled_new()};
    set_up_binding(&x);
    sdk_lent_ask(&x);
    *state = &x;
    return 0;
}

int sdk_lent_tear_down(void **state)
{
    struct sdk_lent *x = *state;
    sdk_enrolled_free(&x->holder);
    sdk_enrolled_free(&x->user);
    return 0;
}

enum hufu_result sdk_lent_scan(struct sdk_lent *x)
{
    return hufu_handover_scan(x->holder.device->hufu, x->code, &x->request);
}

enum hufu_result sdk_lent_hand_over_with(struct sdk_lent *x, const char *pin)
{
    return hufu_authorization_handover(x->holder.device->hufu, x->code, &x->request.authorization, pin,
                                       strlen(pin), x->back);
}

enum hufu_result sdk_lent_hand_over(struct sdk_lent *x)
{
    return sdk_lent_hand_over_with(x, SDK_PIN);
}

/* The user's service has what the holder's made. */
static void deliver(struct sdk_lent *x)
{
    const struct sdk_lending *of_holder = &x->holder.service->lending;
    const struct sdk_service_key *lent = &x->holder.service->keys[0];
    struct sdk_lending *of_user = &x->user.service->lending;
    struct sdk_service_key *key = &x->user.service->keys[1];
    memcpy(of_user->sealed_half, of_holder->sealed_half, sizeof(of_user->sealed_half));
    memcpy(of_user->public_key, of_holder->public_key, sizeof(of_user->public_key));
    of_user->handed_over = true;
    *key = (struct sdk_service_key){
        .used = true, .state = "usable", .limits = ",\"uses_left\":8,\"valid_until\":\"" SDK_LENT_END "\""};
    memcpy(key->id, of_user->key, sizeof(key->id));
    memcpy(key->binding, of_user->binding, sizeof(key->binding));
    key->now = (struct sdk_half){.exists = true, .half = of_holder->other};
    memcpy(key->certificate, lent->certificate, lent->certificate_len);
    key->certificate_len = lent->certificate_len;
}

enum hufu_result sdk_lent_finish(struct sdk_lent *x)
{
    return hufu_bind_finish(x->user.device->hufu, x->back[0] ? x->back : NULL, SDK_PIN, strlen(SDK_PIN));
}

void sdk_lend(struct sdk_lent *x)
{
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_OK);
    deliver(x);
}

enum hufu_result sdk_lent_sign(struct sdk_lent *x, const struct hufu_id *key, const uint8_t *P)
{
    uint8_t digests[1][HUFU_DIGEST_SIZE] = {{7}}, signatures[1][HUFU_SIGNATURE_SIZE];
    enum hufu_result result =
        hufu_sign_digests(x->user.device->hufu, key, (const uint8_t(*)[HUFU_DIGEST_SIZE])digests, 1, NULL,
                          SDK_PIN, strlen(SDK_PIN), signatures);
    if (!result)
        assert_ok(cosign_verify_var(P, digests[0], signatures[0]));
    return result;
}

void sdk_lent_assert_both_sign(struct sdk_lent *x)
{
    const struct hufu_report *report = hufu_last_report(x->user.device->hufu);
    assert_int_equal(sdk_lent_sign(x, &x->holder.key, x->holder.service->keys[0].now.half.P), HUFU_RESULT_OK);
    assert_true(report->has_uses_left);
    assert_int_equal(report->uses_left, 8);
    assert_int_equal(report->valid_until_ms, SDK_LENT_UNTIL);
    assert_int_equal(sdk_lent_sign(x, &x->user.key, x->user.service->keys[0].now.half.P), HUFU_RESULT_OK);
    assert_false(report->has_uses_left);
    assert_int_equal(report->valid_until_ms, 0);
}

void sdk_lent_take(struct sdk_lent *x)
{
    sdk_lend(x);
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
}

void sdk_lent_refuse(struct sdk_lent *x, const char *extras)
{
    x->user.service->refused = &x->user.service->keys[1];
    x->user.service->refusal = "binding-not-active";
    x->user.service->refusal_status = 403;
    x->user.service->refusal_extras = extras;
}
