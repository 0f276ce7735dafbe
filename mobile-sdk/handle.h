/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a handle, and what every public function does first and last. */
#ifndef HUFU_SDK_HANDLE_H
#define HUFU_SDK_HANDLE_H

#include "common/frame.h"
#include "cosign/cosign.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/device_record.h"
#include "mobile-sdk/hufu.h"

/* The service's box key, as its identity key stated it (§7). */
struct statement {
    bool known;
    struct frame_statement signed_part;
    uint64_t fetched_ms; /* by the platform's own clock */
};

/* Whose key it is that an authorized user's device has a half of, and by which authorization. */
struct lender {
    struct hufu_id authorization;
    char name[HUFU_NAME_MAX + 1];
    char work_number[HUFU_NAME_MAX + 1];
};

/* This device's side of a hand-over that has begun (§5): in memory alone. */
struct joining {
    bool begun;
    enum hufu_usage usage;
    bool authorized; /* of somebody else's key */
    struct lender lender;
    struct hufu_id key;
    struct hufu_id binding;
    uint8_t public_key[FRAME_X25519_SIZE];
    uint8_t private_key[FRAME_X25519_SIZE];
};

struct hufu {
    struct hufu_platform platform;
    struct device_record device;
    struct statement statement;
    struct joining joining;
    char authentication[AUTHENTICATION_TOKEN_TEXT_MAX + 1]; /* secret, in memory alone; empty: none */
    struct hufu_report report;
};

/* Clears the report; every public function that takes a handle begins with it … */
void report_begin(struct hufu *hufu);
/* … and returns through this, which puts the result into it. */
enum hufu_result report_end(struct hufu *hufu, enum hufu_result result) HUFU_CHECKED;

/* The service's time as far as it is known: the platform's clock and the offset that a refusal taught (§7). */
uint64_t clock_now(const struct hufu *hufu);
/* Takes the service's time over, in memory. HUFU_RESULT_CLOCK when it is more than a day away: an offset is the word of the web
 * process, and one that could be set at will would let it collect requests stamped far in the future. */
enum hufu_result clock_adjust(struct hufu *hufu, uint64_t service_ms) HUFU_CHECKED;
void clock_wait(const struct hufu *hufu, uint32_t ms);

enum hufu_result random_fill(const struct hufu *hufu, void *out, size_t len) HUFU_CHECKED;
/* The same as cosign/ takes it; valid as long as the handle. */
struct cosign_random random_source(struct hufu *hufu);

bool id_equal(const struct hufu_id *a, const struct hufu_id *b);

/* The device's signature of a message, by its device key. */
enum hufu_result device_sign(const struct hufu *hufu, struct bytes message,
                             uint8_t signature[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;

#endif
