/* SPDX-License-Identifier: Apache-2.0 */
/* Captchas that were answered. */
#ifndef HUFU_SERVER_STORE_CAPTCHA_STORE_H
#define HUFU_SERVER_STORE_CAPTCHA_STORE_H

#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

/* In the transaction in hand. HUFU_ERR_CONFLICT: it was spent already. */
enum hufu_err captcha_insert_spent(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const uint8_t captcha_id[UUID_SIZE], uint64_t expires_ms) HUFU_MUST_CHECK;
/* Deletes those that expired an hour ago: the clock of a server may differ. */
enum hufu_err captcha_prune(struct store *store) HUFU_MUST_CHECK;

#endif
