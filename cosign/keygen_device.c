/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation, the device's side (docs/protocol.md §2, steps 1 and 3). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/keygen.h"
#include "cosign/multiples.h"

void cosign_keygen_wipe(struct cosign_keygen *keygen)
{
    secret_wipe(keygen, sizeof(*keygen));
}

/* Fills in a, A and their proof. */
static enum hufu_err prove_half(struct cosign_keygen *keygen, struct bytes head, const struct draw *draw)
{
    struct scalar a SCALAR_WIPED;
    struct proof_nonce nonce PROOF_NONCE_WIPED;
    const struct statement statement = keygen_device_statement(head, keygen->A);

    enum hufu_err err = draw->secret(draw, &a, DRAW_A);
    if (!err)
        err = proof_nonce_draw(&nonce, draw, &a, head);
    if (err)
        return err;
    multiple_encode(keygen->A, &a);
    scalar_encode(keygen->half.a, &a);
    return proof_make(keygen->proof, &statement, &a, bytes_of(NULL, 0), &nonce.tau, nonce.theta);
}

static enum hufu_err begin(struct cosign_keygen *keygen, struct bytes head, const struct draw *draw)
{
    enum hufu_err err = prove_half(keygen, head, draw);
    if (!err)
        err = draw->bytes(draw, keygen->rho, sizeof(keygen->rho), DRAW_RHO);
    if (!err)
        err = keygen_commitment(keygen->com, head, keygen->A, keygen->proof, keygen->rho);
    return err;
}

enum hufu_err device_keygen_begin(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                  const struct draw *draw)
{
    const size_t start = body->len;
    memset(keygen, 0, sizeof(*keygen));
    enum hufu_err err = begin(keygen, head, draw);
    if (!err) {
        buf_put_field_text(body, COSIGN_OP_KEYGEN_BEGIN);
        buf_put_field(body, keygen->com, sizeof(keygen->com));
        err = message_finish(body, start);
    }
    if (err)
        cosign_keygen_wipe(keygen);
    return err;
}

enum hufu_err cosign_device_keygen_begin(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                         const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_keygen_begin(keygen, body, head, &draw);
}

/* The service's B, when its proof over M(com) holds. */
static enum hufu_err accept_service_point(struct affine *B, const uint8_t com[COSIGN_DIGEST_SIZE],
                                          struct bytes head, struct bytes answer)
{
    uint8_t proof[COSIGN_PROOF_SIZE];
    uint8_t encoded[COSIGN_POINT_SIZE];
    struct cursor c;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_KEYGEN_BEGIN);
    cursor_field_copy(&c, encoded, sizeof(encoded));
    cursor_field_copy(&c, proof, sizeof(proof));
    enum hufu_err err = cursor_finish(&c);
    if (!err) {
        const struct statement statement = keygen_service_statement(head, com, encoded);
        err = affine_decode_var(B, encoded) ? proof_check_var(&statement, proof) : HUFU_ERR_FORM;
    }
    secret_wipe(encoded, sizeof(encoded));
    secret_wipe(proof, sizeof(proof)); /* with P, it tests a PIN as B does */
    return err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF ? HUFU_ERR_PEER : err;
}

/* P = a·B - G. */
static enum hufu_err make_public_key(struct cosign_keygen *keygen, struct bytes head, struct bytes answer)
{
    struct scalar a SCALAR_WIPED;
    struct affine B AFFINE_WIPED; /* with P, B tests a PIN (§2) */
    if (!scalar_decode_nonzero(&a, keygen->half.a))
        return HUFU_ERR_STATE;
    enum hufu_err err = accept_service_point(&B, keygen->com, head, answer);
    return err ? err : keygen_public_key(keygen->half.P, &a, &B, HUFU_ERR_PEER);
}

enum hufu_err cosign_device_keygen_finish(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                          struct bytes answer)
{
    const size_t start = body->len;
    memset(keygen->half.P, 0, sizeof(keygen->half.P));
    enum hufu_err err = make_public_key(keygen, head, answer);
    if (!err) {
        buf_put_field_text(body, COSIGN_OP_KEYGEN_FINISH);
        buf_put_field(body, keygen->A, sizeof(keygen->A));
        buf_put_field(body, keygen->proof, sizeof(keygen->proof));
        buf_put_field(body, keygen->rho, sizeof(keygen->rho));
        err = message_finish(body, start);
    }
    if (err)
        memset(keygen->half.P, 0, sizeof(keygen->half.P));
    return err;
}

enum hufu_err cosign_device_keygen_done(struct cosign_keygen *keygen, struct cosign_device_half *half,
                                        struct bytes answer)
{
    struct cosign_keygen own COSIGN_KEYGEN_WIPED = *keygen;
    struct cursor c;
    cosign_keygen_wipe(keygen);
    memset(half, 0, sizeof(*half));
    if (own.half.P[0] == 0) /* finish was not called, or did not accept the service's message */
        return HUFU_ERR_STATE;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_KEYGEN_FINISH);
    struct bytes P = cursor_field_exact(&c, COSIGN_POINT_SIZE);
    if (cursor_finish(&c) || !bytes_equal(P, bytes_of(own.half.P, sizeof(own.half.P))))
        return HUFU_ERR_PEER;
    *half = own.half;
    return HUFU_OK;
}
