/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator does, over the administrative socket of a running service. */
#ifndef HUFU_TESTS_OPERATOR_H
#define HUFU_TESTS_OPERATOR_H

#include "common/activation.h"
#include "common/encoding.h"
#include "common/err.h"
#include "tests/client/stack.h"
#include "tests/client/web_client.h"

/* A connection for one thread at a time; NULL without memory. Free it with web_client_free. */
struct web_client *operator_connect(const struct stack *stack);

/* Each: HUFU_OK on a 2xx answer; HUFU_ERR_AWAY without an answer; HUFU_ERR_STATE for any other status (then *answer,
 * when the function has one, holds the problem). */
enum hufu_err operator_project_add(struct web_client *web, const char *name,
                                   char project_id[UUID_TEXT_SIZE]) HUFU_MUST_CHECK;
enum hufu_err operator_user_add(struct web_client *web, const char *project_id, const char *name,
                                const char *work_number, char account_id[UUID_TEXT_SIZE],
                                struct activation *activation) HUFU_MUST_CHECK;
/* A fresh code for an account. */
enum hufu_err operator_user_code(struct web_client *web, const char *account_id,
                                 struct activation *activation) HUFU_MUST_CHECK;
/* what: "suspend" or "resume". */
enum hufu_err operator_user(struct web_client *web, const char *account_id, const char *what) HUFU_MUST_CHECK;
/* what: "freeze" or "unfreeze". */
enum hufu_err operator_key(struct web_client *web, const char *key_id, const char *what) HUFU_MUST_CHECK;

#endif
