/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "server/hsmc/hsmc.h"
#include "server/store/audit_store.h"
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

static bool may_have_one(const struct key_view *key)
{
    return key->usage == KEY_SIGN && (key->state == KEY_GENERATED || key->state == KEY_USABLE) &&
           key->binding_state == BINDING_ACTIVE && !key->locked;
}

static enum hufu_err ask(struct worker *worker, const struct key_view *key, struct bytes request,
                         struct certificate *out)
{
    uint8_t record_memory[BINDING_RECORD_MAX];
    struct buf record, der;
    uint32_t generation = 0;
    buf_init(&record, record_memory, sizeof record_memory);
    buf_init(&der, out->der, sizeof out->der);
    enum hufu_err err =
        binding_read_record(worker->store, key->project_id, key->binding_id, &generation, &record);
    if (err)
        return err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_STATE : err;
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
    return err;
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

static enum hufu_err audit(struct worker *worker, const struct key_view *key,
                           const struct certificate *certificate)
{
    char detail[CERTIFICATE_CA_MAX + 1 + 2 * CERTIFICATE_SERIAL_SIZE + 1];
    size_t ca_len = strlen(certificate->ca);
    memcpy(detail, certificate->ca, ca_len);
    detail[ca_len] = ' ';
    hex_encode(detail + ca_len + 1, sizeof detail - ca_len - 1,
               bytes_of(certificate->serial, sizeof certificate->serial));
    return audit_insert(worker->store, &(struct audit_entry){.project_id = key->project_id,
                                                             .actor = "device",
                                                             .action = "certificate.issue",
                                                             .outcome = "ok",
                                                             .account_id = key->account_id,
                                                             .device_id = key->device_id,
                                                             .key_id = key->key_id,
                                                             .binding_id = key->binding_id,
                                                             .trace = worker->trace,
                                                             .detail = detail});
}

/* What was signed is given out only when account, device, key and binding still stand as they must. */
static enum hufu_err store_it(struct worker *worker, const struct key_view *key,
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
    if (err)
        return err;
    const struct standing *now = &held.standing;
    if (account.state != ACCOUNT_ACTIVE || now->device_state != DEVICE_ACTIVE ||
        now->state != BINDING_ACTIVE || (now->key_state != KEY_GENERATED && now->key_state != KEY_USABLE))
        return HUFU_ERR_STATE;
    err = certificate_insert(worker->store, certificate);
    if (!err && now->key_state == KEY_GENERATED)
        err = key_set_state(worker->store, key->project_id, key->key_id, KEY_USABLE, NULL);
    if (!err)
        err = audit(worker, key, certificate);
    return err ? err : store_commit(&transaction);
}

static void begin(struct certificate *out, const struct key_view *key, const char *ca)
{
    *out = (struct certificate){0};
    memcpy(out->project_id, key->project_id, sizeof out->project_id);
    memcpy(out->account_id, key->account_id, sizeof out->account_id);
    memcpy(out->key_id, key->key_id, sizeof out->key_id);
    memcpy(out->ca, ca, strlen(ca) + 1);
    draw_serial(out->serial);
}

static enum hufu_err issue_new(struct worker *worker, const struct key_view *key, const char *ca,
                               struct bytes request, struct certificate *out)
{
    begin(out, key, ca);
    enum hufu_err err = set_validity(worker, out);
    if (!err)
        err = ask(worker, key, request, out);
    if (!err)
        err = store_it(worker, key, out);
    /* Two requests at once: the other one's certificate is the key's. */
    return err == HUFU_ERR_CONFLICT ? certificate_read(worker->store, key->project_id, key->key_id, ca, out)
                                    : err;
}

enum hufu_err certificate_issue(struct worker *worker, const struct principal *principal,
                                const uint8_t key_id[UUID_SIZE], const char *ca, struct bytes request,
                                struct certificate *out)
{
    struct key_view key;
    *out = (struct certificate){0};
    if (strlen(ca) > CERTIFICATE_CA_MAX)
        return HUFU_ERR_NOT_FOUND;
    enum hufu_err err = key_read(worker->store, principal->device_id, key_id, &key);
    if (err)
        return err;
    if (!may_have_one(&key))
        return HUFU_ERR_STATE;
    err = certificate_read(worker->store, key.project_id, key_id, ca, out);
    if (err == HUFU_ERR_NOT_FOUND)
        err = issue_new(worker, &key, ca, request, out);
    if (err)
        *out = (struct certificate){0};
    return err;
}

enum hufu_err certificate_show(struct worker *worker, const struct principal *principal,
                               const uint8_t key_id[UUID_SIZE], struct certificate *out)
{
    struct key_view key;
    *out = (struct certificate){0};
    enum hufu_err err = key_read(worker->store, principal->device_id, key_id, &key);
    return err ? err : certificate_read(worker->store, key.project_id, key_id, NULL, out);
}

enum hufu_err certificate_chain(struct worker *worker, const char *ca, struct buf *issuing, struct buf *root)
{
    return hsmc_ca_chain(worker->hsmc, worker->trace, ca, issuing, root);
}
