/* SPDX-License-Identifier: Apache-2.0 */
/* A holder and an authorized user, each with an enrolled device and a played service of their own; what one's service made is
 * carried to the other's. */
#ifndef HUFU_TESTS_SDK_LENT_H
#define HUFU_TESTS_SDK_LENT_H

#include "tests/unit/sdk_enrolled.h"

#define SDK_LENT "00000000-0000-7000-8000-0000000000a1" /* the authorization */
#define SDK_NOT_LENT "00000000-0000-7000-8000-0000000000a2"
#define SDK_LENT_FROM UINT64_C(1769904000000)  /* 2026-02-01T00:00:00.000Z */
#define SDK_LENT_UNTIL UINT64_C(1772323200000) /* as SDK_LENT_END has it */
#define SDK_LENT_END "2026-03-01T00:00:00.000Z"

struct sdk_lent {
    struct sdk_enrolled holder;
    struct sdk_enrolled user;
    char code[HUFU_BIND_CODE_MAX]; /* that the user's device shows */
    char back[HUFU_BIND_CODE_MAX]; /* that the holder's shows in turn; empty: nothing was handed over */
    struct hufu_id authorization;
    struct hufu_handover_request request; /* as the holder was shown it */
    char json[2][2048];
};

/* sdk_lent_ask was called: one for each test, as its state. */
int sdk_lent_set_up(void **state);
int sdk_lent_tear_down(void **state);

/* The user's device asks for its half; the holder's service knows of it as well. */
void sdk_lent_ask(struct sdk_lent *x);
/* What both services say from now on: operations as JSON, the end of the window, and further members. */
void sdk_lent_tell(struct sdk_lent *x, const char *operations, const char *end, const char *more);
/* The holder's device scans the code. */
enum hufu_result sdk_lent_scan(struct sdk_lent *x);
/* … and hands over what it was shown. */
enum hufu_result sdk_lent_hand_over(struct sdk_lent *x);
enum hufu_result sdk_lent_hand_over_with(struct sdk_lent *x, const char *pin);
/* Both, and the user's service has what the holder's made. */
void sdk_lend(struct sdk_lent *x);
/* The user's device takes its half; without `back`: goes on. */
enum hufu_result sdk_lent_finish(struct sdk_lent *x);
/* sdk_lend, and it has taken it. */
void sdk_lent_take(struct sdk_lent *x);
/* The user's device signs one digest; P: the key that the signature must be of. */
enum hufu_result sdk_lent_sign(struct sdk_lent *x, const struct hufu_id *key, const uint8_t *P);
/* … by the holder's key and by its own. */
void sdk_lent_assert_both_sign(struct sdk_lent *x);
/* Frames of the key that was lent are refused by the user's service, with these members of the problem. */
void sdk_lent_refuse(struct sdk_lent *x, const char *extras);

#endif
