/* SPDX-License-Identifier: Apache-2.0 */
/* An authorized user played against a running service (docs/authorizations.md): a second person with a phone of their own, to
 * whom a holder's played phone hands a half of its key over, with a policy. */
#ifndef HUFU_TESTS_AUTHORIZED_USER_H
#define HUFU_TESTS_AUTHORIZED_USER_H

#include "common/frame.h"
#include "tests/client/phone.h"

/* The window, in seconds from now on; for signatures, logins excluded. uses 0: not counted. */
struct authorized_terms {
    int64_t from_s, until_s;
    uint64_t uses;
};

struct authorized_user {
    char account_id[UUID_TEXT_SIZE];
    char authorization_id[UUID_TEXT_SIZE];
    struct frame_policy policy; /* what was agreed last */
    struct phone phone;
    struct phone_key key; /* the holder's, with the half that this phone has of it */
    /* The half of generation 0, which the holder's device made and knows: no honest phone keeps it. */
    struct cosign_device_half handed_over;
};

/* Each gives HUFU_ERR_STATE where the service refuses; the problem is on standard error then. */

/* An account of the project, of that name and work number, with an enrolled phone. Release with authorized_user_done, also after a
 * failure. */
enum hufu_err authorized_user_enrol(struct authorized_user *user, const struct stack *stack,
                                    const char *project_id, const char *name) HUFU_MUST_CHECK;
void authorized_user_done(struct authorized_user *user);
#define AUTHORIZED_USER_DONE __attribute__((cleanup(authorized_user_done)))

/* Applies for the use of the holder's only signing key, which the holder confirms. holder_number: the holder's work number. */
enum hufu_err authorized_user_agree(struct authorized_user *user, struct phone *holder,
                                    const char *holder_number,
                                    const struct authorized_terms *terms) HUFU_MUST_CHECK;
/* The user's phone asks for its half, the holder's hands it over, and the user's refreshes: key signs. */
enum hufu_err authorized_user_bind(struct authorized_user *user, struct phone *holder,
                                   const struct phone_key *holder_key) HUFU_MUST_CHECK;

/* By the holder: the path below the authorization ("/freeze", "/renew", ""), and the method. body is taken over; NULL: none. Keeps the
 * terms of the answer as what was agreed. */
enum hufu_err authorized_user_change(struct authorized_user *user, struct phone *holder, const char *method,
                                     const char *path, json_t *body) HUFU_MUST_CHECK;
/* By the holder's primary: seals what was agreed last. */
enum hufu_err authorized_user_seal(struct authorized_user *user, struct phone *holder,
                                   const struct phone_key *holder_key) HUFU_MUST_CHECK;
/* New halves by the user's phone: a refresh and the first use of it. */
enum hufu_err authorized_user_refresh(struct authorized_user *user) HUFU_MUST_CHECK;

#endif
