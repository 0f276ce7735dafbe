/* SPDX-License-Identifier: Apache-2.0 */
/* The key under which personal data are kept (server/core/personal.h): made and sealed by hufu-hsm, kept in the database,
 * and held by this process in locked memory from the moment that hufu-hsm opened it for it until it ends. */
#ifndef HUFU_SERVER_CORE_DATA_KEY_H
#define HUFU_SERVER_CORE_DATA_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/secret.h"
#include "server/worker.h"

#define DATA_KEY_SIZE 32

/* For all workers of the process. NULL: without memory, or memory that can be locked. */
struct data_key *data_key_new(void);
void data_key_free(struct data_key *key); /* wipes it; NULL is fine */

/* Loads the database's key when this process has none yet, and has one made when the database has none; whichever server
 * was first, all come to the same one. HUFU_ERR_RECORD: the token is not the one that sealed it (logged). */
enum hufu_err data_key_maintain(struct worker *worker) HUFU_MUST_CHECK;

/* One of the keys that are derived from it, by its number. HUFU_ERR_AWAY: it is not loaded. key may be NULL. */
enum hufu_err data_key_derive(struct data_key *key, uint64_t number, struct secret32 *out) HUFU_MUST_CHECK;

#endif
