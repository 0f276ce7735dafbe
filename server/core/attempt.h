/* SPDX-License-Identifier: Apache-2.0 */
/* Counting tries before they are looked at: per account (or what claims to be one), per mobile number, per address. */
#ifndef HUFU_SERVER_CORE_ATTEMPT_H
#define HUFU_SERVER_CORE_ATTEMPT_H

#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/attempt_store.h"
#include "server/worker.h"

/* Of an account's tries: the same for one that does not exist. */
void attempt_subject(uint8_t subject[HASH_SIZE], const uint8_t project_id[UUID_SIZE],
                     const char *work_number);

/* Counts one, in the transaction in hand; refusal: too many tries. moment_us may be NULL. */
enum hufu_err attempt_count(struct worker *worker, struct act *act, const struct attempt *attempt,
                            const struct attempt_limit *limit, int64_t *moment_us) HUFU_MUST_CHECK;
/* Counts one of the address that the request in hand came from; the same refusal. */
enum hufu_err attempt_count_address(struct worker *worker, struct act *act) HUFU_MUST_CHECK;

#endif
