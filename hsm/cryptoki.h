/* SPDX-License-Identifier: Apache-2.0 */
/* One PKCS#11 module, one call each. The only file that includes the PKCS#11 header: its errors are logged
 * and translated here. Sessions and keys are the module's handles, valid until cryptoki_stop.
 *
 * Errors, everywhere: HUFU_ERR_AWAY the token failed (re-open it and try again). Others are named at the
 * function. */
#ifndef HUFU_HSM_CRYPTOKI_H
#define HUFU_HSM_CRYPTOKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define CRYPTOKI_ID_SIZE 16
#define CRYPTOKI_IV_SIZE 12
#define CRYPTOKI_TAG_SIZE 16
#define CRYPTOKI_POINT_SIZE 65
#define CRYPTOKI_LABEL_MAX 32
#define CRYPTOKI_DATA_MAX 64
#define CRYPTOKI_RSA_BITS 3072
#define CRYPTOKI_RSA_MAX (CRYPTOKI_RSA_BITS / 8)

enum cryptoki_class {
    CRYPTOKI_SECRET,
    CRYPTOKI_PRIVATE,
    CRYPTOKI_PUBLIC
};
enum cryptoki_pair {
    CRYPTOKI_P256,
    CRYPTOKI_RSA
};

struct cryptoki; /* a loaded module */

/* Loads the module; the path was checked by the caller. HUFU_ERR_NOT_FOUND: it does not load, or is none. */
enum hufu_err cryptoki_load(struct cryptoki **module, const char *path) HUFU_MUST_CHECK;
void cryptoki_unload(struct cryptoki *module); /* NULL is fine */
enum hufu_err cryptoki_start(const struct cryptoki *module) HUFU_MUST_CHECK;
void cryptoki_stop(const struct cryptoki *module);

/* The slot of the token with this label. HUFU_ERR_NOT_FOUND: there is none. */
enum hufu_err cryptoki_find_token(const struct cryptoki *module, unsigned long *slot,
                                  const char *label) HUFU_MUST_CHECK;
/* Initialises a free token. Afterwards the module must be stopped and started, since slots move.
 * HUFU_ERR_NOT_FOUND: no free token. */
enum hufu_err cryptoki_make_token(const struct cryptoki *module, const char *label, struct bytes so_pin,
                                  struct bytes pin) HUFU_MUST_CHECK;

enum hufu_err cryptoki_open_session(const struct cryptoki *module, unsigned long *session, unsigned long slot,
                                    bool may_write) HUFU_MUST_CHECK;
/* One login serves all sessions. HUFU_ERR_UNAUTHENTICATED: the PIN is wrong. */
enum hufu_err cryptoki_login(const struct cryptoki *module, unsigned long session,
                             struct bytes pin) HUFU_MUST_CHECK;

/* Secret and private keys only where they are sensitive and not extractable: a readable one of the same label is
 * passed over. HUFU_ERR_NOT_FOUND: no such key. HUFU_ERR_CONFLICT: more than one. */
enum hufu_err cryptoki_find_key(const struct cryptoki *module, unsigned long session, unsigned long *key,
                                enum cryptoki_class class, const char *label) HUFU_MUST_CHECK;
enum hufu_err cryptoki_key_id(const struct cryptoki *module, unsigned long session, unsigned long key,
                              uint8_t id[CRYPTOKI_ID_SIZE]) HUFU_MUST_CHECK;
/* The public point of a P-256 public key object. */
enum hufu_err cryptoki_point(const struct cryptoki *module, unsigned long session, unsigned long key,
                             uint8_t point[CRYPTOKI_POINT_SIZE]) HUFU_MUST_CHECK;
/* Modulus and exponent of an RSA public key object, big-endian, appended. */
enum hufu_err cryptoki_rsa_public(const struct cryptoki *module, unsigned long session, unsigned long key,
                                  struct buf *modulus, struct buf *exponent) HUFU_MUST_CHECK;

/* A copy of a secret key that lasts as long as the session, is as sensitive and as little extractable, and cannot be modified. */
enum hufu_err cryptoki_copy_key(const struct cryptoki *module, unsigned long session, unsigned long *copy,
                                unsigned long key) HUFU_MUST_CHECK;

/* An AES-256 key that can do AES-GCM and nothing else, and cannot leave the token. CKA_MODIFIABLE, because SoftHSM2 copies no other;
 * who modifies it changes neither of the two. */
enum hufu_err cryptoki_make_sealing_key(const struct cryptoki *module, unsigned long session,
                                        const char *label,
                                        const uint8_t id[CRYPTOKI_ID_SIZE]) HUFU_MUST_CHECK;
/* A key pair that can sign and nothing else, and whose private half cannot leave the token. */
enum hufu_err cryptoki_make_pair(const struct cryptoki *module, unsigned long session,
                                 enum cryptoki_pair kind, const char *label,
                                 const uint8_t id[CRYPTOKI_ID_SIZE]) HUFU_MUST_CHECK;

/* Visits every private data object with this label, until a visit fails. A visit may read the object, and changes none: a search is
 * going on. */
typedef enum hufu_err cryptoki_visit_fn(void *context, unsigned long object);
enum hufu_err cryptoki_visit_data(const struct cryptoki *module, unsigned long session, const char *label,
                                  cryptoki_visit_fn *visit, void *context) HUFU_MUST_CHECK;
/* Appends the value, at most CRYPTOKI_DATA_MAX bytes. HUFU_ERR_NOT_FOUND: another process has removed it meanwhile. */
enum hufu_err cryptoki_read_data(const struct cryptoki *module, unsigned long session, unsigned long object,
                                 struct buf *value) HUFU_MUST_CHECK;
/* Makes one, which cannot be changed; a session that may write. */
enum hufu_err cryptoki_make_data(const struct cryptoki *module, unsigned long session, const char *label,
                                 struct bytes value) HUFU_MUST_CHECK;
enum hufu_err cryptoki_remove_data(const struct cryptoki *module, unsigned long session,
                                   unsigned long object) HUFU_MUST_CHECK;

/* AES-256-GCM. Appends ciphertext and tag. */
enum hufu_err cryptoki_seal(const struct cryptoki *module, unsigned long session, unsigned long key,
                            struct buf *out, const uint8_t iv[CRYPTOKI_IV_SIZE], struct bytes associated,
                            struct bytes plain) HUFU_MUST_CHECK;
/* out needs room for all of sealed. HUFU_ERR_RECORD: it does not open. Modules do not agree on how to say so,
 * and some say it in the words of a failure: the caller must find out whether the token is well. */
enum hufu_err cryptoki_open(const struct cryptoki *module, unsigned long session, unsigned long key,
                            struct buf *out, const uint8_t iv[CRYPTOKI_IV_SIZE], struct bytes associated,
                            struct bytes sealed) HUFU_MUST_CHECK;

/* Appends: 64 bytes r ‖ s of a digest (P-256), or the signature of a DigestInfo (RSA, PKCS#1 v1.5). */
enum hufu_err cryptoki_sign(const struct cryptoki *module, unsigned long session, unsigned long key,
                            enum cryptoki_pair kind, struct buf *out, struct bytes input) HUFU_MUST_CHECK;
enum hufu_err cryptoki_random(const struct cryptoki *module, unsigned long session, uint8_t *out,
                              size_t len) HUFU_MUST_CHECK;

#endif
