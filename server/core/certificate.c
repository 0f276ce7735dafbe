/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/encoding.h"
#include "server/core/binding.h"
#include "server/core/destruction.h"
#include "server/core/key.h"
#include "server/metrics.h"

enum hufu_err certificate_chain_read(struct worker *worker, struct act *act, const char *ca,
                                     struct certificate_chain *out)
{
    struct buf issuing, root;
    buf_init(&issuing, out->memory, HSMC_CERTIFICATE_MAX);
    buf_init(&root, out->memory + HSMC_CERTIFICATE_MAX, HSMC_CERTIFICATE_MAX);
    enum hufu_err err = hsmc_ca_chain(worker->hsmc, worker->trace, ca, &issuing, &root);
    out->issuing = buf_bytes(&issuing);
    out->root = buf_bytes(&root);
    if (err == HUFU_ERR_NOT_FOUND || err == HUFU_ERR_FORM)
        return act_refuse_reason(act, REFUSAL_NOT_FOUND, "there is no such CA");
    return err;
}

/* 127 random bits: positive, never zero in practice, and not to be guessed. */
static enum hufu_err certificate_new_serial(uint8_t serial[CERTIFICATE_SERIAL_SIZE])
{
    if (getrandom(serial, CERTIFICATE_SERIAL_SIZE, 0) != CERTIFICATE_SERIAL_SIZE)
        return HUFU_ERR_INTERNAL;
    serial[0] = (serial[0] & 0x7f) | 0x40; /* of one length, so that nobody's encoder strips a zero */
    return HUFU_OK;
}

/* What the private-key process's refusals of a request mean. */
static enum hufu_err certificate_refused(struct act *act, enum hufu_err err)
{
    switch ((int)err) {
    case HUFU_ERR_FORM:
        return act_refuse_reason(act, REFUSAL_CSR_INVALID, "it is no PKCS#10 request");
    case HUFU_ERR_SIGNATURE:
        return act_refuse_reason(act, REFUSAL_CSR_INVALID, "it is not for this key, or not signed by it");
    case HUFU_ERR_POLICY:
        return act_refuse(act, REFUSAL_SUBJECT_MISMATCH);
    case HUFU_ERR_RECORD:
        return act_refuse(act, REFUSAL_RECORD_INVALID);
    case HUFU_ERR_DESTROYED:
        return act_refuse(act, REFUSAL_RECORD_DESTROYED);
    case HUFU_ERR_NOT_FOUND:
        return act_refuse_reason(act, REFUSAL_NOT_FOUND, "there is no such CA");
    case HUFU_ERR_LIMIT:
        return HUFU_ERR_INTERNAL;
    default:
        return err;
    }
}

static enum hufu_err certificate_issue(struct worker *worker, struct act *act, const struct key_view *key,
                                       struct bytes csr, struct certificate *out)
{
    uint8_t memory[BINDING_RECORD_MAX];
    struct buf record, der;
    uint32_t generation;
    buf_init(&record, memory, sizeof memory);
    buf_init(&der, out->der, sizeof out->der);
    enum hufu_err err =
        binding_read_record(worker->store, key->project_id, key->binding_id, &generation, &record);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[key->binding_state]);
    if (err == HUFU_OK)
        err = certificate_new_serial(out->serial);
    if (err != HUFU_OK)
        return err;
    const struct hsmc_certificate call = {
        .ca = out->ca,
        .project_id = key->project_id,
        .key_id = key->key_id,
        .binding_id = key->binding_id,
        .generation = generation,
        .sealed = buf_bytes(&record),
        .request = csr,
        .subject = bytes_of(key->subject, key->subject_len),
        .serial = out->serial,
        .not_before_ms = out->not_before_ms,
        .not_after_ms = out->not_after_ms,
    };
    err = hsmc_certificate_issue(worker->hsmc, worker->trace, &call, &der);
    if (err == HUFU_ERR_BEHIND && destruction_catch_up(worker) == HUFU_OK)
        err = hsmc_certificate_issue(worker->hsmc, worker->trace, &call, &der);
    out->der_len = der.len;
    return err == HUFU_OK ? HUFU_OK : certificate_refused(act, err);
}

