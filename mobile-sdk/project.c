/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing, on a device that is nobody's yet: the service and its project by a text, the organization by a list, and who one is. */
#include <stdio.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/service.h"

#define PAGE_MAX 500

static enum hufu_result read_project(const struct json_t *json, struct hufu_project *project)
{
    struct json_reader reader = json_reader_of(json);
    json_read_id(&reader, "id", &project->id);
    json_read_text(&reader, "name", project->name, sizeof(project->name));
    json_read_bool(&reader, "account_requests", &project->takes_requests);
    json_read_bool(&reader, "organization_list", &project->lists_organizations);
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

static enum hufu_result fetch_project(struct hufu *hufu, struct hufu_project *project)
{
    char path[REST_PATH_MAX], id[UUID_TEXT_SIZE];
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    uuid_format(id, hufu->device.project.bytes);
    (void)snprintf(path, sizeof(path), "/v1/projects/%s", id);
    const struct rest_request request = {.path = path, .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_project(answer.json, project);
    if (!result && !id_equal(&project->id, &hufu->device.project))
        result = HUFU_RESULT_FAULT;
    if (result)
        *project = (struct hufu_project){.name = ""};
    return result;
}

static bool is_chosen(const struct hufu *hufu, const struct service_project *wanted)
{
    const struct device_record *device = &hufu->device;
    return service_is_same(device, &wanted->service) && !device->has_code &&
           bytes_equal(bytes_of(device->project.bytes, HUFU_ID_SIZE),
                       bytes_of(wanted->project_id, SERVICE_PROJECT_SIZE));
}

/* Nothing is stored unless the service proves that it is the one, and has the project. */
static enum hufu_result choose(struct hufu *hufu, const struct service_project *wanted)
{
    struct hufu_project project = {.name = ""};
    struct device_record *device = &hufu->device;
    device_record_wipe(device);
    service_take_address(hufu, &wanted->service);
    memcpy(device->project.bytes, wanted->project_id, HUFU_ID_SIZE);
    enum hufu_result result = service_fetch(hufu, NULL);
    if (!result)
        result = fetch_project(hufu, &project);
    memcpy(device->project_name, project.name, sizeof(device->project_name));
    return result ? result : device_record_store(device, &hufu->platform.storage);
}

enum hufu_result hufu_service_from_text(struct hufu *hufu, const char *text)
{
    struct service_project wanted;
    report_begin(hufu);
    if (!text)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (service_project_parse(&wanted, text))
        return report_end(hufu, HUFU_RESULT_CODE_FORM);
    if (!hufu_address_allowed(wanted.service.url))
        return report_end(hufu, HUFU_RESULT_ADDRESS);
    if (is_chosen(hufu, &wanted))
        return report_end(hufu, HUFU_RESULT_OK);
    if (hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_ALREADY);
    struct device_record before = hufu->device;
    enum hufu_result result = choose(hufu, &wanted);
    if (result) {
        hufu->device = before;
        hufu->statement.known = false;
    } else {
        authentication_forget(hufu); /* of another service */
    }
    device_record_wipe(&before);
    return report_end(hufu, result);
}

static bool has_project(const struct hufu *hufu)
{
    static const struct hufu_id none;
    return hufu->device.url[0] && !id_equal(&hufu->device.project, &none);
}

enum hufu_result hufu_project(struct hufu *hufu, struct hufu_project *project)
{
    *project = (struct hufu_project){.name = ""};
    report_begin(hufu);
    if (!has_project(hufu))
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    return report_end(hufu, fetch_project(hufu, project));
}

enum hufu_result hufu_user(struct hufu *hufu, const char *work_number)
{
    report_begin(hufu);
    struct device_record *device = &hufu->device;
    size_t len = work_number ? strlen(work_number) : 0;
    if (len == 0 || len >= sizeof(device->work_number))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    bool is_same = strcmp(device->work_number, work_number) == 0;
    if (device->session_token[0])
        return report_end(hufu, is_same ? HUFU_RESULT_OK : HUFU_RESULT_ALREADY);
    if (!has_project(hufu))
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    if (is_same)
        return report_end(hufu, HUFU_RESULT_OK);
    authentication_forget(hufu);
    /* A device key made for somebody else is not reused: the service may know it. */
    secret_wipe(device->device_handle, sizeof(device->device_handle));
    device->device_handle_len = 0;
    memset(device->work_number, 0, sizeof(device->work_number));
    memcpy(device->work_number, work_number, len);
    return report_end(hufu, device_record_store(device, &hufu->platform.storage));
}

/* ---- organizations ---- */

/* The query stays where it was until the page has been read whole. */
static enum hufu_result read_page(const struct json_t *json, struct hufu_organization_query *query,
                                  struct hufu_organization *organizations, size_t cap, size_t *count)
{
    struct json_reader reader = json_reader_of(json);
    size_t there = json_count(&reader, "organizations");
    char cursor[HUFU_CURSOR_MAX + 1];
    if (there > cap || rest_next_page(&reader, there, cursor))
        return HUFU_RESULT_FAULT;
    for (size_t i = 0; i < there; i++) {
        struct json_reader element = json_element(&reader, "organizations", i);
        organizations[i] = (struct hufu_organization){.name = ""};
        json_read_id(&element, "id", &organizations[i].id);
        json_read_text(&element, "name", organizations[i].name, sizeof(organizations[i].name));
        if (json_finish(&element))
            return HUFU_RESULT_FAULT;
    }
    memcpy(query->cursor, cursor, sizeof(cursor));
    *count = there;
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_organizations(struct hufu *hufu, struct hufu_organization_query *query,
                                    struct hufu_organization *organizations, size_t cap, size_t *count)
{
    char path[REST_PATH_MAX], id[UUID_TEXT_SIZE];
    *count = 0;
    report_begin(hufu);
    if (cap == 0 || strnlen(query->cursor, sizeof(query->cursor)) > HUFU_CURSOR_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (!has_project(hufu))
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    uuid_format(id, hufu->device.project.bytes);
    (void)snprintf(path, sizeof(path), "/v1/projects/%s/organizations?limit=%zu%s%.*s", id,
                   cap < PAGE_MAX ? cap : PAGE_MAX, query->cursor[0] ? "&cursor=" : "", HUFU_CURSOR_MAX,
                   query->cursor);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path, .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_page(answer.json, query, organizations, cap, count);
    return report_end(hufu, result);
}
