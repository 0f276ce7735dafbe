/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/frame_body.h"

#include <stddef.h>

#include "common/frame.h"
#include "server/http/field.h"

static const struct field frame_body_fields[] = {
    {.name = "frame",
     .type = FIELD_BYTES,
     .offset = offsetof(struct frame_body, frame),
     .min = 1,
     .max = FRAME_MAX},
    {.name = "signature",
     .type = FIELD_BYTES,
     .offset = offsetof(struct frame_body, signature),
     .min = FRAME_SIGNATURE_SIZE,
     .max = FRAME_SIGNATURE_SIZE},
    {.name = NULL},
};

bool frame_body_read(struct http_request *request, struct frame_body *out)
{
    return field_read_path_uuid(request, 0, "id", out->key_id) &&
           field_read_body(request, frame_body_fields, out);
}

struct submission_in frame_body_submission(const struct frame_body *body)
{
    return (struct submission_in){.key_id = body->key_id, .frame = body->frame, .signature = body->signature};
}
