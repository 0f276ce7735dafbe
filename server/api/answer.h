/* SPDX-License-Identifier: Apache-2.0 */
/* How every handler begins and, when it is refused, ends. No refusal of somebody known is answered before its audit event
 * is on record. */
#ifndef HUFU_SERVER_API_ANSWER_H
#define HUFU_SERVER_API_ANSWER_H

#include <jansson.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/http/problem.h"
#include "server/http/request.h"
#include "server/worker.h"

struct act answer_begin(const struct http_request *request, const char *action);

/* A form was refused, by a problem that is the reply already: writes the audit event, or replaces the reply by what goes
 * before (nobody's token, the database away). */
void answer_form_refused(struct http_request *request, struct worker *worker, struct act *act);
/* A call of the rules returned err: the act's refusal, or a failure. */
void answer_refused(struct http_request *request, struct worker *worker, struct act *act, enum hufu_err err);
/* The same with members that the problem of a refusal has beside those of the act; the object's reference is taken over. */
void answer_refused_with(struct http_request *request, struct worker *worker, struct act *act,
                         enum hufu_err err, json_t *extras);

/* The problem that tells of a refusal. */
enum problem answer_problem_of(enum refusal refusal);

#endif
