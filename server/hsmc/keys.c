/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hsmc/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct hsmc_keys {
    pthread_mutex_t lock;
    struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX];
    size_t count;
};

struct hsmc_keys *hsmc_keys_new(void)
{
    struct hsmc_keys *keys = calloc(1, sizeof(*keys));
    if (keys)
        (void)pthread_mutex_init(&keys->lock, NULL);
    return keys;
}

void hsmc_keys_free(struct hsmc_keys *keys)
{
    if (!keys)
        return;
    (void)pthread_mutex_destroy(&keys->lock);
    free(keys);
}

enum hufu_err hsmc_keys_set(struct hsmc_keys *keys, const struct hsmc_service_key *list, size_t count)
{
    if (count > HSMC_SERVICE_KEYS_MAX)
        return HUFU_ERR_LIMIT;
    (void)pthread_mutex_lock(&keys->lock);
    if (count > 0)
        memcpy(keys->list, list, count * sizeof(list[0]));
    keys->count = count;
    (void)pthread_mutex_unlock(&keys->lock);
    return HUFU_OK;
}

size_t hsmc_keys_get(struct hsmc_keys *keys, struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX])
{
    (void)pthread_mutex_lock(&keys->lock);
    size_t count = keys->count;
    memcpy(list, keys->list, count * sizeof(list[0]));
    (void)pthread_mutex_unlock(&keys->lock);
    return count;
}
