/* SPDX-License-Identifier: Apache-2.0 */
/* Handwritten signatures, sealed; one for each account. */
#ifndef HUFU_SERVER_STORE_HANDWRITING_STORE_H
#define HUFU_SERVER_STORE_HANDWRITING_STORE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

/* Takes the place of the one before. */
enum hufu_err handwriting_write(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], struct bytes sealed) HUFU_MUST_CHECK;
/* Appends it; HUFU_ERR_NOT_FOUND. */
enum hufu_err handwriting_read(struct store *store, const uint8_t project_id[UUID_SIZE],
                               const uint8_t account_id[UUID_SIZE], struct buf *sealed,
                               uint64_t *created_ms) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err handwriting_erase(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;

#endif
