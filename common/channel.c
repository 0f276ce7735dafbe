/* SPDX-License-Identifier: Apache-2.0 */
#include "common/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"

#define LISTEN_BACKLOG 256 /* all workers of a server connect at once when a key process is back */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLOSED __attribute__((cleanup(close_fd)))

static enum hufu_err address_of(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(address->sun_path))
        return HUFU_ERR_LIMIT;
    memcpy(address->sun_path, path, len);
    return HUFU_OK;
}

/* Gives the descriptor away: the caller's, and no longer closed here. */
static int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

enum hufu_err channel_connect(int *fd, const char *path)
{
    *fd = -1;
    struct sockaddr_un address;
    enum hufu_err err = address_of(&address, path);
    if (err)
        return err;
    /* One that blocks would wait without limit for room in the queue of a listener that accepts nobody. */
    CLOSED int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0 || connect(s, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return HUFU_ERR_AWAY;
    *fd = take_fd(&s);
    return HUFU_OK;
}

enum hufu_err channel_listen(int *fd, const char *path, gid_t group)
{
    *fd = -1;
    struct sockaddr_un address;
    enum hufu_err err = address_of(&address, path);
    if (err)
        return err;
    CLOSED int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(path);
    if (s < 0 || fchmod(s, 0600) != 0 || bind(s, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return HUFU_ERR_AWAY;
    if (group != (gid_t)-1 && chown(path, (uid_t)-1, group) != 0)
        return HUFU_ERR_AWAY;
    if (chmod(path, 0660) != 0 || listen(s, LISTEN_BACKLOG) != 0)
        return HUFU_ERR_AWAY;
    *fd = take_fd(&s);
    return HUFU_OK;
}

enum hufu_err channel_peer(uid_t *uid, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    *uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer))
        return HUFU_ERR_AWAY;
    *uid = peer.uid;
    return HUFU_OK;
}

static int64_t now_ms(void)
{
    return (int64_t)(clock_monotonic_us() / 1000);
}

/* Waits until fd is ready or deadline (monotonic ms; -1: for ever). */
static enum hufu_err wait_for(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline < 0 ? -1 : deadline - now_ms();
        if (deadline >= 0 && left <= 0)
            return HUFU_ERR_AWAY;
        struct pollfd p = {.fd = fd, .events = events};
        int ready = poll(&p, 1, (int)left);
        if (ready > 0)
            return HUFU_OK;
        if (ready < 0 && errno != EINTR)
            return HUFU_ERR_AWAY;
    }
}

/* Passes over the len bytes that have left. */
static void advance(struct iovec part[2], size_t len)
{
    for (size_t i = 0; i < 2; i++) {
        size_t of_this = len < part[i].iov_len ? len : part[i].iov_len;
        part[i].iov_base = (uint8_t *)part[i].iov_base + of_this;
        part[i].iov_len -= of_this;
        len -= of_this;
    }
}

/* Both parts in one piece if there is room: the receiver is woken once, and finds everything. */
static enum hufu_err send_all(int fd, struct iovec part[2], int64_t deadline)
{
    while (part[0].iov_len + part[1].iov_len > 0) {
        const struct msghdr message = {.msg_iov = part, .msg_iovlen = 2};
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            advance(part, (size_t)sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            enum hufu_err err = wait_for(fd, POLLOUT, deadline);
            if (err)
                return err;
        } else if (errno != EINTR) {
            return HUFU_ERR_AWAY;
        }
    }
    return HUFU_OK;
}

static enum hufu_err receive_all(int fd, uint8_t *data, size_t len, int64_t deadline)
{
    while (len > 0) {
        ssize_t got = recv(fd, data, len, MSG_DONTWAIT);
        if (got > 0) {
            data += got;
            len -= (size_t)got;
        } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            enum hufu_err err = wait_for(fd, POLLIN, deadline);
            if (err)
                return err;
        } else if (got == 0 || errno != EINTR) {
            return HUFU_ERR_AWAY;
        }
    }
    return HUFU_OK;
}

enum hufu_err channel_send(int fd, struct bytes message, int timeout_ms)
{
    if (message.len == 0 || message.len > CHANNEL_MESSAGE_MAX)
        return HUFU_ERR_LIMIT;
    uint8_t prefix[4];
    struct buf b;
    buf_init(&b, prefix, sizeof(prefix));
    buf_put_u32(&b, (uint32_t)message.len);
    struct iovec part[2] = {{prefix, sizeof(prefix)}, {(void *)(uintptr_t)message.data, message.len}};
    return send_all(fd, part, now_ms() + timeout_ms);
}

enum hufu_err channel_receive(int fd, struct buf *into, int idle_ms, int timeout_ms)
{
    uint8_t prefix[4];
    into->len = 0;
    enum hufu_err err = wait_for(fd, POLLIN, idle_ms < 0 ? -1 : now_ms() + idle_ms);
    if (err)
        return err;
    int64_t deadline = now_ms() + timeout_ms;
    err = receive_all(fd, prefix, sizeof(prefix), deadline);
    if (err)
        return err;
    struct cursor c;
    cursor_init(&c, bytes_of(prefix, sizeof(prefix)));
    size_t len = cursor_u32(&c);
    if (len == 0 || len > CHANNEL_MESSAGE_MAX || len > into->cap)
        return HUFU_ERR_LIMIT;
    err = receive_all(fd, into->data, len, deadline);
    if (!err)
        into->len = len;
    return err;
}
