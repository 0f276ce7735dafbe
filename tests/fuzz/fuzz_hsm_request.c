/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to hufu-hsm (hsm/PROTOCOL.md) in its own room, with a SoftHSM2 token: every message gets one well-formed reply.
 * The process behind its socket is tried by fuzz_hsm_socket. */
#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "hsm/request.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_hsm_seed.h"
#include "tests/unit/unit.h"

#include "tests/unit/hsm_room.h"

static struct hsm_room room;

static void end_room(void)
{
    hsm_room_stop(&room);
}

static void begin_room(void)
{
    if (room.pool)
        return;
    hsm_room_start(&room, "sm2", NULL);
    (void)atexit(end_room);
}

static void check_reply(struct bytes reply)
{
    struct hsm_reply parsed = {0};
    struct hsm_outcome outcome;
    FUZZ_CHECK(hsm_reply_parse(&parsed, reply) == HUFU_OK);
    FUZZ_CHECK(parsed.now_ms > 0);
    for (size_t i = 0; i < hsm_outcome_count(&parsed); i++)
        FUZZ_CHECK(hsm_outcome_take(&outcome, &parsed, i) == HUFU_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    begin_room();
    struct buf reply;
    buf_init(&reply, room.reply_memory, CHANNEL_MESSAGE_MAX);
    (void)!request_handle(room.pool, bytes_of(data, size), &reply);
    check_reply(buf_bytes(&reply));
    return 0;
}

static bool call(void *context, struct hsm_reply *reply, struct bytes message)
{
    (void)context;
    struct buf out;
    buf_init(&out, room.reply_memory, CHANNEL_MESSAGE_MAX);
    (void)!request_handle(room.pool, message, &out);
    return hsm_reply_parse(reply, buf_bytes(&out)) == HUFU_OK;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    begin_room();
    struct hsm_seeds seeds = {.call = call, .emit = emit, .emit_context = context};
    memcpy(seeds.H_k, room.H_k, sizeof(seeds.H_k));
    memcpy(seeds.project, room.project, sizeof(seeds.project));
    hsm_seeds_make(&seeds);
}
