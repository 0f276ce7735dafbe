/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON forms of what the rules give back. New references; NULL without memory. */
#ifndef HUFU_SERVER_API_VIEW_H
#define HUFU_SERVER_API_VIEW_H

#include <jansson.h>

#include "server/core/activation.h"
#include "server/core/device.h"
#include "server/core/page.h"

/* With a member for each rule. */
json_t *view_project(const struct project *project);
json_t *view_organization(const struct organization *organization);
/* With what may be shown of its person. */
json_t *view_account(const struct account *account);
/* As its device sees it: with the subject that its certificate will have. */
json_t *view_key(const struct key_view *key);
/* As an operator sees it: with whose it is. */
json_t *view_key_for_operator(const struct key_view *key);
/* A session that begins, with its token. */
json_t *view_activation(const struct activation_out *out);
/* As its account sees it, from the session current_id. */
json_t *view_session(const struct session_view *session, const uint8_t current_id[UUID_SIZE]);
/* As an operator sees it: with whose it is. */
json_t *view_session_for_operator(const struct session_view *session);
/* As the account's devices see it; own_id: of the one that asks, NULL for none. */
json_t *view_device(const struct device *device, const uint8_t *own_id);
/* As a list has it: with its last use. */
json_t *view_device_in_list(const struct device_view *view, const uint8_t *own_id);
json_t *view_device_for_operator(const struct device_view *view);
/* With the keys that nobody can use any more. */
json_t *view_removal(const struct device_removal *removal, const uint8_t *own_id);
json_t *view_promotion(const struct device_promotion *promotion, const uint8_t *own_id);
json_t *view_removals(const struct device_removals *removals);
/* Methods of authentication (methods.h), by name. */
json_t *view_methods(unsigned methods);
/* What a rule still wants beyond what was passed: an array of arrays of names, any of which suffices. */
json_t *view_combinations(unsigned rule, unsigned passed);
json_t *view_notice(const struct notice_row *notice);
/* As the account's devices see it: without the other person of an authorization, of whom they are told there. */
json_t *view_audit_event(const struct audit_event *event);
json_t *view_audit_event_for_operator(const struct audit_event *event);

#endif
