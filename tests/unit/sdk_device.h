/* SPDX-License-Identifier: Apache-2.0 */
/* A device of the tests: storage in memory, a clock that is set by hand, a transport that leads to a service in this
 * process, and a battery that can die before or after any step. */
#ifndef HUFU_TESTS_SDK_DEVICE_H
#define HUFU_TESTS_SDK_DEVICE_H

#include "common/buf.h"
#include "mobile-sdk/hufu.h"

#define SDK_VALUES_MAX 16
#define SDK_PIN "314159"

struct sdk_value {
    char name[HUFU_STORED_NAME_MAX + 1];
    uint8_t data[HUFU_STORED_VALUE_MAX];
    size_t len; /* 0: none */
};

enum sdk_death {
    SDK_DEATH_BEFORE, /* the step did not happen */
    SDK_DEATH_AFTER   /* it did, and nobody was told */
};

struct sdk_service;

struct sdk_device {
    struct hufu_platform platform;
    struct hufu *hufu;
    struct sdk_service *service;
    struct sdk_value values[SDK_VALUES_MAX];
    uint64_t now_ms;
    int steps_left; /* until the battery dies; -1: never */
    enum sdk_death death;
    bool dead;
    uint64_t steps; /* so far */
    uint32_t waited_ms;
};

/* Without anything stored. Release with sdk_device_free. */
struct sdk_device *sdk_device_new(struct sdk_service *service);
void sdk_device_free(struct sdk_device *device);
/* Forgets all that is in memory, charges the battery, and opens again. */
void sdk_device_restart(struct sdk_device *device);
/* Enrols with the service's activation code and SDK_PIN. */
enum hufu_result sdk_device_enrol(struct sdk_device *device, const char *code);
/* The key with this use; fails the test when there is none. */
struct hufu_id sdk_device_key(struct sdk_device *device, enum hufu_usage usage);
/* Signs one digest. */
enum hufu_result sdk_device_sign(struct sdk_device *device, const char *pin,
                                 const uint8_t digest[HUFU_DIGEST_SIZE],
                                 uint8_t signature[HUFU_SIGNATURE_SIZE]);
/* Whether a stored value (any, when name is NULL) contains the bytes. */
bool sdk_device_stores(const struct sdk_device *device, const char *name, struct bytes needle);
struct sdk_value *sdk_device_value(struct sdk_device *device, const char *name);

/* For a transport's use: false when the battery is dead or dies before the step; *lost: it dies after it. */
bool sdk_device_step(struct sdk_device *device, bool *lost);

bool sdk_contains(struct bytes haystack, struct bytes needle);

#endif
