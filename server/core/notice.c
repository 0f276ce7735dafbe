/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/notice.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "server/adapter/message.h"
#include "server/config.h"
#include "server/core/email_address.h"
#include "server/core/machine.h"
#include "server/core/mobile_number.h"
#include "server/core/personal.h"
#include "server/core/project.h"
#include "server/identifier.h"
#include "server/metrics.h"
#include "server/store/audit_store.h"

#define NOTICE_PAYLOAD_MAX 4096
static_assert(NOTICE_PAYLOAD_MAX + PERSONAL_OVERHEAD <= NOTICE_SEALED_MAX, "what is sealed fits its column");
#define NOTICE_FIELDS_MAX (4 + NOTICE_VALUES_MAX)

static const uint8_t notice_table[NOTICE_STATE_COUNT][NOTICE_EVENT_COUNT] = {
    [NOTICE_WAITING] =
        {
            [NOTICE_POSTPONE] = MACHINE_TO(NOTICE_WAITING),
            [NOTICE_DELIVER] = MACHINE_TO(NOTICE_DELIVERED),
            [NOTICE_REFUSE] = MACHINE_TO(NOTICE_REFUSED),
            [NOTICE_EXPIRE] = MACHINE_TO(NOTICE_EXPIRED),
        },
};
static const struct machine notice_machine = MACHINE_OF(notice_table);

bool notice_step(enum notice_state state, enum notice_event event, enum notice_state *next)
{
    unsigned to;
    bool may = machine_step(&notice_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum notice_state)to;
    return may;
}

bool notice_offered(const struct worker *worker, enum notice_kind kind)
{
    return kind == NOTICE_SMS ? sms_offered(worker) : email_offered(worker);
}

uint64_t notice_backoff_ms(int32_t attempts, uint8_t jitter)
{
    uint64_t wait = NOTICE_BACKOFF_FIRST_MS;
    for (int32_t i = 1; i < attempts && wait < NOTICE_BACKOFF_MAX_MS; i++)
        wait *= 2;
    if (wait > NOTICE_BACKOFF_MAX_MS)
        wait = NOTICE_BACKOFF_MAX_MS;
    return wait - wait / 4 * jitter / UINT8_MAX;
}

/* What is sealed: T(recipient, language, subject, text, value, …), each field with a final NUL, so that it can be used where it
 * lies. The finished text and not its parts: every attempt must send the same bytes, whatever a newer server would say. */
struct notice_payload {
    uint8_t memory[NOTICE_PAYLOAD_MAX];
    struct buf buf;
};

static void notice_payload_wipe(struct notice_payload *payload)
{
    secret_wipe(payload->memory, sizeof payload->memory);
}
#define PAYLOAD_WIPED __attribute__((cleanup(notice_payload_wipe)))

static void notice_put_text(struct buf *out, const char *text)
{
    buf_put_field(out, text, strlen(text) + 1);
}

static enum hufu_err notice_put_texts(struct buf *out, const struct notice *notice,
                                      const struct project *project)
{
    enum project_language language = project->rules.language;
    size_t mark = buf_field_begin(out);
    enum hufu_err err = notice_text_subject(out, notice->text, language, project->name);
    buf_put_u8(out, 0);
    buf_field_end(out, mark);
    mark = buf_field_begin(out);
    if (err == HUFU_OK)
        err = notice_text_body(out, notice->text, language, project->name, notice->values);
    buf_put_u8(out, 0);
    buf_field_end(out, mark);
    return err;
}

static enum hufu_err notice_write(struct buf *out, const struct notice *notice, const struct project *project)
{
    notice_put_text(out, notice->to);
    notice_put_text(out, notice_text_language(project->rules.language));
    enum hufu_err err = notice_put_texts(out, notice, project);
    for (size_t i = 0; err == HUFU_OK && i < notice_text_values(notice->text); i++)
        notice_put_text(out, notice->values[i]);
    return err == HUFU_OK ? buf_finish(out) : err;
}

