/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vectors.h"

#define ID_SIZE 16
#define CTX_SIZE (3 * ID_SIZE + 4)
#define PURPOSE_FIELD_MAX 128

/* Key id and binding id, which are the same in the whole file. */
static bool same_ids(struct report *report, struct bytes ctx)
{
    struct hex_field memory;
    struct cursor c;
    const json_t *keygen = member(report, report->root, "keygen");
    cursor_init(&c, read_field(report, keygen, "head_begin", &memory));
    (void)cursor_field(&c, PURPOSE_FIELD_MAX);
    (void)cursor_field(&c, PURPOSE_FIELD_MAX);
    struct bytes first = cursor_field_exact(&c, CTX_SIZE);
    return first.len == CTX_SIZE && ctx.len == CTX_SIZE && memcmp(first.data, ctx.data, 2 * ID_SIZE) == 0;
}

/* Empty, or T(kind, relying party, transaction). */
static bool good_purpose(struct bytes purpose)
{
    struct cursor c;
    if (purpose.len == 0)
        return true;
    cursor_init(&c, purpose);
    for (int i = 0; i < 3; i++)
        (void)cursor_field(&c, PURPOSE_FIELD_MAX);
    return cursor_finish(&c) == HUFU_OK;
}

void read_head(struct report *report, const json_t *object, const char *name, const char *operation,
               struct bytes public_part, struct vectors_head *head)
{
    struct cursor c;
    head->whole = read_field(report, object, name, &head->memory);
    cursor_init(&c, head->whole);
    cursor_field_text(&c, "hufu/1");
    cursor_field_text(&c, operation);
    struct bytes ctx = cursor_field_exact(&c, CTX_SIZE);
    head->time = cursor_field_u64(&c);
    struct bytes purpose = cursor_field(&c, 3 * (4 + PURPOSE_FIELD_MAX));
    struct bytes public_found = cursor_field(&c, FIELD_MAX);
    const bool formed = cursor_finish(&c) == HUFU_OK;
    check(report, name, formed && same_ids(report, ctx) && good_purpose(purpose));
    check(report, "public part of the head", bytes_equal(public_found, public_part));

    struct cursor within;
    cursor_init(&within, ctx);
    (void)cursor_take(&within, (size_t)2 * ID_SIZE);
    head->generation = cursor_u32(&within);
    head->request_id = cursor_take(&within, ID_SIZE).data;
}
