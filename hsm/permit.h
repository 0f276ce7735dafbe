/* SPDX-License-Identifier: Apache-2.0 */
/* What a record permits (docs/protocol.md §5): role, allowed operations, "must refresh first", policy. One of the
 * decisions that the private-key process takes again although the server took it too. */
#ifndef HUFU_HSM_PERMIT_H
#define HUFU_HSM_PERMIT_H

#include "hsm/record.h"

/* Windows of policies are decided exactly by the database's clock; ours may differ from it by a second before
 * /readyz complains, and the request spends time on its way. */
#define PERMIT_WINDOW_TOLERANCE_MS 2000u

/* HUFU_ERR_POLICY: the record does not permit this operation now. */
enum hufu_err permit_operation(const struct record_binding *record, enum frame_op op,
                               uint64_t now_ms) HUFU_MUST_CHECK;
/* Whether the next generation of this record may be a primary's, where the server says that its device was made the primary.
 * HUFU_ERR_POLICY. */
enum hufu_err permit_primary(const struct record_binding *record) HUFU_MUST_CHECK;
/* Whether a policy may be given to another device of the key by the holder of this record. HUFU_ERR_POLICY. */
enum hufu_err permit_policy(const struct record_binding *record,
                            const struct frame_policy *policy) HUFU_MUST_CHECK;

#endif
