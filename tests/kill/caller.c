/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/caller.h"

#include <stdio.h>
#include <string.h>

#include "tests/client/command.h"

#define PAUSE_MS 20
#define REFUSED_PAUSE_MS 2

static void drop_connection(struct caller *caller)
{
    wire_close(caller->wire);
    caller->wire = NULL;
}

/* True: there is an answer that stays. */
static bool try_once(struct caller *caller, struct shot *shot)
{
    if (!caller->wire && wire_open(&caller->wire, caller->service))
        return false;
    shot_fire(shot, caller->wire);
    bool lost = shot->err != HUFU_OK;
    if (lost || wire_ended(caller->wire))
        drop_connection(caller);
    return !lost && shot->status != 503;
}

static bool is_refusal(const struct shot *shot, const char *slug)
{
    char quoted[64];
    (void)snprintf(quoted, sizeof(quoted), "\"%s\"", slug);
    return shot->answer && memmem(shot->answer, shot->answer_len, quoted, strlen(quoted));
}

static bool send_until_answered(struct caller *caller, struct shot *shot)
{
    const uint64_t give_up = shot_monotonic_us() + CALLER_PATIENCE_SECONDS * UINT64_C(1000000);
    while (!try_once(caller, shot)) {
        (void)atomic_fetch_add(&caller->sent_again, 1);
        if (shot_monotonic_us() > give_up) {
            (void)snprintf(caller->violation, sizeof(caller->violation), "no answer in %d seconds",
                           CALLER_PATIENCE_SECONDS);
            return false;
        }
        command_pause_ms(PAUSE_MS);
    }
    return true;
}

static void take_signature(struct caller *caller, struct shot *shot)
{
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    const size_t number = atomic_load(&caller->signatures);
    if (shot_verify(shot, caller->sender->binding.half.P, signature)) {
        (void)snprintf(caller->violation, sizeof(caller->violation), "an answer that does not hold");
        return;
    }
    if (number < CALLER_SIGNED_MAX) {
        struct held *held = &caller->held[number];
        *held = (struct held){.count = 1};
        memcpy(held->binding_id, caller->sender->binding.binding_id, FRAME_ID_SIZE);
        memcpy(held->request_id, shot->request.request_id, FRAME_ID_SIZE);
        memcpy(held->r[0], signature[0], COSIGN_SCALAR_SIZE);
    }
    atomic_store(&caller->signatures, number + 1);
}

/* With its connection open, where the service takes it. */
static void wait_at_gate(struct caller *caller)
{
    if (!caller->gate)
        return;
    if (wire_open(&caller->wire, caller->service))
        caller->wire = NULL;
    (void)pthread_barrier_wait(caller->gate);
    caller->gate = NULL;
}

static void call_once(struct caller *caller)
{
    struct shot shot = {0};
    const enum hufu_err err = shot_prepare(&shot, caller->sender, 1, device_now_ms());
    wait_at_gate(caller);
    if (err)
        (void)snprintf(caller->violation, sizeof(caller->violation), "the request could not be made");
    else if (!send_until_answered(caller, &shot))
        ; /* the violation is there */
    else if (shot.status == 200)
        take_signature(caller, &shot);
    else if (is_refusal(&shot, caller->refusal))
        (void)atomic_fetch_add(&caller->refusals, 1);
    else
        (void)snprintf(caller->violation, sizeof(caller->violation), "refused: HTTP %u %.*s", shot.status,
                       shot.answer_len < 400 ? (int)shot.answer_len : 400,
                       shot.answer ? (const char *)shot.answer : "");
    if (shot.status != 200)
        command_pause_ms(REFUSED_PAUSE_MS);
    shot_done(&shot);
}

static void *call(void *argument)
{
    struct caller *caller = argument;
    for (size_t i = 0;
         !caller->violation[0] && !atomic_load(&caller->stop) && (caller->limit == 0 || i < caller->limit);
         i++)
        call_once(caller);
    drop_connection(caller);
    return NULL;
}

enum hufu_err caller_start(struct caller *caller)
{
    return pthread_create(&caller->thread, NULL, call, caller) == 0 ? HUFU_OK : HUFU_ERR_INTERNAL;
}

void caller_end(struct caller *caller)
{
    if (caller->limit == 0)
        atomic_store(&caller->stop, true);
    (void)pthread_join(caller->thread, NULL);
}
