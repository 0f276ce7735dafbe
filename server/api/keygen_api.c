/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/keygen.h"

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/frame_body.h"
#include "server/http/reply.h"

typedef enum hufu_err keygen_call(struct worker *worker, struct act *act, const struct submission_in *in,
                                  struct submission_out *out);

static void keygen_post(struct http_request *request, struct worker *worker, const char *action,
                        keygen_call *call)
{
    struct act act = answer_begin(request, action);
    struct frame_body body;
    struct submission_out out;
    if (!frame_body_read(request, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct submission_in in = frame_body_submission(&body);
    enum hufu_err err = call(worker, &act, &in, &out);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *answer = json_pack("{so}", "answer", json_bytes(out.answer));
    if (out.has_public_key)
        json_object_set_new(answer, "public_key",
                            json_bytes(bytes_of(out.public_key, sizeof out.public_key)));
    reply_json(request, 200, answer);
}

void keygen_post_begin(struct http_request *request, struct worker *worker)
{
    keygen_post(request, worker, frame_op_name(FRAME_OP_KEYGEN_BEGIN), keygen_begin);
}

void keygen_post_finish(struct http_request *request, struct worker *worker)
{
    keygen_post(request, worker, frame_op_name(FRAME_OP_KEYGEN_FINISH), keygen_finish);
}
