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
/* That it waits for a signature of the holder's primary device, if it does. */
void authorization_show_due(const struct phone *phone, const struct hufu_authorization *authorization);
/* That the state of an authorization is what is in the way. False: the refusal is another one. */
bool authorization_tell_refusal(const struct phone *phone, const struct hufu_report *report);
/* What could be done with it, if the refusal says that. */
void authorization_tell_possible(const struct phone *phone, const struct hufu_report *report);

#endif
