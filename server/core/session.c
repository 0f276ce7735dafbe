/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/session.h"

#include <string.h>
#include <sys/random.h>

#include "server/config.h"
#include "server/core/machine.h"
#include "server/identifier.h"
#include "server/metrics.h"

static const uint8_t session_table[SESSION_STATE_COUNT][SESSION_EVENT_COUNT] = {
    [SESSION_OPEN] = {[SESSION_USE] = MACHINE_TO(SESSION_OPEN), [SESSION_END] = MACHINE_TO(SESSION_ENDED)},
};
static const struct machine session_machine = MACHINE_OF(session_table);

bool session_step(enum session_state state, enum session_event event, enum session_state *next)
{
    unsigned to;
    bool may = machine_step(&session_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum session_state)to;
    return may;
}

enum hufu_err session_authenticate(struct worker *worker, struct principal *principal,
                                   const uint8_t token_hash[HASH_SIZE])
{
    struct session session;
    enum session_state next;
    enum hufu_err err = session_read(worker->store, token_hash, &session);
    if (err == HUFU_OK && (session.expired || !session_step(session.state, SESSION_USE, &next)))
        err = HUFU_ERR_NOT_FOUND;
    if (err == HUFU_ERR_NOT_FOUND) {
        metrics_add(worker->metrics, METRICS_SESSIONS_REFUSED, 1);
        err = HUFU_ERR_UNAUTHENTICATED;
    }
    if (err != HUFU_OK)
        return err;
    *principal = (struct principal){.kind = PRINCIPAL_DEVICE};
    memcpy(principal->project_id, session.project_id, UUID_SIZE);
    memcpy(principal->account_id, session.account_id, UUID_SIZE);
    memcpy(principal->device_id, session.device_id, UUID_SIZE);
    memcpy(principal->session_id, session.session_id, UUID_SIZE);
    return HUFU_OK;
}

enum hufu_err session_open(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], const uint8_t device_id[UUID_SIZE],
                           uint8_t token[SESSION_TOKEN_SIZE], uint64_t *expires_ms)
{
    struct session session = {0};
    memcpy(session.project_id, project_id, UUID_SIZE);
    memcpy(session.account_id, account_id, UUID_SIZE);
    memcpy(session.device_id, device_id, UUID_SIZE);
    identifier_new(session.session_id);
    if (getrandom(token, SESSION_TOKEN_SIZE, 0) != SESSION_TOKEN_SIZE)
        return HUFU_ERR_INTERNAL;
    uint8_t token_hash[HASH_SIZE];
    hash_sha256(token_hash, bytes_of(token, SESSION_TOKEN_SIZE));
    enum hufu_err err = session_end_all(worker->store, device_id);
    return err != HUFU_OK ? err
                          : session_insert(worker->store, &session, token_hash,
                                           (int32_t)worker->config->session_days, expires_ms);
}
