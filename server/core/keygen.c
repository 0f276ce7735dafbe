/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/keygen.h"

#include <string.h>

#include "common/secret.h"
#include "server/core/binding.h"
#include "server/core/destruction.h"
#include "server/core/key.h"
#include "server/hsmc/hsmc.h"
#include "server/store/request_store.h"

struct keygen {
    struct submission submission;
    struct operation_subject subject;
    uint8_t sealed_memory[HSMC_SEALED_MAX];
    struct buf sealed;
    struct buf answer; /* in the caller's memory */
};

static const char keygen_nothing_pending[] = "no key generation that could be finished has begun";

/* Account, device and binding as key generation wants them, and the step that the key's state takes. */
static enum hufu_err keygen_check(struct act *act, const struct standing *standing, enum key_event event,
                                  enum key_state *next)
{
    enum hufu_err err = binding_check_people(act, standing);
    if (err != HUFU_OK)
        return err;
    if (standing->locked)
        return act_refuse(act, REFUSAL_PIN_LOCKED);
    if (standing->state == BINDING_FROZEN || standing->state == BINDING_REMOVED)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[standing->state]);
    if (!key_step(standing->key_state, event, next) || standing->state != BINDING_WAITING)
        return act_refuse_state(act, REFUSAL_CONFLICT, key_state_names[standing->key_state]);
    return HUFU_OK;
}

/* Reads, and says whether there is anything left to do: *known, the request was decided before. */
static enum hufu_err keygen_read(struct worker *worker, struct act *act, enum frame_op op,
                                 const struct submission_in *in, struct keygen *keygen,
                                 struct submission_out *out, bool *known)
{
    enum key_state next;
    *known = false;
    buf_init(&keygen->sealed, keygen->sealed_memory, sizeof keygen->sealed_memory);
    buf_init(&keygen->answer, out->memory, sizeof out->memory);
    enum hufu_err err = submission_read(worker, act, op, in, &keygen->submission);
    if (err != HUFU_OK)
        return err;
    const struct standing *standing = &keygen->submission.situation.standing;
    err = binding_check_people(act, standing);
    if (err == HUFU_OK && (standing->state == BINDING_FROZEN || standing->state == BINDING_REMOVED))
        err = act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[standing->state]);
    if (err == HUFU_OK)
        err = submission_recall(worker, act, &keygen->submission, out, known);
    if (err != HUFU_OK || *known)
        return err;
    submission_subject(&keygen->submission, worker->trace, &keygen->subject);
    return keygen_check(act, standing, op == FRAME_OP_KEYGEN_BEGIN ? KEY_BEGIN : KEY_FINISH, &next);
}

/* Request and audit event of a step that was taken, in the transaction in hand, and its end. */
static enum hufu_err keygen_commit(struct worker *worker, const struct act *act, struct keygen *keygen,
                                   const struct standing *standing, struct store_transaction *transaction)
{
    enum hufu_err err = request_insert(worker->store, &keygen->subject, standing, buf_bytes(&keygen->answer));
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(transaction) : err;
}

static enum hufu_err keygen_begin_record(struct worker *worker, struct act *act, struct keygen *keygen)
{
    const struct operation_subject *subject = &keygen->subject;
    struct binding_held held;
    enum key_state next;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err =
            binding_hold(worker->store, subject->project_id, subject->device_id, subject->binding_id, &held);
    if (err == HUFU_OK)
        err = keygen_check(act, &held.standing, KEY_BEGIN, &next);
    if (err != HUFU_OK)
        return err;
    /* The record will hold the key that the head names; the PIN's failures are counted on the session's device. */
    if (memcmp(held.device_key, keygen->submission.frame.head.public_part.data, FRAME_DEVICE_KEY_SIZE) != 0)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "the frame names another device key than the session's");
    err = key_set_state(worker->store, subject->project_id, act->key_id, next, NULL);
    if (err == HUFU_OK)
        err = binding_set_pending(worker->store, subject->project_id, subject->binding_id,
                                  subject->request_id, buf_bytes(&keygen->sealed), KEYGEN_PENDING_MINUTES);
    return err == HUFU_OK ? keygen_commit(worker, act, keygen, &held.standing, &transaction) : err;
}

