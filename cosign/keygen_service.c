/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation, the service's side (docs/protocol.md §2, steps 2 and 4). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/keygen.h"
#include "cosign/multiples.h"

/* b, its point and the proof of it over M(com). */
static enum hufu_err prove_half(struct scalar *b, uint8_t B[COSIGN_POINT_SIZE],
                                uint8_t proof[COSIGN_PROOF_SIZE], struct bytes head,
                                const uint8_t com[COSIGN_DIGEST_SIZE], struct bytes frame,
                                const struct draw *draw)
{
    struct proof_nonce nonce PROOF_NONCE_WIPED;
    const struct statement statement = keygen_service_statement(head, com, B);

    enum hufu_err err = draw->secret(draw, b, DRAW_B);
    if (!err)
        err = proof_nonce_draw(&nonce, draw, b, frame);
    if (err)
        return err;
    multiple_encode(B, b);
    return proof_make(proof, &statement, b, bytes_of(NULL, 0), &nonce.tau, nonce.theta);
}

static enum hufu_err parse_begin(uint8_t com[COSIGN_DIGEST_SIZE], struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, COSIGN_OP_KEYGEN_BEGIN);
    cursor_field_copy(&c, com, COSIGN_DIGEST_SIZE);
    return cursor_finish(&c);
}

enum hufu_err service_keygen_begin(uint8_t b[COSIGN_SCALAR_SIZE], uint8_t com[COSIGN_DIGEST_SIZE],
                                   struct buf *answer, struct bytes head, struct bytes body,
                                   struct bytes frame, const struct draw *draw)
{
    const size_t start = answer->len;
    struct scalar drawn SCALAR_WIPED;
    uint8_t B[COSIGN_POINT_SIZE];
    uint8_t proof[COSIGN_PROOF_SIZE];

    memset(b, 0, COSIGN_SCALAR_SIZE);
    enum hufu_err err = parse_begin(com, body);
    if (!err)
        err = prove_half(&drawn, B, proof, head, com, frame, draw);
    if (!err) {
        buf_put_field_text(answer, COSIGN_OP_KEYGEN_BEGIN);
        buf_put_field(answer, B, sizeof(B));
        buf_put_field(answer, proof, sizeof(proof));
        err = message_finish(answer, start);
    }
    secret_wipe(B, sizeof(B));
    if (err)
        memset(com, 0, COSIGN_DIGEST_SIZE);
    else
        scalar_encode(b, &drawn);
    return err;
}

enum hufu_err cosign_service_keygen_begin(uint8_t b[COSIGN_SCALAR_SIZE], uint8_t com[COSIGN_DIGEST_SIZE],
                                          struct buf *answer, struct bytes head, struct bytes body,
                                          struct bytes frame, const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return service_keygen_begin(b, com, answer, head, body, frame, &draw);
}

/* The opened commitment of the device. A is secret as ever: it tests a PIN. */
struct opening {
    uint8_t A[COSIGN_POINT_SIZE];
    uint8_t proof[COSIGN_PROOF_SIZE];
    uint8_t rho[32];
};

static void opening_wipe(struct opening *opening)
{
    secret_wipe(opening, sizeof(*opening));
}
#define OPENING_WIPED __attribute__((cleanup(opening_wipe)))

static enum hufu_err parse_finish(struct opening *opening, struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, COSIGN_OP_KEYGEN_FINISH);
    cursor_field_copy(&c, opening->A, sizeof(opening->A));
    cursor_field_copy(&c, opening->proof, sizeof(opening->proof));
    cursor_field_copy(&c, opening->rho, sizeof(opening->rho));
    return cursor_finish(&c);
}

/* The form of A, c and z is judged before the commitment is: form first, then the proof. */
static enum hufu_err check_opening(const struct opening *opening, struct bytes head_begin,
                                   const uint8_t com[COSIGN_DIGEST_SIZE])
{
    uint8_t expected[COSIGN_DIGEST_SIZE];
    const struct statement statement = keygen_device_statement(head_begin, opening->A);
    enum hufu_err err = proof_check_var(&statement, opening->proof);
    if (!err)
        err = keygen_commitment(expected, head_begin, opening->A, opening->proof, opening->rho);
    if (!err && !secret_equal(expected, com, sizeof(expected)))
        err = HUFU_ERR_PROOF;
    return err;
}

static enum hufu_err finish(struct cosign_service_half *half, struct bytes head_begin,
                            const uint8_t b[COSIGN_SCALAR_SIZE], const uint8_t com[COSIGN_DIGEST_SIZE],
                            struct bytes body)
{
    struct opening opening OPENING_WIPED;
    struct scalar own SCALAR_WIPED;
    struct affine A AFFINE_WIPED;

    enum hufu_err err = parse_finish(&opening, body);
    if (!err)
        err = check_opening(&opening, head_begin, com);
    if (err)
        return err;
    if (!scalar_decode_nonzero(&own, b) || !affine_decode_var(&A, opening.A))
        return HUFU_ERR_INTERNAL;
    err = keygen_public_key(half->P, &own, &A, HUFU_ERR_FORM);
    if (!err) {
        memcpy(half->b, b, sizeof(half->b));
        memcpy(half->A, opening.A, sizeof(half->A));
    }
    return err;
}

enum hufu_err cosign_service_keygen_finish(struct cosign_service_half *half, struct buf *answer,
                                           struct bytes head_begin, const uint8_t b[COSIGN_SCALAR_SIZE],
                                           const uint8_t com[COSIGN_DIGEST_SIZE], struct bytes body)
{
    const size_t start = answer->len;
    memset(half, 0, sizeof(*half));
    enum hufu_err err = finish(half, head_begin, b, com, body);
    if (!err) {
        buf_put_field_text(answer, COSIGN_OP_KEYGEN_FINISH);
        buf_put_field(answer, half->P, sizeof(half->P));
        err = message_finish(answer, start);
    }
    if (err)
        cosign_service_half_wipe(half);
    return err;
}
