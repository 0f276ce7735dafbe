/* SPDX-License-Identifier: Apache-2.0 */
/* hufu-hsm: the only process that opens the token and knows its PIN. */
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/secret.h"
#include "hsm/authority.h"
#include "hsm/confine.h"
#include "hsm/destruction.h"
#include "hsm/destruction_table.h"
#include "hsm/init.h"
#include "hsm/listener.h"
#include "hsm/rewind.h"
#include "hsm/settings.h"

static const char usage[] = "usage: hufu-hsm init --config FILE [--ca sm2,p256,rsa]\n"
                            "       hufu-hsm rewind --config FILE --to NUMBER:HASH --giving-up COUNT\n"
                            "       hufu-hsm --config FILE [--check-confinement]\n"
                            "       hufu-hsm --version\n";

struct arguments {
    bool init;
    bool rewind;
    bool check_confinement;
    bool version;
    const char *config;
    const char *cas;
    const char *to;
    const char *giving_up;
};

static bool parse_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"ca", required_argument, NULL, 'a'},
                                            {"to", required_argument, NULL, 't'},
                                            {"giving-up", required_argument, NULL, 'g'},
                                            {"check-confinement", no_argument, NULL, 'k'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    *arguments = (struct arguments){0};
    arguments->init = argc > 1 && strcmp(argv[1], "init") == 0;
    arguments->rewind = argc > 1 && strcmp(argv[1], "rewind") == 0;
    optind = arguments->init || arguments->rewind ? 2 : 1;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c')
            arguments->config = optarg;
        else if (option == 'a')
            arguments->cas = optarg;
        else if (option == 't')
            arguments->to = optarg;
        else if (option == 'g')
            arguments->giving_up = optarg;
        else if (option == 'k')
            arguments->check_confinement = true;
        else if (option == 'v')
            arguments->version = true;
        else
            return false;
    }
    bool serves = !arguments->init && !arguments->rewind;
    bool meaningful = (!arguments->cas || arguments->init) && (!arguments->check_confinement || serves) &&
                      !arguments->to == !arguments->rewind && !arguments->giving_up == !arguments->rewind;
    return optind == argc && meaningful && (arguments->version || arguments->config);
}

static int fail(const char *what, enum hufu_err err)
{
    log_event(LOG_ERROR, "start.failed", "detail", what, "error", hufu_err_name(err), NULL);
    return EXIT_FAILURE;
}

/* What serving needs, in the order of its making. */
struct process {
    struct hsm hsm;
    struct worker_pool *pool;
    struct listener *listener;
    int stop_fd;
};

static void process_done(struct process *process)
{
    listener_free(process->listener);
    worker_pool_free(process->pool);
    box_keys_free(process->hsm.box_keys);
    authorities_free(process->hsm.authorities);
    destruction_free(process->hsm.destruction);
    token_close(process->hsm.token);
    if (process->stop_fd >= 0)
        (void)close(process->stop_fd);
}

/* SIGTERM and SIGINT become readable; a client that goes away must not end us. */
static int take_signals(void)
{
    sigset_t stop;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
    return signalfd(-1, &stop, SFD_CLOEXEC);
}

/* Wipes pin: the token keeps its own copy, in locked memory. */
static enum hufu_err open_token(struct process *process, const struct settings *settings, struct buf *pin)
{
    const struct token_settings wanted = {.module = settings->module,
                                          .label = settings->token_label,
                                          .pin = buf_bytes(pin),
                                          .sessions = (unsigned)settings->sessions};
    process->hsm.sessions = wanted.sessions;
    enum hufu_err err = token_open(&process->hsm.token, &wanted);
    secret_wipe(pin->data, pin->cap);
    if (!err && (!token_has(process->hsm.token, TOKEN_KEY_SEALING) ||
                 !token_has(process->hsm.token, TOKEN_KEY_IDENTITY)))
        err = HUFU_ERR_NOT_FOUND;
    return err;
}

static enum hufu_err listen_on(int *fd, const struct settings *settings)
{
    /* The group is that of hufu-server's user where we may give it away; elsewhere the directory decides. */
    gid_t group = settings->uid == geteuid() ? (gid_t)-1 : settings->gid;
    enum hufu_err err = channel_listen(fd, settings->socket, group);
    if (err && group != (gid_t)-1)
        err = channel_listen(fd, settings->socket, (gid_t)-1);
    return err;
}

