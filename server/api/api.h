/* SPDX-License-Identifier: Apache-2.0 */
/* The REST face: its routes, and how a request's sender is found. docs/openapi.yaml describes every one. */
#ifndef HUFU_SERVER_API_API_H
#define HUFU_SERVER_API_API_H

#include <stdint.h>

#include "common/err.h"
#include "server/http/request.h"
#include "server/http/route.h"
#include "server/principal.h"
#include "server/worker.h"

/* Of the public port, and of the administrative socket; ended by an entry without method. */
extern const struct http_route api_routes[];
extern const struct http_route api_admin_routes[];

/* An http_authenticate (server/http/server.h). */
enum hufu_err api_authenticate(struct http_request *request, struct worker *worker) HUFU_MUST_CHECK;

/* The handlers, one file for each resource. */
http_handler own_account_get;
http_handler account_request_post, account_request_post_code, account_request_post_state;
http_handler activation_post;
http_handler audit_event_list;
http_handler ca_get_chain, ca_get_root, ca_get_crl;
http_handler certificate_post, certificate_get, certificate_get_view;
http_handler key_post, key_list_get, key_get;
http_handler keygen_post_begin, keygen_post_finish;
http_handler operation_post_signatures, operation_post_decryption, operation_post_refresh,
    operation_post_pin_check;
http_handler service_get;
http_handler handwriting_put_request, handwriting_get_strokes, handwriting_get_svg,
    handwriting_delete_request;
http_handler use_record_list_get;
http_handler session_post, session_list_get, session_delete, session_delete_all;
http_handler operation_post_handover, operation_post_policy;
http_handler authorization_post, authorization_post_grant, authorization_post_search, authorization_list_get,
    authorization_get_one, authorization_patch, authorization_delete_one, authorization_post_confirm,
    authorization_post_refuse, authorization_post_freeze, authorization_post_unfreeze,
    authorization_post_renew, authorization_post_password_reset, binding_post_authorized;
http_handler binding_post, binding_get, binding_key_list;
http_handler device_post, device_list_get, device_patch, device_freeze, device_unfreeze, device_post_unlock,
    device_post_promote, device_post_remove, device_post_remove_secondaries;

http_handler authentication_post, authentication_post_confirm, authentication_post_state,
    authentication_post_password, authentication_post_code, authentication_post_sms,
    authentication_post_remembered, authentication_post_face, authentication_post_qr,
    authentication_post_qr_request, authentication_post_qr_approval;
http_handler remembered_post, remembered_delete, face_put_account;
http_handler captcha_post;
http_handler password_put_account, password_post_recovery;
http_handler project_public_get, project_public_list_organizations;

http_handler admin_password_post;
http_handler admin_audit_event_list;
http_handler admin_authorization_list;
http_handler admin_device_list, admin_device_delete;
http_handler admin_key_list, admin_key_freeze, admin_key_unfreeze;
http_handler admin_notice_post, admin_notice_get, admin_notice_list;
http_handler admin_project_post, admin_project_list, admin_project_get, admin_project_get_text,
    admin_project_patch;
http_handler admin_session_list, admin_session_end;
http_handler admin_organization_post, admin_organization_list;
http_handler admin_user_post, admin_user_list, admin_user_get, admin_user_patch, admin_user_get_picture,
    admin_user_suspend, admin_user_resume, admin_user_approve, admin_user_refuse, admin_user_close,
    admin_user_post_activation;
http_handler admin_user_import;

#endif
