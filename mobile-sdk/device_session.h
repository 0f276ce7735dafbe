/* SPDX-License-Identifier: Apache-2.0 */
/* How a device becomes one of an account's, by a code or by an authentication: its key, what it tells of itself, and the session
 * that it gets. */
#ifndef HUFU_SDK_DEVICE_SESSION_H
#define HUFU_SDK_DEVICE_SESSION_H

#include "common/buf.h"
#include "mobile-sdk/handle.h"

struct json_t;

/* Makes the device key if there is none, and stores the record with it: before the service hears of the key. */
enum hufu_result device_session_make_key(struct hufu *hufu,
                                         const struct hufu_enrolment *enrolment) HUFU_CHECKED;
/* HUFU_RESULT_ARGUMENT: name or model is longer than the service takes. */
enum hufu_result device_session_check(const struct hufu_enrolment *enrolment) HUFU_CHECKED;
/* Adds "device_name", "device_model" and "application" to a body, as far as they are given. */
void device_session_put(struct buf *body, const struct hufu_enrolment *enrolment);
/* Takes account, device and session out of the answer, stores them, and is done with the code, if there was one. */
enum hufu_result device_session_keep(struct hufu *hufu, const struct json_t *json) HUFU_CHECKED;

/* Tells the app which step begins. */
void enrolment_tell(const struct hufu_enrolment *enrolment, enum hufu_step step);

#endif
