/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/profile.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "server/core/email_address.h"
#include "server/core/identity_number.h"
#include "server/core/mobile_number.h"
#include "server/core/personal.h"

#define PROFILE_UNREADABLE "****"

static_assert(ACCOUNT_SEALED_MAX >= EMAIL_ADDRESS_SIZE + PERSONAL_OVERHEAD, "the longest of them fits");
static_assert(ACCOUNT_PICTURE_SEALED_MAX == ACCOUNT_PICTURE_MAX + PERSONAL_OVERHEAD, "a sealed picture fits");

/* A value in clear, in one form; wiped with its scope. */
struct profile_clear {
    char text[EMAIL_ADDRESS_SIZE];
};
static_assert(sizeof(struct profile_clear) >= IDENTITY_NUMBER_SIZE &&
                  EMAIL_ADDRESS_SIZE >= MOBILE_NUMBER_SIZE,
              "every one of them fits");
static void profile_clear_wipe(struct profile_clear *clear)
{
    secret_wipe(clear, sizeof *clear);
}
#define PROFILE_WIPED __attribute__((cleanup(profile_clear_wipe)))

static enum hufu_err profile_seal(struct worker *worker, const struct account *account,
                                  enum personal_kind kind, const struct profile_clear *clear,
                                  struct account_sealed *out)
{
    const struct bytes plain = bytes_of_text(clear->text);
    struct buf sealed;
    buf_init(&sealed, out->data, sizeof out->data);
    enum hufu_err err = personal_lookup(worker, kind, account->project_id, plain, out->hash);
    if (err == HUFU_OK)
        err = personal_seal(worker, kind, account->project_id, account->account_id, plain, &sealed);
    out->len = sealed.len;
    return err;
}

/* Whether it is to be known no longer; then neither the value nor the hash that it was found by stays. */
static bool profile_clears(const char *text, struct account_sealed *sealed)
{
    if (text[0] != '\0')
        return false;
    *sealed = (struct account_sealed){.len = 0};
    return true;
}

static enum hufu_err profile_take_mobile(struct worker *worker, struct act *act, const char *text,
                                         struct account *account)
{
    struct profile_clear clear PROFILE_WIPED = {0};
    if (profile_clears(text, &account->mobile))
        return HUFU_OK;
    if (mobile_number_normalise(clear.text, text) != HUFU_OK)
        return act_refuse_field(act, "mobile", "is no mobile number");
    return profile_seal(worker, account, PERSONAL_MOBILE, &clear, &account->mobile);
}

static enum hufu_err profile_take_identity(struct worker *worker, struct act *act,
                                           const struct profile_in *in, struct account *account)
{
    struct profile_clear clear PROFILE_WIPED = {0};
    if (profile_clears(in->identity_number, &account->identity))
        return HUFU_OK;
    account->identity_kind =
        in->has_identity_kind ? (enum identity_kind)in->identity_kind : IDENTITY_RESIDENT_CARD;
    if (identity_number_normalise(clear.text, account->identity_kind, in->identity_number) != HUFU_OK)
        return act_refuse_field(act, "identity_number",
                                account->identity_kind == IDENTITY_RESIDENT_CARD
                                    ? "is no number of a resident identity card, or has a wrong digit"
                                    : "is no number of a document");
    return profile_seal(worker, account, PERSONAL_IDENTITY_NUMBER, &clear, &account->identity);
}

static enum hufu_err profile_take_email(struct worker *worker, struct act *act, const char *text,
                                        struct account *account)
{
    struct profile_clear clear PROFILE_WIPED = {0};
    if (profile_clears(text, &account->email))
        return HUFU_OK;
    if (email_address_normalise(clear.text, text) != HUFU_OK)
        return act_refuse_field(act, "email", "is no address");
    return profile_seal(worker, account, PERSONAL_EMAIL, &clear, &account->email);
}

