/* SPDX-License-Identifier: Apache-2.0 */
/* The loaded box keys H_k (docs/protocol.md §7): with the memory of what was destroyed the only state
 * between requests. Private halves lie in locked memory.
 * Safe from several threads. */
#ifndef HUFU_HSM_BOX_KEYS_H
#define HUFU_HSM_BOX_KEYS_H

#include "common/box.h"
#include "hsm/record.h"

#define BOX_KEYS_MAX 4              /* the present one, the one before, and room for a rotation begun early */
#define BOX_KEYS_GRACE_MS 86400000u /* a superseded key serves one more day */
#define BOX_KEYS_WINDOW_MAX_MS 31622400000u /* 366 days */

struct box_keys;

/* HUFU_ERR_LIMIT: memory cannot be locked. */
enum hufu_err box_keys_new(struct box_keys **keys) HUFU_MUST_CHECK;
void box_keys_free(struct box_keys *keys); /* NULL is fine */

/* Adds the key, in the place of the one that ends first if all are taken; again is no error.
 * HUFU_ERR_TIME: it ended more than a day ago. */
enum hufu_err box_keys_load(struct box_keys *keys, const struct record_service *record,
                            uint64_t now_ms) HUFU_MUST_CHECK;
/* The private half for H_k, secret. HUFU_ERR_FORM: not loaded, or ended more than a day ago. */
enum hufu_err box_keys_find(struct box_keys *keys, uint8_t private_key[BOX_KEY_SIZE],
                            const uint8_t H_k[BOX_KEY_SIZE], uint64_t now_ms) HUFU_MUST_CHECK;

#endif
