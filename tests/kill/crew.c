/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/crew.h"

#include <stdio.h>

#include "tests/client/command.h"
#include "tests/kill/records.h"

#define LOOK_EVERY_MS 50

enum hufu_err crew_begin(struct crew *crew)
{
    static const char *const options[] = {"--supervise", NULL};
    *crew = (struct crew){0};
    enum hufu_err err = stack_start(&crew->stack, options);
    if (!err)
        err = members_enrol(&crew->members, &crew->stack, "kill", CREW_SIZE);
    if (err)
        return err;
    crew->service = wire_service_new(stack_value(&crew->stack, "HUFU_URL"),
                                     stack_value(&crew->stack, "HUFU_TLS_CERTIFICATE"));
    crew->web = phone_connect(&crew->stack);
    return crew->service && crew->web ? HUFU_OK : HUFU_ERR_INTERNAL;
}

void crew_done(struct crew *crew)
{
    crew_rest(crew);
    for (size_t i = 0; i < CREW_SIZE; i++)
        insistent_done(&crew->clients[i]);
    web_client_free(crew->web);
    wire_service_free(crew->service);
    members_done(&crew->members);
    stack_stop(&crew->stack);
}

enum hufu_err crew_work(struct crew *crew)
{
    enum hufu_err err = HUFU_OK;
    for (; !err && crew->started < CREW_SIZE; crew->started += !err)
        err = insistent_start(&crew->clients[crew->started], &crew->members.senders[crew->started],
                              crew->service);
    return err;
}

void crew_rest(struct crew *crew)
{
    for (size_t i = 0; i < crew->started; i++)
        atomic_store(&crew->clients[i].stop, true);
    for (; crew->started > 0; crew->started--)
        insistent_finish(&crew->clients[crew->started - 1]);
}

size_t crew_held(const struct crew *crew)
{
    size_t held = 0;
    for (size_t i = 0; i < CREW_SIZE; i++)
        held += atomic_load(&crew->clients[i].held_count);
    return held;
}

unsigned crew_readiness(struct crew *crew)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    return web_call(crew->web, &answer, "GET", "/readyz", NULL) == HUFU_OK ? (unsigned)answer.status : 0;
}

bool crew_serves(struct crew *crew, unsigned seconds)
{
    const uint64_t give_up = shot_monotonic_us() + seconds * UINT64_C(1000000);
    while (crew_readiness(crew) != 200) {
        if (shot_monotonic_us() > give_up)
            return false;
        command_pause_ms(LOOK_EVERY_MS);
    }
    const size_t before = crew_held(crew);
    while (crew_held(crew) == before) {
        if (shot_monotonic_us() > give_up)
            return false;
        command_pause_ms(LOOK_EVERY_MS);
    }
    return true;
}

size_t crew_violations(const struct crew *crew)
{
    size_t violations = 0;
    for (size_t i = 0; i < CREW_SIZE; i++) {
        if (crew->clients[i].violation[0]) {
            violations++;
            fprintf(stderr, "client %zu: %s\n", i, crew->clients[i].violation);
        }
    }
    return violations;
}

size_t crew_disagreements(const struct crew *crew)
{
    struct records *records = records_read(&crew->stack);
    if (!records)
        return 1;
    size_t disagreements = records_contradictions(records);
    for (size_t i = 0; i < CREW_SIZE; i++)
        disagreements +=
            records_missing(records, crew->clients[i].held, atomic_load(&crew->clients[i].held_count));
    records_free(records);
    return disagreements;
}
