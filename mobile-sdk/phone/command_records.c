/* SPDX-License-Identifier: Apache-2.0 */
/* records: what the account's devices attempted, and authorized users with its keys, the newest first; on a terminal what was refused is red. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mobile-sdk/phone/phone.h"

#define PAGE 100
#define DOER_SIZE (2 * HUFU_NAME_MAX + 8)
#define RED "\033[31m"
#define PLAIN "\033[0m"

/* Who did it, in the same column: an authorized user, or which of one's own devices. */
static const char *doer_text(const struct hufu_use_record *record, char text[DOER_SIZE])
{
    if (record->person_name[0]) {
        (void)snprintf(text, DOER_SIZE, "%s (%s)", record->person_name, record->work_number);
        return text;
    }
    if (!record->has_device)
        return "-";
    hufu_id_format(text, &record->device);
    return record->device_name[0] ? record->device_name : text;
}

/* The service's own key, or that of a result; one of a later service is shown as it is. */
static const char *reason_text(enum language language, const char *reason)
{
    const char *text = text_of_key(language, reason);
    for (enum hufu_result result = HUFU_RESULT_OK; !text && result < HUFU_RESULT_COUNT; result++) {
        if (strcmp(hufu_result_key(result), reason) == 0)
            text = text_of_result(language, result);
    }
    return text ? text : reason;
}

static void print_record(const struct phone *phone, const struct hufu_use_record *record, bool coloured)
{
    enum language language = phone->options.language;
    char doer[DOER_SIZE];
    const char *outcome =
        record->refused ? reason_text(language, record->reason) : text_of(language, TEXT_RECORD_DONE);
    bool red = coloured && record->refused;
    enum text line = record->person_name[0] ? TEXT_RECORD_LINE_OF_PERSON : TEXT_RECORD_LINE;
    say(stdout, language, line, red ? RED : "", phone_date(record->time_ms).text,
        text_of_operation(language, record->operation), doer_text(record, doer),
        record->application[0] ? record->application : "-", outcome, red ? PLAIN : "", NULL);
}

enum exit_status command_records(struct phone *phone)
{
    static struct hufu_use_record records[PAGE];
    struct hufu_use_query query = {.from = phone->options.from, .to = phone->options.to};
    bool coloured = isatty(STDOUT_FILENO) != 0, any = false;
    enum hufu_result result;
    do {
        size_t count;
        result = hufu_use_records(phone->hufu, &query, records, PAGE, &count);
        for (size_t i = 0; i < count; i++)
            print_record(phone, &records[i], coloured);
        any |= count > 0;
    } while (!result && query.cursor[0]);
    if (!result && !any)
        say(stdout, phone->options.language, TEXT_RECORD_NONE, NULL);
    return phone_end(phone, result);
}
