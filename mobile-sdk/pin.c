/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/pin.h"

#include <sodium.h>
#include <string.h>
#include <utf8proc.h>

#define PASSES 3
#define MEMORY_KIB 65536
#define LANES 1                /* libsodium knows no other */
#define MEMORY_KIB_MAX 1048576 /* a damaged record must not take all of the memory there is */
#define PASSES_MAX 64
#define RAW_MAX 512 /* before normalisation; NFC never makes a text three times shorter than this allows */

_Static_assert(PIN_SALT_SIZE == crypto_pwhash_SALTBYTES, "Argon2id's salt");

/* The normalised text, first as code points, then as UTF-8 in the same place. */
struct normal_pin {
    utf8proc_int32_t points[RAW_MAX + 1];
    size_t len;
};

static void normal_pin_wipe(struct normal_pin *normal)
{
    secret_wipe(normal, sizeof(*normal));
}

bool pin_ready(void)
{
    return sodium_init() >= 0;
}

struct pin_parameters pin_parameters_today(const uint8_t salt[PIN_SALT_SIZE])
{
    struct pin_parameters parameters = {.passes = PASSES, .memory_kib = MEMORY_KIB, .lanes = LANES};
    memcpy(parameters.salt, salt, PIN_SALT_SIZE);
    return parameters;
}

bool pin_parameters_usable(const struct pin_parameters *parameters)
{
    return parameters->lanes == LANES && parameters->passes >= PASSES && parameters->passes <= PASSES_MAX &&
           parameters->memory_kib >= MEMORY_KIB && parameters->memory_kib <= MEMORY_KIB_MAX;
}

static bool has_control(const struct normal_pin *normal, utf8proc_ssize_t count)
{
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (utf8proc_category(normal->points[i]) == UTF8PROC_CATEGORY_CC)
            return true;
    }
    return false;
}

/* utf8proc's own utf8proc_NFC would leave a copy of the PIN on the heap. */
static bool normalise(struct normal_pin *normal, const struct pin *pin)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    if (!pin->text || pin->len == 0 || pin->len > RAW_MAX)
        return false;
    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)pin->text,
                                                (utf8proc_ssize_t)pin->len, normal->points, RAW_MAX, options);
    if (count <= 0 || count > RAW_MAX || has_control(normal, count))
        return false;
    utf8proc_ssize_t len = utf8proc_reencode(normal->points, count, options);
    if (len < HUFU_PIN_MIN || len > HUFU_PIN_MAX)
        return false;
    normal->len = (size_t)len;
    return true;
}

enum hufu_result pin_check_form(const struct pin *pin)
{
    __attribute__((cleanup(normal_pin_wipe))) struct normal_pin normal = {.len = 0};
    return normalise(&normal, pin) ? HUFU_RESULT_OK : HUFU_RESULT_PIN_FORM;
}

enum hufu_result pin_normal(const struct pin *pin, struct hufu_kept_pin *kept)
{
    __attribute__((cleanup(normal_pin_wipe))) struct normal_pin normal = {.len = 0};
    if (!normalise(&normal, pin))
        return HUFU_RESULT_PIN_FORM;
    memcpy(kept->text, normal.points, normal.len);
    kept->len = normal.len;
    return HUFU_RESULT_OK;
}

enum hufu_result pin_key(struct secret32 *key, const struct pin *pin, const struct pin_parameters *parameters)
{
    *key = (struct secret32){{0}};
    __attribute__((cleanup(normal_pin_wipe))) struct normal_pin normal = {.len = 0};
    if (!normalise(&normal, pin))
        return HUFU_RESULT_PIN_FORM;
    if (crypto_pwhash(key->bytes, sizeof(key->bytes), (const char *)normal.points, normal.len,
                      parameters->salt, parameters->passes, (size_t)parameters->memory_kib * 1024,
                      crypto_pwhash_ALG_ARGON2ID13)) {
        secret32_wipe(key);
        return HUFU_RESULT_INTERNAL;
    }
    return HUFU_RESULT_OK;
}
