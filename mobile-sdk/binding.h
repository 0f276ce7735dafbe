/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a hand-over on the new device, for whoever must know whether it took place. */
#ifndef HUFU_SDK_BINDING_H
#define HUFU_SDK_BINDING_H

#include "mobile-sdk/key_record.h"

/* For a key in stage KEY_JOINING, with the PIN that hides its half: sends the check that makes the binding active. It is
 * KEY_GENERATED and stored afterwards; or dropped, with HUFU_RESULT_OK too, where the binding waits and is refused: such a half was
 * never the device's, and the hand-over begins anew. */
enum hufu_result binding_settle(struct hufu *hufu, struct key_record *key,
                                const struct pin *pin) HUFU_CHECKED;

#endif
