/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/view.h"

#include <string.h>

#include "server/core/methods.h"
#include "server/core/subject.h"
#include "server/http/reply.h"

static void view_set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static json_t *view_rule_set(const struct project_rule *rule, unsigned set)
{
    json_t *names = json_array();
    for (size_t i = 0; rule->names[i] != NULL; i++)
        if ((set >> i & 1) != 0)
            json_array_append_new(names, json_text(rule->names[i]));
    return names;
}

static json_t *view_rule(const struct project_rules *rules, const struct project_rule *rule)
{
    switch (rule->kind) {
    case PROJECT_RULE_CHOICE:
        return json_text(rule->names[project_rule_choice(rules, rule)]);
    case PROJECT_RULE_NUMBER:
        return json_integer(project_rule_number(rules, rule));
    case PROJECT_RULE_FLAG:
        return json_boolean(project_rule_flag(rules, rule));
    case PROJECT_RULE_SET:
        return view_rule_set(rule, project_rule_set(rules, rule));
    }
    return NULL;
}

json_t *view_project(const struct project *project)
{
    json_t *view = json_pack("{so, so, so}", "id", json_uuid(project->project_id), "name",
                             json_text(project->name), "created_at", json_time(project->created_ms));
    for (const struct project_rule *rule = project_rule_table; rule->name != NULL; rule++)
        view_set(view, rule->name, view_rule(&project->rules, rule));
    return view;
}

static void view_set_told(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        view_set(object, name, json_text(text));
}

/* Of what is personal, what may be shown. */
static void view_profile(json_t *view, const struct account *account)
{
    view_set(view, "requested", json_boolean(account->requested));
    view_set_told(view, "mobile", account->shown.mobile);
    view_set_told(view, "identity_number", account->shown.identity_number);
    if (account->identity.len > 0)
        view_set(view, "identity_kind", json_text(identity_kind_names[account->identity_kind]));
    view_set_told(view, "email", account->shown.email);
    view_set_told(view, "department", account->department);
    view_set_told(view, "occupation", account->occupation);
    view_set_told(view, "country", account->country);
    view_set_told(view, "province", account->province);
    view_set_told(view, "city", account->city);
    view_set_told(view, "sex", account_sex_name(account->sex));
    view_set_told(view, "remark", account->remark);
    view_set_told(view, "refusal", account->refusal);
    view_set(view, "has_seal_picture", json_boolean(account->has_picture));
}

json_t *view_organization(const struct organization *organization)
{
    json_t *view = json_pack("{so, so, so, so}", "id", json_uuid(organization->organization_id), "project_id",
                             json_uuid(organization->project_id), "name", json_text(organization->name),
                             "created_at", json_time(organization->created_ms));
    view_set_told(view, "credit_code", organization->credit_code);
    return view;
}

json_t *view_account(const struct account *account)
{
    char subject[SUBJECT_TEXT_MAX];
    json_t *view =
        json_pack("{so, so, so, so, so, so}", "id", json_uuid(account->account_id), "project_id",
                  json_uuid(account->project_id), "name", json_text(account->name), "work_number",
                  json_text(account->work_number), "state", json_text(account_state_names[account->state]),
                  "created_at", json_time(account->created_ms));
    view_set_told(view, "organization", account->organization);
    if (account->has_organization)
        view_set(view, "organization_id", json_uuid(account->organization_id));
    view_profile(view, account);
    if (view != NULL && subject_text(subject, bytes_of(account->subject, account->subject_len)) == HUFU_OK)
        view_set(view, "subject", json_text(subject));
    return view;
}

/* Whose a key, session or device is. */
static void view_set_holder(json_t *view, const uint8_t account_id[UUID_SIZE], const char *name,
                            const char *work_number)
{
    view_set(view, "account",
             json_pack("{so, so, so}", "id", json_uuid(account_id), "name", json_text(name), "work_number",
                       json_text(work_number)));
}

static json_t *view_certificate(const struct key_view *key, const char *subject)
{
    char serial[2 * CERTIFICATE_SERIAL_SIZE + 1];
    hex_encode(serial, sizeof serial, bytes_of(key->certificate_serial, sizeof key->certificate_serial));
    return json_pack("{so, so, so, so}", "serial", json_text(serial), "not_before",
                     json_time(key->certificate_not_before_ms), "not_after",
                     json_time(key->certificate_not_after_ms), "subject", json_text(subject));
}

