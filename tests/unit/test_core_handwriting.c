/* SPDX-License-Identifier: Apache-2.0 */
/* Handwritten signatures: what is one, how it lies under its seal, and how it is drawn. */
#include <stdio.h>

#include "server/core/handwriting.h"
#include "tests/unit/unit.h"

static struct handwriting drawn;

/* Two strokes: a line of four points, and a dot. */
static int set_up(void **state)
{
    (void)state;
    drawn = (struct handwriting){
        .width = 400, .height = 200, .stroke_count = 2, .point_count = 5, .lengths = {4, 1}};
    for (size_t i = 0; i < 4; i++)
        drawn.points[i] = (struct handwriting_point){.x = (uint16_t)(10 + 100 * i),
                                                     .y = (uint16_t)(20 + 10 * i),
                                                     .time_ms = (uint32_t)(7 * i),
                                                     .pressure = (uint16_t)(300 * i)};
    drawn.points[4] = (struct handwriting_point){.x = 400, .y = 200, .time_ms = 900, .pressure = 1000};
    return 0;
}

static const char *fault(void)
{
    return handwriting_fault(&drawn);
}

static void what_was_drawn_is_taken(void **state)
{
    (void)state;
    assert_null(fault());
}

static void sides_have_limits(void **state)
{
    (void)state;
    drawn.width = HANDWRITING_SIDE_MAX;
    drawn.height = HANDWRITING_SIDE_MAX;
    assert_null(fault());
    drawn.width = HANDWRITING_SIDE_MAX + 1;
    assert_non_null(fault());
    drawn.width = 400;
    drawn.height = HANDWRITING_SIDE_MIN - 1;
    assert_non_null(fault());
}

static void points_lie_inside_and_times_never_go_back(void **state)
{
    (void)state;
    drawn.points[4].x = 401;
    assert_non_null(fault());
    drawn.points[4].x = 400;
    drawn.points[4].y = 201;
    assert_non_null(fault());
    drawn.points[4].y = 200;
    drawn.points[4].time_ms = 20;
    assert_non_null(fault());
    drawn.points[4].time_ms = HANDWRITING_TIME_MAX + 1;
    assert_non_null(fault());
    drawn.points[4].time_ms = HANDWRITING_TIME_MAX;
    drawn.points[4].pressure = HANDWRITING_PRESSURE_MAX + 1;
    assert_non_null(fault());
    drawn.points[4].pressure = HANDWRITING_PRESSURE_MAX;
    assert_null(fault());
}

static void strokes_have_points_and_are_not_too_many(void **state)
{
    (void)state;
    drawn.lengths[1] = 0;
    drawn.point_count = 4;
    assert_non_null(fault());
    drawn.stroke_count = 1;
    assert_null(fault());
    drawn.point_count = 3;
    assert_non_null(fault());
    drawn.stroke_count = 0;
    assert_non_null(fault());
    drawn.stroke_count = HANDWRITING_STROKES_MAX + 1;
    assert_non_null(fault());
}

/* The most that there may be, in the way that takes most room when drawn: another width at each point. */
static void fill_up(void)
{
    drawn = (struct handwriting){.width = HANDWRITING_SIDE_MAX,
                                 .height = HANDWRITING_SIDE_MAX,
                                 .stroke_count = HANDWRITING_STROKES_MAX,
                                 .point_count = HANDWRITING_POINTS_MAX};
    for (size_t i = 0; i < HANDWRITING_STROKES_MAX; i++)
        drawn.lengths[i] = HANDWRITING_POINTS_MAX / HANDWRITING_STROKES_MAX;
    for (size_t i = 0; i < HANDWRITING_POINTS_MAX; i++)
        drawn.points[i] = (struct handwriting_point){
            .x = (uint16_t)(HANDWRITING_SIDE_MAX - i % 2),
            .y = (uint16_t)(HANDWRITING_SIDE_MAX - i % 2),
            .time_ms = HANDWRITING_TIME_MAX,
            .pressure = (uint16_t)(i % 2 ? HANDWRITING_PRESSURE_MAX : HANDWRITING_PRESSURE_MAX * 6 / 7)};
}

static void refuse_or_keep_a_rule(void *context, struct bytes damaged)
{
    static struct handwriting out;
    (void)context;
    if (handwriting_decode(&out, damaged) == HUFU_OK)
        assert_null(handwriting_fault(&out));
    else
        assert_int_equal(out.point_count, 0);
}

static void it_comes_back_as_it_was_sealed(void **state)
{
    static uint8_t memory[HANDWRITING_ENCODED_MAX];
    static struct handwriting out;
    struct buf encoded;
    (void)state;
    for (int i = 0; i < 2; i++) {
        buf_init(&encoded, memory, sizeof memory);
        assert_ok(handwriting_encode(&encoded, &drawn));
        assert_ok(handwriting_decode(&out, buf_bytes(&encoded)));
        assert_memory_equal(&out, &drawn, sizeof out);
        fill_up();
        assert_null(fault());
    }
    assert_int_equal(encoded.len, HANDWRITING_ENCODED_MAX);
}

static void a_damaged_one_is_refused_or_is_another(void **state)
{
    uint8_t memory[128];
    struct buf encoded;
    (void)state;
    buf_init(&encoded, memory, sizeof memory);
    assert_ok(handwriting_encode(&encoded, &drawn));
    for_each_damage(buf_bytes(&encoded), refuse_or_keep_a_rule, NULL);
    buf_put_u8(&encoded, 0);
    static struct handwriting out;
    assert_int_equal(handwriting_decode(&out, buf_bytes(&encoded)), HUFU_ERR_FORM);
}

static const char *draw(void)
{
    static uint8_t memory[HANDWRITING_SVG_MAX];
    struct buf svg;
    buf_init(&svg, memory, sizeof memory - 1);
    assert_ok(handwriting_draw(&svg, &drawn));
    memory[svg.len] = '\0';
    return (const char *)memory;
}

static void strokes_are_drawn_as_wide_as_they_were_pressed(void **state)
{
    (void)state;
    const char *svg = draw();
    assert_non_null(strstr(svg, "viewBox=\"0 0 400 200\""));
    assert_non_null(strstr(svg, "<path stroke-width=\"1.56\" d=\"M10 20L60 25\"/>"));
    assert_non_null(strstr(svg, "Q110 30 160 35\"/>"));
    assert_non_null(strstr(svg, "<path stroke-width=\"4.68\" d=\"M400 200L400 200\"/>")); /* the dot */
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
}

static void the_most_there_may_be_has_room(void **state)
{
    (void)state;
    fill_up();
    assert_null(fault());
    assert_in_range(strlen(draw()), 80000, HANDWRITING_SVG_MAX - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(what_was_drawn_is_taken),
        TEST(sides_have_limits),
        TEST(points_lie_inside_and_times_never_go_back),
        TEST(strokes_have_points_and_are_not_too_many),
        TEST(it_comes_back_as_it_was_sealed),
        TEST(a_damaged_one_is_refused_or_is_another),
        TEST(strokes_are_drawn_as_wide_as_they_were_pressed),
        TEST(the_most_there_may_be_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
