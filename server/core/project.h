/* SPDX-License-Identifier: Apache-2.0 */
/* Projects, the tenants of the service. */
#ifndef HUFU_SERVER_CORE_PROJECT_H
#define HUFU_SERVER_CORE_PROJECT_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/project_store.h"
#include "server/worker.h"

/* Refusal: conflict (the name is taken). */
enum hufu_err project_create(struct worker *worker, struct act *act, const char *name,
                             struct project *out) HUFU_MUST_CHECK;
/* By id or by name. Refusal: not found. */
enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out) HUFU_MUST_CHECK;

#endif
