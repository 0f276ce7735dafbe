/* SPDX-License-Identifier: Apache-2.0 */
/* The answered captcha in a body: {"challenge": …, "answer": …}. */
#ifndef HUFU_SERVER_API_CAPTCHA_BODY_H
#define HUFU_SERVER_API_CAPTCHA_BODY_H

#include "server/core/captcha.h"
#include "server/http/field.h"

/* Of a struct captcha_answer. Whether one must be there is the project's rule, not the form's. */
extern const struct field captcha_body_fields[];
#define CAPTCHA_BODY_FIELD(type_of_body, member)                                                             \
    {                                                                                                        \
        .name = "captcha", .type = FIELD_OBJECT, .offset = offsetof(type_of_body, member), .optional = true, \
        .fields = captcha_body_fields                                                                        \
    }

#endif
