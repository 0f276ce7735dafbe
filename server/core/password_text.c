/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/password_text.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "common/secret.h"

/* First code points, then UTF-8 in the same place. */
struct password_points {
    utf8proc_int32_t points[PASSWORD_GIVEN_MAX + 1];
};

static void password_points_wipe(struct password_points *points)
{
    secret_wipe(points, sizeof *points);
}

void password_text_wipe(struct password_text *text)
{
    secret_wipe(text, sizeof *text);
}

enum hufu_err password_text_normalise(struct password_text *out, const char *given)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    __attribute__((cleanup(password_points_wipe))) struct password_points normal = {{0}};
    *out = (struct password_text){.len = 0};
    size_t given_len = strnlen(given, PASSWORD_GIVEN_MAX + 1);
    if (given_len == 0 || given_len > PASSWORD_GIVEN_MAX)
        return HUFU_ERR_FORM;
    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)given, (utf8proc_ssize_t)given_len,
                                                normal.points, PASSWORD_GIVEN_MAX, options);
    if (count <= 0 || count > PASSWORD_GIVEN_MAX)
        return HUFU_ERR_FORM;
    for (utf8proc_ssize_t i = 0; i < count; i++)
        if (utf8proc_category(normal.points[i]) == UTF8PROC_CATEGORY_CC)
            return HUFU_ERR_FORM;
    utf8proc_ssize_t len = utf8proc_reencode(normal.points, count, options);
    if (len <= 0 || len > PASSWORD_TEXT_MAX)
        return HUFU_ERR_FORM;
    memcpy(out->text, normal.points, (size_t)len);
    out->len = (size_t)len;
    return HUFU_OK;
}

static unsigned password_class(utf8proc_int32_t point)
{
    utf8proc_category_t category = utf8proc_category(point);
    if (category == UTF8PROC_CATEGORY_LU)
        return 1;
    if (category == UTF8PROC_CATEGORY_LL)
        return 2;
    return category == UTF8PROC_CATEGORY_ND ? 4 : 8;
}

enum hufu_err password_text_check(const struct password_text *text)
{
    unsigned characters = 0, classes = 0;
    for (size_t at = 0; at < text->len;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text->text + at,
                                                (utf8proc_ssize_t)(text->len - at), &point);
        if (len <= 0)
            return HUFU_ERR_FORM;
        classes |= password_class(point);
        characters++;
        at += (size_t)len;
    }
    unsigned count = (classes & 1) + (classes >> 1 & 1) + (classes >> 2 & 1) + (classes >> 3 & 1);
    return characters >= PASSWORD_CHARACTERS_MIN && count >= PASSWORD_CLASSES_MIN ? HUFU_OK : HUFU_ERR_FORM;
}
