/* SPDX-License-Identifier: Apache-2.0 */
/* The body of every endpoint that takes a frame: {frame, signature}, for the key in the path. */
#ifndef HUFU_SERVER_API_FRAME_BODY_H
#define HUFU_SERVER_API_FRAME_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/core/submission.h"
#include "server/http/request.h"

struct frame_body {
    uint8_t key_id[UUID_SIZE];
    struct bytes frame, signature;
};

/* False: a problem was replied. */
bool frame_body_read(struct http_request *request, struct frame_body *out)
    __attribute__((warn_unused_result));
struct submission_in frame_body_submission(const struct frame_body *body);

#endif
