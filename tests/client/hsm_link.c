/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/hsm_link.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/channel.h"

#define MAGIC "hufu-hsm/1"

/* Raw calls: those of glibc would change every thread of the test. The group first, while one may; and last, when one
 * may again. */
static bool take_user(uid_t uid, gid_t gid)
{
    return syscall(SYS_setresgid, (gid_t)-1, gid, (gid_t)-1) == 0 &&
           syscall(SYS_setresuid, (uid_t)-1, uid, (uid_t)-1) == 0;
}

static bool take_back(uid_t uid, gid_t gid)
{
    return syscall(SYS_setresuid, (uid_t)-1, uid, (uid_t)-1) == 0 &&
           syscall(SYS_setresgid, (gid_t)-1, gid, (gid_t)-1) == 0;
}

/* A test that sends or receives on it by itself waits for the other side. */
static enum hufu_err connect_to(int *fd, const char *path)
{
    enum hufu_err err = channel_connect(fd, path);
    return !err && fcntl(*fd, F_SETFL, 0) != 0 ? HUFU_ERR_INTERNAL : err;
}

enum hufu_err hsm_link_open(struct hsm_link *link, const char *path, uid_t uid)
{
    uid_t own = geteuid();
    gid_t own_group = getegid();
    *link = (struct hsm_link){.fd = -1, .trace = "test"};
    if (uid == own)
        return connect_to(&link->fd, path);
    const struct passwd *user = getpwuid(uid);
    if (!user || !take_user(uid, user->pw_gid))
        return HUFU_ERR_AWAY;
    enum hufu_err err = connect_to(&link->fd, path);
    if (!take_back(own, own_group))
        abort(); /* going on as somebody else would make every later result meaningless */
    return err;
}

void hsm_link_close(struct hsm_link *link)
{
    if (link->fd >= 0)
        (void)close(link->fd);
    link->fd = -1;
}

void hsm_reply_done(struct hsm_reply *reply)
{
    free(reply->memory);
    *reply = (struct hsm_reply){0};
}

enum hufu_err hsm_link_message(struct buf *out, const char *trace, const char *operation,
                               const struct bytes *fields, size_t count)
{
    buf_put_field_text(out, MAGIC);
    buf_put_field_text(out, operation);
    buf_put_field_text(out, trace);
    for (size_t i = 0; i < count; i++)
        buf_put_field_bytes(out, fields[i]);
    return buf_finish(out);
}

enum hufu_err hsm_reply_parse(struct hsm_reply *reply, struct bytes message)
{
    struct cursor c;
    reply->count = 0;
    cursor_init(&c, message);
    cursor_field_text(&c, MAGIC);
    uint32_t error = cursor_field_u32(&c);
    reply->now_ms = cursor_field_u64(&c);
    while (!c.failed && cursor_left(&c) > 0 && reply->count < HSM_REPLY_FIELDS_MAX)
        reply->fields[reply->count++] = cursor_field(&c, CHANNEL_MESSAGE_MAX);
    reply->error = (enum hufu_err)error;
    if (error >= HUFU_ERR_COUNT || (error != 0 && reply->count != 0))
        return HUFU_ERR_FORM; /* "a refusal carries no g" */
    return cursor_finish(&c);
}

enum hufu_err hsm_link_exchange(struct hsm_link *link, struct hsm_reply *reply, struct bytes message)
{
    hsm_reply_done(reply);
    reply->memory = malloc(CHANNEL_MESSAGE_MAX);
    if (!reply->memory)
        return HUFU_ERR_INTERNAL;
    struct buf in;
    buf_init(&in, reply->memory, CHANNEL_MESSAGE_MAX);
    enum hufu_err err = channel_send(link->fd, message, HSM_LINK_TIMEOUT_MS);
    if (!err)
        err = channel_receive(link->fd, &in, HSM_LINK_TIMEOUT_MS, HSM_LINK_TIMEOUT_MS);
    return err ? err : hsm_reply_parse(reply, buf_bytes(&in));
}

enum hufu_err hsm_link_call(struct hsm_link *link, struct hsm_reply *reply, const char *operation,
                            const struct bytes *fields, size_t count)
{
    uint8_t *memory = malloc(CHANNEL_MESSAGE_MAX);
    if (!memory)
        return HUFU_ERR_INTERNAL;
    struct buf message;
    buf_init(&message, memory, CHANNEL_MESSAGE_MAX);
    enum hufu_err err = hsm_link_message(&message, link->trace, operation, fields, count);
    if (!err)
        err = hsm_link_exchange(link, reply, buf_bytes(&message));
    free(memory);
    return err;
}