/* What both kinds of reader see. */
static json_t *view_key_state(const struct key_view *key)
{
    json_t *view = json_pack("{so, so, so, so, so, so, so, so, sI, s{si, si, sb}}", "key_id",
                             json_uuid(key->key_id), "binding_id", json_uuid(key->binding_id), "algorithm",
                             json_text("sm2"), "usage", json_text(key_usage_names[key->usage]), "kind",
                             json_text("split"), "state", json_text(key_state_names[key->state]),
                             "binding_state", json_text(binding_state_names[key->binding_state]), "role",
                             json_text(binding_role_names[key->role]), "generation",
                             (json_int_t)key->generation, "pin", "failures", (int)key->pin_failures, "limit",
                             (int)key->pin_limit, "locked", (int)key->locked);
    if (view == NULL)
        return NULL;
    view_set(view, "created_at", json_time(key->created_ms));
    json_t *refresh =
        json_pack("{so, sb}", "refreshed_at", json_time(key->refreshed_ms), "due", (int)key->refresh_due);
    if (refresh != NULL && key->refresh_to_primary)
        view_set(refresh, "role", json_text(binding_role_names[BINDING_PRIMARY]));
    view_set(view, "refresh", refresh);
    if (key->next_pending)
        view_set(view, "pending_generation", json_integer((json_int_t)key->generation + 1));
    if (key->has_public_key)
        view_set(view, "public_key", json_bytes(bytes_of(key->public_key, sizeof key->public_key)));
    if (key->uses_counted)
        view_set(view, "uses_left", json_integer(key->uses_left));
    if (key->valid_from_ms != 0)
        view_set(view, "valid_from", json_time(key->valid_from_ms));
    if (key->valid_until_ms != 0)
        view_set(view, "valid_until", json_time(key->valid_until_ms));
    return view;
}

json_t *view_key(const struct key_view *key)
{
    char subject[SUBJECT_TEXT_MAX];
    struct bytes der = bytes_of(key->subject, key->subject_len);
    json_t *view = view_key_state(key);
    if (view == NULL || subject_text(subject, der) != HUFU_OK) {
        json_decref(view);
        return NULL;
    }
    view_set(view, "subject", json_text(subject));
    view_set(view, "subject_der", json_bytes(der));
    if (key->has_certificate)
        view_set(view, "certificate", view_certificate(key, subject));
    return view;
}

json_t *view_key_for_operator(const struct key_view *key)
{
    json_t *view = view_key_state(key);
    if (view == NULL)
        return NULL;
    view_set(view, "project_id", json_uuid(key->project_id));
    view_set(view, "device_id", json_uuid(key->device_id));
    view_set_holder(view, key->account_id, key->account_name, key->work_number);
    return view;
}

json_t *view_activation(const struct activation_out *out)
{
    return json_pack("{so, so, s{so, so}, s{so, so, so}, s{so, so, so}}", "session_token",
                     json_bytes(bytes_of(out->session_token, sizeof out->session_token)),
                     "session_expires_at", json_time(out->session_expires_ms), "project", "id",
                     json_uuid(out->project.project_id), "name", json_text(out->project.name), "account",
                     "id", json_uuid(out->account.account_id), "name", json_text(out->account.name),
                     "work_number", json_text(out->account.work_number), "device", "id",
                     json_uuid(out->device.device_id), "role", json_text(device_role_names[out->device.role]),
                     "state", json_text(device_state_names[out->device.state]));
}

/* What both kinds of reader see. */
static json_t *view_session_facts(const struct session_view *session)
{
    json_t *device = json_pack("{so}", "id", json_uuid(session->device_id));
    if (device != NULL && session->device_name[0] != '\0')
        view_set(device, "name", json_text(session->device_name));
    if (device != NULL && session->device_model[0] != '\0')
        view_set(device, "model", json_text(session->device_model));
    json_t *view = json_pack("{so, so, so, so, so}", "id", json_uuid(session->session_id), "application",
                             json_text(session->application), "device", device, "created_at",
                             json_time(session->created_ms), "expires_at", json_time(session->expires_ms));
    if (view != NULL && session->used_ms != 0)
        view_set(view, "last_used_at", json_time(session->used_ms));
    return view;
}

json_t *view_session(const struct session_view *session, const uint8_t current_id[UUID_SIZE])
{
    json_t *view = view_session_facts(session);
    if (view != NULL)
        view_set(view, "current", json_boolean(memcmp(session->session_id, current_id, UUID_SIZE) == 0));
    return view;
}

json_t *view_session_for_operator(const struct session_view *session)
{
    json_t *view = view_session_facts(session);
    if (view == NULL)
        return NULL;
    view_set(view, "project_id", json_uuid(session->project_id));
    view_set_holder(view, session->account_id, session->account_name, session->work_number);
    return view;
}

json_t *view_device(const struct device *device, const uint8_t *own_id)
{
    json_t *view =
        json_pack("{so, so, so, so, s{si, si, si, sb}}", "id", json_uuid(device->device_id), "role",
                  json_text(device_role_names[device->role]), "state",
                  json_text(device_state_names[device->state]), "created_at", json_time(device->created_ms),
                  "pin", "failures", (int)device->pin_failures, "limit", (int)device->pin_limit, "tries_left",
                  (int)(device->tries_left > 0 ? device->tries_left : 0), "locked", (int)device->locked);
    if (view == NULL)
        return NULL;
    if (device->name[0] != '\0')
        view_set(view, "name", json_text(device->name));
    if (device->model[0] != '\0')
        view_set(view, "model", json_text(device->model));
    if (device->state == DEVICE_REMOVED)
        view_set(view, "destroyed", json_boolean(device->destroyed));
    if (own_id != NULL)
        view_set(view, "this", json_boolean(memcmp(own_id, device->device_id, UUID_SIZE) == 0));
    return view;
}

