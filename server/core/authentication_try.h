/* SPDX-License-Identifier: Apache-2.0 */
/* One try at one method of an authentication, for the files of the methods (authentication_password.c, …): looked at only
 * after it was counted, and answered only after what came of it is on record. */
#ifndef HUFU_SERVER_CORE_AUTHENTICATION_TRY_H
#define HUFU_SERVER_CORE_AUTHENTICATION_TRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/authentication.h"
#include "server/store/attempt_store.h"
#include "server/store/authentication_store.h"
#include "server/store/project_store.h"
#include "server/worker.h"

/* Secret: it has the password's hash. */
struct authentication_try {
    uint8_t token_hash[HASH_SIZE];
    struct authentication_view view;
    unsigned passes;   /* what it passes when it is right: a method's bit, or METHOD_REMEMBERED */
    int64_t moment_us; /* at which it was counted */
};
void authentication_try_wipe(struct authentication_try *attempted);
#define AUTHENTICATION_TRY_WIPED __attribute__((cleanup(authentication_try_wipe)))

/* One read; what is plainly refused is refused here, and costs nothing more. Refusals: authentication failed, not allowed, too
 * many tries. */
enum hufu_err authentication_try_look(struct worker *worker, struct act *act, const uint8_t *token,
                                      enum authentication_method method,
                                      struct authentication_try *out) HUFU_MUST_CHECK;
/* Counts it, in the transaction in hand, or in one of its own. Refusal: too many tries. */
enum hufu_err authentication_try_count(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted) HUFU_MUST_CHECK;
enum hufu_err authentication_try_count_alone(struct worker *worker, struct act *act,
                                             struct authentication_try *attempted) HUFU_MUST_CHECK;
/* It was none after all: the count is taken back, in the transaction in hand. */
enum hufu_err authentication_try_take_back(struct worker *worker,
                                           const struct authentication_try *attempted) HUFU_MUST_CHECK;

/* What came of it; the authentication is locked (in view), and the transaction is committed. Wrong is a refusal. */
enum hufu_err authentication_try_right(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted,
                                       struct store_transaction *transaction,
                                       struct authentication_progress *out) HUFU_MUST_CHECK;
enum hufu_err authentication_try_wrong(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted,
                                       struct store_transaction *transaction) HUFU_MUST_CHECK;
/* The same, with lock and transaction of their own. */
enum hufu_err authentication_try_end(struct worker *worker, struct act *act,
                                     struct authentication_try *attempted, bool right,
                                     struct authentication_progress *out) HUFU_MUST_CHECK;

/* The act is about the authentication's project and account. */
void authentication_set_act(struct act *act, const struct authentication *authentication);
/* The combinations that the project wants for a purpose. */
unsigned authentication_rule(const struct project *project, enum authentication_purpose purpose);
bool authentication_is_under_way(const struct authentication *authentication);

#endif
