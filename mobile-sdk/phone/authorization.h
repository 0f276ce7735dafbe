/* SPDX-License-Identifier: Apache-2.0 */
/* An authorization as a person reads it. */
#ifndef HUFU_PHONE_AUTHORIZATION_H
#define HUFU_PHONE_AUTHORIZATION_H

#include "mobile-sdk/phone/phone.h"

/* All of it, and what can be done with it. */
void authorization_show(const struct phone *phone, const struct hufu_authorization *authorization);
/* One line of a list. */
void authorization_show_line(const struct phone *phone, const struct hufu_authorization *authorization);
/* Whom it is for and what: what the holder agrees to. */
void authorization_show_terms(const struct phone *phone, const struct hufu_authorization *authorization);
/* Its state, and what could be done, where a refusal told that. */
void authorization_tell_refusal(const struct phone *phone, const struct hufu_report *report);

#endif
