/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed records of kind binding, opened into the workspace of a worker and sealed from it. */
#ifndef HUFU_HSM_BINDING_H
#define HUFU_HSM_BINDING_H

#include "hsm/worker.h"

/* HUFU_ERR_BEHIND, HUFU_ERR_DESTROYED (the generation, or the policy in it); HUFU_ERR_RECORD: not authentic, not a binding, or not of
 * this place; HUFU_ERR_AWAY: the token. */
enum hufu_err binding_open(struct worker *worker, struct record_binding *record,
                           const struct record_place *place, struct bytes sealed) HUFU_MUST_CHECK;
/* Appends the sealed record as one field of the reply; stamps it with the time. */
enum hufu_err binding_put_sealed(struct worker *worker, struct record_binding *record,
                                 const struct record_place *place, struct buf *reply) HUFU_MUST_CHECK;

#endif
