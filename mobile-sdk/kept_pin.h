/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN that the platform keeps behind the user's fingerprint or face. It is never in the library's storage. */
#ifndef HUFU_SDK_KEPT_PIN_H
#define HUFU_SDK_KEPT_PIN_H

#include "mobile-sdk/hufu.h"

/* Has the platform erase it; HUFU_RESULT_OK also where nothing is offered or kept. */
enum hufu_result kept_pin_forget(const struct hufu *hufu) HUFU_CHECKED;

#endif
