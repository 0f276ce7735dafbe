/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/contact.h"
#include "server/core/machine.h"
#include "server/core/organization.h"
#include "server/core/personal.h"
#include "server/core/project.h"
#include "server/core/service_key.h"
#include "server/identifier.h"
#include "server/store/audit_store.h"
#include "server/store/authentication_store.h"

static const uint8_t account_table[ACCOUNT_STATE_COUNT][ACCOUNT_EVENT_COUNT] = {
    [ACCOUNT_REQUESTED] =
        {
            [ACCOUNT_APPROVE] = MACHINE_TO(ACCOUNT_ACTIVE),
            [ACCOUNT_REFUSE] = MACHINE_TO(ACCOUNT_CLOSED),
            [ACCOUNT_CLOSE] = MACHINE_TO(ACCOUNT_CLOSED),
        },
    [ACCOUNT_ACTIVE] =
        {
            [ACCOUNT_SUSPEND] = MACHINE_TO(ACCOUNT_SUSPENDED),
            [ACCOUNT_CLOSE] = MACHINE_TO(ACCOUNT_CLOSED),
        },
    [ACCOUNT_SUSPENDED] =
        {
            [ACCOUNT_RESUME] = MACHINE_TO(ACCOUNT_ACTIVE),
            [ACCOUNT_CLOSE] = MACHINE_TO(ACCOUNT_CLOSED),
        },
};
static const struct machine account_machine = MACHINE_OF(account_table);

bool account_step(enum account_state state, enum account_event event, enum account_state *next)
{
    unsigned to;
    bool may = machine_step(&account_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum account_state)to;
    return may;
}

