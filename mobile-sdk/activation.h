/* SPDX-License-Identifier: Apache-2.0 */
/* Redeeming an activation code: from nothing to a session bound to this device's key. */
#ifndef HUFU_SDK_ACTIVATION_H
#define HUFU_SDK_ACTIVATION_H

#include "mobile-sdk/handle.h"

/* Takes a code text into the record, in memory. A code that was redeemed here before is passed over; a new code of the
 * same service begins a new session. HUFU_RESULT_CODE_FORM, HUFU_RESULT_ADDRESS, HUFU_RESULT_ALREADY. */
enum hufu_result activation_take(struct hufu *hufu, const char *code) HUFU_CHECKED;

/* Redeems the record's code, if there is one. HUFU_RESULT_NOT_ENROLLED: there is neither code nor session. A code that the service refuses is forgotten. */
enum hufu_result activation_run(struct hufu *hufu, const struct hufu_enrolment *enrolment) HUFU_CHECKED;

#endif
