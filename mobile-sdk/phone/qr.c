/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/qr.h"

#include <qrencode.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define QUIET_ZONE 4 /* modules of light around the code that readers need (ISO/IEC 18004) */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define AS_BEFORE "\033[0m\n"

static void code_free(QRcode **code)
{
    if (*code)
        QRcode_free(*code);
}

static bool is_dark(const QRcode *code, int row, int column)
{
    row -= QUIET_ZONE;
    column -= QUIET_ZONE;
    return row >= 0 && row < code->width && column >= 0 && column < code->width &&
           (code->data[row * code->width + column] & 1) != 0;
}

/* Nothing, if the text does not fit a code. */
static void qr_print(FILE *out, const char *text)
{
    static const char *const halves[2][2] = {{" ", "▄"}, {"▀", "█"}};
    __attribute__((cleanup(code_free))) QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code)
        return;
    int size = code->width + 2 * QUIET_ZONE;
    for (int row = 0; row < size; row += 2) {
        (void)fputs(BLACK_ON_WHITE, out);
        for (int column = 0; column < size; column++)
            (void)fputs(halves[is_dark(code, row, column)][is_dark(code, row + 1, column)], out);
        (void)fputs(AS_BEFORE, out);
    }
}

void qr_show(const char *text)
{
    (void)printf("%s\n", text);
    if (isatty(STDOUT_FILENO))
        qr_print(stdout, text);
    (void)fflush(stdout);
}
