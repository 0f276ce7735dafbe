/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/operator.h"

#include <stdio.h>
#include <string.h>

#define PATH_MAX_TEXT 128

struct web_client *operator_connect(const struct stack *stack)
{
    return web_client_new("http://localhost", NULL, stack_value(stack, "HUFU_ADMIN_SOCKET"));
}

static enum hufu_err call(struct web_client *web, struct web_answer *answer, const char *path, json_t *body)
{
    enum hufu_err err = web_call(web, answer, "POST", path, body);
    if (err)
        return err;
    if (answer->status >= 200 && answer->status < 300)
        return HUFU_OK;
    fprintf(stderr, "POST %s: %ld %s\n", path, answer->status, answer->body ? answer->body : "");
    return HUFU_ERR_STATE;
}

/* The id of an object, given as the member itself or as the member's own "id". */
static enum hufu_err take_id(char id[UUID_TEXT_SIZE], const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    const char *text = json_string_value(json_is_object(value) ? json_object_get(value, "id") : value);
    if (!text || strlen(text) != UUID_TEXT_SIZE - 1)
        return HUFU_ERR_FORM;
    memcpy(id, text, UUID_TEXT_SIZE);
    return HUFU_OK;
}

enum hufu_err operator_project_add(struct web_client *web, const char *name, char project_id[UUID_TEXT_SIZE])
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    enum hufu_err err = call(web, &answer, "/admin/v1/projects", json_pack("{s:s}", "name", name));
    if (err)
        return err;
    return take_id(project_id, answer.json, json_object_get(answer.json, "id") ? "id" : "project");
}

static enum hufu_err take_activation(struct activation *activation, const json_t *object)
{
    const json_t *inner = json_object_get(object, "activation");
    const char *text = json_string_value(json_object_get(inner ? inner : object, "text"));
    return text ? activation_parse(activation, text) : HUFU_ERR_FORM;
}

enum hufu_err operator_user_add(struct web_client *web, const char *project_id, const char *name,
                                const char *work_number, char account_id[UUID_TEXT_SIZE],
                                struct activation *activation)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "project", project_id, "name", name, "work_number", work_number);
    enum hufu_err err = call(web, &answer, "/admin/v1/users", body);
    if (!err)
        err = take_id(account_id, answer.json, "account");
    return err ? err : take_activation(activation, answer.json);
}

enum hufu_err operator_user_code(struct web_client *web, const char *account_id,
                                 struct activation *activation)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[PATH_MAX_TEXT];
    (void)snprintf(path, sizeof(path), "/admin/v1/users/%s/activations", account_id);
    enum hufu_err err = call(web, &answer, path, json_object());
    return err ? err : take_activation(activation, answer.json);
}

enum hufu_err operator_user(struct web_client *web, const char *account_id, const char *what)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[PATH_MAX_TEXT];
    (void)snprintf(path, sizeof(path), "/admin/v1/users/%s/%s", account_id, what);
    return call(web, &answer, path, json_object());
}

enum hufu_err operator_key(struct web_client *web, const char *key_id, const char *what)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[PATH_MAX_TEXT];
    (void)snprintf(path, sizeof(path), "/admin/v1/keys/%s/%s", key_id, what);
    return call(web, &answer, path, json_object());
}
