/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/api.h"

#include "common/hash.h"
#include "common/secret.h"
#include "server/api/answer.h"
#include "server/config.h"
#include "server/core/session.h"
#include "server/http/dpop.h"

/* Frames come with a token that nobody has looked up: their one read does that, too. */
const struct http_route api_routes[] = {
    {"GET", "/v1/service", ROUTE_PUBLIC, ROUTE_WORKER, service_get},
    {"GET", "/v1/ca/{name}/chain.pem", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_chain},
    {"GET", "/v1/ca/{name}/root.pem", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_root},
    {"GET", "/v1/ca/{name}/crl", ROUTE_PUBLIC, ROUTE_WORKER, ca_get_crl},
    {"POST", "/v1/account-requests", ROUTE_PUBLIC, ROUTE_WORKER, account_request_post},
    {"POST", "/v1/account-requests/codes", ROUTE_PUBLIC, ROUTE_WORKER, account_request_post_code},
    {"POST", "/v1/account-requests/state", ROUTE_PUBLIC, ROUTE_WORKER, account_request_post_state},
    {"GET", "/v1/account", ROUTE_SESSION_ANY, ROUTE_WORKER, own_account_get},
    {"POST", "/v1/activations", ROUTE_PUBLIC, ROUTE_WORKER, activation_post},
    {"POST", "/v1/keys", ROUTE_SESSION, ROUTE_WORKER, key_post},
    {"GET", "/v1/keys", ROUTE_SESSION_ANY, ROUTE_WORKER, key_list_get},
    {"GET", "/v1/keys/{id}", ROUTE_SESSION_ANY, ROUTE_WORKER, key_get},
    {"POST", "/v1/keys/{id}/keygen/begin", ROUTE_TOKEN, ROUTE_WORKER, keygen_post_begin},
    {"POST", "/v1/keys/{id}/keygen/finish", ROUTE_TOKEN, ROUTE_WORKER, keygen_post_finish},
    {"POST", "/v1/keys/{id}/signatures", ROUTE_TOKEN, ROUTE_GROUP, operation_post_signatures},
    {"POST", "/v1/keys/{id}/decryptions", ROUTE_TOKEN, ROUTE_WORKER, operation_post_decryption},
    {"POST", "/v1/keys/{id}/refreshes", ROUTE_TOKEN, ROUTE_WORKER, operation_post_refresh},
    {"POST", "/v1/keys/{id}/pin-checks", ROUTE_TOKEN, ROUTE_WORKER, operation_post_pin_check},
    {"POST", "/v1/keys/{id}/certificate-requests", ROUTE_SESSION, ROUTE_WORKER, certificate_post},
    {"GET", "/v1/keys/{id}/certificate", ROUTE_SESSION, ROUTE_WORKER, certificate_get},
    {"GET", "/v1/keys/{id}/certificate/view", ROUTE_SESSION, ROUTE_WORKER, certificate_get_view},
    {"POST", "/v1/keys/{id}/bindings", ROUTE_SESSION, ROUTE_WORKER, binding_post},
    {"GET", "/v1/keys/{id}/bindings/{binding}", ROUTE_SESSION, ROUTE_WORKER, binding_get},
    {"POST", "/v1/keys/{id}/handovers", ROUTE_TOKEN, ROUTE_WORKER, operation_post_handover},
    {"GET", "/v1/account/keys", ROUTE_SESSION, ROUTE_WORKER, binding_key_list},
    {"POST", "/v1/authorizations", ROUTE_SESSION, ROUTE_WORKER, authorization_post},
    {"GET", "/v1/authorizations", ROUTE_SESSION, ROUTE_WORKER, authorization_list_get},
    {"POST", "/v1/authorizations/grants", ROUTE_SESSION, ROUTE_WORKER, authorization_post_grant},
    {"POST", "/v1/authorizations/holders", ROUTE_SESSION, ROUTE_WORKER, authorization_post_search},
    {"GET", "/v1/authorizations/{id}", ROUTE_SESSION, ROUTE_WORKER, authorization_get_one},
    {"PATCH", "/v1/authorizations/{id}", ROUTE_SESSION, ROUTE_WORKER, authorization_patch},
    {"DELETE", "/v1/authorizations/{id}", ROUTE_SESSION, ROUTE_WORKER, authorization_delete_one},
    {"POST", "/v1/authorizations/{id}/confirm", ROUTE_SESSION, ROUTE_WORKER, authorization_post_confirm},
    {"POST", "/v1/authorizations/{id}/refuse", ROUTE_SESSION, ROUTE_WORKER, authorization_post_refuse},
    {"POST", "/v1/authorizations/{id}/freeze", ROUTE_SESSION, ROUTE_WORKER, authorization_post_freeze},
    {"POST", "/v1/authorizations/{id}/unfreeze", ROUTE_SESSION, ROUTE_WORKER, authorization_post_unfreeze},
    {"POST", "/v1/authorizations/{id}/renew", ROUTE_SESSION, ROUTE_WORKER, authorization_post_renew},
    {"POST", "/v1/authorizations/{id}/password-reset", ROUTE_SESSION, ROUTE_WORKER,
     authorization_post_password_reset},
    {"POST", "/v1/authorizations/{id}/bindings", ROUTE_SESSION, ROUTE_WORKER, binding_post_authorized},
    {"POST", "/v1/keys/{id}/policies", ROUTE_TOKEN, ROUTE_WORKER, operation_post_policy},
    {"POST", "/v1/devices", ROUTE_PUBLIC, ROUTE_WORKER, device_post},
    {"GET", "/v1/devices", ROUTE_SESSION_ANY, ROUTE_WORKER, device_list_get},
    {"PATCH", "/v1/devices/{id}", ROUTE_SESSION, ROUTE_WORKER, device_patch},
    {"POST", "/v1/devices/{id}/remove", ROUTE_SESSION, ROUTE_WORKER, device_post_remove},
    {"POST", "/v1/devices/remove-secondaries", ROUTE_SESSION, ROUTE_WORKER, device_post_remove_secondaries},
    {"POST", "/v1/devices/{id}/freeze", ROUTE_SESSION, ROUTE_WORKER, device_freeze},
    {"POST", "/v1/devices/{id}/unfreeze", ROUTE_SESSION, ROUTE_WORKER, device_unfreeze},
    {"POST", "/v1/devices/{id}/unlock", ROUTE_SESSION, ROUTE_WORKER, device_post_unlock},
    {"POST", "/v1/devices/{id}/promote", ROUTE_SESSION, ROUTE_WORKER, device_post_promote},
    {"GET", "/v1/audit-events", ROUTE_SESSION, ROUTE_WORKER, audit_event_list},
    {"PUT", "/v1/account/handwriting", ROUTE_SESSION, ROUTE_WORKER, handwriting_put_request},
    {"GET", "/v1/account/handwriting", ROUTE_SESSION, ROUTE_WORKER, handwriting_get_strokes},
    {"DELETE", "/v1/account/handwriting", ROUTE_SESSION, ROUTE_WORKER, handwriting_delete_request},
    {"GET", "/v1/account/handwriting.svg", ROUTE_SESSION, ROUTE_WORKER, handwriting_get_svg},
    {"GET", "/v1/use-records", ROUTE_SESSION, ROUTE_WORKER, use_record_list_get},
    {"POST", "/v1/sessions", ROUTE_PUBLIC, ROUTE_WORKER, session_post},
    {"GET", "/v1/sessions", ROUTE_SESSION_ANY, ROUTE_WORKER, session_list_get},
    {"DELETE", "/v1/sessions", ROUTE_SESSION, ROUTE_WORKER, session_delete_all},
    {"DELETE", "/v1/sessions/{id}", ROUTE_SESSION_ANY, ROUTE_WORKER, session_delete},
    {"GET", "/v1/projects/{id}", ROUTE_PUBLIC, ROUTE_WORKER, project_public_get},
    {"GET", "/v1/projects/{id}/organizations", ROUTE_PUBLIC, ROUTE_WORKER, project_public_list_organizations},
    {"POST", "/v1/captchas", ROUTE_PUBLIC, ROUTE_WORKER, captcha_post},
    {"POST", "/v1/authentications", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post},
    {"POST", "/v1/authentications/state", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_state},
    {"POST", "/v1/authentications/password", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_password},
    {"POST", "/v1/authentications/sms-codes", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_code},
    {"POST", "/v1/authentications/sms", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_sms},
    {"POST", "/v1/authentications/face", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_face},
    {"PUT", "/v1/account/face", ROUTE_SESSION, ROUTE_WORKER, face_put_account},
    {"POST", "/v1/authentications/remembered", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_remembered},
    {"POST", "/v1/authentications/qr", ROUTE_PUBLIC, ROUTE_WORKER, authentication_post_qr},
    {"POST", "/v1/authentications/qr/requests", ROUTE_SESSION, ROUTE_WORKER, authentication_post_qr_request},
    {"POST", "/v1/authentications/qr/approvals", ROUTE_SESSION, ROUTE_WORKER,
     authentication_post_qr_approval},
    {"POST", "/v1/account/remembered-password", ROUTE_SESSION, ROUTE_WORKER, remembered_post},
    {"DELETE", "/v1/account/remembered-password", ROUTE_SESSION, ROUTE_WORKER, remembered_delete},
    {"POST", "/v1/account/authentications", ROUTE_SESSION, ROUTE_WORKER, authentication_post_confirm},
    {"PUT", "/v1/account/password", ROUTE_SESSION, ROUTE_WORKER, password_put_account},
    {"POST", "/v1/password-recoveries", ROUTE_PUBLIC, ROUTE_WORKER, password_post_recovery},
    {.method = NULL},
};

