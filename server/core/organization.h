/* SPDX-License-Identifier: Apache-2.0 */
/* Organizations of a project. */
#ifndef HUFU_SERVER_CORE_ORGANIZATION_H
#define HUFU_SERVER_CORE_ORGANIZATION_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/organization_store.h"
#include "server/worker.h"

/* credit_code: the unified social credit code (GB 32100: 18 characters, the last of which checks the others), small letters
 * taken for capitals; NULL: not told. project: id or name. Refusals: not found (the project), bad field, conflict. */
enum hufu_err organization_create(struct worker *worker, struct act *act, const char *project,
                                  const char *name, const char *credit_code,
                                  struct organization *out) HUFU_MUST_CHECK;

/* The organization of this name, made when there is none, in the transaction in hand. */
enum hufu_err organization_find_or_make(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                                        const char *name, uint8_t organization_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* A page of a project's organizations (page.h), for anybody who has to choose one: counts as a try of the address. Refusals: not
 * found, not allowed (the project's rule), too many tries. */
enum hufu_err organization_list_public(struct worker *worker, struct act *act,
                                       const uint8_t project_id[UUID_SIZE], const uint8_t after[UUID_SIZE],
                                       size_t limit, struct organization *organizations,
                                       size_t *count) HUFU_MUST_CHECK;

#endif
