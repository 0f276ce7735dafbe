/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void entry_wipe(struct entry *entry)
{
    explicit_bzero(entry, sizeof(*entry));
}

/* Byte by byte: what follows the line is the next entry's. */
bool entry_line(struct entry *line, int fd)
{
    *line = (struct entry){.len = 0};
    for (;;) {
        char c;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0 || c == '\n')
            break;
        if (line->len + 1 >= sizeof(line->text))
            return false;
        line->text[line->len++] = c;
    }
    if (line->len && line->text[line->len - 1] == '\r')
        line->text[--line->len] = '\0';
    return line->len > 0;
}

/* What ends or stops the program waits until the echo is on again. */
static bool ask_without_echo(struct entry *entry, int terminal, const char *prompt)
{
    static const int ending[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP};
    struct termios normal;
    sigset_t interrupts, before;
    (void)sigemptyset(&interrupts);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
        (void)sigaddset(&interrupts, ending[i]);
    if (tcgetattr(terminal, &normal) != 0 || sigprocmask(SIG_BLOCK, &interrupts, &before) != 0)
        return false;
    struct termios silent = normal;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    (void)!write(terminal, prompt, strlen(prompt));
    (void)tcsetattr(terminal, TCSAFLUSH, &silent);
    bool ok = entry_line(entry, terminal);
    (void)tcsetattr(terminal, TCSAFLUSH, &normal);
    (void)!write(terminal, "\n", 1);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static bool ask(struct entry *entry, const struct options *options, enum text prompt)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    bool ok = terminal >= 0 && ask_without_echo(entry, terminal, text_of(options->language, prompt));
    if (terminal >= 0)
        (void)close(terminal);
    return ok;
}

static bool take(struct entry *entry, const struct options *options, int fd, enum text prompt, enum text none)
{
    bool ok = fd >= 0 ? entry_line(entry, fd) : ask(entry, options, prompt);
    if (!ok)
        say(stderr, options->language, none, NULL);
    return ok;
}

/* On the terminal once more, since nobody sees what is typed. */
static bool is_meant(const struct entry *entry, const struct options *options, int fd, enum text none)
{
    if (fd >= 0)
        return true;
    ENTRY_WIPED struct entry again = {.len = 0};
    if (!take(&again, options, fd, TEXT_ASK_AGAIN, none))
        return false;
    /* Over the whole of both, so that the time it takes does not tell where they differ. */
    unsigned difference = again.len != entry->len;
    for (size_t i = 0; i < ENTRY_MAX; i++)
        difference |= (unsigned)(again.text[i] ^ entry->text[i]);
    bool same = difference == 0;
    if (!same)
        say(stderr, options->language, TEXT_PINS_DIFFER, NULL);
    return same;
}

bool entry_pin(struct entry *pin, const struct options *options, enum text prompt)
{
    return take(pin, options, options->pin_fd, prompt, TEXT_NO_PIN);
}

bool entry_new_pin(struct entry *pin, const struct options *options, enum text prompt)
{
    return entry_pin(pin, options, prompt) && is_meant(pin, options, options->pin_fd, TEXT_NO_PIN);
}

bool entry_password(struct entry *password, const struct options *options, enum text prompt)
{
    return take(password, options, options->password_fd, prompt, TEXT_NO_PASSWORD);
}

bool entry_new_password(struct entry *password, const struct options *options, enum text prompt)
{
    return entry_password(password, options, prompt) &&
           is_meant(password, options, options->password_fd, TEXT_NO_PASSWORD);
}
