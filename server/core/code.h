/* SPDX-License-Identifier: Apache-2.0 */
/* Codes by SMS: six digits, for five minutes and five tries; one a minute and ten a day, for each account and for each
 * mobile number. The newest code of a subject is the only one that counts. */
#ifndef HUFU_SERVER_CORE_CODE_H
#define HUFU_SERVER_CORE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/captcha.h"
#include "server/core/notice_text.h"
#include "server/store/attempt_store.h"
#include "server/store/code_store.h"
#include "server/worker.h"

#define CODE_DIGITS 6
#define CODE_SECONDS 300
#define CODE_TRIES_MAX 5
#define CODE_GAP_SECONDS 60
#define CODE_DAY_MAX 10
extern const struct attempt_limit code_limit; /* of the last two */

enum code_event {
    CODE_RIGHT,
    CODE_WRONG,      /* and tries are left after it */
    CODE_LAST_WRONG, /* the last one */
    CODE_REPLACE,
    CODE_EVENT_COUNT
};
bool code_step(enum code_state state, enum code_event event, enum code_state *next);

struct code_order {
    const uint8_t *project_id;
    enum code_scope scope;
    const uint8_t *subject;     /* HASH_SIZE */
    const uint8_t *mobile_hash; /* HASH_SIZE: what is counted */
    const char *mobile;         /* NULL: there is nobody to send it to; all else is done */
    enum notice_text text;      /* which says what it is for */
};
/* A fresh code, in the transaction in hand. One more than the mobile number may have is not sent, and nothing shows it. */
enum hufu_err code_post(struct worker *worker, const struct code_order *order,
                        uint64_t *expires_ms) HUFU_MUST_CHECK;

enum code_verdict {
    CODE_VERDICT_NONE, /* there is no code to compare with: not a try */
    CODE_VERDICT_WRONG,
    CODE_VERDICT_RIGHT
};
/* Compares and counts, in the transaction in hand, which must commit whatever the verdict: the right code is accepted once,
 * and of any number of parallel tries CODE_TRIES_MAX are looked at. */
enum hufu_err code_try(struct worker *worker, const uint8_t project_id[UUID_SIZE], enum code_scope scope,
                       const uint8_t subject[HASH_SIZE], struct bytes digits,
                       enum code_verdict *verdict) HUFU_MUST_CHECK;

/* Of a mobile number that no account need have: for people who ask for one. Each is a transaction of its own.
 * mobile: normalised as account's are. Refusals: captcha needed, too many tries. */
enum hufu_err code_send_to_mobile(struct worker *worker, struct act *act, const struct project *project,
                                  const char *mobile, const struct captcha_answer *captcha,
                                  uint64_t *expires_ms) HUFU_MUST_CHECK;
/* Whoever gave the code has the mobile number: to be called when nothing else is left to refuse, since the code is used up by
 * it. Refusals: code invalid, too many tries. */
enum hufu_err code_spend_of_mobile(struct worker *worker, struct act *act, const struct project *project,
                                   const char *mobile, struct bytes digits) HUFU_MUST_CHECK;

#endif