const struct http_route api_admin_routes[] = {
    {"POST", "/admin/v1/users/{id}/password", ROUTE_OPERATOR, ROUTE_WORKER, admin_password_post},
    {"POST", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_post},
    {"GET", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_list},
    {"GET", "/admin/v1/projects/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_get},
    {"PATCH", "/admin/v1/projects/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_patch},
    {"GET", "/admin/v1/projects/{id}/service-text", ROUTE_OPERATOR, ROUTE_WORKER, admin_project_get_text},
    {"POST", "/admin/v1/organizations", ROUTE_OPERATOR, ROUTE_WORKER, admin_organization_post},
    {"GET", "/admin/v1/organizations", ROUTE_OPERATOR, ROUTE_WORKER, admin_organization_list},
    {"POST", "/admin/v1/users/csv", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_import},
    {"GET", "/admin/v1/users/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_get},
    {"PATCH", "/admin/v1/users/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_patch},
    {"GET", "/admin/v1/users/{id}/seal-picture", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_get_picture},
    {"POST", "/admin/v1/users/{id}/approve", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_approve},
    {"POST", "/admin/v1/users/{id}/refuse", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_refuse},
    {"POST", "/admin/v1/users/{id}/close", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_close},
    {"POST", "/admin/v1/users", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_post},
    {"GET", "/admin/v1/users", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_list},
    {"POST", "/admin/v1/users/{id}/suspend", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_suspend},
    {"POST", "/admin/v1/users/{id}/resume", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_resume},
    {"POST", "/admin/v1/users/{id}/activations", ROUTE_OPERATOR, ROUTE_WORKER, admin_user_post_activation},
    {"GET", "/admin/v1/keys", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_list},
    {"POST", "/admin/v1/keys/{id}/freeze", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_freeze},
    {"POST", "/admin/v1/keys/{id}/unfreeze", ROUTE_OPERATOR, ROUTE_WORKER, admin_key_unfreeze},
    {"GET", "/admin/v1/authorizations", ROUTE_OPERATOR, ROUTE_WORKER, admin_authorization_list},
    {"GET", "/admin/v1/authorizations/{id}", ROUTE_OPERATOR, ROUTE_WORKER, authorization_get_one},
    {"DELETE", "/admin/v1/authorizations/{id}", ROUTE_OPERATOR, ROUTE_WORKER, authorization_delete_one},
    {"GET", "/admin/v1/devices", ROUTE_OPERATOR, ROUTE_WORKER, admin_device_list},
    {"POST", "/admin/v1/devices/{id}/freeze", ROUTE_OPERATOR, ROUTE_WORKER, device_freeze},
    {"POST", "/admin/v1/devices/{id}/unfreeze", ROUTE_OPERATOR, ROUTE_WORKER, device_unfreeze},
    {"POST", "/admin/v1/devices/{id}/unlock", ROUTE_OPERATOR, ROUTE_WORKER, device_post_unlock},
    {"DELETE", "/admin/v1/devices/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_device_delete},
    {"POST", "/admin/v1/notices", ROUTE_OPERATOR, ROUTE_WORKER, admin_notice_post},
    {"GET", "/admin/v1/notices", ROUTE_OPERATOR, ROUTE_WORKER, admin_notice_list},
    {"GET", "/admin/v1/notices/{id}", ROUTE_OPERATOR, ROUTE_WORKER, admin_notice_get},
    {"GET", "/admin/v1/audit-events", ROUTE_OPERATOR, ROUTE_WORKER, admin_audit_event_list},
    {"GET", "/admin/v1/sessions", ROUTE_OPERATOR, ROUTE_WORKER, admin_session_list},
    {"POST", "/admin/v1/sessions/{id}/end", ROUTE_OPERATOR, ROUTE_WORKER, admin_session_end},
    {.method = NULL},
};

/* The token as it was sent: its form is the one that its bytes have. */
struct token_text {
    char text[BASE64URL_TEXT_SIZE(HTTP_TOKEN_SIZE)];
};

static void token_text_wipe(struct token_text *token)
{
    secret_wipe(token, sizeof(*token));
}

/* The proof, if it is one for this request; NULL otherwise. */
static const struct dpop_proof *read_proof(struct dpop_proof *proof, const struct http_request *request,
                                           const struct worker *worker)
{
    struct token_text token __attribute__((cleanup(token_text_wipe)));
    base64url_encode(token.text, sizeof(token.text), bytes_of(request->token, sizeof(request->token)));
    const struct dpop_request expected = {.method = request->method,
                                          .service_url = worker->config->public_url,
                                          .path = request->path,
                                          .token = token.text};
    bool fits = request->dpop != NULL && dpop_read(proof, request->dpop, &expected) == HUFU_OK;
    return fits ? proof : NULL;
}

enum hufu_err api_authenticate(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.use");
    struct dpop_proof proof;
    uint8_t token_hash[HASH_SIZE];
    hash_sha256(token_hash, bytes_of(request->token, sizeof(request->token)));
    enum session_need need =
        request->match.route->access == ROUTE_SESSION ? SESSION_NEED_STANDING : SESSION_NEED_NOTHING;
    enum hufu_err err =
        session_authenticate(worker, &act, need, token_hash, read_proof(&proof, request, worker));
    if (err == HUFU_OK)
        request->principal = act.principal;
    else
        answer_refused(request, worker, &act, err);
    return err;
}
