/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code in a terminal: two modules in one character, upper and lower half. */
#ifndef HUFU_PHONE_QR_H
#define HUFU_PHONE_QR_H

#include <stdbool.h>
#include <stdio.h>

/* Black on white whatever the terminal's colours are. False: the text does not fit a QR code. */
bool qr_print(FILE *out, const char *text);

#endif
