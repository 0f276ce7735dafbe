/* SPDX-License-Identifier: Apache-2.0 */
/* Structured log of a program: one JSON object a line on standard error. Programs log, libraries do not;
 * nothing secret, no frame, body or answer is ever given to it. Safe from several threads.
 *
 *     {"time":"…Z","level":"error","program":"hufu-server","event":"store.away","request_id":"…","detail":"…"}
 */
#ifndef HUFU_COMMON_LOG_H
#define HUFU_COMMON_LOG_H

#include <stdint.h>

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARNING,
    LOG_ERROR
};

/* Before any other thread starts. program is kept, not copied. */
void log_init(const char *program, enum log_level least);
/* "debug", "info", "warning", "error"; -1 for anything else. */
int log_level_of(const char *name);

/* event: a short dotted name. Then pairs of text, name and value, ended by NULL; a NULL value is left out.
 * Values are escaped and cut at 400 bytes. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
