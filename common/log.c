/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/encoding.h"

#define LINE_MAX_SIZE 4096
#define VALUE_MAX 400

/* Set once by log_init, before any other thread starts. */
static struct {
    const char *program;
    enum log_level least;
} logger = {"hufu", LOG_INFO};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARNING] = "warning", [LOG_ERROR] = "error"};

void log_init(const char *program, enum log_level least)
{
    logger.program = program;
    logger.least = least;
}

int log_level_of(const char *name)
{
    for (int i = 0; i < (int)(sizeof(level_names) / sizeof(level_names[0])); i++) {
        if (strcmp(name, level_names[i]) == 0)
            return i;
    }
    return -1;
}

static void put_text(struct buf *line, const char *text)
{
    buf_put(line, text, strlen(text));
}

static bool is_plain(unsigned char c)
{
    return c != '"' && c != '\\' && c >= 0x20 && c != 0x7f;
}

static void put_escaped(struct buf *line, unsigned char c)
{
    char escaped[8];
    (void)snprintf(escaped, sizeof(escaped), c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
    put_text(line, escaped);
}

/* JSON string content: quotes, backslashes and control characters escaped, the plain stretches between them as they are. */
static void put_json(struct buf *line, const char *text)
{
    size_t len = strnlen(text, VALUE_MAX);
    for (size_t at = 0; at < len; at++) {
        size_t plain = 0;
        while (at + plain < len && is_plain((unsigned char)text[at + plain]))
            plain++;
        buf_put(line, text + at, plain);
        at += plain;
        if (at < len)
            put_escaped(line, (unsigned char)text[at]);
    }
}

static void put_pair(struct buf *line, const char *name, const char *value)
{
    struct buf before = *line;
    put_text(line, line->len > 1 ? ",\"" : "\"");
    put_text(line, name);
    put_text(line, "\":\"");
    put_json(line, value);
    put_text(line, "\"");
    /* A pair that does not fit is left out whole; two bytes stay for the end of the line. */
    if (line->failed || line->cap - line->len < 2)
        *line = before;
}

static void put_time(struct buf *line)
{
    struct timespec now;
    char text[RFC3339_TEXT_SIZE];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    rfc3339_format(text, (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
    put_pair(line, "time", text);
}

void log_event(enum log_level level, const char *event, ...)
{
    if (level < logger.least)
        return;
    char memory[LINE_MAX_SIZE];
    struct buf line;
    buf_init(&line, memory, sizeof(memory));
    put_text(&line, "{");
    put_time(&line);
    put_pair(&line, "level", level_names[level]);
    put_pair(&line, "program", logger.program);
    put_pair(&line, "event", event);
    va_list pairs;
    va_start(pairs, event);
    for (const char *name = va_arg(pairs, const char *); name; name = va_arg(pairs, const char *)) {
        const char *value = va_arg(pairs, const char *);
        if (value)
            put_pair(&line, name, value);
    }
    va_end(pairs);
    put_text(&line, "}\n");
    /* One write, so that lines of several threads do not mix; a log that cannot be written has nobody to
     * tell. */
    ssize_t written = write(STDERR_FILENO, line.data, line.len);
    (void)written;
}
