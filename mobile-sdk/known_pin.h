/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN that the keys of this device share: which halves know it, and whether it is the one that was given. */
#ifndef HUFU_SDK_KNOWN_PIN_H
#define HUFU_SDK_KNOWN_PIN_H

#include "mobile-sdk/key_record.h"

/* Whether a half is hidden by it. One that is joining is, too, whether it becomes the device's or not. */
bool known_pin_hides(const struct key_record *key);

/* Asks the service about every key whose generation was interrupted at its last message: one that was finished has a half that
 * knows the PIN, and one that was not has none. */
enum hufu_result known_pin_settle(struct hufu *hufu) HUFU_CHECKED;

/* Asks the service whether this is the PIN of a half, which settles what was interrupted (see unlock). HUFU_RESULT_OK also when
 * the half was worth nothing any more, and was dropped: of an authorization that was deleted, or of a hand-over that did not take
 * place. */
enum hufu_result known_pin_ask(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                               const struct pin *next_pin) HUFU_CHECKED;

struct known_pin {
    bool known;     /* by a half of any usage and of anybody's key */
    uint32_t epoch; /* how many changes of PIN it has seen; 0 where none knows it */
};
/* A half that knows the PIN must agree before another one gets it. HUFU_RESULT_OK where none knows it. */
enum hufu_result known_pin_check(struct hufu *hufu, const struct pin *pin,
                                 struct known_pin *known_pin) HUFU_CHECKED;

#endif
