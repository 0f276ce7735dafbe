/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_members.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/secret.h"
#include "tests/client/operator.h"

static enum hufu_err enrol_one(struct members *members, size_t index, const struct stack *stack,
                               struct web_client *web, const char *project_id)
{
    char account_id[UUID_TEXT_SIZE];
    char name[32];
    struct activation activation;
    struct phone *phone = &members->phones[index];
    struct phone_key *key = &members->keys[index];
    struct shot_sender *sender = &members->senders[index];
    (void)snprintf(name, sizeof(name), "member-%05zu", index);
    enum hufu_err err = operator_user_add(web, project_id, name, name, account_id, &activation);
    if (!err)
        err = phone_enrol(phone, stack, &activation);
    if (!err)
        err = phone_key_generate(phone, key, "sign");
    if (!err)
        err = phone_key_certify(phone, key);
    if (err)
        return err;
    sender->binding = key->binding;
    (void)snprintf(sender->token, sizeof(sender->token), "%s", phone->token);
    return HUFU_OK;
}

enum hufu_err members_enrol(struct members *members, const struct stack *stack, const char *project,
                            size_t count)
{
    char project_id[UUID_TEXT_SIZE];
    *members = (struct members){.count = count};
    members->phones = calloc(count, sizeof(*members->phones));
    members->keys = calloc(count, sizeof(*members->keys));
    members->senders = calloc(count, sizeof(*members->senders));
    struct web_client *web = operator_connect(stack);
    enum hufu_err err =
        members->phones && members->keys && members->senders && web ? HUFU_OK : HUFU_ERR_INTERNAL;
    if (!err)
        err = operator_project_add(web, project, project_id);
    for (size_t i = 0; !err && i < count; i++)
        err = enrol_one(members, i, stack, web, project_id);
    web_client_free(web);
    return err;
}

void members_done(struct members *members)
{
    for (size_t i = 0; members->phones && i < members->count; i++)
        phone_done(&members->phones[i]);
    for (size_t i = 0; members->keys && members->senders && i < members->count; i++) {
        secret_wipe(&members->keys[i], sizeof(members->keys[i]));
        secret_wipe(&members->senders[i], sizeof(members->senders[i]));
    }
    free(members->phones);
    free(members->keys);
    free(members->senders);
    *members = (struct members){0};
}
