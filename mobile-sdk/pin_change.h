/* SPDX-License-Identifier: Apache-2.0 */
/* How many changes of PIN the device's keys have seen: where they differ, a change was interrupted. */
#ifndef HUFU_SDK_PIN_CHANGE_H
#define HUFU_SDK_PIN_CHANGE_H

#include "mobile-sdk/hufu.h"

struct pin_epochs {
    uint32_t lowest;
    uint32_t highest;
    size_t keys;
};

/* Over all halves that are stored. HUFU_RESULT_NOT_ENROLLED: there is none; HUFU_RESULT_BINDING_UNFINISHED. */
enum hufu_result pin_epochs_survey(struct hufu *hufu, struct pin_epochs *epochs) HUFU_CHECKED;

#endif
