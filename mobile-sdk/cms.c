/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/cms.h"

#include "mobile-sdk/der.h"

#define CMS_VERSION \
    1 /* of SignedData and SignerInfo: content of type data, signer named by issuer and serial */

/* Attribute ::= SEQUENCE { type, SET { value } }, with the value written between the two calls. */
struct attribute {
    size_t sequence;
    size_t set;
};

static struct attribute attribute_begin(struct buf *out, struct bytes type)
{
    struct attribute attribute = {.sequence = der_begin(out, DER_SEQUENCE)};
    der_put_raw(out, type);
    attribute.set = der_begin(out, DER_SET);
    return attribute;
}

static void attribute_end(struct buf *out, struct attribute attribute)
{
    der_end(out, attribute.set);
    der_end(out, attribute.sequence);
}

/* SigningCertificateV2 with one ESSCertIDv2 { SM3, SM3(certificate) }. */
static void put_signing_certificate(struct buf *out, const uint8_t hash[HUFU_DIGEST_SIZE])
{
    struct attribute attribute = attribute_begin(out, der_oid_signing_certificate_v2);
    size_t value = der_begin(out, DER_SEQUENCE);
    size_t list = der_begin(out, DER_SEQUENCE);
    size_t id = der_begin(out, DER_SEQUENCE);
    der_put_algorithm(out, der_oid_sm3);
    der_put(out, DER_OCTET_STRING, bytes_of(hash, HUFU_DIGEST_SIZE));
    der_end(out, id);
    der_end(out, list);
    der_end(out, value);
    attribute_end(out, attribute);
}

enum hufu_err cms_attributes(struct buf *out, const uint8_t content_digest[HUFU_DIGEST_SIZE],
                             struct bytes certificate, uint64_t signing_time_ms)
{
    uint8_t hash[HUFU_DIGEST_SIZE];
    cosign_sm3(hash, certificate.data, certificate.len);
    /* A SET OF is in the order of its encodings. These differ in their second byte, the length, and come in that
     * order: 24, 28 (30 from 2050 on), 47, 67. */
    size_t set = der_begin(out, DER_SET);
    struct attribute attribute = attribute_begin(out, der_oid_content_type);
    der_put_raw(out, der_oid_data);
    attribute_end(out, attribute);
    attribute = attribute_begin(out, der_oid_signing_time);
    der_put_time(out, signing_time_ms);
    attribute_end(out, attribute);
    attribute = attribute_begin(out, der_oid_message_digest);
    der_put(out, DER_OCTET_STRING, bytes_of(content_digest, HUFU_DIGEST_SIZE));
    attribute_end(out, attribute);
    put_signing_certificate(out, hash);
    der_end(out, set);
    return buf_finish(out);
}

/* The root is left out where there is one: a verifier either has it or has no reason to trust it. */
static void put_certificates(struct buf *out, const struct certificates *certificates)
{
    size_t set = der_begin(out, DER_CONTEXT_0);
    for (size_t i = 0; i < certificates->count; i++) {
        bool is_root = i > 0 && i + 1 == certificates->count;
        if (!is_root)
            der_put_raw(out, certificates->der[i]);
    }
    der_end(out, set);
}

/* RFC 5652 §5.3 */
static void put_signer(struct buf *out, const struct certificate_view *signer, struct bytes attributes,
                       struct bytes signature)
{
    size_t info = der_begin(out, DER_SEQUENCE);
    der_put_small_integer(out, CMS_VERSION);
    size_t id = der_begin(out, DER_SEQUENCE);
    der_put_raw(out, signer->issuer);
    der_put_raw(out, signer->serial);
    der_end(out, id);
    der_put_algorithm(out, der_oid_sm3);
    /* What was signed as a SET travels under the tag [0]; the content is the same. */
    buf_put_u8(out, DER_CONTEXT_0);
    der_put_raw(out, bytes_of(attributes.data + 1, attributes.len - 1));
    der_put_algorithm(out, der_oid_sm2_with_sm3);
    der_put(out, DER_OCTET_STRING, signature);
    der_end(out, info);
}

/* RFC 5652 §5.1 */
static void put_signed_data(struct buf *out, const struct certificates *certificates,
                            const struct certificate_view *signer, struct bytes attributes,
                            struct bytes signature)
{
    size_t data = der_begin(out, DER_SEQUENCE);
    der_put_small_integer(out, CMS_VERSION);
    size_t digests = der_begin(out, DER_SET);
    der_put_algorithm(out, der_oid_sm3);
    der_end(out, digests);
    der_put(out, DER_SEQUENCE, der_oid_data); /* detached: the type alone */
    put_certificates(out, certificates);
    size_t signers = der_begin(out, DER_SET);
    put_signer(out, signer, attributes, signature);
    der_end(out, signers);
    der_end(out, data);
}

enum hufu_err cms_signed_data(struct buf *out, const struct certificates *certificates,
                              struct bytes attributes, const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    struct certificate_view signer;
    uint8_t memory[HUFU_SIGNATURE_DER_MAX];
    struct buf signature_der;
    buf_init(&signature_der, memory, sizeof(memory));
    der_put_signature(&signature_der, signature);
    if (buf_finish(&signature_der) || certificates->count == 0 || attributes.len < 2 ||
        certificate_parse(&signer, certificates->der[0]))
        return HUFU_ERR_FORM;
    size_t content_info = der_begin(out, DER_SEQUENCE);
    der_put_raw(out, der_oid_signed_data);
    size_t content = der_begin(out, DER_CONTEXT_0);
    put_signed_data(out, certificates, &signer, attributes, buf_bytes(&signature_der));
    der_end(out, content);
    der_end(out, content_info);
    return buf_finish(out);
}
