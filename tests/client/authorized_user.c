/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/authorized_user.h"

#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "tests/client/operator.h"
#include "tests/client/phone_handover.h"

#define PATH_TEXT_MAX 160
#define PATH "/v1/authorizations"

static enum hufu_err call(struct phone *phone, struct web_answer *answer, const char *method,
                          const char *path, json_t *body)
{
    enum hufu_err err = web_call(phone->web, answer, method, path, body);
    if (err || (answer->status >= 200 && answer->status < 300))
        return err;
    fprintf(stderr, "%s %s: %ld %s\n", method, path, answer->status, answer->body ? answer->body : "");
    return HUFU_ERR_STATE;
}

enum hufu_err authorized_user_enrol(struct authorized_user *user, const struct stack *stack,
                                    const char *project_id, const char *name)
{
    struct activation activation;
    *user = (struct authorized_user){.account_id = ""};
    struct web_client *web = operator_connect(stack);
    if (!web)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = operator_user_add(web, project_id, name, name, user->account_id, &activation);
    web_client_free(web);
    return err ? err : phone_enrol(&user->phone, stack, &activation);
}

void authorized_user_done(struct authorized_user *user)
{
    phone_done(&user->phone);
    secret_wipe(user, sizeof(*user));
}

/* ---- What is agreed ---- */

/* Of an answer that has an authorization. */
static enum hufu_err take_terms(struct authorized_user *user, const struct web_answer *answer)
{
    const json_t *made = json_object_get(answer->json, "authorization");
    const char *id = json_string_value(json_object_get(made, "id"));
    const char *from = json_string_value(json_object_get(made, "valid_from"));
    const char *until = json_string_value(json_object_get(made, "valid_until"));
    struct frame_policy *policy = &user->policy;
    if (!id || !from || !until || strlen(id) != UUID_TEXT_SIZE - 1)
        return HUFU_ERR_FORM;
    memcpy(user->authorization_id, id, UUID_TEXT_SIZE);
    policy->operations = FRAME_ALLOW_SIGN;
    policy->uses = (uint64_t)json_integer_value(json_object_get(made, "uses"));
    enum hufu_err err = uuid_parse(policy->authorization_id, id);
    if (!err)
        err = rfc3339_parse(&policy->from_ms, from);
    return err ? err : rfc3339_parse(&policy->until_ms, until);
}

enum hufu_err authorized_user_agree(struct authorized_user *user, struct phone *holder,
                                    const char *holder_number, const struct authorized_terms *terms)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char from[RFC3339_TEXT_SIZE], until[RFC3339_TEXT_SIZE];
    uint64_t now = device_now_ms();
    rfc3339_format(from, now + (uint64_t)(terms->from_s * 1000));
    rfc3339_format(until, now + (uint64_t)(terms->until_s * 1000));
    json_t *body = json_pack("{s:s, s:[s], s:s, s:s, s:I}", "holder", holder_number, "operations", "sign",
                             "valid_from", from, "valid_until", until, "uses", (json_int_t)terms->uses);
    enum hufu_err err = call(&user->phone, &answer, "POST", PATH, body);
    if (!err)
        err = take_terms(user, &answer);
    return err ? err : authorized_user_change(user, holder, "POST", "/confirm", json_object());
}

enum hufu_err authorized_user_change(struct authorized_user *user, struct phone *holder, const char *method,
                                     const char *path, json_t *body)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char whole[PATH_TEXT_MAX];
    (void)snprintf(whole, sizeof(whole), PATH "/%s%s", user->authorization_id, path);
    enum hufu_err err = call(holder, &answer, method, whole, body);
    return err ? err : take_terms(user, &answer);
}

/* ---- The half ---- */

enum hufu_err authorized_user_bind(struct authorized_user *user, struct phone *holder,
                                   const struct phone_key *holder_key)
{
    uint8_t memory[FRAME_POLICY_SIZE];
    struct buf policy;
    char path[PATH_TEXT_MAX];
    buf_init(&policy, memory, sizeof(memory));
    (void)snprintf(path, sizeof(path), PATH "/%s/bindings", user->authorization_id);
    enum hufu_err err = frame_policy_encode(&policy, &user->policy);
    if (err)
        return err;
    const struct phone_giver giver = {.phone = holder, .key = holder_key, .policy = buf_bytes(&policy)};
    return phone_take_over(&user->phone, &user->key, &user->handed_over, path, &giver);
}

enum hufu_err authorized_user_refresh(struct authorized_user *user)
{
    return phone_key_refresh(&user->phone, &user->key);
}

enum hufu_err authorized_user_seal(struct authorized_user *user, struct phone *holder,
                                   const struct phone_key *holder_key)
{
    uint8_t policy_memory[FRAME_POLICY_SIZE], memory[FRAME_ANSWER_MAX];
    struct buf policy, sealed;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    buf_init(&policy, policy_memory, sizeof(policy_memory));
    buf_init(&sealed, memory, sizeof(memory));
    enum hufu_err err = frame_policy_encode(&policy, &user->policy);
    if (!err)
        err = device_request_policy(&request, &holder_key->binding, user->key.binding.binding_id,
                                    buf_bytes(&policy), NULL);
    return err ? err : phone_exchange(holder, holder_key, "policies", &request, &sealed);
}
