/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/view.h"
#include "server/core/activation.h"
#include "server/core/device.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct activation_body {
    struct bytes code, device_key, proof;
    int64_t time_ms;
    const char *device_name, *device_model, *application;
};

static const struct field activation_fields[] = {
    {.name = "code",
     .type = FIELD_BYTES,
     .offset = offsetof(struct activation_body, code),
     .min = ACTIVATION_CODE_SIZE,
     .max = ACTIVATION_CODE_SIZE},
    {.name = "device_key",
     .type = FIELD_BYTES,
     .offset = offsetof(struct activation_body, device_key),
     .min = FRAME_DEVICE_KEY_SIZE,
     .max = FRAME_DEVICE_KEY_SIZE},
    {.name = "time",
     .type = FIELD_INT,
     .offset = offsetof(struct activation_body, time_ms),
     .min = 0,
     .max = INT64_C(9007199254740991)}, /* what every JSON reader holds exactly */
    {.name = "proof",
     .type = FIELD_BYTES,
     .offset = offsetof(struct activation_body, proof),
     .min = FRAME_SIGNATURE_SIZE,
     .max = FRAME_SIGNATURE_SIZE},
    {.name = "device_name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct activation_body, device_name),
     .optional = true,
     .max = DEVICE_TEXT_MAX},
    {.name = "device_model",
     .type = FIELD_TEXT,
     .offset = offsetof(struct activation_body, device_model),
     .optional = true,
     .max = DEVICE_TEXT_MAX},
    {.name = "application",
     .type = FIELD_TEXT,
     .offset = offsetof(struct activation_body, application),
     .optional = true,
     .min = 1,
     .max = SESSION_APPLICATION_MAX},
    {.name = NULL},
};

void activation_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.activate");
    struct activation_body body = {0};
    if (!field_read_body(request, activation_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct activation_in in = {
        .code = body.code.data,
        .device_key = body.device_key.data,
        .proof = body.proof.data,
        .time_ms = (uint64_t)body.time_ms,
        .device_name = body.device_name,
        .device_model = body.device_model,
        .application = body.application,
    };
    struct activation_out out ACTIVATION_OUT_WIPED;
    enum hufu_err err = activation_redeem_code(worker, &act, &in, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, view_activation(&out));
}
