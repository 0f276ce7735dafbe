/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/half_proof.h"

#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/proof.h"

static struct statement statement_of(const struct half_proof_kind *kind, struct bytes head,
                                     const uint8_t P[COSIGN_POINT_SIZE], const uint8_t A[COSIGN_POINT_SIZE])
{
    return (struct statement){.tag = kind->tag,
                              .head = head,
                              .bound = bytes_of(P, COSIGN_POINT_SIZE),
                              .X0 = bytes_of(A, COSIGN_POINT_SIZE)};
}

enum hufu_err half_proof_put(struct buf *body, const struct half_proof_kind *kind,
                             const struct cosign_device_half *half, struct bytes head,
                             const struct draw *draw)
{
    const size_t start = body->len;
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct proof_nonce nonce PROOF_NONCE_WIPED;
    uint8_t proof[COSIGN_PROOF_SIZE];

    enum hufu_err err = device_keys_open(&keys, half);
    if (!err)
        err = proof_nonce_draw(&nonce, draw, &keys.a, head);
    if (!err) {
        const struct statement statement = statement_of(kind, head, half->P, keys.A);
        err = proof_make(proof, &statement, &keys.a, bytes_of(NULL, 0), &nonce.tau, nonce.theta);
    }
    if (err)
        return err;
    buf_put_field_text(body, kind->operation);
    buf_put_field(body, proof, sizeof(proof));
    return message_finish(body, start);
}

enum hufu_err half_proof_check_var(const struct half_proof_kind *kind, const struct cosign_service_half *half,
                                   struct bytes head, struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, kind->operation);
    struct bytes proof = cursor_field_exact(&c, COSIGN_PROOF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    const struct statement statement = statement_of(kind, head, half->P, half->A);
    return proof_check_var(&statement, proof.data);
}
