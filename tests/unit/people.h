/* SPDX-License-Identifier: Apache-2.0 */
/* A person with a device, a session, and a key whose binding is active, put into the tables directly. */
#ifndef HUFU_TESTS_UNIT_PEOPLE_H
#define HUFU_TESTS_UNIT_PEOPLE_H

#include <stdint.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "server/store/operation_store.h"
#include "tests/unit/database.h"

struct person {
    uint8_t project_id[UUID_SIZE], account_id[UUID_SIZE], device_id[UUID_SIZE], session_id[UUID_SIZE];
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE];
    uint8_t token_hash[HASH_SIZE];
    uint8_t device_key[65]; /* random bytes unless it was set before */
    /* The same as text, for SQL. */
    char project[UUID_TEXT_SIZE], account[UUID_TEXT_SIZE], device[UUID_TEXT_SIZE], key[UUID_TEXT_SIZE],
        binding[UUID_TEXT_SIZE];
};

/* The key is in state usable, its record is the text "record zero". */
void person_add(struct database *database, struct person *person);

/* A subject for a request of this person: sm2/sign of one digest at generation 0, a fresh request id. The frame hash is
 * made from the number. memory holds what it points to. */
struct person_request {
    uint8_t request_id[UUID_SIZE];
    uint8_t frame_hash[HASH_SIZE];
    struct operation_subject subject;
};
void person_request(const struct person *person, uint8_t number, struct person_request *out);

/* The outcome of a signature: some answer, digests and results of 32 bytes. */
extern const struct operation_outcome person_outcome;

#endif
