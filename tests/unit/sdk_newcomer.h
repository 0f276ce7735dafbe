/* SPDX-License-Identifier: Apache-2.0 */
/* A device that is nobody's yet, with a service and the text of one of its projects. */
#ifndef HUFU_TESTS_SDK_NEWCOMER_H
#define HUFU_TESTS_SDK_NEWCOMER_H

#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

struct sdk_newcomer {
    struct sdk_service *service;
    struct sdk_device *device;
    char text[SERVICE_TEXT_MAX];
};

/* One for each test, as its state. */
int sdk_newcomer_set_up(void **state);
int sdk_newcomer_tear_down(void **state);

#endif
