/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: the people of a project. */
#ifndef HUFU_SERVER_CORE_ACCOUNT_H
#define HUFU_SERVER_CORE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/activation.h"
#include "server/core/profile.h"
#include "server/core/subject.h"
#include "server/store/account_store.h"
#include "server/store/project_store.h"
#include "server/worker.h"

enum account_event {
    ACCOUNT_APPROVE,
    ACCOUNT_REFUSE,
    ACCOUNT_SUSPEND,
    ACCOUNT_RESUME,
    ACCOUNT_CLOSE,
    ACCOUNT_EVENT_COUNT
};
bool account_step(enum account_state state, enum account_event event, enum account_state *next);

struct account_in {
    const char *project; /* id or name */
    const char *name;
    const char *work_number;
    const char *organization; /* NULL: none. One of this name is made when there is none */
    struct profile_in profile;
    struct subject
        subject; /* members that are NULL get their default: C the country or CN, ST the province, L the city, O
                               the organization or the project's name, OU the department, CN the name, serialNumber the work
                               number */
};
/* An active account with an activation code for its first device. Refusals: not found (the project), bad field (a subject
 * that X.509 cannot say, or a part of the profile), conflict (the work number). HUFU_ERR_AWAY also when the private-key
 * process is: the code names its key. */
enum hufu_err account_create(struct worker *worker, struct act *act, const struct account_in *in,
                             struct account *out, struct activation_code *code) HUFU_MUST_CHECK;

/* Fills in an account of this project, as it would be created in that state; its organization is looked up later. For
 * account_import.c and account_request.c. Refusal: bad field. */
enum hufu_err account_prepare(struct worker *worker, struct act *act, const struct account_in *in,
                              const struct project *project, enum account_state state,
                              struct account *out) HUFU_MUST_CHECK;
/* Inserts a prepared account, its organization when that is new, and its picture; in the transaction in hand. HUFU_ERR_CONFLICT:
 * its work number is taken, and the transaction stays usable. Refusal: bad field (the picture). */
enum hufu_err account_add(struct worker *worker, struct act *act, struct account *account,
                          struct bytes picture) HUFU_MUST_CHECK;
/* Takes the step with a locked account, and does what goes with it; in the transaction in hand, whose audit event it writes.
 * reason: of a refusal, else NULL. Refusal: conflict (the step, or the work number). */
enum hufu_err account_take(struct worker *worker, struct act *act, enum account_event event,
                           const char *reason, struct account *account) HUFU_MUST_CHECK;

/* Takes the step, in the account and in every copy that decides requests; out is the account afterwards. Closing it ends its
 * sessions and its activation codes, too. Refusals: not found, conflict. */
enum hufu_err account_change(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             enum account_event event, struct account *out) HUFU_MUST_CHECK;
/* The same for a request that is not granted; reason: 1 to ACCOUNT_TEXT_MAX bytes, for the person to read. */
enum hufu_err account_refuse(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             const char *reason, struct account *out) HUFU_MUST_CHECK;

/* Puts what is told of a living account's person in the place of what was known, or nothing in its place; a picture takes the place of
 * the one before. The certificate's subject stays. The audit event names the fields, a minus before what was cleared. Refusals: not found, conflict (it is
 * closed), bad field. */
enum hufu_err account_set_profile(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                  const struct profile_in *in, struct account *out) HUFU_MUST_CHECK;

/* With what may be shown of it. Refusal: not found. */
enum hufu_err account_get(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                          struct account *out) HUFU_MUST_CHECK;
/* The picture of its seal, opened; appends at most ACCOUNT_PICTURE_MAX bytes. Refusal: not found. */
enum hufu_err account_get_picture(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                                  struct buf *picture) HUFU_MUST_CHECK;

#endif
