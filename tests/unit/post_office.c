/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/post_office.h"

#include <stdio.h>

#include "tests/unit/unit.h"

struct post_office post_office = {.lock = PTHREAD_MUTEX_INITIALIZER};

void post_office_reset(void)
{
    pthread_mutex_lock(&post_office.lock);
    post_office.sms = post_office.email = true;
    post_office.result = HUFU_OK;
    post_office.answer = (struct message_answer){.status = 202};
    post_office.meanwhile = NULL;
    post_office.calls = 0;
    post_office.key[0] = post_office.to[0] = post_office.subject[0] = post_office.text[0] = '\0';
    pthread_mutex_unlock(&post_office.lock);
}

static void post_office_note(const struct message *message, bool email)
{
    post_office.calls++;
    post_office.last_is_email = email;
    snprintf(post_office.key, sizeof post_office.key, "%s", message->key);
    snprintf(post_office.to, sizeof post_office.to, "%s", message->to);
    snprintf(post_office.subject, sizeof post_office.subject, "%s", message->subject ? message->subject : "");
    snprintf(post_office.text, sizeof post_office.text, "%s", message->text);
    snprintf(post_office.template_name, sizeof post_office.template_name, "%s", message->template_name);
    snprintf(post_office.language, sizeof post_office.language, "%s", message->language);
    post_office.value_count = message->value_count;
    for (size_t i = 0; i < message->value_count; i++)
        snprintf(post_office.values[i], sizeof post_office.values[i], "%s", message->values[i]);
    post_office.valid_until_ms = message->valid_until_ms;
}

static enum hufu_err post_office_take(const struct message *message, bool email,
                                      struct message_answer *answer)
{
    pthread_mutex_lock(&post_office.lock);
    post_office_note(message, email);
    *answer = post_office.answer;
    enum hufu_err result = post_office.result;
    void (*meanwhile)(void) = post_office.meanwhile;
    pthread_mutex_unlock(&post_office.lock);
    if (meanwhile != NULL)
        meanwhile();
    return result;
}

bool sms_offered(const struct worker *worker)
{
    (void)worker;
    return post_office.sms;
}

bool email_offered(const struct worker *worker)
{
    (void)worker;
    return post_office.email;
}

enum hufu_err sms_send(struct worker *worker, const struct message *message, struct message_answer *answer)
{
    (void)worker;
    return post_office_take(message, false, answer);
}

enum hufu_err email_send(struct worker *worker, const struct message *message, struct message_answer *answer)
{
    (void)worker;
    return post_office_take(message, true, answer);
}
