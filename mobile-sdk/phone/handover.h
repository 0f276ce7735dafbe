/* SPDX-License-Identifier: Apache-2.0 */
/* The two sides of a hand-over, which two terminals play. */
#ifndef HUFU_PHONE_HANDOVER_H
#define HUFU_PHONE_HANDOVER_H

#include "mobile-sdk/phone/phone.h"

/* On the primary device: shows what the code asks for, and hands over if the person agrees. */
enum exit_status handover(struct phone *phone, const char *code);
/* On an authorized user's device: shows a code, takes the one that the holder's primary shows, and tells which key it may use. */
enum exit_status bind_authorized(struct phone *phone, const struct hufu_id *authorization);

#endif
