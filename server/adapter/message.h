/* SPDX-License-Identifier: Apache-2.0 */
/* Text messages and e-mail, by the outside services for them (docs/adapters.md). */
#ifndef HUFU_SERVER_ADAPTER_MESSAGE_H
#define HUFU_SERVER_ADAPTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct worker;

/* Everything is borrowed, UTF-8. */
struct message {
    const char *key;           /* one for all tries of a message: it is delivered once */
    const char *to;            /* a mobile number, or an e-mail address */
    const char *subject;       /* of an e-mail; NULL of a text message */
    const char *text;          /* the whole, as it is to be read */
    const char *template_name; /* for services that send registered texts alone */
    const char *const *values; /* what stands in the template's places */
    size_t value_count;
    const char *language;
    uint64_t valid_until_ms;
};

struct message_answer {
    int status;             /* of HTTP; 0: none */
    uint32_t retry_after_s; /* 0: not said */
};

bool sms_offered(const struct worker *worker);
bool email_offered(const struct worker *worker);

/* HUFU_OK: taken, now or by an earlier try. HUFU_ERR_FORM: never will be (no such recipient, no longer valid).
 * HUFU_ERR_AWAY: not now, send the same again later. HUFU_ERR_STATE: not offered. answer is filled whatever is returned. */
enum hufu_err sms_send(struct worker *worker, const struct message *message,
                       struct message_answer *answer) HUFU_MUST_CHECK;
enum hufu_err email_send(struct worker *worker, const struct message *message,
                         struct message_answer *answer) HUFU_MUST_CHECK;

#endif
