/* SPDX-License-Identifier: Apache-2.0 */
/* server/hsmc with several private-key processes: who is asked when one is away, hangs, or accepts nobody. */
#include <stdio.h>
#include <unistd.h>

#include "common/channel.h"
#include "tests/unit/hsmc_caller.h"
#include "tests/unit/unit.h"

#define HANGING_TIMEOUT_MS 2000 /* where besides a peer that is waited for in vain another one must answer */
#define QUEUE_MAX 1000          /* connections that wait to be accepted: fewer fit */

static void nobody_at_the_socket_is_away_at_once(void **state)
{
    struct hsmc_keys *keys = hsmc_keys_new();
    static const char *const paths[] = {"/tmp/hufu-nobody-listens-here.sock",
                                        "/tmp/hufu-nobody-listens-there.sock"};
    struct hsmc *hsmc = hsmc_new(&(struct hsmc_places){.paths = paths, .count = 2}, TIMEOUT_MS, keys, NULL);
    struct hsmc_status status;
    uint64_t begun = now_ms();
    (void)state;
    assert_int_equal(hsmc_status(hsmc, "t", &status), HUFU_ERR_AWAY);
    assert_true(now_ms() - begun < TIMEOUT_MS / 2);
    hsmc_free(hsmc);
    hsmc_keys_free(keys);
}

/* Two places: home, where nobody is, and a peer. */
static struct hsmc *hsmc_with_a_second(const struct fixture *f, const char *home, int timeout_ms)
{
    static const char *paths[2];
    paths[0] = home;
    paths[1] = hsm_peer_path(f->peer);
    struct hsmc *hsmc =
        hsmc_new(&(struct hsmc_places){.paths = paths, .count = 2}, timeout_ms, f->keys, f->metrics);
    assert_non_null(hsmc);
    return hsmc;
}

static void while_one_is_away_the_other_is_asked(void **state)
{
    struct reply r;
    struct bytes right = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step steps[] = {{PEER_REPLY, right}, {PEER_REPLY, right}, {PEER_REPLY, right}};
    struct fixture f = start(steps, 3);
    struct hsmc *own = f.hsmc;
    struct buf issuing, root;
    (void)state;
    f.hsmc = hsmc_with_a_second(&f, "/tmp/hufu-nobody-listens-here.sock", TIMEOUT_MS);
    assert_ok(chain(&f, &issuing, &root));
    assert_ok(chain(&f, &issuing, &root));
    hsmc_use(f.hsmc, 0);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    hsmc_use(f.hsmc, 1);
    assert_ok(chain(&f, &issuing, &root));
    hsmc_free(own);
    assert_int_equal(stop(&f), 3);
}

static void one_that_hangs_is_asked_once_and_then_the_other(void **state)
{
    struct reply r;
    struct peer_step silent[] = {{PEER_SILENT, {0}}},
                     right[] = {{PEER_REPLY, reply_of(&r, HUFU_OK, "a", "b")}};
    struct fixture hanging = start(silent, 1), f = start(right, 1);
    struct hsmc *own = f.hsmc;
    struct buf issuing, root;
    (void)state;
    f.hsmc = hsmc_with_a_second(&f, hsm_peer_path(hanging.peer), HANGING_TIMEOUT_MS);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    assert_ok(chain(&f, &issuing, &root));
    hsmc_free(own);
    assert_int_equal(stop(&f), 1);
    assert_int_equal(stop(&hanging), 1);
}

static void asking_one_that_hangs_alone_brings_no_call_back_to_it(void **state)
{
    struct reply r;
    struct bytes yes = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step never[] = {{PEER_SILENT, {0}}, {PEER_CLOSE, {0}}},
                     right[] = {{PEER_REPLY, yes}, {PEER_REPLY, yes}};
    struct fixture hanging = start(never, 2), f = start(right, 2);
    struct hsmc *own = f.hsmc;
    struct buf issuing, root;
    (void)state;
    f.hsmc = hsmc_with_a_second(&f, hsm_peer_path(hanging.peer), HANGING_TIMEOUT_MS);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    hsmc_use(f.hsmc, 1);
    assert_ok(chain(&f, &issuing, &root));
    hsmc_use(f.hsmc, 0);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    hsmc_use_any(f.hsmc);
    assert_ok(chain(&f, &issuing, &root));
    hsmc_free(own);
    assert_int_equal(stop(&f), 2);
    assert_int_equal(stop(&hanging), 2);
}

/* As the socket of a process that is stopped: connections are taken into its queue, until that is full. */
static size_t fill_queue(const char *path, int fds[QUEUE_MAX])
{
    size_t count = 0;
    while (count < QUEUE_MAX && channel_connect(&fds[count], path) == HUFU_OK)
        count++;
    return count;
}

static void one_that_accepts_nobody_is_away_at_once_and_the_other_is_asked(void **state)
{
    struct reply r;
    struct peer_step right[] = {{PEER_REPLY, reply_of(&r, HUFU_OK, "a", "b")}};
    struct fixture f = start(right, 1);
    struct hsmc *own = f.hsmc;
    struct buf issuing, root;
    char path[64];
    int listener, queued[QUEUE_MAX];
    (void)state;
    (void)snprintf(path, sizeof(path), "%s.stopped", hsm_peer_path(f.peer));
    assert_ok(channel_listen(&listener, path, (gid_t)-1));
    size_t count = fill_queue(path, queued);
    assert_true(count > 0 && count < QUEUE_MAX);
    uint64_t begun = now_ms();
    f.hsmc = hsmc_with_a_second(&f, path, TIMEOUT_MS);
    hsmc_use(f.hsmc, 0);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    hsmc_use_any(f.hsmc);
    assert_ok(chain(&f, &issuing, &root));
    assert_true(now_ms() - begun < TIMEOUT_MS / 2);
    for (size_t i = 0; i < count; i++)
        (void)close(queued[i]);
    (void)close(listener);
    (void)unlink(path);
    hsmc_free(own);
    assert_int_equal(stop(&f), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_at_the_socket_is_away_at_once),
        cmocka_unit_test(while_one_is_away_the_other_is_asked),
        cmocka_unit_test(one_that_hangs_is_asked_once_and_then_the_other),
        cmocka_unit_test(asking_one_that_hangs_alone_brings_no_call_back_to_it),
        cmocka_unit_test(one_that_accepts_nobody_is_away_at_once_and_the_other_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
