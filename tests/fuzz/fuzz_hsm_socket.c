/* SPDX-License-Identifier: Apache-2.0 */
/* 10,000 mutated messages to the socket of a running hufu-hsm: it answers each in form, refuses each that is not what it
 * was, keeps its memory, and signs afterwards. HUFU_FUZZ_SEED chooses another sequence, HUFU_FUZZ_RUNS another length. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/channel.h"
#include "tests/attack/played_hsm.h"
#include "tests/client/hsm_frames.h"
#include "tests/client/process_memory.h"
#include "tests/fuzz/fuzz_hsm_seed.h"
#include "tests/fuzz/fuzz_settings.h"
#include "tests/fuzz/mutation.h"

#define RUNS_DEFAULT 10000u
#define SEEDS_MAX 32
#define SEEDS_EVERY 500 /* fresh ones: a frame is too old after two minutes */
#define GROWTH_MAX_KB 16384
#define SHORT_TIMEOUT_MS 10000

struct seed {
    uint8_t *data;
    size_t len;
};

struct run {
    struct played_hsm *hsm;
    struct mutation mutation;
    struct seed seeds[SEEDS_MAX];
    size_t seed_count;
    bool may_be_closed;   /* the last message was called malformed */
    struct hsm_link link; /* the attacker's; reopened when hufu-hsm closes it */
    struct played_key key;
    uint64_t errors[HUFU_ERR_COUNT];
    uint64_t closed;
    uint8_t *memory; /* CHANNEL_MESSAGE_MAX + 64 */
};

/* ---- Seeds ---- */

static void seeds_drop(struct run *run)
{
    for (size_t i = 0; i < run->seed_count; i++)
        free(run->seeds[i].data);
    run->seed_count = 0;
}

static void seed_keep(void *context, struct bytes seed)
{
    struct run *run = context;
    assert_true(run->seed_count < SEEDS_MAX);
    struct seed *kept = &run->seeds[run->seed_count++];
    *kept = (struct seed){.data = malloc(seed.len), .len = seed.len};
    assert_non_null(kept->data);
    memcpy(kept->data, seed.data, seed.len);
}

static bool seed_call(void *context, struct hsm_reply *reply, struct bytes message)
{
    struct run *run = context;
    return hsm_link_exchange(&run->hsm->link, reply, message) == HUFU_OK;
}

static void seeds_renew(struct run *run)
{
    struct hsm_seeds seeds = {.call = seed_call, .call_context = run, .emit = seed_keep, .emit_context = run};
    seeds_drop(run);
    memcpy(seeds.H_k, run->hsm->H_k, sizeof(seeds.H_k));
    memcpy(seeds.project, run->hsm->project, sizeof(seeds.project));
    hsm_seeds_make(&seeds);
}

/* ---- One message ---- */

/* An internal error or a service that is away is never an answer to bytes. */
static void count_error(struct run *run, enum hufu_err error)
{
    assert_int_not_equal(error, HUFU_ERR_INTERNAL);
    assert_int_not_equal(error, HUFU_ERR_AWAY);
    assert_int_not_equal(error, HUFU_ERR_BUSY);
    run->errors[error]++;
}

/* Counts the error of a reply, or those of the frames that it speaks of. */
static enum hufu_err count_reply(struct run *run, struct bytes encoded)
{
    struct hsm_reply reply = {0};
    struct hsm_outcome outcome;
    assert_ok(hsm_reply_parse(&reply, encoded));
    size_t frames = hsm_outcome_count(&reply);
    if (frames == 0)
        count_error(run, reply.error);
    for (size_t i = 0; i < frames; i++) {
        assert_ok(hsm_outcome_take(&outcome, &reply, i));
        count_error(run, outcome.error);
    }
    return reply.error;
}

static void reconnect(struct run *run)
{
    hsm_link_close(&run->link);
    assert_ok(hsm_process_connect(&run->hsm->process, &run->link));
}

