/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/operation.h"

#include <assert.h>
#include <stdlib.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/frame_body.h"
#include "server/http/reply.h"
#include "server/worker.h"

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

static_assert(HTTP_TOGETHER_MAX <= OPERATION_TOGETHER_MAX, "what is taken together is done together");
/* A digest of 32 bytes and its two points in the box, in base64url. */
static_assert(HTTP_TOGETHER_BODY_MAX * 3 / 4 / (32 + 2 * 65) <= FRAME_BATCH_MAX,
              "all together have no more digests than one may");

/* One of several requests while it is handled. */
struct operation_post {
    struct http_request *request;
    struct act act;
    struct frame_body body;
    struct submission_in in;
    struct submission_out out;
};

static void operation_answer(struct worker *worker, struct operation_job *job)
{
    struct operation_post *post = job->context;
    worker_take_up(worker, post->request->id_text, post->request->peer);
    if (job->err != HUFU_OK)
        answer_refused(post->request, worker, &post->act, job->err);
    else
        reply_json(post->request, 200, operation_json(&post->out));
    reply_send(post->request);
}

/* False: it has its reply. */
static bool operation_open(struct worker *worker, struct operation_post *post, struct http_request *request,
                           enum frame_op op)
{
    worker_take_up(worker, request->id_text, request->peer);
    post->request = request;
    post->act = answer_begin(request, frame_op_name(op));
    bool good = frame_body_read(request, &post->body);
    if (good)
        post->in = frame_body_submission(&post->body);
    else
        answer_form_refused(request, worker, &post->act);
    return good;
}

static void operation_post(struct http_request *requests, struct worker *worker, enum frame_op op)
{
    struct operation_job jobs[OPERATION_TOGETHER_MAX];
    size_t count = 0, opened = 0;
    for (struct http_request *request = requests; request != NULL; request = request->next)
        count++;
    struct operation_post *posts = malloc(count * sizeof *posts);
    for (struct http_request *request = requests, *next; request != NULL; request = next) {
        next = request->next;
        if (posts != NULL && operation_open(worker, &posts[opened], request, op)) {
            opened++;
            continue;
        }
        if (posts == NULL)
            problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
        reply_send(request);
    }
    for (size_t i = 0; i < opened; i++)
        jobs[i] = (struct operation_job){.trace = posts[i].request->id_text,
                                         .act = &posts[i].act,
                                         .in = &posts[i].in,
                                         .out = &posts[i].out,
                                         .finished = operation_answer,
                                         .context = &posts[i]};
    if (opened > 0)
        operation_run(worker, op, jobs, opened);
    free(posts);
}

void operation_post_signatures(struct http_request *requests, struct worker *worker)
{
    operation_post(requests, worker, FRAME_OP_SIGN);
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
