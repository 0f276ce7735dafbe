/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/code.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/secret.h"
#include "server/core/attempt.h"
#include "server/core/machine.h"
#include "server/core/notice.h"
#include "server/core/personal.h"
#include "server/identifier.h"

#define CODE_COUNT 1000000u /* of CODE_DIGITS digits */

const struct attempt_limit code_limit = {
    .limit = CODE_DAY_MAX, .window_seconds = 86400, .gap_seconds = CODE_GAP_SECONDS};

static const uint8_t code_table[CODE_STATE_COUNT][CODE_EVENT_COUNT] = {
    [CODE_SENT] =
        {
            [CODE_RIGHT] = MACHINE_TO(CODE_USED),
            [CODE_WRONG] = MACHINE_TO(CODE_SENT),
            [CODE_LAST_WRONG] = MACHINE_TO(CODE_EXHAUSTED),
            [CODE_REPLACE] = MACHINE_TO(CODE_REPLACED),
        },
};
static const struct machine code_machine = MACHINE_OF(code_table);

bool code_step(enum code_state state, enum code_event event, enum code_state *next)
{
    unsigned to;
    bool may = machine_step(&code_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum code_state)to;
    return may;
}

/* Secret until it is used. */
struct code_text {
    char digits[CODE_DIGITS + 1];
    uint8_t none[32]; /* what is kept of one that nobody gets: no digits are right */
};

static void code_text_wipe(struct code_text *text)
{
    secret_wipe(text, sizeof *text);
}

/* Each of them as likely as any other: what lies above the last whole million is drawn again. */
static enum hufu_err code_draw(struct code_text *out)
{
    uint32_t drawn;
    do {
        if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
            return HUFU_ERR_INTERNAL;
    } while (drawn >= UINT32_MAX / CODE_COUNT * CODE_COUNT);
    (void)snprintf(out->digits, sizeof out->digits, "%06u", drawn % CODE_COUNT);
    secret_wipe(&drawn, sizeof drawn);
    return getrandom(out->none, sizeof out->none, 0) == (ssize_t)sizeof out->none ? HUFU_OK
                                                                                  : HUFU_ERR_INTERNAL;
}

/* Both are hashed, and one is kept. */
static enum hufu_err code_hash(struct worker *worker, const struct code_text *text, bool somebody,
                               struct code_row *row)
{
    uint8_t digits[HASH_SIZE], none[HASH_SIZE];
    enum hufu_err err = personal_code_hash(worker, row->code_id, bytes_of(text->digits, CODE_DIGITS), digits);
    if (err == HUFU_OK)
        err = personal_code_hash(worker, row->code_id, bytes_of(text->none, sizeof text->none), none);
    if (err == HUFU_OK)
        memcpy(row->code_hash, somebody ? digits : none, HASH_SIZE);
    return err;
}

static enum hufu_err code_send(struct worker *worker, const struct code_order *order,
                               const struct code_text *text, bool somebody)
{
    char minutes[8];
    (void)snprintf(minutes, sizeof minutes, "%d", CODE_SECONDS / 60);
    const struct notice notice = {
        .project_id = order->project_id,
        .kind = NOTICE_SMS,
        .to = somebody ? order->mobile : NOTICE_NOBODY,
        .text = order->text,
        .values = {text->digits, minutes},
        .lifetime_seconds = CODE_SECONDS,
        .nobody = !somebody,
    };
    enum hufu_err err = notice_post(worker, &notice);
    return err == HUFU_ERR_STATE ? HUFU_ERR_AWAY : err; /* nobody sends SMS for this service */
}

