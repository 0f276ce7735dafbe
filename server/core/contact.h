/* SPDX-License-Identifier: Apache-2.0 */
/* How an account is reached: its mobile number, in clear while a message to it is made. */
#ifndef HUFU_SERVER_CORE_CONTACT_H
#define HUFU_SERVER_CORE_CONTACT_H

#include <stdint.h>

#include "common/err.h"
#include "common/hash.h"
#include "server/core/mobile_number.h"
#include "server/core/notice.h"
#include "server/worker.h"

#define CONTACT_TELL_SECONDS 86400 /* how long a text without hurry is tried to be sent */

/* Personal. */
struct contact {
    char mobile[MOBILE_NUMBER_SIZE]; /* "": none */
    uint8_t mobile_hash[HASH_SIZE];
};
void contact_wipe(struct contact *contact);
#define CONTACT_WIPED __attribute__((cleanup(contact_wipe)))

/* account_id NULL: nobody's, by the same work. */
enum hufu_err contact_read(struct worker *worker, const uint8_t *account_id,
                           struct contact *out) HUFU_MUST_CHECK;
/* Posts it to its account by SMS (kind and recipient need not be set), in the transaction in hand; nothing happens where that has
 * no mobile number, or nobody sends SMS. */
enum hufu_err contact_post(struct worker *worker, const struct notice *text) HUFU_MUST_CHECK;
/* The same for who must not show whether there is somebody: where there is no account (NULL) or no number, one to nobody. */
enum hufu_err contact_post_evenly(struct worker *worker, const struct notice *text) HUFU_MUST_CHECK;
/* As contact_post, of a text without values and without hurry. */
enum hufu_err contact_tell(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], enum notice_text text) HUFU_MUST_CHECK;

#endif
