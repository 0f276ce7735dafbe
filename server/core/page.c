/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/page.h"

enum hufu_err page_projects(struct worker *worker, const uint8_t after[UUID_SIZE], struct project *projects,
                            size_t *count)
{
    return project_list(worker->store, after, PAGE_MAX, projects, count);
}

enum hufu_err page_accounts(struct worker *worker, const uint8_t *project_id, const uint8_t after[UUID_SIZE],
                            struct account *accounts, size_t *count)
{
    return account_list(worker->store, project_id, after, PAGE_MAX, accounts, count);
}

enum hufu_err page_keys(struct worker *worker, const uint8_t *project_id, const uint8_t *device_id,
                        const uint8_t after[UUID_SIZE], struct key_view *keys, size_t *count)
{
    return key_list(worker->store, project_id, device_id, after, PAGE_MAX, keys, count);
}

enum hufu_err page_audit_events(struct worker *worker, const struct audit_query *query, struct audit_event *events,
                                size_t *count)
{
    return audit_list(worker->store, query, events, count);
}
