/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authorization_reminder.h"

#include "common/log.h"
#include "server/core/authorization_hold.h"
#include "server/store/authorization_reminder_store.h"

#define REMINDER_STEPS 1000 /* in one round of the maintenance */

static enum hufu_err authorization_remind(struct worker *worker, const uint8_t authorization_id[UUID_SIZE],
                                          enum authorization_reminder reminder, enum notice_text text)
{
    bool first;
    struct authorization authorization;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_mark_told(worker->store, authorization_id, reminder, &first);
    if (err != HUFU_OK || !first)
        return err;
    err = authorization_read(worker->store, authorization_id, &authorization);
    for (unsigned i = 0; err == HUFU_OK && i < PARTY_COUNT; i++)
        err = authorization_tell(worker, &authorization, (enum authorization_party)i, text);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err authorization_remind_ends(struct worker *worker)
{
    uint8_t authorization_id[UUID_SIZE];
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && i < REMINDER_STEPS; i++) {
        err = authorization_next_ending(worker->store, authorization_id);
        if (err == HUFU_OK)
            err = authorization_remind(worker, authorization_id, AUTHORIZATION_REMINDER_END,
                                       NOTICE_TEXT_AUTHORIZATION_ENDING);
    }
    return err == HUFU_ERR_NOT_FOUND ? HUFU_OK : err;
}

bool authorization_must_remind_uses(const struct operation_situation *situation,
                                    const struct operation_result *result)
{
    return result->uses_counted && result->uses_left <= situation->uses_low && situation->uses_low != 0;
}

void authorization_remind_uses(struct worker *worker, const struct operation_situation *situation,
                               const struct operation_result *result)
{
    if (!authorization_must_remind_uses(situation, result))
        return;
    enum hufu_err err = authorization_remind(worker, situation->authorization_id, AUTHORIZATION_REMINDER_USES,
                                             NOTICE_TEXT_AUTHORIZATION_USES_LOW);
    if (err != HUFU_OK)
        log_event(LOG_WARNING, "authorization.reminder", "request_id", worker->trace, "error",
                  hufu_err_name(err), NULL);
}
