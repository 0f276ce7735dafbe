/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/activation.h"

#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/secret.h"
#include "server/config.h"
#include "server/core/device_key.h"
#include "server/core/machine.h"
#include "server/core/service_key.h"
#include "server/metrics.h"

static const uint8_t activation_table[ACTIVATION_STATE_COUNT][ACTIVATION_EVENT_COUNT] = {
    [ACTIVATION_ISSUED] =
        {
            [ACTIVATION_REDEEM] = MACHINE_TO(ACTIVATION_REDEEMED),
            [ACTIVATION_FAIL] = MACHINE_TO(ACTIVATION_ISSUED),
            [ACTIVATION_EXHAUST] = MACHINE_TO(ACTIVATION_EXHAUSTED),
            [ACTIVATION_REPLACE] = MACHINE_TO(ACTIVATION_REPLACED),
        },
    [ACTIVATION_REDEEMED] = {[ACTIVATION_REPEAT] = MACHINE_TO(ACTIVATION_REDEEMED)},
};
static const struct machine activation_machine = MACHINE_OF(activation_table);

bool activation_step(enum activation_state state, enum activation_event event, enum activation_state *next)
{
    unsigned to;
    bool may = machine_step(&activation_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum activation_state)to;
    return may;
}

void activation_code_wipe(struct activation_code *code)
{
    secret_wipe(code, sizeof *code);
}

void activation_out_wipe(struct activation_out *out)
{
    secret_wipe(out, sizeof *out);
}

static void activation_wipe(struct activation *activation)
{
    secret_wipe(activation, sizeof *activation);
}

enum hufu_err activation_issue(struct worker *worker, const struct account *account,
                               const struct service_address *service, struct activation_code *out)
{
    struct activation whole __attribute__((cleanup(activation_wipe))) = {.service = *service};
    uint8_t code_hash[HASH_SIZE];
    if (getrandom(whole.code, sizeof whole.code, 0) != (ssize_t)sizeof whole.code)
        return HUFU_ERR_INTERNAL;
    hash_sha256(code_hash, bytes_of(whole.code, sizeof whole.code));
    enum hufu_err err = activation_encode(out->text, &whole);
    if (err == HUFU_OK)
        err = activation_replace(worker->store, account->account_id);
    return err != HUFU_OK
               ? err
               : activation_insert(worker->store, account->project_id, account->account_id, code_hash,
                                   (int32_t)worker->config->activation_hours, &out->expires_ms);
}

enum hufu_err activation_create(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                struct activation_code *out)
{
    struct service_address service;
    struct account account;
    enum hufu_err err = service_locate(worker, &service);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, account_id, &account);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    act_set_account(act, account.project_id, account_id);
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    err = activation_issue(worker, &account, &service, out);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static bool activation_proof_holds(const struct activation_in *in)
{
    uint8_t memory[192];
    struct buf message;
    buf_init(&message, memory, sizeof memory);
    bool holds = activation_signed_message(&message, in->code, in->device_key, in->time_ms) == HUFU_OK &&
                 device_key_verify_var(in->device_key, buf_bytes(&message), in->proof) == HUFU_OK;
    secret_wipe(memory, sizeof memory);
    return holds;
}

/* A wrong proof for a known code: a try, on record before anything is answered. */
static enum hufu_err activation_count_try(struct worker *worker, struct act *act,
                                          const struct activation_row *row,
                                          struct store_transaction *transaction)
{
    enum activation_state next;
    bool last = row->tries + 1 >= row->tries_limit;
    if (row->expired || !activation_step(row->state, last ? ACTIVATION_EXHAUST : ACTIVATION_FAIL, &next))
        return act_refuse(act, REFUSAL_ACTIVATION_INVALID);
    enum hufu_err err = activation_fail(worker->store, row, next);
    if (err == HUFU_OK)
        err = act_close(worker, act, refusal_slug(REFUSAL_ACTIVATION_INVALID));
    if (err == HUFU_OK)
        err = store_commit(transaction);
    return err == HUFU_OK ? act_refuse(act, REFUSAL_ACTIVATION_INVALID) : err;
}

/* Device, session and the code's new state. */
static enum hufu_err activation_accept(struct worker *worker, struct act *act, const struct activation_in *in,
                                       const struct activation_row *row, struct activation_out *out)
{
    enum activation_state next;
    struct device known;
    enum hufu_err err = device_read_keyed(worker->store, in->device_key, &known);
    bool repeated = err == HUFU_OK && memcmp(known.device_id, row->device_id, UUID_SIZE) == 0;
    if (row->expired || !activation_step(row->state, repeated ? ACTIVATION_REPEAT : ACTIVATION_REDEEM, &next))
        return act_refuse(act, REFUSAL_ACTIVATION_INVALID);
    if (out->account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[out->account.state]);
    const struct device_in device = {
        .device_key = in->device_key, .name = in->device_name, .model = in->device_model};
    err = device_enrol(worker, act, &out->account, &device, &out->device);
    if (err == HUFU_OK && !repeated)
        err = activation_redeem(worker->store, row, out->device.device_id);
    if (err == HUFU_OK)
        err = session_open(worker, act, &out->account, out->device.device_id, in->application,
                           out->session_token, &out->session_expires_ms);
    return err == HUFU_OK ? project_read(worker->store, row->project_id, &out->project) : err;
}

/* With the account and the code locked, in this order (a new code for the account takes them so, too). */
static enum hufu_err activation_decide(struct worker *worker, struct act *act, const struct activation_in *in,
                                       const uint8_t code_hash[HASH_SIZE], struct activation_row *row,
                                       struct activation_out *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, row->account_id, &out->account);
    if (err == HUFU_OK)
        err = activation_lock(worker->store, code_hash, row);
    if (err != HUFU_OK)
        return err;
    if (!activation_proof_holds(in))
        return activation_count_try(worker, act, row, &transaction);
    err = activation_accept(worker, act, in, row, out);
    if (err != HUFU_OK)
        return err;
    act_set_device(act, out->device.device_id);
    err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err activation_redeem_code(struct worker *worker, struct act *act, const struct activation_in *in,
                                     struct activation_out *out)
{
    *out = (struct activation_out){0};
    uint8_t code_hash[HASH_SIZE];
    struct activation_row row;
    uint64_t now = clock_wall_ms();
    if (in->time_ms > now + ACTIVATION_TIME_MAX_MS || in->time_ms + ACTIVATION_TIME_MAX_MS < now) {
        act->service_time_ms = now;
        return act_refuse(act, REFUSAL_FRAME_TIME);
    }
    hash_sha256(code_hash, bytes_of(in->code, ACTIVATION_CODE_SIZE));
    enum hufu_err err = activation_read(worker->store, code_hash, &row);
    if (err == HUFU_ERR_NOT_FOUND) {
        metrics_add(worker->metrics, METRICS_ACTIVATIONS_REFUSED, 1);
        return act_refuse(act, REFUSAL_ACTIVATION_INVALID);
    }
    if (err != HUFU_OK)
        return err;
    act_set_account(act, row.project_id, row.account_id);
    err = activation_decide(worker, act, in, code_hash, &row, out);
    metrics_add(worker->metrics, err == HUFU_OK ? METRICS_ACTIVATIONS : METRICS_ACTIVATIONS_REFUSED, 1);
    if (err != HUFU_OK)
        activation_out_wipe(out);
    return err;
}
