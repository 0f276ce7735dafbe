/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's place behind a finger, played: it keeps one PIN, and refuses, cancels and changes as a test says. */
#ifndef HUFU_TESTS_SDK_BIOMETRIC_H
#define HUFU_TESTS_SDK_BIOMETRIC_H

#include "mobile-sdk/hufu.h"

struct sdk_biometric {
    char pin[HUFU_PIN_MAX];
    size_t len;                 /* 0: nothing is kept */
    enum hufu_result to_store;  /* what it answers */
    enum hufu_result to_prompt; /* HUFU_RESULT_OK: the user gives the finger */
    enum hufu_result to_forget;
    unsigned stored;
    unsigned prompts;
    unsigned forgotten;
};

struct hufu_biometric sdk_biometric_platform(struct sdk_biometric *biometric);

#endif
