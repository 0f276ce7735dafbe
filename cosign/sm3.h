/* SPDX-License-Identifier: Apache-2.0 */
/* SM3 (GB/T 32905), incremental. A failure of the back end is remembered: later steps do nothing, and sm3_done says
 * so. Time depends on lengths alone. */
#ifndef HUFU_COSIGN_SM3_H
#define HUFU_COSIGN_SM3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define SM3_BYTES 32

/* Owns memory of the back end: declare it SM3_DROPPED, or call sm3_done or sm3_drop. */
struct sm3 {
    struct evp_md_ctx_st *state;
    bool failed;
};

void sm3_init(struct sm3 *hash);
/* `to` is overwritten without being dropped first. */
void sm3_copy(struct sm3 *to, const struct sm3 *from);
void sm3_update(struct sm3 *hash, const void *data, size_t len);
/* HUFU_OK or HUFU_ERR_INTERNAL. Drops the hash. */
enum hufu_err sm3_done(struct sm3 *hash, uint8_t digest[SM3_BYTES]) HUFU_MUST_CHECK;
/* Wipes and frees; nothing on a zeroed or a dropped one. */
void sm3_drop(struct sm3 *hash);
#define SM3_DROPPED __attribute__((cleanup(sm3_drop)))

#endif
