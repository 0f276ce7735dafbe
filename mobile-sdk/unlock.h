/* SPDX-License-Identifier: Apache-2.0 */
/* The half of a key, opened with the PIN, and of the right generation: an interrupted refresh is settled first (§5). */
#ifndef HUFU_SDK_UNLOCK_H
#define HUFU_SDK_UNLOCK_H

#include "mobile-sdk/key_record.h"

/* Declare with UNLOCKED_WIPED. */
struct unlocked {
    struct cosign_device_half half;
    uint32_t generation;
    struct secret32 pin_key; /* what the PIN gave, for a refresh that keeps PIN and salt */
};
void unlocked_wipe(struct unlocked *unlocked);
#define UNLOCKED_WIPED __attribute__((cleanup(unlocked_wipe)))

/* Opens the half; key is loaded from storage, and stored when a refresh was settled. next_pin opens the other half of an
 * interrupted refresh: the same as pin but while a PIN is being changed. The PIN is not tested here unless there is such
 * a half: only the service can tell.
 * HUFU_RESULT_PIN_FORM; HUFU_RESULT_NOT_READY: no halves yet; HUFU_RESULT_PIN_UNCHANGED: an interrupted change of PIN
 * did not take place, and pin is (as far as we know) the new one; and every result of a PIN check. */
enum hufu_result unlock(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                        const struct pin *next_pin, struct unlocked *unlocked) HUFU_CHECKED;

/* Opens the half of g+1 (the key has one) and asks the service for it: the first valid proof there ends g for ever.
 * HUFU_RESULT_GENERATION: there is none, so it is g again, until the doubt is settled. */
enum hufu_result unlock_next(struct hufu *hufu, struct key_record *key, const struct pin *next_pin,
                             struct unlocked *unlocked) HUFU_CHECKED;

/* To be told the result of what was done with the half: a success at g settles that g+1 never came to be, and a refusal
 * of g that the doubt was wrong. Returns the result, or what went wrong in storing. */
enum hufu_result unlock_settled(struct hufu *hufu, struct key_record *key,
                                enum hufu_result result) HUFU_CHECKED;

/* Opens one half of a record. */
enum hufu_result half_open(struct cosign_device_half *half, struct secret32 *key,
                           const struct key_record *record, const struct key_half *stored,
                           const struct pin *pin) HUFU_CHECKED;
/* Hides a half under a PIN with a new salt. */
enum hufu_result half_hide(struct hufu *hufu, struct key_half *stored, const struct cosign_device_half *half,
                           const struct pin *pin) HUFU_CHECKED;

/* Opens the half and asks the service whether it is the right one. */
enum hufu_result unlock_check(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                              const struct pin *next_pin) HUFU_CHECKED;
/* The same of a stored key, with one PIN. */
enum hufu_result unlock_check_id(struct hufu *hufu, const struct hufu_id *id,
                                 const struct pin *pin) HUFU_CHECKED;

/* sm2/pin/check with a half. */
enum hufu_result half_check(struct hufu *hufu, const struct key_record *key,
                            const struct cosign_device_half *half, uint32_t generation) HUFU_CHECKED;

#endif