static const char *account_or(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

static enum hufu_err account_subject(struct act *act, const struct account_in *in,
                                     const struct project *project, struct account *out)
{
    const struct profile_in *profile = &in->profile;
    const struct subject whole = {
        .country = account_or(in->subject.country, account_or(profile->country, "CN")),
        .province = account_or(in->subject.province, profile->province),
        .locality = account_or(in->subject.locality, profile->city),
        .organization = account_or(in->subject.organization, account_or(in->organization, project->name)),
        .unit = account_or(in->subject.unit, profile->department),
        .common_name = account_or(in->subject.common_name, in->name),
        .serial_number = account_or(in->subject.serial_number, in->work_number),
    };
    struct buf der;
    buf_init(&der, out->subject, sizeof out->subject);
    const char *part;
    enum hufu_err err = subject_encode(&der, &whole, &part);
    out->subject_len = der.len;
    if (err != HUFU_ERR_FORM)
        return err;
    act->state = part;
    return act_refuse_field(act, "subject",
                            "a part of the certificate's subject is longer than X.520 allows, or of"
                            " characters that it does not");
}

enum hufu_err account_prepare(struct worker *worker, struct act *act, const struct account_in *in,
                              const struct project *project, enum account_state state, struct account *out)
{
    *out = (struct account){.state = state, .requested = state == ACCOUNT_REQUESTED};
    memcpy(out->project_id, project->project_id, UUID_SIZE);
    identifier_new(out->account_id);
    snprintf(out->name, sizeof out->name, "%s", in->name);
    snprintf(out->work_number, sizeof out->work_number, "%s", in->work_number);
    snprintf(out->organization, sizeof out->organization, "%s", account_or(in->organization, ""));
    act_set_account(act, out->project_id, out->account_id);
    enum hufu_err err = account_subject(act, in, project, out);
    return err == HUFU_OK ? profile_fill(worker, act, &in->profile, out) : err;
}

/* Its organization's id, once it is more than a request. */
static enum hufu_err account_place(struct worker *worker, struct account *account)
{
    if (account->organization[0] == '\0')
        return HUFU_OK;
    enum hufu_err err = organization_find_or_make(worker, account->project_id, account->organization,
                                                  account->organization_id);
    account->has_organization = err == HUFU_OK;
    return err;
}

static void account_free_picture(uint8_t **memory)
{
    free(*memory);
}

static enum hufu_err account_add_picture(struct worker *worker, struct act *act, struct account *account,
                                         struct bytes picture)
{
    uint8_t *memory __attribute__((cleanup(account_free_picture))) = malloc(ACCOUNT_PICTURE_SEALED_MAX);
    struct buf sealed;
    if (memory == NULL)
        return HUFU_ERR_INTERNAL;
    buf_init(&sealed, memory, ACCOUNT_PICTURE_SEALED_MAX);
    enum hufu_err err = profile_seal_picture(worker, act, account, picture, &sealed);
    if (err == HUFU_OK)
        err = account_put_picture(worker->store, account, buf_bytes(&sealed));
    account->has_picture = err == HUFU_OK;
    return err;
}

enum hufu_err account_add(struct worker *worker, struct act *act, struct account *account,
                          struct bytes picture)
{
    enum hufu_err err = account->state == ACCOUNT_REQUESTED ? HUFU_OK : account_place(worker, account);
    if (err == HUFU_OK)
        err = account_insert(worker->store, account);
    return err == HUFU_OK && picture.len > 0 ? account_add_picture(worker, act, account, picture) : err;
}

enum hufu_err account_create(struct worker *worker, struct act *act, const struct account_in *in,
                             struct account *out, struct activation_code *code)
{
    struct service_address service;
    struct project project;
    enum hufu_err err = project_find(worker, act, in->project, &project);
    if (err == HUFU_OK)
        err = account_prepare(worker, act, in, &project, ACCOUNT_ACTIVE, out);
    if (err == HUFU_OK)
        err = service_locate(worker, &service);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_add(worker, act, out, in->profile.seal_picture);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the project has an account of this work number");
    if (err == HUFU_OK)
        err = activation_issue(worker, out, &service, code);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    profile_show(worker, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

#define ACCOUNT_NOTICE_SECONDS 259200 /* who has no signal for so long asks again */

/* Tells the person who asked what became of it, where text messages are sent at all. */
static enum hufu_err account_tell(struct worker *worker, const struct account *account, enum notice_text text)
{
    const struct notice notice = {
        .project_id = account->project_id,
        .account_id = account->account_id,
        .text = text,
        .values = {account->work_number, text == NOTICE_TEXT_ACCOUNT_REFUSED ? account->refusal : NULL},
        .lifetime_seconds = ACCOUNT_NOTICE_SECONDS,
    };
    return account->requested ? contact_post(worker, &notice) : HUFU_OK;
}

/* What goes with a step, before the state is set. */
static enum hufu_err account_follow(struct worker *worker, enum account_event event, const char *reason,
                                    struct account *account)
{
    enum hufu_err err = HUFU_OK;
    if (event == ACCOUNT_APPROVE) {
        err = account_place(worker, account);
        if (err == HUFU_OK)
            err = account_set_organization(worker->store, account);
        return err == HUFU_OK ? account_tell(worker, account, NOTICE_TEXT_ACCOUNT_APPROVED) : err;
    }
    if (event == ACCOUNT_REFUSE) {
        snprintf(account->refusal, sizeof account->refusal, "%s", account_or(reason, ""));
        err = account_set_refusal(worker->store, account);
        return err == HUFU_OK ? account_tell(worker, account, NOTICE_TEXT_ACCOUNT_REFUSED) : err;
    }
    if (event == ACCOUNT_CLOSE) {
        uint64_t ended;
        err = session_end_account(worker->store, account->account_id, &ended);
        return err == HUFU_OK ? activation_replace(worker->store, account->account_id) : err;
    }
    return err;
}

enum hufu_err account_take(struct worker *worker, struct act *act, enum account_event event,
                           const char *reason, struct account *account)
{
    enum account_state next;
    act_set_account(act, account->project_id, account->account_id);
    if (!account_step(account->state, event, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, account_state_names[account->state]);
    enum hufu_err err = account_follow(worker, event, reason, account);
    if (err == HUFU_OK)
        err = account_set_state(worker->store, account, next);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the project has an account of this work number");
    account->state = next;
    return err == HUFU_OK ? act_record(worker, act, account_state_names[next]) : err;
}

static enum hufu_err account_change_locked(struct worker *worker, struct act *act,
                                           const uint8_t account_id[UUID_SIZE], enum account_event event,
                                           const char *reason, struct account *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, account_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    err = account_take(worker, act, event, reason, out);
    profile_show(worker, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err account_change(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             enum account_event event, struct account *out)
{
    return account_change_locked(worker, act, account_id, event, NULL, out);
}

enum hufu_err account_refuse(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             const char *reason, struct account *out)
{
    return account_change_locked(worker, act, account_id, ACCOUNT_REFUSE, reason, out);
}

/* A change that is no text, as if it were one. */
static const char *account_told(bool told, bool cleared)
{
    if (!told)
        return NULL;
    return cleared ? "" : "told";
}

/* The names of what was told, a minus before what is to be known no longer: nothing of it. */
static void account_describe(const struct profile_in *in, char detail[AUDIT_DETAIL_MAX + 1])
{
    const struct {
        const char *name, *told;
    } fields[] = {
        {"mobile", in->mobile},
        {"identity_number", in->identity_number},
        {"email", in->email},
        {"department", in->department},
        {"occupation", in->occupation},
        {"country", in->country},
        {"province", in->province},
        {"city", in->city},
        {"sex", account_told(in->has_sex, in->sex < 0)},
        {"remark", in->remark},
        {"seal_picture", account_told(in->seal_picture.data != NULL, in->seal_picture.len == 0)},
    };
    struct buf out;
    buf_init(&out, detail, AUDIT_DETAIL_MAX);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].told == NULL)
            continue;
        buf_put(&out, " ", out.len > 0 ? 1 : 0);
        buf_put(&out, "-", fields[i].told[0] == '\0' ? 1 : 0);
        buf_put(&out, fields[i].name, strlen(fields[i].name));
    }
    detail[out.len] = '\0';
}

static enum hufu_err account_set_picture(struct worker *worker, struct act *act, struct account *account,
                                         struct bytes picture)
{
    if (picture.len > 0)
        return account_add_picture(worker, act, account, picture);
    account->has_picture = false;
    return account_remove_picture(worker->store, account);
}

static enum hufu_err account_set_locked(struct worker *worker, struct act *act, const struct profile_in *in,
                                        struct account *account)
{
    char detail[AUDIT_DETAIL_MAX + 1];
    act_set_account(act, account->project_id, account->account_id);
    if (account->state == ACCOUNT_CLOSED)
        return act_refuse_state(act, REFUSAL_CONFLICT, account_state_names[account->state]);
    enum hufu_err err = profile_fill(worker, act, in, account);
    if (err == HUFU_OK)
        err = account_update_profile(worker->store, account);
    if (err == HUFU_OK && in->seal_picture.data != NULL)
        err = account_set_picture(worker, act, account, in->seal_picture);
    /* Codes went to the number before. */
    if (err == HUFU_OK && in->mobile != NULL)
        err = authentication_end_all(worker->store, account->account_id);
    account_describe(in, detail);
    return err == HUFU_OK ? act_record(worker, act, detail) : err;
}

enum hufu_err account_set_profile(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                  const struct profile_in *in, struct account *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, account_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    err = account_set_locked(worker, act, in, out);
    profile_show(worker, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err account_get(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                          struct account *out)
{
    enum hufu_err err = account_read(worker->store, account_id, out);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err != HUFU_OK)
        return err;
    act_set_account(act, out->project_id, out->account_id);
    profile_show(worker, out);
    return HUFU_OK;
}

enum hufu_err account_get_picture(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                  struct buf *picture)
{
    struct account account;
    struct buf sealed;
    uint8_t *memory __attribute__((cleanup(account_free_picture))) = malloc(ACCOUNT_PICTURE_SEALED_MAX);
    if (memory == NULL)
        return HUFU_ERR_INTERNAL;
    buf_init(&sealed, memory, ACCOUNT_PICTURE_SEALED_MAX);
    enum hufu_err err = account_get(worker, act, account_id, &account);
    if (err == HUFU_OK)
        err = account_read_picture(worker->store, &account, &sealed);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    return err == HUFU_OK ? personal_open(worker, PERSONAL_PICTURE, account.project_id, account_id,
                                          buf_bytes(&sealed), picture)
                          : err;
}
