/* SPDX-License-Identifier: Apache-2.0 */
/* The two-party SM2 protocol, both roles (docs/protocol.md, sections 1 to 6).
 *
 * The device holds `a`, the service holds `b`, and 1 + d = a·b (mod n) for the private key d of the public
 * key P. No function here computes d.
 *
 * Conventions
 *   - Scalars are 32 bytes big-endian, points 65 bytes (04 ‖ x ‖ y), proofs 64 bytes, digests 32 bytes.
 *   - `head` is the encoded readable part of the request (section 7); every proof is bound to it whole. This
 *     library does not parse it. `frame` (the service's roles) is the whole encoded frame, to which
 *     hedged nonces are bound.
 *   - `body` and `answer` are the encoded messages T(operation, fields…) before the box. Functions that make
 *     one append to a struct buf of the caller's; one needs at most COSIGN_BODY_MAX or COSIGN_ANSWER_MAX
 *     bytes. What a function that fails has appended is taken back.
 *   - Randomness comes from a struct cosign_random of the caller's; nonces are hedged with it (section 1).
 *   - No allocation, no I/O, no clock, no state (but what arithmetic/cpu.c has learnt of the processor): any number of threads. What
 *     lasts from one call to the next is in structs of the caller's, which hold secrets: declare them with
 *     their _WIPED attribute. A full batch takes less than 64 KiB of stack.
 *   - Argument order: state or record, outputs, inputs, randomness.
 *   - Outputs are zero unless HUFU_OK is returned; arrays whose size an input gives are left alone when that
 *     input is malformed. Outputs, and what is appended, overlap no input.
 *   - Constant time in every secret; checks of public data are not.
 *
 * Errors, everywhere
 *   HUFU_ERR_FORM      malformed: wrong length, scalar 0 or ≥ n, point not on the curve, a field too many or
 *                      too few
 *   HUFU_ERR_PROOF     the device's proof does not hold: in the service, a wrong PIN, to be counted
 *   HUFU_ERR_PEER      the service's answer does not hold: in the device, a service fault; nothing derived
 *                      from `a` has left
 *   HUFU_ERR_LIMIT     batch too large, buffer too small, or head longer than COSIGN_FIELD_MAX
 *   HUFU_ERR_STATE     a struct that is not, or no longer, where the call belongs
 *   HUFU_ERR_INTERNAL  randomness failed, or the service's own half, which comes out of
 *                      an authentic record, is malformed */
#ifndef HUFU_COSIGN_H
#define HUFU_COSIGN_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "cosign/arithmetic/sm3.h"

#define COSIGN_SCALAR_SIZE 32
#define COSIGN_POINT_SIZE 65
#define COSIGN_PROOF_SIZE 64
#define COSIGN_DIGEST_SIZE 32
#define COSIGN_SIGNATURE_SIZE 64 /* r ‖ s */
#define COSIGN_BATCH_MAX 256
#define COSIGN_SIGN_RANDOM 128 /* random bytes that the service draws for a digest, for two nonces */
#define COSIGN_PIN_KEY_SIZE 32 /* what Argon2id gives */
#define COSIGN_BODY_MAX (64 + COSIGN_BATCH_MAX * 2 * COSIGN_POINT_SIZE + COSIGN_PROOF_SIZE)
#define COSIGN_ANSWER_MAX (64 + COSIGN_BATCH_MAX * (2 * COSIGN_POINT_SIZE + 2 * COSIGN_SCALAR_SIZE))

/* Operation names, first field of every head, body and answer. */
#define COSIGN_OP_KEYGEN_BEGIN "sm2/keygen/begin"
#define COSIGN_OP_KEYGEN_FINISH "sm2/keygen/finish"
#define COSIGN_OP_SIGN "sm2/sign"
#define COSIGN_OP_DECRYPT "sm2/decrypt"
#define COSIGN_OP_REFRESH "sm2/refresh"
#define COSIGN_OP_HANDOVER "sm2/handover"
#define COSIGN_OP_PIN_CHECK "sm2/pin/check"

/* Fills out with len fresh random bytes of the operating system (in the service mixed with the token's).
 * Returns HUFU_OK or an error, which the caller of the protocol function gets. */
struct cosign_random {
    enum hufu_err (*fill)(void *context, uint8_t *out, size_t len);
    void *context;
};

/* What the service knows of one half, out of the sealed record. b is secret; A must not reach anybody outside
 * the private-key process (it tests a PIN); P is public. */
struct cosign_service_half {
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t A[COSIGN_POINT_SIZE];
    uint8_t P[COSIGN_POINT_SIZE];
};