/* Sends on the attacker's connection and waits for the reply. */
static enum hufu_err exchange(struct run *run, struct bytes message, struct buf *reply)
{
    enum hufu_err err = channel_send(run->link.fd, message, SHORT_TIMEOUT_MS);
    return err ? err : channel_receive(run->link.fd, reply, SHORT_TIMEOUT_MS, SHORT_TIMEOUT_MS);
}

/* After a message that is not of the protocol's form hufu-hsm says so and closes; that is seen at the next message. */
static void send_and_expect_reply(struct run *run, struct bytes message)
{
    static uint8_t memory[CHANNEL_MESSAGE_MAX];
    struct buf reply;
    buf_init(&reply, memory, sizeof(memory));
    enum hufu_err err = exchange(run, message, &reply);
    if (err == HUFU_ERR_AWAY && run->may_be_closed) {
        run->closed++;
        reconnect(run);
        err = exchange(run, message, &reply);
    }
    assert_ok(err);
    run->may_be_closed = count_reply(run, buf_bytes(&reply)) == HUFU_ERR_FORM;
}

static size_t mutate_seed(struct run *run, uint8_t *data, size_t cap)
{
    const struct seed *from = &run->seeds[mutation_below(&run->mutation, run->seed_count)];
    const struct seed *other = &run->seeds[mutation_below(&run->mutation, run->seed_count)];
    size_t len = from->len;
    memcpy(data, from->data, len);
    mutation_apply(&run->mutation, data, &len, cap, bytes_of(other->data, other->len));
    return len;
}

/* A mutated message with its right length. */
static void send_message(struct run *run)
{
    size_t len = mutate_seed(run, run->memory, CHANNEL_MESSAGE_MAX);
    if (len == 0)
        return;
    send_and_expect_reply(run, bytes_of(run->memory, len));
}

/* Raw bytes with any length before them, and then the end: hufu-hsm may answer or not, and must go on. */
static void send_raw(struct run *run)
{
    HSM_LINK_CLOSED struct hsm_link link = {.fd = -1};
    uint8_t answer[256];
    size_t len = 4 + mutate_seed(run, run->memory + 4, CHANNEL_MESSAGE_MAX);
    struct buf prefix;
    buf_init(&prefix, run->memory, 4);
    buf_put_u32(&prefix, mutation_below(&run->mutation, 2) ? (uint32_t)(len - 4)
                                                           : (uint32_t)mutation_number(&run->mutation));
    mutation_apply(&run->mutation, run->memory, &len, CHANNEL_MESSAGE_MAX, bytes_of(NULL, 0));
    assert_ok(hsm_process_connect(&run->hsm->process, &link));
    (void)!send(link.fd, run->memory, len, MSG_NOSIGNAL);
    assert_int_equal(shutdown(link.fd, SHUT_WR), 0);
    while (recv(link.fd, answer, sizeof(answer), 0) > 0)
        ;
}

/* ---- Behind the device's signature ---- */

struct deep {
    struct run *run;
    bool changed;
};

static void mutate_in_place(struct deep *deep, uint8_t *data, size_t len)
{
    uint8_t before[FRAME_MAX];
    size_t same = len, from = mutation_below(&deep->run->mutation, len);
    memcpy(before, data, len);
    for (size_t i = 0; i <= mutation_below(&deep->run->mutation, 3); i++)
        data[(from + i * 7) % same] = (uint8_t)mutation_number(&deep->run->mutation);
    deep->changed = memcmp(before, data, len) != 0;
}

static void mutate_body(struct buf *body, void *context)
{
    mutate_in_place(context, body->data, body->len);
}

static void mutate_frame(struct buf *frame, void *context)
{
    mutate_in_place(context, frame->data, frame->len);
}

