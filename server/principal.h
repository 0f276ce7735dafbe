/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asking, as authentication found it before a handler ran. Rooms below http/ take it as it is and
 * decide what this one may do; they never see a token. */
#ifndef HUFU_SERVER_PRINCIPAL_H
#define HUFU_SERVER_PRINCIPAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/encoding.h"
#include "common/hash.h"

enum principal_kind {
    PRINCIPAL_NONE,     /* a public route: nobody in particular */
    PRINCIPAL_TOKEN,    /* somebody with a well-formed token that nobody has looked up yet */
    PRINCIPAL_DEVICE,   /* a device with a valid session */
    PRINCIPAL_OPERATOR, /* an allowed uid on the administrative socket */
    PRINCIPAL_SERVICE   /* a thread of the service's own */
};

struct principal {
    enum principal_kind kind;
    /* PRINCIPAL_TOKEN, else zero: SHA-256 of the token */
    uint8_t token_hash[HASH_SIZE];
    /* PRINCIPAL_DEVICE, else zero */
    uint8_t project_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    uint8_t session_id[UUID_SIZE];
    bool restricted; /* its device is frozen, or its account not active: it sees that, and signs out */
    /* PRINCIPAL_OPERATOR, else 0 */
    uid_t uid;
};

#endif
