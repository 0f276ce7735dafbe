/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of keys, and the CAs' revocation lists. */
#ifndef HUFU_SERVER_STORE_CERTIFICATE_STORE_H
#define HUFU_SERVER_STORE_CERTIFICATE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define CERTIFICATE_SERIAL_SIZE 16
#define CERTIFICATE_DER_MAX 8192
#define CERTIFICATE_CA_MAX 16

struct certificate {
    uint8_t project_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t key_id[UUID_SIZE];
    char ca[CERTIFICATE_CA_MAX + 1];
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t not_before_ms, not_after_ms;
    uint8_t der[CERTIFICATE_DER_MAX];
    size_t der_len;
};

/* HUFU_ERR_CONFLICT: the key has a valid certificate of this CA. */
enum hufu_err certificate_insert(struct store *store, const struct certificate *certificate) HUFU_MUST_CHECK;
/* The newest valid one; ca may be NULL: of any. HUFU_ERR_NOT_FOUND. */
enum hufu_err certificate_read(struct store *store, const uint8_t project_id[UUID_SIZE],
                               const uint8_t key_id[UUID_SIZE], const char *ca,
                               struct certificate *out) HUFU_MUST_CHECK;

struct certificate_revoked {
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t revoked_ms;
    uint32_t reason;
};
/* Those of a CA that have not expired. HUFU_ERR_LIMIT: more than limit. */
enum hufu_err certificate_list_revoked(struct store *store, const char *ca, struct certificate_revoked *list,
                                       size_t limit, size_t *count) HUFU_MUST_CHECK;

#endif
