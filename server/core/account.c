/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/account.h"

#include <stdio.h>
#include <string.h>

#include "server/core/machine.h"
#include "server/core/project.h"
#include "server/identifier.h"

static const uint8_t account_table[ACCOUNT_STATE_COUNT][ACCOUNT_EVENT_COUNT] = {
    [ACCOUNT_REQUESTED] =
        {
            [ACCOUNT_APPROVE] = MACHINE_TO(ACCOUNT_ACTIVE),
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

static void account_set_act(struct act *act, const struct account *account)
{
    act->has_project = act->has_account = true;
    memcpy(act->project_id, account->project_id, UUID_SIZE);
    memcpy(act->account_id, account->account_id, UUID_SIZE);
}

static const char *account_or(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

static enum hufu_err account_subject(struct act *act, const struct account_in *in,
                                     const struct project *project, struct account *out)
{
    const struct subject whole = {
        .country = account_or(in->subject.country, "CN"),
        .province = in->subject.province,
        .locality = in->subject.locality,
        .organization = account_or(in->subject.organization, account_or(in->organization, project->name)),
        .unit = in->subject.unit,
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
    act->field = "subject";
    act->state = part;
    return act_refuse_reason(act, REFUSAL_BAD_FIELD,
                             "a part of the certificate's subject is longer than X.520 allows, or of"
                             " characters that it does not");
}

static enum hufu_err account_fill(struct worker *worker, struct act *act, const struct account_in *in,
                                  struct account *out)
{
    struct project project;
    enum hufu_err err = project_find(worker, act, in->project, &project);
    if (err != HUFU_OK)
        return err;
    *out = (struct account){.state = ACCOUNT_ACTIVE};
    memcpy(out->project_id, project.project_id, UUID_SIZE);
    identifier_new(out->account_id);
    snprintf(out->name, sizeof out->name, "%s", in->name);
    snprintf(out->work_number, sizeof out->work_number, "%s", in->work_number);
    snprintf(out->organization, sizeof out->organization, "%s", account_or(in->organization, ""));
    account_set_act(act, out);
    return account_subject(act, in, &project, out);
}

enum hufu_err account_create(struct worker *worker, struct act *act, const struct account_in *in,
                             struct account *out, struct activation_code *code)
{
    struct activation prepared;
    enum hufu_err err = account_fill(worker, act, in, out);
    if (err == HUFU_OK)
        err = activation_prepare(worker, &prepared);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_insert(worker->store, out);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the project has an account of this work number");
    if (err == HUFU_OK)
        err = activation_issue(worker, out, &prepared, code);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err account_change(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             enum account_event event, struct account *out)
{
    enum account_state next;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, account_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    account_set_act(act, out);
    if (!account_step(out->state, event, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, account_state_names[out->state]);
    err = account_set_state(worker->store, out, next);
    out->state = next;
    if (err == HUFU_OK)
        err = act_record(worker, act, account_state_names[next]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
