/* SPDX-License-Identifier: Apache-2.0 */
/* Personal data at rest: sealed under keys that are not in the database, each bound to its kind, its project and its row, and
 * found again by a keyed hash. Whoever has a copy of the database and the configuration has neither; hufu-server has both
 * keys in its memory (docs/threat-model.md).
 *
 * HUFU_ERR_AWAY, of every call: the data key is not loaded yet. */
#ifndef HUFU_SERVER_CORE_PERSONAL_H
#define HUFU_SERVER_CORE_PERSONAL_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/worker.h"

/* The numbers are part of how keys are derived: new kinds go at the end. */
enum personal_kind {
    PERSONAL_MOBILE,
    PERSONAL_IDENTITY_NUMBER,
    PERSONAL_EMAIL,
    PERSONAL_PICTURE,
    PERSONAL_FACE,
    PERSONAL_HANDWRITING,
    PERSONAL_NOTICE,
    PERSONAL_KIND_COUNT
};

#define PERSONAL_OVERHEAD 40 /* a nonce in front, a tag behind */

/* Appends plain.len + PERSONAL_OVERHEAD bytes: XChaCha20-Poly1305 under a random nonce. HUFU_ERR_LIMIT: no room. */
enum hufu_err personal_seal(struct worker *worker, enum personal_kind kind,
                            const uint8_t project_id[UUID_SIZE], const uint8_t row_id[UUID_SIZE],
                            struct bytes plain, struct buf *sealed) HUFU_MUST_CHECK;
/* Appends the plaintext; whoever gives the buffer wipes it. HUFU_ERR_RECORD: not sealed for this kind, project and row, or
 * not by this key. */
enum hufu_err personal_open(struct worker *worker, enum personal_kind kind,
                            const uint8_t project_id[UUID_SIZE], const uint8_t row_id[UUID_SIZE],
                            struct bytes sealed, struct buf *plain) HUFU_MUST_CHECK;

/* By what a value is found in its project: equal values of one kind and project alone have equal hashes. normalised: one
 * form of each value (mobile_number.h, …), or equal ones are not found. */
enum hufu_err personal_lookup(struct worker *worker, enum personal_kind kind,
                              const uint8_t project_id[UUID_SIZE], struct bytes normalised,
                              uint8_t hash[HASH_SIZE]) HUFU_MUST_CHECK;
/* Of a code that is too short for a plain hash; bound to its row. */
enum hufu_err personal_code_hash(struct worker *worker, const uint8_t row_id[UUID_SIZE], struct bytes code,
                                 uint8_t hash[HASH_SIZE]) HUFU_MUST_CHECK;

/* What is shown: "138****5678" of "+8613812345678", "+49*******6789" of another country's. */
void personal_mask_mobile(char *out, size_t size, const char *mobile);
/* "110***********1234": the first three and the last four of a long number; of one shorter than ten, the ends alone. */
void personal_mask_identity(char *out, size_t size, const char *number);
/* "l****@example.com". */
void personal_mask_email(char *out, size_t size, const char *address);

#endif
