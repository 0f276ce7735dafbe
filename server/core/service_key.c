/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/service_key.h"

#include <string.h>

#include "server/hsmc/hsmc.h"
#include "server/identifier.h"
#include "server/store/audit_store.h"
#include "server/worker.h"

#define DAY_MS UINT64_C(86400000)
/* A statement begins a little in the past, for devices whose clocks are behind. */
#define EARLY_MS UINT64_C(300000)

static const uint8_t service_project[UUID_SIZE]; /* the nil project: what belongs to no tenant */

static bool lasts(const struct service_key *keys, size_t count, uint64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].until_ms > now_ms + SERVICE_KEY_OVERLAP_DAYS * DAY_MS)
            return true;
    }
    return false;
}

static enum hufu_err store_new(struct worker *worker, const struct service_key *key)
{
    bool inserted = false;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (!err)
        err = service_key_insert(worker->store, key, (SERVICE_KEY_DAYS - SERVICE_KEY_OVERLAP_DAYS) * DAY_MS,
                                 &inserted);
    if (!err && inserted)
        err = audit_insert(worker->store, &(struct audit_entry){.project_id = service_project,
                                                                .actor = "service",
                                                                .action = "service_key.new",
                                                                .outcome = "ok",
                                                                .trace = worker->trace});
    return err ? err : store_commit(&transaction);
}

static enum hufu_err make(struct worker *worker, uint64_t now_ms)
{
    struct service_key key = {.from_ms = now_ms - EARLY_MS, .until_ms = now_ms + SERVICE_KEY_DAYS * DAY_MS};
    struct hsmc_service_key made;
    identifier_new(key.service_key_id);
    enum hufu_err err =
        hsmc_service_new(worker->hsmc, worker->trace, key.service_key_id, key.from_ms, key.until_ms, &made);
    if (err)
        return err;
    memcpy(key.sealed, made.sealed, made.sealed_len);
    key.sealed_len = made.sealed_len;
    memcpy(key.statement, made.statement, sizeof key.statement);
    memcpy(key.signature, made.signature, sizeof key.signature);
    return store_new(worker, &key);
}

static struct hsmc_service_key as_loaded(const struct service_key *key)
{
    struct hsmc_service_key loaded = {.sealed_len = key->sealed_len};
    memcpy(loaded.record_id, key->service_key_id, sizeof loaded.record_id);
    memcpy(loaded.sealed, key->sealed, key->sealed_len);
    memcpy(loaded.statement, key->statement, sizeof loaded.statement);
    memcpy(loaded.signature, key->signature, sizeof loaded.signature);
    return loaded;
}

static enum hufu_err load(struct worker *worker, const struct service_key *keys, size_t count)
{
    struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX];
    for (size_t i = 0; i < count; i++)
        list[i] = as_loaded(&keys[i]);
    enum hufu_err err = hsmc_keys_set(worker->keys, list, count);
    for (size_t i = 0; i < count && !err; i++)
        err = hsmc_service_load(worker->hsmc, worker->trace, &list[i]);
    return err;
}

enum hufu_err service_key_maintain(struct worker *worker)
{
    struct service_key keys[HSMC_SERVICE_KEYS_MAX];
    size_t count = 0;
    uint64_t now_ms = 0;
    enum hufu_err err = service_key_list(worker->store, keys, HSMC_SERVICE_KEYS_MAX, &count, &now_ms);
    if (!err && !lasts(keys, count, now_ms)) {
        err = make(worker, now_ms);
        if (!err)
            err = service_key_list(worker->store, keys, HSMC_SERVICE_KEYS_MAX, &count, &now_ms);
    }
    return err ? err : load(worker, keys, count);
}

enum hufu_err service_key_show(struct worker *worker, struct service_key *key, uint8_t identity_key[65])
{
    struct hsmc_status status;
    memset(identity_key, 0, 65);
    enum hufu_err err = service_key_current(worker->store, key);
    if (err)
        return err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_AWAY : err;
    err = hsmc_status(worker->hsmc, worker->trace, &status);
    if (!err)
        memcpy(identity_key, status.identity_key, 65);
    return err;
}