static enum hufu_err keygen_finish_record(struct worker *worker, struct act *act, struct keygen *keygen,
                                          const uint8_t public_key[HSMC_POINT_SIZE])
{
    const struct operation_subject *subject = &keygen->subject;
    struct binding_held held;
    enum key_state next;
    enum binding_state active;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err =
            binding_hold(worker->store, subject->project_id, subject->device_id, subject->binding_id, &held);
    if (err == HUFU_OK)
        err = keygen_check(act, &held.standing, KEY_FINISH, &next);
    if (err != HUFU_OK)
        return err;
    /* The pending record that was finished must still be the one that counts. */
    if (!held.has_pending || !binding_step(held.standing.state, BINDING_ACTIVATE, &active) ||
        memcmp(held.pending_request_id, keygen->submission.situation.pending_request_id, UUID_SIZE) != 0)
        return act_refuse_reason(act, REFUSAL_CONFLICT, keygen_nothing_pending);
    err = binding_set_record(worker->store, subject->project_id, subject->binding_id,
                             buf_bytes(&keygen->sealed));
    if (err == HUFU_OK)
        err = key_set_state(worker->store, subject->project_id, act->key_id, next, public_key);
    return err == HUFU_OK ? keygen_commit(worker, act, keygen, &held.standing, &transaction) : err;
}

/* The step was taken, or the same request took it at the same time: then what that one left is the answer. */
static enum hufu_err keygen_settle(struct worker *worker, struct act *act, struct keygen *keygen,
                                   enum hufu_err err, struct submission_out *out)
{
    bool known;
    if (err == HUFU_OK) {
        out->answer = buf_bytes(&keygen->answer);
        return HUFU_OK;
    }
    if (err != HUFU_ERR_CONFLICT)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    const struct act refused = *act;
    act->refusal = REFUSAL_NONE;
    act->reason = act->state = NULL;
    err = submission_read_again(worker, act, &keygen->submission);
    if (err == HUFU_OK)
        err = submission_recall(worker, act, &keygen->submission, out, &known);
    if (err == HUFU_OK && !known) {
        *act = refused;
        err = refused.refusal != REFUSAL_NONE ? HUFU_ERR_CONFLICT : HUFU_ERR_INTERNAL;
    }
    return err;
}

enum hufu_err keygen_begin(struct worker *worker, struct act *act, const struct submission_in *in,
                           struct submission_out *out)
{
    struct keygen keygen;
    bool known;
    *out = (struct submission_out){0};
    enum hufu_err err = keygen_read(worker, act, FRAME_OP_KEYGEN_BEGIN, in, &keygen, out, &known);
    if (err != HUFU_OK || known)
        return err;
    const struct hsmc_keygen_begin call = {
        .project_id = keygen.subject.project_id,
        .operations = keygen.submission.situation.usage_decrypt ? FRAME_ALLOW_DECRYPT : FRAME_ALLOW_SIGN,
        .signature = in->signature,
        .frame = in->frame,
    };
    err = hsmc_keygen_begin(worker->hsmc, worker->trace, &call, &keygen.sealed, &keygen.answer);
    if (err != HUFU_OK)
        return submission_refused(worker, act, err);
    err = keygen_begin_record(worker, act, &keygen);
    err = keygen_settle(worker, act, &keygen, err, out);
    if (err != HUFU_OK)
        secret_wipe(out, sizeof *out);
    return err;
}

enum hufu_err keygen_finish(struct worker *worker, struct act *act, const struct submission_in *in,
                            struct submission_out *out)
{
    struct keygen keygen;
    bool known;
    *out = (struct submission_out){0};
    enum hufu_err err = keygen_read(worker, act, FRAME_OP_KEYGEN_FINISH, in, &keygen, out, &known);
    if (err != HUFU_OK || known)
        return err;
    const struct operation_situation *situation = &keygen.submission.situation;
    if (situation->record.len == 0 || !situation->pending_fresh)
        return act_refuse_reason(act, REFUSAL_CONFLICT, keygen_nothing_pending);
    const struct hsmc_keygen_finish call = {
        .project_id = keygen.subject.project_id,
        .sealed = situation->record,
        .signature = in->signature,
        .frame = in->frame,
    };
    err = hsmc_keygen_finish(worker->hsmc, worker->trace, &call, &keygen.sealed, out->public_key,
                             &keygen.answer);
    if (err == HUFU_ERR_BEHIND && destruction_catch_up(worker) == HUFU_OK)
        err = hsmc_keygen_finish(worker->hsmc, worker->trace, &call, &keygen.sealed, out->public_key,
                                 &keygen.answer);
    if (err != HUFU_OK)
        return submission_refused(worker, act, err);
    out->has_public_key = true;
    err = keygen_finish_record(worker, act, &keygen, out->public_key);
    err = keygen_settle(worker, act, &keygen, err, out);
    if (err != HUFU_OK)
        secret_wipe(out, sizeof *out);
    return err;
}
