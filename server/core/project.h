/* SPDX-License-Identifier: Apache-2.0 */
/* Projects, the tenants of the service. */
#ifndef HUFU_SERVER_CORE_PROJECT_H
#define HUFU_SERVER_CORE_PROJECT_H

#include "common/err.h"
#include "common/service_text.h"
#include "server/core/act.h"
#include "server/store/project_store.h"
#include "server/worker.h"

/* Refusal: conflict (the name is taken). */
enum hufu_err project_create(struct worker *worker, struct act *act, const char *name,
                             struct project *out) HUFU_MUST_CHECK;
/* By id or by name. Refusal: not found. */
enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out) HUFU_MUST_CHECK;
/* By id alone. Refusal: not found. */
enum hufu_err project_get(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                          struct project *out) HUFU_MUST_CHECK;
/* The text by which devices find this service and the project. Refusal: not found. */
enum hufu_err project_get_text(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                               char text[SERVICE_TEXT_MAX]) HUFU_MUST_CHECK;
/* Sets the rules that the change gives, and no other; an audit event for each says to what. Refusal: not found. */
enum hufu_err project_set_rules(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                                const struct project_change *change, struct project *out) HUFU_MUST_CHECK;

#endif