static bool notice_fits(const struct notice *notice)
{
    size_t to = strlen(notice->to);
    if (to == 0 || to > NOTICE_TO_MAX || notice->lifetime_seconds == 0 ||
        notice->lifetime_seconds > NOTICE_LIFETIME_MAX_SECONDS)
        return false;
    for (size_t i = 0; i < notice_text_values(notice->text); i++)
        if (notice->values[i] != NULL && strlen(notice->values[i]) > NOTICE_VALUE_MAX)
            return false;
    return true;
}

static enum hufu_err notice_seal(struct worker *worker, const struct notice *notice,
                                 const struct notice_row *row, struct buf *sealed)
{
    struct notice_payload payload PAYLOAD_WIPED;
    struct project project;
    buf_init(&payload.buf, payload.memory, sizeof payload.memory);
    enum hufu_err err = project_read(worker->store, notice->project_id, &project);
    if (err == HUFU_OK)
        err = notice_write(&payload.buf, notice, &project);
    return err == HUFU_OK ? personal_seal(worker, PERSONAL_NOTICE, row->project_id, row->notice_id,
                                          buf_bytes(&payload.buf), sealed)
                          : err;
}

static enum hufu_err notice_post_as(struct worker *worker, const struct notice *notice,
                                    uint8_t notice_id[UUID_SIZE])
{
    uint8_t sealed_memory[NOTICE_SEALED_MAX];
    struct buf sealed;
    struct notice_row row = {.kind = notice->kind, .has_account = notice->account_id != NULL};
    memset(notice_id, 0, UUID_SIZE);
    if (!notice_offered(worker, notice->kind))
        return HUFU_ERR_STATE;
    if (!notice_fits(notice))
        return HUFU_ERR_LIMIT;
    memcpy(row.project_id, notice->project_id, UUID_SIZE);
    identifier_new(row.notice_id);
    if (row.has_account)
        memcpy(row.account_id, notice->account_id, UUID_SIZE);
    snprintf(row.text_name, sizeof row.text_name, "%s", notice_text_name(notice->text));
    buf_init(&sealed, sealed_memory, sizeof sealed_memory);
    enum hufu_err err = notice_seal(worker, notice, &row, &sealed);
    if (err == HUFU_OK)
        err = notice_insert(worker->store, &row, buf_bytes(&sealed),
                            notice->nobody ? 0 : notice->lifetime_seconds);
    if (err != HUFU_OK)
        return err;
    memcpy(notice_id, row.notice_id, UUID_SIZE);
    metrics_add(worker->metrics, METRICS_NOTICES_POSTED, 1);
    return HUFU_OK;
}

enum hufu_err notice_post(struct worker *worker, const struct notice *notice)
{
    uint8_t notice_id[UUID_SIZE];
    return notice_post_as(worker, notice, notice_id);
}

/* The recipient as the service keeps it. */
static enum hufu_err notice_trial_to(struct act *act, const struct notice_trial *trial,
                                     char to[EMAIL_ADDRESS_SIZE])
{
    char mobile[MOBILE_NUMBER_SIZE];
    bool sms = trial->kind == NOTICE_SMS;
    enum hufu_err err =
        sms ? mobile_number_normalise(mobile, trial->to) : email_address_normalise(to, trial->to);
    if (err == HUFU_OK && sms)
        snprintf(to, EMAIL_ADDRESS_SIZE, "%s", mobile);
    if (err != HUFU_ERR_FORM)
        return err;
    return act_refuse_field(act, "to", sms ? "is not a mobile number" : "is not an e-mail address");
}

