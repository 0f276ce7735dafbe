/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/identity_number.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define IDENTITY_RESIDENT_DIGITS 17 /* and the check character behind them */
#define IDENTITY_OTHER_MIN 5
#define IDENTITY_BIRTH_AT 6 /* yyyymmdd, behind the region */
#define IDENTITY_YEAR_MIN 1800

static bool identity_compact(char out[IDENTITY_NUMBER_SIZE], const char *text)
{
    size_t len = 0;
    for (; *text != '\0'; text++) {
        char c = *text;
        if (c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        bool taken = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '(' || c == ')';
        if (!taken || len == IDENTITY_NUMBER_SIZE - 1)
            return false;
        out[len++] = c;
    }
    out[len] = '\0';
    return len >= IDENTITY_OTHER_MIN;
}

static unsigned identity_value(const char *digits, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++)
        value = 10 * value + (unsigned)(digits[i] - '0');
    return value;
}

static bool identity_is_day(const char *date)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = identity_value(date, 4), month = identity_value(date + 4, 2),
             day = identity_value(date + 6, 2);
    if (year < IDENTITY_YEAR_MIN || month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month - 1] + (leap && month == 2);
}

/* ISO 7064 MOD 11-2, as GB 11643 has it. */
static char identity_check_character(const char *digits)
{
    static const unsigned weights[IDENTITY_RESIDENT_DIGITS] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                               3, 7, 9,  10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < IDENTITY_RESIDENT_DIGITS; i++)
        sum += weights[i] * (unsigned)(digits[i] - '0');
    return "10X98765432"[sum % 11];
}

static bool identity_is_resident(const char *number)
{
    return strlen(number) == IDENTITY_RESIDENT_DIGITS + 1 &&
           strspn(number, "0123456789") >= IDENTITY_RESIDENT_DIGITS && number[0] != '0' &&
           identity_is_day(number + IDENTITY_BIRTH_AT) &&
           number[IDENTITY_RESIDENT_DIGITS] == identity_check_character(number);
}

enum hufu_err identity_number_normalise(char out[IDENTITY_NUMBER_SIZE], enum identity_kind kind,
                                        const char *text)
{
    if (identity_compact(out, text) && (kind != IDENTITY_RESIDENT_CARD || identity_is_resident(out)))
        return HUFU_OK;
    memset(out, 0, IDENTITY_NUMBER_SIZE);
    return HUFU_ERR_FORM;
}
