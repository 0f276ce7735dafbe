/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/authorization_view.h"

#include "server/http/reply.h"

static void view_set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void view_set_told(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        view_set(object, name, json_text(text));
}

static json_t *view_names(const char *const *names, unsigned count, unsigned set)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < count; i++)
        if ((set >> i & 1) != 0)
            json_array_append_new(list, json_text(names[i]));
    return list;
}

json_t *view_authorization_events(unsigned events)
{
    return view_names(authorization_event_names, AUTHORIZATION_EVENT_COUNT, events);
}

static json_t *view_person(const struct authorization_person *person, bool with_mobile)
{
    json_t *view = json_object();
    if (person->there)
        view_set(view, "id", json_uuid(person->account_id));
    view_set_told(view, "name", person->name);
    view_set_told(view, "work_number", person->work_number);
    if (with_mobile)
        view_set_told(view, "mobile", person->mobile_shown);
    return view;
}

json_t *view_authorization(struct worker *worker, const struct act *act, struct authorization *authorization)
{
    enum authorization_party party = authorization_party_of(act, authorization);
    unsigned possible = authorization_possible(act, authorization);
    authorization_show(worker, act, authorization);
    const struct authorization_person *people = authorization->people;
    const struct authorization_terms *terms = &authorization->terms;
    json_t *view = json_pack(
        "{so, so, so, so, so, so, so, so, so, sI, sb, so, so, so}", "id",
        json_uuid(authorization->authorization_id), "project_id", json_uuid(authorization->project_id),
        "state", json_text(authorization_state_names[authorization->state]), "begun_by",
        json_text(authorization_party_names[authorization->begun_by]), "holder",
        view_person(&people[PARTY_HOLDER], false), "authorized", view_person(&people[PARTY_AUTHORIZED], true),
        "operations", view_names(project_use_names, PROJECT_USE_COUNT, authorization->operations),
        "valid_from", json_time(terms->from_ms), "valid_until", json_time(terms->until_ms), "uses",
        (json_int_t)terms->uses, "policy_due", (int)authorization->policy_due, "possible",
        view_authorization_events(possible), "created_at", json_time(authorization->created_ms),
        "state_changed_at", json_time(authorization->changed_ms));
    if (view == NULL)
        return NULL;
    if (party != PARTY_COUNT)
        view_set(view, "as", json_text(authorization_party_names[party]));
    view_set_told(view, "ended", authorization_end_names[authorization->end]);
    view_set_told(view, "reason", authorization->reason);
    view_set_told(view, "remark", authorization->remark);
    if (authorization->uses_counted)
        view_set(view, "uses_left", json_integer(authorization->uses_left));
    if (authorization->has_key)
        view_set(view, "key_id", json_uuid(authorization->key_id));
    if (authorization->has_binding)
        view_set(view, "binding_id", json_uuid(authorization->binding_id));
    return view;
}

json_t *view_authorization_found(const struct authorization_found *found)
{
    json_t *view = json_pack("{so, so, so}", "holder", json_uuid(found->account_id), "name",
                             json_text(found->name), "work_number", json_text(found->work_number));
    if (view != NULL)
        view_set_told(view, "organization", found->organization);
    return view;
}
