/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures that faces are compared with, sealed. */
#ifndef HUFU_SERVER_STORE_FACE_STORE_H
#define HUFU_SERVER_STORE_FACE_STORE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define FACE_STORED_MAX 65536 /* bytes of a picture */
#define FACE_SEALED_MAX (FACE_STORED_MAX + 40)

/* In place of the account's one before. */
enum hufu_err face_put(struct store *store, const uint8_t project_id[UUID_SIZE],
                       const uint8_t account_id[UUID_SIZE], struct bytes sealed) HUFU_MUST_CHECK;
/* Appends it. HUFU_ERR_NOT_FOUND. */
enum hufu_err face_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                        struct buf *sealed) HUFU_MUST_CHECK;

#endif
