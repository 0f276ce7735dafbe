/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/csr.h"

#include <stdbool.h>
#include <string.h>

#include "cosign/cosign.h"
#include "hsm/certificate.h"
#include "hsm/owned.h"

static X509_REQ *parse(struct bytes der)
{
    const unsigned char *at = der.data;
    X509_REQ *request = der.len <= CSR_DER_MAX ? d2i_X509_REQ(NULL, &at, (long)der.len) : NULL;
    if (request && at != der.data + der.len) {
        X509_REQ_free(request);
        return NULL;
    }
    return request;
}

static bool is_signed_by(X509_REQ *request, EVP_PKEY *key, struct bytes identity)
{
    struct bytes named = identity.len > 0 ? identity : bytes_of_text(COSIGN_GM_IDENTITY);
    ASN1_OCTET_STRING *distinguishing = ASN1_OCTET_STRING_new();
    if (!distinguishing || !ASN1_OCTET_STRING_set(distinguishing, named.data, (int)named.len)) {
        ASN1_OCTET_STRING_free(distinguishing);
        return false;
    }
    X509_REQ_set0_distinguishing_id(request, distinguishing); /* owns it now */
    int algorithm = X509_REQ_get_signature_nid(request);
    return algorithm == NID_SM2_with_SM3 && X509_REQ_verify(request, key) == 1;
}

/* The key of the request is the record's: compared, not only implied by the signature, so that what was asked for is
 * what is certified. */
static bool is_for(X509_REQ *request, const EVP_PKEY *key)
{
    const EVP_PKEY *asked = X509_REQ_get0_pubkey(request);
    return asked && EVP_PKEY_eq(asked, key) == 1;
}

static int encode_name(const void *object, unsigned char **out)
{
    return i2d_X509_NAME(object, out);
}

static bool has_subject(const X509_REQ *request, struct bytes subject)
{
    uint8_t memory[CERTIFICATE_SUBJECT_MAX];
    struct buf asked;
    buf_init(&asked, memory, sizeof(memory));
    return certificate_put_der(&asked, encode_name, X509_REQ_get_subject_name(request)) == HUFU_OK &&
           bytes_equal(buf_bytes(&asked), subject);
}

enum hufu_err csr_check(struct bytes der, EVP_PKEY *key, struct bytes identity, struct bytes subject)
{
    OWNED(X509_REQ) *request = parse(der);
    if (!request)
        return HUFU_ERR_FORM;
    if (!is_for(request, key) || !is_signed_by(request, key, identity))
        return HUFU_ERR_SIGNATURE;
    return has_subject(request, subject) ? HUFU_OK : HUFU_ERR_POLICY;
}