static bool profile_told(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void profile_copy(char *out, size_t size, const char *text)
{
    if (text != NULL)
        snprintf(out, size, "%s", text);
}

static bool profile_is_country(const char *text)
{
    for (size_t i = 0; i < ACCOUNT_COUNTRY_SIZE; i++)
        if (text[i] < 'A' || text[i] > 'Z')
            return false;
    return text[ACCOUNT_COUNTRY_SIZE] == '\0';
}

static enum hufu_err profile_take_texts(struct act *act, const struct profile_in *in, struct account *account)
{
    if (profile_told(in->country) && !profile_is_country(in->country))
        return act_refuse_field(act, "country", "is not of two capital letters");
    profile_copy(account->department, sizeof account->department, in->department);
    profile_copy(account->occupation, sizeof account->occupation, in->occupation);
    profile_copy(account->country, sizeof account->country, in->country);
    profile_copy(account->province, sizeof account->province, in->province);
    profile_copy(account->city, sizeof account->city, in->city);
    profile_copy(account->remark, sizeof account->remark, in->remark);
    if (in->has_sex)
        account->sex = (enum account_sex)(in->sex + 1);
    return HUFU_OK;
}

enum hufu_err profile_fill(struct worker *worker, struct act *act, const struct profile_in *in,
                           struct account *account)
{
    enum hufu_err err = profile_take_texts(act, in, account);
    if (err == HUFU_OK && in->has_identity_kind && !profile_told(in->identity_number))
        err = act_refuse_field(act, "identity_number", "must be given with its kind");
    if (err == HUFU_OK && in->mobile != NULL)
        err = profile_take_mobile(worker, act, in->mobile, account);
    if (err == HUFU_OK && in->identity_number != NULL)
        err = profile_take_identity(worker, act, in, account);
    if (err == HUFU_OK && in->email != NULL)
        err = profile_take_email(worker, act, in->email, account);
    return err;
}

const char *profile_picture_type(struct bytes picture)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, jpeg[] = {0xff, 0xd8, 0xff};
    if (picture.len > sizeof png && memcmp(picture.data, png, sizeof png) == 0)
        return "image/png";
    if (picture.len > sizeof jpeg && memcmp(picture.data, jpeg, sizeof jpeg) == 0)
        return "image/jpeg";
    return NULL;
}

enum hufu_err profile_check_picture(struct act *act, struct bytes picture)
{
    return picture.len == 0 || profile_picture_type(picture) != NULL
               ? HUFU_OK
               : act_refuse_field(act, "seal_picture", "is neither a PNG nor a JPEG picture");
}

enum hufu_err profile_seal_picture(struct worker *worker, struct act *act, const struct account *account,
                                   struct bytes picture, struct buf *sealed)
{
    enum hufu_err err = profile_check_picture(act, picture);
    return err == HUFU_OK ? personal_seal(worker, PERSONAL_PICTURE, account->project_id, account->account_id,
                                          picture, sealed)
                          : err;
}

enum hufu_err profile_mobile_hash(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                                  const char *text, uint8_t hash[HASH_SIZE])
{
    struct profile_clear clear PROFILE_WIPED = {0};
    memset(hash, 0, HASH_SIZE);
    enum hufu_err err = mobile_number_normalise(clear.text, text);
    return err == HUFU_OK
               ? personal_lookup(worker, PERSONAL_MOBILE, project_id, bytes_of_text(clear.text), hash)
               : err;
}

static void profile_show_one(struct worker *worker, const struct account *account, enum personal_kind kind,
                             const struct account_sealed *sealed,
                             void (*mask)(char *out, size_t size, const char *text), char *out, size_t size)
{
    struct profile_clear clear PROFILE_WIPED = {0};
    struct buf plain;
    out[0] = '\0';
    if (sealed->len == 0)
        return;
    buf_init(&plain, clear.text, sizeof clear.text - 1);
    enum hufu_err err = personal_open(worker, kind, account->project_id, account->account_id,
                                      bytes_of(sealed->data, sealed->len), &plain);
    if (err == HUFU_OK)
        mask(out, size, clear.text);
    else
        snprintf(out, size, "%s", PROFILE_UNREADABLE);
}

void profile_show_mobile(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                         const uint8_t account_id[UUID_SIZE], const struct account_sealed *mobile, char *out,
                         size_t size)
{
    struct account account = {.created_ms = 0};
    memcpy(account.project_id, project_id, UUID_SIZE);
    memcpy(account.account_id, account_id, UUID_SIZE);
    profile_show_one(worker, &account, PERSONAL_MOBILE, mobile, personal_mask_mobile, out, size);
}

void profile_show(struct worker *worker, struct account *account)
{
    struct account_shown *shown = &account->shown;
    profile_show_one(worker, account, PERSONAL_MOBILE, &account->mobile, personal_mask_mobile, shown->mobile,
                     sizeof shown->mobile);
    profile_show_one(worker, account, PERSONAL_IDENTITY_NUMBER, &account->identity, personal_mask_identity,
                     shown->identity_number, sizeof shown->identity_number);
    profile_show_one(worker, account, PERSONAL_EMAIL, &account->email, personal_mask_email, shown->email,
                     sizeof shown->email);
}
