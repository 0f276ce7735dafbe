/* SPDX-License-Identifier: Apache-2.0 */
/* The terms of an authorization, as the command line has them. */
#ifndef HUFU_PHONE_TERMS_H
#define HUFU_PHONE_TERMS_H

#include "mobile-sdk/phone/options.h"

/* --for, --from, --until, --uses, --reason, --remark. False after having said what is missing, or of no form. */
bool terms_wish(struct hufu_authorization_wish *wish, const struct options *options);
/* --from, --until, --uses of one that is modified, or (whole) renewed, which needs the last two. Likewise. */
bool terms_change(struct hufu_authorization_change *change, const struct options *options, bool whole);

#endif
