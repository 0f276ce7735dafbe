/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/people.h"

#include <sodium.h>
#include <string.h>

#include "common/clock.h"
#include "server/identifier.h"

static const uint8_t person_bytes[32] = {1, 2, 3};
const struct operation_outcome person_outcome = {
    .answer = {(const uint8_t *)"a sealed answer", 15},
    .digests = {person_bytes, 32},
    .results = {person_bytes, 32},
};

static void person_identify(struct person *person)
{
    uint8_t *const ids[] = {person->project_id, person->account_id, person->device_id,
                            person->session_id, person->key_id,     person->binding_id};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        identifier_new(ids[i]);
    uuid_format(person->project, person->project_id);
    uuid_format(person->account, person->account_id);
    uuid_format(person->device, person->device_id);
    uuid_format(person->key, person->key_id);
    uuid_format(person->binding, person->binding_id);
    randombytes_buf(person->token_hash, sizeof person->token_hash);
    if (person->device_key[0] == 0)
        randombytes_buf(person->device_key, sizeof person->device_key);
}

void person_add(struct database *database, struct person *person)
{
    person_identify(person);
    char token[65], device_key[131], session[UUID_TEXT_SIZE];
    hex_encode(token, sizeof token, bytes_of(person->token_hash, sizeof person->token_hash));
    hex_encode(device_key, sizeof device_key, bytes_of(person->device_key, sizeof person->device_key));
    uuid_format(session, person->session_id);
    database_run(database, "insert into project (project_id, name) values ('%s', '%s')", person->project,
                 person->project);
    database_run(database,
                 "insert into account (project_id, account_id, name, work_number, subject, state)"
                 " values ('%s', '%s', 'Somebody', 'w-1', '\\x3000', 'active')",
                 person->project, person->account);
    database_run(database,
                 "insert into device (project_id, device_id, account_id, device_key, state, account_state)"
                 " values ('%s', '%s', '%s', '\\x%s', 'active', 'active')",
                 person->project, person->device, person->account, device_key);
    database_run(
        database,
        "insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at)"
        " values ('%s', '%s', '%s', '%s', '\\x%s', 'open', now() + interval '1 day')",
        person->project, session, person->account, person->device, token);
    database_run(
        database,
        "insert into key (project_id, key_id, account_id, algorithm, usage, kind, state, public_key)"
        " values ('%s', '%s', '%s', 'sm2', 'sign', 'split', 'usable', '\\x04' || sha256('x') || sha256('y'))",
        person->project, person->key, person->account);
    database_run(
        database,
        "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
        "account_state,"
        " key_state, record) values ('%s', '%s', '%s', '%s', '%s', 'primary', 'active', 'active', 'usable',"
        " 'record zero')",
        person->project, person->binding, person->key, person->device, person->account);
}

void person_request(const struct person *person, uint8_t number, struct person_request *out)
{
    *out = (struct person_request){0};
    identifier_new(out->request_id);
    memset(out->frame_hash, number, sizeof out->frame_hash);
    out->subject = (struct operation_subject){
        .project_id = person->project_id,
        .device_id = person->device_id,
        .binding_id = person->binding_id,
        .request_id = out->request_id,
        .frame_hash = out->frame_hash,
        .op = FRAME_OP_SIGN,
        .frame_time_ms = clock_wall_ms(),
        .count = 1,
        .trace = "test",
    };
}
