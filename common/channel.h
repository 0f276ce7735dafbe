/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over a Unix stream socket between hufu-server and hufu-hsm (hsm/PROTOCOL.md): a 4-byte big-endian
 * length, 1 to CHANNEL_MESSAGE_MAX, and that many bytes. Every call has a deadline, or does not wait.
 *
 * HUFU_ERR_AWAY, everywhere: nobody listens, or the other side closed, or the deadline passed. */
#ifndef HUFU_COMMON_CHANNEL_H
#define HUFU_COMMON_CHANNEL_H

#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"

#define CHANNEL_MESSAGE_MAX 262144

/* Does not wait: a listener whose queue is full, since it accepts nobody, is away. */
enum hufu_err channel_connect(int *fd, const char *path) HUFU_MUST_CHECK;
/* A listening socket with mode 0660 (group may be (gid_t)-1 to leave it); replaces a stale file at path. */
enum hufu_err channel_listen(int *fd, const char *path, gid_t group) HUFU_MUST_CHECK;
/* The uid of the process at the other end. */
enum hufu_err channel_peer(uid_t *uid, int fd) HUFU_MUST_CHECK;
enum hufu_err channel_send(int fd, struct bytes message, int timeout_ms) HUFU_MUST_CHECK;
/* into->len gets the message's length. HUFU_ERR_LIMIT: length 0 or above into->cap (read nothing more,
 * close). idle_ms bounds the wait for the first byte (-1: for ever), timeout_ms what follows. */
enum hufu_err channel_receive(int fd, struct buf *into, int idle_ms, int timeout_ms) HUFU_MUST_CHECK;

#endif
