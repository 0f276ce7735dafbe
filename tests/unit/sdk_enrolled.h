/* SPDX-License-Identifier: Apache-2.0 */
/* A device that is enrolled, with its service and its signing key. */
#ifndef HUFU_TESTS_SDK_ENROLLED_H
#define HUFU_TESTS_SDK_ENROLLED_H

#include "mobile-sdk/key_record.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

struct sdk_enrolled {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
};

/* The PIN is SDK_PIN. Release with sdk_enrolled_free. */
struct sdk_enrolled sdk_enrolled_new(void);
void sdk_enrolled_free(struct sdk_enrolled *x);
/* One for each test, as its state. */
int sdk_enrolled_set_up(void **state);
int sdk_enrolled_tear_down(void **state);

/* Signs one digest, and has the signature checked. */
enum hufu_result sdk_enrolled_sign(struct sdk_enrolled *x, const char *pin);
/* What is stored of the key. */
struct key_record sdk_enrolled_record(const struct sdk_enrolled *x);

#endif
