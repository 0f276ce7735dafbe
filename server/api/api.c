/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

#include "common/hash.h"
#include "server/core/session.h"

/* Frames come with a token that nobody has looked up: their one read does that, too. */
const struct http_route api_routes[] = {
    {"GET", "/v1/service", ROUTE_PUBLIC, ROUTE_WORKER, service_get},
    {"GET", "/v1/ca/{name}/chain.pem", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_chain},
    {"GET", "/v1/ca/{name}/root.pem", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_root},
    {"GET", "/v1/ca/{name}/crl", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_crl},
    {"POST", "/v1/activations", ROUTE_PUBLIC, ROUTE_WORKER, activation_post},
    {"POST", "/v1/keys", ROUTE_SESSION, ROUTE_WORKER, key_post},
    {"GET", "/v1/keys", ROUTE_SESSION, ROUTE_WORKER, key_list_get},
    {"GET", "/v1/keys/{id}", ROUTE_SESSION, ROUTE_WORKER, key_get},
    {"POST", "/v1/keys/{id}/keygen/begin", ROUTE_TOKEN, ROUTE_WORKER, keygen_post_begin},
    {"POST", "/v1/keys/{id}/keygen/finish", ROUTE_TOKEN, ROUTE_WORKER, keygen_post_finish},
    {"POST", "/v1/keys/{id}/signatures", ROUTE_TOKEN, ROUTE_WORKER, operation_post_signature},
    {"POST", "/v1/keys/{id}/decryptions", ROUTE_TOKEN, ROUTE_WORKER, operation_post_decryption},
    {"POST", "/v1/keys/{id}/refreshes", ROUTE_TOKEN, ROUTE_WORKER, operation_post_refresh},
    {"POST", "/v1/keys/{id}/pin-checks", ROUTE_TOKEN, ROUTE_WORKER, operation_post_pin_check},
    {"POST", "/v1/keys/{id}/certificate-requests", ROUTE_SESSION, ROUTE_WORKER, certificate_post},
    {"GET", "/v1/keys/{id}/certificate", ROUTE_SESSION, ROUTE_WORKER, certificate_get},
    {"GET", "/v1/audit-events", ROUTE_SESSION, ROUTE_WORKER, audit_event_list},
    {.method = NULL},
};

const struct http_route api_admin_routes[] = {
    {"POST", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_post},
    {"GET", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_list},
    {"GET", "/admin/v1/projects/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_get},
    {"PATCH", "/admin/v1/projects/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_patch},
    {"POST", "/admin/v1/users", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_post},
    {"GET", "/admin/v1/users", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_list},
    {"POST", "/admin/v1/users/{id}/suspend", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_suspend},
    {"POST", "/admin/v1/users/{id}/resume", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_resume},
    {"POST", "/admin/v1/users/{id}/activations", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_post_activation},
    {"GET", "/admin/v1/keys", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_list},
    {"POST", "/admin/v1/keys/{id}/freeze", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_freeze},
    {"POST", "/admin/v1/keys/{id}/unfreeze", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_unfreeze},
    {"GET", "/admin/v1/audit-events", ROUTE_OPERATOR, ROUTE_WORKER, admin_audit_event_list},
    {.method = NULL},
};

enum hufu_err api_authenticate(struct principal *principal, struct worker *worker,
                               const uint8_t token[HTTP_TOKEN_SIZE])
{
    uint8_t token_hash[HASH_SIZE];
    hash_sha256(token_hash, bytes_of(token, HTTP_TOKEN_SIZE));
    return session_authenticate(worker, principal, token_hash);
}
