/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code in a terminal: two modules in one character, upper and lower half. */
#ifndef HUFU_PHONE_QR_H
#define HUFU_PHONE_QR_H

/* The text in a line, and on a terminal as a code too, black on white whatever the terminal's colours are. */
void qr_show(const char *text);

#endif
