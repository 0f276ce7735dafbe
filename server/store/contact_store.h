/* SPDX-License-Identifier: Apache-2.0 */
/* Where an account is reached, sealed. */
#ifndef HUFU_SERVER_STORE_CONTACT_STORE_H
#define HUFU_SERVER_STORE_CONTACT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

#define CONTACT_SEALED_MAX 64

struct contact_row {
    uint8_t project_id[UUID_SIZE];
    uint8_t mobile_sealed[CONTACT_SEALED_MAX];
    size_t mobile_sealed_len; /* 0: none */
    uint8_t mobile_hash[HASH_SIZE];
};

/* HUFU_ERR_NOT_FOUND. */
enum hufu_err contact_row_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                               struct contact_row *out) HUFU_MUST_CHECK;

#endif
