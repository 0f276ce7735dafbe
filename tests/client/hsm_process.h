/* SPDX-License-Identifier: Apache-2.0 */
/* A real hufu-hsm on a SoftHSM2 token of its own, in a temporary folder, as the calling user. */
#ifndef HUFU_TESTS_HSM_PROCESS_H
#define HUFU_TESTS_HSM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "tests/client/hsm_link.h"

#define HSM_PROCESS_PATH_MAX 128

struct hsm_process {
    char directory[HSM_PROCESS_PATH_MAX];
    char socket[HSM_PROCESS_PATH_MAX];
    char configuration[HSM_PROCESS_PATH_MAX];
    char log[HSM_PROCESS_PATH_MAX];
    char softhsm_variable[2 * HSM_PROCESS_PATH_MAX]; /* SOFTHSM2_CONF=… */
    pid_t pid;                                       /* 0: not running */
};

/* Makes folder, configuration, token (`hufu-hsm init --ca sm2`), starts the process, waits until it answers. On
 * failure prints the end of its log to standard error and leaves nothing behind. */
enum hufu_err hsm_process_start(struct hsm_process *process) HUFU_MUST_CHECK;
/* Starts the process again on the same token after it was killed or stopped. */
enum hufu_err hsm_process_up(struct hsm_process *process) HUFU_MUST_CHECK;
bool hsm_process_running(const struct hsm_process *process);
/* Ends it and removes the folder. True when it ended by itself at SIGTERM, with code 0. */
bool hsm_process_stop(struct hsm_process *process);
/* A connection as the calling user. */
enum hufu_err hsm_process_connect(const struct hsm_process *process, struct hsm_link *link) HUFU_MUST_CHECK;

#endif
