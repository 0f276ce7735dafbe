/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of a face: to be kept, or to be compared with the one that is. */
#include <stdlib.h>

#include "common/secret.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

/* A picture in base64url, and what stands around it. */
struct face_text {
    uint8_t bytes[HUFU_FACE_MAX / 3 * 4 + 512];
};

static void face_text_free(struct face_text **text)
{
    if (*text)
        secret_wipe(*text, sizeof(**text));
    free(*text);
}
#define FACE_TEXT_FREED __attribute__((cleanup(face_text_free)))

enum hufu_result hufu_authenticate_face(struct hufu *hufu, const uint8_t *picture, size_t len,
                                        struct hufu_authentication *state)
{
    struct buf body;
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    if (!picture || len == 0 || len > HUFU_FACE_MAX)
        return report_end(hufu, HUFU_RESULT_LIMIT);
    FACE_TEXT_FREED struct face_text *text = malloc(sizeof(*text));
    if (!text)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    buf_init(&body, text->bytes, sizeof(text->bytes));
    json_begin(&body);
    enum hufu_result result = authentication_put(hufu, &body);
    json_put_bytes(&body, "picture", bytes_of(picture, len));
    return report_end(hufu,
                      result ? result : authentication_send(hufu, "/v1/authentications/face", &body, state));
}

enum hufu_result hufu_face_enrol(struct hufu *hufu, const uint8_t *picture, size_t len)
{
    struct buf body;
    report_begin(hufu);
    if (!picture || len == 0 || len > HUFU_FACE_MAX)
        return report_end(hufu, HUFU_RESULT_LIMIT);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    FACE_TEXT_FREED struct face_text *text = malloc(sizeof(*text));
    if (!text)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    buf_init(&body, text->bytes, sizeof(text->bytes));
    json_begin(&body);
    json_put_bytes(&body, "picture", bytes_of(picture, len));
    json_end(&body);
    if (buf_finish(&body))
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .method = "PUT", .path = "/v1/account/face", .body = buf_bytes(&body)};
    return report_end(hufu, rest_call(hufu, &request, &answer));
}
