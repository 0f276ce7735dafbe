/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a person besides name and work number: checked, brought into one form, and sealed where it is personal. */
#ifndef HUFU_SERVER_CORE_PROFILE_H
#define HUFU_SERVER_CORE_PROFILE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/core/act.h"
#include "server/store/account_store.h"
#include "server/worker.h"

/* As it was given; NULL: not told. Empty ("", no bytes, -1 of sex): to be known no longer. */
struct profile_in {
    const char *mobile;
    const char *identity_number;
    const char *email;
    const char *department, *occupation;
    const char *country; /* two letters */
    const char *province, *city;
    const char *remark;
    bool has_identity_kind, has_sex;
    int identity_kind; /* enum identity_kind; of a number without it: a resident identity card's */
    int sex;           /* index in account_sex_names */
    struct bytes seal_picture;
};

/* Fills in what was told, clears what is to be (the kind of document with its number), and leaves the rest of the account, whose ids are set. Refusal: bad field. HUFU_ERR_AWAY: something is personal, and the data key is not
 * loaded. */
enum hufu_err profile_fill(struct worker *worker, struct act *act, const struct profile_in *in,
                           struct account *account) HUFU_MUST_CHECK;

/* Refusal: bad field (there is one, and it is neither PNG nor JPEG). */
enum hufu_err profile_check_picture(struct act *act, struct bytes picture) HUFU_MUST_CHECK;
/* Checks it, and seals it. Refusal: bad field. */
enum hufu_err profile_seal_picture(struct worker *worker, struct act *act, const struct account *account,
                                   struct bytes picture, struct buf *sealed) HUFU_MUST_CHECK;
/* "image/png" or "image/jpeg"; NULL: neither. */
const char *profile_picture_type(struct bytes picture);

/* By what the accounts with this mobile number are found. HUFU_ERR_FORM: it is none. */
enum hufu_err profile_mobile_hash(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                                  const char *text, uint8_t hash[HASH_SIZE]) HUFU_MUST_CHECK;

/* What may be shown of the mobile number of an account; size: of account_shown's. */
void profile_show_mobile(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                         const uint8_t account_id[UUID_SIZE], const struct account_sealed *mobile, char *out,
                         size_t size);
/* Fills in what may be shown. What cannot be opened at present is shown as "****". */
void profile_show(struct worker *worker, struct account *account);

#endif
