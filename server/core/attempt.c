/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/attempt.h"

#include "server/config.h"
#include "server/metrics.h"

#define ATTEMPT_SUBJECT_MAX 256

void attempt_subject(uint8_t subject[HASH_SIZE], const uint8_t project_id[UUID_SIZE], const char *work_number)
{
    uint8_t memory[ATTEMPT_SUBJECT_MAX];
    struct buf text;
    buf_init(&text, memory, sizeof memory);
    buf_put_field_text(&text, "hufu/attempt");
    buf_put_field(&text, project_id, UUID_SIZE);
    buf_put_field_text(&text, work_number);
    hash_sha256(subject, buf_bytes(&text));
}

static enum hufu_err attempt_verdict(struct worker *worker, struct act *act, enum hufu_err err, bool taken)
{
    if (err != HUFU_OK || taken)
        return err;
    metrics_add(worker->metrics, METRICS_TRIES_REPELLED, 1);
    return act_refuse(act, REFUSAL_TOO_MANY_TRIES);
}

enum hufu_err attempt_count(struct worker *worker, struct act *act, const struct attempt *attempt,
                            const struct attempt_limit *limit, int64_t *moment_us)
{
    bool taken;
    int64_t moment;
    enum hufu_err err = attempt_take(worker->store, attempt, limit, &taken, &moment);
    if (moment_us != NULL)
        *moment_us = moment;
    return attempt_verdict(worker, act, err, taken);
}

enum hufu_err attempt_count_address(struct worker *worker, struct act *act)
{
    bool taken;
    if (worker->config->address_tries_per_hour == 0)
        return HUFU_OK;
    enum hufu_err err = attempt_take_address(worker->store, worker->peer,
                                             (int32_t)worker->config->address_tries_per_hour, &taken);
    return attempt_verdict(worker, act, err, taken);
}
