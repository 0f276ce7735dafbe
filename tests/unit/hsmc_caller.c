/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/hsmc_caller.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/unit.h"

struct bytes reply_of(struct reply *reply, enum hufu_err err, const char *first_field,
                      const char *second_field)
{
    buf_init(&reply->buf, reply->memory, sizeof(reply->memory));
    buf_put_field_text(&reply->buf, "hufu-hsm/1");
    buf_put_field_u32(&reply->buf, err);
    buf_put_field_u64(&reply->buf, NOW_MS);
    if (first_field)
        buf_put_field_text(&reply->buf, first_field);
    if (second_field)
        buf_put_field_text(&reply->buf, second_field);
    assert_ok(buf_finish(&reply->buf));
    return buf_bytes(&reply->buf);
}

struct fixture start_with(const struct peer_step *steps, size_t count, int timeout_ms)
{
    struct fixture f = {
        .peer = hsm_peer_start(steps, count), .keys = hsmc_keys_new(), .metrics = metrics_new(0)};
    const char *path = hsm_peer_path(f.peer);
    f.hsmc = hsmc_new(&(struct hsmc_places){.paths = &path, .count = 1}, timeout_ms, f.keys, f.metrics);
    assert_non_null(f.hsmc);
    return f;
}

struct fixture start(const struct peer_step *steps, size_t count)
{
    return start_with(steps, count, TIMEOUT_MS);
}

size_t stop(struct fixture *f)
{
    hsmc_free(f->hsmc);
    hsmc_keys_free(f->keys);
    metrics_free(f->metrics);
    return hsm_peer_stop(f->peer);
}

void assert_counted(const struct fixture *f, const char *line)
{
    char *report = metrics_report(f->metrics);
    if (!strstr(report, line))
        fail_msg("no \"%s\" in:\n%s", line, report);
    free(report);
}

enum hufu_err chain(struct fixture *f, struct buf *issuing, struct buf *root)
{
    static uint8_t memory[2][HSMC_CERTIFICATE_MAX];
    buf_init(issuing, memory[0], sizeof(memory[0]));
    buf_init(root, memory[1], sizeof(memory[1]));
    return hsmc_ca_chain(f->hsmc, "trace", "sm2", issuing, root);
}

uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
