/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUFU_SERVER_STORE_MAINTENANCE_STORE_H
#define HUFU_SERVER_STORE_MAINTENANCE_STORE_H

#include <stdint.h>

#include "common/err.h"
#include "server/store/store.h"

/* Makes the monthly partitions of this month and of months_ahead more; made gets how many were missing. */
enum hufu_err maintenance_make_partitions(struct store *store, int32_t months_ahead,
                                          int32_t *made) HUFU_MUST_CHECK;

#endif
