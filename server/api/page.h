/* SPDX-License-Identifier: Apache-2.0 */
/* Lists are read in pages: `limit` entries behind `cursor`, which is opaque to the caller and, here, the id where the last
 * page ended. */
#ifndef HUFU_SERVER_API_PAGE_H
#define HUFU_SERVER_API_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "server/core/act.h"

struct http_request;

#define PAGE_LIMIT_DEFAULT 100
#define PAGE_LIMIT_MAX 500

struct page_in {
    struct bytes cursor;
    int64_t limit;
    const char *project; /* id or name; NULL: all */
    uint8_t after[UUID_SIZE];
    bool has_project;
    uint8_t project_id[UUID_SIZE];
};

/* Reads limit, cursor and project from the query and looks the project up. False: a problem was replied. */
bool page_read(struct http_request *request, struct worker *worker, struct act *act, struct page_in *in)
    __attribute__((warn_unused_result));

/* NULL, or the project's id. */
const uint8_t *page_project(const struct page_in *in);

/* {name: entries, "next_cursor": …}: the cursor is there when the page is full. Takes the reference to entries over; last is
 * the id of the last entry. */
json_t *page_json(const char *name, json_t *entries, const struct page_in *in, const uint8_t last[UUID_SIZE]);

#endif
