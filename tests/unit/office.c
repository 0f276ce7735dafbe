/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/office.h"

#include <stdio.h>
#include <string.h>

#include "common/box.h"
#include "common/clock.h"
#include "server/core/data_key.h"
#include "server/core/operation.h"
#include "server/hsmc/keys.h"
#include "server/identifier.h"
#include "server/metrics.h"
#include "server/store/store.h"
#include "tests/unit/unit.h"

struct office office;

int office_open(void **state)
{
    (void)state;
    static char url[] = "https://service.example";
    database_start(&office.database, true);
    office.config = (struct server_config){.public_url = url,
                                           .activation_hours = 24,
                                           .has_tls_pin = true,
                                           .outside_timeout_ms = 1000,
                                           .hsm_names = {"key process"},
                                           .hsm_count = 1};
    office.worker.config = &office.config;
    office.worker.metrics = metrics_new(0);
    office.worker.keys = hsmc_keys_new();
    office.worker.data_key = data_key_new();
    office.worker.hsmc = hsmc_new(NULL, 0, office.worker.keys, office.worker.metrics);
    office.worker.store = store_open(office.database.server, office.worker.metrics);
    snprintf(office.worker.trace, sizeof office.worker.trace, "trace");
    key_process_reset();
    return office.worker.store == NULL || office.worker.metrics == NULL || office.worker.keys == NULL ||
           office.worker.data_key == NULL || data_key_maintain(&office.worker) != HUFU_OK;
}

int office_close(void **state)
{
    (void)state;
    store_close(office.worker.store);
    hsmc_keys_free(office.worker.keys);
    data_key_free(office.worker.data_key);
    metrics_free(office.worker.metrics);
    database_stop(&office.database);
    return 0;
}

void office_seal(struct office_frame *frame)
{
    static const uint8_t random[BOX_RANDOM_SIZE] = {1}, key_random[BOX_KEY_SIZE] = {2};
    static uint8_t head_memory[FRAME_HEAD_MAX], body[FRAME_MAX];
    uint8_t H_k[BOX_KEY_SIZE], private_key[BOX_KEY_SIZE];
    struct box_session session;
    struct buf head;
    box_keypair(H_k, private_key, key_random);
    buf_init(&head, head_memory, sizeof head_memory);
    buf_init(&frame->frame, frame->memory, sizeof frame->memory);
    assert_ok(frame_head_encode(&head, &frame->head));
    assert_ok(box_seal_frame(&frame->frame, &session, buf_bytes(&head),
                             bytes_of(body, frame_body_size(&frame->head)), H_k, random));
    frame->in.frame = buf_bytes(&frame->frame);
    frame->in.signature = bytes_of(frame->signature, sizeof frame->signature);
    frame->in.key_id = frame->head.key_id;
}

void office_frame(struct office_frame *frame, const struct person *person, enum frame_op op)
{
    static const uint8_t digest[32] = {3};
    static uint8_t points[65] = {4};
    *frame = (struct office_frame){.head = {.op = op, .time_ms = clock_wall_ms()}};
    memcpy(frame->head.key_id, person->key_id, UUID_SIZE);
    memcpy(frame->head.binding_id, person->binding_id, UUID_SIZE);
    identifier_new(frame->head.request_id);
    if (op == FRAME_OP_SIGN || op == FRAME_OP_KEYGEN_FINISH)
        frame->head.public_part = bytes_of(digest, sizeof digest);
    if (op == FRAME_OP_DECRYPT)
        frame->head.public_part = bytes_of(points, sizeof points);
    if (op == FRAME_OP_KEYGEN_BEGIN)
        frame->head.public_part = bytes_of(person->device_key, sizeof person->device_key);
    office_seal(frame);
}

int64_t office_count(const struct person *person, const char *table)
{
    return database_number(&office.database, "select count(*) from %s where binding_id = '%s'", table,
                           person->binding);
}

struct act office_act(const struct person *person, const char *action)
{
    struct act act = {.action = action, .principal = {.kind = PRINCIPAL_TOKEN}};
    memcpy(act.principal.token_hash, person->token_hash, HASH_SIZE);
    return act;
}

void office_finished(struct worker *worker, struct operation_job *job)
{
    (void)worker;
    (void)job;
}

enum hufu_err office_run(struct worker *worker, struct act *act, enum frame_op op,
                         const struct submission_in *in, struct submission_out *out)
{
    char trace[sizeof worker->trace];
    memcpy(trace, worker->trace, sizeof trace);
    struct operation_job one = {
        .trace = trace, .act = act, .in = in, .out = out, .finished = office_finished};
    operation_run(worker, op, &one, 1);
    return one.err;
}

struct act office_session_act(const struct person *person, const char *action)
{
    struct act act = {.action = action, .principal = {.kind = PRINCIPAL_DEVICE}};
    memcpy(act.principal.project_id, person->project_id, UUID_SIZE);
    memcpy(act.principal.account_id, person->account_id, UUID_SIZE);
    memcpy(act.principal.device_id, person->device_id, UUID_SIZE);
    memcpy(act.principal.session_id, person->session_id, UUID_SIZE);
    return act;
}

struct act office_operator_act(const char *action)
{
    return (struct act){.action = action, .principal = {.kind = PRINCIPAL_OPERATOR, .uid = 1000}};
}
