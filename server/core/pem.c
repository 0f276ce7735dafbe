/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/pem.h"

#include <openssl/pem.h>

static void bio_drop(BIO **bio)
{
    BIO_free(*bio);
}
#define BIO_DROPPED __attribute__((cleanup(bio_drop)))

enum hufu_err pem_put_certificate(struct buf *out, struct bytes der)
{
    BIO *bio BIO_DROPPED = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (!bio || PEM_write_bio(bio, PEM_STRING_X509, "", der.data, (long)der.len) <= 0)
        return HUFU_ERR_INTERNAL;
    long len = BIO_get_mem_data(bio, &text);
    buf_put(out, text, (size_t)len);
    return buf_finish(out);
}
