/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/service_key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/hash.h"
#include "common/log.h"
#include "server/config.h"
#include "server/identifier.h"

#define SERVICE_KEY_DAY_MS UINT64_C(86400000)

const char *const service_ca_names[SERVICE_CAS_MAX + 1] = {"sm2", "p256", "rsa", NULL};

static void service_key_convert(struct hsmc_service_key *to, const struct service_key *from)
{
    static_assert(sizeof to->sealed == sizeof from->sealed, "a sealed record fits both");
    memcpy(to->record_id, from->service_key_id, sizeof to->record_id);
    memcpy(to->sealed, from->sealed, from->sealed_len);
    to->sealed_len = from->sealed_len;
    memcpy(to->statement, from->statement, sizeof to->statement);
    memcpy(to->signature, from->signature, sizeof to->signature);
}

/* Has one made and stores it; when another server was faster, its key does as well. */
static enum hufu_err service_key_make(struct worker *worker, uint64_t from_ms, uint64_t until_ms,
                                      uint64_t spare_ms)
{
    struct hsmc_service_key made;
    struct service_key key = {.from_ms = from_ms, .until_ms = until_ms};
    bool inserted;
    identifier_new(key.service_key_id);
    enum hufu_err err =
        hsmc_service_new(worker->hsmc, worker->trace, key.service_key_id, from_ms, until_ms, &made);
    if (err != HUFU_OK)
        return err;
    memcpy(key.sealed, made.sealed, made.sealed_len);
    key.sealed_len = made.sealed_len;
    memcpy(key.statement, made.statement, sizeof key.statement);
    memcpy(key.signature, made.signature, sizeof key.signature);
    err = service_key_insert(worker->store, &key, spare_ms, &inserted);
    if (err == HUFU_OK && inserted)
        log_event(LOG_INFO, "service_key.made", "request_id", worker->trace, NULL);
    return err;
}

/* Loads what can be loaded. A key that this token did not seal (the token was made anew, say) is left out. */
static enum hufu_err service_key_load(struct worker *worker, const struct service_key *stored, size_t count,
                                      struct hsmc_service_key *loaded, size_t *loaded_count)
{
    *loaded_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct hsmc_service_key *key = &loaded[*loaded_count];
        service_key_convert(key, &stored[i]);
        enum hufu_err err = hsmc_service_load(worker->hsmc, worker->trace, key);
        if (err == HUFU_OK)
            ++*loaded_count;
        else if (err != HUFU_ERR_RECORD && err != HUFU_ERR_SIGNATURE)
            return err;
        else
            log_event(LOG_ERROR, "service_key.foreign", "request_id", worker->trace, "error",
                      hufu_err_name(err), NULL);
    }
    return HUFU_OK;
}

static enum hufu_err service_key_read_and_load(struct worker *worker, struct service_key *stored,
                                               size_t *count, struct hsmc_service_key *loaded,
                                               size_t *loaded_count, uint64_t *now_ms)
{
    enum hufu_err err = service_key_list(worker->store, stored, HSMC_SERVICE_KEYS_MAX, count, now_ms);
    return err == HUFU_OK ? service_key_load(worker, stored, *count, loaded, loaded_count) : err;
}

/* Gives every process what one of them has loaded. One that is away gets it with the connection that is opened next. */
static void service_key_share(struct worker *worker, const struct hsmc_service_key *loaded, size_t count)
{
    for (size_t place = 0; place < worker->config->hsm_count; place++) {
        enum hufu_err err = HUFU_OK;
        hsmc_use(worker->hsmc, place);
        for (size_t i = 0; err == HUFU_OK && i < count; i++)
            err = hsmc_service_load(worker->hsmc, worker->trace, &loaded[i]);
        if (err != HUFU_OK && err != HUFU_ERR_AWAY)
            log_event(LOG_ERROR, "service_key.not_shared", "request_id", worker->trace, "socket",
                      worker->config->hsm_sockets[place], "error", hufu_err_name(err), NULL);
    }
    hsmc_use_any(worker->hsmc);
}

enum hufu_err service_key_maintain(struct worker *worker)
{
    struct service_key stored[HSMC_SERVICE_KEYS_MAX];
    struct hsmc_service_key loaded[HSMC_SERVICE_KEYS_MAX];
    size_t count, usable;
    uint64_t now;
    enum hufu_err err = service_key_read_and_load(worker, stored, &count, loaded, &usable, &now);
    if (err != HUFU_OK)
        return err;
    const uint64_t overlap = SERVICE_KEY_OVERLAP_DAYS * SERVICE_KEY_DAY_MS + SERVICE_KEY_LEAD_MS;
    if (usable == 0 || stored[0].until_ms < now + overlap) {
        uint64_t until = now + SERVICE_KEY_DAYS * SERVICE_KEY_DAY_MS;
        /* When there are keys and none can be loaded, one that another server made does not help. */
        bool foreign = usable == 0 && count > 0;
        err = service_key_make(worker, usable == 0 ? now : now + SERVICE_KEY_LEAD_MS, until,
                               foreign ? 0 : until - now - 2 * overlap);
        if (err == HUFU_OK)
            err = service_key_read_and_load(worker, stored, &count, loaded, &usable, &now);
    }
    if (err == HUFU_OK)
        err = hsmc_keys_set(worker->keys, loaded, usable);
    if (err == HUFU_OK)
        service_key_share(worker, loaded, usable);
    return err;
}

enum hufu_err service_describe(struct worker *worker, struct service_description *out)
{
    *out = (struct service_description){0};
    struct hsmc_status status;
    enum hufu_err err = hsmc_status(worker->hsmc, worker->trace, &status);
    if (err == HUFU_OK)
        err = service_key_current(worker->store, &out->key);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_AWAY : err;
    out->time_ms = hsmc_now_ms(worker->hsmc);
    memcpy(out->identity_key, status.identity_key, sizeof out->identity_key);
    for (size_t i = 0; err == HUFU_OK && service_ca_names[i] != NULL; i++) {
        uint8_t memory[2 * HSMC_CERTIFICATE_MAX];
        struct buf issuing, root;
        buf_init(&issuing, memory, HSMC_CERTIFICATE_MAX);
        buf_init(&root, memory + HSMC_CERTIFICATE_MAX, HSMC_CERTIFICATE_MAX);
        err = hsmc_ca_chain(worker->hsmc, worker->trace, service_ca_names[i], &issuing, &root);
        if (err == HUFU_OK)
            out->cas[out->ca_count++] = service_ca_names[i];
        else if (err == HUFU_ERR_NOT_FOUND)
            err = HUFU_OK;
    }
    return err;
}

enum hufu_err service_locate(struct worker *worker, struct service_address *out)
{
    *out = (struct service_address){0};
    struct hsmc_status status;
    enum hufu_err err = hsmc_status(worker->hsmc, worker->trace, &status);
    if (err != HUFU_OK)
        return err;
    hash_sha256(out->identity_hash, bytes_of(status.identity_key, sizeof status.identity_key));
    int len = snprintf(out->url, sizeof out->url, "%s", worker->config->public_url);
    out->has_tls_pin = worker->config->has_tls_pin;
    memcpy(out->tls_pin, worker->config->tls_pin, sizeof out->tls_pin);
    return len > 0 && (size_t)len < sizeof out->url ? HUFU_OK : HUFU_ERR_INTERNAL;
}
