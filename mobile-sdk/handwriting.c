/* SPDX-License-Identifier: Apache-2.0 */
/* The handwritten signature of the account. */
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "mobile-sdk/rest.h"

#define PATH "/v1/account/handwriting"
#define REQUEST_MAX 65536 /* the most points, with the longest numbers */

struct text {
    uint8_t bytes[REQUEST_MAX];
};

static void text_free(struct text **text)
{
    if (*text)
        secret_wipe(*text, sizeof(**text));
    free(*text);
}

static uint32_t number_of(const struct hufu_stroke_point *point, size_t which)
{
    const uint32_t numbers[] = {point->x, point->y, point->time_ms, point->pressure};
    return numbers[which];
}

static void put_stroke(struct buf *out, const struct hufu_stroke *stroke)
{
    static const char *const names[] = {"x", "y", "time", "pressure"};
    json_put_object(out, NULL);
    for (size_t which = 0; which < sizeof(names) / sizeof(names[0]); which++) {
        json_put_array(out, names[which]);
        for (size_t i = 0; i < stroke->count; i++)
            json_put_u64(out, NULL, number_of(&stroke->points[i], which));
        json_end_array(out);
    }
    json_end(out);
}

enum hufu_result hufu_handwriting_put(struct hufu *hufu, const struct hufu_handwriting *handwriting)
{
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    __attribute__((cleanup(text_free))) struct text *text = calloc(1, sizeof(*text));
    if (!text)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    struct buf body;
    buf_init(&body, text->bytes, sizeof(text->bytes));
    json_begin(&body);
    json_put_u64(&body, "width", handwriting->width);
    json_put_u64(&body, "height", handwriting->height);
    json_put_array(&body, "strokes");
    for (size_t i = 0; i < handwriting->count; i++)
        put_stroke(&body, &handwriting->strokes[i]);
    json_end_array(&body);
    json_end(&body);
    if (buf_finish(&body))
        return report_end(hufu, HUFU_RESULT_LIMIT);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "PUT", .path = PATH, .body = buf_bytes(&body)};
    return report_end(hufu, rest_call_repeatedly(hufu, &request, &answer));
}

enum hufu_result hufu_handwriting_svg(struct hufu *hufu, char *svg, size_t cap, size_t *len)
{
    *len = 0;
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    struct buf raw;
    buf_init(&raw, svg, cap);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = PATH ".svg", .raw = &raw};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    *len = answer.raw_len;
    return report_end(hufu, result);
}

enum hufu_result hufu_handwriting_remove(struct hufu *hufu)
{
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "DELETE", .path = PATH};
    return report_end(hufu, rest_call(hufu, &request, &answer));
}