/* What the device knows while it works: a, from σ and the PIN; P, from its own storage. */
struct cosign_device_half {
    uint8_t a[COSIGN_SCALAR_SIZE];
    uint8_t P[COSIGN_POINT_SIZE];
};

void cosign_service_half_wipe(struct cosign_service_half *half);
void cosign_device_half_wipe(struct cosign_device_half *half);
#define COSIGN_SERVICE_HALF_WIPED __attribute__((cleanup(cosign_service_half_wipe)))
#define COSIGN_DEVICE_HALF_WIPED __attribute__((cleanup(cosign_device_half_wipe)))

/* HUFU_OK when the 65 bytes are a point of the curve (section 1), else HUFU_ERR_FORM. Variable time. */
enum hufu_err cosign_point_check_var(const uint8_t point[COSIGN_POINT_SIZE]) HUFU_MUST_CHECK;

/* Bytes of one field that is hashed, hence of a head: T writes a length in 32 bits, and a proof hashes the head within a
 * field of its own. Longer ones are HUFU_ERR_LIMIT. */
#define COSIGN_FIELD_MAX ((size_t)1 << 30)

/* SM3 of the fields' T encoding: H(T(f0, …)). */
enum hufu_err cosign_hash_fields(uint8_t digest[COSIGN_DIGEST_SIZE], const struct bytes *fields,
                                 size_t count) HUFU_MUST_CHECK;

/* SM3 of plain bytes. For files, and for Z ‖ M, struct sm3 takes them in pieces. */
void cosign_sm3(uint8_t digest[COSIGN_DIGEST_SIZE], const void *data, size_t len);

/* e = H(Z ‖ M) of GB/T 32918.2 in two steps, so that M can be read in pieces by a struct sm3 that took Z
 * first. identity: at most 8191 bytes; the GM identity is COSIGN_GM_IDENTITY. */
#define COSIGN_GM_IDENTITY "1234567812345678"
enum hufu_err cosign_identity_digest(uint8_t z[COSIGN_DIGEST_SIZE], struct bytes identity,
                                     const uint8_t P[COSIGN_POINT_SIZE]) HUFU_MUST_CHECK;
/* The same, and the whole e for an M in memory. */
enum hufu_err cosign_message_digest(uint8_t e[COSIGN_DIGEST_SIZE], struct bytes identity,
                                    const uint8_t P[COSIGN_POINT_SIZE], struct bytes message) HUFU_MUST_CHECK;

/* Whether (r, s) is a signature of e under P (GB/T 32918.2 §7). HUFU_OK, or HUFU_ERR_SIGNATURE. Variable
 * time. */
