/* SPDX-License-Identifier: Apache-2.0 */
/* Which authorizations' people are to be told that they end soon. */
#ifndef HUFU_SERVER_STORE_AUTHORIZATION_REMINDER_STORE_H
#define HUFU_SERVER_STORE_AUTHORIZATION_REMINDER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

/* What is told before it ends, once each. */
enum authorization_reminder {
    AUTHORIZATION_REMINDER_END,
    AUTHORIZATION_REMINDER_USES
};
/* One that ends soon and of which it was not told yet. HUFU_ERR_NOT_FOUND: there is none. */
enum hufu_err authorization_next_ending(struct store *store,
                                        uint8_t authorization_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* *first: nobody has told of it before, and it still is to be told of; in the transaction in hand. */
enum hufu_err authorization_mark_told(struct store *store, const uint8_t authorization_id[UUID_SIZE],
                                      enum authorization_reminder reminder, bool *first) HUFU_MUST_CHECK;

#endif