static enum hufu_err notice_try_post(struct worker *worker, struct act *act, const struct notice *notice,
                                     struct notice_row *out)
{
    uint8_t notice_id[UUID_SIZE];
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = notice_post_as(worker, notice, notice_id);
    if (err == HUFU_ERR_STATE)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "no outside service is configured for this kind of message");
    if (err == HUFU_OK)
        err = notice_read(worker->store, notice_id, out);
    if (err == HUFU_OK)
        err = act_record(worker, act, notice_kind_names[notice->kind]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err notice_try(struct worker *worker, struct act *act, const struct notice_trial *trial,
                         struct notice_row *out)
{
    char to[EMAIL_ADDRESS_SIZE];
    struct project project;
    *out = (struct notice_row){0};
    enum hufu_err err = project_find(worker, act, trial->project, &project);
    if (err == HUFU_OK)
        err = notice_trial_to(act, trial, to);
    if (err != HUFU_OK)
        return err;
    act_set_project(act, project.project_id);
    const struct notice notice = {
        .project_id = project.project_id,
        .kind = trial->kind,
        .to = to,
        .text = NOTICE_TEXT_TEST,
        .lifetime_seconds = NOTICE_TRIAL_SECONDS,
    };
    return notice_try_post(worker, act, &notice, out);
}

enum hufu_err notice_find(struct worker *worker, struct act *act, const uint8_t notice_id[UUID_SIZE],
                          struct notice_row *out)
{
    enum hufu_err err = notice_read(worker->store, notice_id, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}

/* ---- the courier's side ---- */

/* The texts of a payload; HUFU_ERR_RECORD: they are none. */
static enum hufu_err notice_read_payload(struct bytes payload, const char *fields[NOTICE_FIELDS_MAX],
                                         size_t *count)
{
    struct cursor cursor;
    cursor_init(&cursor, payload);
    *count = 0;
    while (cursor_left(&cursor) > 0 && !cursor.failed && *count < NOTICE_FIELDS_MAX) {
        struct bytes field = cursor_field(&cursor, payload.len);
        if (field.len == 0 || field.data[field.len - 1] != 0)
            return HUFU_ERR_RECORD;
        fields[(*count)++] = (const char *)field.data;
    }
    return cursor_finish(&cursor) == HUFU_OK && *count >= 4 ? HUFU_OK : HUFU_ERR_RECORD;
}

static enum hufu_err notice_send(struct worker *worker, const struct notice_row *row, struct bytes payload,
                                 struct message_answer *answer)
{
    char key[UUID_TEXT_SIZE];
    const char *fields[NOTICE_FIELDS_MAX];
    size_t count;
    enum hufu_err err = notice_read_payload(payload, fields, &count);
    if (err != HUFU_OK)
        return err;
    uuid_format(key, row->notice_id);
    const struct message message = {
        .key = key,
        .to = fields[0],
        .language = fields[1],
        .subject = row->kind == NOTICE_EMAIL ? fields[2] : NULL,
        .text = fields[3],
        .template_name = row->text_name,
        .values = fields + 4,
        .value_count = count - 4,
        .valid_until_ms = row->expires_ms,
    };
    return row->kind == NOTICE_SMS ? sms_send(worker, &message, answer)
                                   : email_send(worker, &message, answer);
}

static enum hufu_err notice_open_and_send(struct worker *worker, const struct notice_row *row,
                                          struct bytes sealed, struct message_answer *answer)
{
    struct notice_payload payload PAYLOAD_WIPED;
    buf_init(&payload.buf, payload.memory, sizeof payload.memory);
    enum hufu_err err =
        personal_open(worker, PERSONAL_NOTICE, row->project_id, row->notice_id, sealed, &payload.buf);
    return err == HUFU_OK ? notice_send(worker, row, buf_bytes(&payload.buf), answer) : err;
}

static enum hufu_err notice_audit(struct worker *worker, const struct notice_row *row,
                                  enum notice_state state, const char *failure)
{
    static const char *const outcomes[NOTICE_STATE_COUNT] = {
        [NOTICE_WAITING] = "ok",
        [NOTICE_DELIVERED] = "ok",
        [NOTICE_REFUSED] = "notice-refused",
        [NOTICE_EXPIRED] = "notice-expired",
    };
    char detail[AUDIT_DETAIL_MAX + 1];
    snprintf(detail, sizeof detail, "%s %s%s%s", notice_kind_names[row->kind], row->text_name,
             failure != NULL ? ", " : "", failure != NULL ? failure : "");
    const struct audit_entry entry = {
        .project_id = row->project_id,
        .actor = "service",
        .action = "notice.deliver",
        .outcome = outcomes[state],
        .account_id = row->has_account ? row->account_id : NULL,
        .trace = worker->trace,
        .detail = detail,
    };
    return audit_insert(worker->store, &entry);
}

/* Was it posted to nobody (struct notice)? Whatever is meant for somebody lives a second at least. */
static bool notice_is_to_nobody(const struct notice_row *row)
{
    return row->expires_ms < row->created_ms + 1000;
}

/* Ends it, with its audit event unless it was to nobody: that was neither an event nor a failure. Another courier, whose lease
 * followed on ours, may have done so: then nothing is left to do. */
static enum hufu_err notice_conclude(struct worker *worker, const struct notice_row *row,
                                     enum notice_event event, const char *failure)
{
    bool ended = false, told = !notice_is_to_nobody(row);
    enum notice_state next;
    if (!notice_step(row->state, event, &next))
        return HUFU_ERR_INTERNAL;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = notice_end(worker->store, row->notice_id, &next, failure, &ended);
    if (err == HUFU_OK && ended && told)
        err = notice_audit(worker, row, next, failure);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err == HUFU_OK && ended && told)
        metrics_add(worker->metrics,
                    next == NOTICE_DELIVERED ? METRICS_NOTICES_DELIVERED : METRICS_NOTICES_FAILED, 1);
    return err;
}

static enum hufu_err notice_put_off(struct worker *worker, const struct notice_row *row, const char *failure,
                                    uint32_t retry_after_s)
{
    uint64_t wait = notice_backoff_ms(row->attempts, row->notice_id[UUID_SIZE - 1]);
    uint64_t asked = (uint64_t)retry_after_s * 1000;
    return notice_postpone(worker->store, row->notice_id, wait > asked ? wait : asked, failure);
}

/* HUFU_ERR_AWAY without a status may also be the data key's absence: that is put off just the same. */
static enum hufu_err notice_judge(struct worker *worker, const struct notice_row *row, enum hufu_err sent,
                                  const struct message_answer *answer)
{
    char failure[NOTICE_FAILURE_MAX + 1];
    if (answer->status != 0)
        snprintf(failure, sizeof failure, "status %d", answer->status);
    else
        snprintf(failure, sizeof failure, "%s", hufu_err_name(sent));
    if (sent == HUFU_OK)
        return notice_conclude(worker, row, NOTICE_DELIVER, NULL);
    if (sent == HUFU_ERR_FORM || sent == HUFU_ERR_RECORD)
        return notice_conclude(worker, row, NOTICE_REFUSE, failure);
    return notice_put_off(worker, row, failure, answer->retry_after_s);
}

enum hufu_err notice_deliver_next(struct worker *worker, bool *found)
{
    uint8_t sealed_memory[NOTICE_SEALED_MAX];
    struct buf sealed;
    struct notice_row row;
    struct message_answer answer = {0};
    const bool kinds[NOTICE_KIND_COUNT] = {
        [NOTICE_SMS] = notice_offered(worker, NOTICE_SMS),
        [NOTICE_EMAIL] = notice_offered(worker, NOTICE_EMAIL),
    };
    uint32_t lease_ms = (uint32_t)worker->config->outside_timeout_ms + NOTICE_LEASE_MARGIN_MS;
    buf_init(&sealed, sealed_memory, sizeof sealed_memory);
    enum hufu_err err = notice_claim(worker->store, kinds, lease_ms, &row, &sealed, found);
    if (err != HUFU_OK || !*found)
        return err;
    uuid_format(worker->trace, row.notice_id);
    if (row.expired)
        return notice_conclude(worker, &row, NOTICE_EXPIRE, NULL);
    err = notice_open_and_send(worker, &row, buf_bytes(&sealed), &answer);
    return notice_judge(worker, &row, err, &answer);
}