enum hufu_err cosign_verify_var(const uint8_t P[COSIGN_POINT_SIZE], const uint8_t e[COSIGN_DIGEST_SIZE],
                                const uint8_t signature[COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

/* ---- Key generation (section 2) ---- */

/* The device between begin and finish; never stored. */
struct cosign_keygen {
    struct cosign_device_half half; /* half.P once the service's message was accepted */
    uint8_t A[COSIGN_POINT_SIZE];
    uint8_t proof[COSIGN_PROOF_SIZE];
    uint8_t rho[32];
    uint8_t com[COSIGN_DIGEST_SIZE];
};
void cosign_keygen_wipe(struct cosign_keygen *keygen);
#define COSIGN_KEYGEN_WIPED __attribute__((cleanup(cosign_keygen_wipe)))

/* Step 1, device. */
enum hufu_err cosign_device_keygen_begin(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                         const struct cosign_random *random) HUFU_MUST_CHECK;
/* Step 2, service: com is kept in the pending record with b. */
enum hufu_err cosign_service_keygen_begin(uint8_t b[COSIGN_SCALAR_SIZE], uint8_t com[COSIGN_DIGEST_SIZE],
                                          struct buf *answer, struct bytes head, struct bytes body,
                                          struct bytes frame,
                                          const struct cosign_random *random) HUFU_MUST_CHECK;
/* Step 3, device: head is that of begin. Checks proofB (HUFU_ERR_PEER), sets keygen->half.P, makes the body
 * of finish. */
enum hufu_err cosign_device_keygen_finish(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                          struct bytes answer) HUFU_MUST_CHECK;
/* Step 4, service: head_begin is the head of step 1, b and com come from the pending record. A commitment or
 * proof that does not hold is HUFU_ERR_PROOF. half gets b, A, P. */
enum hufu_err cosign_service_keygen_finish(struct cosign_service_half *half, struct buf *answer,
                                           struct bytes head_begin, const uint8_t b[COSIGN_SCALAR_SIZE],
                                           const uint8_t com[COSIGN_DIGEST_SIZE],
                                           struct bytes body) HUFU_MUST_CHECK;
/* After step 4, device: compares the two P (HUFU_ERR_PEER), gives the half, and wipes keygen in any case.
 * HUFU_ERR_STATE: _finish has not accepted the service's message. */
enum hufu_err cosign_device_keygen_done(struct cosign_keygen *keygen, struct cosign_device_half *half,
                                        struct bytes answer) HUFU_MUST_CHECK;

/* ---- Signing (section 3) ---- */

/* The device between request and answer: the half and the nonces. One answer only: _finish wipes it before it
 * can fail, whatever it returns. About 50 KiB; keep it off small stacks. */
struct cosign_signing {
    struct cosign_device_half half;
    uint32_t count;
    uint8_t ks[COSIGN_BATCH_MAX][2 * COSIGN_SCALAR_SIZE]; /* k1 ‖ k2 */
    uint8_t Qs[COSIGN_BATCH_MAX][2 * COSIGN_POINT_SIZE];  /* Q1 ‖ Q2 */
};
void cosign_signing_wipe(struct cosign_signing *signing);
#define COSIGN_SIGNING_WIPED __attribute__((cleanup(cosign_signing_wipe)))

/* Device: digests is E, count times 32 bytes, 1 ≤ count ≤ COSIGN_BATCH_MAX, the same bytes as in head. */
enum hufu_err cosign_device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                       const struct cosign_device_half *half, struct bytes head,
                                       struct bytes digests,
                                       const struct cosign_random *random) HUFU_MUST_CHECK;
/* Service: one request of those that are answered together. r_out gets one 32-byte r for each digest, to be recorded durably
 * before the answer leaves. Each has an answer, an r_out and a verdict of its own. */
struct cosign_service_signing {
    const struct cosign_service_half *half;
    struct buf *answer;
    uint8_t (*r_out)[COSIGN_SCALAR_SIZE];
    struct bytes head;
    struct bytes digests;
    struct bytes body;
    struct bytes frame;
    enum hufu_err err; /* out */
};
/* Service: 1 to COSIGN_TOGETHER_MAX requests, of any halves, with at most COSIGN_BATCH_MAX digests in all. They share what
 * the processor can do at once, and nothing else: each err, answer and r is what the request would have got alone. A
 * proof that does not hold comes before every other refusal but those of form, of a buffer too small and of the half.
 * Returns HUFU_OK whatever they are. HUFU_ERR_FORM: no request. HUFU_ERR_LIMIT: too many requests, or too many digests in
 * all. Then nothing was computed, and every err says the same. */
#define COSIGN_TOGETHER_MAX 16
enum hufu_err cosign_service_sign_each(struct cosign_service_signing signings[], size_t count,
                                       const struct cosign_random *random) HUFU_MUST_CHECK;
/* Service: one request alone. */
enum hufu_err cosign_service_sign(const struct cosign_service_half *half, struct buf *answer,
                                  uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head,
                                  struct bytes digests, struct bytes body, struct bytes frame,
                                  const struct cosign_random *random) HUFU_MUST_CHECK;
/* Device: signatures_out gets one r ‖ s for each digest. Whatever is wrong with the answer is HUFU_ERR_PEER,
 * which says nothing of which check it was. HUFU_ERR_STATE: the nonces have met an answer before.
 * HUFU_ERR_FORM: not as many digests as in _begin. */
enum hufu_err cosign_device_sign_finish(struct cosign_signing *signing,
                                        uint8_t signatures_out[][COSIGN_SIGNATURE_SIZE], struct bytes head,
                                        struct bytes digests, struct bytes answer) HUFU_MUST_CHECK;

/* ---- Decryption (section 4) ---- */

/* Device: the body; points is all C1 concatenated, the same bytes as in head. */
enum hufu_err cosign_device_decrypt_begin(struct buf *body, const struct cosign_device_half *half,
                                          struct bytes head, struct bytes points,
                                          const struct cosign_random *random) HUFU_MUST_CHECK;
/* Service: point_digests gets H(C1) for each, to be recorded. */
enum hufu_err cosign_service_decrypt(const struct cosign_service_half *half, struct buf *answer,
                                     uint8_t point_digests[][COSIGN_DIGEST_SIZE], struct bytes head,
                                     struct bytes points, struct bytes body) HUFU_MUST_CHECK;
/* Device: the plaintext of ciphertext number `index` (C1 ‖ C3 ‖ C2) out of the answer; plaintext has room for
 * ciphertext.len - 97 bytes, which is what it gets, and does not overlap the ciphertext. A C3 that does not
 * hold gives no plaintext: HUFU_ERR_PEER. HUFU_ERR_FORM: the ciphertext has no C2, or its C1 is not on the
 * curve. */
enum hufu_err cosign_device_decrypt_finish(uint8_t *plaintext, const struct cosign_device_half *half,
                                           uint32_t index, struct bytes ciphertext,
                                           struct bytes answer) HUFU_MUST_CHECK;

/* ---- Proof of the half alone: sm2/pin/check (sections 5 and 7) ---- */

enum hufu_err cosign_device_pin_check(struct buf *body, const struct cosign_device_half *half,
                                      struct bytes head, const struct cosign_random *random) HUFU_MUST_CHECK;
enum hufu_err cosign_service_pin_check(const struct cosign_service_half *half, struct buf *answer,
                                       struct bytes head, struct bytes body) HUFU_MUST_CHECK;

/* ---- A new split of the same key (section 5) ---- */

/* Device, refresh: draws t; next gets a·t⁻¹ with the same P. Both halves are kept until pin/check at g+1 was
 * answered. */
enum hufu_err cosign_device_refresh_begin(struct cosign_device_half *next, struct buf *body,
                                          const struct cosign_device_half *half, struct bytes head,
                                          const struct cosign_random *random) HUFU_MUST_CHECK;
/* Service, refresh: next gets b·t, A', P. generation is that of the head; the answer names generation + 1.
 * HUFU_ERR_FORM before the proof, HUFU_ERR_PROOF for the proof, HUFU_ERR_FORM again when b'·A' ≠ P + G. */
enum hufu_err cosign_service_refresh(struct cosign_service_half *next, struct buf *answer,
                                     const struct cosign_service_half *half, uint32_t generation,
                                     struct bytes head, struct bytes body) HUFU_MUST_CHECK;
/* Device, refresh: checks generation and B' (HUFU_ERR_PEER). */
enum hufu_err cosign_device_refresh_finish(const struct cosign_device_half *next, uint32_t generation,
                                           struct bytes answer) HUFU_MUST_CHECK;

/* Device, hand-over, first step: draws t and gives a2 = a·t⁻¹ and A2, so that a2 can be sealed for the other
 * device before the head is made. */
struct cosign_handover {
    uint8_t t[COSIGN_SCALAR_SIZE];
    uint8_t a2[COSIGN_SCALAR_SIZE];
    uint8_t A2[COSIGN_POINT_SIZE];
};
void cosign_handover_wipe(struct cosign_handover *handover);
#define COSIGN_HANDOVER_WIPED __attribute__((cleanup(cosign_handover_wipe)))
enum hufu_err cosign_device_handover_split(struct cosign_handover *handover,
                                           const struct cosign_device_half *half,
                                           const struct cosign_random *random) HUFU_MUST_CHECK;
/* Second step: the body, under the head that carries the sealed a2. */
enum hufu_err cosign_device_handover_body(struct buf *body, const struct cosign_handover *handover,
                                          const struct cosign_device_half *half, struct bytes head,
                                          const struct cosign_random *random) HUFU_MUST_CHECK;
/* Service: other gets b·t, A2, P, for a record of generation 0 that can do nothing but refresh. Errors as
 * refresh. */
enum hufu_err cosign_service_handover(struct cosign_service_half *other, struct buf *answer,
                                      const struct cosign_service_half *half, struct bytes head,
                                      struct bytes body) HUFU_MUST_CHECK;
/* The new device: whether a2·G = A2 (HUFU_ERR_PEER if not). */
enum hufu_err cosign_device_handover_accept(const uint8_t a2[COSIGN_SCALAR_SIZE],
                                            const uint8_t A2[COSIGN_POINT_SIZE]) HUFU_MUST_CHECK;

/* ---- The PIN (section 6) ---- */

/* σ from a, and a from σ, with the 32 bytes that Argon2id made of PIN and salt. A wrong key gives another a, and
 * no error. HUFU_ERR_RETRY: the factor is 0, draw another salt. */
enum hufu_err cosign_pin_hide(uint8_t sigma[COSIGN_SCALAR_SIZE], const uint8_t a[COSIGN_SCALAR_SIZE],
                              const uint8_t key[COSIGN_PIN_KEY_SIZE]) HUFU_MUST_CHECK;
enum hufu_err cosign_pin_open(uint8_t a[COSIGN_SCALAR_SIZE], const uint8_t sigma[COSIGN_SCALAR_SIZE],
                              const uint8_t key[COSIGN_PIN_KEY_SIZE]) HUFU_MUST_CHECK;

#endif
