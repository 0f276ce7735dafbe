/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/authorization.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX (3 * HUFU_NAME_MAX)

struct text_list {
    char text[LIST_MAX];
};

static void list_add(struct text_list *list, const char *text)
{
    size_t len = strlen(list->text);
    (void)snprintf(list->text + len, sizeof(list->text) - len, "%s%s", len ? ", " : "", text);
}

static struct text_list operations_text(const struct phone *phone, unsigned operations)
{
    static const enum text texts[] = {TEXT_OPERATION_SIGN, TEXT_OPERATION_LOGIN, TEXT_OPERATION_DECRYPT};
    struct text_list list = {""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (operations >> i & 1)
            list_add(&list, text_of(phone->options.language, texts[i]));
    }
    return list;
}

/* As the commands are called. */
static struct text_list possible_text(unsigned possible)
{
    static const char *const names[] = {"confirm", "refuse", "bind",           "freeze", "unfreeze",
                                        "modify",  "renew",  "reset-password", "delete"};
    struct text_list list = {""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (possible >> i & 1)
            list_add(&list, names[i]);
    }
    return list;
}

/* Of an applicant's holder, and of a person that does not exist, little is told. */
static void show_person(const struct phone *phone, enum text as,
                        const struct hufu_authorization_person *person)
{
    const char *const parts[] = {person->name, person->work_number, person->mobile};
    struct text_list list = {""};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i][0])
            list_add(&list, parts[i]);
    }
    say(stdout, phone->options.language, as, list.text, NULL);
}

void authorization_show_terms(const struct phone *phone, const struct hufu_authorization *authorization)
{
    enum language language = phone->options.language;
    show_person(phone, TEXT_AUTHORIZATION_HOLDER, &authorization->people[HUFU_PARTY_HOLDER]);
    show_person(phone, TEXT_AUTHORIZATION_AUTHORIZED, &authorization->people[HUFU_PARTY_AUTHORIZED]);
    say(stdout, language, TEXT_AUTHORIZATION_OPERATIONS,
        operations_text(phone, authorization->operations).text, NULL);
    say(stdout, language, TEXT_AUTHORIZATION_WINDOW, phone_date(authorization->from_ms).text,
        phone_date(authorization->until_ms).text, NULL);
    if (authorization->uses)
        say(stdout, language, TEXT_AUTHORIZATION_USES, phone_number((int64_t)authorization->uses).text, NULL);
    else
        say(stdout, language, TEXT_AUTHORIZATION_UNLIMITED, NULL);
    if (authorization->reason[0])
        say(stdout, language, TEXT_AUTHORIZATION_REASON, authorization->reason, NULL);
    if (authorization->remark[0])
        say(stdout, language, TEXT_AUTHORIZATION_REMARK, authorization->remark, NULL);
}

void authorization_show_due(const struct phone *phone, const struct hufu_authorization *authorization)
{
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &authorization->id);
    if (!authorization->policy_due)
        return;
    bool own = authorization->own == HUFU_PARTY_HOLDER;
    say(stdout, phone->options.language,
        own ? TEXT_AUTHORIZATION_POLICY_DUE : TEXT_AUTHORIZATION_POLICY_WAITS, id, NULL);
}

void authorization_show(const struct phone *phone, const struct hufu_authorization *authorization)
{
    enum language language = phone->options.language;
    char id[HUFU_ID_TEXT_SIZE], key[HUFU_ID_TEXT_SIZE];
    const char *state = text_of_authorization_state(language, authorization->state);
    const char *ended = text_of_authorization_state(language, authorization->ended);
    hufu_id_format(id, &authorization->id);
    hufu_id_format(key, &authorization->key);
    if (authorization->ended[0] && strcmp(ended, state) != 0)
        say(stdout, language, TEXT_AUTHORIZATION_ENDED, id, state, ended, NULL);
    else
        say(stdout, language, TEXT_AUTHORIZATION_HEAD, id, state, NULL);
    authorization_show_terms(phone, authorization);
    if (authorization->has_uses_left)
        say(stdout, language, TEXT_USES_LEFT, phone_number((int64_t)authorization->uses_left).text, NULL);
    if (authorization->has_key)
        say(stdout, language, TEXT_AUTHORIZATION_KEY, key, NULL);
    authorization_show_due(phone, authorization);
    if (authorization->possible)
        say(stdout, language, TEXT_AUTHORIZATION_POSSIBLE, possible_text(authorization->possible).text, NULL);
}

void authorization_show_line(const struct phone *phone, const struct hufu_authorization *authorization)
{
    enum language language = phone->options.language;
    enum hufu_party other =
        authorization->own == HUFU_PARTY_HOLDER ? HUFU_PARTY_AUTHORIZED : HUFU_PARTY_HOLDER;
    const struct hufu_authorization_person *person = &authorization->people[other];
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &authorization->id);
    say(stdout, language, TEXT_AUTHORIZATION_LINE, id,
        text_of_authorization_state(language, authorization->state),
        person->name[0] ? person->name : person->work_number,
        operations_text(phone, authorization->operations).text, phone_date(authorization->until_ms).text,
        NULL);
    if (authorization->has_uses_left)
        say(stdout, language, TEXT_USES_LEFT, phone_number((int64_t)authorization->uses_left).text, NULL);
    authorization_show_due(phone, authorization);
}

bool authorization_tell_refusal(const struct phone *phone, const struct hufu_report *report)
{
    enum language language = phone->options.language;
    bool of_state = report->possible || strcmp(report->state, "deleted") == 0;
    if (!of_state || strcmp(report->message_key, "conflict") != 0)
        return false;
    say(stderr, language, TEXT_AUTHORIZATION_REFUSED, text_of_authorization_state(language, report->state),
        NULL);
    return true;
}

void authorization_tell_possible(const struct phone *phone, const struct hufu_report *report)
{
    if (report->possible)
        say(stderr, phone->options.language, TEXT_AUTHORIZATION_POSSIBLE,
            possible_text(report->possible).text, NULL);
}
