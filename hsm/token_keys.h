/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the token, as they are found in it; token.c's own. Handles change when the token is re-opened, the rest must not. */
#ifndef HUFU_HSM_TOKEN_KEYS_H
#define HUFU_HSM_TOKEN_KEYS_H

#include "hsm/cryptoki.h"
#include "hsm/token.h"

struct token_found {
    bool found;
    unsigned long use;  /* the secret or private object */
    unsigned long copy; /* of the sealing key, for records: the session's, or use where there is none */
    unsigned long public_half; /* of a pair */
    uint8_t id[TOKEN_ID_SIZE];
    uint8_t point[TOKEN_POINT_SIZE]; /* P-256 */
};

/* Looks them all up; one that is missing is no error. again: only the handles change, and HUFU_ERR_AWAY: the token has other keys
 * than before. */
enum hufu_err token_keys_find(const struct cryptoki *module, unsigned long session,
                              struct token_found keys[TOKEN_KEY_COUNT], bool again) HUFU_MUST_CHECK;
/* Makes one, which must not exist, and looks it up. */
enum hufu_err token_keys_make(const struct cryptoki *module, unsigned long session,
                              struct token_found keys[TOKEN_KEY_COUNT], enum token_key key) HUFU_MUST_CHECK;
/* Of a key that is a pair. */
enum cryptoki_pair token_keys_pair(enum token_key key);

#endif
