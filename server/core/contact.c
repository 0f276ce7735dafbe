/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/contact.h"

#include <string.h>

#include "common/secret.h"
#include "server/core/personal.h"
#include "server/store/contact_store.h"

void contact_wipe(struct contact *contact)
{
    secret_wipe(contact, sizeof *contact);
}

static enum hufu_err contact_open(struct worker *worker, const uint8_t account_id[UUID_SIZE],
                                  const struct contact_row *row, struct contact *out)
{
    struct buf plain;
    if (row->mobile_sealed_len == 0)
        return HUFU_OK;
    buf_init(&plain, out->mobile, sizeof out->mobile - 1);
    memcpy(out->mobile_hash, row->mobile_hash, HASH_SIZE);
    return personal_open(worker, PERSONAL_MOBILE, row->project_id, account_id,
                         bytes_of(row->mobile_sealed, row->mobile_sealed_len), &plain);
}

enum hufu_err contact_read(struct worker *worker, const uint8_t *account_id, struct contact *out)
{
    static const uint8_t nobody[UUID_SIZE] = {0};
    struct contact_row row;
    *out = (struct contact){.mobile = ""};
    enum hufu_err err = contact_row_read(worker->store, account_id != NULL ? account_id : nobody, &row);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK;
    return err == HUFU_OK ? contact_open(worker, account_id, &row, out) : err;
}

enum hufu_err contact_post(struct worker *worker, const struct notice *text)
{
    struct contact contact CONTACT_WIPED = {.mobile = ""};
    struct notice notice = *text;
    if (!notice_offered(worker, NOTICE_SMS))
        return HUFU_OK;
    enum hufu_err err = contact_read(worker, text->account_id, &contact);
    if (err != HUFU_OK || contact.mobile[0] == '\0')
        return err;
    notice.kind = NOTICE_SMS;
    notice.to = contact.mobile;
    return notice_post(worker, &notice);
}

enum hufu_err contact_post_evenly(struct worker *worker, const struct notice *text)
{
    struct contact contact CONTACT_WIPED = {.mobile = ""};
    struct notice notice = *text;
    if (!notice_offered(worker, NOTICE_SMS))
        return HUFU_OK;
    enum hufu_err err = contact_read(worker, text->account_id, &contact);
    if (err != HUFU_OK)
        return err;
    notice.kind = NOTICE_SMS;
    notice.nobody = contact.mobile[0] == '\0';
    notice.to = notice.nobody ? NOTICE_NOBODY : contact.mobile;
    if (notice.nobody)
        notice.account_id = NULL;
    return notice_post(worker, &notice);
}

enum hufu_err contact_tell(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], enum notice_text text)
{
    const struct notice notice = {.project_id = project_id,
                                  .account_id = account_id,
                                  .text = text,
                                  .lifetime_seconds = CONTACT_TELL_SECONDS};
    return contact_post(worker, &notice);
}