static void make_deep(struct run *run, struct device_request *request, const struct device_options *options)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    uint8_t digests[3 * COSIGN_DIGEST_SIZE] = {0};
    size_t count = 1 + mutation_below(&run->mutation, 3);
    const struct device_binding *binding = &run->key.binding;
    switch (mutation_below(&run->mutation, 3)) {
    case 0:
        assert_ok(device_request_pin_check(request, binding, options));
        break;
    case 1:
        assert_ok(device_request_refresh(request, &next, binding, options));
        break;
    default:
        assert_ok(
            device_request_sign(request, binding, bytes_of(digests, count * COSIGN_DIGEST_SIZE), options));
    }
}

/* A body or a frame that the device signed as it is: nothing but the protocol itself stands behind that. */
static void send_deep(struct run *run)
{
    struct deep deep = {.run = run};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct device_options options = {.context = &deep};
    if (mutation_below(&run->mutation, 2))
        options.before_box = mutate_body;
    else
        options.before_signature = mutate_frame;
    options.to_primary = mutation_below(&run->mutation, 2);
    make_deep(run, &request, &options);
    enum hufu_err err = played_try(run->hsm, &run->key, &request);
    if (deep.changed)
        assert_int_not_equal(err, HUFU_OK);
    assert_int_not_equal(err, HUFU_ERR_INTERNAL);
    assert_int_not_equal(err, HUFU_ERR_AWAY);
    run->errors[err]++;
}

/* ---- The whole ---- */

static void report(const struct run *run)
{
    for (size_t i = 0; i < HUFU_ERR_COUNT; i++) {
        if (run->errors[i])
            print_message("%s: %" PRIu64 "\n", i ? hufu_err_name((enum hufu_err)i) : "ok", run->errors[i]);
    }
    print_message("connections closed: %" PRIu64 "\n", run->closed);
}

static void run_begin(struct run *run, struct played_hsm *hsm)
{
    *run = (struct run){.hsm = hsm, .link = {.fd = -1}};
    run->mutation.state = fuzz_seed();
    run->memory = malloc(CHANNEL_MESSAGE_MAX + 64);
    assert_non_null(run->memory);
    reconnect(run);
    played_key_make(hsm, &run->key, FRAME_ALLOW_SIGN);
}

static void run_end(struct run *run)
{
    seeds_drop(run);
    free(run->memory);
    hsm_link_close(&run->link);
    played_key_done(&run->key);
}

static void mutated_messages_neither_crash_nor_hang_nor_leak_nor_pass(void **state)
{
    static struct run run;
    struct played_hsm *hsm = *state;
    run_begin(&run, hsm);
    unsigned long runs = fuzz_runs(RUNS_DEFAULT, RUNS_DEFAULT);
    print_message("%lu messages, seed %" PRIu64 "\n", runs, fuzz_seed());
    uint64_t before_kb = 0;
    for (unsigned long i = 0; i < runs; i++) {
        static void (*const ways[])(struct run * r) = {send_message, send_message, send_message, send_deep,
                                                       send_raw};
        if (i % SEEDS_EVERY == 0)
            seeds_renew(&run);
        ways[i % 5](&run);
        if (i == runs / 4) /* buffers and pools have grown to what they need */
            before_kb = process_memory_resident_kb(hsm->process.pid);
    }
    assert_true(hsm_process_running(&hsm->process));
    uint64_t after_kb = process_memory_resident_kb(hsm->process.pid);
    print_message("resident: %" PRIu64 " KiB, then %" PRIu64 " KiB\n", before_kb, after_kb);
    if (!HUFU_SANITIZED) /* a sanitizer keeps freed memory for a while; it finds leaks when the process ends */
        assert_true(after_kb < before_kb + GROWTH_MAX_KB);
    assert_key_signs(hsm, &run.key);
    report(&run);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_messages_neither_crash_nor_hang_nor_leak_nor_pass),
    };
    return cmocka_run_group_tests_name("fuzz_hsm_socket", tests, played_hsm_start, played_hsm_stop);
}
