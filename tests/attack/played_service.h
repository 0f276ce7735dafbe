/* SPDX-License-Identifier: Apache-2.0 */
/* The whole real service, and people with phones played against it: the attacker is on the network, or has a phone, or
 * the database. */
#ifndef HUFU_TESTS_PLAYED_SERVICE_H
#define HUFU_TESTS_PLAYED_SERVICE_H

#include "tests/attack/attack.h"
#include "tests/client/operator.h"
#include "tests/client/phone.h"
#include "tests/client/sql_link.h"
#include "tests/client/stack.h"

struct played_service {
    struct stack stack;
    struct web_client *operator_web;
    struct sql_link *sql;    /* as the superuser: looks, and sees who waits */
    struct sql_link *holder; /* as the owner: holds row locks; NULL before the first */
    char project_id[UUID_TEXT_SIZE];
    unsigned people;
};

/* A person with a phone and a usable signing key. */
struct played_person {
    char account_id[UUID_TEXT_SIZE];
    struct phone phone;
    struct phone_key key;
};

/* Group setup and teardown; the state is a struct played_service. Teardown fails when a process has died. */
int played_service_start(void **state);
int played_service_stop(void **state);
/* The same with options of stack_start. */
int played_service_start_with(void **state, const char *const *options);

/* Begins a transaction on service->holder, fresh, with a statement that has one parameter. */
void played_service_hold(struct played_service *service, const char *statement, const char *id);

void played_person_make(struct played_service *service, struct played_person *person);
void played_person_done(struct played_person *person);
#define PLAYED_PERSON_DONE __attribute__((cleanup(played_person_done)))

/* Posts to a resource of the person's key; there must be an answer. */
void played_post(struct played_person *person, struct web_answer *answer, const char *resource,
                 const struct device_request *request);
/* The same on any connection, as the SDK does it: sent again while the service says that another request of the device is
 * under way. HUFU_ERR_AWAY: no answer. May be called on threads of one's own. */
enum hufu_err played_post_until_answered(struct web_client *web, struct web_answer *answer,
                                         const struct phone_key *key, const char *resource,
                                         const struct device_request *request) HUFU_MUST_CHECK;
/* The answer is the problem with that slug and status, and holds no sealed answer. */
void assert_problem_slug(const struct web_answer *answer, long status, const char *slug);
/* A request of the person with that binding (the right one, or a wrong PIN's): its answer's status. */
void played_sign(struct played_person *person, const struct device_binding *binding,
                 struct web_answer *answer);
void played_pin_check(struct played_person *person, const struct device_binding *binding,
                      struct web_answer *answer);
/* The person signs a fresh digest, and the signature verifies. */
void assert_person_signs(struct played_person *person);

/* Numbers of the database about a person. */
int64_t person_pin_failures(struct played_service *service, const struct played_person *person);
int64_t person_signatures(struct played_service *service, const struct played_person *person);
int64_t person_events(struct played_service *service, const struct played_person *person);
int64_t person_requests(struct played_service *service, const struct played_person *person);

#endif
