/* SPDX-License-Identifier: Apache-2.0 */
/* Routes whose requests are taken together: who is with whom, in which order, and what does not join. */
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/http_service.h"

#define MOST 40

static struct fixture f;
static int sockets[MOST];

static int begin_service(void **state)
{
    (void)state;
    start(&f, 1, MOST);
    return 0;
}

static int end_service(void **state)
{
    (void)state;
    stop(&f);
    return 0;
}

/* Sends a request with a body of so many bytes, whose answer is still to come. */
static int send_post(const char *path, size_t body_len)
{
    static char request[HTTP_BODY_MAX + 512];
    int head = snprintf(request, sizeof request,
                        "POST %s HTTP/1.1\r\n" HOST JSON "Content-Length: %zu\r\n\r\n", path, body_len);
    memset(request + head, ' ', body_len);
    int fd = http_client_connect(f.port);
    assert_true(fd >= 0);
    assert_true(http_client_send(fd, request, (size_t)head + body_len));
    return fd;
}

/* Sends one after the other, so that they stand in the queue in this order, behind `first`, which the worker is at. */
static void send_behind(size_t first, size_t count, const char *path, size_t body_len)
{
    for (size_t i = first; i < first + count; i++) {
        char line[64];
        sockets[i] = send_post(path, body_len);
        (void)snprintf(line, sizeof line, "\nhufu_queue_depth %zu\n", i);
        await_reported(&f, line);
    }
}

static void begin_first(void)
{
    sockets[0] = send_post("/group", 2);
    wait_entered();
}

static void assert_together(size_t i, int together, int nth)
{
    struct http_answer answer;
    char part[64];
    (void)snprintf(part, sizeof part, "{\"together\":%d,\"nth\":%d}", together, nth);
    http_client_receive(sockets[i], &answer);
    assert_answer(&answer, 200, part);
    (void)close(sockets[i]);
}

static void release(size_t times)
{
    for (size_t i = 0; i < times; i++)
        (void)sem_post(&released);
}

static void those_that_wait_are_taken_together_in_their_order(void **state)
{
    (void)state;
    begin_first();
    send_behind(1, 5, "/group", 2);
    release(2);
    assert_together(0, 1, 1);
    for (size_t i = 1; i <= 5; i++)
        assert_together(i, 5, (int)i);
    await_reported(&f, "\nhufu_signature_groups_total 2\n");
}

static void no_more_than_the_limit_are_taken_at_once(void **state)
{
    (void)state;
    begin_first();
    send_behind(1, HTTP_TOGETHER_MAX + 1, "/group", 2);
    release(3);
    assert_together(0, 1, 1);
    for (int i = 1; i <= HTTP_TOGETHER_MAX; i++)
        assert_together((size_t)i, HTTP_TOGETHER_MAX, i);
    assert_together(HTTP_TOGETHER_MAX + 1, 1, 1);
}

static void large_bodies_do_not_join(void **state)
{
    (void)state;
    begin_first();
    send_behind(1, 3, "/group", HTTP_TOGETHER_BODY_MAX / 2);
    send_behind(4, 1, "/group", HTTP_TOGETHER_BODY_MAX + 1);
    release(4);
    assert_together(0, 1, 1);
    assert_together(1, 2, 1);
    assert_together(2, 2, 2);
    assert_together(3, 1, 1);
    assert_together(4, 1, 1);
}

static void those_of_another_route_do_not_join_and_nobody_overtakes_them(void **state)
{
    (void)state;
    begin_first();
    send_behind(1, 1, "/group", 2);
    send_behind(2, 1, "/other-group", 2);
    send_behind(3, 2, "/group", 2);
    release(4);
    for (size_t i = 0; i < 3; i++)
        assert_together(i, 1, 1);
    assert_together(3, 2, 1);
    assert_together(4, 2, 2);
}

static void assert_sent_first(size_t i)
{
    struct http_answer answer;
    http_client_receive(sockets[i], &answer);
    assert_answer(&answer, 200, "{\"sent\":\"first\"}");
    (void)close(sockets[i]);
}

static void one_that_is_sent_waits_for_none_of_the_others(void **state)
{
    (void)state;
    sockets[0] = send_post("/first", 2);
    wait_entered();
    send_behind(1, 3, "/first", 2);
    release(2);
    assert_sent_first(0);
    assert_sent_first(1); /* while its worker waits to be released for the others */
    release(2);
    assert_together(2, 2, 1);
    assert_together(3, 2, 2);
}

static void they_wait_for_no_worker_of_the_other_routes(void **state)
{
    struct http_answer answer;
    (void)state;
    int waiting = begin_wait(&f); /* the one worker there is */
    wait_entered();
    begin_first();
    release(1);
    release(1);
    assert_together(0, 1, 1);
    http_client_receive(waiting, &answer);
    assert_answer(&answer, 200, "waited");
    (void)close(waiting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_that_wait_are_taken_together_in_their_order, begin_service,
                                        end_service),
        cmocka_unit_test_setup_teardown(no_more_than_the_limit_are_taken_at_once, begin_service, end_service),
        cmocka_unit_test_setup_teardown(large_bodies_do_not_join, begin_service, end_service),
        cmocka_unit_test_setup_teardown(those_of_another_route_do_not_join_and_nobody_overtakes_them,
                                        begin_service, end_service),
        cmocka_unit_test_setup_teardown(one_that_is_sent_waits_for_none_of_the_others, begin_service,
                                        end_service),
        cmocka_unit_test_setup_teardown(they_wait_for_no_worker_of_the_other_routes, begin_service,
                                        end_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
