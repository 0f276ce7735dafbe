/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/data_key.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "common/locked.h"
#include "common/log.h"
#include "server/hsmc/hsmc.h"
#include "server/identifier.h"
#include "server/store/data_key_store.h"

#define DATA_KEY_CONTEXT "hufupers"
static_assert(sizeof DATA_KEY_CONTEXT - 1 == crypto_kdf_CONTEXTBYTES, "libsodium wants as many");
static_assert(DATA_KEY_SIZE == crypto_kdf_KEYBYTES, "what is derived from");

/* All of it is locked. One thread alone maintains it. */
struct data_key {
    pthread_mutex_t lock;
    bool loaded;
    bool foreign; /* the log knows it */
    uint8_t key[DATA_KEY_SIZE];
};

struct data_key *data_key_new(void)
{
    void *memory;
    if (sodium_init() < 0 || locked_alloc(&memory, sizeof(struct data_key)) != HUFU_OK)
        return NULL;
    struct data_key *key = memory;
    (void)pthread_mutex_init(&key->lock, NULL);
    return key;
}

void data_key_free(struct data_key *key)
{
    if (key == NULL)
        return;
    (void)pthread_mutex_destroy(&key->lock);
    locked_free(key);
}

static bool data_key_is_loaded(struct data_key *key)
{
    (void)pthread_mutex_lock(&key->lock);
    bool loaded = key->loaded;
    (void)pthread_mutex_unlock(&key->lock);
    return loaded;
}

static enum hufu_err data_key_make(struct worker *worker, struct data_key_row *row)
{
    struct buf sealed;
    *row = (struct data_key_row){0};
    identifier_new(row->data_key_id);
    buf_init(&sealed, row->sealed, sizeof row->sealed);
    enum hufu_err err = hsmc_data_new(worker->hsmc, worker->trace, row->data_key_id, &sealed);
    row->sealed_len = sealed.len;
    if (err == HUFU_OK)
        err = data_key_insert(worker->store, row);
    /* Whose it is that stands there now does not matter, but that all take that one. */
    return err == HUFU_OK ? data_key_read(worker->store, row) : err;
}

static enum hufu_err data_key_open(struct worker *worker, const struct data_key_row *row)
{
    struct secret32 opened SECRET_WIPED = {0};
    struct data_key *key = worker->data_key;
    enum hufu_err err = hsmc_data_open(worker->hsmc, worker->trace, row->data_key_id,
                                       bytes_of(row->sealed, row->sealed_len), opened.bytes);
    if (err != HUFU_OK)
        return err;
    (void)pthread_mutex_lock(&key->lock);
    memcpy(key->key, opened.bytes, sizeof key->key);
    key->loaded = true;
    (void)pthread_mutex_unlock(&key->lock);
    log_event(LOG_INFO, "data_key.loaded", "request_id", worker->trace, NULL);
    return HUFU_OK;
}

enum hufu_err data_key_maintain(struct worker *worker)
{
    struct data_key_row row;
    if (data_key_is_loaded(worker->data_key))
        return HUFU_OK;
    enum hufu_err err = data_key_read(worker->store, &row);
    if (err == HUFU_ERR_NOT_FOUND)
        err = data_key_make(worker, &row);
    if (err == HUFU_OK)
        err = data_key_open(worker, &row);
    /* Another one in its place would hide that what the first one sealed is lost: docs/operations.md, lost token. */
    if (err == HUFU_ERR_RECORD && !worker->data_key->foreign)
        log_event(LOG_ERROR, "data_key.foreign", "request_id", worker->trace, NULL);
    worker->data_key->foreign = err == HUFU_ERR_RECORD;
    return err;
}

enum hufu_err data_key_derive(struct data_key *key, uint64_t number, struct secret32 *out)
{
    *out = (struct secret32){0};
    if (key == NULL)
        return HUFU_ERR_AWAY;
    (void)pthread_mutex_lock(&key->lock);
    bool loaded = key->loaded;
    if (loaded)
        (void)crypto_kdf_derive_from_key(out->bytes, sizeof out->bytes, number, DATA_KEY_CONTEXT, key->key);
    (void)pthread_mutex_unlock(&key->lock);
    return loaded ? HUFU_OK : HUFU_ERR_AWAY;
}
