/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/account_body.h"

#include "server/core/account.h"

size_t account_body_fields(struct field fields[ACCOUNT_BODY_FIELDS_MAX], size_t offset)
{
    size_t count = 0;
    for (const struct account_field *field = account_field_table; field->name != NULL; field++)
        fields[count++] = (struct field){
            .name = field->name,
            .type = field->kind == ACCOUNT_FIELD_TEXT ? FIELD_TEXT : FIELD_ENUM,
            .offset = offset + field->offset,
            .optional = !field->required,
            .present = field->kind == ACCOUNT_FIELD_CHOICE ? offset + field->present : 0,
            .min = 1,
            .max = (int64_t)field->max,
            .names = field->names,
        };
    fields[count++] = (struct field){.name = "seal_picture",
                                     .type = FIELD_BYTES,
                                     .offset = offset + offsetof(struct account_in, profile.seal_picture),
                                     .optional = true,
                                     .min = 1,
                                     .max = ACCOUNT_PICTURE_MAX};
    return count;
}
