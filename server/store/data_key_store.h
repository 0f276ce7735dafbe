/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed key under which personal data are kept: one for all servers on this database. */
#ifndef HUFU_SERVER_STORE_DATA_KEY_STORE_H
#define HUFU_SERVER_STORE_DATA_KEY_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define DATA_KEY_SEALED_MAX 2048

struct data_key_row {
    uint8_t data_key_id[UUID_SIZE];
    uint8_t sealed[DATA_KEY_SEALED_MAX];
    size_t sealed_len;
};

/* HUFU_ERR_NOT_FOUND: none was made yet. */
enum hufu_err data_key_read(struct store *store, struct data_key_row *out) HUFU_MUST_CHECK;
/* Keeps the row, unless there is one: whoever inserts reads again, and takes what is there. */
enum hufu_err data_key_insert(struct store *store, const struct data_key_row *row) HUFU_MUST_CHECK;

#endif
