/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "server/hsmc/hsmc.h"
#include "server/store/key_store.h"
#include "server/worker.h"

#define DAY_MS UINT64_C(86400000)

const char *const certificate_ca_names[] = {"sm2", "p256", "rsa", NULL};

/* 126 random bits; the first byte is neither 0 nor negative, so that the serial always has 16 bytes (RFC 5280 §4.1.2.2). */
static void draw_serial(uint8_t serial[CERTIFICATE_SERIAL_SIZE])
{
    /* Fails only on a kernel that has no such call. */
    if (getrandom(serial, CERTIFICATE_SERIAL_SIZE, 0) != CERTIFICATE_SERIAL_SIZE)
        abort();
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
}

/* Looked at before hufu-hsm is asked, and again under the rows' locks before anything is given out. */
static enum hufu_err check_states(struct act *act, enum account_state account, enum binding_state binding,
                                  enum key_state key)
{
    if (account != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account]);
    if (key != KEY_GENERATED && key != KEY_USABLE)
        return act_refuse_state(act, REFUSAL_CONFLICT, key_state_names[key]);
    if (binding != BINDING_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[binding]);
    return HUFU_OK;
}

/* The private-key process's refusals of a certificate request. */
static enum hufu_err refuse(struct act *act, enum hufu_err err)
{
    if (err == HUFU_ERR_FORM || err == HUFU_ERR_SIGNATURE)
        return act_refuse(act, REFUSAL_CSR_INVALID);
    if (err == HUFU_ERR_POLICY)
        return act_refuse(act, REFUSAL_SUBJECT_MISMATCH);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse_reason(act, REFUSAL_NOT_FOUND, "There is no such certification authority.");
    return err == HUFU_ERR_RECORD ? act_refuse(act, REFUSAL_RECORD_INVALID) : err;
}

static enum hufu_err ask(struct worker *worker, struct act *act, const struct key_view *key,
                         struct bytes request, struct certificate *out)
{
    uint8_t record_memory[BINDING_RECORD_MAX];
    struct buf record, der;
    uint32_t generation = 0;
    buf_init(&record, record_memory, sizeof record_memory);
    buf_init(&der, out->der, sizeof out->der);
    enum hufu_err err =
        binding_read_record(worker->store, key->project_id, key->binding_id, &generation, &record);
    if (err)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_BINDING_NOT_ACTIVE) : err;
    const struct hsmc_certificate wanted = {
        .ca = out->ca,
        .project_id = key->project_id,
        .key_id = key->key_id,
        .binding_id = key->binding_id,
        .generation = generation,
        .sealed = buf_bytes(&record),
        .request = request,
        .subject = bytes_of(key->subject, key->subject_len),
        .serial = out->serial,
        .not_before_ms = out->not_before_ms,
        .not_after_ms = out->not_after_ms,
    };
    err = hsmc_certificate_issue(worker->hsmc, worker->trace, &wanted, &der);
    out->der_len = der.len;
    return refuse(act, err);
}

/* X.509 counts in seconds. */
static enum hufu_err set_validity(struct worker *worker, struct certificate *out)
{
    uint64_t now_ms = 0;
    enum hufu_err err = store_healthy(worker->store, &now_ms);
    out->not_before_ms = now_ms / 1000 * 1000;
    out->not_after_ms = out->not_before_ms + CERTIFICATE_DAYS * DAY_MS;
    return err;
}

static enum hufu_err audit(struct worker *worker, const struct act *act,
                           const struct certificate *certificate)
{
    char detail[CERTIFICATE_CA_MAX + 1 + 2 * CERTIFICATE_SERIAL_SIZE + 1];
    size_t ca_len = strlen(certificate->ca);
    memcpy(detail, certificate->ca, ca_len);
    detail[ca_len] = ' ';
    hex_encode(detail + ca_len + 1, sizeof detail - ca_len - 1,
               bytes_of(certificate->serial, sizeof certificate->serial));
    return act_record(worker, act, detail);
}

/* What was signed is given out only when account, device, key and binding still stand as they must. */
static enum hufu_err store_it(struct worker *worker, struct act *act, const struct key_view *key,
                              const struct certificate *certificate)
{
    struct account account;
    struct binding_held held;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (!err)
        err = account_lock(worker->store, key->account_id, &account);
    if (!err)
        err = binding_hold(worker->store, key->project_id, key->device_id, key->binding_id, &held);
    if (!err)
        err = check_states(act, account.state, held.standing.state, held.standing.key_state);
    if (!err && held.standing.device_state != DEVICE_ACTIVE)
        err = act_refuse(act, REFUSAL_BINDING_NOT_ACTIVE);
    if (!err)
        err = certificate_insert(worker->store, certificate);
    if (!err && held.standing.key_state == KEY_GENERATED)
        err = key_set_state(worker->store, key->project_id, key->key_id, KEY_USABLE, NULL);
    if (!err)
        err = audit(worker, act, certificate);
    return err ? err : store_commit(&transaction);
}

static void begin(struct certificate *out, const struct key_view *key, const char *ca)
{
    *out = (struct certificate){0};
    (void)snprintf(out->ca, sizeof out->ca, "%s", ca);
    memcpy(out->project_id, key->project_id, sizeof out->project_id);
    memcpy(out->account_id, key->account_id, sizeof out->account_id);
    memcpy(out->key_id, key->key_id, sizeof out->key_id);
    draw_serial(out->serial);
}

static enum hufu_err issue_new(struct worker *worker, struct act *act, const struct key_view *key,
                               const char *ca, struct bytes request, struct certificate *out)
{
    begin(out, key, ca);
    enum hufu_err err = set_validity(worker, out);
    if (!err)
        err = ask(worker, act, key, request, out);
    if (!err)
        err = store_it(worker, act, key, out);
    /* Two requests at once: the other one's certificate is the key's. */
    if (err == HUFU_ERR_CONFLICT && act->refusal == REFUSAL_NONE)
        err = certificate_read(worker->store, key->project_id, key->key_id, ca, out);
    return err;
}

static enum hufu_err read_key(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                              struct key_view *key)
{
    act_set_key(act, key_id);
    enum hufu_err err = key_read(worker->store, act->principal.device_id, key_id, key);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}

enum hufu_err certificate_issue(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                const char *ca, struct bytes request, struct certificate *out)
{
    struct key_view key;
    *out = (struct certificate){0};
    enum hufu_err err = read_key(worker, act, key_id, &key);
    if (!err)
        err = check_states(act, ACCOUNT_ACTIVE, key.binding_state, key.state);
    if (!err && key.usage != KEY_SIGN)
        err = act_refuse_reason(act, REFUSAL_CONFLICT, "A key for decryption signs no request.");
    if (err)
        return err;
    err = certificate_read(worker->store, key.project_id, key_id, ca, out);
    if (err == HUFU_ERR_NOT_FOUND)
        err = issue_new(worker, act, &key, ca, request, out);
    if (err)
        *out = (struct certificate){0};
    return err;
}

enum hufu_err certificate_show(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                               struct certificate *out)
{
    struct key_view key;
    *out = (struct certificate){0};
    enum hufu_err err = read_key(worker, act, key_id, &key);
    if (!err)
        err = certificate_read(worker->store, key.project_id, key_id, NULL, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}

enum hufu_err certificate_chain(struct worker *worker, const char *ca, struct buf *issuing, struct buf *root)
{
    return hsmc_ca_chain(worker->hsmc, worker->trace, ca, issuing, root);
}