enum hufu_err code_post(struct worker *worker, const struct code_order *order, uint64_t *expires_ms)
{
    __attribute__((cleanup(code_text_wipe))) struct code_text text;
    struct code_row row = {.state = CODE_SENT};
    const struct attempt mobile = {
        .project_id = order->project_id, .kind = ATTEMPT_CODE_MOBILE, .subject = order->mobile_hash};
    bool taken;
    int64_t moment_us;
    *expires_ms = 0;
    memcpy(row.project_id, order->project_id, UUID_SIZE);
    identifier_new(row.code_id);
    enum hufu_err err = code_draw(&text);
    if (err == HUFU_OK)
        err = attempt_take(worker->store, &mobile, &code_limit, &taken, &moment_us);
    bool somebody = err == HUFU_OK && taken && order->mobile != NULL;
    if (err == HUFU_OK)
        err = code_hash(worker, &text, somebody, &row);
    if (err == HUFU_OK)
        err = code_insert(worker->store, &row, order->scope, order->subject, CODE_SECONDS, expires_ms);
    return err == HUFU_OK ? code_send(worker, order, &text, somebody) : err;
}

enum hufu_err code_try(struct worker *worker, const uint8_t project_id[UUID_SIZE], enum code_scope scope,
                       const uint8_t subject[HASH_SIZE], struct bytes digits, enum code_verdict *verdict)
{
    struct code_row row;
    uint8_t hash[HASH_SIZE];
    enum code_state next;
    *verdict = CODE_VERDICT_NONE;
    enum hufu_err err = code_lock(worker->store, project_id, scope, subject, &row);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK;
    if (err == HUFU_OK)
        err = personal_code_hash(worker, row.code_id, digits, hash);
    if (err != HUFU_OK)
        return err;
    bool right = secret_equal(hash, row.code_hash, HASH_SIZE);
    enum code_event wrong = row.tries + 1 >= CODE_TRIES_MAX ? CODE_LAST_WRONG : CODE_WRONG;
    if (row.expired || !code_step(row.state, right ? CODE_RIGHT : wrong, &next))
        return HUFU_OK;
    *verdict = right ? CODE_VERDICT_RIGHT : CODE_VERDICT_WRONG;
    return code_count(worker->store, &row, next);
}

static enum hufu_err code_hash_mobile(struct worker *worker, const struct project *project,
                                      const char *mobile, uint8_t hash[HASH_SIZE])
{
    return personal_lookup(worker, PERSONAL_MOBILE, project->project_id, bytes_of_text(mobile), hash);
}

enum hufu_err code_send_to_mobile(struct worker *worker, struct act *act, const struct project *project,
                                  const char *mobile, const struct captcha_answer *captcha,
                                  uint64_t *expires_ms)
{
    uint8_t hash[HASH_SIZE];
    const struct attempt asking = {
        .project_id = project->project_id, .kind = ATTEMPT_CODE_ACCOUNT, .subject = hash};
    const struct code_order order = {.project_id = project->project_id,
                                     .scope = CODE_MOBILE,
                                     .subject = hash,
                                     .mobile_hash = hash,
                                     .mobile = mobile,
                                     .text = NOTICE_TEXT_CODE_REQUEST};
    act_set_project(act, project->project_id);
    enum hufu_err err = code_hash_mobile(worker, project, mobile, hash);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = captcha_spend(worker, act, project, captcha);
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    /* Counted beside the number's own count, so that what others have asked for it does not show. */
    if (err == HUFU_OK)
        err = attempt_count(worker, act, &asking, &code_limit, NULL);
    if (err == HUFU_OK)
        err = code_post(worker, &order, expires_ms);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err code_spend_of_mobile(struct worker *worker, struct act *act, const struct project *project,
                                   const char *mobile, struct bytes digits)
{
    uint8_t hash[HASH_SIZE];
    enum code_verdict verdict;
    act_set_project(act, project->project_id);
    enum hufu_err err = code_hash_mobile(worker, project, mobile, hash);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    if (err == HUFU_OK)
        err = code_try(worker, project->project_id, CODE_MOBILE, hash, digits, &verdict);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err != HUFU_OK)
        return err;
    return verdict == CODE_VERDICT_RIGHT ? HUFU_OK : act_refuse(act, REFUSAL_CODE_INVALID);
}
