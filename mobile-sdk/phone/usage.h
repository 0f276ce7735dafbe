/* SPDX-License-Identifier: Apache-2.0 */
/* How hufu-phone is called. */
#ifndef HUFU_PHONE_USAGE_H
#define HUFU_PHONE_USAGE_H

#include "mobile-sdk/phone/texts.h"

void usage_print(FILE *out, enum language language);

#endif
