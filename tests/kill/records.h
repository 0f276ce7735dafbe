/* SPDX-License-Identifier: Apache-2.0 */
/* What the database recorded about signatures, read past the service, to be compared with what clients hold. */
#ifndef HUFU_TESTS_KILL_RECORDS_H
#define HUFU_TESTS_KILL_RECORDS_H

#include "tests/client/stack.h"
#include "tests/kill/insistent.h"

struct records;

/* Reads all signature records, with how many audit events and decided requests belong to each. NULL: the database
 * cannot be read (said on standard error). */
struct records *records_read(const struct stack *stack);
void records_free(struct records *records);
size_t records_count(const struct records *records);

/* How many of the held requests are not recorded exactly once as what they are: one signature record with these r in
 * this order, one audit event, one request. Each is told on standard error (the first few). */
size_t records_missing(const struct records *records, const struct held *held, size_t count);
/* How many request ids have more than one signature record, audit event or decision, whether held or not; and how many
 * decided signature requests have no signature record. */
size_t records_contradictions(const struct records *records);

/* Runs one SQL statement as the database's owner. */
enum hufu_err records_execute(const struct stack *stack, const char *sql) HUFU_MUST_CHECK;

#endif
