/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/permit.h"

/* The use of the half that an operation is; 0 for those that only manage it. */
static uint32_t use_of(enum frame_op op)
{
    if (op == FRAME_OP_SIGN)
        return FRAME_ALLOW_SIGN;
    return op == FRAME_OP_DECRYPT ? FRAME_ALLOW_DECRYPT : 0;
}

static bool within_window(const struct frame_policy *policy, uint64_t now_ms)
{
    bool begun = policy->from_ms <= now_ms || policy->from_ms - now_ms <= PERMIT_WINDOW_TOLERANCE_MS;
    bool ended = now_ms > policy->until_ms && now_ms - policy->until_ms > PERMIT_WINDOW_TOLERANCE_MS;
    return begun && !ended;
}

/* A policy limits the uses of a half. Refresh and PIN check stay free: a handed-over half must be refreshed at once,
 * before its window begins, and a PIN may be changed at any time. */
static bool policy_permits(const struct record_binding *record, uint32_t use, uint64_t now_ms)
{
    return !record->has_policy || !use ||
           ((record->policy.operations & use) && within_window(&record->policy, now_ms));
}

static bool role_permits(const struct record_binding *record, enum frame_op op)
{
    if (op != FRAME_OP_HANDOVER && op != FRAME_OP_POLICY)
        return true;
    return record->role == RECORD_PRIMARY && !record->has_policy;
}

enum hufu_err permit_operation(const struct record_binding *record, enum frame_op op, uint64_t now_ms)
{
    uint32_t use = use_of(op);
    bool permitted = (!record->must_refresh || op == FRAME_OP_REFRESH) && (use & ~record->operations) == 0 &&
                     role_permits(record, op) && policy_permits(record, use, now_ms);
    return permitted ? HUFU_OK : HUFU_ERR_POLICY;
}

enum hufu_err permit_primary(const struct record_binding *record)
{
    bool holders_own = record->role == RECORD_PRIMARY || record->role == RECORD_SECONDARY;
    return holders_own && !record->has_policy && !record->must_refresh ? HUFU_OK : HUFU_ERR_POLICY;
}

enum hufu_err permit_policy(const struct record_binding *record, const struct frame_policy *policy)
{
    bool some = policy->operations != 0 && policy->from_ms < policy->until_ms;
    return some && (policy->operations & ~record->operations) == 0 ? HUFU_OK : HUFU_ERR_POLICY;
}
