/* SPDX-License-Identifier: Apache-2.0 */
/* People who ask for an account themselves. What they are told is the same whether there is an account of their work number
 * or not: whoever decides sees it. */
#ifndef HUFU_SERVER_CORE_ACCOUNT_REQUEST_H
#define HUFU_SERVER_CORE_ACCOUNT_REQUEST_H

#include "common/buf.h"
#include "common/err.h"
#include "server/core/account.h"
#include "server/core/act.h"
#include "server/core/captcha.h"
#include "server/worker.h"

/* Requests of one mobile number that may wait when another one comes: it takes their place. */
#define ACCOUNT_REQUESTS_REPLACED_MAX 16

/* Sends a code to a mobile number that asks for an account. project: id or name. Refusals: not found (the project), not allowed
 * (it takes no requests), bad field (the mobile number), and those of code_send_to_mobile. */
enum hufu_err account_request_send_code(struct worker *worker, struct act *act, const char *project,
                                        const char *mobile, const struct captcha_answer *captcha,
                                        uint64_t *expires_ms) HUFU_MUST_CHECK;

/* By which whoever asks may ask later what became of it: chosen by them, at random, before they ask. Secret. */
#define ACCOUNT_REQUEST_TOKEN_SIZE 32

/* Takes the request of whoever shows the code: a requested account, in the place of those that the same mobile number asked for
 * and that wait; where the project's rule says so, active at once, unless its work number is taken. in->mobile must be
 * given. token: ACCOUNT_REQUEST_TOKEN_SIZE, or empty. Refusals: not found (the project), not allowed, bad field, and those of code_spend_of_mobile. */
enum hufu_err account_request_make(struct worker *worker, struct act *act, const struct account_in *in,
                                   struct bytes token, struct bytes code) HUFU_MUST_CHECK;

/* What became of the newest request with this token; counts as a try of the address. Refusals: too many tries, not found. */
enum hufu_err account_request_show(struct worker *worker, struct act *act,
                                   const uint8_t token[ACCOUNT_REQUEST_TOKEN_SIZE],
                                   struct account *out) HUFU_MUST_CHECK;

#endif
