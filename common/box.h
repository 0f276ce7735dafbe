/* SPDX-License-Identifier: Apache-2.0 */
/* The box around body and answer (docs/protocol.md §7): X25519, BLAKE2b, XChaCha20-Poly1305. The web process
 * relays what is inside and cannot open it. Randomness is the caller's. */
#ifndef HUFU_COMMON_BOX_H
#define HUFU_COMMON_BOX_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"

#define BOX_KEY_SIZE 32
#define BOX_NONCE_SIZE 24
#define BOX_TAG_SIZE 16
#define BOX_OVERHEAD (BOX_NONCE_SIZE + BOX_TAG_SIZE)
#define BOX_RANDOM_SIZE (BOX_KEY_SIZE + BOX_NONCE_SIZE)

/* What a device keeps between request and answer. Secret: wiped by box_session_wipe, after one answer that
 * opens. */
struct box_session {
    uint8_t k_out[BOX_KEY_SIZE];
    uint8_t frame_hash[32];
};
void box_session_wipe(struct box_session *session);
#define BOX_SESSION_WIPED __attribute__((cleanup(box_session_wipe)))

/* An X25519 pair from 32 random bytes. */
void box_keypair(uint8_t public_key[BOX_KEY_SIZE], uint8_t private_key[BOX_KEY_SIZE],
                 const uint8_t random[BOX_KEY_SIZE]);

/* dh = X25519(private_key, their_key), secret. HUFU_ERR_FORM, and zeros in dh: a point of small order. */
enum hufu_err box_agree(uint8_t dh[BOX_KEY_SIZE], const uint8_t private_key[BOX_KEY_SIZE],
                        const uint8_t their_key[BOX_KEY_SIZE]) HUFU_MUST_CHECK;

/* Device: appends the whole frame to out. random: BOX_RANDOM_SIZE fresh bytes. HUFU_ERR_FORM when H_k is a
 * point of small order, or the head is malformed or the body not of its size; HUFU_ERR_LIMIT when out is too
 * small. */
enum hufu_err box_seal_frame(struct buf *out, struct box_session *session, struct bytes head_encoded,
                             struct bytes body, const uint8_t H_k[BOX_KEY_SIZE],
                             const uint8_t random[BOX_RANDOM_SIZE]) HUFU_MUST_CHECK;
/* Private-key process: body gets the opened body (body->cap at least frame->box.len - BOX_OVERHEAD), session
 * what sealing the answer needs. HUFU_ERR_FORM when the box does not open. */
enum hufu_err box_open_frame(struct buf *body, struct box_session *session, const struct frame *frame,
                             const uint8_t private_key[BOX_KEY_SIZE]) HUFU_MUST_CHECK;
/* The same with what private_key and frame->Y agree on computed before. */
enum hufu_err box_open_frame_shared(struct buf *body, struct box_session *session, const struct frame *frame,
                                    const uint8_t dh[BOX_KEY_SIZE]) HUFU_MUST_CHECK;

/* Private-key process: appends the sealed answer. */
enum hufu_err box_seal_answer(struct buf *out, const struct box_session *session, struct bytes answer,
                              const uint8_t nonce[BOX_NONCE_SIZE]) HUFU_MUST_CHECK;
/* Device: HUFU_ERR_PEER when it does not open (the session stays usable for the right one). */
enum hufu_err box_open_answer(struct buf *answer, const struct box_session *session,
                              struct bytes sealed) HUFU_MUST_CHECK;

/* A half sealed to another device's X25519 key (§5): a libsodium sealed box. random: 32 fresh bytes. */
enum hufu_err box_seal_half(uint8_t sealed[FRAME_SEALED_HALF_SIZE], const uint8_t half[32],
                            const uint8_t public_key[BOX_KEY_SIZE],
                            const uint8_t random[BOX_KEY_SIZE]) HUFU_MUST_CHECK;
enum hufu_err box_open_half(uint8_t half[32], const uint8_t sealed[FRAME_SEALED_HALF_SIZE],
                            const uint8_t public_key[BOX_KEY_SIZE],
                            const uint8_t private_key[BOX_KEY_SIZE]) HUFU_MUST_CHECK;

#endif
