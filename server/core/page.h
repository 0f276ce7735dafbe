/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, a page at a time. What may be seen by whom is decided by what the caller restricts it to: an operator sees all, a
 * device its own. */
#ifndef HUFU_SERVER_CORE_PAGE_H
#define HUFU_SERVER_CORE_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "server/store/account_store.h"
#include "server/store/audit_store.h"
#include "server/store/authorization_store.h"
#include "server/store/device_store.h"
#include "server/store/key_store.h"
#include "server/store/notice_store.h"
#include "server/store/organization_store.h"
#include "server/store/project_store.h"
#include "server/store/session_store.h"
#include "server/worker.h"

#define PAGE_MAX 500
#define PAGE_AUDIT_MAX AUDIT_PAGE_MAX

/* after: the id where the last page ended; zeros: the beginning. At most limit entries (limit: at most PAGE_MAX), for
 * which there must be room; fewer: there are no more. */
enum hufu_err page_projects(struct worker *worker, const uint8_t after[UUID_SIZE], size_t limit,
                            struct project *projects, size_t *count) HUFU_MUST_CHECK;
enum hufu_err page_organizations(struct worker *worker, const uint8_t *project_id,
                                 const uint8_t after[UUID_SIZE], size_t limit,
                                 struct organization *organizations, size_t *count) HUFU_MUST_CHECK;
/* With what may be shown of each. */
enum hufu_err page_accounts(struct worker *worker, const struct account_query *query,
                            struct account *accounts, size_t *count) HUFU_MUST_CHECK;
/* Of a project, of a device, or (both NULL) of all. */
enum hufu_err page_keys(struct worker *worker, const uint8_t *project_id, const uint8_t *device_id,
                        const uint8_t after[UUID_SIZE], size_t limit, struct key_view *keys,
                        size_t *count) HUFU_MUST_CHECK;
/* Open ones: of a project, of an account, or (both NULL) of all. */
enum hufu_err page_sessions(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                            const uint8_t after[UUID_SIZE], size_t limit, struct session_view *sessions,
                            size_t *count) HUFU_MUST_CHECK;
/* Of a project, of an account (without those that were removed), or (both NULL) of all. */
enum hufu_err page_devices(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                           const uint8_t after[UUID_SIZE], size_t limit, struct device_view *devices,
                           size_t *count) HUFU_MUST_CHECK;
/* An account's as that party, of a project, or (both NULL) of all. */
enum hufu_err page_authorizations(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                                  enum authorization_party party, const uint8_t after[UUID_SIZE],
                                  size_t limit, struct authorization *authorizations,
                                  size_t *count) HUFU_MUST_CHECK;
/* Newest first; after: the id where the last page ended. */
enum hufu_err page_notices(struct worker *worker, const uint8_t *project_id, const uint8_t after[UUID_SIZE],
                           size_t limit, struct notice_row *notices, size_t *count) HUFU_MUST_CHECK;
/* See audit_list. */
enum hufu_err page_audit_events(struct worker *worker, const struct audit_query *query,
                                struct audit_event *events, size_t *count) HUFU_MUST_CHECK;

#endif
