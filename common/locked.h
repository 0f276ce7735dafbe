/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for secrets: locked into RAM, between guard pages, left out of core dumps (libsodium's guarded
 * heap). */
#ifndef HUFU_COMMON_LOCKED_H
#define HUFU_COMMON_LOCKED_H

#include <stddef.h>

#include "common/err.h"

/* len bytes of zeros, aligned for any type; the caller's, given back with locked_free. HUFU_ERR_LIMIT where
 * the system does not let us lock as much (RLIMIT_MEMLOCK): nothing is allocated then. */
enum hufu_err locked_alloc(void **memory, size_t len) HUFU_MUST_CHECK;
/* Wipes first. NULL is fine. */
void locked_free(void *memory);

#endif
