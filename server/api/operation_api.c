/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/operation.h"

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/frame_body.h"
#include "server/http/reply.h"

static json_t *operation_json(const struct submission_out *out)
{
    json_t *view = json_pack("{so, si}", "answer", json_bytes(out->answer), "pin_failures_before",
                             (int)out->pin_failures_before);
    if (view != NULL && out->uses_counted)
        json_object_set_new(view, "uses_left", json_integer(out->uses_left));
    if (view != NULL && out->valid_until_ms != 0)
        json_object_set_new(view, "valid_until", json_time(out->valid_until_ms));
    return view;
}

static void operation_post(struct http_request *request, struct worker *worker, enum frame_op op)
{
    struct act act = answer_begin(request, frame_op_name(op));
    struct frame_body body;
    struct submission_out out;
    if (!frame_body_read(request, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct submission_in in = frame_body_submission(&body);
    enum hufu_err err = operation_run(worker, &act, op, &in, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, operation_json(&out));
}

void operation_post_signature(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_SIGN);
}

void operation_post_decryption(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_DECRYPT);
}

void operation_post_refresh(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_REFRESH);
}

void operation_post_handover(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_HANDOVER);
}

void operation_post_policy(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_POLICY);
}

void operation_post_pin_check(struct http_request *request, struct worker *worker)
{
    operation_post(request, worker, FRAME_OP_PIN_CHECK);
}
