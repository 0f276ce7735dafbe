/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/handwriting.h"

#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/http/field.h"
#include "server/http/problem.h"
#include "server/http/reply.h"

struct stroke_body {
    struct field_numbers x, y, time, pressure; /* one of each for every point */
};

struct handwriting_body {
    int64_t width, height;
    struct field_list strokes;
};

#define STROKE_FIELD(json_name, limit)                                                                \
    {                                                                                                 \
        .name = #json_name, .type = FIELD_NUMBERS, .offset = offsetof(struct stroke_body, json_name), \
        .min = 0, .max = (limit), .most = HANDWRITING_POINTS_MAX                                      \
    }
static const struct field stroke_fields[] = {
    STROKE_FIELD(x, HANDWRITING_SIDE_MAX),
    STROKE_FIELD(y, HANDWRITING_SIDE_MAX),
    STROKE_FIELD(time, HANDWRITING_TIME_MAX),
    STROKE_FIELD(pressure, HANDWRITING_PRESSURE_MAX),
    {.name = NULL},
};

static const struct field handwriting_fields[] = {
    {.name = "width",
     .type = FIELD_INT,
     .offset = offsetof(struct handwriting_body, width),
     .min = HANDWRITING_SIDE_MIN,
     .max = HANDWRITING_SIDE_MAX},
    {.name = "height",
     .type = FIELD_INT,
     .offset = offsetof(struct handwriting_body, height),
     .min = HANDWRITING_SIDE_MIN,
     .max = HANDWRITING_SIDE_MAX},
    {.name = "strokes",
     .type = FIELD_LIST,
     .offset = offsetof(struct handwriting_body, strokes),
     .fields = stroke_fields,
     .most = HANDWRITING_STROKES_MAX,
     .size = sizeof(struct stroke_body)},
    {.name = NULL},
};

static bool refuse_strokes(struct http_request *request, const char *reason, int64_t limit)
{
    problem_reply_field(request, PROBLEM_BAD_FIELD, "strokes", reason, limit);
    return false;
}

/* The fields' own limits hold already; that of all points together is checked before they are copied. */
static bool take_stroke(struct http_request *request, struct handwriting *out,
                        const struct stroke_body *stroke)
{
    size_t count = stroke->x.count;
    if (stroke->y.count != count || stroke->time.count != count || stroke->pressure.count != count)
        return refuse_strokes(request, "has a stroke with more of one number than of another", -1);
    if (count > HANDWRITING_POINTS_MAX - out->point_count)
        return refuse_strokes(request, "has more points than the limit", HANDWRITING_POINTS_MAX);
    out->lengths[out->stroke_count++] = (uint16_t)count;
    for (size_t i = 0; i < count; i++)
        out->points[out->point_count++] = (struct handwriting_point){
            .x = (uint16_t)stroke->x.items[i],
            .y = (uint16_t)stroke->y.items[i],
            .time_ms = (uint32_t)stroke->time.items[i],
            .pressure = (uint16_t)stroke->pressure.items[i],
        };
    return true;
}

static bool read_handwriting(struct http_request *request, struct handwriting *out)
{
    struct handwriting_body body = {0};
    if (!field_read_body(request, handwriting_fields, &body))
        return false;
    const struct stroke_body *strokes = body.strokes.items;
    *out = (struct handwriting){.width = (uint16_t)body.width, .height = (uint16_t)body.height};
    for (size_t i = 0; i < body.strokes.count; i++) {
        if (!take_stroke(request, out, &strokes[i]))
            return false;
    }
    return true;
}

/* One number of every point of a stroke. */
enum number {
    NUMBER_X,
    NUMBER_Y,
    NUMBER_TIME,
    NUMBER_PRESSURE
};

static json_t *numbers_json(const struct handwriting_point *points, size_t count, enum number number)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const unsigned values[] = {[NUMBER_X] = points[i].x,
                                   [NUMBER_Y] = points[i].y,
                                   [NUMBER_TIME] = points[i].time_ms,
                                   [NUMBER_PRESSURE] = points[i].pressure};
        json_array_append_new(array, json_integer(values[number]));
    }
    return array;
}

static json_t *handwriting_json(const struct handwriting *handwriting, uint64_t created_ms)
{
    const struct handwriting_point *points = handwriting->points;
    json_t *strokes = json_array();
    for (size_t i = 0; i < handwriting->stroke_count; i++) {
        size_t count = handwriting->lengths[i];
        json_array_append_new(strokes,
                              json_pack("{so, so, so, so}", "x", numbers_json(points, count, NUMBER_X), "y",
                                        numbers_json(points, count, NUMBER_Y), "time",
                                        numbers_json(points, count, NUMBER_TIME), "pressure",
                                        numbers_json(points, count, NUMBER_PRESSURE)));
        points += count;
    }
    return json_pack("{si, si, so, so}", "width", handwriting->width, "height", handwriting->height,
                     "strokes", strokes, "created_at", json_time(created_ms));
}

void handwriting_put_request(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "handwriting.put");
    struct handwriting handwriting HANDWRITING_WIPED;
    if (!read_handwriting(request, &handwriting)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = handwriting_put(worker, &act, &handwriting);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{si}", "points", (int)handwriting.point_count));
}

void handwriting_get_strokes(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "handwriting.read");
    struct handwriting handwriting HANDWRITING_WIPED;
    uint64_t created_ms;
    enum hufu_err err = handwriting_get(worker, &act, &handwriting, &created_ms);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, handwriting_json(&handwriting, created_ms));
}

void handwriting_get_svg(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "handwriting.read");
    struct handwriting handwriting HANDWRITING_WIPED;
    struct buf svg;
    uint64_t created_ms;
    enum hufu_err err = handwriting_get(worker, &act, &handwriting, &created_ms);
    uint8_t *memory = err == HUFU_OK ? request_alloc(request, HANDWRITING_SVG_MAX) : NULL;
    buf_init(&svg, memory, memory != NULL ? HANDWRITING_SVG_MAX : 0);
    if (err == HUFU_OK)
        err = handwriting_draw(&svg, &handwriting);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err == HUFU_ERR_LIMIT ? HUFU_ERR_INTERNAL : err);
    else
        reply_bytes(request, 200, "image/svg+xml", buf_bytes(&svg));
}

void handwriting_delete_request(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "handwriting.remove");
    if (!field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = handwriting_remove(worker, &act);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_object());
}