/* Stores what was issued, if the key may still have it. What is not stored never leaves. */
static enum hufu_err certificate_record(struct worker *worker, struct act *act, const struct key_view *key,
                                        const struct certificate *certificate)
{
    struct binding_held held;
    enum key_state next;
    char serial[2 * CERTIFICATE_SERIAL_SIZE + 1];
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = binding_hold(worker->store, key->project_id, key->device_id, key->binding_id, &held);
    if (err == HUFU_OK)
        err = binding_check_people(act, &held.standing);
    if (err == HUFU_OK)
        err = binding_check_active(act, &held.standing);
    if (err == HUFU_OK)
        err = binding_check_use(act, &held.standing, 0);
    if (err != HUFU_OK)
        return err;
    if (!key_step(held.standing.key_state, KEY_CERTIFY, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, key_state_names[held.standing.key_state]);
    hex_encode(serial, sizeof serial, bytes_of(certificate->serial, sizeof certificate->serial));
    err = certificate_insert(worker->store, certificate);
    if (err == HUFU_OK)
        err = key_set_state(worker->store, key->project_id, key->key_id, next, NULL);
    if (err == HUFU_OK)
        err = act_record(worker, act, serial);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static enum hufu_err certificate_make(struct worker *worker, struct act *act, const struct key_view *key,
                                      struct bytes csr, const char *ca, struct certificate *out)
{
    enum key_state next;
    if (key->usage == KEY_DECRYPT)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "a key for decryption cannot sign its request");
    if (!key_step(key->state, KEY_CERTIFY, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, key_state_names[key->state]);
    uint64_t now;
    enum hufu_err err = store_healthy(worker->store, &now);
    if (err != HUFU_OK)
        return err;
    *out = (struct certificate){.not_before_ms = now - CERTIFICATE_BACKDATE_MS,
                                .not_after_ms = now + CERTIFICATE_DAYS * UINT64_C(86400000)};
    memcpy(out->project_id, key->project_id, UUID_SIZE);
    memcpy(out->account_id, key->account_id, UUID_SIZE);
    memcpy(out->key_id, key->key_id, UUID_SIZE);
    snprintf(out->ca, sizeof out->ca, "%s", ca);
    err = certificate_issue(worker, act, key, csr, out);
    if (err == HUFU_OK)
        err = certificate_record(worker, act, key, out);
    if (err == HUFU_OK)
        metrics_add(worker->metrics, METRICS_CERTIFICATES, 1);
    return err;
}

enum hufu_err certificate_request(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                  struct bytes csr, const char *ca, struct certificate *out,
                                  struct certificate_chain *chain, bool *issued)
{
    struct key_view key;
    *issued = false;
    enum hufu_err err = key_view(worker, act, key_id, &key);
    if (err == HUFU_OK)
        err = certificate_chain_read(worker, act, ca, chain);
    if (err != HUFU_OK)
        return err;
    act->has_binding = true;
    memcpy(act->binding_id, key.binding_id, UUID_SIZE);
    err = certificate_read(worker->store, key.project_id, key_id, ca, out);
    if (err != HUFU_ERR_NOT_FOUND)
        return err;
    *issued = true;
    return certificate_make(worker, act, &key, csr, ca, out);
}

enum hufu_err certificate_of_key(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                 struct certificate *out, struct certificate_chain *chain)
{
    struct key_view key;
    enum hufu_err err = key_view(worker, act, key_id, &key);
    if (err == HUFU_OK)
        err = certificate_read(worker->store, key.project_id, key_id, NULL, out);
    if (err == HUFU_ERR_NOT_FOUND && act->refusal == REFUSAL_NONE)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    return err == HUFU_OK ? certificate_chain_read(worker, act, out->ca, chain) : err;
}
