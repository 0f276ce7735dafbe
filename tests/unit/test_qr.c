/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes in a terminal, read by another program. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/qr.h"

#define QR_TEXT \
    "hufu:activate?u=http%3A%2F%2F127.0.0.1%3A8443&t=&k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&c=x"

/* Draws what the terminal would show, two modules a character, as a picture of 4×4 dots a module. */
static size_t draw(FILE *picture, const char *lines)
{
    static uint8_t modules[256][256];
    size_t row = 0, column = 0, width = 0;
    memset(modules, 0, sizeof(modules));
    for (const char *c = lines; *c; column++) {
        if (*c == '\n') {
            width = column;
            row += 2;
            column = (size_t)-1;
            c++;
            continue;
        }
        bool full = strncmp(c, "█", 3) == 0;
        modules[row][column] = full || strncmp(c, "▀", 3) == 0;
        modules[row + 1][column] = full || strncmp(c, "▄", 3) == 0;
        c += *c == ' ' ? 1 : 3;
    }
    (void)fprintf(picture, "P1\n%zu %zu\n", 4 * width, 4 * row);
    for (size_t y = 0; y < 4 * row; y++) {
        for (size_t x = 0; x < 4 * width; x++)
            (void)fputs(modules[y / 4][x / 4] ? "1 " : "0 ", picture);
    }
    return width;
}

static void read_by_zbar(const char *path, char *text, size_t size)
{
    int out[2];
    size_t len = 0;
    ssize_t got;
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)execlp("zbarimg", "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path,
                     (char *)NULL);
        _exit(127);
    }
    (void)close(out[1]);
    while (len < size - 1 && (got = read(out[0], text + len, size - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    (void)close(out[0]);
    (void)waitpid(child, NULL, 0);
}

static void a_reader_reads_the_qr_code_on_the_screen(void **state)
{
    char path[] = "/tmp/hufu-qr.XXXXXX.pbm", text[512], *lines = NULL;
    size_t size = 0;
    (void)state;
    FILE *screen = open_memstream(&lines, &size);
    assert_true(qr_print(screen, QR_TEXT, false));
    assert_int_equal(fclose(screen), 0);
    int fd = mkstemps(path, 4);
    FILE *picture = fdopen(fd, "w");
    assert_non_null(picture);
    assert_in_range(draw(picture, lines), 21 + 8, 80);
    assert_int_equal(fclose(picture), 0);
    read_by_zbar(path, text, sizeof(text));
    assert_int_equal(unlink(path), 0);
    assert_string_equal(text, QR_TEXT);
    free(lines);
}

static void a_text_beyond_a_qr_code_is_refused(void **state)
{
    static char text[4000];
    FILE *nowhere = fopen("/dev/null", "w");
    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    assert_false(qr_print(nowhere, text, false));
    assert_int_equal(fclose(nowhere), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_reads_the_qr_code_on_the_screen),
        cmocka_unit_test(a_text_beyond_a_qr_code_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
