/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket and its connections. All threads are made at the start, one for each connection there may be,
 * so that a confined process makes none; a connection too many is told HUFU_ERR_BUSY. A slow client blocks its own
 * thread alone: it holds a worker only while its request is worked on. */
#ifndef HUFU_HSM_LISTENER_H
#define HUFU_HSM_LISTENER_H

#include <sys/types.h>

#include "hsm/worker.h"

#define LISTENER_CONNECTIONS_MAX 128
#define LISTENER_MESSAGE_MS 5000 /* from the first byte of a message to its last, and for a reply */

struct listener;

/* Takes over fd, a listening socket. HUFU_ERR_INTERNAL: no memory, no threads. */
enum hufu_err listener_new(struct listener **listener, int fd, uid_t allowed,
                           struct worker_pool *pool) HUFU_MUST_CHECK;
/* Serves until a signal of the set that stop_fd (a signalfd) reports. */
void listener_run(struct listener *listener, int stop_fd);
/* Lets requests in work be answered, then closes all. NULL is fine. */
void listener_free(struct listener *listener);

#endif
