/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code in a terminal: two modules in one character, upper and lower half. */
#ifndef HUFU_COMMON_QR_H
#define HUFU_COMMON_QR_H

#include <stdbool.h>
#include <stdio.h>

/* Ink is a dark module. coloured: black on white whatever the terminal's colours are; else ink alone, for paper and
 * files. False: the text does not fit a QR code. */
bool qr_print(FILE *out, const char *text, bool coloured);

/* Whether the QR code is drawn: on a terminal, unless told otherwise. */
struct qr_choice {
    bool yes, no;
};
/* Prints the text in a line of its own, and its QR code as chosen (NULL: on a terminal), to standard output. */
void qr_show(const char *text, const struct qr_choice *choice);

#endif
