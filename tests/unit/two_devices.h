/* SPDX-License-Identifier: Apache-2.0 */
/* A person with two devices, in an office (office.h) with a private-key process that says anything. */
#ifndef HUFU_TESTS_UNIT_TWO_DEVICES_H
#define HUFU_TESTS_UNIT_TWO_DEVICES_H

#include <pthread.h>

#include "server/core/device.h"
#include "server/core/refusal.h"
#include "tests/unit/office.h"

extern struct person person; /* with the primary and a usable key */
extern struct account account;
extern struct device second; /* waits */
extern struct act act;       /* the one in hand */

/* Setup of each test: another person, whose project allows two secondaries. */
int two_devices_add(void **state);

/* Changes one of the project's rules. */
void set_rule(const char *assignment);
/* As if the second device had come to that state. */
void set_second(enum device_state state);
/* An act of the second device. */
struct act second_act(const char *action);

void random_key(uint8_t key[FRAME_DEVICE_KEY_SIZE]);
/* One more device, in a transaction of its own. */
enum hufu_err enrol(struct worker *worker, struct act *by, struct device *out);

/* That it is the error of this refusal, and act says so. */
void assert_refused_as(enum hufu_err err, enum refusal refusal);

/* Gives a device of the person's project so many bindings more, each of another key of that account's. */
void fill_device(const char *account_id, const char *device_id, int count);

/* In static memory, until the next call. */
const char *text_of(const uint8_t id[UUID_SIZE]);
#define number(question, id) database_number(&office.database, question, text_of(id))

/* Many that do the same at once, each on a connection of its own. */
#define CROWD 50
struct contender {
    pthread_t thread;
    struct worker worker;
    enum hufu_err err;
    enum hufu_err (*run)(struct contender *contender);
    uint8_t x25519_key[FRAME_X25519_SIZE];
};
/* How many of them got HUFU_OK. None begins before all are connected. */
size_t contend_all(struct contender contenders[CROWD], enum hufu_err (*run)(struct contender *contender));

#endif
