/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/face.h"

#include <stdlib.h>

#include "common/secret.h"
#include "server/adapter/face.h"
#include "server/core/authentication_try.h"
#include "server/core/contact.h"
#include "server/core/personal.h"

/* A picture on its way, on the heap: a thread's stack is no place for it. */
struct face_memory {
    uint8_t sealed[FACE_SEALED_MAX], plain[FACE_STORED_MAX];
};

static void face_memory_free(struct face_memory **memory)
{
    if (*memory != NULL)
        secret_wipe(*memory, sizeof **memory);
    free(*memory);
}
#define FACE_MEMORY_FREED __attribute__((cleanup(face_memory_free)))

/* No service, or one that is not there, is the same to who asks. */
static enum hufu_err face_verdict(struct act *act, enum hufu_err err)
{
    if (err == HUFU_ERR_FORM || err == HUFU_ERR_LIMIT)
        return act_refuse_field(act, "picture", "must be a JPEG or PNG that shows one face");
    return err == HUFU_ERR_STATE ? HUFU_ERR_AWAY : err;
}

static enum hufu_err face_keep(struct worker *worker, struct act *act, struct bytes picture)
{
    const struct principal *principal = &act->principal;
    struct face_memory *memory FACE_MEMORY_FREED = malloc(sizeof *memory);
    struct buf sealed;
    if (memory == NULL)
        return HUFU_ERR_INTERNAL;
    buf_init(&sealed, memory->sealed, sizeof memory->sealed);
    enum hufu_err err =
        personal_seal(worker, PERSONAL_FACE, principal->project_id, principal->account_id, picture, &sealed);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = face_put(worker->store, principal->project_id, principal->account_id, buf_bytes(&sealed));
    if (err == HUFU_OK)
        err = contact_tell(worker, principal->project_id, principal->account_id, NOTICE_TEXT_FACE_CHANGED);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err face_enrol(struct worker *worker, struct act *act, struct bytes picture)
{
    bool same;
    enum hufu_err err = authentication_held(
        worker, act, METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS));
    /* With itself: the service says whether it shows one face. */
    if (err == HUFU_OK)
        err = face_verdict(act, face_compare(worker, picture, picture, &same));
    return err == HUFU_OK ? face_keep(worker, act, picture) : err;
}

/* ---- as a method of authentication ---- */

/* The picture that is kept; for nobody, the one given is sealed, for the time that opening takes. */
static enum hufu_err face_reference(struct worker *worker, const struct authentication *authentication,
                                    struct bytes picture, struct face_memory *memory, struct buf *plain,
                                    bool *known)
{
    static const uint8_t nobody[UUID_SIZE] = {0};
    const uint8_t *account_id = authentication->has_account ? authentication->account_id : nobody;
    struct buf sealed;
    buf_init(&sealed, memory->sealed, sizeof memory->sealed);
    buf_init(plain, memory->plain, sizeof memory->plain);
    enum hufu_err err = face_read(worker->store, account_id, &sealed);
    *known = err == HUFU_OK;
    if (err == HUFU_OK)
        return personal_open(worker, PERSONAL_FACE, authentication->project_id, account_id,
                             buf_bytes(&sealed), plain);
    if (err != HUFU_ERR_NOT_FOUND)
        return err;
    buf_init(&sealed, memory->sealed, sizeof memory->sealed);
    return personal_seal(worker, PERSONAL_FACE, authentication->project_id, account_id, picture, &sealed);
}

/* Where there is no picture to compare with, the one given is compared with itself, and is wrong. */
static enum hufu_err face_holds(struct worker *worker, const struct authentication *authentication,
                                struct bytes picture, bool *right)
{
    struct face_memory *memory FACE_MEMORY_FREED = malloc(sizeof *memory);
    struct buf plain;
    bool known, same;
    *right = false;
    if (memory == NULL)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = face_reference(worker, authentication, picture, memory, &plain, &known);
    if (err == HUFU_OK)
        err = face_compare(worker, known ? buf_bytes(&plain) : picture, picture, &same);
    *right = err == HUFU_OK && known && same;
    /* The one given has been found to show a face: what is wrong is in the other, and the answer is no. */
    return err == HUFU_ERR_FORM || err == HUFU_ERR_LIMIT ? HUFU_OK : err;
}

/* The service did not say: that was no try. */
static enum hufu_err face_take_back(struct worker *worker, const struct authentication_try *attempted,
                                    enum hufu_err err)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err taken = store_begin(worker->store, &transaction);
    if (taken == HUFU_OK)
        taken = authentication_try_take_back(worker, attempted);
    if (taken == HUFU_OK)
        taken = store_commit(&transaction);
    return taken == HUFU_OK ? err : taken;
}

enum hufu_err authentication_try_face(struct worker *worker, struct act *act, const uint8_t *token,
                                      struct bytes picture, struct authentication_progress *out)
{
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    bool right;
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = authentication_try_look(worker, act, token, AUTHENTICATION_FACE, &attempted);
    if (err == HUFU_OK)
        err = authentication_try_count_alone(worker, act, &attempted);
    if (err != HUFU_OK)
        return err;
    /* With itself first: whether it shows one face is told everybody after the same work, and before anything is looked
     * at that only somebody has. */
    err = face_compare(worker, picture, picture, &right);
    if (err == HUFU_OK)
        err = face_holds(worker, &attempted.view.authentication, picture, &right);
    if (err != HUFU_OK)
        return face_take_back(worker, &attempted, face_verdict(act, err));
    authentication_set_act(act, &attempted.view.authentication);
    return authentication_try_end(worker, act, &attempted, right, out);
}
