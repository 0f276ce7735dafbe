/* SPDX-License-Identifier: Apache-2.0 */
/* The outside services (docs/adapters.md) as all workers share them: where each is, the token it is shown, whose
 * certificates are trusted, and how many pictures may be compared at once. Made at start, before the process gives up its
 * files; constant afterwards but for the count. */
#ifndef HUFU_SERVER_ADAPTER_OUTSIDE_H
#define HUFU_SERVER_ADAPTER_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

struct server_config;
struct outside;

enum outside_service {
    OUTSIDE_SMS,
    OUTSIDE_EMAIL,
    OUTSIDE_FACE,
    OUTSIDE_SERVICE_COUNT
};
/* "sms", … as in the names of the configuration's keys. */
extern const char *const outside_service_names[OUTSIDE_SERVICE_COUNT];

#define OUTSIDE_TOKEN_MAX 512
#define OUTSIDE_AUTHORITIES_MAX 262144 /* PEM */
/* Of every so many workers one may wait for a comparison: a service that hangs must not take all of them. */
#define OUTSIDE_WORKERS_PER_COMPARISON 4

/* Reads what the configuration names, which is borrowed. HUFU_ERR_FORM: message names the key and what is wrong. */
enum hufu_err outside_new(struct outside **outside, const struct server_config *config, char *message,
                          size_t message_size) HUFU_MUST_CHECK;
/* Wipes the tokens. NULL is fine. */
void outside_free(struct outside *outside);

/* Whether the configuration gives its address. */
bool outside_offers(const struct outside *outside, enum outside_service service);

const char *outside_url(const struct outside *outside, enum outside_service service);
const char *outside_token(const struct outside *outside, enum outside_service service);
struct bytes outside_authorities(const struct outside *outside); /* empty: the system's */
long outside_timeout_ms(const struct outside *outside);

/* A place for one comparison; false: all are taken. Each that was given is given back. */
bool outside_enter(struct outside *outside);
void outside_leave(struct outside *outside);

#endif
