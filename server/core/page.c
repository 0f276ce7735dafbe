/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/page.h"

#include "server/core/profile.h"

enum hufu_err page_projects(struct worker *worker, const uint8_t after[UUID_SIZE], size_t limit,
                            struct project *projects, size_t *count)
{
    return project_list(worker->store, after, limit, projects, count);
}

enum hufu_err page_organizations(struct worker *worker, const uint8_t *project_id,
                                 const uint8_t after[UUID_SIZE], size_t limit,
                                 struct organization *organizations, size_t *count)
{
    return organization_list(worker->store, project_id, after, limit, organizations, count);
}

enum hufu_err page_accounts(struct worker *worker, const struct account_query *query,
                            struct account *accounts, size_t *count)
{
    enum hufu_err err = account_list(worker->store, query, accounts, count);
    for (size_t i = 0; i < *count; i++)
        profile_show(worker, &accounts[i]);
    return err;
}

enum hufu_err page_keys(struct worker *worker, const uint8_t *project_id, const uint8_t *device_id,
                        const uint8_t after[UUID_SIZE], size_t limit, struct key_view *keys, size_t *count)
{
    return key_list(worker->store, project_id, device_id, after, limit, keys, count);
}

enum hufu_err page_sessions(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                            const uint8_t after[UUID_SIZE], size_t limit, struct session_view *sessions,
                            size_t *count)
{
    return session_list(worker->store, project_id, account_id, after, limit, sessions, count);
}

enum hufu_err page_devices(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                           const uint8_t after[UUID_SIZE], size_t limit, struct device_view *devices,
                           size_t *count)
{
    return device_list(worker->store, project_id, account_id, after, limit, devices, count);
}

enum hufu_err page_audit_events(struct worker *worker, const struct audit_query *query,
                                struct audit_event *events, size_t *count)
{
    return audit_list(worker->store, query, events, count);
}

enum hufu_err page_authorizations(struct worker *worker, const uint8_t *project_id, const uint8_t *account_id,
                                  enum authorization_party party, const uint8_t after[UUID_SIZE],
                                  size_t limit, struct authorization *authorizations, size_t *count)
{
    return authorization_list(worker->store, project_id, account_id, party, after, limit, authorizations,
                              count);
}

enum hufu_err page_notices(struct worker *worker, const uint8_t *project_id, const uint8_t after[UUID_SIZE],
                           size_t limit, struct notice_row *notices, size_t *count)
{
    return notice_list(worker->store, project_id, after, limit, notices, count);
}
