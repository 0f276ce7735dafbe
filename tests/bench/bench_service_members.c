/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_members.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/secret.h"
#include "tests/client/operator.h"

#define NAME_MAX_TEXT 32
#define WINDOW_SECONDS 86400

static void member_name(char name[NAME_MAX_TEXT], size_t index)
{
    (void)snprintf(name, NAME_MAX_TEXT, "member-%05zu", index);
}

static void sender_set(struct shot_sender *sender, const struct phone *phone, const struct phone_key *key)
{
    sender->binding = key->binding;
    (void)snprintf(sender->token, sizeof(sender->token), "%s", phone->token);
}

static enum hufu_err enrol_one(struct members *members, size_t index, const struct stack *stack,
                               struct web_client *web)
{
    char account_id[UUID_TEXT_SIZE];
    char name[NAME_MAX_TEXT];
    struct activation activation;
    struct phone *phone = &members->phones[index];
    struct phone_key *key = &members->keys[index];
    member_name(name, index);
    enum hufu_err err = operator_user_add(web, members->project_id, name, name, account_id, &activation);
    if (!err)
        err = phone_enrol(phone, stack, &activation);
    if (!err)
        err = phone_key_generate(phone, key, "sign");
    if (!err)
        err = phone_key_certify(phone, key);
    if (!err)
        sender_set(&members->senders[index], phone, key);
    return err;
}

enum hufu_err members_enrol(struct members *members, const struct stack *stack, const char *project,
                            size_t count)
{
    *members = (struct members){.count = count};
    members->phones = calloc(count, sizeof(*members->phones));
    members->keys = calloc(count, sizeof(*members->keys));
    members->senders = calloc(count, sizeof(*members->senders));
    struct web_client *web = operator_connect(stack);
    enum hufu_err err =
        members->phones && members->keys && members->senders && web ? HUFU_OK : HUFU_ERR_INTERNAL;
    if (!err)
        err = operator_project_add(web, project, members->project_id);
    for (size_t i = 0; !err && i < count; i++)
        err = enrol_one(members, i, stack, web);
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

static enum hufu_err authorize_one(struct authorized_members *authorized, const struct members *members,
                                   size_t index, const struct stack *stack, unsigned uses)
{
    const struct authorized_terms terms = {.until_s = WINDOW_SECONDS, .uses = uses};
    char name[NAME_MAX_TEXT], holder_name[NAME_MAX_TEXT];
    struct authorized_user *user = &authorized->users[index];
    struct phone *holder = &members->phones[index];
    member_name(holder_name, index);
    (void)snprintf(name, sizeof(name), "authorized-%05zu", index);
    enum hufu_err err = authorized_user_enrol(user, stack, members->project_id, name);
    if (!err)
        err = authorized_user_agree(user, holder, holder_name, &terms);
    if (!err)
        err = authorized_user_bind(user, holder, &members->keys[index]);
    if (!err)
        sender_set(&authorized->senders[index], &user->phone, &user->key);
    return err;
}

enum hufu_err members_authorize(struct authorized_members *authorized, const struct members *members,
                                const struct stack *stack, unsigned uses)
{
    *authorized = (struct authorized_members){.count = members->count};
    authorized->users = calloc(members->count, sizeof(*authorized->users));
    authorized->senders = calloc(members->count, sizeof(*authorized->senders));
    enum hufu_err err = authorized->users && authorized->senders ? HUFU_OK : HUFU_ERR_INTERNAL;
    for (size_t i = 0; !err && i < members->count; i++)
        err = authorize_one(authorized, members, i, stack, uses);
    return err;
}

void members_authorized_done(struct authorized_members *authorized)
{
    for (size_t i = 0; authorized->users && i < authorized->count; i++)
        authorized_user_done(&authorized->users[i]);
    if (authorized->senders)
        secret_wipe(authorized->senders, authorized->count * sizeof(*authorized->senders));
    free(authorized->users);
    free(authorized->senders);
    *authorized = (struct authorized_members){0};
}
