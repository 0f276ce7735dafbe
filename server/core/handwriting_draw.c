/* SPDX-License-Identifier: Apache-2.0 */
/* Strokes as SVG. A stroke is a smooth line: from one middle between two points to the next, bent towards the point between
 * them. Where the pressure changes, the line goes on in another width. Nothing but numbers goes in, so nothing in a signature can
 * be anything else than strokes. */
#include <stdio.h>
#include <string.h>

#include "server/core/handwriting.h"

#define LEVELS 8       /* widths that are told apart */
#define WIDTH_SHARE 64 /* the middle width is this part of the smaller side */

static void put_text(struct buf *svg, const char *text)
{
    buf_put(svg, text, strlen(text));
}

/* Coordinates in halves, as middles are. */
static void put_number(struct buf *svg, unsigned halves)
{
    char text[16];
    (void)snprintf(text, sizeof text, halves % 2 ? "%u.5" : "%u", halves / 2);
    put_text(svg, text);
}

static void put_place(struct buf *svg, const char *command, unsigned x_halves, unsigned y_halves)
{
    put_text(svg, command);
    put_number(svg, x_halves);
    put_text(svg, " ");
    put_number(svg, y_halves);
}

static unsigned level_of(const struct handwriting_point *point)
{
    return (unsigned)point->pressure * (LEVELS - 1) / HANDWRITING_PRESSURE_MAX;
}

/* From half of the middle width to one and a half. */
static void begin_path(struct buf *svg, const struct handwriting *handwriting, unsigned level)
{
    char text[64];
    unsigned side = handwriting->width < handwriting->height ? handwriting->width : handwriting->height;
    unsigned hundredths = side * 100 / WIDTH_SHARE * (LEVELS - 1 + 2 * level) / (2 * (LEVELS - 1));
    (void)snprintf(text, sizeof text, "<path stroke-width=\"%u.%02u\" d=\"", hundredths / 100,
                   hundredths % 100);
    put_text(svg, text);
}

static void put_middle(struct buf *svg, const char *command, const struct handwriting_point *a,
                       const struct handwriting_point *b)
{
    put_place(svg, command, (unsigned)a->x + b->x, (unsigned)a->y + b->y);
}

static void draw_stroke(struct buf *svg, const struct handwriting *handwriting,
                        const struct handwriting_point *points, size_t count)
{
    const struct handwriting_point *last = &points[count - 1];
    unsigned level = level_of(points);
    begin_path(svg, handwriting, level);
    put_place(svg, "M", 2u * points->x, 2u * points->y);
    for (size_t i = 1; i + 1 < count; i++) {
        if (i == 1)
            put_middle(svg, "L", &points[0], &points[1]);
        if (level_of(&points[i]) != level) {
            level = level_of(&points[i]);
            put_text(svg, "\"/>");
            begin_path(svg, handwriting, level);
            put_middle(svg, "M", &points[i - 1], &points[i]);
        }
        put_place(svg, "Q", 2u * points[i].x, 2u * points[i].y);
        put_middle(svg, " ", &points[i], &points[i + 1]);
    }
    /* A dot is a line of no length, which round ends make visible. */
    put_place(svg, "L", 2u * last->x, 2u * last->y);
    put_text(svg, "\"/>");
}

enum hufu_err handwriting_draw(struct buf *svg, const struct handwriting *handwriting)
{
    char text[256];
    const struct handwriting_point *points = handwriting->points;
    (void)snprintf(
        text, sizeof text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" fill=\"none\" stroke=\"#000\""
        " stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        handwriting->width, handwriting->height);
    put_text(svg, text);
    for (size_t i = 0; i < handwriting->stroke_count; i++) {
        draw_stroke(svg, handwriting, points, handwriting->lengths[i]);
        points += handwriting->lengths[i];
    }
    put_text(svg, "</svg>\n");
    return buf_finish(svg);
}
