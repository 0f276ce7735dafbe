/* SPDX-License-Identifier: Apache-2.0 */
/* One frame on an existing binding. Each operation has two parts, and between them the record is asked for its
 * permission: `prove` checks the device's proof and computes (docs/protocol.md §6: the proof before all else), and
 * `conclude` puts the result into the reply. What was computed for a refused frame is wiped with the workspace. */
#ifndef HUFU_HSM_OPERATE_H
#define HUFU_HSM_OPERATE_H

#include "hsm/exchange.h"

/* The request's fields for one frame. */
struct operate_fields {
    struct bytes trace, project, generation, sealed, target, signature, frame;
};

struct operate {
    struct operate_fields fields;
    struct exchange exchange;
    struct worker *worker;
    struct record_place place;              /* of the record that the frame works with */
    struct record_binding *record;          /* opened, in the workspace */
    struct record_binding *other;           /* the record to be made, in the workspace */
    uint8_t (*results)[COSIGN_DIGEST_SIZE]; /* of a signature or a decryption, one for each of its batch */
    enum hufu_err err;                      /* why it is refused */
};

typedef enum hufu_err operate_prove(struct operate *operate);
typedef enum hufu_err operate_conclude(struct operate *operate, struct buf *reply);

/* Of the operations that make another record: HUFU_ERR_FORM before the proof, HUFU_ERR_PROOF. */
operate_prove refresh_prove, handover_prove, policy_prove;
operate_conclude refresh_conclude, handover_conclude, policy_conclude;
/* The form of their targets. HUFU_ERR_FORM. */
enum hufu_err handover_check_target(struct bytes target) HUFU_MUST_CHECK;
enum hufu_err policy_check_target(struct bytes target) HUFU_MUST_CHECK;

#endif
