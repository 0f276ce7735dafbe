/* SPDX-License-Identifier: Apache-2.0 */
/* From the PIN to the 32 bytes that hide the device's half (§6): NFC, then Argon2id. */
#ifndef HUFU_SDK_PIN_H
#define HUFU_SDK_PIN_H

#include "common/secret.h"
#include "mobile-sdk/hufu.h"

#define PIN_SALT_SIZE 16

/* Stored with every half, so that later versions may ask for more. */
struct pin_parameters {
    uint8_t salt[PIN_SALT_SIZE];
    uint32_t passes;
    uint32_t memory_kib;
    uint32_t lanes;
};

/* A PIN as the caller gave it, borrowed. */
struct pin {
    const char *text;
    size_t len;
};

/* Whether the library behind this file is usable; to be asked before anything else here. */
bool pin_ready(void);

/* Today's parameters (3 passes, 64 MiB, 1 lane) with this salt. */
struct pin_parameters pin_parameters_today(const uint8_t salt[PIN_SALT_SIZE]);
/* Whether this library can work with stored parameters. */
bool pin_parameters_usable(const struct pin_parameters *parameters);

/* HUFU_RESULT_PIN_FORM unless the PIN is one (UTF-8, 6 to 64 bytes in NFC, no control characters). */
enum hufu_result pin_check_form(const struct pin *pin) HUFU_CHECKED;

/* The PIN in NFC, for the platform to keep. HUFU_RESULT_PIN_FORM. */
enum hufu_result pin_normal(const struct pin *pin, struct hufu_kept_pin *kept) HUFU_CHECKED;
#define KEPT_PIN_WIPED __attribute__((cleanup(hufu_kept_pin_wipe)))

/* HUFU_RESULT_PIN_FORM; HUFU_RESULT_INTERNAL when there is no memory for Argon2id. */
enum hufu_result pin_key(struct secret32 *key, const struct pin *pin,
                         const struct pin_parameters *parameters) HUFU_CHECKED;

#endif
