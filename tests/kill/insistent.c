/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/insistent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/client/command.h"
#include "tests/client/randomness.h"

#define PAUSE_MS 40
#define ASK_AGAIN_ONE_IN 4 /* also without a disturbance */
#define ROOM_STEP 1024

static uint8_t random_byte(void)
{
    uint8_t byte = 0;
    randomness_fill(&byte, 1);
    return byte;
}

/* ---- Sending until there is an answer ---- */

static void drop_connection(struct insistent *client)
{
    wire_close(client->wire);
    client->wire = NULL;
}

/* One try. True: there is a final answer in the shot. */
static bool try_once(struct insistent *client, struct shot *shot)
{
    if (!client->wire && wire_open(&client->wire, client->service))
        return false;
    shot_fire(shot, client->wire);
    if (shot->err) {
        client->lost++;
        drop_connection(client);
        return false;
    }
    const unsigned status = shot->status;
    if (wire_ended(client->wire))
        drop_connection(client);
    if (status == 503)
        client->away++;
    return status != 503;
}

/* False: no answer in INSISTENT_PATIENCE_SECONDS, or another refusal; the violation says which. disturbed, when not
 * NULL: it took more than one try. */
static bool send_until_answered(struct insistent *client, struct shot *shot, bool *disturbed)
{
    const uint64_t give_up = shot_monotonic_us() + INSISTENT_PATIENCE_SECONDS * UINT64_C(1000000);
    while (!try_once(client, shot)) {
        *disturbed = true;
        if (shot_monotonic_us() > give_up) {
            (void)snprintf(client->violation, sizeof(client->violation), "no answer in %d seconds",
                           INSISTENT_PATIENCE_SECONDS);
            return false;
        }
        command_pause_ms(PAUSE_MS + random_byte() / 4);
    }
    if (shot->status != 200)
        (void)snprintf(client->violation, sizeof(client->violation), "refused: HTTP %u %.*s", shot->status,
                       shot->answer_len < 400 ? (int)shot->answer_len : 400,
                       shot->answer ? (const char *)shot->answer : "");
    return shot->status == 200;
}

/* ---- One request ---- */

static bool ask_again(struct insistent *client, struct shot *shot)
{
    const size_t len = shot->answer_len;
    uint8_t *first = shot->answer;
    bool ignored = false;
    shot->answer = NULL; /* the next try must not free it */
    const bool answered = send_until_answered(client, shot, &ignored);
    const bool same = answered && shot->answer_len == len && memcmp(shot->answer, first, len) == 0;
    if (answered && !same)
        (void)snprintf(client->violation, sizeof(client->violation),
                       "a second, different answer to one request id");
    free(first);
    client->compared += same;
    return same;
}

static bool hold(struct insistent *client, struct shot *shot, uint32_t count)
{
    uint8_t signatures[INSISTENT_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    const size_t number = atomic_load(&client->held_count);
    if (shot_verify(shot, client->sender->binding.half.P, signatures)) {
        (void)snprintf(client->violation, sizeof(client->violation), "an answer that does not hold");
        return false;
    }
    if (number == client->held_room) {
        struct held *more = realloc(client->held, (client->held_room + ROOM_STEP) * sizeof(*more));
        if (!more)
            abort();
        client->held = more;
        client->held_room += ROOM_STEP;
    }
    struct held *held = &client->held[number];
    *held = (struct held){.count = count};
    memcpy(held->binding_id, client->sender->binding.binding_id, FRAME_ID_SIZE);
    memcpy(held->request_id, shot->request.request_id, FRAME_ID_SIZE);
    for (uint32_t i = 0; i < count; i++)
        memcpy(held->r[i], signatures[i], COSIGN_SCALAR_SIZE);
    atomic_store(&client->held_count, number + 1);
    return true;
}

static bool sign_once(struct insistent *client)
{
    struct shot shot = {0};
    const uint32_t count = 1 + random_byte() % INSISTENT_BATCH_MAX;
    bool disturbed = false;
    if (shot_prepare(&shot, client->sender, count, device_now_ms())) {
        (void)snprintf(client->violation, sizeof(client->violation), "the request could not be made");
        return false;
    }
    bool good = send_until_answered(client, &shot, &disturbed);
    if (good && (disturbed || random_byte() % ASK_AGAIN_ONE_IN == 0))
        good = ask_again(client, &shot);
    if (good)
        good = hold(client, &shot, count);
    shot_done(&shot);
    return good;
}

static void *insist(void *argument)
{
    struct insistent *client = argument;
    while (!atomic_load(&client->stop)) {
        if (!sign_once(client))
            break;
    }
    drop_connection(client);
    return NULL;
}

enum hufu_err insistent_start(struct insistent *client, const struct shot_sender *sender,
                              const struct wire_service *service)
{
    *client = (struct insistent){.sender = sender, .service = service};
    return pthread_create(&client->thread, NULL, insist, client) == 0 ? HUFU_OK : HUFU_ERR_INTERNAL;
}

void insistent_finish(struct insistent *client)
{
    atomic_store(&client->stop, true);
    (void)pthread_join(client->thread, NULL);
}

void insistent_done(struct insistent *client)
{
    free(client->held);
    *client = (struct insistent){0};
}
