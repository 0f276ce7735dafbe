/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that decide, on a database of the program's own: one person for each test, and one request in hand. */
#ifndef HUFU_TESTS_UNIT_DECIDING_H
#define HUFU_TESTS_UNIT_DECIDING_H

#include "server/store/operation_store.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"
#include "tests/unit/unit.h"

extern struct database database;
extern struct store *store;
extern struct person person;
extern struct person_request request;  /* of that person's; the next to be decided */
extern struct operation_result result; /* of the last */
/* A success says beforehand what it changes, whether it does or not: nothing may depend on it. */
extern enum operation_change guess;

/* Setup and teardown of a group, and the setup of each test. */
int deciding_start(void **state);
int deciding_stop(void **state);
int deciding_add_person(void **state);

/* One number of the person's row. */
int64_t of_device(const char *column);
int64_t of_binding(const char *column);
int64_t count_of(const char *table);
void set_device(const char *assignment);
void set_binding(const char *assignment);

/* The request in hand succeeds, or is refused; with that verdict. */
void decide(enum operation_verdict verdict, bool recorded);
void refuse(bool counted, enum operation_verdict verdict, bool recorded);
/* Refreshes at the generation given with a frame of that time; the next record is the text, of that role (NULL: the same). */
void refresh_to(uint32_t generation, uint64_t time_ms, const char *record, const char *role,
                enum operation_verdict verdict);
void refresh(uint32_t generation, uint64_t time_ms, const char *record, enum operation_verdict verdict);

#endif
