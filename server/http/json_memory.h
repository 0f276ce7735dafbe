/* SPDX-License-Identifier: Apache-2.0 */
/* Parsed bodies hold activation codes, replies hold session tokens: jansson's memory is wiped when it is freed. */
#ifndef HUFU_SERVER_HTTP_JSON_MEMORY_H
#define HUFU_SERVER_HTTP_JSON_MEMORY_H

/* For the whole process; values made before may be freed after. */
void json_memory_wipe(void);

#endif
