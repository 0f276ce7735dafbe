/* SPDX-License-Identifier: Apache-2.0 */
/* Captchas by proof of work: whoever begins something without a session first finds a number that makes a hash begin with
 * as many zero bits as the project asks for. A challenge stands nowhere until it is answered: the service knows its own by
 * their keyed hash. Each is good once, for CAPTCHA_SECONDS. */
#ifndef HUFU_SERVER_CORE_CAPTCHA_H
#define HUFU_SERVER_CORE_CAPTCHA_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/store/project_store.h"
#include "server/worker.h"

#define CAPTCHA_SECONDS 600
#define CAPTCHA_SIZE 57       /* id (16), end in ms (8), bits (1), keyed hash (32) */
#define CAPTCHA_ANSWER_SIZE 8 /* SHA-256(SHA-256(challenge) ‖ answer) begins with the zero bits */

struct captcha {
    uint8_t challenge[CAPTCHA_SIZE];
    unsigned bits;
    uint64_t expires_ms;
};
/* As a caller sends it back; empty: none. */
struct captcha_answer {
    struct bytes challenge, answer;
};

/* HUFU_ERR_AWAY: the data key is not loaded. */
enum hufu_err captcha_make(struct worker *worker, const struct project *project,
                           struct captcha *out) HUFU_MUST_CHECK;

/* Checks and uses it up, in the transaction in hand. Refusal: captcha needed (none, wrong, used, expired, of another project
 * or of less work than the project asks for by now). A project that asks for no work takes anything. */
enum hufu_err captcha_spend(struct worker *worker, struct act *act, const struct project *project,
                            const struct captcha_answer *answer) HUFU_MUST_CHECK;

#endif