/* Everything that is opened by name is opened here. */
static const char *open_all(struct process *process, const struct settings *settings, struct buf *pin,
                            enum hufu_err *err)
{
    *err = open_token(process, settings, pin);
    if (*err)
        return "opening the token, or it lacks the keys that hufu-hsm init makes";
    *err = box_keys_new(&process->hsm.box_keys);
    if (!*err)
        *err = worker_pool_new(&process->pool, &process->hsm);
    if (*err)
        return "locking memory for secrets (RLIMIT_MEMLOCK)";
    confine_memory();
    *err = destruction_new(&process->hsm.destruction, process->hsm.token, settings->token_directory,
                           DESTRUCTION_TABLE_MAX);
    if (*err)
        return "reading the head of the destruction log, which hufu-hsm init makes, in the token";
    *err = authorities_load(&process->hsm.authorities, process->hsm.token, settings->state_directory);
    return *err ? "reading the certification authorities in the state directory" : NULL;
}

/* A kernel without Landlock leaves us less confined, but no less useful: said loudly, and --check-confinement fails. */
static enum hufu_err confine_opened_files(const struct settings *settings)
{
    enum hufu_err err = confine_files(settings->token_directory);
    if (err != HUFU_ERR_NOT_FOUND)
        return err;
    log_event(LOG_WARNING, "confinement.incomplete", "detail", "this kernel has no Landlock", NULL);
    return HUFU_OK;
}

static int check(struct process *process, const struct settings *settings)
{
    const struct confine_paths paths = {.pin_file = settings->pin_file,
                                        .state_directory = settings->state_directory,
                                        .token_directory = settings->token_directory};
    enum hufu_err err = confine_opened_files(settings);
    if (!err)
        err = confine_calls();
    if (err)
        return fail("confining the process", err);
    return confine_check(&paths, process->hsm.token) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int serve(struct process *process, const struct settings *settings)
{
    int fd = -1;
    enum hufu_err err = listen_on(&fd, settings);
    if (err)
        return fail("listening on the socket", err);
    err = confine_opened_files(settings);
    if (!err)
        err = listener_new(&process->listener, fd, settings->uid, process->pool);
    if (!err)
        err = destruction_watch(process->hsm.destruction);
    if (!err)
        err = confine_calls();
    if (err)
        return fail("confining the process and starting its threads", err);
    log_event(LOG_INFO, "started", "version", HUFU_VERSION, "socket", settings->socket, NULL);
    listener_run(process->listener, process->stop_fd);
    log_event(LOG_INFO, "stopping", NULL);
    return EXIT_SUCCESS;
}

static int open_and_serve(const struct settings *settings, struct buf *pin, bool only_check)
{
    __attribute__((cleanup(process_done))) struct process process = {.stop_fd = take_signals()};
    enum hufu_err err = HUFU_OK;
    const char *failed = open_all(&process, settings, pin, &err);
    if (failed)
        return fail(failed, err);
    return only_check ? check(&process, settings) : serve(&process, settings);
}

static int run(const struct arguments *arguments, const struct settings *settings)
{
    char message[SETTINGS_MESSAGE_SIZE];
    uint8_t memory[SETTINGS_PIN_MAX + 1];
    struct buf pin;
    buf_init(&pin, memory, sizeof(memory));
    int status = EXIT_FAILURE;
    if (settings_read_pin(settings, &pin, message))
        (void)fprintf(stderr, "hufu-hsm: %s\n", message);
    else if (arguments->init)
        status = init_run(settings, buf_bytes(&pin), arguments->cas ? arguments->cas : "sm2") ? EXIT_FAILURE
                                                                                              : EXIT_SUCCESS;
    else if (arguments->rewind)
        status = rewind_run(settings, buf_bytes(&pin), arguments->to, arguments->giving_up) ? EXIT_FAILURE
                                                                                            : EXIT_SUCCESS;
    else
        status = open_and_serve(settings, &pin, arguments->check_confinement);
    secret_wipe(memory, sizeof(memory));
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct settings settings;
    char message[SETTINGS_MESSAGE_SIZE];
    if (!parse_arguments(&arguments, argc, argv)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (arguments.version) {
        (void)printf("hufu-hsm %s\n", HUFU_VERSION);
        return EXIT_SUCCESS;
    }
    if (sodium_init() < 0 || settings_load(&settings, arguments.config, message)) {
        (void)fprintf(stderr, "hufu-hsm: %s\n", message);
        return EXIT_FAILURE;
    }
    log_init("hufu-hsm", settings.level);
    int status = EXIT_FAILURE;
    if (confine_process())
        (void)fail("confining the process", HUFU_ERR_INTERNAL);
    else
        status = run(&arguments, &settings);
    settings_done(&settings);
    return status;
}
