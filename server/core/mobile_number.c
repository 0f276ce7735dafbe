/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/mobile_number.h"

#include <stdbool.h>
#include <string.h>

#include "common/buf.h"

#define MOBILE_DIGITS_MIN 8
#define MOBILE_DIGITS_MAX 15
#define MOBILE_CHINA "86"
#define MOBILE_CHINA_DIGITS 11 /* without the country's number; the first is 1, the second at least 3 */

/* The digits alone; *international: a plus stood before them. False: something else stands there, or too many. */
static bool mobile_digits(char digits[MOBILE_DIGITS_MAX + 3], const char *text, bool *international)
{
    size_t count = 0;
    text += strspn(text, " ");
    *international = *text == '+';
    for (text += *international; *text != '\0'; text++) {
        if (strchr(" -()", *text) != NULL)
            continue;
        if (*text < '0' || *text > '9' || count == MOBILE_DIGITS_MAX + 2)
            return false;
        digits[count++] = *text;
    }
    digits[count] = '\0';
    return true;
}

static bool mobile_is_chinese(const char *digits)
{
    return strlen(digits) == MOBILE_CHINA_DIGITS && digits[0] == '1' && digits[1] >= '3';
}

enum hufu_err mobile_number_normalise(char out[MOBILE_NUMBER_SIZE], const char *text)
{
    char memory[MOBILE_DIGITS_MAX + 3];
    const char *digits = memory;
    bool international;
    out[0] = '\0';
    if (!mobile_digits(memory, text, &international))
        return HUFU_ERR_FORM;
    if (!international && strncmp(digits, "00", 2) == 0) {
        international = true;
        digits += 2;
    }
    const size_t china = sizeof MOBILE_CHINA - 1;
    const bool named = strncmp(digits, MOBILE_CHINA, china) == 0;
    /* "8613812345678" is how forms write it that take digits alone. */
    if (!international && named && mobile_is_chinese(digits + china))
        international = true;
    if (!international && !mobile_is_chinese(digits))
        return HUFU_ERR_FORM;
    if (international && named && !mobile_is_chinese(digits + china))
        return HUFU_ERR_FORM;
    size_t len = strlen(digits);
    if (international && (digits[0] == '0' || len < MOBILE_DIGITS_MIN || len > MOBILE_DIGITS_MAX))
        return HUFU_ERR_FORM;
    struct buf whole;
    buf_init(&whole, out, MOBILE_NUMBER_SIZE - 1);
    buf_put(&whole, "+" MOBILE_CHINA, international ? 1 : 1 + china);
    buf_put(&whole, digits, len);
    out[whole.len] = '\0';
    return HUFU_OK;
}
