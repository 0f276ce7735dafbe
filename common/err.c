/* SPDX-License-Identifier: Apache-2.0 */
#include "common/err.h"

#include <stddef.h>

static const char *const names[] = {
    [HUFU_OK] = "ok",
    [HUFU_ERR_FORM] = "form",
    [HUFU_ERR_LIMIT] = "limit",
    [HUFU_ERR_RECORD] = "record",
    [HUFU_ERR_SIGNATURE] = "signature",
    [HUFU_ERR_TIME] = "time",
    [HUFU_ERR_GENERATION] = "generation",
    [HUFU_ERR_PROOF] = "proof",
    [HUFU_ERR_POLICY] = "policy",
    [HUFU_ERR_STATE] = "state",
    [HUFU_ERR_LOCKED] = "locked",
    [HUFU_ERR_CONFLICT] = "conflict",
    [HUFU_ERR_NOT_FOUND] = "not_found",
    [HUFU_ERR_UNAUTHENTICATED] = "unauthenticated",
    [HUFU_ERR_PEER] = "peer",
    [HUFU_ERR_AWAY] = "away",
    [HUFU_ERR_BUSY] = "busy",
    [HUFU_ERR_RETRY] = "retry",
    [HUFU_ERR_INTERNAL] = "internal",
    [HUFU_ERR_DESTROYED] = "destroyed",
    [HUFU_ERR_BEHIND] = "behind",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == HUFU_ERR_COUNT, "every error has a name");

const char *hufu_err_name(enum hufu_err err)
{
    size_t index = (size_t)err;
    return index < HUFU_ERR_COUNT ? names[index] : "unknown";
}
