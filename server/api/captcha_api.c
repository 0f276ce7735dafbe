/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/captcha_body.h"
#include "server/core/project.h"
#include "server/http/reply.h"

const struct field captcha_body_fields[] = {
    {.name = "challenge",
     .type = FIELD_BYTES,
     .offset = offsetof(struct captcha_answer, challenge),
     .min = CAPTCHA_SIZE,
     .max = CAPTCHA_SIZE},
    {.name = "answer",
     .type = FIELD_BYTES,
     .offset = offsetof(struct captcha_answer, answer),
     .min = CAPTCHA_ANSWER_SIZE,
     .max = CAPTCHA_ANSWER_SIZE},
    {.name = NULL},
};

struct captcha_request {
    const char *project;
};

static const struct field captcha_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct captcha_request, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

void captcha_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "captcha.create");
    struct captcha_request body = {0};
    struct project project;
    struct captcha captcha;
    if (!field_read_body(request, captcha_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_find(worker, &act, body.project, &project);
    if (err == HUFU_OK)
        err = captcha_make(worker, &project, &captcha);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, si, so}", "challenge",
                             json_bytes(bytes_of(captcha.challenge, sizeof captcha.challenge)), "bits",
                             (int)captcha.bits, "expires_at", json_time(captcha.expires_ms)));
}
