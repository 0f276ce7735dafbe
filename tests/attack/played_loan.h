/* SPDX-License-Identifier: Apache-2.0 */
/* What was lent in a played service: a holder, and an authorized user with a half of the holder's key. */
#ifndef HUFU_TESTS_PLAYED_LOAN_H
#define HUFU_TESTS_PLAYED_LOAN_H

#include "tests/attack/played_service.h"
#include "tests/client/authorized_user.h"

#define LOAN_HOUR_S 3600
#define LOAN_DAY_S 86400

/* Begun an hour ago, for a day and a hundred uses. */
extern const struct authorized_terms loan_of_a_day;

struct loan {
    struct played_person holder;
    struct authorized_user user;
};

void loan_make(struct played_service *service, struct loan *loan, const struct authorized_terms *terms);
void loan_done(struct loan *loan);
#define LOAN_DONE __attribute__((cleanup(loan_done)))
/* Another authorized user of the holder's key. */
void loan_add_user(struct played_service *service, struct authorized_user *user, struct played_person *holder,
                   const struct authorized_terms *terms);

/* A frame that signs, by that device with that half, on that session: its answer. */
void loan_sign_as(struct phone *phone, const struct phone_key *key, const struct device_binding *binding,
                  struct web_answer *answer);
void assert_refused(struct phone *phone, const struct phone_key *key, const struct device_binding *binding,
                    long status, const char *slug);
void assert_user_refused(struct authorized_user *user, long status, const char *slug);
/* The phone signs a fresh digest with its key, and the signature verifies under the holder's public key. */
void assert_phone_signs(struct phone *phone, const struct phone_key *key);
void assert_user_signs(struct authorized_user *user);

/* What an operator of the database does: a statement whose $1 is the id of the user's binding. */
void loan_run(struct played_service *service, const char *statement, const struct authorized_user *user);

#endif
