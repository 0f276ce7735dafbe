/* SPDX-License-Identifier: Apache-2.0 */
/* The service records (box keys, docs/protocol.md §7) that hufu-hsm must have loaded. hufu-hsm forgets them
 * when it ends, so every connection loads the whole list when it opens. One list for all connections; locked
 * inside. */
#ifndef HUFU_SERVER_HSMC_KEYS_H
#define HUFU_SERVER_HSMC_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"

#define HSMC_SEALED_MAX 2048    /* any sealed record */
#define HSMC_SERVICE_KEYS_MAX 4 /* the current one, its predecessor, and room */

struct hsmc_service_key {
    uint8_t record_id[UUID_SIZE];
    uint8_t sealed[HSMC_SEALED_MAX];
    size_t sealed_len;
    uint8_t statement[FRAME_STATEMENT_SIZE];
    uint8_t signature[FRAME_SIGNATURE_SIZE];
};

struct hsmc_keys;

struct hsmc_keys *hsmc_keys_new(void);
void hsmc_keys_free(struct hsmc_keys *keys);
/* Replaces the list. HUFU_ERR_LIMIT: more than HSMC_SERVICE_KEYS_MAX. */
enum hufu_err hsmc_keys_set(struct hsmc_keys *keys, const struct hsmc_service_key *list,
                            size_t count) HUFU_MUST_CHECK;
/* Copies the list; returns how many. */
size_t hsmc_keys_get(struct hsmc_keys *keys, struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX]);

#endif
