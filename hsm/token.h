/* SPDX-License-Identifier: Apache-2.0 */
/* The token as the private-key process uses it: a pool of sessions, the handles of its keys, and re-opening after a
 * failure. Safe from several threads, as long as no two use the same session (0 … sessions - 1) at once.
 *
 * Errors, everywhere: HUFU_ERR_AWAY the token failed and could not be re-opened. One that refused the PIN then is not touched any
 * more. */
#ifndef HUFU_HSM_TOKEN_H
#define HUFU_HSM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/destruction.h"
#include "common/err.h"

#define TOKEN_SESSIONS_MAX 64
#define TOKEN_ID_SIZE 16
#define TOKEN_IV_SIZE 12
#define TOKEN_SEAL_OVERHEAD (TOKEN_IV_SIZE + 16) /* IV in front, tag behind */
#define TOKEN_POINT_SIZE 65
#define TOKEN_SIGNATURE_SIZE 64 /* ECDSA P-256, r ‖ s */
#define TOKEN_RSA_MAX 384       /* modulus, and signature */

enum token_key {
    TOKEN_KEY_SEALING,
    TOKEN_KEY_IDENTITY,
    TOKEN_KEY_P256_ROOT,
    TOKEN_KEY_P256_ISSUING,
    TOKEN_KEY_RSA_ROOT,
    TOKEN_KEY_RSA_ISSUING,
    TOKEN_KEY_COUNT
};

struct token_settings {
    const char *module; /* path, checked by the caller */
    const char *label;
    struct bytes pin;  /* copied into locked memory */
    unsigned sessions; /* 1 to TOKEN_SESSIONS_MAX */
    bool may_write;    /* for `init` alone: keys can be made */
};

struct token;

/* Opens the token, logs in, opens the sessions and looks up the keys. HUFU_ERR_NOT_FOUND: no module or no such token;
 * HUFU_ERR_UNAUTHENTICATED: wrong PIN; HUFU_ERR_CONFLICT: two keys of one name; HUFU_ERR_LIMIT: memory cannot be
 * locked. A missing key is no error here: ask token_has. */
enum hufu_err token_open(struct token **token, const struct token_settings *settings) HUFU_MUST_CHECK;
void token_close(struct token *token); /* NULL is fine */

/* Makes a token with a random SO PIN, which is forgotten (docs/key-process.md). HUFU_ERR_NOT_FOUND: the module offers
 * no free one. */
enum hufu_err token_make(const struct token_settings *settings) HUFU_MUST_CHECK;
/* Makes one key, which must not exist; a token opened with may_write. */
enum hufu_err token_make_key(struct token *token, enum token_key key) HUFU_MUST_CHECK;

bool token_has(const struct token *token, enum token_key key);
/* Of the sealing key; random, made with it. */
const uint8_t *token_sealing_key_id(const struct token *token);
/* The public point of a P-256 key that token_has; 65 bytes. */
const uint8_t *token_point(const struct token *token, enum token_key key);
/* Modulus and exponent of an RSA key, appended. */
enum hufu_err token_rsa_public(struct token *token, unsigned session, enum token_key key, struct buf *modulus,
                               struct buf *exponent) HUFU_MUST_CHECK;

/* AES-256-GCM under the sealing key, with a fresh IV: appends IV ‖ ciphertext ‖ tag. */
enum hufu_err token_seal(struct token *token, unsigned session, struct buf *out, struct bytes associated,
                         struct bytes plain) HUFU_MUST_CHECK;
/* Appends the plaintext; out needs room for all of sealed. HUFU_ERR_RECORD: not authentic. */
enum hufu_err token_open_sealed(struct token *token, unsigned session, struct buf *out,
                                struct bytes associated, struct bytes sealed) HUFU_MUST_CHECK;

/* ECDSA of a digest: 64 bytes. RSA PKCS#1 v1.5 of a DigestInfo: TOKEN_RSA_MAX bytes. Appends. */
enum hufu_err token_sign(struct token *token, unsigned session, enum token_key key, struct buf *out,
                         struct bytes input) HUFU_MUST_CHECK;
/* The token's randomness alone; what is secret is drawn by hsm/entropy.h. */
enum hufu_err token_random(struct token *token, unsigned session, uint8_t *out, size_t len) HUFU_MUST_CHECK;
/* The head of the destruction log, a data object for each that was written and not swept: the one that goes furthest counts.
 * They have a session of their own, for one thread at a time.
 * HUFU_ERR_NOT_FOUND: none; HUFU_ERR_CONFLICT: two that go equally far, to different ends. */
enum hufu_err token_read_head(struct token *token, struct destruction_head *head) HUFU_MUST_CHECK;
/* Beside the one that there is. */
enum hufu_err token_write_head(struct token *token, const struct destruction_head *head) HUFU_MUST_CHECK;
/* Removes those that do not go as far. */
enum hufu_err token_sweep_heads(struct token *token, const struct destruction_head *head) HUFU_MUST_CHECK;

/* In place of whatever there is, also of what goes further: `rewind` alone. */
enum hufu_err token_set_head(struct token *token, const struct destruction_head *head) HUFU_MUST_CHECK;

/* Whether the sealing key does its work; re-opens the token if it does not. */
enum hufu_err token_probe(struct token *token, unsigned session) HUFU_MUST_CHECK;
/* Closes and opens it, as after a failure. */
enum hufu_err token_reopen(struct token *token) HUFU_MUST_CHECK;

#endif
