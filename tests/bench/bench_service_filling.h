/* SPDX-License-Identifier: Apache-2.0 */
/* A database that others have used for long: authorizations with all that belongs to them, put there by SQL with every constraint on. */
#ifndef HUFU_TESTS_BENCH_SERVICE_FILLING_H
#define HUFU_TESTS_BENCH_SERVICE_FILLING_H

#include <stdint.h>

#include "common/err.h"
#include "tests/client/stack.h"

#define FILLING_STEP 10 /* so many authorizations, or a multiple of it */
#define FILLING_MAX 10000000

/* In a project of its own: a holder for each five authorizations, with an account, a device, a session, a key, a certificate and a
 * binding; an authorized user for each two, with an account, a device and a session; of the authorizations a tenth each pending, waiting
 * for the device and deleted, the others with a binding, most of them active, with windows of a day to a year that began at any time.
 * Then the tables are vacuumed and analysed, and all is on the disk. Once a database. count: a multiple of FILLING_STEP. */
enum hufu_err filling_make(const struct stack *stack, uint64_t count) HUFU_MUST_CHECK;

#endif
