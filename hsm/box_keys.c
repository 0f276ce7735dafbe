/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/box_keys.h"

#include <pthread.h>
#include <string.h>

#include "common/locked.h"
#include "common/secret.h"

struct box_key {
    uint8_t H_k[BOX_KEY_SIZE];
    uint8_t private_key[BOX_KEY_SIZE];
    uint64_t until_ms; /* 0: free */
};

struct box_keys {
    pthread_mutex_t mutex;
    struct box_key key[BOX_KEYS_MAX];
    struct box_key loaded; /* on its way to its place */
};

enum hufu_err box_keys_new(struct box_keys **keys)
{
    void *memory = NULL;
    *keys = NULL;
    enum hufu_err err = locked_alloc(&memory, sizeof(struct box_keys));
    if (err)
        return err;
    *keys = memory;
    (void)pthread_mutex_init(&(*keys)->mutex, NULL);
    return HUFU_OK;
}

void box_keys_free(struct box_keys *keys)
{
    if (!keys)
        return;
    (void)pthread_mutex_destroy(&keys->mutex);
    locked_free(keys);
}

static bool serves(uint64_t until_ms, uint64_t now_ms)
{
    return until_ms != 0 && now_ms <= until_ms + BOX_KEYS_GRACE_MS;
}

static bool is_of(const struct box_key *key, const uint8_t H_k[BOX_KEY_SIZE])
{
    return bytes_equal(bytes_of(key->H_k, BOX_KEY_SIZE), bytes_of(H_k, BOX_KEY_SIZE));
}

/* The place of H_k itself, else the one that ends first: a free one ends at 0. */
static struct box_key *place_for(struct box_keys *keys, const uint8_t H_k[BOX_KEY_SIZE])
{
    struct box_key *place = &keys->key[0];
    for (size_t i = 0; i < BOX_KEYS_MAX; i++) {
        struct box_key *key = &keys->key[i];
        if (key->until_ms != 0 && is_of(key, H_k))
            return key;
        if (key->until_ms < place->until_ms)
            place = key;
    }
    return place;
}

enum hufu_err box_keys_load(struct box_keys *keys, const struct record_service *record, uint64_t now_ms)
{
    if (!serves(record->until_ms, now_ms))
        return HUFU_ERR_TIME;
    (void)pthread_mutex_lock(&keys->mutex);
    struct box_key *loaded = &keys->loaded;
    box_keypair(loaded->H_k, loaded->private_key, record->private_key);
    loaded->until_ms = record->until_ms;
    *place_for(keys, loaded->H_k) = *loaded;
    secret_wipe(loaded, sizeof(*loaded));
    (void)pthread_mutex_unlock(&keys->mutex);
    return HUFU_OK;
}

enum hufu_err box_keys_find(struct box_keys *keys, uint8_t private_key[BOX_KEY_SIZE],
                            const uint8_t H_k[BOX_KEY_SIZE], uint64_t now_ms)
{
    enum hufu_err err = HUFU_ERR_FORM;
    memset(private_key, 0, BOX_KEY_SIZE);
    (void)pthread_mutex_lock(&keys->mutex);
    for (size_t i = 0; i < BOX_KEYS_MAX; i++) {
        const struct box_key *key = &keys->key[i];
        if (serves(key->until_ms, now_ms) && is_of(key, H_k)) {
            memcpy(private_key, key->private_key, BOX_KEY_SIZE);
            err = HUFU_OK;
        }
    }
    (void)pthread_mutex_unlock(&keys->mutex);
    return err;
}
