/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a new account in a request's body: those of account_field.h, and the picture of the seal. */
#ifndef HUFU_SERVER_API_ACCOUNT_BODY_H
#define HUFU_SERVER_API_ACCOUNT_BODY_H

#include <stddef.h>

#include "server/core/account_field.h"
#include "server/http/field.h"

#define ACCOUNT_BODY_FIELDS_MAX (ACCOUNT_FIELDS_MAX + 1)

/* Writes them, for a struct account_in that stands at offset in the handler's struct; how many. The table is not ended by it. */
size_t account_body_fields(struct field fields[ACCOUNT_BODY_FIELDS_MAX], size_t offset);

#endif
