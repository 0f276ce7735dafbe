/* SPDX-License-Identifier: Apache-2.0 */
/* Projects: the tenants of the service. Operators make them. */
#ifndef HUFU_SERVER_CORE_PROJECT_H
#define HUFU_SERVER_CORE_PROJECT_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/project_store.h"

struct worker;

/* Refusal CONFLICT: the name is taken. */
enum hufu_err project_create(struct worker *worker, struct act *act, const char *name,
                             struct project *out) HUFU_MUST_CHECK;

/* By its id (a UUID) or its name. Refusal NOT_FOUND. */
enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out) HUFU_MUST_CHECK;

#endif
