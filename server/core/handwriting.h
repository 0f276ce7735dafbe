/* SPDX-License-Identifier: Apache-2.0 */
/* A person's handwritten signature: strokes as they were drawn. Personal data: at rest it is sealed (personal.h). */
#ifndef HUFU_SERVER_CORE_HANDWRITING_H
#define HUFU_SERVER_CORE_HANDWRITING_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/core/personal.h"
#include "server/worker.h"

#define HANDWRITING_SIDE_MIN 16
#define HANDWRITING_SIDE_MAX 4096 /* width and height of what was drawn on, in its own unit */
#define HANDWRITING_STROKES_MAX 128
#define HANDWRITING_POINTS_MAX 1536   /* of all strokes together */
#define HANDWRITING_TIME_MAX 600000   /* ms since the first point */
#define HANDWRITING_PRESSURE_MAX 1000 /* the hardest; 0: the pen hardly touches */
#define HANDWRITING_ENCODED_MAX (6 + 2 * HANDWRITING_STROKES_MAX + 10 * HANDWRITING_POINTS_MAX)
#define HANDWRITING_SVG_MAX 131072

struct handwriting_point {
    uint16_t x, y;
    uint32_t time_ms;
    uint16_t pressure;
};
struct handwriting {
    uint16_t width, height;
    size_t stroke_count, point_count;
    uint16_t lengths[HANDWRITING_STROKES_MAX]; /* points of each stroke, above 0 */
    struct handwriting_point points[HANDWRITING_POINTS_MAX];
};
void handwriting_wipe(struct handwriting *handwriting);
#define HANDWRITING_WIPED __attribute__((cleanup(handwriting_wipe)))

/* Whether it is one: sides in their range, strokes with points, points inside, times that never go back. A sentence why not;
 * NULL: it is. */
const char *handwriting_fault(const struct handwriting *handwriting);

/* Of this session's account; takes the place of the one before. Refusal: bad field (handwriting_fault). */
enum hufu_err handwriting_put(struct worker *worker, struct act *act,
                              const struct handwriting *handwriting) HUFU_MUST_CHECK;
/* Refusal of both: not found. */
enum hufu_err handwriting_get(struct worker *worker, struct act *act, struct handwriting *out,
                              uint64_t *created_ms) HUFU_MUST_CHECK;
enum hufu_err handwriting_remove(struct worker *worker, struct act *act) HUFU_MUST_CHECK;

/* As it lies under its seal, and back; HUFU_ERR_FORM: it is none. */
enum hufu_err handwriting_encode(struct buf *out, const struct handwriting *handwriting) HUFU_MUST_CHECK;
enum hufu_err handwriting_decode(struct handwriting *out, struct bytes encoded) HUFU_MUST_CHECK;

/* Drawn as SVG: black strokes on nothing, as wide as they were pressed; HANDWRITING_SVG_MAX bytes are room enough. */
enum hufu_err handwriting_draw(struct buf *svg, const struct handwriting *handwriting) HUFU_MUST_CHECK;

#endif
