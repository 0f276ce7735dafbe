/* SPDX-License-Identifier: Apache-2.0 */
/* One request on an existing binding. Each operation has two parts, and between them the record is asked for its
 * permission: `prove` checks the device's proof and computes (docs/protocol.md §6: the proof before all else), and
 * `conclude` puts the result into the reply. What was computed for a refused request is wiped with the workspace. */
#ifndef HUFU_HSM_OPERATE_H
#define HUFU_HSM_OPERATE_H

#include "hsm/exchange.h"

struct operate {
    struct exchange exchange;
    struct worker *worker;
    struct record_place place;     /* of the record that the request works with */
    struct record_binding *record; /* opened, in the workspace */
    struct record_binding *other;  /* the record to be made, in the workspace */
    struct bytes target;           /* the request's field */
};

typedef enum hufu_err operate_step(struct operate *operate, struct buf *reply);

/* Of the operations that make another record: HUFU_ERR_FORM before the proof, HUFU_ERR_PROOF. */
operate_step refresh_prove, refresh_conclude;
operate_step handover_prove, handover_conclude;
operate_step policy_prove, policy_conclude;
/* The form of their targets. HUFU_ERR_FORM. */
enum hufu_err handover_check_target(struct bytes target) HUFU_MUST_CHECK;
enum hufu_err policy_check_target(struct bytes target) HUFU_MUST_CHECK;

#endif