json_t *view_device_in_list(const struct device_view *device, const uint8_t *own_id)
{
    json_t *view = view_device(&device->device, own_id);
    if (view != NULL && device->last_use_ms != 0)
        view_set(view, "last_use_at", json_time(device->last_use_ms));
    return view;
}

json_t *view_device_for_operator(const struct device_view *device)
{
    json_t *view = view_device_in_list(device, NULL);
    if (view == NULL)
        return NULL;
    view_set(view, "project_id", json_uuid(device->device.project_id));
    view_set_holder(view, device->device.account_id, device->account_name, device->work_number);
    return view;
}

static json_t *view_ids(const uint8_t ids[][UUID_SIZE], size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_uuid(ids[i]));
    return list;
}

json_t *view_removal(const struct device_removal *removal, const uint8_t *own_id)
{
    return json_pack("{so, so}", "device", view_device(&removal->device, own_id), "dead_keys",
                     view_ids(removal->dead, removal->dead_count));
}

json_t *view_promotion(const struct device_promotion *promotion, const uint8_t *own_id)
{
    const struct device_removal *lost = &promotion->lost;
    json_t *view = json_pack("{so, so}", "device", view_device(&promotion->device, own_id), "dead_keys",
                             view_ids(lost->dead, lost->dead_count));
    if (view != NULL && promotion->has_lost)
        view_set(view, "lost", view_device(&lost->device, own_id));
    return view;
}

json_t *view_removals(const struct device_removals *removals)
{
    return json_pack("{sI, so, sb}", "removed", (json_int_t)removals->count, "dead_keys",
                     view_ids(removals->dead, removals->dead_count), "destroyed", (int)removals->destroyed);
}

json_t *view_methods(unsigned methods)
{
    unsigned counted = methods_counted(methods);
    json_t *names = json_array();
    for (unsigned i = 0; i < AUTHENTICATION_METHOD_COUNT; i++)
        if ((counted & METHOD_BIT(i)) != 0)
            json_array_append_new(names, json_text(authentication_method_names[i]));
    return names;
}

json_t *view_combinations(unsigned rule, unsigned passed)
{
    unsigned missing[METHODS_COMBINATION_COUNT];
    unsigned count = methods_missing(rule, passed, missing);
    json_t *combinations = json_array();
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(combinations, view_methods(missing[i]));
    return combinations;
}

/* Neither recipient nor text: those are between the sender and whoever gets them. */
json_t *view_notice(const struct notice_row *notice)
{
    json_t *view =
        json_pack("{so, so, so, so, so, so, so, so}", "id", json_uuid(notice->notice_id), "project_id",
                  json_uuid(notice->project_id), "kind", json_text(notice_kind_names[notice->kind]), "text",
                  json_text(notice->text_name), "state", json_text(notice_state_names[notice->state]),
                  "attempts", json_integer(notice->attempts), "created_at", json_time(notice->created_ms),
                  "expires_at", json_time(notice->expires_ms));
    if (view == NULL)
        return NULL;
    if (notice->has_account)
        view_set(view, "account_id", json_uuid(notice->account_id));
    if (notice->failure[0] != '\0')
        view_set(view, "failure", json_text(notice->failure));
    if (notice->state == NOTICE_WAITING)
        view_set(view, "next_attempt_at", json_time(notice->next_attempt_ms));
    else
        view_set(view, "ended_at", json_time(notice->ended_ms));
    return view;
}

json_t *view_audit_event(const struct audit_event *event)
{
    json_t *view = json_pack("{so, so, so, so, so, so}", "id", json_uuid(event->event_id), "time",
                             json_time(event->at_ms), "project_id", json_uuid(event->project_id), "actor",
                             json_text(event->actor), "action", json_text(event->action), "outcome",
                             json_text(event->outcome));
    if (view == NULL)
        return NULL;
    const struct {
        const char *name;
        bool there;
        const uint8_t *id;
    } ids[] = {
        {"account_id", event->has_account, event->account_id},
        {"device_id", event->has_device, event->device_id},
        {"target_id", event->has_target, event->target_id},
        {"key_id", event->has_key, event->key_id},
        {"binding_id", event->has_binding, event->binding_id},
        {"request_id", event->has_request, event->request_id},
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i].there)
            view_set(view, ids[i].name, json_uuid(ids[i].id));
    if (event->has_count) {
        view_set(view, "generation", json_integer(event->generation));
        view_set(view, "count", json_integer(event->count));
    }
    if (event->trace[0] != '\0')
        view_set(view, "trace", json_text(event->trace));
    if (event->detail[0] != '\0')
        view_set(view, "detail", json_text(event->detail));
    return view;
}

json_t *view_audit_event_for_operator(const struct audit_event *event)
{
    json_t *view = view_audit_event(event);
    if (view != NULL && event->has_party)
        view_set(view, "party_id", json_uuid(event->party_id));
    return view;
}
