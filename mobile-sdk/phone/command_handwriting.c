/* SPDX-License-Identifier: Apache-2.0 */
/* handwriting: submits the handwritten signature that a file holds, saves its picture, or takes it back. The file has
 * width and height on its first line, and then a stroke on each line: points "x,y,time,pressure" with blanks between them. */
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"

#define STROKES_MAX 128
#define POINTS_MAX 1536
#define FILE_MAX 131072

struct drawing {
    struct hufu_handwriting handwriting;
    struct hufu_stroke strokes[STROKES_MAX];
    struct hufu_stroke_point points[POINTS_MAX];
    size_t point_count;
};

/* A number, and what has to follow it; advances *at behind both. */
static bool take_number(const char **at, uint32_t *number, const char *followers)
{
    char *end = NULL;
    unsigned long value = **at >= '0' && **at <= '9' ? strtoul(*at, &end, 10) : 0;
    if (!end || value > 10000000 || !strchr(followers, *end))
        return false;
    *number = (uint32_t)value;
    *at = end + (*end != '\0' && *end != '\n');
    return true;
}

static bool take_point(const char **at, struct hufu_stroke_point *point)
{
    return take_number(at, &point->x, ",") && take_number(at, &point->y, ",") &&
           take_number(at, &point->time_ms, ",") && take_number(at, &point->pressure, " \n");
}

static bool take_stroke(const char **at, struct drawing *drawing)
{
    struct hufu_handwriting *handwriting = &drawing->handwriting;
    if (handwriting->count == STROKES_MAX)
        return false;
    struct hufu_stroke *stroke = &drawing->strokes[handwriting->count++];
    stroke->points = &drawing->points[drawing->point_count];
    while (**at != '\n' && **at != '\0') {
        if (drawing->point_count == POINTS_MAX || !take_point(at, &drawing->points[drawing->point_count]))
            return false;
        drawing->point_count++;
        stroke->count++;
    }
    *at += **at == '\n';
    return true;
}

static bool take_drawing(const char *text, struct drawing *drawing)
{
    drawing->handwriting.strokes = drawing->strokes;
    if (!take_number(&text, &drawing->handwriting.width, " ") ||
        !take_number(&text, &drawing->handwriting.height, "\n"))
        return false;
    text += *text == '\n';
    while (*text) {
        if (!take_stroke(&text, drawing))
            return false;
    }
    return true;
}

static enum exit_status submit(struct phone *phone)
{
    static struct drawing drawing;
    const struct options *options = &phone->options;
    FILE_BYTES_FREED struct file_bytes file = {NULL, 0};
    static char text[FILE_MAX + 1];
    if (!file_read(&file, options, options->argument))
        return EXIT_USAGE;
    if (file.len <= FILE_MAX)
        memcpy(text, file.data, file.len);
    if (file.len > FILE_MAX || strlen(text) != file.len || !take_drawing(text, &drawing)) {
        say(stderr, options->language, TEXT_HANDWRITING_FORM, options->argument, NULL);
        return EXIT_USAGE;
    }
    enum hufu_result result = hufu_handwriting_put(phone->hufu, &drawing.handwriting);
    if (!result)
        say(stdout, options->language, TEXT_HANDWRITING_KEPT, NULL);
    return phone_end(phone, result);
}

static enum exit_status save_picture(struct phone *phone)
{
    static char svg[HUFU_HTTP_BODY_MAX];
    const struct options *options = &phone->options;
    size_t len;
    enum hufu_result result = hufu_handwriting_svg(phone->hufu, svg, sizeof(svg), &len);
    if (result)
        return phone_end(phone, result);
    if (!file_write(options, options->out, svg, len, 0600))
        return EXIT_USAGE;
    say(stdout, options->language, TEXT_HANDWRITING_SAVED, options->out, NULL);
    return EXIT_DONE;
}

enum exit_status command_handwriting(struct phone *phone)
{
    const struct options *options = &phone->options;
    if ((options->argument != NULL) + options->remove + (options->out != NULL) != 1) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    if (options->argument)
        return submit(phone);
    if (options->out)
        return save_picture(phone);
    enum hufu_result result = hufu_handwriting_remove(phone->hufu);
    if (!result)
        say(stdout, options->language, TEXT_HANDWRITING_REMOVED, NULL);
    return phone_end(phone, result);
}
