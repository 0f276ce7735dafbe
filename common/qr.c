/* SPDX-License-Identifier: Apache-2.0 */
#include "common/qr.h"

#include <qrencode.h>
#include <unistd.h>

#define QUIET_ZONE 4 /* modules of light around the code that readers need (ISO/IEC 18004) */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define AS_BEFORE "\033[0m"

static void release_code(QRcode **code)
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

bool qr_print(FILE *out, const char *text, bool coloured)
{
    static const char *const halves[2][2] = {{" ", "▄"}, {"▀", "█"}};
    __attribute__((cleanup(release_code))) QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code)
        return false;
    int size = code->width + 2 * QUIET_ZONE;
    for (int row = 0; row < size; row += 2) {
        (void)fputs(coloured ? BLACK_ON_WHITE : "", out);
        for (int column = 0; column < size; column++)
            (void)fputs(halves[is_dark(code, row, column)][is_dark(code, row + 1, column)], out);
        (void)fputs(coloured ? AS_BEFORE "\n" : "\n", out);
    }
    return true;
}

void qr_show(const char *text, const struct qr_choice *choice)
{
    bool terminal = isatty(STDOUT_FILENO) != 0;
    (void)printf("%s\n", text);
    bool forced = choice && choice->yes, forbidden = choice && choice->no;
    if (!forbidden && (forced || terminal))
        (void)qr_print(stdout, text, terminal);
    (void)fflush(stdout);
}
