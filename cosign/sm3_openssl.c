/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "cosign/sm3.h"

void sm3_init(struct sm3 *hash)
{
    hash->state = EVP_MD_CTX_new();
    hash->failed = !hash->state || EVP_DigestInit_ex(hash->state, EVP_sm3(), NULL) != 1;
}

void sm3_copy(struct sm3 *to, const struct sm3 *from)
{
    to->state = EVP_MD_CTX_new();
    to->failed = from->failed || !to->state || EVP_MD_CTX_copy_ex(to->state, from->state) != 1;
}

void sm3_update(struct sm3 *hash, const void *data, size_t len)
{
    if (!hash->failed && len > 0)
        hash->failed = EVP_DigestUpdate(hash->state, data, len) != 1;
}

enum hufu_err sm3_done(struct sm3 *hash, uint8_t digest[SM3_BYTES])
{
    bool good = !hash->failed && hash->state && EVP_DigestFinal_ex(hash->state, digest, NULL) == 1;
    if (!good)
        memset(digest, 0, SM3_BYTES);
    sm3_drop(hash);
    return good ? HUFU_OK : HUFU_ERR_INTERNAL;
}

void sm3_drop(struct sm3 *hash)
{
    EVP_MD_CTX_free(hash->state); /* cleanses the state of the digest */
    hash->state = NULL;
    hash->failed = false;
}
