/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of another process, as its host's administrator can look at it. */
#ifndef HUFU_TESTS_PROCESS_MEMORY_H
#define HUFU_TESTS_PROCESS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"

/* What it has in RAM; 0 when it cannot be told. */
uint64_t process_memory_resident_kb(pid_t pid);

/* Told of one piece of a readable mapping. */
typedef void process_memory_piece(struct bytes piece, void *context);
/* Hands over every readable private or shared mapping, in pieces of at most 4 MiB that overlap by overlap bytes; the
 * pages of devices are left out. total, when not NULL, gets how much was read. HUFU_ERR_AWAY: no such process, or no
 * right to read it. */
enum hufu_err process_memory_read(pid_t pid, size_t overlap, process_memory_piece *take, void *context,
                                  uint64_t *total) HUFU_MUST_CHECK;

#endif
