/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/keygen.h"

#include "common/secret.h"

struct statement keygen_device_statement(struct bytes head, const uint8_t A[COSIGN_POINT_SIZE])
{
    return (struct statement){
        .tag = "hufu/sm2/keygen/device", .head = head, .X0 = bytes_of(A, COSIGN_POINT_SIZE)};
}

struct statement keygen_service_statement(struct bytes head, const uint8_t com[COSIGN_DIGEST_SIZE],
                                          const uint8_t B[COSIGN_POINT_SIZE])
{
    return (struct statement){.tag = "hufu/sm2/keygen/service",
                              .head = head,
                              .bound = bytes_of(com, COSIGN_DIGEST_SIZE),
                              .X0 = bytes_of(B, COSIGN_POINT_SIZE)};
}

enum hufu_err keygen_commitment(uint8_t com[COSIGN_DIGEST_SIZE], struct bytes head,
                                const uint8_t A[COSIGN_POINT_SIZE], const uint8_t proof[COSIGN_PROOF_SIZE],
                                const uint8_t rho[32])
{
    const struct bytes fields[] = {
        bytes_of_text("hufu/sm2/keygen/commit"),
        head,
        bytes_of(A, COSIGN_POINT_SIZE),
        bytes_of(proof, COSIGN_PROOF_SIZE),
        bytes_of(rho, 32),
    };
    return cosign_hash_fields(com, fields, sizeof(fields) / sizeof(fields[0]));
}

enum hufu_err keygen_public_key(uint8_t P[COSIGN_POINT_SIZE], const struct scalar *half,
                                const struct affine *other, enum hufu_err infinite)
{
    struct point generator;
    struct point product;
    struct affine affine;
    point_mul(&product, half, other, 1);
    point_of_affine(&generator, affine_generator);
    point_sub(&product, &product, &generator);
    point_to_affine(&affine, &product, 1);
    affine_encode(P, &affine);
    secret_unmark(P, COSIGN_POINT_SIZE);
    return point_is_infinite(&product) ? infinite : HUFU_OK;
}
