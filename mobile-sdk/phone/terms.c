/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/terms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool complain(const struct options *options, enum text text, const char *option)
{
    say(stderr, options->language, text, option, NULL);
    return false;
}

/* A day, or a time of it, as the clock on the wall has it. */
static bool parse_time(const char *text, bool end, uint64_t *time_ms)
{
    static const char *const forms[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    size_t count = sizeof(forms) / sizeof(forms[0]);
    for (size_t i = 0; i < count; i++) {
        struct tm local = {.tm_isdst = -1};
        const char *rest = strptime(text, forms[i], &local);
        if (!rest || *rest)
            continue;
        local.tm_mday += end && i == count - 1; /* a day as the end is its own end */
        time_t seconds = mktime(&local);
        *time_ms = seconds > 0 ? (uint64_t)seconds * 1000 : 0;
        return seconds > 0;
    }
    return false;
}

static bool take_window(const struct options *options, uint64_t *from_ms, uint64_t *until_ms)
{
    if (options->from && !parse_time(options->from, false, from_ms))
        return complain(options, TEXT_TERMS_BAD_TIME, "--from");
    if (options->until && !parse_time(options->until, true, until_ms))
        return complain(options, TEXT_TERMS_BAD_TIME, "--until");
    return true;
}

static bool take_uses(const struct options *options, uint64_t *uses)
{
    char *end = NULL;
    errno = 0;
    bool digits = options->uses[0] && strspn(options->uses, "0123456789") == strlen(options->uses);
    unsigned long long number = strtoull(options->uses, &end, 10);
    if (!digits || errno || number > INT64_MAX)
        return complain(options, TEXT_TERMS_BAD_USES, NULL);
    *uses = number;
    return true;
}

static bool take_operations(const struct options *options, unsigned *operations)
{
    static const struct {
        const char *name;
        unsigned operation;
    } names[] = {
        {"sign", HUFU_OPERATION_SIGN}, {"login", HUFU_OPERATION_LOGIN}, {"decrypt", HUFU_OPERATION_DECRYPT}};
    *operations = 0;
    for (const char *at = options->operations; *at;) {
        size_t len = strcspn(at, ","), i = 0, count = sizeof(names) / sizeof(names[0]);
        while (i < count && (strlen(names[i].name) != len || strncmp(names[i].name, at, len) != 0))
            i++;
        if (i == count)
            return complain(options, TEXT_TERMS_BAD_OPERATIONS, NULL);
        *operations |= names[i].operation;
        at += len + (at[len] == ',');
    }
    return *operations || complain(options, TEXT_TERMS_BAD_OPERATIONS, NULL);
}

static bool is_told(const struct options *options, const char *value, const char *option)
{
    return value || complain(options, TEXT_TERMS_NEEDED, option);
}

bool terms_wish(struct hufu_authorization_wish *wish, const struct options *options)
{
    *wish = (struct hufu_authorization_wish){.reason = options->reason, .remark = options->remark};
    return is_told(options, options->operations, "--for") && is_told(options, options->until, "--until") &&
           is_told(options, options->uses, "--uses") && take_operations(options, &wish->operations) &&
           take_uses(options, &wish->uses) && take_window(options, &wish->from_ms, &wish->until_ms);
}

bool terms_change(struct hufu_authorization_change *change, const struct options *options, bool whole)
{
    *change = (struct hufu_authorization_change){.has_uses = options->uses != NULL};
    if (whole && (!is_told(options, options->until, "--until") || !is_told(options, options->uses, "--uses")))
        return false;
    if (!options->from && !options->until && !options->uses)
        return is_told(options, NULL, "--from, --until, --uses");
    return (!change->has_uses || take_uses(options, &change->uses)) &&
           take_window(options, &change->from_ms, &change->until_ms);
}
