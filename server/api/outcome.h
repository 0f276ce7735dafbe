/* SPDX-License-Identifier: Apache-2.0 */
/* How every handler begins and how it refuses: the act that the rules fill, and the problem document made of it. What is
 * refused is in the audit trail before anything is answered. */
#ifndef HUFU_SERVER_API_OUTCOME_H
#define HUFU_SERVER_API_OUTCOME_H

#include "common/err.h"
#include "server/core/act.h"

struct http_request;
struct worker;

/* The act of this request's principal. action is kept, not copied. */
struct act outcome_begin(const struct http_request *request, const char *action);

/* Replies with the problem of the act's refusal, or of err when the rules refused nothing (a failure). Never replies as if
 * all were well: HUFU_OK is answered 500. */
void outcome_refuse(struct http_request *request, struct worker *worker, struct act *act, enum hufu_err err);

/* After the form of the request was refused and its problem is the reply already: writes that down too. */
void outcome_refused_form(struct http_request *request, struct worker *worker, struct act *act);

#endif
