/* SPDX-License-Identifier: Apache-2.0 */
/* The ASN.1 forms of signatures and ciphertexts. */
#include <string.h>

#include "cosign/cosign.h"
#include "mobile-sdk/der.h"

#define HALF (HUFU_SIGNATURE_SIZE / 2)

void hufu_signature_to_der(uint8_t der[HUFU_SIGNATURE_DER_MAX], size_t *len,
                           const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    struct buf out;
    buf_init(&out, der, HUFU_SIGNATURE_DER_MAX); /* 2 + 2·(2 + 33): it always fits */
    der_put_signature(&out, signature);
    *len = out.len;
}

enum hufu_result hufu_signature_from_der(uint8_t signature[HUFU_SIGNATURE_SIZE], const uint8_t *der,
                                         size_t len)
{
    struct cursor outer;
    cursor_init(&outer, bytes_of(der, len));
    struct cursor inside = der_inside(&outer, der_take(&outer, DER_SEQUENCE));
    der_take_unsigned(&inside, signature, HALF);
    der_take_unsigned(&inside, signature + HALF, HALF);
    if (cursor_finish(&outer) || cursor_finish(&inside)) {
        memset(signature, 0, HUFU_SIGNATURE_SIZE);
        return HUFU_RESULT_FORM;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_ciphertext_from_der(uint8_t *ciphertext, size_t cap, size_t *len, const uint8_t *der,
                                          size_t der_len)
{
    *len = 0;
    struct cursor outer;
    cursor_init(&outer, bytes_of(der, der_len));
    struct cursor inside = der_inside(&outer, der_take(&outer, DER_SEQUENCE));
    uint8_t C1[COSIGN_POINT_SIZE] = {0x04};
    der_take_unsigned(&inside, C1 + 1, COSIGN_SCALAR_SIZE);
    der_take_unsigned(&inside, C1 + 1 + COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE);
    struct bytes C3 = der_take(&inside, DER_OCTET_STRING);
    struct bytes C2 = der_take(&inside, DER_OCTET_STRING);
    if (cursor_finish(&outer) || cursor_finish(&inside) || C3.len != COSIGN_DIGEST_SIZE || C2.len == 0)
        return HUFU_RESULT_FORM;
    struct buf out;
    buf_init(&out, ciphertext, cap);
    buf_put(&out, C1, sizeof(C1));
    buf_put(&out, C3.data, C3.len);
    buf_put(&out, C2.data, C2.len);
    *len = HUFU_CIPHERTEXT_OVERHEAD + C2.len;
    return buf_finish(&out) ? HUFU_RESULT_LIMIT : HUFU_RESULT_OK;
}
